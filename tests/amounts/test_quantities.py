"""pint quantities going out, and those of any registry coming in."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import pint
import pytest

from mesococktail.amounts import Amount
from mesococktail.errors import AmountError

parse = Amount.parse
Anything: TypeAlias = Any
"""What an untyped caller may give."""


def anything(given: object) -> Anything:
    return given


def test_an_amount_gives_a_quantity_and_takes_it_back() -> None:
    for text in ("5 mg", "5 mg/mL", "2 cm2", "100 IU/mL", "3-fold"):
        amount = parse(text)
        assert Amount.of(amount.quantity) == amount
    assert isinstance(parse("10 mg/3 mL").quantity.magnitude, Decimal)


def test_a_quantity_of_any_registry_is_read_by_its_names() -> None:
    theirs: pint.UnitRegistry[Any] = pint.UnitRegistry(non_int_type=Decimal)
    for number, unit, text in (
        (5, "mg", "5 mg"),
        (Decimal("0.5"), "mg/mL", "0.5 mg/mL"),
        (5, "ug/mL", "5 mcg/mL"),
        (5, "cm**3", "5 mL"),
        (5, "cc", "5 mL"),
        (5, "cm**2", "5 cm2"),
        (5, "hour", "5 h"),
        (5, "percent", "5 %"),
        (5, "count/uL", "5 /uL"),
    ):
        assert Amount.of(theirs.Quantity(number, unit)) == parse(text)


def test_international_units_of_another_registry_are_read_as_such() -> None:
    theirs: pint.UnitRegistry[Any] = pint.UnitRegistry(non_int_type=Decimal)
    theirs.define("IU = [activity]")
    assert Amount.of(theirs.Quantity(5, "IU/mL")) == parse("5 IU/mL")


def test_nothing_is_a_quantity_where_pint_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pint")
    with pytest.raises(AmountError, match="not an amount"):
        Amount.of(anything(object()))


def test_what_pint_would_misread_or_round_is_refused() -> None:
    theirs: pint.UnitRegistry[Any] = pint.UnitRegistry()
    for number, unit in (
        (0.5, "mg"),
        (True, "mg"),
        ("5", "mg"),
        (Decimal("NaN"), "mg"),
        (-5, "mg"),
        (0, "mg"),
        (10**5000, "mg"),
        (5, "unit"),
        (5, "megagauss"),
        (5, "dimensionless"),
        (5, "mg*mL"),
        (5, "mg/mL/cm"),
        (5, "1/mL"),
        (5, "mL/mg"),
    ):
        quantity = theirs.Quantity(anything(1), unit)
        quantity._magnitude = number
        with pytest.raises(AmountError):
            Amount.of(quantity)


@pytest.mark.parametrize("given", [5, 0.5, Decimal(5), Fraction(1, 3), None, True, b"5 mg", [], object()])
def test_only_text_amounts_and_quantities_are_taken(given: Anything) -> None:
    with pytest.raises(AmountError):
        Amount.of(given)


def test_a_number_too_long_to_print_is_still_refused_by_us() -> None:
    for number in (10**5000, Fraction(10**5000, 3), Decimal("1e999999")):
        with pytest.raises(AmountError):
            Amount.of(anything(number))
        with pytest.raises(AmountError):
            Amount(anything(number), "mg")


def test_text_and_amounts_are_taken() -> None:
    amount = parse("5 mg")
    assert Amount.of(amount) is amount
    assert Amount.of("5 mg") == amount
