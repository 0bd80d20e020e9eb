"""How much time passed between two records, where the dates of old charts may be imprecise."""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import UTC, datetime

DAY = 86_400
"""Seconds."""
WIDEST = 367 * DAY
"""More than an imprecise date can be off: a year is 366 days at most, and clocks differ by hours."""
AHEAD = 14 * 3600
"""No place's clock is further from UTC."""

Moment = tuple[int, int | None, int | None]
"""Seconds since 1970, minutes that the clock was ahead of UTC, and how many characters of the date are known.

Of a precise time the last is None. Of an imprecise one the second is, and the first is its first second as
if the place were at UTC."""


def elapsed(one: Moment, other: Moment) -> tuple[int, int]:
    """Return the fewest and the most seconds from one moment to another; negative where that came first.

    Between two precise moments it is one number. Where one is imprecise, both are compared by the calendar
    of the place, as whoever wrote the chart did.
    """
    if one[2] is None and other[2] is None:
        return other[0] - one[0], other[0] - one[0]
    first, last = _ends(one)
    begin, end = _ends(other)
    return begin - last, end - first


def _ends(moment: Moment) -> tuple[int, int]:
    """Return the first and the last second by the clock of the place."""
    seconds, offset, digits = moment
    if digits is None:
        here = seconds + (offset or 0) * 60
        return here, here
    day = datetime.fromtimestamp(seconds, UTC)
    lengths = {4: 365 + isleap(day.year), 7: monthrange(day.year, day.month)[1], 10: 1}
    return seconds, seconds + lengths[digits] * DAY - 1
