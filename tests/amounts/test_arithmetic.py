"""Amounts as values: equality, order, conversion, arithmetic, storage, paper, pint."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.amounts import Amount, Dimension, total_of
from mesococktail.amounts.vocabulary import UNITS
from mesococktail.errors import AmountError

if TYPE_CHECKING:
    from collections.abc import Callable

masses = st.sampled_from(["kg", "g", "mg", "ug", "ng"])
numbers = st.one_of(
    st.decimals("0.0001", "10000", places=4),
    st.fractions(Fraction(1, 1000), 1000, max_denominator=1000),
)


def amounts(codes: st.SearchStrategy[str]) -> st.SearchStrategy[Amount]:
    return st.builds(Amount, numbers, codes)


any_amounts = amounts(st.sampled_from(sorted(UNITS)))
parse = Amount.parse
Anything: TypeAlias = Any
"""What an untyped caller may give."""


def anything(given: object) -> Anything:
    return given


# Equality, order, storage


def test_amounts_that_mean_the_same_are_equal_and_hash_alike() -> None:
    same = [parse(text) for text in ("1.0 mg", "1 mg", "1000 mcg", "0.001 g")]
    assert len(set(same)) == 1
    assert parse("5 mg/mL") == parse("0.5 % w/v") == parse("5 g/L")


def test_a_mass_is_not_a_volume_and_not_a_text() -> None:
    assert parse("1 mg") != parse("1 mL")
    assert parse("1 mg") != "1 mg"


def test_the_text_is_kept_and_is_no_part_of_equality() -> None:
    assert parse("200 mg/10 mL").text == "200 mg/10 mL"
    assert parse("200 mg/10 mL") == attrs.evolve(parse("20 mg/mL"), text=None)


def test_order_is_by_meaning() -> None:
    small, large = parse("999 mcg"), parse("1 mg")
    assert small < large
    assert small <= large
    assert large > small
    assert large >= small


@pytest.mark.parametrize("other", [parse("1 mL"), 1, "1 mg", None])
def test_what_measures_something_else_is_not_compared(other: Anything) -> None:
    for act in (
        lambda: parse("1 mg") < other,
        lambda: parse("1 mg") <= other,
        lambda: parse("1 mg") > other,
        lambda: parse("1 mg") >= other,
        lambda: parse("1 mg") + other,
        lambda: parse("1 mg") - other,
        lambda: parse("1 mg").ratio(other),
    ):
        with pytest.raises(AmountError):
            act()


@given(any_amounts)
def test_what_is_stored_reads_back_the_same(amount: Amount) -> None:
    again = Amount.from_stored(amount.stored, "as written")
    assert (again, again.stored, again.value, again.unit) == (
        amount,
        amount.stored,
        amount.value,
        amount.unit,
    )
    assert again.text == "as written"
    assert hash(again) == hash(amount)


@given(any_amounts)
def test_what_is_printed_is_read_back_unless_it_is_a_fraction_of_a_plain_unit(amount: Amount) -> None:
    plain = UNITS[amount.unit].parts is None
    if isinstance(amount.value, Fraction) and plain:
        with pytest.raises(AmountError):
            parse(str(amount))
    else:
        assert parse(str(amount)) == amount


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "5mg",
        "5  mg",
        "05 mg",
        "5.0 mg",
        ".5 mg",
        "5. mg",
        "1e3 mg",
        "5 mcg",
        "-5 mg",
        "2/4 mg",
        "4/1 mg",
        "1/4 mg",
        "5 mg ",
        "5 mg\n",
        "5 quux",
        "10/0 mg",
        "5 % w/v",
        "9" * 200 + " mg",
        "9" * 70 + "/7 mg",
        None,
        5,
    ],
)
def test_only_the_stored_form_is_read_from_storage(stored: Anything) -> None:
    with pytest.raises(AmountError):
        Amount.from_stored(stored)


def test_zero_may_be_computed_and_stored() -> None:
    nothing = parse("1 mg") - parse("1000 mcg")
    assert nothing.stored == "0 mg"
    assert Amount.from_stored("0 mg") == nothing


def test_an_amount_survives_pickling_and_copying() -> None:
    amount = parse("10 mg/3 mL")
    again = pickle.loads(pickle.dumps(amount))
    assert (again, again.text, copy.deepcopy(amount)) == (amount, amount.text, amount)


def test_reading_the_same_text_again_gives_the_same_object() -> None:
    assert parse("7.25 mg/mL") is parse("7.25 mg/mL")
    assert Amount.from_stored("7.25 mg/mL", "x") is Amount.from_stored("7.25 mg/mL", "x")


# Construction


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("NaN"), "mg", None),
        (Decimal("sNaN"), "mg", None),
        (Decimal("Infinity"), "mg", None),
        (Decimal(-1), "mg", None),
        (Fraction(-1, 3), "mg", None),
        (Decimal("1e18"), "mg", None),
        (Decimal("1e-999999"), "mg", None),
        (Fraction(10**18), "mg", None),
        (Fraction(1, 10**61), "mg", None),
        (Fraction(10**5000, 3), "mg", None),
        (0.5, "mg", None),
        (True, "mg", None),
        ("5", "mg", None),
        (Decimal(5), "mcg", None),
        (Decimal(5), ["mg"], None),
        (Decimal(5), "mg", 5),
    ],
)
def test_what_can_never_be_an_amount_is_refused(value: Anything, unit: Anything, text: Anything) -> None:
    with pytest.raises(AmountError):
        Amount(value, unit, text)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("1.50"), "1.5 mg"),
        (Decimal("1E+3"), "1000 mg"),
        (Decimal("1E+1"), "10 mg"),
        (Decimal("-0"), "0 mg"),
        (Fraction(1, 8), "0.125 mg"),
        (Fraction(1, 3), "1/3 mg"),
        (Fraction(1, 2**20), "1/1048576 mg"),
        (Decimal("1e-20"), "1/100000000000000000000 mg"),
        (7, "7 mg"),
    ],
)
def test_a_number_has_one_form(value: Anything, kept: str) -> None:
    amount = Amount(value, "mg")
    assert (amount.stored, f"{amount.value} mg".lower()) == (kept, kept)


# Conversion


@given(amounts(masses), masses)
def test_conversion_goes_there_and_back(amount: Amount, unit: str) -> None:
    there = amount.to(unit)
    assert there == amount
    assert hash(there) == hash(amount)
    assert there.to(amount.unit).value == amount.value


def test_conversion_takes_a_unit_with_spaces_around_the_line() -> None:
    assert parse("5 mg/mL").to(" mg / mL ").unit == "mg/mL"
    assert parse("5 /mL").to(" /mL").unit == parse("5 /mL").unit


def test_conversion_takes_spellings_and_codes() -> None:
    assert parse("0.5 % w/v").to("mg/ml").stored == "5 mg/mL"
    assert parse("1 mg").to("mcg").text is None
    assert parse("1200000 /uL").to("/mL").stored == "1200000000 {counts}/mL"
    amount = parse("1 IU")
    assert amount.to("[iU]") is amount


@pytest.mark.parametrize("unit", ["mL", "IU", "quux", "", "/", "mg/quux", 5, None])
def test_conversion_to_something_else_is_refused(unit: Anything) -> None:
    with pytest.raises(AmountError):
        parse("1 mg").to(unit)


def test_a_bare_percentage_becomes_a_strength_only_when_asked() -> None:
    bare = parse("0.5%")
    assert bare.dimension is Dimension.PERCENT
    strength = bare.as_strength()
    assert (strength.stored, strength.text) == ("0.5 g/dL", "0.5%")
    assert strength == parse("5 mg/mL")
    assert strength.as_strength() is strength
    with pytest.raises(AmountError, match="not a strength"):
        parse("5 mg").as_strength()


# Arithmetic


@given(amounts(masses), amounts(masses), amounts(masses))
def test_adding_is_commutative_associative_and_undone_by_subtracting(a: Amount, b: Amount, c: Amount) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert (a + b) - b == a
    assert sum([a, b, c]) == a + b + c


@given(
    amounts(st.sampled_from(["mg/mL", "g/dL", "ug/uL", "[iU]/mL"])),
    amounts(st.sampled_from(["mL", "uL", "L"])),
)
def test_strength_and_volume_give_the_dose_and_the_dose_gives_them_back(
    strength: Amount, volume: Amount
) -> None:
    dose = strength * volume
    assert dose == volume * strength
    assert dose / volume == strength
    assert dose / strength == volume


@given(amounts(masses), st.integers(1, 100), st.integers(1, 100))
def test_scaling_distributes_and_is_undone(amount: Amount, many: int, more: int) -> None:
    assert amount * (many + more) == amount * many + more * amount
    assert amount * many / many == amount
    assert (amount * many).ratio(amount) == many


@pytest.mark.parametrize(
    ("computed", "text"),
    [
        (parse("5 mg/mL") * parse("3 mL"), "15 mg"),
        (parse("250 mcg/mL") * parse("2 mL"), "500 mcg"),
        (parse("0.5 % w/v") * parse("2 mL"), "10 mg"),
        (parse("0.1 mL/cm2") * parse("60 cm2"), "6 mL"),
        (parse("6 mL") / parse("60 cm2"), "0.1 mL/cm2"),
        (parse("6 mL") / parse("0.1 mL/cm2"), "60 cm2"),
        (parse("10 mg") / parse("3 mL"), "10 mg/3 mL"),
        (parse("10 mg") / parse("0.5 % w/v"), "2 mL"),
        (parse("1000000 /uL") * parse("2 mL"), "2000000000 counts"),
        (parse("10 mg") * Decimal("0.5"), "5 mg"),
        (parse("10 mg") * Fraction(1, 3), "10/3 mg"),
        (parse("10 mg") / 4, "2.5 mg"),
        (parse("1 g") + parse("1 mg"), "1.001 g"),
    ],
    ids=str,
)
def test_arithmetic_keeps_units_people_use(computed: Amount, text: str) -> None:
    assert str(computed) == text
    assert computed.text is None


def test_fractions_are_added_exactly() -> None:
    third = parse("10 mg/3 mL") * parse("1 mL")
    assert third + parse("1 mg") == Amount(Fraction(13, 3), "mg")
    assert total_of([third, third, third]) == parse("10 mg")


@pytest.mark.parametrize("parts", [[], ["5 mg", None], ["5 mg", "5 IU", "5 mg"]])
def test_there_is_no_sum_of_nothing_of_the_unknown_or_of_what_is_measured_otherwise(parts: list[Any]) -> None:
    assert total_of(None if part is None else parse(part) for part in parts) is None


def test_what_division_cannot_express_stays_exact() -> None:
    strength = parse("10 mg") / parse("3 mL")
    assert strength.value == Fraction(10, 3)
    assert strength * parse("3 mL") == parse("10 mg")
    assert parse("1 mg").ratio(parse("3 mcg")) == Fraction(1000, 3)


@pytest.mark.parametrize(
    "act",
    [
        lambda: parse("1 mg") * parse("1 mg"),
        lambda: parse("5 %") * parse("1 mL"),
        lambda: parse("1 mg") / parse("1 mg"),
        lambda: parse("1 mL") / parse("1 mg"),
        lambda: parse("1 mL") / parse("1 mg/mL"),
        lambda: parse("1 mg") / 0,
        lambda: parse("1 mg") / Amount(Decimal(0), "mL"),
        lambda: parse("1 mg") * -1,
        lambda: parse("1 mg") * anything(0.5),
        lambda: parse("1 mg") * True,
        lambda: parse("1 mg") * anything("2"),
        lambda: parse("1 mg") - parse("2 mg"),
        lambda: 1 + parse("1 mg"),
        lambda: parse("900000000000000000 mg") * 2,
    ],
    ids=map(str, range(14)),
)
def test_what_means_nothing_is_refused(act: Callable[[], Amount]) -> None:
    with pytest.raises(AmountError) as caught:
        act()
    assert caught.value.cure


# Paper


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (parse("200000 IU"), "200\N{NO-BREAK SPACE}000 IU"),
        (parse("1000 mg"), "1000 mg"),
        (parse("1 week"), "1 week"),
        (parse("2 weeks"), "2 weeks"),
        (parse("12345.678 mg"), "12\N{NO-BREAK SPACE}345.678 mg"),
        (Amount(Fraction(10005, 10**19), "mg"), "\N{ALMOST EQUAL TO} 0.000000000000001001 mg"),
        (parse("0.5 mg"), "0.5 mg"),
        (parse("5 ug"), "5 mcg"),
        (parse("10 mg/3 mL"), "\N{ALMOST EQUAL TO} 3.333 mg/mL"),
        (Amount(Fraction(200000, 3), "mg"), "\N{ALMOST EQUAL TO} 66\N{NO-BREAK SPACE}667 mg"),
        (Amount(Fraction(1, 3000), "mg"), "\N{ALMOST EQUAL TO} 0.0003333 mg"),
        (Amount(Fraction(30001, 30000), "mg"), "\N{ALMOST EQUAL TO} 1 mg"),
    ],
)
def test_paper_shows_digits_in_groups_and_marks_what_was_rounded(amount: Amount, shown: str) -> None:
    assert amount.display() == shown


@given(any_amounts)
def test_nothing_printed_can_be_misread(amount: Amount) -> None:
    for text in (str(amount), amount.display()):
        assert "\N{MICRO SIGN}" not in text
        assert not text.startswith(".")
        number = text.removeprefix("\N{ALMOST EQUAL TO} ").split(" ")[0]
        assert "." not in number or not number.endswith(("0", "."))
