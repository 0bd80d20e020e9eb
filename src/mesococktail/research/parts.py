"""A part of a whole as it may be shown, and its share with an interval."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mesococktail.research.figures import rounded

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from mesococktail.research.suppression import Guard


def few(guard: Guard, *numbers: int) -> bool:
    """Whether any of these counts is of too few to be shown. Of a part, give also what it leaves."""
    return any(guard.number(number) is None for number in numbers)


def rate(
    part: int, whole: int, interval: Callable[[int, int], tuple[float, float]]
) -> tuple[Decimal | None, ...]:
    """Return the share of a part and its interval; of nothing, none."""
    if not whole:
        return None, None, None
    low, high = interval(part, whole)
    return rounded(Fraction(part, whole)), rounded(Fraction(low)), rounded(Fraction(high))
