"""Pages for print: ``show --sheet`` and ``--label``, as text and as a file."""

from __future__ import annotations

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
    assert (result.stdout, result.stderr) == ("", "wrote label.html\n")
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
