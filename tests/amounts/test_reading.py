"""How a text is read, and how it is refused."""

from __future__ import annotations

import decimal
import json
import string
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.amounts import Amount, AmountRange, Dimension, Refusal, refusal_of, spelling_table
from mesococktail.amounts.registry import factor, registry
from mesococktail.amounts.vocabulary import REFUSED_SHAPES, REFUSED_UNITS, SPELLINGS, UNITS
from mesococktail.errors import AmountError, quote

DATA = json.loads(files("mesococktail.data").joinpath("spellings.json").read_text(encoding="utf-8"))


def refused(text: str) -> Refusal:
    """Return why a text is refused; it must be."""
    refusal = refusal_of(text)
    assert refusal is not None, text
    return refusal


@pytest.mark.parametrize(
    ("text", "stored", "printed"),
    [
        ("5 mg", "5 mg", "5 mg"),
        ("1.0 mg", "1 mg", "1 mg"),
        ("5mg/ml", "5 mg/mL", "5 mg/mL"),
        ("200 mg/10 mL", "20 mg/mL", "20 mg/mL"),
        ("10 mg/3 mL", "10/3 mg/mL", "10 mg/3 mL"),
        ("500mg / 5 ml", "100 mg/mL", "100 mg/mL"),
        ("0.5 % w/v", "0.5 g/dL", "0.5 % w/v"),
        ("0.5%", "0.5 %", "0.5 %"),
        ("250 \N{MICRO SIGN}g/mL", "250 ug/mL", "250 mcg/mL"),
        ("200000 IU/2 mL", "100000 [iU]/mL", "100000 IU/mL"),
        ("1 IU", "1 [iU]", "1 IU"),
        ("1.5e9 platelets", "1500000000 {platelets}", "1500000000 platelets"),
        ("1 platelet", "1 {platelets}", "1 platelet"),
        ("1000000 platelets/uL", "1000000 {platelets}/uL", "1000000 platelets/uL"),
        ("1.2 x10^6/uL", "1200000 {counts}/uL", "1200000 counts/uL"),
        ("900 /mL", "900 {counts}/mL", "900 counts/mL"),
        ("27.7 hairs/cm2", "27.7 {hairs}/cm2", "27.7 hairs/cm2"),
        ("0.1 mL/cm2", "0.1 mL/cm2", "0.1 mL/cm2"),
        ("400 x g", "400 [g]", "400 x g"),
        ("400xg", "400 [g]", "400 x g"),
        ("3000 rpm", "3000 {rpm}", "3000 rpm"),
        ("3-fold", "3 {fold}", "3 x baseline"),
        ("1 mEq/mL", "1 meq/mL", "1 mEq/mL"),
        ("5 drops", "5 [drp]", "5 drops"),
        ("10 ppm", "10 [ppm]", "10 ppm"),
        ("120 Hz", "120 Hz", "120 Hz"),
        ("1 week", "1 wk", "1 week"),
        ("10 product units/mL", "10 {units}/mL", "10 product units/mL"),
    ],
)
def test_a_clinical_text_is_read(text: str, stored: str, printed: str) -> None:
    amount = Amount.parse(text)
    assert (amount.stored, str(amount), amount.text) == (stored, printed, text)
    assert Amount.parse(printed) == amount


@pytest.mark.parametrize(
    ("text", "code", "suggestion"),
    [
        ("2,5 mg", "decimal_comma", "2.5 mg"),
        ("2,5 MG/ML", "decimal_comma", "2.5 mg/mL"),
        ("1,000 mg", "ambiguous_comma", None),
        ("1,000,000 IU", "thousands_comma", "1000000 IU"),
        ("5 mg, 6", "comma", None),
        ("1.000.000 mg", "several_points", "1000000 mg"),
        ("1.5.2 mg", "several_points", None),
        ("200 000 IU/2 mL", "grouped_digits", "200000 IU/2 mL"),
        ("1'000 mg", "grouped_digits", "1000 mg"),
        ("1\N{THIN SPACE}000 mg", "strange_blank", "1000 mg"),
        ("0.5-1 mg", "range", None),
        ("0.5 mg to 1 mg", "range", None),
        ("up to 150 mg", "approximate", None),
        ("5+-1 mg", "plus_minus", None),
        ("+5 mg", "sign", "5 mg"),
        ("-5 mg", "sign", None),
        ("1:1000", "ratio_strength", None),
        ("1:1", "ratio_strength", None),
        ("010 mg", "leading_zero", "10 mg"),
        (".5 mg", "naked_point", "0.5 mg"),
        ("5. mg", "trailing_point", "5 mg"),
        ("1/3 mg", "fraction", None),
        ("1/3 mL", "fraction", None),
        ("5 /10 mL", "fraction", None),
        ("\N{FULLWIDTH DIGIT FIVE} mg", "strange_digit", "5 mg"),
        ("\N{VULGAR FRACTION ONE HALF} mg", "strange_digit", None),
        ("5\N{SUPERSCRIPT TWO} mg", "strange_digit", None),
        ("27 hairs/cm\N{SUPERSCRIPT TWO}", "strange_digit", "27 hairs/cm2"),
        ("400 \N{MULTIPLICATION SIGN} g", "strange_character", "400 x g"),
        ("5 \N{CYRILLIC SMALL LETTER EM}g", "strange_character", None),
        ("5\N{ZERO WIDTH SPACE}mg", "invisible", None),
        ("5 mg\ud800", "invisible", None),
        ("5 \N{MICRO SIGN}g\n", "invisible", None),
        ("1e3 mg", "exponent", "1000 mg"),
        ("1e12 mg", "exponent", "1000000000000 mg"),
        ("1.5e3 mg", "exponent", None),
        ("1e13 platelets", "exponent", None),
        ("1e0 platelets", "exponent", "1 platelets"),
        ("9999999e12 platelets", "exponent", None),
        ("999999999999e12 platelets", "exponent", None),
        ("1e-3 g", "small_exponent", None),
        ("1234567890123456789 mg", "too_many_digits", None),
        ("0.1234567890123456 mg", "too_many_digits", None),
        ("0 mg", "zero", None),
        ("0.000 mg/mL", "zero", None),
        ("5 mg/0 mL", "zero", None),
        ("5 mg/", "no_unit", None),
        ("5", "no_unit", None),
        ("5.5", "no_unit", None),
        ("mg", "no_number", None),
        ("0.5%/2ml", "percent_over", None),
        ("5 mg/mL/cm2", "no_such_compound", None),
        ("5 IU/cm2", "no_such_compound", None),
        ("5 mg%", "refused_unit", "5 mg/dL"),
        ("5 U", "refused_unit", None),
        ("5 U/mL", "refused_unit", None),
        ("5 mgg", "unknown_unit", None),
        ("5 qqqqq", "unknown_unit", None),
        ("5 mg in 2 mL", "unknown_unit", None),
    ],
    ids=ascii,
)
def test_a_text_without_one_safe_reading_is_refused(text: str, code: str, suggestion: str | None) -> None:
    refusal = refused(text)
    assert (refusal.code, refusal.suggestion) == (code, suggestion)
    with pytest.raises(AmountError) as caught:
        Amount.parse(text)
    assert str(caught.value) == f"{quote(text)}: {refusal.reason}; {refusal.cure}"


def test_the_message_names_what_came_the_rule_and_the_cure() -> None:
    with pytest.raises(AmountError) as caught:
        Amount.parse("2,5 mg")
    assert str(caught.value) == "2,5 mg: a comma is not read as a decimal point here; write 2.5 mg"


def test_what_is_read_is_not_refused() -> None:
    assert refusal_of(" 5 mg ") is None


def test_a_text_of_64_characters_is_looked_at() -> None:
    assert Amount.parse("5 mg".ljust(64)) == Amount.parse("5 mg")
    assert AmountRange.parse("5-6 mg".ljust(64)) == AmountRange.parse("5-6 mg")
    assert refused("x" * 64).code == "no_number"
    assert refused("x" * 65).code == "too_long"


def test_plain_spaces_around_a_text_are_dropped() -> None:
    assert Amount.parse("  5 mg ").text == "5 mg"


@pytest.mark.parametrize("given", [None, 5, b"5 mg", ["5 mg"]])
def test_only_text_is_parsed(given: object) -> None:
    with pytest.raises(AmountError, match="not a text"):
        Amount.parse(given)  # type: ignore[arg-type]  # what an untyped caller does


def test_a_subclass_of_str_is_read_as_its_text() -> None:
    class Text(str):
        __slots__ = ()

    assert type(Amount.parse(Text("5 mg")).text) is str
    assert Amount.parse(Text("5 mg".ljust(64))) == Amount.parse("5 mg")


# Product units


def test_a_bare_unit_is_read_where_the_product_defines_it() -> None:
    amount = Amount.parse("100 U", units=("units", "U"))
    assert amount.stored == "100 {units}"
    assert amount.dimension is Dimension.PRODUCT_UNITS
    assert Amount.parse("100 units/2 mL", units="units").stored == "50 {units}/mL"
    assert Amount.of("100 U", units=["U"]) == amount


@pytest.mark.parametrize("units", [("mg",), ("IU",), ("",), ("5",), (5,), 5, [[]]])
def test_a_product_unit_is_a_new_word(units: object) -> None:
    with pytest.raises(AmountError):
        Amount.parse("100 U", units=units)  # type: ignore[arg-type]  # what an untyped caller does


def test_a_zero_in_a_product_unit_is_refused_as_zero() -> None:
    refusal = refusal_of("0 U", units=("U",))
    assert refusal is not None
    assert refusal.code == "zero"


def test_only_the_unknown_side_of_a_product_unit_is_blamed() -> None:
    refusal = refusal_of("5 U/vial", units=("U",))
    assert refusal is not None
    assert refusal.reason.startswith("vial")
    refusal = refusal_of("5 U/quux", units=("U",))
    assert refusal is not None
    assert refusal.code == "unknown_unit"


# The table


def test_no_spelling_is_both_accepted_and_refused() -> None:
    rows = spelling_table()
    assert not {row.text for row in rows if row.accepted} & {row.text for row in rows if not row.accepted}
    assert len({row.text for row in rows}) == len(rows)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_every_accepted_spelling_is_read_as_its_code(spelling: str) -> None:
    assert Amount.parse(f"2 {spelling}").unit == SPELLINGS[spelling]
    assert Amount.parse(f"2{spelling}").unit == SPELLINGS[spelling]


@pytest.mark.parametrize("spelling", REFUSED_UNITS)
def test_every_refused_unit_is_refused_and_its_cure_is_sound(spelling: str) -> None:
    refusal = refused(f"2 {spelling}")
    write = REFUSED_UNITS[spelling].write
    assert refusal.code == "refused_unit"
    assert refusal.suggestion == (f"2 {write}" if write else None)


@pytest.mark.parametrize("shape", REFUSED_SHAPES, ids=[shape.code for shape in REFUSED_SHAPES])
def test_every_refused_shape_refuses_its_example(shape: object) -> None:
    code, example = (getattr(shape, name) for name in ("code", "example"))
    assert refused(example).code == code


def test_every_line_of_the_table_has_a_source_and_every_refusal_a_cure() -> None:
    for row in spelling_table():
        assert row.text
        assert row.reading
        assert row.source
        assert row.accepted == (not row.cure)


def test_every_code_is_read_back_from_storage_and_from_print() -> None:
    for code, unit in UNITS.items():
        assert unit.code == code
        amount = Amount.from_stored(f"2 {code}")
        assert Amount.parse(str(amount)) == amount
        assert Amount.parse(f"1 {unit.one}").unit == code


def test_every_dimension_has_exactly_one_base_unit_at_least() -> None:
    based = {unit.dimension for unit in UNITS.values() if unit.base}
    assert based == set(Dimension)


# pint


def test_the_table_claims_the_factors_pint_finds() -> None:
    closed = registry()
    for code, unit in UNITS.items():
        found = closed.Quantity(Decimal(1), unit.pint_name).to_base_units().magnitude
        assert factor(code) == Fraction(found), code
        assert not unit.base or found == 1, code


def test_the_table_claims_the_dimensions_pint_finds() -> None:
    by_dimension: dict[str, set[Dimension]] = {}
    for unit in UNITS.values():
        found = str(registry().Unit(unit.pint_name).dimensionality)
        by_dimension.setdefault(found, set()).add(unit.dimension)
    assert all(len(claimed) == 1 for claimed in by_dimension.values())
    assert len(by_dimension) == len(Dimension)


def test_reading_and_printing_do_without_pint() -> None:
    program = (
        "import sys; from mesococktail.amounts import Amount;"
        "a = Amount.parse('250 mcg/mL'); b = Amount.from_stored('0.5 g/dL'); str(a); a.stored; a.display();"
        "Amount.of(a); a.dimension; a * Amount.parse('2 mL'); Amount.parse('5 mg').base;"
        "a == Amount.parse('250 ug/mL'); assert 'pint' not in sys.modules;"
        "a.base; assert 'pint' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_decimal_context_of_the_caller_does_not_matter_and_is_left_alone() -> None:
    with decimal.localcontext() as context:
        context.prec = 2
        context.traps[decimal.Inexact] = True
        context.traps[decimal.FloatOperation] = True
        before = repr(context)
        strength = Amount.parse("123.456 mcg/3 mL")
        assert strength.base == Fraction("0.041152")
        assert strength * Amount.parse("3 mL") == Amount.parse("123.456 mcg")
        assert Amount.parse("0.123456789 mg").to("ng").stored == "123456.789 ng"
        assert str(Amount.parse("10 mg/3 mL").display()) == "≈ 3.333 mg/mL"
        assert repr(context).replace("[Inexact, Rounded]", "[]") == before.replace("[Inexact, Rounded]", "[]")


# The law

near_miss = st.builds(
    "".join,
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "0",
                    "1",
                    "5",
                    "10",
                    "000",
                    "2.5",
                    ".5",
                    "5.",
                    "1,5",
                    "1e3",
                    "x10^6",
                    "\N{VULGAR FRACTION ONE HALF}",
                    "\N{FULLWIDTH DIGIT FIVE}",
                ]
            ),
            st.sampled_from([*SPELLINGS, *REFUSED_UNITS]),
            st.sampled_from(
                [" ", "/", "-", "to", "%", ":", ",", "+", "up to ", "\N{NO-BREAK SPACE}", "\t", "("]
            ),
            st.sampled_from(string.printable),
        ),
        max_size=7,
    ),
)


def check_the_law(text: str) -> None:
    """An amount that is read back from what is printed, or our error with the text, a reason and a cure."""
    try:
        amount = Amount.parse(text)
    except AmountError as error:
        known = str(error)
        refusal = refusal_of(text)
        facts = (quote(text) in known, bool(error.rule), bool(error.cure), refusal is not None)
        suggested = refusal.suggestion if refusal else None
    else:
        assert refusal_of(text) is None
        assert Amount.parse(str(amount)) == amount
        assert Amount.from_stored(amount.stored, amount.text) == amount
        return
    assert all(facts)
    assert suggested is None or refusal_of(suggested) is None


@given(st.text())
def test_any_text_is_an_amount_or_our_error(text: str) -> None:
    check_the_law(text)


@given(near_miss)
def test_any_near_miss_is_an_amount_or_our_error(text: str) -> None:
    check_the_law(text)


@given(
    st.sampled_from([*SPELLINGS, "mg/mL", "IU/2 mL"]),
    st.sampled_from(["5", "0.25", "1000", "2.0"]),
    st.integers(0, 12),
    st.characters(),
)
def test_one_character_put_into_a_good_text_never_changes_its_number(
    spelling: str, number: str, place: int, letter: str
) -> None:
    good = f"{number} {spelling}"
    text = good[:place] + letter + good[place:]
    check_the_law(text)
    if refusal_of(text) is None and not letter.isalnum() and letter not in "./":
        assert Amount.parse(text) == Amount.parse(good)
