"""`PrescriptionLog`: the append-only record of one clinic, in one SQLite file."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mesococktail.errors import (
    LogBrokenError,
    MesococktailError,
    NotALogError,
    RecordError,
)
from mesococktail.formulary import Formulary
from mesococktail.log import chain
from mesococktail.log.acts import Standing, standing
from mesococktail.log.chain import Entry, Receipt
from mesococktail.log.connection import Connection, create_file, open_file, told
from mesococktail.log.ids import bytes_of
from mesococktail.log.layout import expected_fingerprint, make_layout
from mesococktail.log.reader import Reader
from mesococktail.log.recorder import Recorder, author_of, id_of, now
from mesococktail.log.schema import fingerprint
from mesococktail.log.tables import STOPPED, VOIDED
from mesococktail.records import Doctor, Prescription, fields_of, time_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from os import PathLike
    from types import TracebackType
    from typing import BinaryIO

    import sqlite_utils

    from mesococktail.cocktails import Cocktail
    from mesococktail.findings import Finding
    from mesococktail.log.batch import BatchReport
    from mesococktail.records import Around, Indication

_MOST = 2**62
_GIVEN = {field.name for field in fields_of(Prescription) if not field.about.at_the_door} - {"at_defaulted"}
"""What a caller may say of a prescription."""


class PrescriptionLog:
    """A log that nothing can quietly change. Use it as a context manager, one object per thread.

    ::

        with PrescriptionLog.create("clinic.db", clinic="riverside") as log:
            log.register(Doctor(id="dr-a", name="A. Physician"))

    When an append returns, the entry survives a power cut. The entry is also its own receipt.
    """

    def __init__(self, connection: Connection, formulary: Formulary | None, recorded_by: str | None) -> None:
        self._connection = connection
        self._formulary = formulary
        identity = connection.rows("SELECT clinic, log_id, created_at FROM log")
        if not identity:
            raise LogBrokenError(
                "does not say whose log it is", got=str(connection.path), cure="restore a backup"
            )
        clinic, log_id, created_at = identity[0]
        self.clinic: str = clinic
        """Name of the clinic whose log this is."""
        self.id: str = log_id.hex()
        """Of this log, different for every log there is."""
        self._origin = chain.origin(clinic, log_id, created_at)
        self._reader = Reader(connection, self._origin)
        self._recorder = Recorder(connection, self._reader, self._origin, lambda: self.formulary, recorded_by)

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        *,
        clinic: str,
        formulary: Formulary | None = None,
        recorded_by: str | None = None,
    ) -> Self:
        """Make a new log, readable by its owner alone, and open it.

        Args:
            path: Where no file is yet.
            clinic: Short name of the clinic, such as ``riverside``.
            formulary: What names are looked up in; ours when left out.
            recorded_by: Who writes things down through this object, unless a call says otherwise.

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
        create_file(where)
        try:
            connection = Connection(where, read_only=False)
            try:
                with connection.writing() as sqlite:
                    make_layout(sqlite)
                    row = (1, named, secrets.token_bytes(16), chain.microseconds(now()))
                    sqlite.execute("INSERT INTO log VALUES (?, ?, ?, ?)", row)
            finally:
                connection.close()
        except BaseException:
            where.unlink(missing_ok=True)
            raise
        return cls.open(where, formulary=formulary, recorded_by=recorded_by)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        *,
        read_only: bool = False,
        formulary: Formulary | None = None,
        recorded_by: str | None = None,
    ) -> Self:
        """Open a log that exists. Opening never creates one and never changes it.

        Raises:
            LogNotFoundError: There is none at that path.
            NotALogError: The file is no log, or its tables or triggers were changed.
            LogVersionError: A newer version of this library wrote it.
            LogReadOnlyError: It cannot be written, and *read_only* was not asked for.
        """
        connection = open_file(_path(path), read_only=read_only)
        try:
            with told(connection.path):
                found = fingerprint(connection.sqlite)
            if found != expected_fingerprint():
                raise NotALogError(
                    "its tables, triggers or views are not the ones this library made",
                    got=str(path),
                    cure="keep the file as it is, and restore a backup or import an export into a new log",
                )
            connection.restrict()
            return cls(connection, formulary, recorded_by)
        except MesococktailError:
            connection.close()
            raise

    def close(self) -> None:
        """Close the file. Closing twice does no harm."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<PrescriptionLog {self.clinic!r} at {str(self._connection.path)!r}>"

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._connection.path

    @property
    def formulary(self) -> Formulary:
        """What names are looked up in when a record is made."""
        return self._formulary or Formulary.shipped()

    # What can be written down.

    def register(self, doctor: Doctor, *, recorded_by: str | None = None) -> Entry:
        """Register a doctor. The same doctor again is the same entry.

        Raises:
            ConflictError: That id is registered with other content.
        """
        if not isinstance(doctor, Doctor):
            raise RecordError("must be a Doctor", got=doctor)
        return self.record(doctor, recorded_by=recorded_by)

    def prescribe(
        self,
        cocktail: Cocktail | str | None = None,
        *,
        doctor: str,
        patient: str,
        indication: str | Indication,
        at: datetime | Around | str | None = None,
        id: str | None = None,  # noqa: A002  # the same word as everywhere else
        recorded_by: str | None = None,
        **fields: Any,  # noqa: ANN401  # the other fields of Prescription, which checks them
    ) -> Entry:
        """Write down a prescription.

        Args:
            cocktail: What is to be injected, or its one-line text; None where there is none.
            doctor: Id of the doctor who prescribes, registered before.
            patient: Opaque id, never a name.
            indication: What is treated; a name or an `Indication`.
            at: When it was prescribed; now when left out, and the record says so.
            id: For a caller who may have to try again: the same id with the same content is the same entry.
            recorded_by: Who writes it down.
            fields: The other fields of `Prescription`.

        Raises:
            RecordError: It can never be true; nothing was written.
            RecordNotFoundError: The doctor is not registered.
            ConflictError: The id is taken by other content.
        """
        if at is None and id is not None:
            raise RecordError(
                "is left out", path="at", cure="a call that may be repeated gives id and at together"
            )
        if isinstance(cocktail, str):
            from mesococktail.cocktails import Cocktail  # noqa: PLC0415  # shadows only the annotation

            cocktail = Cocktail.parse(cocktail, formulary=self.formulary)
        unknown = sorted(set(fields) - _GIVEN)
        if unknown:
            raise RecordError("is not a field of a prescription", path=unknown[0])
        made: Any = Prescription
        record = made(
            patient=patient,
            doctor=doctor,
            at=now().astimezone() if at is None else time_of(at),
            at_defaulted=at is None,
            indication=indication,
            cocktail=cocktail,
            **fields,
        )
        return self.record(record, id=id, recorded_by=recorded_by)

    def record(self, record: object, *, id: str | None = None, recorded_by: str | None = None) -> Entry:  # noqa: A002
        """Write down a record of any kind.

        Raises:
            RecordError: It can never be true, or is of no kind we know; nothing was written.
            RecordNotFoundError: It names a doctor or a record that is not there.
            ConflictError: The id is taken by other content.
        """
        return self._recorder.record(record, id, recorded_by)

    def amend(
        self, which: str | Entry | Standing, record: object, *, reason: str, recorded_by: str | None = None
    ) -> Entry:
        """Write down a new version of a record. The old one stays in the log.

        Args:
            which: The entry or record to correct, as it was read; or its id, for the newest version.
            record: The whole new content.
            reason: Why, for whoever reads the history.
            recorded_by: Who writes it down.

        Raises:
            ConflictError: Somebody has corrected it since it was read, or it is void.
            RecordError: The new content can never be true, or the reason is missing.
        """
        return self._recorder.amend(which, record, reason, recorded_by)

    def void(self, which: str | Entry | Standing, *, reason: str, recorded_by: str | None = None) -> Entry:
        """Write down that a record should never have existed. It stays readable, and is no longer counted.

        Raises:
            ConflictError: Somebody has corrected it since it was read, or it is void already.
        """
        return self._recorder.without_content("void", which, reason, recorded_by, VOIDED)

    def stop(self, which: str | Entry | Standing, *, reason: str, recorded_by: str | None = None) -> Entry:
        """Write down that a treatment ended before its plan did.

        Raises:
            ConflictError: It is not a prescription, has ended already, is void, or was corrected since.
        """
        return self._recorder.without_content("stop", which, reason, recorded_by, STOPPED)

    def append_many(
        self,
        records: Iterable[object],
        *,
        kind: str = "prescription",
        on_refused: str = "stop",
        batch: int = 2000,
        recorded_by: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> BatchReport:
        """Write down many records, in constant memory and one transaction per *batch*.

        Args:
            records: Records; or their fields as mappings or as lines of JSON (text or bytes). A mapping may
                name its own ``kind``, ``id`` and ``recorded_by``.
            kind: What a mapping is that does not say so.
            on_refused: ``stop`` at the first refused one, keeping nothing of its batch; or ``report`` all
                and keep the rest.
            batch: Records per transaction.
            recorded_by: Who writes them down.
            progress: Called with the number read so far after each batch.

        Raises:
            BatchError: One was refused and *on_refused* is ``stop``; its findings name every fault of it.
        """
        from mesococktail.log.batch import append_many  # noqa: PLC0415  # reads documents, which needs cattrs

        return append_many(self._recorder, records, kind, on_refused, batch, recorded_by, progress)

    # What can be read.

    def entries(self, *, after: int = 0, page: int = 500) -> Iterator[Entry]:
        """Yield the entries behind a sequence, in log order; this is what a synchroniser follows."""
        return self._reader.entries(_whole(after, "after", 0), _whole(page, "page", 1))

    def history(self, which: str | Entry | Standing) -> list[Entry]:
        """Return every entry of one record, oldest first.

        Raises:
            RecordNotFoundError: The log has no record of that id.
        """
        return self._reader.history(bytes_of(id_of(which)))

    def get(self, which: str | Entry | Standing) -> Standing:
        """Return a record as it stands now.

        Raises:
            RecordNotFoundError: The log has no record of that id.
        """
        with self._connection.reading() as sqlite:
            return standing(sqlite, bytes_of(id_of(which)))

    def prescriptions(
        self,
        *,
        doctor: str | None = None,
        patient: str | None = None,
        include_voided: bool = False,
    ) -> Iterator[Standing]:
        """Yield prescriptions as they stand, in log order.

        Args:
            doctor: Only those of the doctor with this id.
            patient: Only those of the patient with this id.
            include_voided: Also those that should never have existed.
        """
        asked: dict[str, object] = {"doctor": doctor, "patient": patient}
        for path, wanted in asked.items():
            if wanted is not None and not (isinstance(wanted, str) and wanted.isprintable()):
                raise RecordError("must be an id", path=path, got=wanted)
        return self._reader.prescriptions(doctor, patient, include_voided=include_voided)

    def doctors(self) -> list[Standing]:
        """Return the registered doctors as they stand, in log order."""
        return list(self._reader.standing_of_kind("doctor"))

    def head(self) -> Receipt:
        """Return sequence and hash of the newest entry. Kept elsewhere, it proves the log up to here."""
        return self._reader.head()

    def __len__(self) -> int:
        """Return the number of entries."""
        return self.head().seq

    @property
    def db(self) -> sqlite_utils.Database:
        """A read-only sqlite-utils database on this file, for questions of your own. Close it when done."""
        from mesococktail.log.reader import database  # noqa: PLC0415  # sqlite-utils is slow to load

        return database(self.path)

    # Keeping it whole.

    def verify(
        self, *, head: Receipt | str | None = None, receipts: Iterable[Receipt | str] = ()
    ) -> list[Finding]:
        """Derive everything anew and return what does not fit; an empty list means that the log is sound.

        Args:
            head: A head that was kept elsewhere; the log must contain it.
            receipts: Receipts that were kept elsewhere; likewise.
        """
        from mesococktail.log.verify import verify  # noqa: PLC0415

        kept = [*receipts, *([] if head is None else [head])]
        found = verify(self._connection, self._origin, [_receipt(one) for one in kept])
        if not found:
            self._connection.doubtful = None
        return found

    def rebuild(self) -> int:
        """Derive the tables that people query anew from the log; return the number of entries read.

        One transaction: whoever reads meanwhile sees the old tables, and an interrupted one changes nothing.
        """
        from mesococktail.log.rebuild import rebuild  # noqa: PLC0415

        self._recorder.forget()
        with self._connection.writing() as sqlite:
            return rebuild(sqlite)

    def backup(self, path: str | PathLike[str]) -> Receipt:
        """Copy the log to a new file while it is in use, verify the copy, and return its head.

        Raises:
            LogExistsError: There is already a file.
            LogBrokenError: The copy does not verify; it was removed.
        """
        from mesococktail.log.backup import backup  # noqa: PLC0415

        return backup(self, _path(path))

    def export(self, stream: BinaryIO) -> int:
        """Write the whole log as JSON lines, salts and hashes included; return the number of entries."""
        from mesococktail.log.transfer import export  # noqa: PLC0415

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
        from mesococktail.log.transfer import restore  # noqa: PLC0415

        return restore(cls, _path(path), stream, formulary)

    # What the other modules of this package use.

    def rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a reading statement at once, through this log's own connection."""
        return self._connection.rows(sql, parameters)

    @contextmanager
    def snapshot(self) -> Iterator[Callable[..., Iterable[tuple[Any, ...]]]]:
        """Read several statements in one consistent picture of the file; `head` then belongs to it.

        Yields what runs one of them: ``run(sql, parameters)``. Keep it short: nobody can write meanwhile.
        """
        with self._connection.reading() as sqlite:
            yield sqlite.execute

    def reading_connection(self) -> sqlite3.Connection:
        """Return the guarded connection, for copying from."""
        return self._connection.guard()


def _path(path: str | PathLike[str]) -> Path:
    try:
        return Path(path)
    except TypeError:
        raise RecordError("must be a path", path="path", got=path) from None


def _whole(number: int, path: str, least: int) -> int:
    if type(number) is int and least <= number < _MOST:
        return number
    raise RecordError(f"must be a whole number, {least} or more", path=path, got=number)


def _receipt(kept: Receipt | str) -> Receipt:
    return kept if isinstance(kept, Receipt) else Receipt.parse(kept)
