"""Ranges, bounds and estimates, for plans and published formulas."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.amounts import Amount, AmountRange
from mesococktail.errors import AmountError, quote

parse = AmountRange.parse


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("0.5-1 mg", "0.5 mg to 1 mg"),
        ("0.5\N{EN DASH}1 mg", "0.5 mg to 1 mg"),
        ("0.5 mg - 1 mg", "0.5 mg to 1 mg"),
        ("500 mcg to 1 mg", "500 mcg to 1 mg"),
        ("2-3 cc", "2 mL to 3 mL"),
        ("0.05-0.1 ml/cm2", "0.05 mL/cm2 to 0.1 mL/cm2"),
        ("1-2 mg/10 mL", "0.1 mg/mL to 0.2 mg/mL"),
        ("up to 150 mg", "up to 150 mg"),
        ("at most 150 mg", "up to 150 mg"),
        ("at least 2 mL", "at least 2 mL"),
        ("about 3-fold", "about 3 x baseline"),
        ("~3-fold", "about 3 x baseline"),
        ("about 2-3-fold", "about 2 x baseline to 3 x baseline"),
        ("approx. up to 5 mL", "about up to 5 mL"),
        ("5 mg", "5 mg"),
        ("10 mg/3 mL", "10 mg/3 mL"),
    ],
    ids=ascii,
)
def test_a_range_is_read_and_what_is_printed_reads_back(text: str, printed: str) -> None:
    found = parse(text)
    assert (str(found), found.text) == (printed, text)
    assert parse(printed) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1-2",
        "3-2 mg",
        "1 mg - 2 mL",
        "-1 mg",
        "0-5 mg",
        "1--2 mg",
        "1-2-3 mg",
        "about",
        "up to",
        "up to -5 mg",
        "1,000-2,000 mg",
        "1.5.2-3 mg",
        "010-20 mg",
        "up to about 5 mg",
        "5 U - 6 U",
        "a to b",
        "5 mg" * 20,
    ],
)
def test_what_is_no_range_is_refused_with_its_text_and_a_cure(text: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse(text)
    assert quote(text) in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize("given", [None, 5, b"1-2 mg"])
def test_only_text_is_read_as_a_range(given: object) -> None:
    with pytest.raises(AmountError, match="not a text"):
        parse(given)  # type: ignore[arg-type]  # what an untyped caller does


def test_a_range_knows_what_lies_in_it() -> None:
    assert Amount.parse("750 mcg") in parse("0.5-1 mg")
    assert Amount.parse("1 mg") in parse("0.5-1 mg")
    assert Amount.parse("2 mg") not in parse("up to 1 mg")
    assert Amount.parse("2 mg") not in parse("at least 3 mg")


def test_bounds_are_amounts_and_one_of_them_is_there() -> None:
    one = Amount(Decimal(1), "mg")
    assert AmountRange(one, one) == parse("1 mg")
    for low, high in ((None, None), (one, "2 mg"), (one, Amount(Decimal(2), "mL"))):
        with pytest.raises(AmountError):
            AmountRange(low, high)  # type: ignore[arg-type]  # what an untyped caller does


def test_a_reversed_range_made_by_a_program_is_refused() -> None:
    with pytest.raises(AmountError, match="above the upper"):
        AmountRange(Amount.parse("2 mg"), Amount.parse("1 mg"))


@given(st.text(alphabet="0123456789.-\N{EN DASH} ~<>=abdeglmnoprtuxLU/%,", max_size=30))
def test_any_text_is_a_range_or_our_error(text: str) -> None:
    try:
        found = parse(text)
    except AmountError as error:
        shown = str(error)
    else:
        assert parse(str(found)) == found
        return
    assert quote(text) in shown
