"""The closed pint registry: the one authority on dimensions and factors, and the only place pint is used.

It knows this field's units and nothing else, is built on first need, and is handed numbers and names from our
own table, never a text that a person wrote.
"""

from __future__ import annotations

import sys
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from mesococktail.amounts.exact import Exact, exact, multiply, shown
from mesococktail.amounts.vocabulary import UNITS, compound
from mesococktail.errors import AmountError

if TYPE_CHECKING:
    from pint import Quantity, UnitRegistry

_PRECISION = Context(prec=50)
_COMPARABLE = 10**9
"""Below this a number is within what is kept exactly in whatever unit: a kg/uL, the largest, is 1e9 mg/mL."""


@cache
def registry() -> UnitRegistry[Any]:
    """Return the registry, built once. It is never made pint's application registry."""
    import pint

    with localcontext(_PRECISION):
        built: UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Decimal)
        built.load_definitions([unit.definition for unit in UNITS.values() if unit.definition])
    return built


@cache
def factor(code: str) -> Fraction:
    """Return how many of its dimension's base unit one of this unit is, exactly. Asks pint once per unit."""
    unit = UNITS[code]
    if unit.base:
        return Fraction(1)
    if unit.parts is not None:
        above, below = unit.parts
        return factor(above) / factor(below)
    with localcontext(_PRECISION):
        found = registry().Quantity(Decimal(1), unit.pint_name).to_base_units().magnitude
    return Fraction(found)


def check_comparable(value: Exact, code: str) -> None:
    """Refuse a number that is beyond what is kept exactly once it is in the base unit of its dimension.

    Raises:
        AmountError: It could be compared with no other amount.
    """
    if value >= _COMPARABLE:
        multiply(value, factor(code))


def quantity(value: Decimal | Fraction, code: str) -> Quantity[Decimal]:
    """Return a pint quantity of the closed registry; a fraction is rounded to 28 digits."""
    if isinstance(value, Fraction):
        rounding = Context(prec=28)
        value = rounding.divide(Decimal(value.numerator), Decimal(value.denominator))
    with localcontext(_PRECISION):
        return cast("Quantity[Decimal]", registry().Quantity(value, UNITS[code].pint_name))


def is_quantity(candidate: object) -> bool:
    """Say whether this is a pint quantity of any registry, without importing pint for the question."""
    if "pint" not in sys.modules:
        return False
    from pint.facets.plain import PlainQuantity

    return isinstance(candidate, PlainQuantity)


def read_quantity(given: Any) -> tuple[Exact, str]:  # noqa: ANN401  # the class differs with each registry
    """Return number and UCUM code of a pint quantity of any registry.

    Only its number and its unit names are read; the other registry converts nothing, for what it calls a unit
    may be anything.

    Raises:
        AmountError: The number is no int or Decimal, or is zero; or the unit is not one of ours.
    """
    number = given.magnitude
    if not isinstance(number, Decimal | int) or isinstance(number, bool):
        kind = type(number).__name__
        raise AmountError(f"a {kind} is not an exact number", got=str(given), cure="give an int or a Decimal")
    code = _code(dict(given.unit_items()))
    got = f"{shown(number)} {given.units}"
    if code is None:
        raise AmountError("not a unit of this field", got=got, cure="use mg, mL, mg/mL or another of ours")
    value = exact(number)
    if not value:
        raise AmountError(
            "zero where something was given", got=got, cure="leave it out, or say why it is unknown"
        )
    return value, code


def _code(powers: dict[str, int]) -> str | None:
    above = [_codes_by_name().get((name, power)) for name, power in powers.items() if power > 0]
    below = [_codes_by_name().get((name, -power)) for name, power in powers.items() if power < 0]
    if len(above) == 1 and not below:
        return above[0]
    return compound(above[0], below[0]) if len(above) == 1 and len(below) == 1 else None


@cache
def _codes_by_name() -> dict[tuple[str, int], str]:
    """Return codes by pint name and power: an area is ``square_centimeter`` and ``centimeter`` squared."""
    names = {(unit.pint_name, 1): unit.code for unit in UNITS.values() if unit.definition}
    powers = {
        (defined[: -len(" ** 2")], 2): unit.code
        for unit in UNITS.values()
        if (defined := unit.definition.partition(" = ")[2]).endswith(" ** 2")
    }
    return {**names, **powers, ("cubic_centimeter", 1): "mL", ("centimeter", 3): "mL", ("IU", 1): "[iU]"}
