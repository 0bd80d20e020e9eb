"""What other programs can do to the file with plain SQL: refused by the file itself, or noticed later.

The lists say which is which. What sqlite-utils can do is in `test_hostile_methods.py`.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import LogError, LogVersionError, NotALogError
from mesococktail.log.schema import USER_VERSION
from mesococktail.records import KINDS
from tests.log.helpers import codes, digest

if TYPE_CHECKING:
    from pathlib import Path

_NEXT = "(SELECT max(seq) + 1 FROM main.entry)"
_LIKE_2 = "act, kind, schema, {id}, {version}, NULL, 0, NULL, commitment, hash FROM entry WHERE seq = 2"
_NEW = _LIKE_2.format(id="randomblob(16)", version=1)
_OF_2 = "SELECT seq, salt, '{}' FROM payload WHERE seq = 2"

_REFUSED_BY_THE_FILE = [
    "UPDATE entry SET reason = 'x' WHERE seq = 2",
    "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 2",
    "UPDATE OR IGNORE entry SET recorded_by = 'dr-z'",
    "UPDATE OR FAIL entry SET recorded_at = 0",
    "UPDATE OR ROLLBACK entry SET hash = zeroblob(32)",
    "UPDATE entry SET seq = 99 WHERE seq = 6",
    "UPDATE entry SET seq = -1 WHERE seq = 1",
    "UPDATE entry SET rowid = 99 WHERE rowid = 6",
    "UPDATE entry SET reason = 'x' WHERE seq = 2 RETURNING *",
    "UPDATE entry SET reason = p.document FROM payload AS p WHERE p.seq = entry.seq",
    "WITH some AS (SELECT seq FROM entry WHERE seq > 3) UPDATE entry SET reason = 'x' WHERE seq IN some",
    "UPDATE payload SET document = '{}'",
    "UPDATE payload SET salt = zeroblob(16)",
    "UPDATE payload SET seq = 1 - seq",
    "UPDATE payload SET document = '{}' WHERE seq = 6 RETURNING seq",
    "UPDATE log SET clinic = 'other'",
    "UPDATE signature SET key = zeroblob(32)",
    "UPDATE backup SET path = 'elsewhere'",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE seq = 6",
    "DELETE FROM entry WHERE seq = 6 RETURNING hash",
    "WITH last AS (SELECT max(seq) FROM entry) DELETE FROM entry WHERE seq IN last",
    "DELETE FROM payload WHERE seq = 2",
    "DELETE FROM payload",
    "DELETE FROM log",
    "DELETE FROM signature",
    "DELETE FROM backup",
    "INSERT INTO log VALUES (1, 'x', zeroblob(16), 0)",
    "INSERT OR REPLACE INTO log VALUES (1, 'x', zeroblob(16), 0)",
    "INSERT INTO log VALUES (2, 'x', zeroblob(16), 0)",
    "INSERT INTO log SELECT one, 'x', log_id, 0 FROM log WHERE true ON CONFLICT DO UPDATE SET clinic = 'x'",
    "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 2",
    "REPLACE INTO entry SELECT * FROM entry WHERE seq = 6",
    "INSERT OR IGNORE INTO entry SELECT * FROM entry WHERE seq = 2",
    "INSERT INTO entry SELECT * FROM entry",
    f"INSERT INTO entry SELECT seq + 100, {_NEW}",
    f"INSERT INTO entry SELECT -1, {_NEW}",
    f"INSERT INTO entry SELECT NULL, {_NEW}",
    f"WITH new AS (SELECT 0, {_NEW}) INSERT INTO entry SELECT * FROM new",
    f"INSERT INTO entry SELECT {_NEXT}, {_LIKE_2.format(id='id', version=1)}",
    f"INSERT OR REPLACE INTO entry SELECT {_NEXT}, {_LIKE_2.format(id='id', version=1)}",
    f"INSERT INTO entry SELECT {_NEXT}, {_LIKE_2.format(id='id', version=3)}",
    f"INSERT INTO entry SELECT {_NEXT}, {_LIKE_2.format(id='zeroblob(15)', version=1)}",
    f"INSERT INTO entry SELECT {_NEXT}, {_LIKE_2.format(id='hex(id)', version=1)}",
    f"INSERT INTO entry SELECT {_NEXT}, 'edit', {_LIKE_2.format(id='id', version=2)[5:]}",
    "INSERT INTO entry SELECT * FROM entry WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET reason = 'x'",
    "INSERT INTO entry SELECT * FROM entry WHERE seq = 2 ON CONFLICT (id, version) DO UPDATE SET seq = 9",
    "INSERT INTO entry SELECT * FROM entry WHERE seq = 2 ON CONFLICT DO NOTHING RETURNING *",
    "INSERT INTO entry (act, kind, schema, id, version, recorded_at, hash) "
    "VALUES ('record', 'doctor', 1, randomblob(16), 2, 0, zeroblob(32))",
    f"INSERT OR REPLACE INTO payload {_OF_2}",
    f"REPLACE INTO payload {_OF_2}",
    f"INSERT INTO payload {_OF_2} ON CONFLICT (seq) DO UPDATE SET document = ''",
    f"INSERT INTO payload VALUES ({_NEXT}, zeroblob(16), '{{}}')",
    "INSERT INTO payload VALUES (0, zeroblob(16), '{}')",
    "INSERT OR REPLACE INTO signature VALUES (1, zeroblob(32), zeroblob(64))",
    f"INSERT INTO signature VALUES ({_NEXT}, zeroblob(32), zeroblob(64))",
    "INSERT OR REPLACE INTO backup VALUES (1, 'elsewhere', 0, 0, zeroblob(32))",
    "INSERT INTO backup VALUES (9, 'elsewhere', 0, 0, zeroblob(32))",
]


@pytest.mark.parametrize("statement", _REFUSED_BY_THE_FILE)
def test_the_file_itself_refuses(full: Path, statement: str) -> None:
    before = digest(full)
    for recursive, keys in itertools.product(("ON", "OFF"), repeat=2):
        with closing(sqlite3.connect(full, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA recursive_triggers = {recursive}")
            connection.execute(f"PRAGMA foreign_keys = {keys}")
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement).fetchall()
    assert digest(full) == before


@pytest.mark.parametrize("statement", _REFUSED_BY_THE_FILE)
def test_the_file_refuses_likewise_where_it_is_attached_to_another(full: Path, statement: str) -> None:
    before = digest(full)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS log_of_somebody", (str(full),))
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement.replace("main.", "")).fetchall()
    assert digest(full) == before


_NOTHING_HAPPENS = {
    "a table before it": "CREATE TEMP TABLE entry AS SELECT * FROM main.entry; DELETE FROM entry",
    "a view before it": "CREATE TEMP VIEW payload AS SELECT 1; DELETE FROM payload",
    "a trigger that skips ours": (
        "CREATE TEMP TRIGGER skip BEFORE DELETE ON main.entry BEGIN SELECT RAISE(IGNORE); END; "
        "DELETE FROM entry"
    ),
    "a trigger that writes": (
        "CREATE TEMP TRIGGER also BEFORE DELETE ON main.entry BEGIN UPDATE payload SET document = ''; END; "
        "DELETE FROM entry"
    ),
    "reading instead of deleting": (
        "CREATE TEMP TRIGGER t INSTEAD OF DELETE ON main.prescription BEGIN DELETE FROM entry; END; "
        "DELETE FROM prescription"
    ),
    "a view": "DELETE FROM prescription",
    "a reserved table": "CREATE TABLE sqlite_stat9 (x)",
    "a column that a view shows is dropped": "ALTER TABLE fact_prescription DROP COLUMN deviation",
    "a checkpoint": "PRAGMA wal_checkpoint(TRUNCATE)",
    "a journal for this connection": "PRAGMA journal_mode = off; DELETE FROM entry",
    "another encoding": "PRAGMA encoding = 'UTF-16'",
    "checks are ignored": (
        "PRAGMA ignore_check_constraints = ON; INSERT INTO entry SELECT -1, 'edit', '', 0, '', 0, '', 0, '', "
        "NULL, ''"
    ),
    "undone": "BEGIN; DROP TABLE payload; ROLLBACK",
}


@pytest.mark.parametrize("script", _NOTHING_HAPPENS.values(), ids=_NOTHING_HAPPENS.keys())
def test_nothing_of_the_file_changes(full: Path, script: str) -> None:
    before = digest(full)
    with (
        closing(sqlite3.connect(full, isolation_level=None)) as connection,
        suppress(sqlite3.Error),
    ):
        connection.executescript(script)
    assert digest(full) == before
    assert codes(full) == set()


_NOT_OPENED_ANY_MORE = [
    "DROP TRIGGER entry_no_update",
    "DROP TABLE payload",
    "DROP TABLE fact_prescription",
    "DROP TABLE backup",
    "DROP VIEW prescription",
    "DROP INDEX entry_version",
    "ALTER TABLE payload RENAME TO payloads",
    "ALTER TABLE payload ADD COLUMN more TEXT",
    "ALTER TABLE entry RENAME COLUMN reason TO why",
    "CREATE TABLE extra (x)",
    "CREATE TABLE extra AS SELECT * FROM entry",
    "CREATE INDEX extra ON entry (reason)",
    "CREATE VIEW extra AS SELECT * FROM entry",
    "CREATE TRIGGER extra AFTER INSERT ON entry BEGIN DELETE FROM fact_prescription; END",
    "DROP TRIGGER entry_no_update; CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT 1; END",
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'trigger'",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '') "
    "WHERE name = 'entry'",
    "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES "
    "('view', 'extra', 'extra', 0, 'CREATE VIEW extra AS SELECT 1')",
    "PRAGMA application_id = 1",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = -1",
    "PRAGMA journal_mode = wal",
]


@pytest.mark.parametrize("script", _NOT_OPENED_ANY_MORE)
def test_a_changed_layout_is_noticed_when_the_log_is_next_opened(full: Path, script: str) -> None:
    _run(full, script)
    for read_only in (True, False):
        with pytest.raises(NotALogError):
            PrescriptionLog.open(full, read_only=read_only)


def _run(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)


def test_a_mark_of_a_later_version_is_taken_at_its_word(full: Path) -> None:
    _run(full, f"PRAGMA user_version = {USER_VERSION + 1}")
    with pytest.raises(LogVersionError):
        PrescriptionLog.open(full)


def test_a_change_of_the_journal_mode_can_be_undone(full: Path) -> None:
    _run(full, "PRAGMA journal_mode = wal")
    with pytest.raises(NotALogError, match=r"journal mode was changed.*PRAGMA journal_mode = delete"):
        PrescriptionLog.open(full)
    _run(full, "PRAGMA journal_mode = delete")
    assert codes(full) == set()


_FOUND_BY_VERIFY = {
    f"INSERT INTO entry SELECT {_NEXT}, {_NEW}": "broken_link",
    f"INSERT INTO entry SELECT {_NEXT}, 'void', {_LIKE_2.format(id='id', version=2)[5:]} RETURNING seq": (
        "broken_link"
    ),
    "INSERT INTO signature SELECT 6, key, signature FROM signature": "bad_signature",
    "INSERT INTO backup VALUES (2, 'elsewhere', 0, 0, zeroblob(32))": "backup",
    "UPDATE fact_prescription SET status = 2": "star",
    "UPDATE OR IGNORE fact_prescription SET at_month = 199001 RETURNING key": "star",
    "DELETE FROM fact_ingredient WHERE prescription = 3": "star",
    "WITH gone AS (SELECT key FROM fact_prescription) DELETE FROM fact_prescription WHERE key IN gone": (
        "star"
    ),
    "REPLACE INTO dim_patient SELECT id, 'P-x' FROM dim_patient WHERE id = 1": "star",
    "INSERT INTO dim_patient SELECT id, 'P-x' FROM dim_patient WHERE true ON CONFLICT (id) DO UPDATE "
    "SET patient = patient || 'x'": "star",
    "INSERT INTO fact_member SELECT key, 0, 1 FROM fact_prescription": "star",
}


@pytest.mark.parametrize(("statement", "code"), _FOUND_BY_VERIFY.items())
def test_what_the_file_lets_pass_is_found_by_verify(full: Path, statement: str, code: str) -> None:
    _run(full, statement)
    assert code in codes(full)
    with PrescriptionLog.open(full) as log:
        log.rebuild()
        assert (log.verify() == []) == (code == "star")


_NO_HARM = [
    "ANALYZE",
    "PRAGMA optimize",
    "REINDEX",
    "VACUUM",
    "PRAGMA page_size = 8192; VACUUM",
    "PRAGMA auto_vacuum = FULL; VACUUM",
    "PRAGMA schema_version = 99",
]


@pytest.mark.parametrize("script", _NO_HARM)
def test_upkeep_by_another_program_does_no_harm(full: Path, script: str) -> None:
    with PrescriptionLog.open(full) as log:
        head = log.head()
    _run(full, script)
    assert codes(full, head=head) == set()
    with PrescriptionLog.open(full) as log:
        log.void(next(log.prescriptions()), reason="written after it")
    assert codes(full, head=head) == set()


def test_a_copy_that_another_program_made_is_the_log_itself(full: Path) -> None:
    copy = full.with_name("copy.db")
    with PrescriptionLog.open(full) as log:
        head = log.head()
    with closing(sqlite3.connect(full)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    assert codes(copy, head=head) == codes(full, head=head) == set()


@pytest.mark.parametrize(
    "statement", [*_REFUSED_BY_THE_FILE, *_NOT_OPENED_ANY_MORE, *_FOUND_BY_VERIFY, *_NO_HARM]
)
def test_the_log_itself_runs_no_statement_that_writes(full: Path, statement: str) -> None:
    before = digest(full)
    with PrescriptionLog.open(full) as log:
        for part in statement.split("; "):
            with pytest.raises(LogError):
                log.rows(part)
    assert digest(full) == before


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
