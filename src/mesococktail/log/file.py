"""The file of a log: making, opening, closing it, and keeping it whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mesococktail.errors import MesococktailError, NotALogError, RecordError
from mesococktail.formulary import Formulary
from mesococktail.log import chain
from mesococktail.log.chain import Receipt
from mesococktail.log.connection import Connection, identity, new_file, open_file
from mesococktail.log.diary import INFO, note
from mesococktail.log.layout import expected_fingerprint, make_layout
from mesococktail.log.reader import Reader
from mesococktail.log.recorder import Recorder, author_of, now
from mesococktail.log.schema import EARLIER, FINGERPRINT, USER_VERSION, fingerprint
from mesococktail.log.told import running, told

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from os import PathLike
    from tempfile import TemporaryDirectory
    from types import TracebackType
    from typing import BinaryIO

    import sqlite_utils

    from mesococktail.findings import Finding
    from mesococktail.log.backup import Backup
    from mesococktail.log.signing import Signer


class LogFile:
    """One log in one SQLite file; what is written in it is the business of `PrescriptionLog`."""

    def __init__(
        self,
        connection: Connection,
        formulary: Formulary | None,
        recorded_by: str | None,
        signer: Signer | None = None,
    ) -> None:
        self._connection = connection
        self._folder: TemporaryDirectory[str] | None = None
        self._formulary = None if formulary is None else Formulary.of(formulary)
        clinic, log_id, created_at = identity(connection)
        self.clinic: str = clinic
        """Name of the clinic whose log this is."""
        self.id: str = log_id.hex()
        """Of this log, different for every log there is."""
        self._origin = chain.origin(clinic, log_id, created_at)
        self._reader = Reader(connection, self._origin)
        self._recorder = Recorder(
            connection, self._reader, self._origin, lambda: self.formulary, recorded_by, signer
        )

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        *,
        clinic: str,
        formulary: Formulary | None = None,
        recorded_by: str | None = None,
        signer: Signer | None = None,
    ) -> Self:
        """Make a new log, readable by its owner alone, and open it.

        Args:
            path: Where no file is yet.
            clinic: Short name of the clinic, such as ``riverside``.
            formulary: What names are looked up in; ours when left out.
            recorded_by: Who writes things down through this object, unless a call says otherwise.
            signer: Whose key signs what is written down through this object.

        Raises:
            LogExistsError: There is already a file.
            LogNotFoundError: The folder does not exist.
            LogReadOnlyError: It may not be written there.
            RecordError: *clinic* is not a short name.
        """
        named = author_of(clinic, "clinic")
        if named is None:
            raise RecordError("is missing", path="clinic", cure="name the clinic, such as riverside")
        where = _path(path)
        with new_file(where):
            with closing(Connection(where, read_only=False)) as connection, connection.writing() as sqlite:
                make_layout(sqlite)
                row = (1, named, secrets.token_bytes(16), chain.microseconds(now()))
                sqlite.execute("INSERT INTO log VALUES (?, ?, ?, ?)", row)
            return cls.open(where, formulary=formulary, recorded_by=recorded_by, signer=signer)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        read_only: bool = False,
        formulary: Formulary | None = None,
        recorded_by: str | None = None,
        signer: Signer | None = None,
    ) -> Self:
        """Open a log that exists. Opening never creates one and never changes it.

        A log that an earlier version made is read from a copy with today's tables, and written only after
        `upgrade`.

        Raises:
            LogNotFoundError: There is none at that path.
            NotALogError: The file is no log, or its tables or triggers were changed.
            LogVersionError: A newer version of this library wrote it; or an earlier one, and it was to be
                written.
            LogReadOnlyError: It cannot be written, and *read_only* was not asked for.
        """
        connection = open_file(_path(path), read_only=read_only)
        try:
            with told(connection.path):
                found = fingerprint(connection.sqlite)
            if found in EARLIER:
                from mesococktail.log.earlier import read_earlier  # rarely

                with closing(connection):
                    return read_earlier(cls, connection, formulary)
            version = connection.rows("PRAGMA user_version")
            if (found != FINGERPRINT and found != expected_fingerprint()) or version != [(USER_VERSION,)]:
                raise NotALogError(
                    "its tables, triggers or views are not the ones this library made",
                    got=str(path),
                    cure="keep the file as it is, and restore a backup or import an export into a new log",
                )
            connection.restrict()
            return cls(connection, formulary, recorded_by, signer)
        except MesococktailError:
            connection.close()
            raise

    def close(self) -> None:
        """Close the file. Closing twice does no harm."""
        self._connection.close()
        if self._folder is not None:
            self._folder.cleanup()

    def keep_until_closed(self, folder: TemporaryDirectory[str]) -> None:
        """Keep the temporary folder that this log is in, and remove it when the log is closed."""
        self._folder = folder

    @property
    def temporary(self) -> bool:
        """Whether it is a copy, of an earlier state or layout, that is gone when it is closed."""
        return self._folder is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.clinic!r} at {str(self._connection.path)!r}>"

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._connection.path

    @property
    def formulary(self) -> Formulary:
        """What names are looked up in when a record is made."""
        return self._formulary or Formulary.shipped()

    def head(self) -> Receipt:
        """Return sequence and hash of the newest entry. Kept elsewhere, it proves the log up to here."""
        return self._reader.head()

    def __len__(self) -> int:
        """Return the number of entries."""
        return self.head().seq

    @property
    def db(self) -> sqlite_utils.Database:
        """A read-only sqlite-utils database on this file, for questions of your own. Close it when done."""
        from mesococktail.log.reader import database  # sqlite-utils is slow to load

        return database(self.path)

    # Keeping it whole.

    def verify(
        self,
        *,
        head: Receipt | str | None = None,
        receipts: Iterable[Receipt | str] = (),
        keys: Mapping[str, str] | None = None,
        signed_from: int = 1,
    ) -> list[Finding]:
        """Derive everything anew and return what does not fit; an empty list means that the log is sound.

        What was erased by law is no finding: see `erasures`.

        Args:
            head: A head that was kept elsewhere; the log must contain it.
            receipts: Receipts that were kept elsewhere; likewise.
            keys: The public keys of those who sign, by name, kept elsewhere; then every entry must be signed
                by one of them, and by its own where it was recorded by one of these names.
            signed_from: With *keys*: the first entry that must be signed.

        Raises:
            RecordError: An argument is not what it must be.
            LogError: A receipt or a key is none.
            LogUseError: There are keys, and ``cryptography`` is not installed.
        """
        from mesococktail.log.signatures import Signatures
        from mesococktail.log.verify import verify

        if isinstance(receipts, str | Receipt) or not isinstance(receipts, Iterable):
            raise RecordError("must be several receipts", path="receipts", got=receipts, cure="give a list")
        kept = [*receipts, *([] if head is None else [head])]
        signatures = Signatures.of(keys, signed_from)
        found = verify(self._connection, self._origin, [_receipt(one) for one in kept], signatures)
        if not found:
            found = self._connection.settle()
        note(INFO, "verified: findings %s", len(found))
        return found

    def rebuild(self) -> int:
        """Derive the tables that people query anew from the log; return the number of entries read.

        One transaction: whoever reads meanwhile sees the old tables, and an interrupted one changes nothing.
        """
        from mesococktail.log.rebuild import rebuild

        self._recorder.forget()
        with self._connection.writing() as sqlite:
            return rebuild(sqlite)

    @classmethod
    def upgrade(cls, path: str | PathLike[str]) -> int:
        """Give a log that an earlier version made today's tables, derived anew; return its number of entries.

        Entries, documents and head stay as they are. One transaction: an interrupted one changes nothing.
        A log of this version is left alone, and 0 is returned.

        Raises:
            LogError: What `open` raises.
        """
        from mesococktail.log.earlier import upgrade

        return upgrade(_path(path))

    def compact(self) -> None:
        """Write the file anew, so that no byte of what was erased is left in it. `erase` has done so.

        Raises:
            LogStorageError: There is no room for a second copy meanwhile.
            LogReadOnlyError: The log is open read-only.
        """
        from mesococktail.log.erasing import compact

        with self._connection.writing():
            pass  # whatever forbids writing is said here
        compact(self.path)

    def backups(self) -> list[Backup]:
        """Return the backups that were made of this log, oldest first; a read-only log cannot note one."""
        from mesococktail.log.backup import backups_of

        return backups_of(self)

    def backup(self, path: str | PathLike[str]) -> Receipt:
        """Copy the log to a new file while it is in use, verify the copy, and return its head.

        Raises:
            LogExistsError: There is already a file.
            LogBrokenError: The copy does not verify; it was removed.
        """
        from mesococktail.log.backup import backup

        return backup(self, _path(path))

    def export(self, stream: BinaryIO) -> int:
        """Write the whole log as JSON lines, salts and hashes included; return the number of entries."""
        from mesococktail.log.transfer import export

        return export(self, stream)

    @classmethod
    def restore(
        cls, path: str | PathLike[str], stream: BinaryIO, *, formulary: Formulary | None = None
    ) -> Self:
        """Make a new log from what `export` wrote; it has the same head. Nothing is left when that fails.

        Raises:
            TransferError: The stream is damaged; the message has the line.
            LogExistsError: There is already a file.
        """
        from mesococktail.log.transfer import restore

        return restore(cls, _path(path), stream, formulary)

    # What the other modules of this package use.

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a reading statement at once, through this log's own connection."""
        return self._connection.rows(sql, parameters)

    @contextmanager
    def snapshot(self) -> Iterator[Callable[..., Iterable[tuple[Any, ...]]]]:
        """Read several statements in one consistent picture of the file; `head` then belongs to it.

        Yields what runs one of them: ``run(sql, parameters)``. Keep it short: nobody can write meanwhile.
        """
        with self._connection.reading() as sqlite:
            yield running(sqlite, self._connection.path)

    @contextmanager
    def noting(self) -> Iterator[sqlite3.Connection | None]:
        """Hold the write lock for what is no entry; None where this object takes no entries."""
        if self._connection.read_only or self._connection.doubtful is not None:
            yield None
            return
        with self._connection.writing() as sqlite:
            yield sqlite

    def reading_connection(self) -> sqlite3.Connection:
        """Return the guarded connection, for copying from."""
        return self._connection.guard()


def _path(path: str | PathLike[str]) -> Path:
    try:
        return Path(path)
    except TypeError:
        raise RecordError("must be a path", path="path", got=path) from None


def _receipt(kept: Receipt | str) -> Receipt:
    return kept if isinstance(kept, Receipt) else Receipt.parse(kept)
