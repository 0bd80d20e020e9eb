"""How many patients stand behind a count is looked up only where records of few could be as many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail import Cocktail, Study, complementary, principal
from mesococktail.research import QUESTIONS
from mesococktail.research.scope import Scope
from tests.engines.asking import asked, hashes
from tests.engines.clinics import make_chain
from tests.engines.engines import CSV, PARQUET
from tests.research.writing import dropped, harm, hold, prescribe

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail import PrescriptionLog


BOTH_UNKNOWN = Cocktail(principal("minoxidil", unknown="torn"), complementary("biotin", unknown="torn"))


def left(log: PrescriptionLog) -> int | str:
    """Return how many prescriptions an answer that may be published says are left."""
    return Study(log, suppress_below=8).combinations().attrition[-1].left


def looked_up(log: PrescriptionLog) -> bool:
    """Whether patients were counted to say which combinations there are."""
    sql = Study(log, suppress_below=8).combinations().sql
    return any("DISTINCT" in statement or "HAVING" in statement for statement in sql)


def test_of_very_many_records_no_patient_is_looked_up(log: PrescriptionLog) -> None:
    for place in range(64):
        prescribe(log, f"P-{place % 8}", at=place)
    assert not looked_up(log)
    assert left(log) == 65


def test_where_records_could_be_of_too_few_their_patients_are_looked_up(log: PrescriptionLog) -> None:
    for place in range(63):
        prescribe(log, f"P-{place % 8}", at=place)
    assert looked_up(log)
    assert left(log) == 65


def test_as_many_records_of_too_few_patients_are_hidden(log: PrescriptionLog) -> None:
    for place in range(84):
        prescribe(log, f"P-{place % 7}", at=place)
    assert looked_up(log)
    assert left(log) == "suppressed"


def test_ingredients_are_more_than_the_prescriptions_of_a_patient(log: PrescriptionLog) -> None:
    for place in range(60):
        prescribe(log, f"P-{place}", doctor=("dr-a", "dr-b", "dr-c")[place % 3])
    for place in range(70):
        prescribe(
            log, f"Q-{place % 7}", at=str(1940 + place), cocktail=BOTH_UNKNOWN, transcribed_from="old chart"
        )
    answer = Study(log, suppress_below=8).variation()
    assert [row["doctors"] for row in answer.rows] == [3, 3]
    assert dropped(answer, "ingredients") == {"how much is not known": "suppressed"}


def test_sessions_are_more_than_the_prescriptions_of_a_patient(log: PrescriptionLog) -> None:
    for place in range(40):
        hold(log, prescribe(log, f"P-{place}"), at=1)
    for place in range(7):
        prescription = prescribe(log, f"Q-{place}")
        for each in range(12):
            log.void(hold(log, prescription, at=each), reason="of another patient", recorded_by="dr-a")
    answer = Study(log, suppress_below=8).sessions()
    assert answer.rows[0]["given"] == 40
    assert dropped(answer, "sessions") == {"voided": "suppressed"}


def test_events_are_more_than_the_prescriptions_of_a_patient(log: PrescriptionLog) -> None:
    for place in range(40):
        hold(log, prescribe(log, f"P-{place}"), at=1)
        if place < 20:
            harm(log, 2, patient=f"P-{place}")
    for place in range(7):
        for each in range(12):
            log.void(harm(log, each, patient=f"P-{place}"), reason="of another patient", recorded_by="dr-a")
    answer = Study(log, suppress_below=8).adverse_events()
    assert answer.rows[0]["sessions_with_event"] == 20
    assert dropped(answer, "adverse events") == {"voided": "suppressed"}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("enough")
    make_chain(folder, 2, 400, (PARQUET, CSV))
    return folder


def test_an_answer_is_the_same_when_every_patient_is_looked_up(
    chain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Study(chain / PARQUET)
    assert {question for _, _, question, _ in asked()} == QUESTIONS.keys()
    quickly = hashes(study)
    monkeypatch.setattr(Scope, "are_enough", lambda *_, **__: False)
    assert hashes(study) == quickly


def test_how_many_records_a_patient_has_at_most_is_asked_once(chain: Path) -> None:
    for question in QUESTIONS:
        asked_for = [sql for sql in Study(chain / PARQUET).ask(question).sql if "max(n.records)" in sql]
        assert asked_for
        assert len(asked_for) == len(set(asked_for))
