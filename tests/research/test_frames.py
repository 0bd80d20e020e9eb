"""Answers as data frames: exact, flagged, with their notes."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pytest

from mesococktail import Study, examples
from mesococktail.errors import QuestionError
from mesococktail.research import Answer, Column

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("frames") / "demo.db"
    examples.make_demo_log(path).close()
    return path


@pytest.fixture(scope="module")
def answer(demo: Path) -> Answer:
    return Study(demo).doses()


@pytest.fixture(scope="module")
def hidden(demo: Path) -> Answer:
    return Study(demo, suppress_below=60).combinations()


def with_rows(answer: Answer, cells: list[Any]) -> Answer:
    rows = tuple({"cell": cell} for cell in cells)
    return attrs.evolve(answer, rows=rows, columns=(Column("cell", "anything"),))


def test_arrow_keeps_counts_whole_and_decimals_exact(answer: Answer) -> None:
    table = answer.to_arrow()
    assert table.column_names == [column.name for column in answer.columns]
    assert table.schema.field("ingredients").type == pa.int64()
    assert table.schema.field("agent").type == pa.string()
    assert table.to_pylist() == list(answer.rows)


def test_arrow_carries_the_notes(answer: Answer) -> None:
    said = answer.to_arrow().schema.metadata
    assert said[b"question"] == b"doses"
    assert b"not for publication" in said[b"notes"]
    assert b"smallest" in said[b"columns"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, None], pa.int64()),
        ([None], pa.null()),
        ([Decimal("0.00")], pa.decimal128(3, 2)),
        ([Decimal("0.001"), Decimal(12)], pa.decimal128(5, 3)),
        ([Decimal("1e-45")], pa.decimal256(46, 45)),
    ],
)
def test_a_column_of_arrow_is_as_wide_as_its_cells(answer: Answer, cells: list[Any], kind: Any) -> None:
    table = with_rows(answer, cells).to_arrow()
    assert table.schema.field("cell").type == kind
    assert table.column("cell").to_pylist() == cells


def test_a_suppressed_cell_is_empty_and_flagged(hidden: Answer) -> None:
    frame = hidden.to_pandas()
    assert list(frame.columns) == ["combination", "prescriptions", "share", "suppressed"]
    assert frame["suppressed"].tolist() == [row["prescriptions"] == "suppressed" for row in hidden.rows]
    assert frame["suppressed"].any()
    assert not frame["suppressed"].all()
    assert frame[frame["suppressed"]]["prescriptions"].isna().all()
    assert "suppressed" in frame.attrs["notes"]


def test_arrow_has_the_flag_too(hidden: Answer) -> None:
    table = hidden.to_arrow()
    assert table.schema.field("suppressed").type == pa.bool_()
    assert table.column("prescriptions").null_count


def test_exact_answers_have_no_flag(answer: Answer) -> None:
    assert "suppressed" not in answer.to_pandas().columns


def test_pandas_keeps_counts_whole_and_decimals_exact(answer: Answer) -> None:
    frame = answer.to_pandas()
    assert str(frame["ingredients"].dtype) == "Int64"
    assert isinstance(frame["median"].dropna().iloc[0], Decimal)


def test_polars_has_the_same_rows(answer: Answer) -> None:
    frame = answer.to_polars()
    assert frame["ingredients"].to_list() == [row["ingredients"] for row in answer.rows]
    assert frame["median"].to_list() == [row["median"] for row in answer.rows]


def test_a_notebook_shows_a_table_and_its_notes(answer: Answer) -> None:
    shown = answer._repr_html_()
    assert shown.startswith("<table>")
    assert "not for publication" in shown


def test_no_markup_of_a_record_gets_into_a_notebook(answer: Answer) -> None:
    shown = with_rows(answer, ["<script>alert(1)</script>"])._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("method", ["to_arrow", "to_pandas", "to_polars"])
def test_a_missing_library_is_named_with_its_cure(
    answer: Answer, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = {"to_arrow": "pyarrow"}.get(method, method.removeprefix("to_"))
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(QuestionError, match=f"this needs the package {name}; pip install"):
        getattr(answer, method)()
