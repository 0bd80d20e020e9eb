"""Contracts that a throw-away version of the log broke: each is settled here by the test named after it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import Doctor, Formulary, PrescriptionLog
from mesococktail.errors import (
    ConflictError,
    LogBrokenError,
    LogBusyError,
    LogError,
    LogReadOnlyError,
    LogStorageError,
    LogUseError,
    RecordError,
)
from mesococktail.log import connection as connection_module
from tests.log.helpers import AT, GIVEN, LINE, codes, digest, make, prescribe, star

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_slow_reader_does_not_stop_a_writer(path: Path, log: PrescriptionLog) -> None:
    with PrescriptionLog.open(path, read_only=True) as reader:
        reading = reader.entries(page=1)
        standing = reader.prescriptions()
        next(reading)
        next(standing)
        prescribe(log)
        assert len(list(reading)) == 6
        assert len(list(standing)) == 5


def cut_off(path: Path) -> None:
    """Leave *path* as a writer does that lost its power in the middle: a hot journal beside it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute(
            "INSERT INTO fact_member SELECT 1, value, 1 FROM (WITH RECURSIVE n(value) AS "
            "(SELECT 100 UNION ALL SELECT value + 1 FROM n LIMIT 20000) SELECT value FROM n)"
        )
        for name in (path.name, f"{path.name}-journal"):
            shutil.copy(path.with_name(name), path.with_name(f"cut-{name}"))
        writer.execute("ROLLBACK")
    for name in (path.name, f"{path.name}-journal"):
        path.with_name(f"cut-{name}").rename(path.with_name(name))


def test_a_reader_says_that_a_writer_was_cut_off_and_the_next_writer_tidies_up(path: Path) -> None:
    cut_off(path)
    with pytest.raises(LogReadOnlyError, match=r"a writer was cut off.*open the log once for writing"):
        PrescriptionLog.open(path, read_only=True)
    with PrescriptionLog.open(path) as log:
        assert log.verify() == []
        assert len(log) == 6
    assert codes(path) == set()


def test_interned_numbers_are_forgotten_after_a_rollback(
    log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.register(Doctor(id="dr-b", name="B"))
    with monkeypatch.context() as patch:
        patch.setattr("mesococktail.log.writer.insert", _full)
        with pytest.raises(LogStorageError):
            prescribe(log, "P-new", doctor="dr-b")
    assert log.verify() == []
    prescribe(log, "P-other", doctor="dr-b")
    prescribe(log, "P-new", doctor="dr-b")
    assert log.verify() == []


def _full(*_: object) -> None:
    raise failing("SQLITE_FULL")


def failing(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = name
    return error


def test_interned_numbers_are_forgotten_after_somebody_else_wrote(path: Path, log: PrescriptionLog) -> None:
    prescribe(log, "P-one")
    with PrescriptionLog.open(path) as other:
        prescribe(other, "P-two")
        prescribe(log, "P-three")
        prescribe(other, "P-three")
        prescribe(log, "P-two")
        assert log.verify() == other.verify() == []


def test_a_rebuilt_star_has_equal_rows(log: PrescriptionLog) -> None:
    entry = prescribe(log, "P-9")
    prescribe(log, "P-10", cocktail="NCTF 135 HA 3 mL (principal) + minoxidil 5 mg (complementary)")
    log.amend(entry, attrs.evolve(entry.record, patient="P-9", rationale="dry"), reason="missing")
    log.stop(entry.id, reason="moved")
    before = star(log)
    log.rebuild()
    assert star(log) == before


def test_reading_and_rebuilding_never_ask_the_formulary(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object, **__: object) -> Any:
        raise AssertionError("the formulary was asked")

    for name in ("find", "term", "terms", "longest", "members", "shipped"):
        monkeypatch.setattr(Formulary, name, explode)
    with PrescriptionLog.open(path) as log:
        assert next(one.record.cocktail.agents for one in log.prescriptions()) == ("minoxidil", "biotin")
        assert log.rebuild() == 6
        assert log.verify() == []
        copied = log.backup(path.with_name("copy.db"))
        assert copied == log.head()


def test_a_transfer_keeps_salts_and_times_and_recording_anew_does_not(path: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(path) as log, make(tmp_path / "again.db", 5) as again:
        assert next(entry.document for entry in log.entries()) == next(
            entry.document for entry in again.entries()
        )
        assert log.head() != again.head()


def test_a_retry_compares_what_was_given(log: PrescriptionLog) -> None:
    known = "0198c0de-0000-7000-8000-000000000001"
    first = prescribe(log, "P-1", id=known)
    assert prescribe(log, "P-1", id=known) == first
    with pytest.raises(ConflictError, match=r"is taken by other content; leave id out, or amend that record"):
        prescribe(log, "P-2", id=known)
    assert len(log) == 7


def test_an_id_asks_for_a_time(log: PrescriptionLog) -> None:
    with pytest.raises(
        RecordError, match="at: is left out; a call that may be repeated gives id and at together"
    ):
        prescribe(log, id="0198c0de-0000-7000-8000-000000000001", at=None)


def test_the_record_says_whether_the_time_was_stated(log: PrescriptionLog) -> None:
    assert prescribe(log, at=None).record.at_defaulted
    assert not prescribe(log, at=AT).record.at_defaulted


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry",
        "UPDATE entry SET reason = 'x'",
        "DELETE FROM payload",
        "UPDATE payload SET document = '{}'",
        "UPDATE log SET clinic = 'other'",
        "DELETE FROM fact_prescription",
        "UPDATE dim_agent SET name = 'x'",
        "INSERT INTO dim_agent VALUES (99, 'x', 'x')",
        "INSERT INTO entry SELECT * FROM entry",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "CREATE INDEX i ON entry (act)",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE payload",
        "DROP TRIGGER entry_in_order",
        "ALTER TABLE entry ADD COLUMN x TEXT",
        "ALTER TABLE entry RENAME TO x",
        "ATTACH ':memory:' AS other",
        "VACUUM",
        "VACUUM INTO '/tmp/x'",
        "REINDEX",
        "ANALYZE",
        "SAVEPOINT s",
        "PRAGMA user_version = 9",
        "PRAGMA application_id = 9",
        "PRAGMA journal_mode = wal",
        "PRAGMA synchronous = off",
        "PRAGMA writable_schema = on",
        "PRAGMA query_only",
        "SELECT load_extension('x')",
    ],
)
def test_our_own_connection_refuses_what_an_append_only_log_never_does(
    path: Path, log: PrescriptionLog, statement: str
) -> None:
    with pytest.raises(LogError):
        log.rows(statement)
    log.close()
    assert codes(path) == set()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM entry", "DROP TABLE entry", "UPDATE payload SET document = ''"]
)
def test_not_even_a_transaction_of_ours_may_change_what_was_logged(
    log: PrescriptionLog, statement: str
) -> None:
    with pytest.raises(LogReadOnlyError), log._connection.writing() as sqlite:
        sqlite.execute(statement)
    assert log.verify() == []


@pytest.mark.parametrize(
    "statement", ["PRAGMA user_version", "PRAGMA application_id", "PRAGMA quick_check", "SELECT 1"]
)
def test_our_own_connection_lets_reading_pass(log: PrescriptionLog, statement: str) -> None:
    assert log.rows(statement)


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        ("SELECT 1; SELECT 2", ()),
        ("SELECT ?", (2**70,)),
        ("SELECT ?", ("\ud800",)),
        ("SELEC", ()),
        ("SELECT ?", ()),
        ("SELECT ?", 5),
        ("SELECT 1\x00", ()),
        (5, ()),
        (None, ()),
    ],
)
def test_a_question_that_makes_no_sense_gets_our_error(
    log: PrescriptionLog, statement: Any, parameters: Any
) -> None:
    with pytest.raises(LogError):
        log.rows(statement, parameters)


def test_a_backup_inside_a_running_transaction_is_refused(path: Path, log: PrescriptionLog) -> None:
    with pytest.raises(LogUseError, match="inside a running transaction"), log._connection.writing():
        log.backup(path.with_name("copy.db"))
    assert not path.with_name("copy.db").exists()


def test_a_backup_is_readable_by_its_owner_alone_and_has_the_same_head(
    path: Path, log: PrescriptionLog
) -> None:
    copy = path.with_name("copy.db")
    assert log.backup(copy) == log.head()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert codes(copy, head=log.head()) == set()
    assert sorted(one.name for one in path.parent.iterdir()) == ["clinic.db", "copy.db"]


class Committing:
    """A connection whose next COMMIT fails, before or after it was done."""

    def __init__(self, real: sqlite3.Connection, *, done: bool, name: str = "SQLITE_IOERR_FSYNC") -> None:
        self.real = real
        self.done = done
        self.name = name

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            if self.done:
                self.real.execute(sql)
            raise failing(self.name)
        return self.real.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@pytest.fixture
def failing_commit(log: PrescriptionLog) -> Callable[[bool], None]:
    def arm(done: bool) -> None:
        log._connection.sqlite = Committing(log._connection.sqlite, done=done)  # type: ignore[assignment]  # stands in

    return arm


def test_a_commit_that_failed_after_it_was_done_is_settled_by_looking(
    log: PrescriptionLog, failing_commit: Callable[[bool], None]
) -> None:
    failing_commit(True)
    entry = prescribe(log, "P-lucky")
    assert entry.seq == 7
    assert log.head() == entry.receipt


def test_a_commit_that_failed_before_it_was_done_leaves_nothing(
    log: PrescriptionLog, failing_commit: Callable[[bool], None]
) -> None:
    failing_commit(False)
    with pytest.raises(LogStorageError, match=r"the disk failed or is full \(SQLITE_IOERR_FSYNC\)"):
        prescribe(log, "P-unlucky")
    assert len(log) == 6


def test_a_commit_whose_outcome_cannot_be_looked_up_is_told_as_it_is(
    log: PrescriptionLog, failing_commit: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise LogStorageError("the disk failed")

    failing_commit(True)
    monkeypatch.setattr(log._reader, "entry_or_none", unreadable)
    with pytest.raises(LogStorageError):
        prescribe(log, "P-unknown")


def test_after_a_storage_error_appends_wait_for_verify(
    log: PrescriptionLog, failing_commit: Callable[[bool], None]
) -> None:
    failing_commit(False)
    with pytest.raises(LogStorageError):
        prescribe(log)
    log._connection.sqlite = log._connection.sqlite.real  # type: ignore[attr-defined]  # take the stand-in out
    with pytest.raises(LogBrokenError, match=r"the disk failed while writing.*call verify\(\)"):
        prescribe(log)
    assert log.verify() == []
    assert prescribe(log).seq == 7


def test_an_error_that_is_not_of_the_disk_leaves_no_doubt(
    log: PrescriptionLog, failing_commit: Callable[[bool], None]
) -> None:
    failing_commit(False)
    stand_in: Any = log._connection.sqlite
    stand_in.name = "SQLITE_BUSY"
    with pytest.raises(LogBusyError):
        prescribe(log)
    log._connection.sqlite = stand_in.real
    assert prescribe(log).seq == 7


def test_a_batch_whose_commit_fails_is_not_there(
    log: PrescriptionLog, failing_commit: Callable[[bool], None]
) -> None:
    failing_commit(False)
    with pytest.raises(LogStorageError):
        log.append_many([GIVEN, GIVEN])
    assert len(log) == 6


def test_a_log_that_is_held_too_long_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.05)
    with PrescriptionLog.open(path) as one, PrescriptionLog.open(path) as two:
        with one._connection.writing(), pytest.raises(LogBusyError, match="held the log for more than"):
            prescribe(two)
        assert prescribe(two).seq == 7


def test_another_thread_is_refused(log: PrescriptionLog) -> None:
    caught: list[Exception] = []

    def use() -> None:
        try:
            prescribe(log)
        except LogUseError as error:
            caught.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "open one log object in each thread" in str(caught[0])


def test_a_forked_child_is_refused_and_closing_in_it_leaves_the_parent_alone(log: PrescriptionLog) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  # the child is not measured
        try:
            prescribe(log)
        except LogUseError as error:
            os.write(writing, str(error).encode())
        finally:
            log.close()
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1000) == b"the log was opened before a fork; open it in the child"
    os.close(reading)
    os.close(writing)
    assert prescribe(log).seq == 7


def test_a_log_inherited_by_a_fork_is_refused(log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(LogUseError, match="before a fork"):
            log.head()


def test_a_closed_log_is_refused_and_closing_twice_does_no_harm(path: Path) -> None:
    log = PrescriptionLog.open(path)
    log.close()
    log.close()
    with pytest.raises(LogUseError, match="the log is closed; open it again"):
        log.head()


def test_a_read_only_log_takes_nothing_and_stays_as_it_is(path: Path) -> None:
    before = digest(path)
    with PrescriptionLog.open(path, read_only=True) as log:
        for act in (lambda: prescribe(log), log.rebuild, lambda: log.append_many([GIVEN])):
            with pytest.raises(LogReadOnlyError, match=r"open read-only; open it with read_only=False"):
                act()
        assert next(iter(log.db["entry"].rows))["seq"] == 1
    assert digest(path) == before


def test_the_database_for_questions_cannot_write(log: PrescriptionLog) -> None:
    with closing(log.db.conn) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM fact_ingredient")


def test_an_interrupted_reading_does_not_hide_its_cause(log: PrescriptionLog) -> None:

    def failing_read() -> None:
        with log._connection.reading() as sqlite:
            sqlite.execute("ROLLBACK")
            raise failing("SQLITE_IOERR_READ")

    with pytest.raises(LogStorageError):
        failing_read()
    with pytest.raises(LogError), log._connection.writing() as sqlite:
        sqlite.execute("ROLLBACK")


def test_a_line_with_an_obvious_text_is_what_the_helpers_say(log: PrescriptionLog) -> None:
    assert prescribe(log, cocktail=LINE).record.cocktail.agents == ("minoxidil", "biotin")


def test_a_rollback_that_fails_as_well_does_not_hide_the_first_error(log: PrescriptionLog) -> None:
    real = log._connection.sqlite

    class Failing(Committing):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql == "ROLLBACK":
                raise failing("SQLITE_IOERR_ROLLBACK_ATOMIC")
            return super().execute(sql, *parameters)

    stand_in: Any = Failing(real, done=False, name="SQLITE_FULL")
    log._connection.sqlite = stand_in
    with pytest.raises(LogStorageError, match="SQLITE_FULL"):
        prescribe(log)
    log._connection.sqlite = real
    real.execute("ROLLBACK")
    assert log.verify() == []
    assert prescribe(log).seq == 7
