"""Exact arithmetic over counts. Everything is a whole number or a fraction until it is shown."""

from __future__ import annotations

import operator
from bisect import bisect_right
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from mesococktail.research.suppression import SUPPRESSED

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES = 4
"""Places to which a share, a confidence and a lift are rounded, half to even."""
DIGITS = 6
"""Significant digits to which a mean and a deviation are rounded, half to even."""
PUBLISHED_DIGITS = 3
"""The same where they may be published: with more, how many there were could be told from a mean."""

COUNTED = "from whole picograms, or millionths of any other unit"
"""What the counts of doses are, for a remark under an answer."""
_ROUND = Context(prec=60, rounding=ROUND_HALF_EVEN)
OF_ONE = f"of 1, to {PLACES} places"
"""The unit of a share."""
QUARTERS = (0, 1, 2, 3, 4)
"""Minimum, lower quartile, median, upper quartile, maximum."""


def rounded(number: Fraction, places: int = PLACES) -> Decimal:
    """Return *number* to so many places, half to even."""
    return Decimal(round(number * 10**places)).scaleb(-places, _ROUND)


def share(part: int | None, whole: int | None) -> Decimal | str:
    """Return *part* of *whole* to `PLACES` places; of nothing, nothing; suppressed if either of them is."""
    if part is None or whole is None:
        return SUPPRESSED
    return rounded(Fraction(part, whole)) if whole else rounded(Fraction(0))


def significant(number: Fraction, digits: int = DIGITS) -> Decimal:
    """Return *number* to so many significant digits, half to even."""
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    exact = _ROUND.divide(Decimal(number.numerator), Decimal(number.denominator))
    return plain(context.plus(exact))


def digits_of(least: int | None) -> int:
    """Return to how many digits means are told, given the threshold of what may be shown."""
    return DIGITS if least is None else PUBLISHED_DIGITS


def mean_and_variance(
    values: Sequence[int], counts: Sequence[int], per_unit: int
) -> tuple[Fraction, Fraction | None]:
    """Return mean and sample variance of a histogram, exactly; no variance of a single value.

    Args:
        values: Values in whole counts; at least one.
        counts: How often each occurs.
        per_unit: How many counts make one unit.
    """
    number, total = sum(counts), sum(map(operator.mul, values, counts))
    mean = Fraction(total, number * per_unit)
    if number == 1:
        return mean, None
    squares = sum(value * value * times for value, times in zip(values, counts, strict=True))
    return mean, Fraction(squares * number - total * total, number * (number - 1) * per_unit**2)


def moments(
    doses: Sequence[int], counts: Sequence[int], per_unit: int, digits: int = DIGITS
) -> tuple[Decimal, Decimal | None]:
    """Return mean and sample standard deviation as `mean_and_variance`, rounded once to so many digits."""
    mean, variance = mean_and_variance(doses, counts, per_unit)
    return significant(mean, digits), None if variance is None else root(variance, digits)


def root(number: Fraction, digits: int = DIGITS) -> Decimal:
    """Return the square root to so many significant digits, half to even."""
    exact = _ROUND.sqrt(_ROUND.divide(Decimal(number.numerator), Decimal(number.denominator)))
    return plain(Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(exact))


def plain(number: Decimal) -> Decimal:
    """Return the same decimal without exponent and without zeros that say nothing."""
    whole = number.normalize(_ROUND)
    return whole.quantize(Decimal(1), context=_ROUND) if whole == whole.to_integral_value() else whole


def five_numbers(doses: Sequence[int], counts: Sequence[int], per_unit: int) -> tuple[Decimal, ...]:
    """Return minimum, quartiles and maximum of a histogram, exactly.

    Quartiles are by linear interpolation between the two nearest of the sorted values (type 7 of
    Hyndman and Fan 1996: the rule of ``statistics.quantiles(method="inclusive")``, R and numpy).

    Args:
        doses: Distinct or repeated values in rising order, in whole counts; at least one.
        counts: How often each occurs, 1 or more.
        per_unit: How many counts make one unit, a power of ten.

    Returns:
        Five exact decimals in that unit: a quarter of a count is the finest there can be.
    """
    reached = list(accumulate(counts))

    def value(place: int) -> int:
        return doses[bisect_right(reached, place)]

    found = []
    for quarter in QUARTERS:
        low, rest = divmod((reached[-1] - 1) * quarter, 4)
        found.append(value(low) * (4 - rest) + (value(low + 1) * rest if rest else 0))
    return tuple(plain(_ROUND.divide(Decimal(four), Decimal(4 * per_unit))) for four in found)


def on_grid(dose: int, per_unit: int, unit: str, digits: int) -> str:
    """Return counts of a dose rounded half-even to *digits* significant digits, as combinations have it."""
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    rounded_dose = context.divide(Decimal(dose), Decimal(per_unit))
    return f"{rounded_dose.normalize(context):f} {unit}".strip()
