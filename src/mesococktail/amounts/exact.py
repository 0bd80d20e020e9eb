"""Exact numbers: a `Decimal` where one will do, else the `Fraction` it is. Nothing is ever rounded.

The decimal context of the caller is neither used nor changed.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction

from mesococktail.errors import AmountError

Exact = Decimal | Fraction

MOST_DIGITS = 18
"""Digits before the point: a syringe of platelets needs eleven, and nothing here needs more than eighteen."""
MOST_PLACES = 15
"""Digits after the point of a decimal; what needs more stays a fraction."""
_LIMIT = 10**MOST_DIGITS
_LONGEST_RATIO = 10**60

_UNGROUPED = 4
"""Digits that are not grouped: 1000 is read at a glance (SI brochure, 5.4.4)."""
_ROUGH = Context(prec=80)
_EXACT = Context(prec=160, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])


def exact(number: Decimal | Fraction | int) -> Exact:
    """Return the one canonical form of *number*: plain digits without trailing zeros, or a fraction.

    Raises:
        AmountError: The number is not finite, is negative, or is beyond what is kept exactly.
    """
    if isinstance(number, Decimal):
        return _exact_decimal(number)
    if number < 0:
        raise AmountError(
            "an amount is never below zero", got=shown(number), cure="check which is the larger"
        )
    if number >= _LIMIT or number.denominator > _LONGEST_RATIO:
        raise AmountError(
            "beyond the numbers that are kept exactly", got=shown(number), cure="write it in a fitting unit"
        )
    return _from_ratio(number.numerator, number.denominator)


def _exact_decimal(number: Decimal) -> Exact:
    if not number.is_finite():
        raise AmountError("not a number one can measure", got=str(number), cure="write the number")
    if number < 0:
        raise AmountError(
            "an amount is never below zero", got=shown(number), cure="check which is the larger"
        )
    if not number:
        return Decimal(0)
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or number.adjusted() >= MOST_DIGITS or exponent < -MOST_PLACES * 3:
        raise AmountError(
            "beyond the numbers that are kept exactly", got=shown(number), cure="write it in a fitting unit"
        )
    if exponent == 0 or (-MOST_PLACES <= exponent < 0 and digits[-1] != 0):
        return number
    return _from_ratio(*number.as_integer_ratio())


def _from_ratio(above: int, below: int) -> Exact:
    rest, twos, fives = below, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > MOST_PLACES:
        return Fraction(above, below)
    return Decimal(above * 10**places // below).scaleb(-places, _EXACT)


def shown(number: Decimal | Fraction | int) -> str:
    """Return a short text even of a number with a million digits."""
    if isinstance(number, Decimal):
        return f"{number:.6g}"
    return (
        str(number) if abs(number.numerator) < _LONGEST_RATIO > number.denominator else "a very long number"
    )


def add(left: Exact, right: Exact) -> Exact:
    """Return the exact sum."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return exact(_EXACT.add(left, right))
    return exact(Fraction(left) + Fraction(right))


def subtract(left: Exact, right: Exact) -> Exact:
    """Return the exact difference, which an amount does not let fall below zero."""
    return exact(Fraction(left) - Fraction(right))


def multiply(left: Exact, right: Exact) -> Exact:
    """Return the exact product."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return exact(_EXACT.multiply(left, right))
    return exact(Fraction(left) * Fraction(right))


def divide(left: Exact, right: Exact) -> Exact:
    """Return the exact quotient: 10 / 3 stays the fraction it is.

    Raises:
        AmountError: The divisor is zero.
    """
    if not right:
        raise AmountError("nothing can be divided by zero", got=f"{plain(left)} / 0", cure="give the divisor")
    return exact(Fraction(left) / Fraction(right))


def plain(number: Exact) -> str:
    """Return plain digits without exponent, or ``10/3``."""
    return format(number, "f") if isinstance(number, Decimal) else f"{number.numerator}/{number.denominator}"


def for_paper(number: Exact, digits: int) -> str:
    """Return digits in groups of three, and a fraction rounded to *digits* significant digits after ``≈``.

    The digits before the point are always shown; only places are rounded away.
    """
    if isinstance(number, Decimal):
        return _grouped(plain(number))
    rough = _ROUGH.divide(Decimal(number.numerator), Decimal(number.denominator))
    places = max(digits - 1 - rough.adjusted(), 0)
    rounded = rough.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _ROUGH)
    shown = plain(rounded)
    return f"≈ {_grouped(shown.rstrip('0').rstrip('.') if '.' in shown else shown)}"


def _grouped(digits: str) -> str:
    whole, point, places = digits.partition(".")
    if len(whole) <= _UNGROUPED:
        return digits
    return f"{int(whole):,}".replace(",", "\N{NO-BREAK SPACE}") + point + places
