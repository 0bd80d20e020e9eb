"""What stands at a path: each has its own error, and none is created, followed or overwritten."""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import (
    FormularyError,
    LogBrokenError,
    LogError,
    LogExistsError,
    LogNotFoundError,
    LogReadOnlyError,
    LogStorageError,
    LogUseError,
    LogVersionError,
    NotALogError,
    RecordError,
)
from mesococktail.log import backup as backup_module
from mesococktail.log import connection as connection_module
from mesococktail.log.connection import _mount_type, sync
from mesococktail.log.schema import APPLICATION_ID, USER_VERSION
from mesococktail.log.told import as_ours
from tests.log.helpers import digest, exported, prescribe

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.log import Receipt


def test_a_new_log_is_the_owners_alone_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%20 'd.db"
    with PrescriptionLog.create(path, clinic="riverside") as log:
        assert log.clinic == "riverside"
        assert len(log.id) == 32
        assert log.path == path
        assert repr(log) == f"<PrescriptionLog 'riverside' at {str(path)!r}>"
        assert log.verify() == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as connection:
        for pragma, value in (
            ("application_id", APPLICATION_ID),
            ("user_version", USER_VERSION),
            ("journal_mode", "delete"),
            ("integrity_check", "ok"),
        ):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
        tables = connection.execute(
            "SELECT name, strict FROM pragma_table_list WHERE type = 'table'"
        ).fetchall()
        assert [name for name, strict in tables if not strict and not name.startswith("sqlite_")] == []
        texts = connection.execute("SELECT group_concat(sql) FROM sqlite_schema").fetchone()[0]
        assert "json" not in texts.lower()


def test_two_logs_have_two_identities(tmp_path: Path) -> None:
    with (
        PrescriptionLog.create(tmp_path / "a.db", clinic="c") as one,
        PrescriptionLog.create(tmp_path / "b.db", clinic="c") as two,
    ):
        assert one.id != two.id
        assert one.head() != two.head()


def _nothing(_: Path) -> None:
    return


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")


def _marked(path: Path, version: int) -> None:
    _foreign(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")


_AT_THE_PATH: dict[str, tuple[Callable[[Path], Any], type[LogError], str]] = {
    "nothing": (_nothing, LogNotFoundError, "there is no log; create one with: mesococktail init"),
    "a folder": (Path.mkdir, NotALogError, "is not a file"),
    "an empty file": (Path.touch, NotALogError, "is empty: nothing was ever logged in it"),
    "a link": (lambda path: path.symlink_to("/etc/passwd"), NotALogError, "is a symbolic link"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), NotALogError, "is a symbolic link"),
    "a pipe": (os.mkfifo, NotALogError, "is not a file"),
    "text": (lambda path: path.write_text("patient;dose\n" * 90), NotALogError, "is not a SQLite file"),
    "little text": (lambda path: path.write_text("x"), NotALogError, "^.*is (a|not a) "),
    "another program's database": (_foreign, NotALogError, "is a database of another program"),
    "a newer log": (
        lambda path: _marked(path, USER_VERSION + 1),
        LogVersionError,
        rf"newer mesococktail \(layout {USER_VERSION + 1}; .* up to {USER_VERSION}\); upgrade",
    ),
    "a log of other tables": (
        lambda path: _marked(path, 1),
        NotALogError,
        "are not the ones this library made",
    ),
}


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(("put", "error", "said"), _AT_THE_PATH.values(), ids=_AT_THE_PATH.keys())
def test_what_is_no_log_is_not_opened(
    tmp_path: Path, put: Callable[[Path], Any], error: type[LogError], said: str, read_only: bool
) -> None:
    path = tmp_path / "x.db"
    put(path)
    before = digest(path) if path.is_file() and not path.is_symlink() else None
    with pytest.raises(error, match=said):
        PrescriptionLog.open(path, read_only=read_only)
    if before is not None:
        assert digest(path) == before
    assert list(tmp_path.iterdir()) == ([path] if os.path.lexists(path) else [])


@pytest.mark.parametrize("put", [Path.touch, Path.mkdir, lambda path: path.symlink_to("nothing"), _foreign])
def test_nothing_is_overwritten(tmp_path: Path, log: PrescriptionLog, put: Callable[[Path], Any]) -> None:
    path = tmp_path / "x.db"
    put(path)
    before = path.lstat()
    for make in (
        lambda: PrescriptionLog.create(path, clinic="c"),
        lambda: log.backup(path),
        lambda: PrescriptionLog.restore(path, io.BytesIO(exported(log))),
    ):
        with pytest.raises(LogExistsError, match="there is already a file"):
            make()
    assert path.lstat() == before


_BAD_PATHS = ["a\x00b", "x" * 300, "missing/x.db", "file/x.db", ""]


@pytest.mark.parametrize("name", _BAD_PATHS)
def test_a_path_where_nothing_can_be_has_our_error(tmp_path: Path, log: PrescriptionLog, name: str) -> None:
    (tmp_path / "file").touch()
    names = sorted(tmp_path.iterdir())
    path = tmp_path / name if name else Path()
    for use in (
        lambda: PrescriptionLog.create(path, clinic="c"),
        lambda: PrescriptionLog.open(path),
        lambda: log.backup(path),
        lambda: PrescriptionLog.restore(path, io.BytesIO(exported(log))),
    ):
        with pytest.raises(LogError):
            use()
    assert sorted(tmp_path.iterdir()) == names


def test_a_log_that_was_moved_away_takes_no_entry_and_says_so(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        path.rename(path.with_name("elsewhere.db"))
        with pytest.raises(LogReadOnlyError, match="moved, replaced or deleted while it was open"):
            prescribe(log)
        path.with_name("elsewhere.db").rename(path)
        assert prescribe(log).seq == len(log)


def test_inside_a_snapshot_the_log_neither_writes_nor_looks_again(log: PrescriptionLog) -> None:
    entry = prescribe(log)
    with log.snapshot() as run:
        for act in (lambda: prescribe(log), lambda: log.get(entry), log.verify):
            with pytest.raises(LogUseError, match="leave the snapshot first"):
                act()
        assert list(run("SELECT count(*) FROM entry")) == [(len(log),)]


def test_what_is_no_formulary_has_our_error(path: Path) -> None:
    wrong: Any = "clinic.toml"
    with pytest.raises(FormularyError, match=r'read it first: Formulary\.load\("clinic\.toml"\)'):
        PrescriptionLog.open(path, formulary=wrong)


@pytest.mark.parametrize("path", [None, 5, b"x"])
def test_what_is_no_path_has_our_error(path: Any) -> None:
    with pytest.raises(RecordError, match=r"^path: "):
        PrescriptionLog.open(path)


def test_a_log_that_may_not_be_written_is_opened_for_reading_only(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LogReadOnlyError, match=r"may not be written; ask its owner, or open it read-only"):
        PrescriptionLog.open(path)
    with PrescriptionLog.open(path, read_only=True) as log:
        assert len(log) == 6


def test_a_folder_that_may_not_be_written_takes_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(LogReadOnlyError, match="cannot be created: Permission denied"):
        PrescriptionLog.create(tmp_path / "a.db", clinic="c")


def test_a_log_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mesococktail.log.file.make_layout", failing)
    with pytest.raises(KeyboardInterrupt):
        PrescriptionLog.create(tmp_path / "a.db", clinic="c")
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_cannot_be_set_up_is_closed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "_SETTINGS", ("PRAGMA no such",))
    with pytest.raises(LogError):
        PrescriptionLog.open(path)


def test_a_backup_on_a_disk_that_fails_leaves_nothing(
    path: Path, log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(LogStorageError, match="the copy cannot be made: No space left on device"):
        log.backup(path.with_name("copy.db"))
    assert [one.name for one in path.parent.iterdir()] == ["clinic.db"]


def test_two_backups_to_one_place_at_once_do_not_meet(
    path: Path, log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, verified = path.with_name("copy.db"), backup_module._verified

    def another_meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(backup_module, "_verified", verified)
        with PrescriptionLog.open(path) as other:
            other.backup(copy)
        return verified(*given)

    monkeypatch.setattr(backup_module, "_verified", another_meanwhile)
    with pytest.raises(LogExistsError):
        log.backup(copy)
    with PrescriptionLog.open(copy, read_only=True) as made:
        assert made.verify(head=log.head()) == []
    assert sorted(one.name for one in path.parent.iterdir()) == ["clinic.db", "copy.db"]


def test_a_backup_does_not_overwrite_what_appeared_meanwhile(
    path: Path, log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = path.with_name("copy.db")

    def somebody_else_was_quicker(*_: object) -> Receipt:
        copy.touch()
        return log.head()

    monkeypatch.setattr("mesococktail.log.backup._verified", somebody_else_was_quicker)
    with pytest.raises(LogExistsError):
        log.backup(copy)
    assert copy.stat().st_size == 0


_MOUNTS = """/dev/vda / ext4 rw 0 0
server:/home /home/clinic nfs4 rw 0 0
/dev/vdb /home/clinic/local\\040disk xfs rw 0 0
//pc/share /mnt/share cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/x.db", "ext4"),
        ("/home/clinic/x.db", "nfs4"),
        ("/home/clinic/local disk/x.db", "xfs"),
        ("/mnt/share/deep/x.db", "cifs"),
        ("/mnt/shared/x.db", "ext4"),
    ],
)
def test_the_mount_of_a_path_is_the_nearest_above_it(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(_MOUNTS)
    assert _mount_type(Path(path), mounts) == kind


def test_where_mounts_are_not_told_there_is_no_objection(tmp_path: Path) -> None:
    assert _mount_type(tmp_path, tmp_path / "missing") is None
    (tmp_path / "empty").touch()
    assert _mount_type(tmp_path, tmp_path / "empty") is None
    (tmp_path / "odd").write_text("one\n\n")
    assert _mount_type(tmp_path, tmp_path / "odd") is None


def test_a_network_mount_is_refused_for_writing_and_allowed_for_reading(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "_mount_type", lambda _: "nfs4")
    uses: list[Callable[[], object]] = [
        lambda: PrescriptionLog.open(path),
        lambda: PrescriptionLog.create(path, clinic="c"),
    ]
    for use in uses:
        with pytest.raises(LogReadOnlyError, match=r"network mount \(nfs4\), where locks cannot be trusted"):
            use()
    with PrescriptionLog.open(path, read_only=True) as log:
        assert len(log) == 6


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SQLITE_BUSY_SNAPSHOT", "another process held the log"),
        ("SQLITE_READONLY_DBMOVED", "moved, replaced"),
        ("SQLITE_CANTOPEN", "cannot be opened"),
        ("SQLITE_CORRUPT_INDEX", "the file is damaged; keep it, and restore the newest backup"),
        ("SQLITE_FULL", "the disk failed or is full"),
        ("SQLITE_TOOBIG", "SQLite said"),
    ],
)
def test_each_error_of_sqlite_has_one_of_ours(name: str, said: str) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorname = name
    assert said in str(as_ours(error, Path("clinic.db")))


def test_the_settings_of_our_connection_are_the_safe_ones(path: Path) -> None:
    connection = connection_module.open_file(path, read_only=False)
    wanted = {
        "synchronous": 3,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
    }
    for pragma, value in wanted.items():
        assert connection.rows(f"PRAGMA {pragma}") == [(value,)]
    connection.close()


def test_a_log_that_was_opened_can_be_written_again_after_reading(path: Path) -> None:
    with PrescriptionLog.open(path, read_only=True) as reader, PrescriptionLog.open(path) as log:
        entry = prescribe(log)
        assert reader.head() == entry.receipt


def test_a_backup_takes_no_place_where_a_journal_stands(log: PrescriptionLog, tmp_path: Path) -> None:
    journal = tmp_path / "copy.db-journal"
    journal.write_bytes(b"of a log that is gone")
    with pytest.raises(LogExistsError, match="would be played back into the copy; put it beside its log"):
        log.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_what_could_not_be_made_leaves_no_journal_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        (tmp_path / "new.db-journal").write_bytes(b"hot")
        raise LogStorageError("the disk failed")

    monkeypatch.setattr("mesococktail.log.file.make_layout", fails)
    with pytest.raises(LogStorageError):
        PrescriptionLog.create(tmp_path / "new.db", clinic="riverside")
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("new")] == []


def test_doubt_stays_while_the_folder_cannot_be_synced(
    log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise OSError(5, "Input/output error")

    log._connection.doubtful = "the disk failed while writing"
    monkeypatch.setattr("mesococktail.log.connection.sync", fails)
    [found] = log.verify()
    assert "the disk failed (Input/output error)" in found.message
    with pytest.raises(LogBrokenError):
        prescribe(log)
    monkeypatch.undo()
    assert log.verify() == []
    prescribe(log)


def test_a_backup_whose_name_is_not_safe_on_the_disk_is_taken_back(
    log: PrescriptionLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path) -> None:
        if path.is_dir():
            raise OSError(5, "Input/output error")
        sync(path)

    monkeypatch.setattr("mesococktail.log.backup.sync", fails)
    with pytest.raises(LogStorageError, match="the copy cannot be made: Input/output error"):
        log.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
