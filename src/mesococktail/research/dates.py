"""From when to when: days as the clinic's calendar has them, or exact moments."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import QuestionError, RecordError
from mesococktail.research.conditions import Filter
from mesococktail.research.elapsed import DAY

if TYPE_CHECKING:
    from mesococktail.records import Around
    from mesococktail.research.source import Asked

_EPOCH = date(1970, 1, 1)
_LOCAL = "p.at_utc + coalesce(p.at_offset, 0) * 60"
"""Seconds that the clock on the wall had counted; an imprecise date stands at its beginning."""
_DIGITS = (4, 7, 10)
"""Digits of an imprecise date: its year, month or day."""


@attrs.frozen
class Bound:
    """One end of a period."""

    said: str
    local: int
    """Seconds of the calendar where it happened. A period begins here, or ends before here."""
    utc: int | None
    """The moment, where one was given; None for a day, which is a different moment in every zone."""
    calendar: tuple[int, int, int]
    """Beginning of the year, month and day that `local` lies in."""


def bound(given: object, path: str, *, end: bool) -> Bound:
    """Read one end of a period.

    Args:
        given: A year, month or day (text, ``date`` or `Around`), which at the end is included whole; or
            a moment with its zone, which at the end is not included.
        path: Its name, for the message.
        end: Whether it is the end.

    Raises:
        QuestionError: It is neither.
    """
    if isinstance(given, date) and not isinstance(given, datetime):
        given = given.isoformat()
    from mesococktail.records import Around, time_of  # only where a period is set

    try:
        time = time_of(given)
    except RecordError as error:
        raise QuestionError(
            error.rule, path=path, got=given, cure="write a day, such as 2025-03-01"
        ) from None
    if isinstance(time, Around):
        day = _after(time) if end else date(time.year, time.month or 1, time.day or 1)
        return Bound(str(time), _seconds(day), None, _beginnings(day))
    if time.microsecond:
        raise QuestionError("has a fraction of a second", path=path, got=given, cure="give whole seconds")
    offset = time.utcoffset() or timedelta(0)
    local = _seconds(time.date()) + time.hour * 3600 + time.minute * 60 + time.second
    return Bound(time.isoformat(), local, local - offset // timedelta(seconds=1), _beginnings(time.date()))


def _after(around: Around) -> date:
    """Return the first day after an imprecise date."""
    if around.month is None:
        return date(around.year + 1, 1, 1)
    if around.day is None:
        return date(around.year + around.month // 12, around.month % 12 + 1, 1)
    return date(around.year, around.month, around.day) + timedelta(days=1)


def _seconds(day: date) -> int:
    return (day - _EPOCH).days * DAY


def _beginnings(day: date) -> tuple[int, int, int]:
    return _seconds(day.replace(month=1, day=1)), _seconds(day.replace(day=1)), _seconds(day)


@attrs.frozen
class Since:
    """Prescribed at or after; an imprecise date counts if all of it does."""

    bound: Bound

    def filter(self, asked: Asked) -> Filter:  # noqa: ARG002  # needs no look-up
        """Return the condition."""
        return Filter(
            f"({_exact(self.bound, '>=')} OR (p.at_digits IS NOT NULL AND p.at_utc >= {self.bound.local}))",
            f"since {self.bound.said}",
        )


@attrs.frozen
class Until:
    """Prescribed before the end; an imprecise date counts if all of it does."""

    bound: Bound

    def filter(self, asked: Asked) -> Filter:  # noqa: ARG002  # needs no look-up
        """Return the condition.

        A year known only as such ends in time if it began before the year that the bound lies in.
        """
        parts = [_exact(self.bound, "<")]
        parts += [
            f"(p.at_digits = {digits} AND p.at_utc < {beginning})"
            for digits, beginning in zip(_DIGITS, self.bound.calendar, strict=True)
        ]
        return Filter(f"({' OR '.join(parts)})", f"until {self.bound.said}")


def _exact(bound: Bound, sign: str) -> str:
    column, seconds = (_LOCAL, bound.local) if bound.utc is None else ("p.at_utc", bound.utc)
    return f"(p.at_digits IS NULL AND {column} {sign} {seconds})"
