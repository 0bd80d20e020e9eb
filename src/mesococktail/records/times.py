"""When something happened: an aware datetime, or an imprecise date out of an old chart."""

from __future__ import annotations

import re
from datetime import date, datetime

import attrs

from mesococktail.errors import RecordError

_AROUND = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")
EARLIEST = 1900
_LONGEST = 40


@attrs.frozen
class Around:
    """A date known to the year, the month or the day: ``2019``, ``2019-03``, ``2019-03-05``."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        return "-".join(
            f"{part:0{width}d}"
            for part, width in ((self.year, 4), (self.month, 2), (self.day, 2))
            if part is not None
        )


def time_of(given: object) -> datetime | Around:
    """Return the time that *given* says.

    Args:
        given: An aware datetime, an `Around`, an ISO 8601 text with its offset
            (``2025-03-01T10:00+04:00``), or an imprecise date (``2019-03``).

    Raises:
        RecordError: It is not a time, has no zone, or is before 1900.
    """
    if isinstance(given, str):
        given = _read(given)
    if isinstance(given, Around):
        return given
    if not isinstance(given, datetime):
        raise RecordError("must be a time", got=given, cure="write it like 2025-03-01T10:00+04:00")
    try:
        offset = given.utcoffset()
    except Exception:  # noqa: BLE001  # a foreign tzinfo may raise anything
        offset = None
    if offset is None:
        local = given.replace(tzinfo=None).astimezone()
        raise RecordError(
            "has no time zone, so nobody can tell which moment it is",
            got=given.isoformat(" ", "minutes"),
            cure=f"add the offset, as in {local.isoformat(timespec='minutes')}",
        )
    if given.year < EARLIEST:
        raise RecordError(f"is before {EARLIEST}", got=given.isoformat(), cure="correct the year")
    return given


def _read(text: str) -> datetime | Around:
    if len(text) > _LONGEST or not text.isascii():
        raise RecordError("is not a time", got=text, cure="write it like 2025-03-01T10:00+04:00")
    if match := _AROUND.fullmatch(text):
        year, month, day = (None if part is None else int(part) for part in match.groups())
        try:
            date(year or 0, month or 1, day or 1)
        except ValueError:
            raise RecordError("is not a date that exists", got=text) from None
        if (year or 0) < EARLIEST:
            raise RecordError(f"is before {EARLIEST}", got=text, cure="correct the year")
        return Around(year or 0, month, day)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise RecordError("is not a time", got=text, cure="write it like 2025-03-01T10:00+04:00") from None


def month_of(time: datetime | Around) -> int | None:
    """Return the calendar month where it happened, as 202503; None where only the year is known."""
    return None if time.month is None else time.year * 100 + time.month
