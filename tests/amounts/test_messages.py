"""Every refusal of an amount in full: what came, the rule, the cure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pint
import pytest

from mesococktail.amounts import Amount, AmountRange
from tests.refused import refused

if TYPE_CHECKING:
    from collections.abc import Callable

parse: Any = Amount.parse
ranged: Any = AmountRange.parse
of: Any = Amount.of
stored: Any = Amount.from_stored
amount: Any = Amount
between: Any = AmountRange
"""What an untyped caller may call with anything."""
theirs: pint.UnitRegistry[Any] = pint.UnitRegistry(non_int_type=Decimal)


def quantity(number: object, unit: str) -> Any:
    made = theirs.Quantity(1, unit)
    made._magnitude = number  # type: ignore[assignment]  # as another program may have left it
    return made


REFUSED: tuple[tuple[Callable[[], object], str], ...] = (
    (lambda: amount(Decimal(1), "mgs"), "mgs: not a UCUM code of this library; use Amount.parse for a text"),
    (lambda: amount(Decimal(1), 5), "5: not a UCUM code of this library; use Amount.parse for a text"),
    (lambda: amount(0.5, "mg"), "0.5: a number is a Decimal, a Fraction or an int; give Decimal('0.5')"),
    (lambda: amount(True, "mg"), "True: a number is a Decimal, a Fraction or an int; give Decimal('0.5')"),
    (
        lambda: amount(Decimal(1), "mg", 5),
        "5: what was written is text; leave it out where nothing was written",
    ),
    (lambda: amount(Decimal("NaN"), "mg"), "NaN: not a number one can measure; write the number"),
    (lambda: amount(Decimal(-1), "mg"), "-1: an amount is never below zero; check which is the larger"),
    (lambda: amount(Fraction(-1, 3), "mg"), "-1/3: an amount is never below zero; check which is the larger"),
    (
        lambda: amount(-(10**100), "mg"),
        "a very long number: an amount is never below zero; check which is the larger",
    ),
    (
        lambda: amount(Decimal("1e30"), "mg"),
        "1e+30: beyond the numbers that are kept exactly; write it in a fitting unit",
    ),
    (
        lambda: amount(10**100, "mg"),
        "a very long number: beyond the numbers that are kept exactly; write it in a fitting unit",
    ),
    (lambda: parse(5), "5: not a text; give a text such as '5 mg'"),
    (
        lambda: parse("5" * 65),
        "555555555555555555555555555555555555555555555555555555555555\u2026: longer than 64 "
        "characters; write one number and one unit, as 5 mg/mL",
    ),
    (lambda: parse("5 mg", units="mg"), "mg: is a unit already; give the product unit another spelling"),
    (lambda: parse("5 mg", units=5), "5: not spellings of a product unit; give ('units',)"),
    (lambda: stored("5  mg"), "5  mg: not the stored form of an amount; use Amount.parse for a text"),
    (lambda: stored(5), "5: not the stored form of an amount; use Amount.parse for a text"),
    (lambda: stored("5 mg", text=5), "5 mg: not the stored form of an amount; use Amount.parse for a text"),
    (lambda: stored("5 smoots"), "5 smoots: not the stored form of an amount; use Amount.parse for a text"),
    (lambda: parse("5 mg").to("smoots"), "smoots: not a unit; write a unit such as mg, mL or mg/mL"),
    (lambda: parse("5 mg").to(5), "5: not a unit; write a unit such as mg, mL or mg/mL"),
    (lambda: parse("5 mg").to("mL"), "5 mg: is mass, and mL is volume; give a unit that measures the same"),
    (
        lambda: parse("5 mg").as_strength(),
        "5 mg: is mass, not a strength; write the strength, as 5 mg/mL or 0.5 % w/v",
    ),
    (
        lambda: parse("5 mg").ratio(parse("5 mL")),
        "5 mg: is mass, and 5 mL is volume; one cannot be compared with the other; give amounts "
        "that measure the same",
    ),
    (
        lambda: parse("5 mg").ratio(parse("5 mg") * 0),
        "5 / 0: nothing can be divided by zero; give the divisor",
    ),
    (lambda: parse("5 mg") < 5, "5: cannot be compared with an amount; give an Amount"),
    (
        lambda: parse("5 mg") < parse("5 mL"),
        "5 mg: is mass, and 5 mL is volume; one cannot be compared with the other; give amounts "
        "that measure the same",
    ),
    (
        lambda: parse("5 mg") <= parse("5 mL"),
        "5 mg: is mass, and 5 mL is volume; one cannot be compared with the other; give amounts "
        "that measure the same",
    ),
    (
        lambda: parse("5 mg") > parse("5 mL"),
        "5 mg: is mass, and 5 mL is volume; one cannot be compared with the other; give amounts "
        "that measure the same",
    ),
    (
        lambda: parse("5 mg") >= parse("5 mL"),
        "5 mg: is mass, and 5 mL is volume; one cannot be compared with the other; give amounts "
        "that measure the same",
    ),
    (
        lambda: parse("5 mg") + parse("5 mL"),
        "5 mg: is mass, and 5 mL is volume; one cannot be added to the other; give amounts that "
        "measure the same",
    ),
    (lambda: parse("5 mg") + 5, "5: cannot be added to an amount; give an Amount"),
    (
        lambda: parse("5 mg") - parse("5 mL"),
        "5 mg: is mass, and 5 mL is volume; one cannot be subtracted from the other; give amounts "
        "that measure the same",
    ),
    (lambda: parse("5 mg") - parse("6 mg"), "-1: an amount is never below zero; check which is the larger"),
    (lambda: 1 + parse("5 mg"), "1: cannot be added to an amount; give an Amount"),
    (lambda: parse("5 mg") * 0.5, "0.5: not an exact number; use an int, a Decimal or a Fraction"),
    (
        lambda: parse("5 mg") * parse("5 mg"),
        "5 mg times 5 mg: mass times mass is nothing one measures here; multiply a strength by a "
        "volume, or mL/cm2 by an area",
    ),
    (
        lambda: parse("5 mg") / parse("5 cm2"),
        "5 mg over 5 cm2: mass over area is nothing one measures here; divide a mass by a volume "
        "or a strength, or use ratio() for two of a kind",
    ),
    (lambda: parse("5 mg") / 0, "5 / 0: nothing can be divided by zero; give the divisor"),
    (lambda: parse("10 mg/3 mL") / 0, "10/3 / 0: nothing can be divided by zero; give the divisor"),
    (lambda: parse("5 mg") / "x", "x: not an exact number; use an int, a Decimal or a Fraction"),
    (lambda: of(5), "5: a number without a unit; write the unit, as '5 mg'"),
    (lambda: of(Decimal("5.50")), "5.50: a number without a unit; write the unit, as '5 mg'"),
    (lambda: of(10**5000), "a very long number: a number without a unit; write the unit, as '5 mg'"),
    (lambda: of(None), "not an amount; give a text such as '5 mg', or an Amount"),
    (lambda: of([5]), "[5]: not an amount; give a text such as '5 mg', or an Amount"),
    (lambda: parse("5 mg").to("mg\t/mL"), "'mg\\t/mL': not a unit; write a unit such as mg, mL or mg/mL"),
    (lambda: parse("5 mg").to("Xmg/mL"), "Xmg/mL: not a unit; write a unit such as mg, mL or mg/mL"),
    (lambda: parse("5 mg").to("mg/Xml"), "mg/Xml: not a unit; write a unit such as mg, mL or mg/mL"),
    (
        lambda: of(quantity(0.5, "mg")),
        "0.5 milligram: a float is not an exact number; give an int or a Decimal",
    ),
    (
        lambda: of(quantity(5, "megagauss")),
        "5 megagauss: not a unit of this field; use mg, mL, mg/mL or another of ours",
    ),
    (
        lambda: of(quantity(0, "mg")),
        "0 milligram: zero where something was given; leave it out, or say why it is unknown",
    ),
    (lambda: between(None, None), "a range without bounds; give a lower or an upper bound"),
    (lambda: between(None, None, text="x"), "x: a range without bounds; give a lower or an upper bound"),
    (lambda: between(parse("5 mg"), "6 mg"), "6 mg: a bound is an Amount; give Amount.parse('5 mg')"),
    (
        lambda: between(parse("2 mg"), parse("1 mg")),
        "2 mg to 1 mg: the lower bound is above the upper; write the smaller one first",
    ),
    (
        lambda: between(parse("2 mg"), parse("1 mg"), text="2-1 mg"),
        "2-1 mg: the lower bound is above the upper; write the smaller one first",
    ),
    (lambda: ranged(5), "5: not a text; give a text such as '0.5-1 mg'"),
    (
        lambda: ranged("5" * 65),
        "555555555555555555555555555555555555555555555555555555555555\u2026: longer than 64 "
        "characters; write it as 0.5-1 mg",
    ),
    (
        lambda: ranged("up to 2,5 mg"),
        "up to 2,5 mg: a comma is not read as a decimal point here; write 2.5 mg",
    ),
    (lambda: parse(""), "'': nothing is written; write a number and a unit, as 5 mg"),
    (lambda: parse("5"), "5: a number without a unit; write the unit, as 5 mg or 5 mL"),
    (lambda: parse("5 mg/"), "5 mg/: nothing below the line; write the volume, as 5 mg/mL"),
    (
        lambda: parse("5 mg//"),
        "5 mg//: an amount is one number and one unit, not an expression; write it as 5 mg or 5 mg/mL",
    ),
    (lambda: parse("mg"), "mg: does not begin with a number; write a number and a unit, as 5 mg"),
    (lambda: parse("0 mg"), "0 mg: zero where something was given; leave it out, or say why it is unknown"),
    (lambda: parse("5 mg/0 mL"), "5 mg/0 mL: nothing can be divided by zero; write the volume it is in"),
    (
        lambda: parse("0.5 percent/2 mL"),
        "0.5 percent/2 mL: a percentage is already an amount per volume; write the two apart: 2 "
        "mL of 0.5 % w/v",
    ),
    (
        lambda: parse("0.5%/2 mL"),
        "0.5%/2 mL: a percentage is already an amount per volume; write the two apart: 2 mL of 0.5 % w/v",
    ),
    (lambda: parse("5 mgs"), "5 mgs: mgs: one form of the unit is read; write 5 mg"),
    (
        lambda: parse("5 qqqqq"),
        "5 qqqqq: not a unit of this field; write mg, mcg, mL, IU or another listed unit",
    ),
    (lambda: parse("5 mgg"), "5 mgg: not a unit of this field; write one of mg, mcg, g"),
    (lambda: parse("5 mg/mL/"), "5 mg/mL/: nothing below the line; write the volume, as 5 mg/mL"),
    (
        lambda: parse("0.5 percent/2ml"),
        "0.5 percent/2ml: a percentage is already an amount per volume; write the two apart: 2 mL "
        "of 0.5 % w/v",
    ),
    (lambda: parse("5\ue000mg"), "'5\\ue000mg': holds an invisible character (U+E000); type the text anew"),
    (
        lambda: parse("5 mg/qqqqq"),
        "5 mg/qqqqq: not a unit of this field; write mg, mcg, mL, IU or another listed unit",
    ),
    (
        lambda: parse("5 IU/cm2"),
        "5 IU/cm2: these units do not go together; write it as 5 mg, 2 mL or 5 mg/mL",
    ),
    (
        lambda: parse("5 U"),
        "5 U: U: U is read as international units, as enzyme units and as a product's own units; "
        "write IU, or product units for a product that has its own",
    ),
    (
        lambda: parse("5 mg%"),
        "5 mg%: mg%: mg% is milligrams in 100 mL, and is taken for a percentage; write 5 mg/dL",
    ),
    (
        lambda: parse("1e3 mg"),
        "1e3 mg: an exponent is read for counts and IU only, within reason; write 1000 mg",
    ),
    (
        lambda: parse("1E3 mg"),
        "1E3 mg: an exponent is read for counts and IU only, within reason; write 1000 mg",
    ),
    (
        lambda: parse("1.5e3 mg"),
        "1.5e3 mg: an exponent is read for counts and IU only, within reason; write the number in "
        "plain digits, as 1000 mg; 1.5e9 platelets may go up to e12",
    ),
    (
        lambda: parse("1e13 platelets"),
        "1e13 platelets: an exponent is read for counts and IU only, within reason; write the "
        "number in plain digits, as 1000 mg; 1.5e9 platelets may go up to e12",
    ),
    (
        lambda: parse("1234567890123456789 mg"),
        "1234567890123456789 mg: more digits than any amount has; write it in a fitting unit",
    ),
    (lambda: parse("5\x07mg"), "'5\\x07mg': holds a control character; type the text anew on one line"),
    (
        lambda: parse("5\N{NO-BREAK SPACE}mg"),
        "'5\\xa0mg': holds a blank that is not a plain space (U+00A0 NO-BREAK SPACE); write 5 mg",
    ),
    (
        lambda: parse("5\N{ZERO WIDTH SPACE}mg"),
        "'5\\u200bmg': holds an invisible character (U+200B ZERO WIDTH SPACE); type the text anew",
    ),
    (
        lambda: parse("\N{FULLWIDTH DIGIT FIVE} mg"),
        "\uff15 mg: holds a digit other than 0 to 9 (U+FF15 FULLWIDTH DIGIT FIVE); write 5 mg",
    ),
    (lambda: parse("5 \N{SQUARE MG}"), "5 \u338e: holds U+338E SQUARE MG; write 5 mg"),
    (
        lambda: parse("5 \N{CYRILLIC SMALL LETTER EM}g"),
        "5 \u043cg: holds U+043C CYRILLIC SMALL LETTER EM; write plain letters, digits and signs",
    ),
    (
        lambda: parse("400 \N{MULTIPLICATION SIGN} g"),
        "400 \xd7 g: holds U+00D7 MULTIPLICATION SIGN; write 400 x g",
    ),
    (
        lambda: parse("27 hairs/cm\N{SUPERSCRIPT TWO}"),
        "27 hairs/cm\xb2: holds a digit other than 0 to 9 (U+00B2 SUPERSCRIPT TWO); write 27 hairs/cm2",
    ),
    (
        lambda: parse("5 mg", units=["1 unit"]),
        "1 unit: not a spelling of a product unit; use plain letters, as 'units'",
    ),
    (lambda: parse("5 mg", units=[5]), "5: not a spelling of a product unit; use plain letters, as 'units'"),
)


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_says_what_came_the_rule_and_the_cure(make: Callable[[], object], message: str) -> None:
    assert str(refused(make)) == message
