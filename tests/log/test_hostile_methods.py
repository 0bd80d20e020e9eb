"""What sqlite-utils can do to the file, every method that it has: refused, or noticed later.

Each public name of its classes is said to read or to write; a name that a later version brings fails the
test until somebody has thought about it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import sqlite_utils
from sqlite_utils.db import Database, InvalidColumns, Table, TransformError, View

from mesococktail import PrescriptionLog
from mesococktail.errors import NotALogError
from tests.log.helpers import codes, digest, exported

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Act: TypeAlias = "Callable[[Any, str], object]"
"""Given the database and the name of a table."""

_VALUES = {"TEXT": "x", "INTEGER": 5, "BLOB": b"x" * 32}
_NO_CHUNK: dict[str, Any] = {
    "alter": False,
    "extracts": None,
    "hash_id": None,
    "hash_id_columns": None,
    "upsert": False,
    "not_null": None,
    "conversions": {},
    "num_records_processed": 1,
    "ignore": False,
}


def _row(database: Any, table: str) -> dict[str, Any]:
    """Return the newest row of a table."""
    row: dict[str, Any] = next(database[table].rows_where(order_by="1 desc", limit=1))
    return row


def _pk(database: Any, table: str) -> list[str]:
    names: list[str] = database[table].pks
    return names


def _key(database: Any, table: str) -> list[Any]:
    row = _row(database, table)
    return [row[name] for name in _pk(database, table)]


def _change(database: Any, table: str) -> dict[str, Any]:
    """Return another value for a column that is not the key."""
    columns = [one for one in database[table].columns if not one.is_pk and one.name != "act"]
    return {columns[0].name: _VALUES[columns[0].type]}


def _column(database: Any, table: str) -> str:
    return next(iter(_change(database, table)))


def _m2m(database: Any, table: str) -> None:
    pointing = database[table]
    pointing.last_pk = _key(database, table)[0]
    pointing.m2m("other", {"id": 1}, pk="id")


_TABLE: dict[str, Act] = {
    "insert": lambda d, t: d[t].insert(_row(d, t)),
    "insert, replace": lambda d, t: d[t].insert(_row(d, t), pk=_pk(d, t), replace=True),
    "insert, ignore": lambda d, t: d[t].insert(_row(d, t), pk=_pk(d, t), ignore=True),
    "insert, alter": lambda d, t: d[t].insert(_row(d, t) | {"more": 1}, alter=True),
    "insert_all": lambda d, t: d[t].insert_all([_row(d, t)]),
    "insert_all, truncate": lambda d, t: d[t].insert_all([_row(d, t)], truncate=True),
    "insert_chunk": lambda d, t: d[t].insert_chunk(
        chunk=[_row(d, t)], all_columns=list(_row(d, t)), pk=_pk(d, t), replace=True, **_NO_CHUNK
    ),
    "upsert": lambda d, t: d[t].upsert(_row(d, t) | _change(d, t), pk=_pk(d, t)),
    "upsert_all": lambda d, t: d[t].upsert_all([_row(d, t) | _change(d, t)], pk=_pk(d, t)),
    "update": lambda d, t: d[t].update(_key(d, t), _change(d, t)),
    "delete": lambda d, t: d[t].delete(_key(d, t)),
    "delete_where": lambda d, t: d[t].delete_where(),
    "convert": lambda d, t: d[t].convert(_column(d, t), lambda _: "9"),
    "lookup": lambda d, t: d[t].lookup({_column(d, t): "something new"}),
    "m2m": _m2m,
    "drop": lambda d, t: d[t].drop(),
    "transform": lambda d, t: d[t].transform(),
    "transform, rename": lambda d, t: d[t].transform(rename={_column(d, t): "renamed"}),
    # It tries whether a strict table can be made, and takes it away again.
    "transform_sql": lambda d, t: d[t].transform_sql(),
    "add_column": lambda d, t: d[t].add_column("more", str),
    "add_missing_columns": lambda d, t: d[t].add_missing_columns([{"more": 1}]),
    "add_foreign_key": lambda d, t: d[t].add_foreign_key(_pk(d, t)[0], "dim_term", "id"),
    "add_geometry_column": lambda d, t: d[t].add_geometry_column("place", "POINT"),
    "create": lambda d, t: d[t].create({"x": int}, replace=True),
    "create, transform": lambda d, t: d[t].create({"x": int}, transform=True),
    "create_index": lambda d, t: d[t].create_index([_column(d, t)]),
    "create_spatial_index": lambda d, t: d[t].create_spatial_index(_column(d, t)),
    "drop_index": lambda d, _: d["entry"].drop_index("entry_version"),
    "duplicate": lambda d, t: d[t].duplicate("copied"),
    "extract": lambda d, t: d[t].extract(_column(d, t)),
    "enable_counts": lambda d, t: d[t].enable_counts(),
    "enable_fts": lambda d, t: d[t].enable_fts([_column(d, t)]),
    "populate_fts": lambda d, t: d[t].populate_fts([_column(d, t)]),
    "rebuild_fts": lambda d, t: d[t].rebuild_fts(),
    "disable_fts": lambda d, t: d[t].disable_fts(),
    "optimize": lambda d, t: d[t].optimize(),
    "analyze": lambda d, t: d[t].analyze(),
}
_DATABASE: dict[str, Act] = {
    "execute": lambda d, t: d.execute(f"DELETE FROM {t}"),
    "executescript": lambda d, t: d.executescript(f"DELETE FROM {t}; DELETE FROM entry"),
    "execute_returning_dicts": lambda d, t: d.execute_returning_dicts(f"DELETE FROM {t} RETURNING *"),
    "query": lambda d, t: list(d.query(f"DELETE FROM {t} RETURNING *")),
    "create_table": lambda d, t: d.create_table(t, {"x": int}, replace=True),
    "create_table, transform": lambda d, t: d.create_table(t, {"x": int}, transform=True),
    "create_table, new": lambda d, _: d.create_table("extra", {"x": int}),
    "create_view": lambda d, t: d.create_view("extra", f"SELECT * FROM {t}"),
    "rename_table": lambda d, t: d.rename_table(t, "renamed"),
    "add_foreign_keys": lambda d, t: d.add_foreign_keys([(t, _pk(d, t)[0], "dim_term", "id")]),
    "index_foreign_keys": lambda d, _: d.index_foreign_keys(),
    "enable_counts": lambda d, _: d.enable_counts(),
    "reset_counts": lambda d, _: d.reset_counts(),
    "enable_wal": lambda d, _: d.enable_wal(),
    "disable_wal": lambda d, _: d.disable_wal(),
    "init_spatialite": lambda d, _: d.init_spatialite(),
    "attach": lambda d, t: (d.attach("also", d.execute("PRAGMA database_list").fetchone()[2]), d[t].drop()),
    "analyze": lambda d, _: d.analyze(),
    "vacuum": lambda d, _: d.vacuum(),
    # As above.
    "supports_strict": lambda d, _: d.supports_strict,
    "supports_on_conflict": lambda d, _: d.supports_on_conflict,
}
_VIEW: dict[str, Act] = {"drop": lambda d, _: d.view("prescription").drop()}
_WRITING = [(Table, _TABLE), (Database, _DATABASE), (View, _VIEW)]

_TABLE_READS = """
analyze_column build_insert_queries_and_params checks column_checks columns columns_dict count count_where
default_values detect_fts execute_count exists foreign_keys get guess_foreign_column guess_foreign_table
has_counts_triggers indexes last_pk last_rowid pks pks_and_rows_where rows rows_where schema search
search_sql strict table_checks triggers triggers_dict use_rowid value_or_default virtual_table_using xindexes
"""
_DATABASE_READS = """
atomic begin cached_counts close commit create_table_sql ensure_autocommit_on iterdump journal_mode
m2m_table_candidates quote quote_default_value quote_fts register_fts4_bm25 register_function
resolve_foreign_keys rollback schema sqlite_version table table_names tables tracer triggers triggers_dict
use_counts_table view view_names views
"""
_VIEW_READS = """
columns columns_dict count count_where execute_count exists pks_and_rows_where rows rows_where schema
"""
_READING: dict[type, set[str]] = {
    Table: set(_TABLE_READS.split()),
    Database: set(_DATABASE_READS.split()),
    View: set(_VIEW_READS.split()),
}
_REFUSALS = (sqlite3.Error, TransformError, InvalidColumns, OSError)
"""What a method may raise where it does not get through, for want of an extension as well."""


@pytest.mark.parametrize(("cls", "acts"), _WRITING)
def test_every_method_is_said_to_read_or_to_write(cls: type, acts: dict[str, Act]) -> None:
    public = {name for name in dir(cls) if not name.startswith("_")}
    writing = {said.partition(",")[0] for said in acts}
    assert public == writing | _READING[cls]
    assert not writing & _READING[cls]


@pytest.mark.parametrize("cls", _READING)
def test_what_is_said_to_read_changes_no_byte(full: Path, cls: type) -> None:
    before = digest(full)
    database = sqlite_utils.Database(full)
    of_class = {Table: database.table("entry"), View: database.view("prescription"), Database: database}
    for name in sorted(_READING[cls] - {"close"}):
        with suppress(TypeError, ValueError):  # it wants more to be said
            reading = getattr(of_class[cls], name)
            reading() if callable(reading) else list(reading or ())
    database.close()
    assert digest(full) == before


_ACTS = [
    pytest.param(act, id=f"{cls.__name__}.{said}") for cls, acts in _WRITING for said, act in acts.items()
]


@pytest.mark.parametrize("table", ["log", "entry", "payload", "signature", "backup"])
@pytest.mark.parametrize("act", _ACTS)
def test_the_log_is_as_it_was_or_is_not_opened_any_more(
    full: Path, full_template: Path, act: Act, table: str
) -> None:
    if _acted(full, act, table) and (found := _found(full)) is not None:
        # Some tidy up, and some leave a transaction behind that changed nothing but a counter in the header.
        assert found == set()
        assert _dumped(full) == _dumped(full_template)


@pytest.mark.parametrize("table", ["dim_patient", "fact_prescription"])
@pytest.mark.parametrize("act", _ACTS)
def test_a_change_of_the_star_is_noticed_and_mended(
    full: Path, full_template: Path, act: Act, table: str
) -> None:
    if _acted(full, act, table) and (found := _found(full)) is not None:
        assert found == (set() if _dumped(full) == _dumped(full_template) else {"star"})
        with PrescriptionLog.open(full) as log, PrescriptionLog.open(full_template, read_only=True) as before:
            assert exported(log) == exported(before)
            log.rebuild()
            assert log.verify() == []


def _acted(path: Path, act: Act, table: str) -> bool:
    """Let it act; whether any byte of the file is another then."""
    before = digest(path)
    database = sqlite_utils.Database(path)
    with suppress(*_REFUSALS):
        act(database, table)
    database.close()
    return digest(path) != before


def _found(path: Path) -> set[str] | None:
    """Return what verify finds; None where the log is not even opened."""
    try:
        return codes(path)
    except NotALogError:
        return None


def _dumped(path: Path) -> list[str]:
    """Return what is in a file, but for the statistics of the query planner."""
    with closing(sqlite3.connect(path)) as connection:
        lines = list(connection.iterdump())
    return sorted(line for line in lines if "sqlite_stat" not in line and "ANALYZE" not in line)


@pytest.mark.parametrize("act", _ACTS)
def test_the_database_that_a_log_gives_out_writes_nothing(full: Path, act: Act) -> None:
    with PrescriptionLog.open(full) as log:
        for table in ("entry", "payload", "dim_patient", "fact_prescription"):
            before = digest(full)
            database = log.db
            with suppress(*_REFUSALS):
                act(database, table)
            database.close()
            assert digest(full) == before
