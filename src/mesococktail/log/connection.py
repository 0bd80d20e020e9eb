"""The one way to a log file: how it is created, opened, guarded, and how SQLite's errors become ours."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesococktail.errors import (
    LogBrokenError,
    LogError,
    LogExistsError,
    LogNotFoundError,
    LogReadOnlyError,
    LogStorageError,
    LogUseError,
    LogVersionError,
    MesococktailError,
    NotALogError,
)
from mesococktail.log.diary import WARNING, note
from mesococktail.log.schema import APPLICATION_ID, USER_VERSION
from mesococktail.log.told import BUSY_SECONDS, is_storage, name_of_error, told
from mesococktail.log.turns import begin_writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesococktail.findings import Finding

_UNSAFE_MOUNTS = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs"))
_SETTINGS = (
    "PRAGMA synchronous = EXTRA",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA fullfsync = ON",
    "PRAGMA temp_store = MEMORY",
)


class Connection:
    """Our own connection to a log: guarded against other threads, forks and foreign statements."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._pid = os.getpid()
        self._thread = threading.get_ident()
        self._closed = False
        self._writing = False
        self._erasing = False
        self.doubtful: str | None = None
        """Why the log takes no more entries until it verifies; None when there is no doubt."""
        mode = "ro" if read_only else "rw"
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        with told(path):
            self.sqlite = sqlite3.connect(
                uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with told(path):
                for setting in _SETTINGS:
                    self.sqlite.execute(setting)
                if read_only:
                    self.sqlite.execute("PRAGMA query_only = ON")
        except MesococktailError:
            self.sqlite.close()
            raise

    def restrict(self) -> None:
        """Refuse from here on what an append-only log never does, whoever asks through this connection."""
        self.sqlite.set_authorizer(self._allowed)

    def settle(self) -> list[Finding]:
        """Take entries again after a failure, if what was done last is on the disk for good."""
        if self.doubtful is not None:
            try:
                # SQLite may have removed the journal and then failed to make that last.
                sync(self.path.parent)
            except OSError as error:
                failed = LogStorageError(f"the disk failed ({error.strerror})", got=str(self.path))
                return list(failed.findings)
        self.doubtful = None
        return []

    def guard(self) -> sqlite3.Connection:
        """Return the connection, if this is the process and the thread that opened it.

        Raises:
            LogUseError: It is not, or the log was closed.
        """
        if self._closed:
            raise LogUseError("the log is closed", cure="open it again")
        if os.getpid() != self._pid:
            raise LogUseError("the log was opened before a fork", cure="open it in the child")
        if threading.get_ident() != self._thread:
            raise LogUseError("the log belongs to another thread", cure="open one log object in each thread")
        return self.sqlite

    def idle(self) -> sqlite3.Connection:
        """Return the guarded connection, if no transaction of ours is open on it.

        Raises:
            LogUseError: One is; or as `guard` does.
        """
        connection = self.guard()
        if connection.in_transaction:
            raise LogUseError("the log is in use", cure="leave the snapshot first, or open the log once more")
        return connection

    def close(self) -> None:
        """Close it. In a forked child the inherited handle is left alone: closing it would drop locks."""
        if not self._closed and os.getpid() == self._pid:
            self.sqlite.close()
        self._closed = True

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows at once, so that no read lock outlives the call."""
        with told(self.path):
            try:
                return self.guard().execute(sql, parameters).fetchall()
            except (OverflowError, TypeError, ValueError) as error:
                raise LogError(f"cannot be asked: {error}", got=str(self.path)) from None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold one consistent picture of the file. Keep it short: nobody can write meanwhile."""
        connection = self.idle()
        with told(self.path):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    _rollback(connection)

    @contextmanager
    def writing(self, *, erasing: bool = False) -> Iterator[sqlite3.Connection]:
        """Hold the write lock; commit at the end, or leave the file as it was.

        Only while *erasing* may documents be deleted, and the file's own triggers still say which.

        Raises:
            LogReadOnlyError: The log was opened read-only.
            LogBrokenError: An earlier failure has not been settled by ``verify``.
        """
        connection = self.idle()
        if self.read_only:
            raise LogReadOnlyError("the log is open read-only", cure="open it with read_only=False")
        if self.doubtful is not None:
            raise LogBrokenError(self.doubtful, cure="call verify(); when it finds nothing, appends go on")
        with told(self.path):
            begin_writing(connection, BUSY_SECONDS)
            self._writing, self._erasing = True, erasing
            try:
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                if is_storage(error):
                    self.doubtful = f"the disk failed while writing ({name_of_error(error)})"
                    note(WARNING, "%s; no entry is taken until the log verifies", self.doubtful)
                raise
            finally:
                self._writing = self._erasing = False
                if connection.in_transaction:
                    _rollback(connection)

    def _allowed(
        self, action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
    ) -> int:
        """Let pass reading and the checks; while we write, also inserting and changing the star."""
        table = first or ""
        if action in _READING:
            allowed = True
        elif action == sqlite3.SQLITE_INSERT:
            allowed = self._writing and not table.startswith("sqlite_")
        elif action in (sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE):
            derived = table.startswith(("fact_", "dim_"))
            allowed = self._writing and (derived or self._may_erase(action, table))
        elif action == sqlite3.SQLITE_PRAGMA:
            allowed = table in _CHECKS or (table in _MARKS and second is None)
        else:
            allowed = False
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    def _may_erase(self, action: int, table: str) -> bool:
        return self._erasing and action == sqlite3.SQLITE_DELETE and table == "payload"


_READING = frozenset(
    (
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_RECURSIVE,
    )
)
_CHECKS = frozenset(("integrity_check", "quick_check", "foreign_key_check", "busy_timeout"))
_MARKS = frozenset(("user_version", "application_id"))


def _rollback(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("ROLLBACK")
    except sqlite3.Error:
        # SQLite rolls back by itself after some failures; the first error is the one to tell.
        return


def create_file(path: Path) -> None:
    """Make an empty file that only its owner can read, where there is none.

    Raises:
        LogExistsError: There is something at that path.
        LogNotFoundError: Its folder does not exist.
        LogReadOnlyError: It may not be written there, or it is on a network mount.
    """
    _refuse_network(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600))
    except FileExistsError:
        raise LogExistsError(
            "there is already a file", got=str(path), cure="open it, or choose another path"
        ) from None
    except FileNotFoundError:
        raise LogNotFoundError(
            "the folder does not exist", got=str(path), cure="make the folder first"
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise LogReadOnlyError(f"cannot be created: {why}", got=str(path)) from None


@contextmanager
def new_file(path: Path) -> Iterator[None]:
    """Make an empty file, and leave nothing of it when filling it fails."""
    create_file(path)
    try:
        yield
    except BaseException:
        remove(path)
        raise


def journals(path: Path) -> list[Path]:
    """Return where SQLite keeps the journals of a file: what it finds there it plays back into that file."""
    return [path.with_name(f"{path.name}-{kind}") for kind in ("journal", "wal")]


def remove(path: Path) -> None:
    """Remove a file that could not be finished; its journals first, for they outlive it dangerously."""
    for each in (*journals(path), path):
        each.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Let what was written to a file, or which names are in a folder, reach the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_file(path: Path, *, read_only: bool) -> Connection:
    """Open a log that exists; never create, never migrate.

    Raises:
        LogError: There is none, it is not one, a newer version wrote it, or it cannot be written.
    """
    _must_be_a_log_file(path)
    if not read_only:
        _refuse_network(path)
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise LogReadOnlyError(
                "the log or its folder may not be written",
                got=str(path),
                cure="ask its owner, or open it read-only",
            )
    connection = Connection(path, read_only=read_only)
    try:
        _must_be_ours(connection)
    except MesococktailError:
        connection.close()
        raise
    return connection


def identity(connection: Connection) -> tuple[str, bytes, int]:
    """Return clinic, id and time of making of a log.

    Raises:
        LogBrokenError: It does not say.
    """
    found = connection.rows("SELECT clinic, log_id, created_at FROM log")
    if not found:
        raise LogBrokenError(
            "does not say whose log it is", got=str(connection.path), cure="restore a backup"
        )
    clinic, log_id, created_at = found[0]
    if type(clinic) is not str or type(log_id) is not bytes or type(created_at) is not int:
        raise LogBrokenError(
            "what it says of whose log it is cannot be read",
            got=str(connection.path),
            cure="restore a backup",
        )
    return clinic, log_id, created_at


def _must_be_a_log_file(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise LogNotFoundError(
            "there is no log", got=str(path), cure=f"create one with: mesococktail init {path}"
        ) from None
    except (OSError, ValueError) as error:
        raise LogNotFoundError(f"cannot be looked at: {error}", got=str(path)) from None
    if stat.S_ISLNK(found.st_mode):
        raise NotALogError(
            "is a symbolic link, and its journal would stand beside the link",
            got=str(path),
            cure="open the file itself",
        )
    if not stat.S_ISREG(found.st_mode):
        raise NotALogError("is not a file", got=str(path))
    if found.st_size == 0:
        raise NotALogError(
            "is empty: nothing was ever logged in it", got=str(path), cure="delete it and create a log there"
        )


def _must_be_ours(connection: Connection) -> None:
    application = connection.rows("PRAGMA application_id")[0][0]
    version = connection.rows("PRAGMA user_version")[0][0]
    if application != APPLICATION_ID:
        raise NotALogError("is a database of another program", got=str(connection.path))
    if not isinstance(version, int) or version > USER_VERSION:
        raise LogVersionError(
            f"was written by a newer mesococktail (layout {version}; this one reads up to {USER_VERSION})",
            got=str(connection.path),
            cure=f"upgrade mesococktail on this machine{_readable_from(connection)}",
        )
    if connection.rows("PRAGMA journal_mode") != [("delete",)]:
        raise NotALogError(
            "its journal mode was changed, and with it what a power cut may cost",
            got=str(connection.path),
            cure=f"change it back: sqlite3 {connection.path} 'PRAGMA journal_mode = delete'",
        )


def _readable_from(connection: Connection) -> str:
    """Return what a newer file says of who can read it; a later layout may not say so any more."""
    try:
        said = connection.rows("SELECT readable_from FROM about")
    except LogError:
        return ""
    return f": version {said[0][0]} or later reads it" if said else ""


def _refuse_network(path: Path) -> None:
    """SQLite's locks are not kept on network file systems, so two writers could both be let in."""
    kind = _mount_type(path)
    if kind in _UNSAFE_MOUNTS:
        raise LogReadOnlyError(
            f"is on a network mount ({kind}), where locks cannot be trusted",
            got=str(path),
            cure="keep the log on a local disk; copies may be read from here",
        )


def _mount_type(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    try:
        lines = mounts.read_text(errors="replace").splitlines()
        real = path.resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    best: tuple[int, str | None] = (-1, None)
    for line in lines:
        parts = line.split(" ")
        if len(parts) < 3:  # noqa: PLR2004  # device, place, type
            continue
        where = Path(parts[1].replace("\\040", " "))
        if real.is_relative_to(where) and len(where.parts) >= best[0]:
            best = len(where.parts), parts[2]
    return best[1]
