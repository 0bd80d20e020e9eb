"""Pages for print: ``show --sheet`` and ``--label``, as text and as a file."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_a_sheet_is_of_a_prescription_or_a_preparation(run: Run, course: Path) -> None:
    assert course.exists()
    assert "PREPARATION SHEET" in run("show", "last", "--sheet").stdout
    assert "A12" in run("show", "last:preparation", "--sheet").stdout
    said = run("show", "last:session", "--sheet", code=3).stderr
    assert "a sheet is made of a prescription or of a preparation" in said


def test_a_label_is_of_a_preparation(run: Run, course: Path) -> None:
    assert course.exists()
    assert "patient P-014" in run("show", "last:preparation", "--label").stdout
    assert "a label is made of a preparation" in run("show", "last", "--label", code=3).stderr


def test_a_page_is_written_to_a_new_file(run: Run, course: Path) -> None:
    result = run("show", "last:preparation", "--label", "--html", "label.html")
    assert result.stdout == ""
    assert re.fullmatch(r"last:preparation is the preparation .*\nwrote label\.html\n", result.stderr)
    assert (course / "label.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    said = run("show", "last:preparation", "--label", "--html", "label.html", code=6).stderr
    assert "there is already a file" in said
    assert "<!DOCTYPE html>" in run("show", "last:preparation", "--label", "--html", "-").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sheet", "--label"), "choose one of --sheet, --label, and --json or --history"),
        (("--sheet", "--history"), "choose one of --sheet, --label, and --json or --history"),
        (("--html", "x.html"), "--html is for --sheet and --label"),
    ],
)
def test_one_page_at_a_time(run: Run, words: tuple[str, ...], said: str) -> None:
    assert said in run("show", "last", *words, code=2).stderr


def test_what_a_patient_is_told_is_printed_and_recorded_as_given(run: Run, course: Path) -> None:
    page = run("aftercare", "last").stdout
    assert "AFTER YOUR TREATMENT" in page
    assert json.loads(run("list", "--kind", "aftercare").stdout) == []
    words = ("--record", "--given-by", "nurse-1", "--at", "2025-03-08T11:00+04:00")
    result = run("aftercare", "last", *words, "--html", "page.html")
    [row] = json.loads(run("list", "--kind", "aftercare").stdout)
    assert result.stdout == f"{row['id']}\n"
    assert result.stderr.endswith("wrote page.html\n")
    assert (row["given_by"], row["at"]) == ("nurse-1", "2025-03-08T11:00:00+04:00")
    assert "<!DOCTYPE html>" in (course / "page.html").read_text(encoding="utf-8")
    stored = json.loads(run("show", row["id"], "--json").stdout)["record"]["instructions"]
    assert {"no_sunbath", "use_sunscreen"} <= {one["rule"] for one in stored}
    again = run("aftercare", "last")
    assert again.stderr.endswith(f" of patient P-014\nas given by nurse-1: aftercare {row['id']}\n")
    assert again.stdout == page


def test_the_page_is_told_where_only_the_id_is_data(run: Run, course: Path) -> None:
    assert course.exists()
    result = run("aftercare", "last", "--record", "--given-by", "nurse-1")
    assert len(result.stdout) == 37
    assert "AFTER YOUR TREATMENT" in result.stderr


def test_nothing_follows_from_what_is_no_session(run: Run, course: Path) -> None:
    assert course.exists()
    assert "Missing option '--given-by'" in run("aftercare", "last", "--record", code=2).stderr
    for words in ((), ("--record", "--given-by", "x")):
        assert "is of the kind prescription" in run("aftercare", "last:prescription", *words, code=3).stderr
    run("void", "last:session", "--reason", "x")
    assert "no session is in this log yet" in run("aftercare", "last", code=4).stderr
