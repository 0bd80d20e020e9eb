"""Sessions given against those planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail import Study
from tests.research.writing import OTHER, dropped, hold, only, prescribe

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog


def test_sessions_are_held_against_the_plan(log: PrescriptionLog) -> None:
    course = prescribe(log, plan="weekly x2-4")
    hold(log, course, 0)
    hold(log, course, 7, given="partly")
    hold(log, course, 14, given="not_given")
    assert only(Study(log).sessions()) == {
        "combination": "biotin + minoxidil",
        "prescriptions": 1,
        "with_plan": 1,
        "planned_fewest": 2,
        "planned_most": 4,
        "given": 1,
        "partly": 1,
        "not_given": 1,
        "completed": 1,
        "completed_share": "1.0000",
        "given_q1": "2",
        "given_median": "2",
        "given_q3": "2",
    }


def test_a_prescription_without_sessions_counts_with_none(log: PrescriptionLog) -> None:
    course = prescribe(log, plan="weekly x2")
    prescribe(log, "P-2", plan="weekly x2")
    hold(log, course, 0)
    hold(log, course, 7)
    row = only(Study(log).sessions())
    assert (row["completed"], row["completed_share"]) == (1, "0.5000")
    assert (row["given_q1"], row["given_median"], row["given_q3"]) == ("0.5", "1", "1.5")


@pytest.mark.parametrize(
    ("plan", "planned"),
    [
        (None, (0, 0, 0)),
        ("weekly", (0, 0, 0)),
        ("weekly; stated 6", (1, 6, 6)),
        ("weekly x4; stated 6", (1, 4, 4)),
        ("at most 3, weekly", (1, 1, 3)),
    ],
)
def test_planned_is_what_adds_up_or_else_what_is_stated(
    log: PrescriptionLog, plan: str | None, planned: tuple[int, ...]
) -> None:
    prescribe(log, plan=plan)
    row = only(Study(log).sessions())
    assert (row["with_plan"], row["planned_fewest"], row["planned_most"]) == planned


def test_without_a_plan_there_is_no_share(log: PrescriptionLog) -> None:
    prescribe(log)
    row = only(Study(log).sessions())
    assert (row["completed"], row["completed_share"]) == (0, None)


def test_sessions_that_do_not_count_are_said(log: PrescriptionLog) -> None:
    course, other = prescribe(log), prescribe(log, "P-2", cocktail=OTHER)
    hold(log, course, 0)
    log.void(hold(log, course, 1), reason="wrong")
    hold(log, other, 1)
    hold(log, None, 2, patient="P-3", payload="saline")
    answer = Study(log).where(agent="minoxidil").sessions()
    assert only(answer)["given"] == 1
    assert dropped(answer, "sessions") == {"voided": 1, "of no prescription that is counted": 2}


@pytest.mark.parametrize("question", ["sessions", "outcomes", "adverse_events"])
def test_records_are_not_looked_up_once_for_each_prescription_with_an_agent(
    log: PrescriptionLog, question: str
) -> None:
    hold(log, prescribe(log), 0)
    for sql in Study(log).where(agent="minoxidil").ask(question).sql:
        plan = " ".join(row[3] for row in log.rows(f"EXPLAIN QUERY PLAN {sql}"))
        assert "version=? AND rowid=?" not in plan


def test_it_speaks_of_no_dose(log: PrescriptionLog) -> None:
    prescribe(log)
    assert Study(log).sessions().notes[0] == "counted: prescriptions"


def make_courses(log: PrescriptionLog, count: int, plans: int, complete: int) -> None:
    """Write courses of as many patients: some with a plan of one session, some of which had it."""
    for place in range(count):
        course = prescribe(log, f"P-{place}", plan="weekly x1" if place < plans else None)
        if place < complete:
            hold(log, course, 1)


def test_published_counts_are_rounded(log: PrescriptionLog) -> None:
    make_courses(log, 31, 19, 10)
    row = only(Study(log, suppress_below=8).sessions())
    assert [row[name] for name in ("prescriptions", "with_plan", "planned_fewest", "given")] == [
        30,
        20,
        20,
        10,
    ]
    assert (row["completed"], row["completed_share"]) == (10, "0.5000")
    assert (row["partly"], row["not_given"]) == (0, 0)


def test_what_few_had_is_suppressed_and_what_it_follows_from(log: PrescriptionLog) -> None:
    make_courses(log, 24, 20, 3)
    row = only(Study(log, suppress_below=8).sessions())
    assert row["prescriptions"] == 25
    for name in ("with_plan", "planned_fewest", "planned_most", "given", "completed", "completed_share"):
        assert row[name] == "suppressed"


def test_those_who_did_not_complete_are_not_told_either(log: PrescriptionLog) -> None:
    make_courses(log, 20, 20, 17)
    row = only(Study(log, suppress_below=8).sessions())
    assert (row["with_plan"], row["completed"], row["completed_share"]) == (20, "suppressed", "suppressed")


def test_many_sessions_of_few_patients_are_suppressed(log: PrescriptionLog) -> None:
    make_courses(log, 20, 0, 0)
    course = prescribe(log, "P-0")
    for place in range(12):
        hold(log, course, place)
    row = only(Study(log, suppress_below=8).sessions())
    assert (row["prescriptions"], row["given"]) == (20, "suppressed")


def test_a_combination_of_few_is_suppressed_whole(log: PrescriptionLog) -> None:
    make_courses(log, 3, 0, 0)
    for place in range(12):
        prescribe(log, f"Q-{place}", cocktail=OTHER)
    rows = [dict(row) for row in Study(log, suppress_below=8).sessions().rows]
    assert "biotin + minoxidil" in {row.pop("combination") for row in rows}
    assert {value for row in rows for value in row.values()} == {"suppressed"}
