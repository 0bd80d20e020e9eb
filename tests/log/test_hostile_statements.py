"""What other programs can do to the file: refused by the file itself, or noticed when it is next opened."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import sqlite_utils

from mesococktail import PrescriptionLog
from mesococktail.errors import NotALogError
from mesococktail.records import KINDS
from tests.log.helpers import codes, digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_REFUSED = [
    "UPDATE entry SET reason = 'x' WHERE seq = 2",
    "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 2",
    "UPDATE entry SET seq = 99 WHERE seq = 6",
    "UPDATE payload SET document = '{}'",
    "UPDATE payload SET salt = zeroblob(16)",
    "UPDATE log SET clinic = 'other'",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE seq = 6",
    "DELETE FROM payload WHERE seq = 2",
    "DELETE FROM log",
    "INSERT INTO log VALUES (1, 'x', zeroblob(16), 0)",
    "INSERT OR REPLACE INTO log VALUES (1, 'x', zeroblob(16), 0)",
    "INSERT INTO log VALUES (2, 'x', zeroblob(16), 0)",
    "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 2",
    "REPLACE INTO entry SELECT * FROM entry WHERE seq = 6",
    "INSERT OR IGNORE INTO entry SELECT * FROM entry WHERE seq = 2",
    "INSERT INTO entry SELECT seq + 100, act, kind, schema, randomblob(16), 1, NULL, 0, NULL, "
    "commitment, hash "
    "FROM entry WHERE seq = 2",
    "INSERT INTO entry SELECT 7, act, kind, schema, id, 1, NULL, 0, NULL, commitment, hash FROM "
    "entry WHERE seq = 2",
    "INSERT OR REPLACE INTO entry SELECT 7, act, kind, schema, id, 1, NULL, 0, NULL, commitment, hash "
    "FROM entry WHERE seq = 2",
    "INSERT INTO entry SELECT 7, act, kind, schema, id, 3, NULL, 0, NULL, commitment, hash FROM "
    "entry WHERE seq = 2",
    "INSERT INTO entry SELECT 7, 'edit', kind, schema, id, 2, NULL, 0, NULL, commitment, hash FROM "
    "entry WHERE seq = 2",
    "INSERT INTO entry SELECT * FROM entry WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET reason = 'x'",
    "INSERT INTO entry (act, kind, schema, id, version, recorded_at, hash) "
    "VALUES ('record', 'doctor', 1, randomblob(16), 2, 0, zeroblob(32))",
    "INSERT OR REPLACE INTO payload SELECT seq, salt, '{}' FROM payload WHERE seq = 2",
    "REPLACE INTO payload SELECT seq, salt, '{}' FROM payload WHERE seq = 6",
    "INSERT INTO payload SELECT seq, salt, '{}' FROM payload WHERE seq = 6 ON CONFLICT (seq) DO "
    "UPDATE SET document = ''",
    "INSERT INTO payload VALUES (7, zeroblob(16), '{}')",
    "INSERT INTO payload VALUES (0, zeroblob(16), '{}')",
]


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("statement", _REFUSED)
def test_the_file_itself_refuses(path: Path, statement: str, recursive: str) -> None:
    before = digest(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    assert digest(path) == before
    assert codes(path) == set()


def _row(database: sqlite_utils.Database, table: str) -> dict[str, Any]:
    return next(iter(database[table].rows_where(order_by="1 desc", limit=1)))


_WRITING: dict[str, Callable[[Any, str], object]] = {
    "insert": lambda d, t: d[t].insert(_row(d, t)),
    "insert_replace": lambda d, t: d[t].insert(_row(d, t), pk=_pk(t), replace=True),
    "insert_ignore": lambda d, t: d[t].insert(_row(d, t), pk=_pk(t), ignore=True),
    "insert_all": lambda d, t: d[t].insert_all([_row(d, t)]),
    "insert_all_truncate": lambda d, t: d[t].insert_all([_row(d, t)], truncate=True),
    "insert_alter": lambda d, t: d[t].insert(_row(d, t) | {"more": 1}, alter=True),
    "upsert": lambda d, t: d[t].upsert(_row(d, t) | _change(t), pk=_pk(t)),
    "upsert_all": lambda d, t: d[t].upsert_all([_row(d, t) | _change(t)], pk=_pk(t)),
    "update": lambda d, t: d[t].update(_row(d, t)[_pk(t)], _change(t)),
    "delete": lambda d, t: d[t].delete(_row(d, t)[_pk(t)]),
    "delete_where": lambda d, t: d[t].delete_where(),
    "convert": lambda d, t: d[t].convert(next(iter(_change(t))), lambda _: "x"),
    "lookup": lambda d, t: d[t].lookup({next(iter(_change(t))): "something new"}),
    "drop": lambda d, t: d[t].drop(),
    "transform": lambda d, t: d[t].transform(rename={next(iter(_change(t))): "renamed"}),
    "transform_same": lambda d, t: d[t].transform(),
    "add_column": lambda d, t: d[t].add_column("more", str),
    "add_foreign_key": lambda d, t: d[t].add_foreign_key(_pk(t), "dim_term", "id"),
    "create_index": lambda d, t: d[t].create_index([next(iter(_change(t)))]),
    "create": lambda d, t: d[t].create({"x": int}, replace=True),
    "create_transform": lambda d, t: d[t].create({"x": int}, transform=True),
    "enable_fts": lambda d, t: d[t].enable_fts([next(iter(_change(t)))]),
    "enable_counts": lambda d, t: d[t].enable_counts(),
    "extract": lambda d, t: d[t].extract(next(iter(_change(t)))),
    "duplicate": lambda d, t: d[t].duplicate("copied"),
    "rename_table": lambda d, t: d.rename_table(t, "renamed"),
    "create_view": lambda d, t: d.create_view("extra", f"SELECT * FROM {t}"),
}


def _pk(table: str) -> str:
    return "one" if table == "log" else "seq"


def _change(table: str) -> dict[str, str]:
    return {"log": {"clinic": "x"}, "entry": {"kind": "x"}, "payload": {"document": "{}"}}[table]


def dumped(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("table", ["log", "entry", "payload"])
@pytest.mark.parametrize("name", list(_WRITING))
def test_sqlite_utils_is_refused_or_noticed(path: Path, table: str, name: str) -> None:
    before = dumped(path)
    database = sqlite_utils.Database(path)
    refused: Exception | None = None
    try:
        _WRITING[name](database, table)
    except Exception as error:  # noqa: BLE001  # whatever it raises, what counts is the file
        refused = error
    database.close()
    if dumped(path) == before:
        # Some leave a transaction behind that changed nothing but SQLite's own counter in the header.
        assert refused is not None
        assert codes(path) == set()
    else:
        with pytest.raises(NotALogError, match="are not the ones this library made"):
            PrescriptionLog.open(path, read_only=True)


def test_a_change_of_the_journal_mode_is_noticed_and_can_be_undone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
    for read_only in (False, True):
        with pytest.raises(NotALogError, match=r"journal mode was changed.*PRAGMA journal_mode = delete"):
            PrescriptionLog.open(path, read_only=read_only)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = delete")
    assert codes(path) == set()


def test_statistics_of_the_query_planner_do_no_harm(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")
    assert codes(path) == set()


def test_a_forged_entry_in_its_place_is_found_by_verify(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO entry VALUES (7, 'void', 'doctor', 1, (SELECT id FROM entry WHERE seq = 1), "
            "2, NULL, 0, "
            "'x', NULL, zeroblob(32))"
        )
    assert "broken_link" in codes(path)


def test_the_views_are_readable_by_a_stranger_who_trusts_no_schema(path: Path) -> None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        views = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")]
        shown = {view: connection.execute(f"SELECT * FROM {view}").fetchall() for view in views}
    assert set(shown) > {
        *KINDS,
        "ingredient",
        "adjunct",
        "combination_frequency",
        "agent_pair",
        "session_zones",
    }
    assert shown["combination_frequency"] == [("biotin + minoxidil", 5)]
    assert shown["agent_pair"] == [("biotin", "minoxidil", 5)]
    assert len(shown["ingredient"]) == 10
    assert re.fullmatch(r"[0-9a-f-]{36}", shown["doctor"][0][1])
