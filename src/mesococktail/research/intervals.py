"""Intervals of 95 % for shares and means, in floating point: right to more places than are shown.

``statistics`` has the normal distribution only, and a library of statistics is too much to install for two
quantiles: both are those of the beta distribution, found here by Newton's method.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

LEVEL = 0.95
"""How much of what could have been an interval covers."""
_TAIL = (1 - LEVEL) / 2
_NORMAL = NormalDist().inv_cdf(1 - _TAIL)
_NEAR = 1e-10
"""A quantile is found when a step changes less than this part of it."""
_TINY = 1e-300


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return Wilson's score interval of a share: *part* of *whole*, which is not 0."""
    share, square = part / whole, _NORMAL * _NORMAL / whole
    middle = share + square / 2
    reach = _NORMAL * math.sqrt(share * (1 - share) / whole + square / whole / 4)
    low, high = (middle - reach) / (1 + square), (middle + reach) / (1 + square)
    return (low if part else 0.0), (high if part < whole else 1.0)


@lru_cache(maxsize=8192)
def clopper_pearson(part: int, whole: int) -> tuple[float, float]:
    """Return the exact interval of Clopper and Pearson of a share: *part* of *whole*, which is not 0."""
    near = wilson(part, whole)
    low = _beta_quantile(_TAIL, part, whole - part + 1, near[0]) if part else 0.0
    high = _beta_quantile(1 - _TAIL, part + 1, whole - part, near[1]) if part < whole else 1.0
    return low, high


@lru_cache(maxsize=8192)
def student(freedom: int) -> float:
    """Return how many standard errors of a mean the interval reaches to each side.

    Args:
        freedom: Degrees of freedom, 1 or more: one less than there are values.
    """
    near = _NORMAL * _NORMAL / (freedom + _NORMAL * _NORMAL)
    found = _beta_quantile(LEVEL, 0.5, freedom / 2, near)
    return math.sqrt(freedom * found / (1 - found))


def _beta_quantile(wanted: float, first: float, second: float, near: float) -> float:
    """Return where the beta distribution reaches *wanted*: by Newton's steps, or halves of what is left."""
    low, high, here = 0.0, 1.0, near
    whole = math.lgamma(first + second) - math.lgamma(first) - math.lgamma(second)
    while True:
        height = math.exp(whole + first * math.log(here) + second * math.log1p(-here))
        if here < (first + 1) / (first + second + 2):
            reached = height * _fraction(here, first, second) / first
        else:
            reached = 1 - height * _fraction(1 - here, second, first) / second
        if reached < wanted:
            low = here
        else:
            high = here
        step = (reached - wanted) * here * (1 - here) / max(height, _TINY)
        there = here - step if low < here - step < high else (low + high) / 2
        if abs(there - here) <= _NEAR * here:
            return there
        here = there


def _fraction(here: float, first: float, second: float) -> float:
    """Return the continued fraction of the incomplete beta function, by Lentz's method."""
    above = 1.0
    below = 1 / (1 - (first + second) * here / (first + 1))
    found, place, change = below, 0, 0.0
    while abs(change - 1) > _NEAR / 100:
        place += 1
        twice = first + 2 * place
        even = place * (second - place) * here / ((twice - 1) * twice)
        odd = -(first + place) * (first + second + place) * here / (twice * (twice + 1))
        below, above = 1 / (1 + even * below), 1 + even / above
        found *= above * below
        below, above = 1 / (1 + odd * below), 1 + odd / above
        change = above * below
        found *= change
    return found
