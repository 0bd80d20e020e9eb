"""Exact arithmetic over counts."""

from __future__ import annotations

import statistics
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.amounts import Amount
from mesococktail.cocktails.combination import BASE_UNITS
from mesococktail.cocktails.combination import on_grid as grid_of_cocktails
from mesococktail.cocktails.counting import PER_UNIT, counts
from mesococktail.research.figures import five_numbers, on_grid, plain, rounded, share


@given(
    st.lists(st.integers(0, 30) | st.integers(0, 10**18), min_size=2, max_size=40),
    st.sampled_from([10**6, 10**9]),
)
def test_quartiles_are_those_of_the_standard_library(doses: list[int], per_unit: int) -> None:
    counts = sorted(Counter(doses).items())
    found = five_numbers([dose for dose, _ in counts], [number for _, number in counts], per_unit)
    exact = [Fraction(dose, per_unit) for dose in doses]
    assert list(map(Fraction, found)) == [
        min(exact),
        *statistics.quantiles(exact, n=4, method="inclusive"),
        max(exact),
    ]


def test_one_dose_is_all_of_its_quartiles() -> None:
    assert five_numbers([2_500_000], [1], 10**6) == (Decimal("2.5"),) * 5


def test_the_finest_quartile_is_a_quarter_of_a_count() -> None:
    assert str(five_numbers([0, 1], [1, 1], 10**6)[1]) == "2.5E-7"
    assert f"{five_numbers([0, 1], [1, 1], 10**6)[1]:f}" == "0.00000025"


def test_a_share_is_rounded_half_to_even_and_keeps_its_places() -> None:
    assert [str(rounded(Fraction(n, 20000))) for n in (1, 3, 20000)] == ["0.0000", "0.0002", "1.0000"]


def test_a_share_of_nothing_is_nothing() -> None:
    assert str(share(0, 0)) == "0.0000"


def test_whole_decimals_have_neither_exponent_nor_zeros() -> None:
    assert [str(plain(Decimal(text))) for text in ("100.00", "1E+2", "2.50")] == ["100", "100", "2.5"]


@pytest.mark.parametrize("text", ["5 mg", "0.012345 mg", "0.1 ng", "1000 IU", "1350000 platelets", "2.25 mL"])
@pytest.mark.parametrize("digits", [1, 2, 3])
def test_the_grid_is_that_of_the_keys_of_cocktails(text: str, digits: int) -> None:
    amount = Amount.parse(text)
    unit = BASE_UNITS[amount.dimension.value]
    per_unit = PER_UNIT[amount.dimension.value]
    assert on_grid(counts(amount.base, per_unit), per_unit, unit, digits) == grid_of_cocktails(amount, digits)
