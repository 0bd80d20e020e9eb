"""Intervals are those of a library of statistics."""

from __future__ import annotations

import pytest
from scipy import stats

from mesococktail.research.intervals import clopper_pearson, student, wilson

WHOLES = (1, 2, 3, 7, 8, 10, 19, 50, 123, 1000, 12_345, 1_000_000)
CASES = [
    (part, whole)
    for whole in WHOLES
    for part in sorted({0, 1, 2, whole // 10, whole // 3, whole // 2, whole - 2, whole - 1, whole})
    if 0 <= part <= whole
]


@pytest.mark.parametrize(("part", "whole"), CASES)
def test_the_score_interval_of_a_share_is_that_of_scipy(part: int, whole: int) -> None:
    known = stats.binomtest(part, whole).proportion_ci(0.95, "wilson")
    assert wilson(part, whole) == pytest.approx((known.low, known.high), abs=1e-9)


@pytest.mark.parametrize(("part", "whole"), CASES)
def test_the_exact_interval_of_a_share_is_that_of_scipy(part: int, whole: int) -> None:
    known = stats.binomtest(part, whole).proportion_ci(0.95, "exact")
    assert clopper_pearson(part, whole) == pytest.approx((known.low, known.high), abs=1e-9)


@pytest.mark.parametrize("freedom", [*range(1, 60), 100, 999, 10_000, 1_000_000])
def test_the_reach_of_a_mean_is_that_of_scipy(freedom: int) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-8)


def test_an_interval_holds_the_share_it_is_of() -> None:
    for interval in (wilson, clopper_pearson):
        for part, whole in CASES:
            low, high = interval(part, whole)
            assert 0 <= low <= part / whole <= high <= 1
