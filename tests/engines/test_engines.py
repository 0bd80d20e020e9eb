"""A small chain of clinics, asked on every engine that is installed: the answers are the same bytes."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from mesococktail.research import QUESTIONS
from tests.engines.__main__ import GOLDEN, SIZES
from tests.engines.asking import asked, hashes
from tests.engines.clinics import make_chain
from tests.engines.engines import CSV, ENGINES, PARQUET, NotHereError

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.research import Study


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    make_chain(folder, *SIZES["smoke"], (PARQUET, CSV))
    return folder


def golden() -> dict[str, str]:
    answers: dict[str, str] = json.loads(GOLDEN.read_text())["smoke"]
    return answers


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_gives_the_golden_answers(chain: Path, name: str) -> None:
    try:
        with ENGINES[name](chain) as study:
            assert hashes(study) == golden()
    except NotHereError as missing:
        pytest.skip(f"{name} was not asked: {missing}")


def test_every_question_has_a_golden_answer() -> None:
    assert golden().keys() == {name for name, *_ in asked()}
    assert {question for _, _, question, _ in asked()} == QUESTIONS.keys()


@pytest.fixture(scope="module")
def statements(chain: Path) -> list[str]:
    """Every statement of every question, as it was asked."""
    said: list[str] = []
    with ENGINES["DuckDB"](chain) as study:
        for _, conditions, question, options in asked():
            said += study.where(**conditions).ask(question, **options).sql
    return said


DISAGREED = {
    "division": r"/",
    "strings put together": r"\|\||group_concat|string_agg|concat\(",
    "statistics": r"\b(avg|stddev|stddev_samp|variance|var_samp|median|quantile|percentile)\w*\s*\(",
    "sums, which overflow or change their type": r"\b(sum|total)\s*\(",
    "dates": r"\b(date|strftime|extract|date_trunc|quarter|month)\s*\(",
    "windows": r"\bover\s*\(",
    "rounding": r"\b(round|cast|floor|ceil)\s*\(",
    "an order where NULL may stand anywhere": r"ORDER BY(?! (?:i\.agent|a\.key|p\.patient))",
    "a limit without an order": r"\bLIMIT\b",
}
"""What engines are known to do differently without a word, and what it looks like."""


@pytest.mark.parametrize("what", DISAGREED)
def test_no_statement_uses_what_engines_disagree_on(statements: list[str], what: str) -> None:
    assert [sql for sql in set(statements) if re.search(DISAGREED[what], sql, re.IGNORECASE)] == []


@pytest.mark.parametrize(
    ("sql", "lite", "duck"),
    [
        ("SELECT 7 / 4", 1, 1.75),
        ("SELECT (5 + 2) / 3", 2, 7 / 3),
        ("SELECT 'a' LIKE 'A'", 1, False),
        ("SELECT typeof(sum(x)) FROM (SELECT 1 AS x) AS q", "integer", None),
    ],
)
def test_engines_still_disagree_on_what_is_kept_out(sql: str, lite: Any, duck: Any) -> None:
    with sqlite3.connect(":memory:") as one:
        assert one.execute(sql).fetchone()[0] == lite
    one.close()
    with duckdb.connect() as other:
        found = other.execute(sql).fetchone()
    assert found is not None
    assert found[0] == duck or (duck is None and found[0] != lite)


def test_a_study_of_a_chain_names_every_log(chain: Path) -> None:
    def named(study: Study) -> list[str]:
        return sorted(read.clinic for read in study.combinations().source.logs)

    with ENGINES["DuckDB"](chain) as study:
        assert named(study) == ["clinic-00", "clinic-01", "clinic-02"]
