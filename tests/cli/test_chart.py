"""``chart``: what a doctor sees of one patient."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_what_is_due_and_overdue_is_told(run: Run, course: Path) -> None:
    assert course.exists()
    run("amend", "last", "--plan", "weekly x8", "--reason", "x")
    said = run("chart", "P-014").stdout
    assert said.startswith("patient P-014, 2")
    assert "given 1 of 8\n" in said
    assert "next: session 2 is due 2025-03-15, overdue since 2025-03-15" in said
    assert "given so far: minoxidil" in said
    assert said.endswith("no adverse event to look at\n")


def test_the_chart_is_data_as_well(run: Run, course: Path) -> None:
    assert course.exists()
    run("amend", "last", "--plan", "weekly x8", "--reason", "x")
    [found] = json.loads(run("chart", "P-014", "--course", "last", "--json").stdout)["courses"]
    assert (found["given"], found["planned"], found["next session"]) == (1, [8, 8], 2)
    assert (found["next due"], found["overdue since"]) == (["2025-03-15", "2025-03-15"], "2025-03-15")


def test_an_event_that_goes_on_is_to_be_looked_at(run: Run, course: Path) -> None:
    assert course.exists()
    at = ("--at", "2025-03-08T12:00+04:00")
    run("record", "adverse-event", "-p", "P-014", *at, "--term", "pain", "--seriousness", "hospitalisation")
    assert "look at it: it is serious" in run("chart", "P-014").stdout
    [event] = json.loads(run("chart", "P-014", "--json").stdout)["events to look at"]
    assert (event["term"], len(event["sessions before"])) == ("pain", 1)


def test_the_whole_chart_has_lots_and_timeline(run: Run, course: Path) -> None:
    assert course.exists()
    said = run("chart", "P-014", "--all").stdout
    assert "A12" in said
    assert "leave --course and --json out" in run("chart", "P-014", "--all", "--json", code=2).stderr


def test_a_patient_without_a_prescription_has_a_chart(run: Run) -> None:
    at = ("--at", "2025-03-08T12:00+04:00")
    run("record", "screening", "-p", "P-7", *at, "--asked-by", "nurse-1", "--answers", "diabetes=no")
    said = run("chart", "P-7").stdout.splitlines()
    assert [line for line in said[1:] if line] == ["no prescription", "no adverse event to look at"]


def test_of_a_patient_whose_records_are_all_void_there_is_no_chart(run: Run) -> None:
    at = ("--at", "2025-03-08T12:00+04:00")
    run("record", "screening", "-p", "P-7", *at, "--asked-by", "nurse-1", "--answers", "diabetes=no")
    run("void", "last:screening", "--reason", "wrong patient")
    assert run("chart", "P-7", code=4).stderr == "Error: patient: P-7: has no record in this log\n"


def test_a_chart_is_of_somebody_in_the_log(run: Run, course: Path) -> None:
    assert course.exists()
    assert "patient: P-9: has no record in this log" in run("chart", "P-9", code=4).stderr
    assert "has no record" in run("chart", "P-014", "--as-of", "2020-01-01", code=4).stderr
    assert run("chart", "P-014", "--as-of", "2999-01-01").stdout.startswith("patient P-014, 2999-01-01 ")
    said = run("chart", "P-1", "--course", "last", "--as-of", "now").stdout
    assert "given 0 of an unstated number" in said
