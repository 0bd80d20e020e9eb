"""A file that is moved, a writer that is killed, a fork, a thread, a clock that jumps, while a log is open.

Each is told with what to do; the log is sound, and takes the next entry once that was done.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import LogNotFoundError, LogReadOnlyError
from mesococktail.log import connection as connection_module
from mesococktail.log import writer as writer_module
from tests.log.children import in_a_child, refused, takes_the_next_entry
from tests.log.helpers import GIVEN, digest, exported, make, prescribe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MOVED = "the file was moved, replaced or deleted while it was open; open it where it is now"


def test_a_log_that_was_deleted_takes_no_entry_until_its_backup_is_in_place(
    path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    with PrescriptionLog.open(path) as log:
        log.backup(copy)
        path.unlink()
        with pytest.raises(LogReadOnlyError, match=_MOVED):
            prescribe(log)
        assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["copy.db"]
    with pytest.raises(LogNotFoundError):
        PrescriptionLog.open(path)
    copy.rename(path)
    takes_the_next_entry(path, 6)


def test_a_log_that_was_replaced_takes_no_entry_and_leaves_the_other_alone(
    path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    make(other, 2).close()
    before = digest(other)
    with PrescriptionLog.open(path) as log:
        other.rename(path)
        for act in (lambda: prescribe(log), lambda: log.append_many([GIVEN]), log.rebuild):
            with pytest.raises(LogReadOnlyError, match=_MOVED):
                act()
    assert digest(path) == before
    takes_the_next_entry(path, 3)


def test_a_folder_that_was_moved_away_is_told(path: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path.rename(inside / "clinic.db")
    with PrescriptionLog.open(inside / "clinic.db") as log:
        inside.rename(tmp_path / "moved")
        with pytest.raises(LogReadOnlyError, match=_MOVED):
            prescribe(log)
    takes_the_next_entry(tmp_path / "moved/clinic.db", 6)


def killed_inside_a_transaction(path: Path) -> None:
    """Let a writer be killed when a part of what it writes is in the file, and the rest is not."""

    insert = writer_module.__dict__["insert"]

    def insert_and_die(sqlite: Any, rows: Any, order: Any) -> None:
        insert(sqlite, rows, order)
        if rows["entry"]:
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        with pytest.MonkeyPatch.context() as patch:
            # So little memory that SQLite must write to the file before the end.
            patch.setattr(
                connection_module, "_SETTINGS", (*connection_module._SETTINGS, "PRAGMA cache_size = 2")
            )
            patch.setattr(writer_module, "insert", insert_and_die)
            with PrescriptionLog.open(path) as log:
                log.append_many([GIVEN | {"patient": f"P-{number}"} for number in range(500)])

    child = os.fork()
    if child == 0:  # pragma: no cover  # the child is not measured
        work()
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert path.with_name(f"{path.name}-journal").stat().st_size > 4096


def test_a_writer_killed_in_the_middle_is_told_to_readers_and_tidied_up_by_the_next_writer(
    path: Path,
) -> None:
    with PrescriptionLog.open(path, read_only=True) as reader:
        head = reader.head()
        killed_inside_a_transaction(path)
        cut_off = r"a writer was cut off.*open the log once for writing \(mesococktail verify does\)"
        with pytest.raises(LogReadOnlyError, match=cut_off):
            reader.head()
        with pytest.raises(LogReadOnlyError, match=cut_off):
            PrescriptionLog.open(path, read_only=True)
        said = subprocess.run(
            [sys.executable, "-m", "mesococktail", "verify", "--db", str(path)],
            capture_output=True,
            check=False,
        )
        assert said.returncode == 0
        assert reader.head() == head
        takes_the_next_entry(path, 6)
        assert len(reader) == 7


def test_a_child_of_a_fork_is_refused_at_every_door_and_opens_a_log_object_of_its_own(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        head = log.head()

        def work() -> object:
            acts: list[Callable[[], object]] = [
                log.head,
                log.verify,
                log.rebuild,
                log.doctors,
                lambda: prescribe(log),
                lambda: list(log.entries()),
                lambda: log.append_many([GIVEN]),
                lambda: log.backup(path.with_name("copy.db")),
                lambda: log.export(io.BytesIO()),
            ]
            said = [refused(act) for act in acts]
            log.close()
            with PrescriptionLog.open(path) as own:
                return [said, prescribe(own, "P-child").seq]

        said, seq = in_a_child(work)
        assert said == [["LogUseError", "the log was opened before a fork; open it in the child"]] * 9
        assert seq == 7
        assert log.verify(head=head) == []
        assert prescribe(log).seq == 8
    takes_the_next_entry(path, 8)


def test_a_child_that_closes_what_it_inherited_does_not_open_the_lock_of_its_parent(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.05)
    with PrescriptionLog.open(path) as log, log._connection.writing() as sqlite:
        sqlite.execute("DELETE FROM fact_prescription")
        assert in_a_child(log.close) is None

        def work() -> list[str]:
            with PrescriptionLog.open(path) as own:
                return refused(lambda: prescribe(own))

        assert in_a_child(work)[0] == "LogBusyError"
        sqlite.execute("ROLLBACK")
        sqlite.execute("BEGIN IMMEDIATE")
    takes_the_next_entry(path, 6)


def test_another_thread_is_refused_at_every_door_and_opens_a_log_object_of_its_own(path: Path) -> None:
    said: list[object] = []
    with PrescriptionLog.open(path) as log:

        def work() -> None:
            acts: list[Callable[[], object]] = [log.head, log.verify, log.rebuild, lambda: prescribe(log)]
            said.extend(map(refused, acts))
            with PrescriptionLog.open(path) as own:
                said.append(prescribe(own, "P-thread").seq)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        cure = "the log belongs to another thread; open one log object in each thread"
        assert said == [["LogUseError", cure]] * 4 + [7]
        assert prescribe(log).seq == 8
    takes_the_next_entry(path, 8)


# The clock.


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let the machine's clock stand at a moment."""
    since_1970 = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("recorder", "log", "file"):
            patch.setattr(f"mesococktail.log.{module}.now", lambda: moment)
        patch.setattr(time, "time_ns", lambda: since_1970 * 1000)
        yield


_LATE, _EARLY, _BEFORE_1970 = (datetime(year, 5, 1, tzinfo=UTC) for year in (2040, 2026, 1960))


def test_when_the_clock_goes_backwards_the_order_is_that_of_the_log(path: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        written = []
        for moment in (_LATE, _EARLY, _BEFORE_1970):
            with clock_at(moment):
                written.append(prescribe(log, f"P-{moment.year}"))
                log.append_many([GIVEN | {"patient": f"P-{moment.year}-many"}])
                log.amend(written[-1], written[-1].record, reason="read again")
        assert [entry.recorded_at for entry in written] == [_LATE, _EARLY, _BEFORE_1970]
        assert [entry.seq for entry in log.entries(after=6)] == list(range(7, 16))
        assert sorted(entry.id for entry in written) == [entry.id for entry in written]
        assert [one.key for one in log.prescriptions()][5:] == [7, 8, 10, 11, 13, 14]
        assert log.verify(receipts=[entry.receipt for entry in written]) == []
        with PrescriptionLog.restore(tmp_path / "again.db", io.BytesIO(exported(log))) as again:
            assert again.head() == log.head()
        with log.as_of(_EARLY) as then:
            assert len(then) == 15
    takes_the_next_entry(path, 15)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2262, 4, 12, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
    ids=lambda moment: str(moment.year),
)
def test_a_clock_that_is_far_off_writes_what_can_be_read_again(
    path: Path, tmp_path: Path, moment: datetime
) -> None:
    with PrescriptionLog.open(path) as log:
        with clock_at(moment):
            assert prescribe(log, "P-far").recorded_at == moment
            assert log.append_many([GIVEN]).appended == 1
            make(tmp_path / "new.db").close()
        assert len(list(log.entries(after=6))) == 2
    takes_the_next_entry(path, 8)
    takes_the_next_entry(tmp_path / "new.db", 1)
