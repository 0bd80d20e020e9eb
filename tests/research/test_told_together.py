"""What is hidden in one row does not follow from the others of its answer, or from a sum told elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Cocktail, Doctor, Study, complementary, principal
from mesococktail.research import QUESTIONS
from tests.research.writing import OTHER, harm, hold, observe, prescribe

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog

ILLEGIBLE = Cocktail(principal("minoxidil", unknown="torn"), complementary("biotin", "5 mg"))


def rows(log: PrescriptionLog, question: str, **options: Any) -> list[dict[str, Any]]:
    return list(Study(log, suppress_below=8).ask(question, **options).rows)


def number(rows: list[dict[str, Any]], count: str, **said: str | None) -> Any:
    """Return the count of the one row that says this."""
    [found] = [row[count] for row in rows if all(row[name] == word for name, word in said.items())]
    return found


def test_a_dose_of_few_is_not_named_by_its_combination(log: PrescriptionLog) -> None:
    for place in range(60):
        prescribe(log, f"P-{place}")
    prescribe(log, "P-0", cocktail="minoxidil 7.35 mg (principal) + biotin 5 mg (complementary)")
    prescribe(log, "P-1", cocktail="minoxidil 0.127 mg (principal) + biotin 5 mg (complementary)")
    said = [row["combination"] for row in rows(log, "combinations", level="doses", digits=6)]
    assert len(said) == 3
    assert said[1:] == ["suppressed", "suppressed"]


@pytest.mark.parametrize("by", ["agent", "combination"])
def test_doses_that_are_not_known_do_not_follow_from_those_that_are(log: PrescriptionLog, by: str) -> None:
    for place in range(60):
        prescribe(log, f"P-{place}")
    for year in range(2001, 2021):
        prescribe(log, "P-0", at=str(year), cocktail=ILLEGIBLE, transcribed_from="old chart")
    doses = rows(log, "doses", by=by)
    assert number(doses, "ingredients", agent="minoxidil", measure="not known") == "suppressed"
    assert number(doses, "ingredients", agent="minoxidil", measure="mass") == "suppressed"
    assert number(doses, "ingredients", agent="biotin") == 80


def test_a_year_of_few_does_not_follow_from_the_other_years_of_an_agent(log: PrescriptionLog) -> None:
    for place in range(5):
        prescribe(log, f"Q-{place}", at=-700)
    for place in range(50):
        prescribe(log, f"P-{place}", at=-300)
    for place in range(60):
        prescribe(log, f"R-{place}", at=10)
    trends = rows(log, "trends", period="year")
    hidden = {
        row["period"] for row in trends if row["agent"] == "biotin" and row["prescriptions"] == "suppressed"
    }
    assert hidden == {"2023", "2024"}


def test_a_doctor_who_is_left_out_does_not_follow_from_all_doses(log: PrescriptionLog) -> None:
    log.register(Doctor(id="dr-d", name="D"))
    for doctor, many in (("dr-a", 20), ("dr-b", 20), ("dr-c", 20), ("dr-d", 5)):
        for place in range(many):
            prescribe(log, f"{doctor}-{place}", doctor=doctor)
    answer = Study(log, suppress_below=8).variation()
    assert [(row["doctors"], row["ingredients"]) for row in answer.rows] == [(3, "suppressed")] * 2
    assert {step.left for step in answer.attrition if step.counted == "ingredients"} == {"suppressed"}


def test_sessions_given_in_part_do_not_follow_from_all_that_were_given(log: PrescriptionLog) -> None:
    for place in range(50):
        hold(log, prescribe(log, f"P-{place}"), 1)
    for course in [prescribe(log, "P-0")]:
        for day in range(2, 42):
            hold(log, course, day, given="partly")
    [row] = rows(log, "sessions")
    assert (row["given"], row["partly"], row["not_given"]) == ("suppressed", "suppressed", 0)


def test_of_how_many_events_an_agent_is_suspected_does_not_follow_from_their_kinds(
    log: PrescriptionLog,
) -> None:
    for place in range(40):
        hold(log, prescribe(log, f"P-{place}"), 1)
        hold(log, prescribe(log, f"Q-{place}", cocktail=OTHER), 1)
    suspects = [{"suspect": "agent", "name": "minoxidil"}]
    for place in range(20):
        harm(log, 2, patient=f"P-{place}", suspects=suspects if place < 10 else [])
    for place in range(20, 40):
        harm(log, 2, "pain", patient=f"P-{place}", suspects=suspects if place < 23 else [])
    events = rows(log, "adverse_events", by="agent")
    assert number(events, "suspected", agent="minoxidil", term="bruising") == 10
    assert number(events, "suspected", agent="minoxidil", term="pain") == "suppressed"
    assert number(events, "suspected", agent="minoxidil", term="any") == "suppressed"


def test_a_hidden_stage_is_not_named_by_its_place(log: PrescriptionLog) -> None:
    for stage, number in (("I", 20), ("II", 5), ("III", 20), ("IV", 4), ("V", 20)):
        staged = {"code": "androgenetic_alopecia", "scale": "hamilton_norwood", "stage": stage}
        for place in range(number):
            prescribe(log, f"{stage}-{place}", indication=staged)
    assert [row["stage"] for row in rows(log, "by_stage")] == ["I", "III", "V", "suppressed", "suppressed"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_of_nobody_looks_like_one_of_few(log: PrescriptionLog, question: str) -> None:
    for place in range(20):
        prescribe(log, f"P-{place}", cocktail=OTHER)
    course = prescribe(log, "P-1", cocktail=ILLEGIBLE, transcribed_from="old chart")
    hold(log, course, at=1)
    harm(log, 2)
    observe(log, 0, 100)
    observe(log, 100, 110)
    log.void(prescribe(log, "P-1"), reason="of another patient", recorded_by="dr-a")

    def told(agent: str) -> tuple[list[Any], ...]:
        answer = Study(log, suppress_below=8).where(patient="P-1", agent=agent).ask(question)
        steps = [(step.counted, step.dropped, step.left) for step in answer.attrition]
        return list(answer.rows), steps, list(answer.remarks)

    assert told("minoxidil") == told("finasteride")
    assert told("minoxidil")[0] == []
