"""`PrescriptionLog`: the append-only record of one clinic, in one SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.errors import (
    RecordError,
)
from mesococktail.log.acts import Standing, standing
from mesococktail.log.file import LogFile
from mesococktail.log.ids import bytes_of
from mesococktail.log.links import kinds_of_patients, standing_of_patient
from mesococktail.log.lots import LotUse, uses_of
from mesococktail.log.names import STOPPED, VOIDED
from mesococktail.log.recorder import id_of, now
from mesococktail.records import KINDS, Doctor, Prescription, fields_of, time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from mesococktail.cocktails import Cocktail
    from mesococktail.findings import Finding
    from mesococktail.log.batch import BatchReport
    from mesococktail.log.chain import Entry
    from mesococktail.log.erasing import Erasure
    from mesococktail.log.retention import Retained
    from mesococktail.records import Around, Indication

_MOST = 2**62
_GIVEN = {field.name for field in fields_of(Prescription) if not field.about.at_the_door} - {"at_defaulted"}
"""What a caller may say of a prescription."""


class PrescriptionLog(LogFile):
    """A log that nothing can quietly change. Use it as a context manager, one object per thread.

    ::

        with PrescriptionLog.create("clinic.db", clinic="riverside") as log:
            log.register(Doctor(id="dr-a", name="A. Physician"))

    When an append returns, the entry survives a power cut. The entry is also its own receipt.
    """

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
        accept: Mapping[str, str] | None = None,
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
            accept: Blocking findings that the prescriber accepts: the code of each, with the reason.
            fields: The other fields of `Prescription`.

        Raises:
            RecordError: It can never be true; nothing was written.
            BlockedError: A check found what blocks it; nothing was written. It is in *accept* or not at all.
            RecordNotFoundError: The doctor is not registered.
            ConflictError: The id is taken by other content.
        """
        if at is None and id is not None:
            raise RecordError(
                "is left out", path="at", cure="a call that may be repeated gives id and at together"
            )
        if isinstance(cocktail, str):
            from mesococktail.cocktails import Cocktail  # shadows only the annotation

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
        return self.record(record, id=id, recorded_by=recorded_by, accept=accept)

    def record(
        self,
        record: object,
        *,
        id: str | None = None,  # noqa: A002  # the same word as everywhere else
        recorded_by: str | None = None,
        accept: Mapping[str, str] | None = None,
    ) -> Entry:
        """Write down a record of any kind.

        Args:
            record: What happened.
            id: For a caller who may have to try again: the same id with the same content is the same entry.
            recorded_by: Who writes it down.
            accept: Blocking findings that are accepted: the code of each, with the reason.

        Raises:
            RecordError: It can never be true, or is of no kind we know; nothing was written.
            BlockedError: A check found what blocks it, and it was not accepted; nothing was written.
            RecordNotFoundError: It names a doctor or a record that is not there.
            ConflictError: The id is taken by other content.
        """
        return self._recorder.record(record, id, recorded_by, accept)

    def check(self, record: object, *, accept: Mapping[str, str] | None = None) -> list[Finding]:
        """Return what there is to say about a record if it were written now, and never raise for it."""
        return self._recorder.check(record, accept)

    def amend(
        self,
        which: str | Entry | Standing,
        record: object,
        *,
        reason: str,
        recorded_by: str | None = None,
        accept: Mapping[str, str] | None = None,
    ) -> Entry:
        """Write down a new version of a record. The old one stays in the log.

        Args:
            which: The entry or record to correct, as it was read; or its id, for the newest version.
            record: The whole new content.
            reason: Why, for whoever reads the history.
            recorded_by: Who writes it down.
            accept: Blocking findings of the new content that are accepted: code and reason.

        Raises:
            ConflictError: Somebody has corrected it since it was read, or it is void.
            RecordError: The new content can never be true, or the reason is missing.
        """
        return self._recorder.amend(which, record, reason, recorded_by, accept)

    def void(self, which: str | Entry | Standing, *, reason: str, recorded_by: str | None = None) -> Entry:
        """Write down that a record should never have existed. It stays readable, and is no longer counted.

        Raises:
            ConflictError: Somebody has corrected it since it was read, it is void already, or other records
                point to it: void those first.
        """
        return self._recorder.without_content("void", which, reason, recorded_by, VOIDED)

    def stop(self, which: str | Entry | Standing, *, reason: str, recorded_by: str | None = None) -> Entry:
        """Write down that a treatment ended before its plan did.

        Raises:
            ConflictError: It is not a prescription, has ended already, is void, or was corrected since.
        """
        return self._recorder.without_content("stop", which, reason, recorded_by, STOPPED)

    def erase(
        self,
        which: str | Entry | Standing | None = None,
        *,
        patient: str | None = None,
        reason: str,
        authority: str,
        recorded_by: str | None = None,
    ) -> Erasure:
        """Erase the documents of a record, or of all of a patient, as the law may ask. It cannot be undone.

        That the record was there, who wrote it and when stays, and so do the reasons of its corrections; the
        log still verifies. The tables are derived anew and the file is written anew, so it takes as long as
        `rebuild`, and room for a second copy. Backups keep the text: the answer names those known of.

        Args:
            which: The record; its id, or the newest entry of it.
            patient: Instead: the patient all of whose records are to be erased.
            reason: Why.
            authority: On whose authority, or by which law.
            recorded_by: Who writes it down.

        Raises:
            ConflictError: Other records point to it and would stay, it was erased already, or it was
                corrected since it was read.
            RecordNotFoundError: There is no such record, or none of the patient.
            RecordError: Reason or authority is missing.
        """
        from mesococktail.log.erasing import Erasure, compact, erase  # rarely

        if patient is not None:
            _an_id(patient, "patient")
        ids, documents = erase(self._recorder, which, patient, reason, authority, recorded_by)
        entries = tuple(self._reader.history(record_id)[-1] for record_id in ids)
        first = min(self.history(entry)[0].seq for entry in entries)
        held = tuple(one for one in self.backups() if one.seq >= first)
        compact(self.path)
        return Erasure(entries, documents, held)

    def erasures(self) -> list[Entry]:
        """Return the entries of every erasure, in log order; each knows reason and authority."""
        return self._reader.erasures()

    def append_many(
        self,
        records: Iterable[object],
        *,
        kind: str = "prescription",
        on_refused: str = "stop",
        batch: int = 2000,
        recorded_by: str | None = None,
        progress: Callable[[int], None] | None = None,
        dry_run: bool = False,
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
            dry_run: Check each by itself and write nothing; whom and what they name is not looked up.

        Raises:
            BatchError: One was refused and *on_refused* is ``stop``; its findings name every fault of it.
        """
        from mesococktail.log.batch import append_many  # reads documents, which needs cattrs

        return append_many(
            self._recorder, records, kind, on_refused, batch, recorded_by, progress, dry_run=dry_run
        )

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

    def audit(
        self, which: str | Entry | Standing | None = None, *, patient: str | None = None
    ) -> list[Entry]:
        """Return every entry of one record, or of all that a patient ever had, voided as well, in log order.

        What was erased has no document any more, and with it went the knowledge whose it was.

        Args:
            which: The record.
            patient: Instead: the patient.

        Raises:
            RecordNotFoundError: There is no such record, or none of the patient.
            RecordError: Neither is named, or both.
        """
        from mesococktail.log.audit import audit  # seldom

        if patient is not None:
            _an_id(patient, "patient")
        return audit(self, which, patient)

    def retention(self, years: int, *, now: datetime | str | None = None) -> list[Retained]:
        """Return the patients whose newest record is older than so many years. Nothing is deleted.

        Args:
            years: Whole years; how many is for the law of the land to say.
            now: The present, as a time with its zone; the clock's when left out.

        Raises:
            RecordError: *years* is not a whole number of at least 1, or *now* is not a moment.
        """
        from mesococktail.log.retention import retention  # seldom

        return retention(self, _whole(years, "years", 1), now)

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
        for path, wanted in (("doctor", doctor), ("patient", patient)):
            if wanted is not None:
                _an_id(wanted, path)
        return self._reader.prescriptions(doctor, patient, include_voided=include_voided)

    def patient(self, patient: str) -> list[Standing]:
        """Return every record of one patient as it stands, in log order; voided ones left out."""
        _an_id(patient, "patient")
        with self._connection.reading() as sqlite:
            return list(standing_of_patient(sqlite, patient, kinds_of_patients()))

    def standing(self, kind: str) -> Iterator[Standing]:
        """Yield every record of one kind as it stands, in log order; also those that were voided.

        Raises:
            RecordError: There is no such kind.
        """
        if kind not in KINDS:
            raise RecordError(
                "is not a kind of record", path="kind", got=kind, cure=f"use one of {', '.join(KINDS)}"
            )
        return self._reader.standing_of_kind(kind)

    def lot(self, lot: str) -> list[LotUse]:
        """Return who received stock of a lot, or had it prepared; spaces and capitals do not matter.

        Raises:
            RecordError: *lot* is empty, or not a text.
        """
        with self._connection.reading() as sqlite:
            return uses_of(sqlite, lot)

    def as_of(self, time: datetime | str) -> PrescriptionLog:
        """Return the log as it stood at a time, by replay of what had been recorded by then.

        It is a log of its own, read-only, in a temporary file that goes when it is closed.

        Raises:
            RecordError: *time* is not a time with its zone.
        """
        from mesococktail.log.as_of import as_of  # a replay only

        return as_of(self, time)

    def doctors(self) -> list[Standing]:
        """Return the registered doctors as they stand, in log order."""
        return list(self._reader.standing_of_kind("doctor"))


def _an_id(wanted: object, path: str) -> None:
    if not (isinstance(wanted, str) and wanted.isprintable()):
        raise RecordError("must be an id", path=path, got=wanted)


def _whole(number: int, path: str, least: int) -> int:
    if type(number) is int and least <= number < _MOST:
        return number
    raise RecordError(f"must be a whole number, {least} or more", path=path, got=number)
