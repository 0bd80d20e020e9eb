"""Heads noted day by day in a file elsewhere: what shows that the end of a log was cut off.

A file of heads is text, one line for each: when it was noted in UTC, the clinic, the id of the log, and the
whole head, parted by tabs. It is only ever appended to.
"""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from datetime import datetime
from io import BufferedReader, FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import (
    LogBrokenError,
    LogError,
    LogNotFoundError,
    LogReadOnlyError,
    LogStorageError,
    RecordError,
    TransferError,
)
from mesococktail.log.chain import Receipt
from mesococktail.log.recorder import now as present

if TYPE_CHECKING:
    from os import PathLike

    from mesococktail.log.log import PrescriptionLog

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_HASH_LETTERS = 52
_LONGEST_LINE = 1000
_CURE = "give a file that mesococktail head made; if a last line was cut off halfway, remove that line"


@attrs.frozen
class Head:
    """A head of a log as it was noted elsewhere."""

    at: datetime
    """When it was noted, in UTC, by the clock of the machine that did."""
    clinic: str
    log: str
    """Id of the log."""
    receipt: Receipt
    """Of its newest entry then."""

    def __str__(self) -> str:
        return "\t".join(
            (
                f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
                self.clinic,
                self.log,
                f"{self.receipt.seq}-{self.receipt.hash}",
            )
        )


def read_heads(log: PrescriptionLog, path: str | PathLike[str]) -> list[Head]:
    """Read what was noted of a log, oldest first; `PrescriptionLog.verify` takes the receipts.

    Raises:
        LogNotFoundError: There is no such file, or it cannot be read.
        TransferError: A line is none, or is of another log; the message has its number. Or there is no line.
    """
    with _opened(_path(path), "r") as file:
        heads = _read(log, file)
    if not heads:
        raise TransferError("no head is noted in it", got=str(path), cure=_CURE)
    return heads


def append_head(log: PrescriptionLog, path: str | PathLike[str]) -> bool:
    """Note the head of a log at the end of a file, which is made if there is none; synced to the disk.

    Returns:
        False where the file has that head of that day (UTC) already, so that nothing was written.

    Raises:
        LogNotFoundError: The folder is not there, or what is there is not a file.
        LogReadOnlyError: It may not be written.
        TransferError: A line of the file is none, or is of another log; the message has its number.
        LogBrokenError: The log does not have the head that was noted last.
        LogStorageError: The disk failed or is full.
    """
    where = _path(path)
    head = Head(present().replace(microsecond=0), log.clinic, log.id, log.head())
    with _opened(where, "a+") as file:
        file.seek(0)
        noted = _read(log, file)
        if any(one.receipt == head.receipt and one.at.date() == head.at.date() for one in noted):
            return False
        if noted:
            _still_there(log, noted[-1], f"line {len(noted)}")
        _write(file, head, where)
    if not noted:
        _sync_folder(where.parent)
    return True


def _path(path: object) -> Path:
    try:
        return Path(path)  # type: ignore[arg-type]  # whatever came
    except TypeError:
        raise RecordError("must be a path", path="path", got=path) from None


def _opened(path: Path, mode: str) -> FileIO:
    try:
        if path.exists() and not path.is_file():
            raise LogNotFoundError("is not a file", got=str(path))  # a pipe would keep us waiting
        return FileIO(path, mode)
    except (OSError, ValueError) as error:
        if isinstance(error, LogError):
            raise
        why = getattr(error, "strerror", None) or error
        forbidden = mode != "r" and not isinstance(error, FileNotFoundError | ValueError)
        kind = LogReadOnlyError if forbidden else LogNotFoundError
        raise kind(f"cannot be opened: {why}", got=str(path)) from None


def _read(log: PrescriptionLog, file: FileIO) -> list[Head]:
    heads: list[Head] = []
    buffered = BufferedReader(file)
    while line := buffered.readline(_LONGEST_LINE):
        heads.append(_head(log, line, f"line {len(heads) + 1}"))
    buffered.detach()
    return heads


def _head(log: PrescriptionLog, line: bytes, where: str) -> Head:
    try:
        at, clinic, log_id, receipt = line.decode().rstrip("\r\n").split("\t")
        head = Head(_time(at), clinic, log_id, _whole(receipt))
    except (ValueError, LogError):
        raise TransferError("is not a noted head", path=where, cure=_CURE) from None
    if (head.clinic, head.log) != (log.clinic, log.id):
        cure = "keep a file for each log"
        raise TransferError("is the head of another log", path=where, got=f"{clinic} {log_id}", cure=cure)
    return head


def _time(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise ValueError
    return datetime.fromisoformat(text)


def _whole(text: str) -> Receipt:
    receipt = Receipt.parse(text)
    if len(receipt.hash) != _HASH_LETTERS:
        raise ValueError
    return receipt


def _still_there(log: PrescriptionLog, last: Head, where: str) -> None:
    """Refuse to go on where the log was cut off or replaced since: the next line must not hide that."""
    kept = last.receipt
    found = next(log.entries(after=kept.seq - 1, page=1), None) if kept.seq else None
    if kept.seq == 0 or (found is not None and found.receipt == kept):
        return
    raise LogBrokenError(
        f"the log does not have the entry {kept} that was noted on {last.at:%Y-%m-%d}",
        path=where,
        cure="keep the log as it is, and verify it with these heads; if a backup took its place, begin "
        "another file",
    )


def _write(file: FileIO, head: Head, path: Path) -> None:
    end = file.seek(0, os.SEEK_END)
    line = f"{head}\n".encode()
    if end:
        file.seek(-1, os.SEEK_END)
        line = line if file.read(1) == b"\n" else b"\n" + line
    try:
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301  # fails as a full disk does
        os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            file.truncate(end)  # half a line would be refused from then on
        raise LogStorageError(f"the head could not be noted: {error.strerror}", got=str(path)) from None


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every file system that a stick or a share has can sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
