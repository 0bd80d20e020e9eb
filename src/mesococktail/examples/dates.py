"""When the sessions of a made-up course are: on the first day that each is due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mesococktail.chart.schedule import Window, next_due

if TYPE_CHECKING:
    from mesococktail.records import Plan


def dates_of(plan: Plan, first: datetime, sessions: int | None = None) -> list[datetime]:
    """Return the times of the sessions of *plan*, at the shorter end of every range.

    Args:
        plan: As it is recorded.
        first: When the first session is.
        sessions: How many; the most that the plan adds up to when left out, and one where it does not say.
    """
    count = sessions if sessions is not None else (plan.sessions or (1, 1))[1]
    found = [first][:count]
    while len(found) < count:
        due = next_due(plan, [Window.of(at) for at in found])
        if due is None:
            break
        found.append(datetime.combine(due.window.first, first.timetz()))
    return found
