"""The way of the records from all that was read to what was counted, and how much of it may be shown."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import attrs

from mesococktail.research.answer import PRESCRIPTIONS, Step
from mesococktail.research.suppression import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mesococktail.research.suppression import Guard

Dropped = tuple[str, int, int]
"""Why, how many records, and how many patients these are of at least: 0 where that is not known."""


def trail(counted: str, read: int, *dropped: Dropped, people: int, what: str = "read") -> tuple[Step, ...]:
    """Return what was read of something, what was dropped of it and why, and what is left.

    Args:
        counted: What it is.
        read: How many there are.
        dropped: In their order; reasons that nothing was dropped for are left out.
        people: Patients that what is left is of, at least.
        what: What was read.
    """
    return (
        Step(counted, what, 0, read, left_people=people),
        *dropping(counted, read, *dropped, people=people),
    )


def dropping(counted: str, left: int, *dropped: Dropped, people: int) -> tuple[Step, ...]:
    """Return what else was dropped of what was left, as in `trail`."""
    steps = []
    for why, number, of in dropped:
        left -= number
        if number:
            steps.append(Step(counted, why, number, left, people=of, left_people=people))
    return tuple(steps)


def published(
    steps: Sequence[Step], guard: Guard, *, rows_are_hidden: bool, narrowed: bool
) -> tuple[Step, ...]:
    """Return the way of the records as it may be shown.

    A number is shown only if nothing follows from it and those below it: what is left may not be of few, and
    what was dropped between may not be many records of few patients (of few records a difference between
    rounded numbers tells no more than that they are few). Where rows are hidden, what was read of other
    records could tell of them; prescriptions cannot, as rows are closed against their number. Where a study
    was narrowed, nobody is told like few: else one would find out about somebody by what nobody has.
    """
    if guard.least is None:
        return tuple(steps)
    shown: list[Step] = []
    nobody = guard.least - 1 if narrowed else 0
    for counted, some in groupby(steps, attrgetter("counted")):
        chain = list(some)
        seen = _seen(chain, guard, nobody if counted == PRESCRIPTIONS else 0)
        if rows_are_hidden and counted != PRESCRIPTIONS:
            seen = [False] * len(chain)
        before = True
        for step, visible in zip(chain, seen, strict=True):
            dropped = 0 if step is chain[0] else _rounded(guard, step.dropped or nobody, visible and before)
            shown.append(attrs.evolve(step, dropped=dropped, left=_rounded(guard, step.left, visible)))
            before = visible
    return tuple(shown)


def left_is_hidden(steps: Iterable[Step]) -> bool:
    """Whether it may not be shown how many prescriptions are left."""
    return not isinstance([step.left for step in steps if step.counted == PRESCRIPTIONS][-1], int)


def _seen(chain: Sequence[Step], guard: Guard, nobody: int) -> list[bool]:
    """Tell of each step of one chain whether what it leaves may be shown, from the last one up.

    Args:
        chain: The steps.
        guard: Decides.
        nobody: What a selection of nobody is told like.
    """
    seen: list[bool] = []
    people, number, of = chain[-1].left_people, 0, 0
    for step in reversed(chain):
        if any(seen):
            enough = guard.number(number) is None or guard.number(number, of) is not None
        else:
            enough = guard.number(int(step.left) or nobody, people) is not None
        seen.append(enough)
        if seen[-1]:
            number = of = 0
        number, of = number + int(step.dropped), max(of, step.people)
        people = max(people, step.people)
    return seen[::-1]


def _rounded(guard: Guard, number: int | str, visible: bool) -> int | str:  # noqa: FBT001  # one of two outcomes
    return told(guard.number(int(number)) if visible else None)
