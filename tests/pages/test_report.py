"""The report: one file, suppressed, with everything in it and nothing from elsewhere."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from mesococktail import PrescriptionLog, Study, examples
from mesococktail.errors import QuestionError
from mesococktail.pages import report_page
from mesococktail.pages.report import NOT_ADVICE, SECTIONS
from mesococktail.research import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "demo.db"
    examples.make_demo_log(path).close()
    return path


@pytest.fixture(scope="module")
def page(demo: Path) -> str:
    return report_page(Study(demo))


def test_every_part_is_a_question_with_columns_that_it_has() -> None:
    for section in SECTIONS:
        for part in section.parts:
            known = {column.name for column in QUESTIONS[part.question].columns}
            assert set(part.columns) <= known, part.title


def test_it_says_whose_it_is_and_that_it_recommends_nothing(page: str) -> None:
    assert "synthetic-demo" in page
    assert NOT_ADVICE in page


def test_it_states_attrition_suppression_and_source(page: str) -> None:
    assert "prescriptions read: 480" in page
    assert "counts of fewer than 8 records or patients are suppressed" in page
    assert re.search(r"Computed from log [0-9a-f]{32} of synthetic-demo, head ", page)


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=[\"'](?!#)", page)
    assert not re.search(r"url\((?![\"']?#)", page)
    assert "<svg" in page


def test_a_threshold_is_raised_but_never_lowered(demo: Path) -> None:
    assert "counts of fewer than 53 records" in report_page(Study(demo, suppress_below=50))


def test_no_count_below_the_threshold_is_in_it(demo: Path) -> None:
    exact = Study(demo).combinations()
    few = [row["prescriptions"] for row in exact.rows if int(str(row["prescriptions"])) < 100]
    assert few
    shown = report_page(Study(demo, suppress_below=100))
    assert not any(re.search(rf">{number}<", shown) for number in few)
    assert "suppressed" in shown


def test_long_tables_are_cut_and_say_so(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.pages.report._LONGEST", 2)
    assert "more rows are left out here" in report_page(Study(demo))


def test_an_empty_log_has_a_report(tmp_path: Path) -> None:
    PrescriptionLog.create(tmp_path / "new.db", clinic="new").close()
    assert "nothing that is recorded falls into this question" in report_page(Study(tmp_path / "new.db"))


def test_a_missing_library_is_named(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(QuestionError, match="altair"):
        report_page(Study(demo))
