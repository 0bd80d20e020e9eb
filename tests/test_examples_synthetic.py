"""The synthetic year: whole courses, the same for a seed, and nobody in it is real."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from mesococktail.examples import SEED, demo, make_demo_log, synthetic_courses, synthetic_year
from mesococktail.examples.dates import dates_of
from mesococktail.findings import Severity
from mesococktail.records import KINDS, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mesococktail.log import PrescriptionLog

SEEDS = (SEED, 7)
FIRST = datetime(2025, 1, 31, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrescriptionLog]:
    with make_demo_log(tmp_path_factory.mktemp("demo") / "demo.db") as made:
        yield made


def year(seed: int) -> list[dict[str, Any]]:
    return list(synthetic_courses(seed=seed))


def kind_of(record: dict[str, Any]) -> str:
    return str(record.get("kind", "prescription"))


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_seeds_give_equal_years(seed: int) -> None:
    assert year(seed) == year(seed)


def test_other_seeds_give_other_years() -> None:
    assert year(SEEDS[0]) != year(SEEDS[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_prescriptions_are_those_of_the_synthetic_year(seed: int) -> None:
    given = [
        {name: value for name, value in record.items() if name not in ("kind", "id")}
        for record in year(seed)
        if kind_of(record) == "prescription"
    ]

    def when(record: dict[str, Any]) -> str:
        return str(record["at"])

    assert sorted(given, key=when) == sorted(synthetic_year(seed=seed), key=when)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_has_every_kind_that_belongs_to_a_patient(seed: int) -> None:
    assert {kind_of(record) for record in year(seed)} == set(KINDS) - {"doctor"}


def test_the_year_shown_has_sessions_not_given_and_patients_without_a_response() -> None:
    records = year(SEED)
    sessions = Counter(record["given"] for record in records if kind_of(record) == "session")
    assert sessions["given"] > sessions["not_given"] > 0
    assert sessions["partly"] > 0
    assert "no_response" in {record.get("response") for record in records}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_is_in_the_order_of_time(seed: int) -> None:
    times = [datetime.fromisoformat(record["at"]) for record in year(seed)]
    assert all(earlier <= later for earlier, later in pairwise(times))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_id_is_a_uuid_and_there_once(seed: int) -> None:
    ids = [UUID(record["id"]) for record in year(seed) if "id" in record]
    assert len(ids) == len(set(ids))
    assert {each.version for each in ids} == {7}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_patient_is_called_synthetic(seed: int) -> None:
    assert all(record["patient"].startswith("SYN-") for record in year(seed))


def test_the_demo_log_is_sound_and_nothing_in_it_had_to_be_accepted(log: PrescriptionLog) -> None:
    assert log.verify() == []
    for patient in {record["patient"] for record in year(SEEDS[0])}:
        for one in log.patient(patient):
            findings = getattr(one.record, "findings", ())
            assert all(finding.severity is not Severity.ERROR for finding in findings)


def test_another_year_is_accepted_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    with make_demo_log(tmp_path_factory.mktemp("demo") / "other.db", seed=SEEDS[1]) as made:
        assert made.verify() == []


def test_the_demo_tells_of_a_course_and_of_an_adverse_event(tmp_path: Path) -> None:
    said: list[str] = []
    demo(tmp_path / "demo.db", echo=said.append)
    told = "\n".join(said)
    assert re.search(
        r"4\. One course, of SYN-\d{3}.*given \d+ of \d+.*next: .*given so far: ", told, re.DOTALL
    )
    assert re.search(r"5\. One adverse event of SYN-\d{3}.* before: session ", told, re.DOTALL)


def test_sessions_of_phases_are_counted_from_the_one_before() -> None:
    plan = Plan.parse("weekly x8, then every 2 weeks x2, then after 4 weeks")
    weeks = [(at - FIRST).days // 7 for at in dates_of(plan, FIRST)]
    assert weeks == [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 15]


def test_sessions_in_weeks_are_counted_from_the_first() -> None:
    plan = Plan.parse("weeks 0, 1, 2, 3, 5, 7, 11")
    assert [(at - FIRST).days // 7 for at in dates_of(plan, FIRST)] == [0, 1, 2, 3, 5, 7, 11]


def test_a_monthly_session_is_on_the_last_day_of_a_shorter_month() -> None:
    assert [f"{at:%m-%d}" for at in dates_of(Plan.parse("monthly x3"), FIRST)] == ["01-31", "02-28", "03-28"]


def test_a_plan_that_does_not_say_how_many_goes_on_as_long_as_asked() -> None:
    assert len(dates_of(Plan.parse("every 3 months"), FIRST)) == 1
    assert len(dates_of(Plan.parse("every 3 months"), FIRST, 4)) == 4
    assert dates_of(Plan.parse("weekly x8"), FIRST, 0) == []
    assert len(dates_of(Plan.parse("weekly x8"), FIRST, 9)) == 8
