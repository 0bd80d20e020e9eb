"""Whose records are older than so many years: counted from the newest, and never a day too early."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Outcome
from mesococktail.errors import RecordError
from mesococktail.records import Around
from tests.log.helpers import exported, prescribe

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog
    from mesococktail.log.retention import Retained

OLD = "transcribed from a chart"


def treated(log: PrescriptionLog, patient: str, *times: str) -> None:
    for at in times:
        prescribe(log, patient, at=at, transcribed_from=OLD)


def on(log: PrescriptionLog, day: str, years: int = 10) -> dict[str, Retained]:
    return {one.patient: one for one in log.retention(years, now=f"{day}T12:00+00:00")}


def test_a_patient_is_listed_from_the_day_after_the_years_are_over(log: PrescriptionLog) -> None:
    treated(log, "P-old", "2010-03-01T10:00+04:00", "2012-05-07T10:00+04:00")
    assert "P-old" not in on(log, "2022-05-07")
    one = on(log, "2022-05-08")["P-old"]
    assert (one.records, one.until) == (2, date(2022, 5, 7))
    assert [str(one.first), str(one.last)] == ["2010-03-01 10:00:00+04:00", "2012-05-07 10:00:00+04:00"]


def test_one_newer_record_of_any_kind_keeps_all_of_a_patient(log: PrescriptionLog) -> None:
    treated(log, "P-old", "2010-03-01T10:00+04:00")
    assert "P-old" in on(log, "2024-01-01")
    made: Any = Outcome
    log.record(
        made(patient="P-old", at="2019-06-01T10:00+04:00", measure="hair density", amount="163 hairs/cm2")
    )
    assert "P-old" not in on(log, "2024-01-01")
    assert on(log, "2029-06-02")["P-old"].records == 2


@pytest.mark.parametrize(
    ("at", "until"), [("2010", "2020-12-31"), ("2010-02", "2020-02-28"), ("2010-02-03", "2020-02-03")]
)
def test_an_imprecise_date_counts_by_its_latest_day(log: PrescriptionLog, at: str, until: str) -> None:
    treated(log, "P-old", at, "2009-11-05T10:00+04:00")
    assert "P-old" not in on(log, until)
    [one] = [one for one in log.retention(10, now="2021-01-01T00:00+00:00") if one.patient == "P-old"]
    assert (str(one.until), str(one.last)) == (until, at)
    assert isinstance(one.last, Around)


def test_the_first_of_imprecise_dates_is_the_earliest_they_may_mean(log: PrescriptionLog) -> None:
    treated(log, "P-old", "2009-11-05", "2009", "2009-02", "2009-11-05T10:00+04:00")
    one = on(log, "2024-01-01")["P-old"]
    assert (str(one.first), str(one.last), one.records) == ("2009", "2009", 4)


def test_the_29th_of_february_is_over_with_the_28th(log: PrescriptionLog) -> None:
    treated(log, "P-leap", "2012-02-29T10:00+04:00")
    assert "P-leap" not in on(log, "2022-02-28")
    assert "P-leap" in on(log, "2022-03-01")


def test_the_day_is_the_one_of_the_place_where_it_was(log: PrescriptionLog) -> None:
    treated(log, "P-east", "2012-05-08T01:00+14:00")
    assert on(log, "2022-05-09")["P-east"].until == date(2022, 5, 8)


def test_a_voided_record_counts(log: PrescriptionLog) -> None:
    treated(log, "P-old", "2010-03-01T10:00+04:00")
    entry = prescribe(log, "P-old", at="2019-03-01T10:00+04:00")
    log.void(entry, reason="wrong patient")
    assert "P-old" not in on(log, "2024-01-01")
    assert on(log, "2029-03-02")["P-old"].records == 2


def test_those_whose_years_were_over_first_stand_first(log: PrescriptionLog) -> None:
    treated(log, "P-b", "2011")
    treated(log, "P-c", "2009-05-01")
    treated(log, "P-a", "2011")
    found = [one.patient for one in log.retention(10, now="2024-01-01T00:00+00:00")]
    assert found == ["P-c", "P-a", "P-b"]


def test_nothing_is_deleted_and_the_present_is_the_clock(log: PrescriptionLog) -> None:
    treated(log, "P-old", "1990")
    before = exported(log)
    assert "P-old" in {one.patient for one in log.retention(30)}
    assert exported(log) == before


@pytest.mark.parametrize("years", [0, -1, 1.5, "10", True, 2**70, None])
def test_years_are_a_whole_number(log: PrescriptionLog, years: Any) -> None:
    with pytest.raises(RecordError, match=r"years: .*must be a whole number, 1 or more"):
        log.retention(years)


def test_more_years_than_the_calendar_has_are_never_over(log: PrescriptionLog) -> None:
    assert log.retention(10**15) == []


@pytest.mark.parametrize("now", ["2024", "yesterday", "2024-01-01T00:00", 5])
def test_the_present_is_a_moment(log: PrescriptionLog, now: Any) -> None:
    with pytest.raises(RecordError, match=r"^now: "):
        log.retention(10, now=now)
