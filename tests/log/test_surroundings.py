"""A full disk, missing permissions, a wrong file at the path: each has an error that says what to do.

The log stays sound, and takes the next entry once that was done.
"""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import (
    LogNotFoundError,
    LogReadOnlyError,
    LogStorageError,
    LogVersionError,
    NotALogError,
)
from mesococktail.log import connection as connection_module
from tests.log.children import in_a_child, refused, takes_the_next_entry
from tests.log.helpers import GIVEN, damaging, digest, exported, make, prescribe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROOT = os.getuid() == 0
_NOBODY = 65534


# The disk.


def the_disk_fills_up(path: Path, make_room: Callable[[], None]) -> dict[str, Any]:
    """Write until the disk takes no more, make room, go on; and return what was said."""
    with PrescriptionLog.open(path) as log:
        told: list[str] = []
        said = refused(lambda: told.extend(str(prescribe(log).receipt) for _ in range(5000)))
        many = refused(lambda: log.append_many([GIVEN] * 2000))
        found, waiting = log.verify(), refused(lambda: prescribe(log))
        make_room()
        return {
            "said": said,
            "many": many,
            "verify while full": [str(one) for one in found],
            "append while full": waiting,
            "verify": [str(one) for one in log.verify(receipts=told)],
            "next": prescribe(log).seq - len(told),
        }


def is_told_of_the_full_disk(done: dict[str, Any]) -> None:
    assert done["said"][0] == "LogStorageError"
    assert "the disk failed or is full" in done["said"][1]
    assert done["said"][1].endswith("; make room or change the disk, then verify the log")
    assert done["many"][0] == "LogBrokenError"
    assert done["many"][1].endswith("call verify(); when it finds nothing, appends go on")
    assert done["verify while full"] == []
    assert done["append while full"][0] == "LogStorageError"
    assert done["verify"] == []
    assert done["next"] == 7


def test_a_file_that_may_not_grow_any_further_is_sound_and_goes_on_when_it_may(path: Path) -> None:
    def work() -> object:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 50_000, hard))
        return the_disk_fills_up(path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard)))

    is_told_of_the_full_disk(in_a_child(work))
    with PrescriptionLog.open(path, read_only=True) as log:
        entries = len(log)
    takes_the_next_entry(path, entries)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _ROOT:
        pytest.skip("only root may mount a disk of its own")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_that_is_full_is_told_and_the_log_goes_on_when_there_is_room(small_disk: Path) -> None:
    path, filler = small_disk / "clinic.db", small_disk / "filler"
    make(path, 5).close()
    filler.write_bytes(bytes(1_600_000))
    is_told_of_the_full_disk(the_disk_fills_up(path, filler.unlink))
    with PrescriptionLog.open(path, read_only=True) as log:
        entries = len(log)
    takes_the_next_entry(path, entries)


def test_on_a_full_disk_no_log_is_made_and_no_backup_left(small_disk: Path, path: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(2_000_000))
    with PrescriptionLog.open(path) as log:
        lines = exported(log)
        uses: list[Callable[[], object]] = [
            lambda: PrescriptionLog.create(small_disk / "new.db", clinic="riverside"),
            lambda: PrescriptionLog.restore(small_disk / "new.db", io.BytesIO(lines)),
            lambda: log.backup(small_disk / "copy.db"),
        ]
        for use in uses:
            with pytest.raises(LogStorageError, match="full"):
                use()
        assert list(small_disk.iterdir()) == [filler]
        filler.unlink()
        assert log.backup(small_disk / "copy.db").seq == 6
    takes_the_next_entry(small_disk / "copy.db", 6)
    takes_the_next_entry(path, 6)


# Permissions.


@pytest.fixture
def clinic() -> Iterator[Path]:
    """A log in a folder that every user can reach, unlike those that pytest makes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "clinic", "clinic.db")
        path.parent.mkdir()
        make(path, 5).close()
        if _ROOT:
            os.chown(path.parent, _NOBODY, _NOBODY)
            os.chown(path, _NOBODY, _NOBODY)
        yield path
        path.parent.chmod(0o700)


def as_nobody(work: Callable[[], object]) -> Any:
    """Do *work* as a user whom permissions bind: root passes them all."""

    def with_no_rights() -> object:
        if _ROOT:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        return work()

    return in_a_child(with_no_rights)


_ASK_OR_READ = "the log or its folder may not be written; ask its owner, or open it read-only"
_CHECK = "cannot be opened; check the path and its permissions"


@pytest.mark.parametrize(
    ("file", "folder", "read_only", "error", "said"),
    [
        (0o400, 0o700, False, "LogReadOnlyError", _ASK_OR_READ),
        (0o600, 0o500, False, "LogReadOnlyError", _ASK_OR_READ),
        (0o000, 0o700, False, "LogReadOnlyError", _ASK_OR_READ),
        (0o000, 0o700, True, "LogNotFoundError", _CHECK),
        (0o600, 0o000, False, "LogNotFoundError", "cannot be looked at: "),
        (0o600, 0o000, True, "LogNotFoundError", "cannot be looked at: "),
    ],
)
def test_without_permission_a_log_is_not_opened(
    clinic: Path, file: int, folder: int, read_only: bool, error: str, said: str
) -> None:
    before = digest(clinic)
    clinic.chmod(file)
    clinic.parent.chmod(folder)
    name, message = as_nobody(lambda: refused(lambda: PrescriptionLog.open(clinic, read_only=read_only)))
    assert (name, said in message) == (error, True)
    clinic.parent.chmod(0o700)
    clinic.chmod(0o600)
    assert digest(clinic) == before
    assert [one.name for one in clinic.parent.iterdir()] == ["clinic.db"]
    assert as_nobody(lambda: takes_the_next_entry(clinic, 6)) is None


@pytest.mark.parametrize(("file", "folder"), [(0o400, 0o700), (0o600, 0o500), (0o400, 0o500)])
def test_what_may_only_be_read_is_read(clinic: Path, file: int, folder: int) -> None:
    def read() -> list[object]:
        with PrescriptionLog.open(clinic, read_only=True) as log:
            return [len(log), len(log.verify()), len(list(log.prescriptions()))]

    clinic.chmod(file)
    clinic.parent.chmod(folder)
    assert as_nobody(read) == [6, 0, 5]


def test_in_a_folder_that_may_not_be_written_nothing_is_made(clinic: Path) -> None:
    (clinic.parent / "shut").mkdir(0o555)

    def work() -> list[list[str]]:
        with PrescriptionLog.open(clinic) as log:
            return [
                refused(lambda: PrescriptionLog.create(clinic.parent / "shut/new.db", clinic="riverside")),
                refused(lambda: log.backup(clinic.parent / "shut/copy.db")),
            ]

    for name, said in as_nobody(work):
        assert name == "LogReadOnlyError"
        assert "cannot be created: Permission denied" in said
    takes_the_next_entry(clinic, 6)


def test_permissions_that_go_while_the_log_is_open_are_told(clinic: Path) -> None:
    def work() -> list[list[str] | int]:
        with PrescriptionLog.open(clinic) as log:
            clinic.parent.chmod(0o500)
            said = refused(lambda: prescribe(log))
            clinic.parent.chmod(0o700)
            return [said, prescribe(log).seq]

    (name, said), seq = as_nobody(work)
    assert (name, seq) == ("LogReadOnlyError", 7)
    assert said.endswith("refused (SQLITE_READONLY_DIRECTORY); the log is append-only; check the permissions")
    takes_the_next_entry(clinic, 7)


# What stands at the path: the cure of each error leads to a log that takes the next entry.


def test_a_log_that_is_missing_is_made_as_the_error_says(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    with pytest.raises(LogNotFoundError, match=r"create one with: mesococktail init .*clinic\.db$"):
        PrescriptionLog.open(path)
    subprocess.run(
        [sys.executable, "-m", "mesococktail", "init", str(path), "--clinic", "riverside"],
        check=True,
        capture_output=True,
    )
    with PrescriptionLog.open(path) as log:
        assert log.verify() == []
        assert len(log) == 0


def test_an_empty_file_is_deleted_and_a_log_made_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    path.touch()
    with pytest.raises(NotALogError, match="delete it and create a log there"):
        PrescriptionLog.open(path)
    path.unlink()
    make(path).close()
    takes_the_next_entry(path, 1)


def test_behind_a_link_stands_a_log_that_can_be_opened_by_its_own_name(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with pytest.raises(NotALogError, match="open the file itself"):
        PrescriptionLog.open(link)
    takes_the_next_entry(link.resolve(), 6)


def test_a_folder_that_is_a_link_is_no_hindrance(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path.parent)
    takes_the_next_entry(link / path.name, 6)


def test_a_log_of_a_newer_version_is_left_as_it_is_and_says_who_reads_it(path: Path) -> None:
    with damaging(path) as connection:
        [(version,)] = connection.execute("PRAGMA user_version")
        connection.execute(f"PRAGMA user_version = {version + 1}")
    before = digest(path)
    for read_only in (False, True):
        with pytest.raises(
            LogVersionError, match=r"by a newer mesococktail.*upgrade mesococktail.*later reads it"
        ):
            PrescriptionLog.open(path, read_only=read_only)
    assert digest(path) == before
    with damaging(path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    takes_the_next_entry(path, 6)


def test_a_log_on_a_network_mount_is_read_there_and_written_where_it_is_local(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts, local = tmp_path / "mounts", tmp_path / "local disk"
    local.mkdir()
    said = str(local).replace(" ", "\\040")
    mounts.write_text(
        f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n/dev/vdb {said} xfs rw 0 0\n"
    )
    before = digest(path)
    with monkeypatch.context() as patch:
        patch.setattr(connection_module._mount_type, "__defaults__", (mounts,))
        uses: list[Callable[[], object]] = [
            lambda: PrescriptionLog.open(path),
            lambda: PrescriptionLog.create(tmp_path / "new.db", clinic="riverside"),
            lambda: PrescriptionLog.open(path, read_only=True).backup(tmp_path / "copy.db"),
        ]
        for use in uses:
            with pytest.raises(
                LogReadOnlyError, match=r"network mount \(nfs4\).*keep the log on a local disk"
            ):
                use()
        with PrescriptionLog.open(path, read_only=True) as log:
            assert log.verify() == []
            log.backup(local / "clinic.db")
        takes_the_next_entry(local / "clinic.db", 6)
    assert digest(path) == before
    takes_the_next_entry(path, 6)
