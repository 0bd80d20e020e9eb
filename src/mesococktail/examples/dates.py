"""When the sessions of a made-up course are: on the days of its plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesococktail.records import Plan

_LAST_DAY_OF_ALL_MONTHS = 28


def dates_of(plan: Plan, first: datetime, sessions: int | None = None) -> list[datetime]:
    """Return the times of the sessions of *plan*, at the shorter end of every range.

    Args:
        plan: As it is recorded.
        first: When the first session is.
        sessions: How many; the most that the plan adds up to when left out. Where a phase does not say how
            many it has, it goes on until there are that many.
    """
    count = sessions if sessions is not None else (plan.sessions or (1, 1))[1]
    if plan.weeks:
        return [first + timedelta(weeks=week - plan.weeks[0]) for week in plan.weeks][:count]
    found: list[datetime] = [first][:count]
    for place, phase in enumerate(plan.phases):
        times = count if phase.times is None else phase.times[1]
        # The first session of all is of the first phase, and waits for nothing.
        for _ in range(times - (place == 0)):
            if len(found) >= count:
                return found
            found.append(_later(found[-1], phase.every[0], phase.unit))
    return found


def _later(time: datetime, number: int, unit: str) -> datetime:
    if unit == "month":
        months = time.month - 1 + number
        day = min(time.day, _LAST_DAY_OF_ALL_MONTHS)
        return time.replace(year=time.year + months // 12, month=months % 12 + 1, day=day)
    return time + timedelta(days=number * (7 if unit == "week" else 1))
