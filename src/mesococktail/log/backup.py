"""A copy of a log in use: made online, verified against the head, put in place under its name."""

from __future__ import annotations

import os
import secrets
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import (
    LogBrokenError,
    LogExistsError,
    LogStorageError,
    LogUseError,
    MesococktailError,
)
from mesococktail.log.chain import backup_hash, microseconds, moment
from mesococktail.log.connection import create_file, journals, remove, sync
from mesococktail.log.told import told

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.log.chain import Receipt
    from mesococktail.log.file import LogFile


@attrs.frozen
class Backup:
    """A copy that was made of a log."""

    path: str
    """Where it was put; it may be elsewhere now."""
    made_at: datetime
    seq: int
    """Of its newest entry."""


PAGES = 2048
"""Pages copied while the log is held; a writer gets its turn between."""


def backup(log: LogFile, path: Path) -> Receipt:
    """Copy *log* to *path*; see `PrescriptionLog.backup`."""
    source = log.reading_connection()
    if source.in_transaction:
        raise LogUseError("a backup cannot be made inside a running transaction")
    try:
        return _made(log, source, path)
    except MesococktailError:
        raise
    except FileExistsError:
        raise LogExistsError("there is already a file", got=str(path), cure="choose another path") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise LogStorageError(
            f"the copy cannot be made: {why}", got=str(path), cure="choose another path"
        ) from None


def _made(log: LogFile, source: sqlite3.Connection, path: Path) -> Receipt:
    if os.path.lexists(path):
        raise FileExistsError
    for journal in journals(path):
        if os.path.lexists(journal):
            raise LogExistsError(
                "is the journal of a log that is gone, and would be played back into the copy",
                got=str(journal),
                cure="put it beside its log, or delete it",
            )
    # A name of its own: two backups to one place, at once, would write into each other's file.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
    before = log.head()
    create_file(unfinished)
    try:
        with told(unfinished):
            target = sqlite3.connect(unfinished, isolation_level=None)
            try:
                source.backup(target, pages=PAGES)
            finally:
                target.close()
        head = _verified(log, unfinished, before)
        sync(unfinished)
        _noted(log, path, head.seq)
        os.link(unfinished, path)
    finally:
        remove(unfinished)
    try:
        sync(path.parent)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return head


def _verified(log: LogFile, copy: Path, before: Receipt) -> Receipt:
    with type(log).open(copy, read_only=True) as made:
        found = made.verify(head=before)
        if found:
            raise LogBrokenError(
                f"the copy does not verify: {found[0]}", got=str(log.path), cure="verify the log itself"
            )
        return made.head()


def _noted(log: LogFile, path: Path, seq: int) -> None:
    """Keep in the log that there is this copy: what is erased later is in it still."""
    with log.noting() as sqlite:
        if sqlite is not None:
            [(number,)] = sqlite.execute("SELECT ifnull(max(number), 0) + 1 FROM backup")
            row = (number, str(path.absolute()), microseconds(datetime.now(UTC)), seq)
            sqlite.execute("INSERT INTO backup VALUES (?, ?, ?, ?, ?)", (*row, backup_hash(*row)))


def backups_of(log: LogFile) -> list[Backup]:
    """Return the backups that were made of a log, oldest first."""
    rows = log.rows("SELECT path, made_at, seq FROM backup ORDER BY number")
    return [Backup(path, moment(made_at), seq) for path, made_at, seq in rows]
