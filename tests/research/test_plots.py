"""Pictures of answers: what is drawn, what is not, and that nothing suppressed is drawn as zero."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import attrs
import pytest

from mesococktail import Study, examples
from mesococktail.errors import QuestionError
from mesococktail.research.plots import svg

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.research import Answer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plots") / "demo.db"
    examples.make_demo_log(path).close()
    return path


@pytest.mark.parametrize(
    ("question", "options", "shown"),
    [
        ("combinations", {}, "dexpanthenol"),
        ("combinations", {"level": "doses"}, "Combinations of agents"),
        ("doses", {}, "dose, mg"),
        ("doses", {"by": "combination"}, "biotin"),
        ("outcomes", {}, "change of hair density, hairs/cm2"),
    ],
)
def test_a_question_is_drawn(demo: Path, question: str, options: dict[str, str], shown: str) -> None:
    drawn = svg(Study(demo).ask(question, **options).plot())
    assert drawn.startswith("<svg")
    assert shown in drawn
    assert "<script" not in drawn


def test_only_the_most_frequent_combinations_are_drawn(demo: Path) -> None:
    answer = Study(demo).combinations(level="doses")
    assert len(answer.rows) > 20
    assert f"the 20 most frequent of {len(answer.rows)}" in svg(answer.plot())


def test_what_is_suppressed_is_not_drawn_and_counted_in_the_title(demo: Path) -> None:
    answer = Study(demo, suppress_below=60).combinations()
    hidden = sum(row["prescriptions"] == "suppressed" for row in answer.rows)
    assert hidden
    assert f"{hidden} suppressed rows are not drawn" in svg(answer.plot())


def test_published_doses_are_drawn_without_extremes(demo: Path) -> None:
    answer = Study(demo, suppress_below=8).doses()
    assert "min:Q" not in answer.plot().to_json()


def test_a_question_that_is_not_drawn_says_which_are(demo: Path) -> None:
    with pytest.raises(QuestionError, match="pairs: is not drawn; draw one of combinations, doses, outcomes"):
        Study(demo).pairs().plot()


def emptied(answer: Answer, *, unknown: str | None = None) -> Answer:
    rows = () if unknown is None else ({**answer.rows[0], unknown: None},)
    return attrs.evolve(answer, rows=rows)


def test_nothing_is_not_drawn(demo: Path) -> None:
    with pytest.raises(QuestionError, match="has nothing that may be drawn"):
        emptied(Study(demo).combinations()).plot()
    with pytest.raises(QuestionError, match="has no change that may be drawn"):
        emptied(Study(demo).outcomes(), unknown="change_mean").plot()


@pytest.mark.parametrize("name", ["altair", "vl_convert"])
def test_a_missing_library_is_named_with_its_cure(
    demo: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        QuestionError, match=rf"needs the package {name}; pip install 'mesococktail\[report\]'"
    ):
        svg(Study(demo).combinations().plot())
