"""Exact arithmetic over counts. Everything is a whole number or a fraction until it is shown."""

from __future__ import annotations

from bisect import bisect_right
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES = 4
"""Places to which a share, a confidence and a lift are rounded, half to even."""

_ROUND = Context(prec=60, rounding=ROUND_HALF_EVEN)
_MILLION = 6
QUARTERS = (0, 1, 2, 3, 4)
"""Minimum, lower quartile, median, upper quartile, maximum."""


def rounded(number: Fraction, places: int = PLACES) -> Decimal:
    """Return *number* to so many places, half to even."""
    return Decimal(round(number * 10**places)).scaleb(-places, _ROUND)


def share(part: int, whole: int) -> Decimal:
    """Return *part* of *whole* to `PLACES` places; of nothing, nothing."""
    return rounded(Fraction(part, whole)) if whole else rounded(Fraction(0))


def plain(number: Decimal) -> Decimal:
    """Return the same decimal without exponent and without zeros that say nothing."""
    whole = number.normalize(_ROUND)
    return whole.quantize(Decimal(1), context=_ROUND) if whole == whole.to_integral_value() else whole


def five_numbers(doses: Sequence[int], counts: Sequence[int]) -> tuple[Decimal, ...]:
    """Return minimum, quartiles and maximum of a histogram, exactly.

    Quartiles are by linear interpolation between the two nearest of the sorted values (type 7 of
    Hyndman and Fan 1996: the rule of ``statistics.quantiles(method="inclusive")``, R and numpy).

    Args:
        doses: Distinct or repeated values in rising order, whole millionths of a unit; at least one.
        counts: How often each occurs, 1 or more.

    Returns:
        Five exact decimals in that unit: a quarter of a millionth is the finest there can be.
    """
    reached = list(accumulate(counts))

    def value(place: int) -> int:
        return doses[bisect_right(reached, place)]

    found = []
    for quarter in QUARTERS:
        low, rest = divmod((reached[-1] - 1) * quarter, 4)
        found.append(value(low) * (4 - rest) + (value(low + 1) * rest if rest else 0))
    return tuple(plain(Decimal(four * 25).scaleb(-_MILLION - 2, _ROUND)) for four in found)


def on_grid(millionths: int, unit: str, digits: int) -> str:
    """Return a dose rounded half-even to *digits* significant digits, as the keys of combinations have it."""
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    dose = context.divide(Decimal(millionths), Decimal(10**_MILLION))
    return f"{dose.normalize(context):f} {unit}".strip()
