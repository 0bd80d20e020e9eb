"""Sessions, outcomes and harm of an export are those of its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import Preparation, Study
from mesococktail.errors import QuestionError
from mesococktail.lake import export_tables
from mesococktail.research.periods import SHIFTED
from tests.research.writing import OTHER, TWO, day, harm, hold, observe, prescribe

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail import PrescriptionLog

ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sessions", {}),
    ("outcomes", {}),
    ("outcomes", {"repeated": "mean", "measure": "hair density"}),
    ("adverse_events", {}),
    ("adverse_events", {"by": "agent"}),
)


@pytest.fixture
def courses(log: PrescriptionLog) -> PrescriptionLog:
    """Twenty patients with courses of one combination and twenty with another, all of them followed."""
    for place in range(40):
        patient = f"P-{place}"
        one = prescribe(log, patient, cocktail=TWO if place % 2 else OTHER, plan="weekly x2")
        agents = ("minoxidil", "biotin") if place % 2 else ("dexpanthenol", "biotin")
        stock: Any = [{"agent": agent, "lot_status": "unknown"} for agent in agents]
        made = log.record(
            Preparation(patient=patient, prescription=one, at=day(0.1), prepared_by="nurse", stock=stock)
        )
        for at in (1, 8):
            hold(log, one, at, preparation=made.id)
        observe(log, 0, 100 + place, patient=patient)
        observe(log, 100, 120 - place, patient=patient, preparation=made.id, response="response")
        if place < 20:
            harm(log, 9 + place / 40, patient=patient, suspects=[{"suspect": "agent", "name": "biotin"}])
    return log


@pytest.mark.parametrize(("question", "options"), ASKED)
def test_an_export_has_the_answers_of_its_log(
    courses: PrescriptionLog, tmp_path: Path, question: str, options: dict[str, Any]
) -> None:
    export_tables(courses, tmp_path / "export")
    ours = Study(courses, suppress_below=8).ask(question, **options)
    theirs = Study(tmp_path / "export").ask(question, **options)
    assert theirs.rows == ours.rows != ()
    assert theirs.attrition == ours.attrition
    assert theirs.remarks == ours.remarks


def test_an_age_is_not_told_where_only_decades_of_birth_are_known(
    courses: PrescriptionLog, tmp_path: Path
) -> None:
    export_tables(courses, tmp_path / "export", pseudonymise=True)
    with pytest.raises(QuestionError, match="age: cannot be told where an export is pseudonymised"):
        Study(tmp_path / "export").where(age=(41, 50)).combinations()


def test_where_times_were_shifted_every_answer_about_a_period_says_so(
    courses: PrescriptionLog, tmp_path: Path
) -> None:
    export_tables(courses, tmp_path / "export", pseudonymise=True)
    study = Study(tmp_path / "export")
    for answer in (
        study.by_period(),
        study.by_doctor(period="year"),
        study.where(since="2020").combinations(),
        study.where(since="2020").trends(),
    ):
        assert answer.remarks.count(SHIFTED) == 1
    assert SHIFTED not in study.combinations().remarks
    assert SHIFTED not in study.by_doctor().remarks


def test_of_whole_days_an_answer_says_so(courses: PrescriptionLog, tmp_path: Path) -> None:
    export_tables(courses, tmp_path / "export", pseudonymise=True)
    answer = Study(tmp_path / "export").adverse_events()
    assert answer.rows[0]["sessions"] == 40
    assert answer.remarks[-1].startswith("some times are whole days")


UNDATED: tuple[tuple[str, dict[str, Any]], ...] = (
    *ASKED,
    *(("combinations", {"level": level}) for level in ("agents", "roles", "doses")),
    *((name, {}) for name in ("pairs", "triples", "doses", "by_class", "by_premise", "by_indication")),
    ("doses", {"by": "combination"}),
    ("variation", {}),
    ("published", {}),
)


def test_pseudonyms_and_shifted_times_change_no_answer_that_speaks_of_neither(
    courses: PrescriptionLog, tmp_path: Path
) -> None:
    for one in list(courses.standing("prescription"))[2::4]:
        courses.amend(one, attrs.evolve(one.record, rationale="a second thought"), reason="more to say")
    for place in range(10):
        courses.void(prescribe(courses, f"P-{place}", at=3), reason="of somebody else")
    for kind in ("session", "outcome", "adverse_event"):
        for one in list(courses.standing(kind))[3::5]:
            courses.void(one, reason="of somebody else")
    export_tables(courses, tmp_path / "export", pseudonymise=True)
    with (
        Study(courses, suppress_below=8).opened() as ours,
        Study(tmp_path / "export").opened() as theirs,
    ):
        for question, options in UNDATED:
            rows = [told(row) for row in ours.ask(question, **options).rows]
            assert [told(row) for row in theirs.ask(question, **options).rows] == rows, question


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what has another name there, and the times to an event, which are in whole days."""
    return {name: value for name, value in row.items() if name != "method" and not name.startswith("onset")}


def test_what_is_void_stays_in_the_clinic_and_cannot_be_asked_for(
    courses: PrescriptionLog, tmp_path: Path
) -> None:
    courses.void(prescribe(courses, "P-1", at=3), reason="of somebody else")
    export_tables(courses, tmp_path / "export", pseudonymise=True)
    with pytest.raises(QuestionError, match=r"include_voided: .*pseudonymised"):
        Study(tmp_path / "export").where(include_voided=True).combinations()
