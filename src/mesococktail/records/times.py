"""When something happened: an aware datetime, or an imprecise date out of an old chart."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, UTC, date, datetime, timedelta, timezone

import attrs

from mesococktail.errors import RecordError, quote

_AROUND = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")
_CLOCK = r"[0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]{1,6})?)?)?"
_MOMENT = re.compile(rf"[0-9]{{4}}-?[0-9]{{2}}-?[0-9]{{2}}[Tt ]{_CLOCK}(?:Z|[+-]{_CLOCK})?")
EARLIEST, LATEST = 1900, 9998
"""Years. Before the first there is no such treatment; after the last there is no room for every zone."""
_CURE = "write it like 2025-03-01T10:00+04:00"
_LONGEST = 40


@attrs.frozen
class Around:
    """A date known to the year, the month or the day: ``2019``, ``2019-03``, ``2019-03-05``.

    Raises:
        RecordError: There is no such date, it is before 1900, or has a day and no month.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __attrs_post_init__(self) -> None:
        parts: tuple[object, ...] = (self.year, self.month, self.day)
        shown = "-".join(quote(part) for part in parts if part is not None)
        if self.month is None and self.day is not None:
            raise RecordError("has a day and no month", got=shown, cure="give the month, or the year alone")
        try:
            date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)
        except (ValueError, TypeError, OverflowError):
            raise RecordError("is not a date that exists", got=shown, cure="write it like 2019-03") from None
        _check_year(self.year, shown)

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

    Returns:
        A plain datetime with a fixed offset: the rules of a named zone may change, and in the hour that
        a zone repeats, two equal moments would not be equal.
    """
    if isinstance(given, str):
        given = _read(given)
    if isinstance(given, Around):
        return given
    if not isinstance(given, datetime):
        raise RecordError("must be a time", got=given, cure=_CURE)
    try:
        offset = given.utcoffset()
    except Exception:  # noqa: BLE001  # a foreign tzinfo may raise anything
        offset = None
    if offset is None:
        raise _without_zone(given)
    if offset.microseconds:
        raise RecordError("has an offset of a part of a second", got=str(given), cure=_CURE)
    _check_year(given.year, given.isoformat())
    if type(given) is datetime and type(given.tzinfo) is timezone:
        return given
    day, clock = (given.year, given.month, given.day), (given.hour, given.minute, given.second)
    return datetime(*day, *clock, given.microsecond, tzinfo=timezone(offset))


def _without_zone(given: datetime) -> RecordError:
    plain = given.replace(tzinfo=None)
    try:
        cure = f"add the offset, as in {plain.astimezone().isoformat(timespec='minutes')}"
    except (ValueError, OverflowError, OSError):
        cure = _CURE  # this machine has no local time for that year
    rule = "has no time zone, so nobody can tell which moment it is"
    return RecordError(rule, got=plain.isoformat(" ", "minutes"), cure=cure)


def _check_year(year: int, got: str) -> None:
    if not EARLIEST <= year <= LATEST:
        when = f"before {EARLIEST}" if year < EARLIEST else f"after {LATEST}"
        raise RecordError(f"is {when}", got=got, cure="correct the year")


def _read(text: str) -> datetime | Around:
    if len(text) <= _LONGEST and (match := _AROUND.fullmatch(text)):
        return Around(*(int(part) for part in match.groups() if part is not None))
    # The parser takes any letter between day and hour, and for it the text ends at a NUL.
    if len(text) > _LONGEST or not _MOMENT.fullmatch(text):
        raise RecordError("is not a time", got=text, cure=_CURE)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise RecordError("is not a time", got=text, cure=_CURE) from None


def month_of(time: datetime | Around) -> int | None:
    """Return the calendar month where it happened, as 202503; None where only the year is known."""
    return None if time.month is None else time.year * 100 + time.month


_FURTHEST = timedelta(hours=14)
"""No place's clock differs more from UTC."""


def earliest(time: datetime | Around) -> datetime:
    """Return the first moment that it may mean, anywhere on earth."""
    if isinstance(time, datetime):
        return time
    return datetime(time.year, time.month or 1, time.day or 1, tzinfo=UTC) - _FURTHEST


def latest(time: datetime | Around) -> datetime:
    """Return a moment after the last that it may mean, anywhere on earth."""
    if isinstance(time, datetime):
        return time
    year, month = (time.year, time.month + 1) if time.month else (time.year + 1, 1)
    end = datetime(year + month // 13, (month - 1) % 12 + 1, 1, tzinfo=UTC)
    if time.day:
        end = datetime(time.year, time.month or 1, time.day, tzinfo=UTC) + timedelta(days=1)
    return end + _FURTHEST


def days_of(time: datetime | Around) -> tuple[date, date]:
    """Return the first and the last day that it may mean, by the calendar of the place where it was."""
    if isinstance(time, datetime):
        return time.date(), time.date()
    month = time.month or 12
    last = date(time.year, month, time.day or monthrange(time.year, month)[1])
    return date(time.year, time.month or 1, time.day or 1), last


def to_the_minute(time: datetime | Around) -> str:
    """Return a time to the minute for a message, or as much as is known of it."""
    return time.isoformat(" ", "minutes") if isinstance(time, datetime) else str(time)


def is_before(one: datetime | Around, other: datetime | Around) -> bool:
    """Whether *one* certainly came before *other*: false where an imprecise date leaves it open."""
    return latest(one) < earliest(other)


def months_later(day: date, months: int) -> date:
    """Return the day so many months later by the calendar; the end of a shorter month stands for its 31st.

    Beyond the last year of the calendar it is the last day there is.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))
