"""Acts on records: checked against the log as it stands, one transaction each, settled on failure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mesococktail.errors import BlockedError, ConflictError, LogError, MesococktailError, RecordError
from mesococktail.log import chain
from mesococktail.log.acts import (
    Standing,
    keeps_identity,
    may,
    needs_reason,
    same,
    same_doctor,
    same_given,
    standing,
)
from mesococktail.log.chain import Entry, Receipt
from mesococktail.log.connection import sync
from mesococktail.log.diary import INFO, note
from mesococktail.log.ids import Maker, bytes_of, text_of
from mesococktail.log.links import known_around, links_of, nothing_hangs_on, still_fits
from mesococktail.log.names import STATUS
from mesococktail.log.writer import Act, Writer
from mesococktail.records import NOTHING, Doctor, admit, changed, complete, document, name_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from mesococktail.findings import Finding
    from mesococktail.formulary import Formulary
    from mesococktail.log.connection import Connection
    from mesococktail.log.reader import Reader
    from mesococktail.log.signing import Signer

_LONGEST_NAME = 64


class Recorder:
    """Writes acts behind the head of one log."""

    def __init__(
        self,
        connection: Connection,
        reader: Reader,
        origin: bytes,
        formulary: Callable[[], Formulary],
        recorded_by: str | None,
        signer: Signer | None = None,
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._writer = Writer(origin, signer)
        self._formulary = formulary
        self._recorded_by = author_of(recorded_by)
        self._ids = Maker()

    @property
    def formulary(self) -> Formulary:
        """What names are looked up in when a record is made."""
        return self._formulary()

    def record(
        self,
        record: object,
        id: str | None,  # noqa: A002  # the one word
        recorded_by: str | None,
        accept: Mapping[str, str] | None = None,
    ) -> Entry:
        """Write down a record of any kind; see `PrescriptionLog.record`."""
        kind = name_of(record)
        record_id = self._ids.new() if id is None else bytes_of(id)
        given = accepting(record, accept)
        made = complete(given, self.formulary, now())

        def act(sqlite: sqlite3.Connection) -> Act | Entry:
            if id is not None:
                earlier = self._reader.entry_or_none(record_id, 1)
                if earlier is not None:
                    return same(earlier, made)
            if isinstance(made, Doctor) and (known := self._reader.doctor(made.id)) is not None:
                same_doctor(known, made.id, document(made))
                return self._reader.entry(bytes_of(known.id), known.version)
            record = self.considered(sqlite, given, kind, None, made)
            content = document(record)
            return Act(
                "record",
                kind,
                record_id,
                1,
                self.author(recorded_by),
                stamp(),
                None,
                content,
                json.loads(content),
                record=record,
            )

        return self._append(act)

    def considered(
        self,
        sqlite: sqlite3.Connection,
        given: object,
        kind: str,
        own: str | None = None,
        made: object = None,
    ) -> Any:  # noqa: ANN401  # the kind it was given
        """Return a record complete, checked against what the log knows, and admitted.

        *made* is what it is by itself, where that is at hand: that is all, if the log knows nothing else.
        """
        whole = self._known_of(sqlite, given, kind, own, made)
        admit(whole)
        return whole

    def _known_of(
        self,
        sqlite: sqlite3.Connection,
        given: object,
        kind: str,
        own: str | None = None,
        made: object = None,
    ) -> object:
        try:
            linked = links_of(sqlite, given, kind, own)
        except MesococktailError:
            if made is None:
                complete(given, self.formulary, now())  # what is wrong with it by itself is said first
            raise
        known = known_around(sqlite, given, kind, linked, own)
        return complete(given, self.formulary, now(), known) if made is None or known != NOTHING else made

    def check(self, record: object, accept: Mapping[str, str] | None = None) -> list[Finding]:
        """Return what there is to say about a record before it is written; see `PrescriptionLog.check`."""
        try:
            kind = name_of(record)
            given = accepting(record, accept)
            complete(given, self.formulary, now())
            with self._connection.reading() as sqlite:
                made = self._known_of(sqlite, given, kind)
        except MesococktailError as error:
            return list(error.findings)
        found: list[Finding] = list(getattr(made, "findings", ()))
        try:
            admit(made)
        except BlockedError:
            return found  # what blocks is among them
        except MesococktailError as error:
            found += error.findings
        return found

    def amend(
        self,
        which: str | Entry | Standing,
        record: object,
        reason: str,
        recorded_by: str | None,
        accept: Mapping[str, str] | None = None,
    ) -> Entry:
        """Write down a new version of a record; see `PrescriptionLog.amend`."""
        kind, given = name_of(record), accepting(record, accept)
        made = complete(given, self.formulary, now())
        why = needs_reason(reason)

        def act(sqlite: sqlite3.Connection, now: Standing) -> Act:
            if now.kind != kind:
                raise ConflictError(f"is a {now.kind}, and the new content is a {kind}", got=now.id)
            keeps_identity(now.record, made)
            still_fits(sqlite, now, made)
            content = document(self.considered(sqlite, given, kind, now.id, made))
            status = STATUS.index(now.status)
            return self._next(now, "amend", why, recorded_by, content, content, status)

        return self._correct("amend", which, why, act, made)

    def registered(self, doctor: str) -> Standing | None:
        """Return the registered doctor of that id, if there is one."""
        return self._reader.doctor(doctor)

    def repeated(self, sqlite: sqlite3.Connection, record_id: bytes, make: Callable[[], object]) -> bool:
        """Whether that id is there with the same content, which is made only then; other is a conflict."""
        self._writer.flush(sqlite)
        earlier = self._reader.entry_or_none(record_id, 1)
        return earlier is not None and same(earlier, make()) is earlier

    def flush(self, sqlite: sqlite3.Connection) -> None:
        """Write what the running batch has gathered, so that it can be looked up."""
        self._writer.flush(sqlite)

    def new_id(self) -> bytes:
        """Return a new id for a record."""
        return self._ids.new()

    def author(self, recorded_by: str | None) -> str | None:
        """Return who writes things down: the one named, else the one this log was opened for."""
        return self._recorded_by if recorded_by is None else author_of(recorded_by)

    def write_batch(
        self, acts: Callable[[sqlite3.Connection], Iterator[Act]], *, erasing: bool = False
    ) -> int:
        """Write acts in one transaction; return how many. Whatever is raised, all of them or none are in."""
        count = 0
        try:
            with self._connection.writing(erasing=erasing) as sqlite:
                self._writer.begin(sqlite)
                for act in acts(sqlite):
                    self._writer.append(sqlite, act)
                    count += 1
                    if act.kind == "doctor":
                        # A prescription behind it may name the doctor.
                        self._writer.flush(sqlite)
                self._writer.flush(sqlite)
        except BaseException:
            self._writer.forget()
            raise
        note(INFO, "entries written: %s, up to entry %s", count, self.head().seq)
        return count

    def head(self) -> Receipt:
        """Return the newest entry's receipt."""
        return self._reader.head()

    def forget(self) -> None:
        """Drop what is remembered of the file, before something else changes it."""
        self._writer.forget()

    def _append(self, make: Callable[[sqlite3.Connection], Act | Entry]) -> Entry:
        """Write one act in one transaction, or return the entry that a repeated call finds."""
        written: Entry | None = None
        try:
            with self._connection.writing() as sqlite:
                act = make(sqlite)
                if isinstance(act, Entry):
                    return act
                self._writer.begin(sqlite)
                written = entry_of(act, *self._writer.append(sqlite, act))
                self._writer.flush(sqlite)
        except BaseException as error:
            self._writer.forget()
            if written is not None and isinstance(error, LogError) and self._kept(written):
                return written
            raise
        note(INFO, "entry %s written: %s %s", written.seq, written.act, written.kind)
        return written

    def _kept(self, written: Entry) -> bool:
        """Whether an entry whose commit raised is in the log all the same."""
        try:
            if self._connection.guard().in_transaction:
                # Not even the rollback was possible, so what we would see is only what we wrote ourselves.
                return False
            there = self._reader.entry_or_none(bytes_of(written.id), written.version)
            # SQLite may have removed the journal and then failed to make that last.
            sync(self._connection.path.parent)
        except (LogError, OSError):
            return False
        return there is not None and there.receipt == written.receipt

    def _correct(
        self,
        act: str,
        which: str | Entry | Standing,
        reason: str,
        make: Callable[[sqlite3.Connection, Standing], Act],
        record: object = None,
    ) -> Entry:
        record_id = bytes_of(id_of(which))
        seen = which.version if isinstance(which, Entry | Standing) else None

        def act_on_newest(sqlite: sqlite3.Connection) -> Act | Entry:
            now = standing(sqlite, record_id)
            if seen is not None and now.version == seen + 1:
                newest = self._reader.entry(record_id, now.version)
                if (newest.act, newest.reason) == (act, reason) and same_given(newest, record):
                    return newest
            may(act, now, seen)
            return make(sqlite, now)

        return self._append(act_on_newest)

    def without_content(
        self, act: str, which: str | Entry | Standing, reason: str, recorded_by: str | None, status: int
    ) -> Entry:
        """Write down an act that leaves the content standing: ``void`` or ``stop``."""
        why = needs_reason(reason)

        def make(sqlite: sqlite3.Connection, now: Standing) -> Act:
            if act == "void":
                nothing_hangs_on(sqlite, now)
            return self._next(now, act, why, recorded_by, None, now.document, status)

        return self._correct(act, which, why, make)

    def _next(
        self,
        now: Standing,
        act: str,
        reason: str,
        recorded_by: str | None,
        content: bytes | None,
        standing_content: bytes,
        status: int,
    ) -> Act:
        return Act(
            act,
            now.kind,
            bytes_of(now.id),
            now.version + 1,
            self.author(recorded_by),
            stamp(),
            reason,
            content,
            json.loads(standing_content),
            status,
            now.key,
        )


def accepting(record: Any, accept: Mapping[str, str] | None) -> Any:  # noqa: ANN401  # any kind of record
    """Return *record* with the blocking findings that are accepted, each with its reason."""
    if not accept:
        return record
    if not hasattr(record, "accepted"):
        raise RecordError(f"a {name_of(record)} has no findings to accept", path="accept")
    if not isinstance(accept, Mapping):
        raise RecordError(
            "must be a mapping", path="accept", got=accept, cure='write {"code of the finding": "reason"}'
        )
    try:
        more = changed(record, accepted=accept).accepted
    except MesococktailError as error:
        raise error.at("accept") from None
    anew = {one.code for one in more}
    return changed(record, accepted=(*(one for one in record.accepted if one.code not in anew), *more))


def entry_of(act: Act, seq: int, hashed: bytes) -> Entry:
    """Return the entry that an act has become."""
    entry = Entry(
        seq,
        act.act,
        act.kind,
        act.schema,
        text_of(act.id),
        act.version,
        act.recorded_by,
        chain.moment(act.recorded_at),
        act.reason,
        Receipt.of(seq, hashed),
        act.document,
    )
    if act.record is not None:
        entry.keep(act.record)
    return entry


def author_of(name: object, path: str = "recorded_by") -> str | None:
    """Return a name as it is stored, in NFC; None where nobody said."""
    if name is None:
        return None
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise RecordError(
            f"must be a short printable text, at most {_LONGEST_NAME} characters", path=path, got=name
        )
    return unicodedata.normalize("NFC", name)


def id_of(which: str | Entry | Standing) -> object:
    """Return the id of what a caller points at."""
    return getattr(which, "id", which)


def now() -> datetime:
    """Return the present. Only here and in `log` is the clock read."""
    return datetime.now(UTC)


def stamp() -> int:
    """Return the present as it is stored."""
    return chain.microseconds(now())
