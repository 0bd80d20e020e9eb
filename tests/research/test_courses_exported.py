"""Sessions, outcomes and harm of an export are those of its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Preparation, Study
from mesococktail.lake import export_tables
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


def test_of_whole_days_an_answer_says_so(courses: PrescriptionLog, tmp_path: Path) -> None:
    export_tables(courses, tmp_path / "export", pseudonymise=True)
    answer = Study(tmp_path / "export").adverse_events()
    assert answer.rows[0]["sessions"] == 40
    assert answer.remarks[-1].startswith("some times are whole days")
