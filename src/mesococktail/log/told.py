"""What SQLite raises, as errors of ours that say what to do about it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mesococktail.errors import (
    LogBrokenError,
    LogBusyError,
    LogError,
    LogNotFoundError,
    LogReadOnlyError,
    LogStorageError,
    NotALogError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

BUSY_SECONDS = 30
"""How long we wait for another process."""


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into our errors, with what to do about it."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise as_ours(error, path) from error
    except UnicodeDecodeError:
        # Python decodes SQLite's own messages, and a damaged schema stands in them byte by byte.
        raise _damaged(path) from None


def running(connection: sqlite3.Connection, path: Path) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """Return what runs a statement and yields its rows as they come, and raises our errors alone."""

    def run(sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with told(path):
            yield from connection.execute(sql, parameters)

    return run


def as_ours(error: sqlite3.Error | sqlite3.Warning, path: Path) -> LogError:  # noqa: PLR0911  # one a kind
    """Return the error of ours that says what *error* means for the log at *path*."""
    name, got = name_of_error(error), str(path)
    if is_busy(error):
        return LogBusyError(
            f"another process held the log for more than {BUSY_SECONDS} seconds", got=got, cure="try again"
        )
    if name == "SQLITE_READONLY_ROLLBACK":
        return LogReadOnlyError(
            "a writer was cut off, and a reader may not tidy up after it",
            got=got,
            cure="open the log once for writing (mesococktail verify does)",
        )
    if name == "SQLITE_READONLY_DBMOVED":
        return LogReadOnlyError(
            "the file was moved, replaced or deleted while it was open",
            got=got,
            cure="open it where it is now",
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return LogReadOnlyError(
            f"refused ({name})", got=got, cure="the log is append-only; check the permissions"
        )
    if name.startswith("SQLITE_CANTOPEN"):
        return LogNotFoundError("cannot be opened", got=got, cure="check the path and its permissions")
    if name.startswith("SQLITE_NOTADB"):
        return NotALogError("is not a SQLite file", got=got)
    if name.startswith("SQLITE_CORRUPT"):
        return _damaged(path)
    if is_storage(error):
        return LogStorageError(
            f"the disk failed or is full ({name})",
            got=got,
            cure="make room or change the disk, then verify the log",
        )
    if name.startswith("SQLITE_CONSTRAINT"):
        return LogBrokenError(f"the file refused a row ({error})", got=got, cure="verify the log")
    return LogError(f"SQLite said: {error} ({name})", got=got, cure="verify the log")


def _damaged(path: Path) -> LogBrokenError:
    return LogBrokenError("the file is damaged", got=str(path), cure="keep it, and restore the newest backup")


def name_of_error(error: sqlite3.Error | sqlite3.Warning) -> str:
    """Return what SQLite calls an error, such as ``SQLITE_FULL``."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))


def is_busy(error: sqlite3.Error | sqlite3.Warning) -> bool:
    """Whether somebody else holds the file just now."""
    return name_of_error(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def is_storage(error: sqlite3.Error | sqlite3.Warning) -> bool:
    """Whether an error comes from the disk or from memory, and not from what was asked."""
    return name_of_error(error).startswith(("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_NOMEM"))
