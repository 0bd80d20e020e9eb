"""A small chain of clinics, asked on every engine that is installed: the answers are the same bytes."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from mesococktail.errors import QuestionError
from mesococktail.lake import Lake
from mesococktail.research import QUESTIONS, Study
from tests.engines.__main__ import GOLDEN, SIZES
from tests.engines.asking import asked, hashes
from tests.engines.clinics import make_chain
from tests.engines.engines import CSV, ENGINES, PARQUET, NotHereError, psql, server

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize("file", ["merged.db", "clinic-00.db"])
def test_sqlite_never_looks_through_a_whole_table_for_each_row_of_another(chain: Path, file: str) -> None:
    with ENGINES["SQLite"](chain):
        study = Study(chain / file, suppress_below=8)
    with closing(sqlite3.connect(chain / file)) as connection:
        for _, conditions, question, options in asked():
            if "clinic" in conditions:
                continue
            for sql in study.where(**conditions).ask(question, **options).sql:
                scanned = Counter(
                    parent
                    for _, parent, _, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
                    if step.startswith("SCAN")
                )
                assert max(scanned.values(), default=0) <= 1, sql


DISAGREED = {
    "division": r"/",
    "strings put together": r"\|\||group_concat|string_agg|concat\(",
    "statistics": r"\b(avg|stddev|stddev_samp|variance|var_samp|median|quantile|percentile)\w*\s*\(",
    "sums, which overflow or change their type": r"\b(sum|total)\s*\(",
    "dates": r"\b(date|strftime|extract|date_trunc|quarter|month)\s*\(",
    "windows": r"\bover\s*\(",
    "rounding": r"\b(round|cast|floor|ceil)\s*\(",
    "an order where NULL may stand anywhere": r"ORDER BY(?! (?:i\.agent|a\.key|f\.patient))",
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


def test_a_server_that_has_gone_says_so() -> None:
    psycopg = pytest.importorskip("psycopg")
    try:
        with server() as dsn, psycopg.connect(dsn) as gone, psycopg.connect(dsn) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [gone.info.backend_pid])
            with pytest.raises(QuestionError, match=r"source: cannot be asked: .*terminat"):
                Study(gone).combinations()
    except NotHereError as missing:
        pytest.skip(str(missing))


def test_a_study_of_a_chain_names_every_log(chain: Path) -> None:
    def named(study: Study) -> list[str]:
        return sorted(read.clinic for read in study.combinations().source.logs)

    with ENGINES["DuckDB"](chain) as study:
        assert named(study) == ["clinic-00", "clinic-01", "clinic-02"]


def test_an_id_of_two_clinics_needs_the_clinic(chain: Path) -> None:
    with ENGINES["DuckDB"](chain) as study:
        with pytest.raises(QuestionError, match="is the id of a doctor in several clinics; name the clinic"):
            study.where(doctor="dr-a").combinations()
        one = study.where(doctor="dr-a", clinic="clinic-01").by_doctor()
        assert [row["doctor"] for row in one.rows] == ["dr-a"]
        with pytest.raises(QuestionError, match="did you mean dr-a"):
            study.where(doctor="dr-aa").combinations()


def test_a_connection_of_ones_own_is_asked_as_it_is(chain: Path) -> None:
    with duckdb.connect() as connection:
        for table, files in Lake.open(chain / PARQUET).tables.items():
            connection.from_parquet([str(file) for file in files]).create_view(table)
        with ENGINES["DuckDB"](chain) as study:
            assert Study(connection).pairs().rows == study.pairs().rows


@pytest.mark.parametrize(
    ("changed", "question"),
    [
        ("DELETE FROM dim_doctor", "by_doctor"),
        ("DELETE FROM dim_combination_member", "pairs"),
        ("ALTER TABLE fact_ingredient ALTER dose_counts TYPE DECIMAL(38, 3)", "doses"),
        ("UPDATE lake_log SET name = NULL WHERE name = 'clinic-01'", "by_clinic"),
    ],
)
def test_tables_of_ones_own_that_do_not_belong_together_are_refused(
    chain: Path, changed: str, question: str
) -> None:
    with duckdb.connect() as connection:
        for table, files in Lake.open(chain / PARQUET).tables.items():
            connection.from_parquet([str(file) for file in files]).create(table)
        connection.execute(changed)
        with pytest.raises(QuestionError, match="source: has tables that do not belong together"):
            Study(connection).ask(question)


def test_records_of_a_log_that_is_not_named_are_refused(chain: Path) -> None:
    with duckdb.connect() as connection:
        for table, files in Lake.open(chain / PARQUET).tables.items():
            connection.from_parquet([str(file) for file in files]).create(table)
        connection.execute("DELETE FROM lake_log WHERE name = 'clinic-01'")
        with pytest.raises(QuestionError, match="prescriptions of a log that lake_log does not name"):
            Study(connection).combinations()


def test_tables_of_ones_own_are_counted_as_they_are_at_each_question(chain: Path) -> None:
    with duckdb.connect() as connection:
        for table, files in Lake.open(chain / PARQUET).tables.items():
            connection.from_parquet([str(file) for file in files]).create(table)
        with Study(connection).opened() as study:
            before = study.combinations().attrition[0].left
            connection.execute("DELETE FROM fact_prescription WHERE key % 2 = 0")
            after = study.combinations().attrition[0].left
    assert int(after) < int(before)


def test_an_export_is_loaded_whole_and_once(chain: Path, tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg")
    folder = tmp_path / "export"
    shutil.copytree(next(path for path in sorted((chain / CSV).iterdir()) if path.is_dir()), folder)
    try:
        with server() as dsn:
            psql(dsn, folder, "schema.sql")
            (folder / "fact_session.csv").rename(tmp_path / "not there yet")
            with pytest.raises(subprocess.CalledProcessError):
                psql(dsn, folder, "load.sql")
            (tmp_path / "not there yet").rename(folder / "fact_session.csv")
            psql(dsn, folder, "load.sql")
            with pytest.raises(subprocess.CalledProcessError):
                psql(dsn, folder, "load.sql")
            with psycopg.connect(dsn) as connection:
                assert Study(connection).by_clinic().attrition[0].left == 120
    except NotHereError as missing:
        pytest.skip(str(missing))


def test_a_connection_without_the_tables_says_so() -> None:
    with duckdb.connect() as connection, pytest.raises(QuestionError, match=r"cannot be asked: .*lake_log"):
        Study(connection).combinations()


def test_a_connection_without_an_export_says_so() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE lake_log (number BIGINT, log TEXT, name TEXT, seq BIGINT, hash TEXT, "
            "made_with TEXT, pseudonymised BIGINT, left_out TEXT)"
        )
        with pytest.raises(QuestionError, match="source: holds no export"):
            Study(connection).combinations()


def test_what_is_no_connection_is_refused() -> None:
    with pytest.raises(QuestionError, match="or a connection of DuckDB, PostgreSQL or Spark"):
        Study(object())


def test_without_duckdb_a_folder_says_what_is_missing(chain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(QuestionError, match=r"duckdb; pip install 'mesococktail\[research\]'"):
        Study(chain / PARQUET).combinations()


def test_counts_of_a_chain_are_those_of_its_logs(chain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counter[str]()
    for study in map(Study, sorted(chain.glob("clinic-*.db"))):
        for row in study.combinations(level="doses").rows:
            counted[str(row["combination"])] += int(str(row["prescriptions"]))
    # Exactly, so that nothing that is hidden or rounded hides a mistake.
    monkeypatch.setattr("mesococktail.research.engines.LakePicture.exact", True)
    together = Study(chain / PARQUET).combinations(level="doses")
    assert {row["combination"]: row["prescriptions"] for row in together.rows} == counted
