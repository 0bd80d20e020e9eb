"""Heads noted elsewhere day by day: appended whole or not at all, and never to a file of something else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import (
    LogBrokenError,
    LogNotFoundError,
    LogReadOnlyError,
    LogStorageError,
    RecordError,
    TransferError,
)
from mesococktail.log.heads import append_head, read_heads
from tests.log.helpers import make, prescribe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = datetime(2026, 11, 23, 18, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present, which a test may move."""
    times = [DAY]
    monkeypatch.setattr("mesococktail.log.heads.present", lambda: times[-1])
    return times


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "heads.txt"


def test_a_line_says_when_whose_and_the_whole_head(
    log: PrescriptionLog, file: Path, clock: list[datetime]
) -> None:
    assert append_head(log, file)
    head = log.head()
    assert len(head.hash) == 52
    assert file.read_text() == f"2026-11-23T18:00:00Z\triverside\t{log.id}\t{head.seq}-{head.hash}\n"
    [noted] = read_heads(log, str(file))
    assert (noted.receipt, noted.at) == (head, DAY.replace(microsecond=0))
    assert clock == [DAY]


def test_the_same_head_is_noted_once_a_day(log: PrescriptionLog, file: Path, clock: list[datetime]) -> None:
    assert append_head(log, file)
    before = file.read_bytes()
    clock.append(DAY.replace(hour=23))
    assert not append_head(log, file)
    assert file.read_bytes() == before
    clock.append(DAY.replace(day=24))
    assert append_head(log, file)
    prescribe(log)
    assert append_head(log, file)
    assert len(read_heads(log, file)) == 3
    assert log.verify(receipts=[one.receipt for one in read_heads(log, file)]) == []


def test_the_head_of_an_empty_log_is_one_too(tmp_path: Path, file: Path, clock: list[datetime]) -> None:
    with PrescriptionLog.create(tmp_path / "new.db", clinic="Clinic of 3 words") as log:
        append_head(log, file)
        clock.append(DAY.replace(day=24))
        append_head(log, file)
        noted = read_heads(log, file)
        assert [one.receipt.seq for one in noted] == [0, 0]
        assert log.verify(receipts=[one.receipt for one in noted]) == []


def test_a_log_that_lost_its_end_is_not_noted_on(path: Path, file: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        log.backup(tmp_path / "before.db")
        prescribe(log)
        append_head(log, file)
    before = file.read_bytes()
    with PrescriptionLog.open(tmp_path / "before.db") as log:
        said = r"^line 1: the log does not have the entry 7-.* that was noted on .*verify it with these heads"
        with pytest.raises(LogBrokenError, match=said):
            append_head(log, file)
        prescribe(log, "P-another")
        with pytest.raises(LogBrokenError, match=said):
            append_head(log, file)
        assert {one.code for one in log.verify(receipts=[one.receipt for one in read_heads(log, file)])} == {
            "receipt"
        }
    assert file.read_bytes() == before


def test_a_file_of_another_log_is_refused(log: PrescriptionLog, file: Path, tmp_path: Path) -> None:
    append_head(log, file)
    before = file.read_bytes()
    with make(tmp_path / "other.db") as other:
        for call in (append_head, read_heads):
            with pytest.raises(
                TransferError, match=rf"^line 1: riverside {log.id}: is the head of another log; keep a file"
            ):
                call(other, file)
    assert file.read_bytes() == before


BAD = [
    b"a letter to the editor\n",
    b"\n",
    b"\x00" * 5000,
    b"\xff\xfe\n",
    b"2026-11-23T18:00:00Z\triverside\n",
    b"2026-02-30T18:00:00Z\t{clinic}\t{log}\t{head}\n",
    b"yesterday\t{clinic}\t{log}\t{head}\n",
    b"2026-11-23T18:00:00+00:00\t{clinic}\t{log}\t{head}\n",
    b"2026-11-23T18:00:00Z\t{clinic}\t{log}\t{short}\n",
    b"2026-11-23T18:00:00Z\t{clinic}\t{log}\t{head}\tmore\n",
    b"2026-11-23T18:00:00Z\t{clinic}\t{log}\t{cut}",
]


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_head_is_named_by_its_line_and_left_alone(
    log: PrescriptionLog, file: Path, bad: bytes
) -> None:
    append_head(log, file)
    head = f"{log.head().seq}-{log.head().hash}"
    said = {"clinic": log.clinic, "log": log.id, "head": head, "short": str(log.head()), "cut": head[:-1]}
    for name, value in said.items():
        bad = bad.replace(f"{{{name}}}".encode(), value.encode())
    whole = file.read_bytes() + bad
    file.write_bytes(whole)
    for call in (append_head, read_heads):
        with pytest.raises(TransferError, match=r"^line 2: is not a noted head; give a file that"):
            call(log, file)
    assert file.read_bytes() == whole


def test_the_log_itself_is_no_file_of_heads(log: PrescriptionLog, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(TransferError, match=r"^line 1: is not a noted head"):
        append_head(log, path)
    assert path.read_bytes() == before


def test_a_last_line_without_its_end_is_ended(
    log: PrescriptionLog, file: Path, clock: list[datetime]
) -> None:
    append_head(log, file)
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    clock.append(DAY.replace(day=24))
    append_head(log, file)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert len(read_heads(log, file)) == 2


def test_an_empty_file_is_begun(log: PrescriptionLog, file: Path) -> None:
    file.touch()
    with pytest.raises(TransferError, match="no head is noted in it"):
        read_heads(log, file)
    assert append_head(log, file)
    assert len(read_heads(log, file)) == 1


def test_what_cannot_be_opened_is_told(log: PrescriptionLog, tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError, match="cannot be opened: No such file"):
        append_head(log, tmp_path / "nowhere" / "heads.txt")
    with pytest.raises(LogNotFoundError, match="cannot be opened: No such file"):
        read_heads(log, tmp_path / "heads.txt")
    with pytest.raises(LogNotFoundError, match="is not a file"):
        append_head(log, tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LogNotFoundError, match="is not a file"):
        read_heads(log, tmp_path / "pipe")


@pytest.mark.parametrize("call", [append_head, read_heads])
def test_what_is_no_path_is_refused(log: PrescriptionLog, call: Callable[..., object]) -> None:
    for wrong in (5, None, b"heads.txt"):
        with pytest.raises(RecordError, match="must be a path"):
            call(log, wrong)
    for no_file in ("a\0b", "a" * 300, "a\udcff" * 300):
        with pytest.raises((LogNotFoundError, LogReadOnlyError), match="cannot be opened"):
            call(log, no_file)


def test_a_file_that_may_not_be_written_is_told(
    log: PrescriptionLog, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mesococktail.log.heads.FileIO", refuse)
    with pytest.raises(LogReadOnlyError, match="cannot be opened: Permission denied"):
        append_head(log, file)
    with pytest.raises(LogNotFoundError, match="cannot be opened: Permission denied"):
        read_heads(log, file)


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    log: PrescriptionLog, file: Path, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    append_head(log, file)
    before = file.read_bytes()
    clock.append(DAY.replace(day=24))

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("mesococktail.log.heads.os.fsync", fail)
        with pytest.raises(LogStorageError, match="the head could not be noted: No space left on device"):
            append_head(log, file)
    assert file.read_bytes() == before
    assert append_head(log, file)


def test_a_line_that_is_written_by_half_is_taken_back(
    log: PrescriptionLog, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from io import FileIO

    class Full(FileIO):
        def write(self, line: Any) -> int:
            return super().write(line[:20])

    with monkeypatch.context() as patched:
        patched.setattr("mesococktail.log.heads.FileIO", Full)
        with pytest.raises(LogStorageError, match="No space left"):
            append_head(log, file)
    assert file.read_bytes() == b""
    assert append_head(log, file)


def test_a_new_file_is_synced_with_its_folder_where_that_can_be(
    log: PrescriptionLog, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def sync(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(22, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr("mesococktail.log.heads.os.fsync", sync)
    assert append_head(log, file)
    assert len(synced) == 2
