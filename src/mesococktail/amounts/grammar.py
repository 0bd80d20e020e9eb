"""The one way a text becomes a number and a unit: ``NUMBER UNIT`` or ``NUMBER UNIT / NUMBER UNIT``.

Everything is matched exactly and in ASCII; the micro sign is accepted because the table of spellings lists
it. What does not fit is handed to `refusal`, which says why.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from mesococktail.amounts.dimension import Dimension
from mesococktail.amounts.exact import MOST_DIGITS, MOST_PLACES, Exact, divide, exact
from mesococktail.amounts.registry import check_comparable
from mesococktail.amounts.vocabulary import COUNTS, PRODUCT_UNITS, SPELLINGS, UNITS, compound
from mesococktail.errors import AmountError

LONGEST = 64
"""Characters. A longer text is refused before it is looked at."""

NUMBER = rf"(?:0|[1-9][0-9]{{0,{MOST_DIGITS - 1}}})(?:\.[0-9]{{1,{MOST_PLACES}}})?"
LARGEST_EXPONENT = 12
_TOO_LONG = 10**MOST_DIGITS

_HEAD = re.compile(rf"({NUMBER})(?:[eE]([0-9]{{1,2}})| ?x ?10\^([0-9]{{1,2}}))?(?![0-9.,]) *", re.ASCII)
_BELOW = re.compile(rf"({NUMBER})(?![0-9.,]) *", re.ASCII)
_COUNTED = frozenset(
    {
        Dimension.COUNT,
        Dimension.COUNT_CONCENTRATION,
        Dimension.COUNT_PER_AREA,
        Dimension.ACTIVITY,
        Dimension.ACTIVITY_CONCENTRATION,
    }
)


def read(text: str, units: frozenset[str] = frozenset()) -> tuple[Exact, str] | None:
    """Return number and UCUM code of a text that fits the grammar, else None.

    A number that could not be compared in its base unit, or not be written again, does not fit.

    Args:
        text: At most `LONGEST` characters, without blanks around it.
        units: Spellings of a product's own unit that are accepted besides the table.
    """
    head = _HEAD.match(text)
    if head is None:
        return None
    number = Decimal(head[1])
    code, below = _unit(text[head.end() :], units)
    if code is None or not number or not below:
        return None
    exponent = head[2] or head[3]
    if exponent is not None:
        if UNITS[code].dimension not in _COUNTED or not 1 <= int(exponent) <= LARGEST_EXPONENT:
            return None
        number = Decimal(f"{head[1]}e{exponent}")
        if number.adjusted() >= MOST_DIGITS:
            return None
    value = _value(number, below, code)
    return None if value is None else (value, code)


def _value(number: Decimal, below: Decimal, code: str) -> Exact | None:
    """Return one number over another; None where it could not be compared, or not be written again."""
    try:
        value = exact(number) if below == 1 else divide(number, below)
        check_comparable(value, code)
    except AmountError:
        return None
    if isinstance(value, Fraction) and max(value.numerator, value.denominator) >= _TOO_LONG:
        return None
    return value


def _unit(text: str, units: frozenset[str]) -> tuple[str | None, Decimal]:
    """Return the code of ``UNIT`` or ``UNIT / NUMBER UNIT`` and the number below the line."""
    known = _spelling(text, units)
    if known is not None or "/" not in text:
        return known, Decimal(1)
    above, _, rest = text.partition("/")
    rest = rest.lstrip(" ")
    if not above:  # 900 /mL counts something per volume; 1/3 mL is a fraction
        return compound(COUNTS, SPELLINGS.get(rest)), Decimal(1)
    number = _BELOW.match(rest)
    below = rest if number is None else rest[number.end() :]
    code = compound(_spelling(above.rstrip(" "), units), SPELLINGS.get(below))
    return code, Decimal(1) if number is None else Decimal(number[1])


def _spelling(text: str, units: frozenset[str]) -> str | None:
    return PRODUCT_UNITS if text in units else SPELLINGS.get(text)
