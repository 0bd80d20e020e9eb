"""When something happened: a moment that everybody reads the same, or an imprecise date that says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.errors import MesococktailError, RecordError
from mesococktail.records import Around, month_of, time_of
from tests.refused import refused
from tests.strategies import arounds, times


class Broken(tzinfo):
    """A zone of somebody else that fails."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        raise RuntimeError(when)

    def dst(self, when: datetime | None) -> timedelta | None:
        raise RuntimeError(when)

    def tzname(self, when: datetime | None) -> str | None:
        raise RuntimeError(when)


class Stamp(datetime):
    """A datetime of somebody else."""


@given(times())
def test_a_time_reads_back_from_its_text(time: datetime) -> None:
    read = time_of(time.isoformat())
    assert read == time
    assert isinstance(read, datetime)
    assert read.utcoffset() == time.utcoffset()
    assert time_of(time) is time


@given(arounds())
def test_an_imprecise_date_reads_back_from_its_text(around: Around) -> None:
    assert time_of(str(around)) == around
    assert time_of(around) is around


def test_a_naive_time_is_refused_with_the_local_offset_as_the_cure() -> None:
    error = refused(time_of, datetime(2025, 3, 1, 10))  # noqa: DTZ001  # that is the point
    local = datetime(2025, 3, 1, 10).astimezone().isoformat(timespec="minutes")
    assert str(error) == (
        "2025-03-01 10:00: has no time zone, so nobody can tell which moment it is; "
        f"add the offset, as in {local}"
    )
    assert refused(time_of, "2025-03-01T10:00").rule == error.rule


@pytest.mark.parametrize("year", [1, 2, 9999])
def test_a_naive_time_at_the_end_of_time_is_refused_as_well(year: int) -> None:
    assert "has no time zone" in str(refused(time_of, datetime(year, 1, 1)))  # noqa: DTZ001


def test_a_year_no_machine_has_a_local_time_for_still_has_a_cure() -> None:
    class NoLocalTime(datetime):
        def astimezone(self, tz: tzinfo | None = None) -> NoLocalTime:
            raise OverflowError(tz)

    error = refused(time_of, NoLocalTime(1, 1, 1))
    assert error.cure == "write it like 2025-03-01T10:00+04:00"


def test_a_zone_that_fails_is_no_zone() -> None:
    assert "has no time zone" in str(refused(time_of, datetime(2025, 3, 1, tzinfo=Broken())))


@pytest.mark.parametrize(
    "text",
    ["2025-03-01 10:00+04:00", "20250301T100000+0400", "2025-03-01T06Z", "2025-03-01T06:00:00,000Z"],
)
def test_iso_8601_may_be_written_in_several_ways(text: str) -> None:
    assert time_of(text) == datetime(2025, 3, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00+00:00: is before 1900; correct the year"),
        (datetime(9999, 1, 1, tzinfo=UTC), "9999-01-01T00:00:00+00:00: is after 9998; correct the year"),
        ("1899-12-31", "1899-12-31: is before 1900; correct the year"),
        ("0000", "0: is not a date that exists; write it like 2019-03"),
        ("2019-13", "2019-13: is not a date that exists; write it like 2019-03"),
        ("2019-02-30", "2019-2-30: is not a date that exists; write it like 2019-03"),
        ("yesterday", "yesterday: is not a time; write it like 2025-03-01T10:00+04:00"),
        (
            "2025-03-01T10:00+04:00" + "0" * 30,
            (
                "2025-03-01T10:00+04:00000000000000000000000000000000: is not a time; write it like "
                "2025-03-01T10:00+04:00"
            ),
        ),
        ("2025\u201303\u201301", "2025\u201303\u201301: is not a time; write it like 2025-03-01T10:00+04:00"),
        (
            "2025-03-01T25:00+04:00",
            "2025-03-01T25:00+04:00: is not a time; write it like 2025-03-01T10:00+04:00",
        ),
        (
            "2025-03-01T10:00+04:00\x00",
            "'2025-03-01T10:00+04:00\\x00': is not a time; write it like 2025-03-01T10:00+04:00",
        ),
        ("2025-03-01/10:00Z", "2025-03-01/10:00Z: is not a time; write it like 2025-03-01T10:00+04:00"),
        (
            "2025-03-01T10:00:00?+04:00",
            "2025-03-01T10:00:00?+04:00: is not a time; write it like 2025-03-01T10:00+04:00",
        ),
        (
            "2025-03-01T10:00:00.1234567Z",
            "2025-03-01T10:00:00.1234567Z: is not a time; write it like 2025-03-01T10:00+04:00",
        ),
        (5, "5: must be a time; write it like 2025-03-01T10:00+04:00"),
        (None, "must be a time; write it like 2025-03-01T10:00+04:00"),
        (
            datetime(2025, 3, 1, tzinfo=UTC).date(),
            "datetime.date(2025, 3, 1): must be a time; write it like 2025-03-01T10:00+04:00",
        ),
    ],
)
def test_what_is_no_time_is_refused_with_the_cure(given: object, message: str) -> None:
    error = refused(time_of, given)
    assert isinstance(error, RecordError)
    assert str(error) == message


@pytest.mark.parametrize(
    "parts",
    [
        (2019, None, 5),
        (2019, 0),
        (2019, 13),
        (2019, 2, 30),
        (1899,),
        (9999,),
        ("2019",),
        (10**30,),
        (2019, 2.5),
    ],
)
def test_an_imprecise_date_built_by_hand_exists(parts: tuple[int, ...]) -> None:
    refused(Around, *parts)


def test_a_named_zone_becomes_its_offset() -> None:
    zone = ZoneInfo("Europe/Paris")
    # 02:30 comes twice that night: two equal moments in such an hour are not equal to Python.
    twice = datetime(2025, 10, 26, 2, 30, tzinfo=zone, fold=1)
    read = time_of(twice)
    assert isinstance(read, datetime)
    assert read.isoformat() == "2025-10-26T02:30:00+01:00"
    assert type(read.tzinfo) is timezone
    assert time_of(read.isoformat()) == read


def test_a_datetime_of_another_library_becomes_a_plain_one() -> None:
    read = time_of(Stamp(2025, 3, 1, 10, 0, 0, 5, tzinfo=UTC))
    assert type(read) is datetime
    assert read == datetime(2025, 3, 1, 10, 0, 0, 5, tzinfo=UTC)


def test_the_month_is_where_it_happened() -> None:
    assert month_of(datetime(2025, 3, 31, 23, tzinfo=timezone(timedelta(hours=-4)))) == 202503
    assert month_of(Around(2019, 3, 5)) == 201903
    assert month_of(Around(2019)) is None


@given(st.one_of(st.text(max_size=50), st.from_regex(r"[0-9]{4}-[0-9]{2}(-[0-9T:+]+)?", fullmatch=True)))
def test_any_text_is_a_time_or_our_error(text: str) -> None:
    try:
        found = time_of(text)
    except MesococktailError:
        return
    assert time_of(found if isinstance(found, Around) else found.isoformat()) == found
