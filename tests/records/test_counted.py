"""Every dose of a record is counted as what it is, or refused; none stands as zero."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail import Cocktail, Formulary, Prescription
from mesococktail.cocktails.counting import MOST_COUNTS, PER_UNIT, counts
from mesococktail.records import Indication
from mesococktail.records.compiled import Compiled
from mesococktail.records.prescription import faults

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def said(cocktail: str) -> list[str]:
    """What is wrong with a prescription of *cocktail*."""
    record = Prescription(
        patient="P-1",
        doctor="dr-a",
        at=NOW,
        indication=Indication(code="alopecia_areata"),
        cocktail=Cocktail.parse(cocktail),
    )
    return list(map(str, faults(record)))


def with_biotin(part: str) -> str:
    return f"{part} (principal) + biotin 5 mg (complementary)"


@pytest.mark.parametrize(
    "part",
    [
        "minoxidil 0.1 ng",
        "minoxidil 0.001 ng",
        "minoxidil 0.00051 ng",
        "minoxidil 0.1 mL of 1 ng/mL",
        "minoxidil 1000000000 mg",
        "PRP 0.000001 mL",
        "PRP 1000000000000 mL",
        "retinol 0.000001 IU",
    ],
)
def test_what_can_be_counted_is_taken(part: str) -> None:
    assert said(with_biotin(part)) == []


@pytest.mark.parametrize(
    ("part", "amount", "least"),
    [
        ("minoxidil 0.0004 ng", "0.0004 ng", "0.001 ng"),
        ("minoxidil 0.0005 ng", "0.0005 ng", "0.001 ng"),
        ("minoxidil 1 mL of 0.0004 ng/mL", "0.0004 ng", "0.001 ng"),
        ("retinol 0.0000004 IU", "0.0000004 IU", "0.000001 IU"),
        ("PRP 0.0000004 mL", "0.0000004 mL", "0.000001 mL"),
        ("PRP 0.0000001 platelets", "0.0000001 platelets", "0.000001"),
    ],
)
def test_what_would_stand_as_zero_is_refused(part: str, amount: str, least: str) -> None:
    agent = part.split(maxsplit=1)[0]
    assert said(with_biotin(part)) == [
        f"cocktail.ingredients[0]: {amount}: is too little of {agent} to be counted and would stand as 0; "
        f"the least is {least}; check the numbers and the units"
    ]


def test_a_volume_that_would_stand_as_zero_is_refused() -> None:
    [error] = said(with_biotin("minoxidil 0.1 ng of 1 mg/mL"))
    assert error.startswith("cocktail.ingredients[0]: 0.0000001 mL: is too little of minoxidil to be counted")


def test_an_adjunct_is_counted_by_the_same_rule() -> None:
    [error] = said(f"{with_biotin('minoxidil 5 mg')} + lidocaine 0.0004 ng")
    assert error.startswith("cocktail.adjuncts[0]: 0.0004 ng: is too little of lidocaine to be counted")


@pytest.mark.parametrize(
    ("part", "most"),
    [
        ("minoxidil 1000000001 mg", "1000000000 mg"),
        ("PRP 1000000000001 mL", "1000000000000 mL"),
        ("retinol 1000000000001 IU", "1000000000000 IU"),
    ],
)
def test_more_than_can_be_counted_is_refused(part: str, most: str) -> None:
    agent, amount = part.split(maxsplit=1)
    assert said(with_biotin(part)) == [
        f"cocktail.ingredients[0]: {amount}: is more of {agent} than there can be in a syringe; "
        f"the most is {most}; check the numbers and the units"
    ]


def test_the_most_that_is_counted_fits_the_numbers_of_sqlite() -> None:
    assert 4 * MOST_COUNTS // 4 < 2**63


@given(st.sampled_from(sorted(PER_UNIT.values())), st.fractions(0, 10**9))
def test_counts_are_rounded_half_to_even(per_unit: int, base: Fraction) -> None:
    exact = base * per_unit
    found = counts(base, per_unit)
    assert abs(found - exact) <= Fraction(1, 2)
    assert abs(found - exact) < Fraction(1, 2) or found % 2 == 0


@given(st.integers(1, 10**18))
def test_a_decimal_is_counted_as_the_fraction_it_is(picograms: int) -> None:
    assert counts(Decimal(picograms).scaleb(-9), PER_UNIT["mass"]) == picograms


@pytest.mark.parametrize(
    ("strength", "volume"),
    [
        ("0.000001 ng/mL", "1 mL"),
        ("0.000001 mg/mL", "0.0001 mL"),
        ("1 mg/mL", "0.0000001 mL"),
        ("999999 g/mL", "2 mL"),
        ("999999 mg/mL", "1001 mL"),
        ("0.000001 IU/mL", "1 uL"),
    ],
)
def test_the_hot_path_of_an_import_leaves_what_may_not_be_counted_to_the_checks(
    strength: str, volume: str
) -> None:
    agent = "retinol" if "IU" in strength else "minoxidil"
    parts = [
        {"agent": agent, "role": "principal", "strength": strength, "volume": volume},
        {"agent": "biotin", "role": "complementary", "strength": "5 mg/mL", "volume": "1 mL"},
    ]
    record = {
        "patient": "P-1",
        "doctor": "dr-a",
        "at": "2025-03-01T10:00:00+04:00",
        "indication": "alopecia areata",
        "delivery": "nappage",
        "cocktail": {"ingredients": parts},
    }
    compiled = Compiled(Formulary.shipped(), NOW)
    assert compiled.stored(record) is None
    parts[0] |= {"strength": "5 mg/mL" if agent == "minoxidil" else "5 IU/mL", "volume": "1 mL"}
    assert compiled.stored(record) is not None
