"""When the next session of a plan is due: calendar arithmetic on days, exact and without a clock.

The days of a session are the calendar's where it was given; a date of which only the month is known is
every day of that month, and what follows from it is a window. An interval given as a range is a window too.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from mesococktail.records import days_of, months_later
from mesococktail.records.times import LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesococktail.records import Around, Phase, Plan

_LAST_DAY = date(LATEST, 12, 31)
"""Nothing is due after it: there is no time in a record that could be."""
_DECEMBER = 12
_WEEK = 7


@attrs.frozen
class Window:
    """From one day to another, both included; the same day where it is exact."""

    first: date
    last: date

    @classmethod
    def of(cls, time: datetime | Around) -> Window:
        """Return the days that a time may mean, by the calendar of the place where it was."""
        return cls(*days_of(time))

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


@attrs.frozen
class Due:
    """The next session of a plan."""

    number: int
    """Which session of the plan it is, counted from 1."""
    window: Window
    """The days on which it is due."""
    owed: bool
    """Whether the plan asks for it; false where fewer sessions are as good (``x4-6``, ``at most 3``)."""

    def __str__(self) -> str:
        return f"session {self.number} {'is due' if self.owed else 'may be given'} {self.window}"


def later(day: date, number: int, unit: str) -> date:
    """Return the day *number* units after another.

    A month later is the same day of the next month, or its last day where it is shorter.

    Args:
        day: The day to count from.
        number: How many, 0 or more.
        unit: ``day``, ``week`` or ``month``.
    """
    if unit == "month":
        return months_later(day, number) if day.year + number // _DECEMBER < LATEST else _LAST_DAY
    days = number * _WEEK if unit == "week" else number
    return min(day + timedelta(days=days), _LAST_DAY) if days <= (_LAST_DAY - day).days else _LAST_DAY


def after(window: Window, number: tuple[int, int], unit: str) -> Window:
    """Return the days that lie the fewest to the most units after a window."""
    few, many = number
    return Window(later(window.first, few, unit), later(window.last, many, unit))


def next_due(plan: Plan, done: Sequence[Window]) -> Due | None:
    """Return when the session after those in *done* is due; None if no more is planned.

    A plan says how long after a session the next one is (weeks are counted from the first session), so
    the first session itself is never due on a day.

    Args:
        plan: The plan.
        done: The days of the sessions so far, in order.
    """
    if not done:
        return None
    number = len(done) + 1
    if plan.weeks:
        window = _by_weeks(plan, done)
    elif plan.at_most is not None and number > plan.at_most:
        window = None
    else:
        window = _by_phases(plan, done[-1], number)
    return None if window is None else Due(number, window, _owed(plan, len(done)))


def finished(plan: Plan, done: int) -> bool:
    """Whether so many sessions are all that the plan asks for.

    Of a range that is its fewest; of ``at most 3`` it is 3, for nobody said how few are enough. A plan
    that does not say how many is never finished.
    """
    planned = plan.sessions
    if planned is None:
        return False
    fewest, most = planned
    if plan.at_most is None:
        return done >= fewest
    # "at most 10, weekly x3" has no fourth session either.
    return done >= most or (done > 0 and not any(_phases_of(plan, done + 1)))


def _owed(plan: Plan, done: int) -> bool:
    return plan.at_most is None and (plan.sessions is None or done < plan.sessions[0])


def _by_weeks(plan: Plan, done: Sequence[Window]) -> Window | None:
    if len(done) >= len(plan.weeks):
        return None
    weeks = plan.weeks[len(done)] - plan.weeks[0]
    planned, previous = after(done[0], (weeks, weeks), "week"), done[-1]
    # After a late session the week that was planned may have passed already.
    return Window(max(planned.first, previous.first), max(planned.last, previous.last))


def _by_phases(plan: Plan, previous: Window, number: int) -> Window | None:
    windows = [after(previous, phase.every, phase.unit) for phase in _phases_of(plan, number)]
    if not windows:
        return None
    return Window(min(each.first for each in windows), max(each.last for each in windows))


def _phases_of(plan: Plan, number: int) -> Iterator[Phase]:
    """Yield the phases that a session may belong to: several where an earlier one has a range of sessions.

    The interval before a session is that of its own phase.
    """
    fewest, most = 0, 0
    endless = False
    for phase in plan.phases:
        few, many = phase.times or (1, 0)
        endless = endless or phase.times is None
        most += many
        if fewest < number and (endless or number <= most):
            yield phase
        fewest += few
