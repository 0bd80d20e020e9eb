"""``list``, ``lot``, ``terms``, ``rules``, and the log as of a time."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mesococktail import Formulary
from mesococktail.cli.shared import command_name
from mesococktail.records import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

PROMISE = "It records, and never recommends a treatment."


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_listed_with_its_first_columns(run: Run, course: Path, name: str) -> None:
    assert course.exists()
    header = run("list", "--kind", command_name(name), "--csv").stdout.splitlines()[0].split(",")
    wanted = ["record_id", "status", "id", "name"] if name == "doctor" else ["id", "status", "at", "patient"]
    assert header[: len(wanted)][:2] == wanted[:2]
    assert set(wanted) <= set(header)


def test_records_of_a_kind_are_listed_by_patient(run: Run, course: Path) -> None:
    assert course.exists()
    [row] = json.loads(run("list", "--kind", "session", "-p", "P-014").stdout)
    assert (row["patient"], row["given"], row["status"]) == ("P-014", "given", "active")
    assert json.loads(run("list", "--kind", "session", "-p", "P-0").stdout) == []
    said = run("list", "--kind", "session", "--doctor", "dr-a", code=2).stderr
    assert "--doctor: a session names no doctor" in said
    assert "kind: x: is not a kind of record; use one of adverse-event, aftercare, consent, " in (
        run("list", "--kind", "x", code=3).stderr
    )


def test_voided_records_of_a_kind_are_left_out(run: Run, course: Path) -> None:
    assert course.exists()
    run("void", "last:session", "--reason", "x")
    assert json.loads(run("list", "--kind", "session").stdout) == []
    assert len(json.loads(run("list", "--kind", "session", "--include-voided").stdout)) == 1


def test_who_received_a_lot_is_told(run: Run, course: Path) -> None:
    assert course.exists()
    [row] = json.loads(run("lot", "a-12").stdout)
    assert (row["patient"], row["agent"], row["lot"], row["given"]) == ("P-014", "minoxidil", "A12", "given")
    result = run("lot", "X9")
    assert json.loads(result.stdout) == []
    assert result.stderr == "no preparation in this log had stock of that lot\n"


def test_the_log_is_read_as_it_stood(run: Run, course: Path) -> None:
    assert course.exists()
    then = datetime.now(UTC).isoformat()
    time.sleep(0.001)
    run("amend", "last:session", "--set", "note=more", "--reason", "x")
    run("void", "last:session", "--reason", "x")
    assert "note" not in run("show", "last:session", "--as-of", then).stdout
    assert "version 3, voided" in run("show", "last:session", "--as-of", "now").stdout
    assert len(json.loads(run("list", "--kind", "session", "--as-of", then).stdout)) == 1
    assert json.loads(run("list", "--as-of", "2020-01-01").stdout) == []
    assert len(json.loads(run("list", "--as-of", "2999-01-01").stdout)) == 3
    assert json.loads(run("lot", "A12", "--as-of", "2020-01-01").stdout) == []
    assert json.loads(run("study", "combinations", "--as-of", "2020-01-01").stdout) == []
    assert json.loads(run("study", "combinations", "--as-of", "now").stdout) != []
    assert "no session is in this log yet" in (
        run("show", "last:session", "--as-of", "2020-01-01", code=4).stderr
    )
    assert "time: " in run("show", "last", "--as-of", "2025-02-30", code=3).stderr


def test_the_vocabularies_are_listed(run: Run) -> None:
    rows = json.loads(run("terms").stdout)
    assert [row["vocabulary"] for row in rows] == list(Formulary.shipped().vocabularies)
    assert all(row["terms"] and row["about"] for row in rows)


@pytest.mark.parametrize("vocabulary", Formulary.shipped().vocabularies)
def test_the_terms_of_a_vocabulary_are_listed_with_their_source(run: Run, vocabulary: str) -> None:
    rows = json.loads(run("terms", vocabulary.replace("_", "-")).stdout)
    assert [row["code"] for row in rows] == [term.code for term in Formulary.shipped().terms(vocabulary)]
    assert all(row["source"] for row in rows)


def test_a_vocabulary_that_is_not_there_is_refused_with_those_there_are(run: Run) -> None:
    assert "the vocabularies are " in run("terms", "x", code=3).stderr


def test_the_rules_are_listed_with_who_says_so(run: Run) -> None:
    result = run("rules")
    rows = json.loads(result.stdout)
    assert [row["code"] for row in rows] == [rule.code for rule in Formulary.shipped().rules]
    assert all(row["source"] and row["version"] and row["grade"] and row["message"] for row in rows)
    assert {row["holds"] for row in rows if row["jurisdiction"]} == {"unknown"}
    assert result.stderr == f"{PROMISE}\n"
