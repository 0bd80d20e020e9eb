"""The way of the records as it may be published: nothing that few patients have follows from it."""

from __future__ import annotations

import pytest

from mesococktail.research import Step
from mesococktail.research.answer import PRESCRIPTIONS
from mesococktail.research.attrition import left_is_hidden, published, trail
from mesococktail.research.suppression import LEAST, SUPPRESSED, Guard

GUARD = Guard(LEAST)


def told(*steps: Step, guard: Guard = GUARD, rows_are_hidden: bool = False) -> list[tuple[object, object]]:
    """What was dropped and what was left, as it may be shown."""
    return [
        (step.dropped, step.left)
        for step in published(steps, guard, rows_are_hidden=rows_are_hidden, narrowed=False)
    ]


def of(read: int, *dropped: tuple[int, int], people: int = 20, counted: str = "prescriptions") -> list[Step]:
    return list(trail(counted, read, *(("so", *some) for some in dropped), people=people))


def test_numbers_are_rounded_and_a_few_that_were_dropped_are_hidden() -> None:
    assert told(*of(103, (3, 3))) == [(0, 105), (SUPPRESSED, 100)]


def test_without_a_threshold_everything_is_exact() -> None:
    assert told(*of(103, (3, 3)), guard=Guard()) == [(0, 103), (3, 100)]


def test_many_that_were_dropped_of_few_patients_hide_how_many_there_were_before() -> None:
    assert told(*of(103, (20, 1), (30, 10))) == [
        (0, SUPPRESSED),
        (SUPPRESSED, 85),
        (30, 55),
    ]


def test_what_is_left_of_few_patients_is_hidden_with_what_was_dropped_for_it() -> None:
    assert told(*of(103, (60, 20), people=2)) == [(0, 105), (SUPPRESSED, SUPPRESSED)]


def test_where_everything_is_of_few_patients_nothing_is_told() -> None:
    assert told(*of(103, (60, 2), people=2)) == [(0, SUPPRESSED), (SUPPRESSED, SUPPRESSED)]


def test_where_rows_are_hidden_other_records_than_prescriptions_tell_nothing() -> None:
    steps = [*of(100), *of(300, (100, 50), counted="sessions")]
    assert told(*steps, rows_are_hidden=True) == [
        (0, 100),
        (0, SUPPRESSED),
        (SUPPRESSED, SUPPRESSED),
    ]
    assert told(*steps) == [(0, 100), (0, 300), (100, 200)]


def test_whether_prescriptions_are_left_is_told_by_their_last_step() -> None:
    few, enough = of(100, (60, 20), people=2), of(100)
    sessions = of(300, people=0, counted="sessions")
    assert left_is_hidden(published([*few, *sessions], GUARD, rows_are_hidden=False, narrowed=False))
    assert not left_is_hidden(published([*enough, *sessions], GUARD, rows_are_hidden=False, narrowed=False))


@pytest.mark.parametrize("left", [0, 1, 7])
def test_where_a_study_was_narrowed_nobody_is_told_like_few(left: int) -> None:
    steps = (
        Step(PRESCRIPTIONS, "read", 0, 100, left_people=100),
        Step(PRESCRIPTIONS, "not: sex female", 100 - left, left, people=100 - left, left_people=left),
    )
    found = published(steps, Guard(8), rows_are_hidden=False, narrowed=True)
    assert [(step.dropped, step.left) for step in found] == [(0, 100), (SUPPRESSED, SUPPRESSED)]
