"""Acts on records: checked against the log as it stands, one transaction each, settled on failure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mesococktail.errors import ConflictError, LogError, RecordError
from mesococktail.log import chain
from mesococktail.log.acts import Standing, links_hold, may, needs_reason, same_doctor, standing
from mesococktail.log.chain import Entry, Receipt
from mesococktail.log.ids import Maker, bytes_of, text_of
from mesococktail.log.names import STATUS
from mesococktail.log.writer import Act, Writer
from mesococktail.records import Doctor, complete, document, name_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from mesococktail.formulary import Formulary
    from mesococktail.log.connection import Connection
    from mesococktail.log.reader import Reader

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
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._writer = Writer(origin)
        self._formulary = formulary
        self._recorded_by = author_of(recorded_by)
        self._ids = Maker()

    @property
    def formulary(self) -> Formulary:
        """What names are looked up in when a record is made."""
        return self._formulary()

    def record(self, record: object, id: str | None, recorded_by: str | None) -> Entry:  # noqa: A002  # the one word
        """Write down a record of any kind; see `PrescriptionLog.record`."""
        kind = name_of(record)
        record_id = self._ids.new() if id is None else bytes_of(id)
        made = complete(record, self.formulary, now())

        def act(sqlite: sqlite3.Connection) -> Act | Entry:
            if id is not None:
                earlier = self._reader.entry_or_none(record_id, 1)
                if earlier is not None:
                    return _same(earlier, made)
            content = document(made)
            known = self._reader.doctor(made.id) if isinstance(made, Doctor) else None
            if known is not None:
                same_doctor(known, made.id, content)
                return self._reader.entry(bytes_of(known.id), known.version)
            links_hold(sqlite, made, kind)
            return Act(
                "record",
                kind,
                record_id,
                1,
                self.author(recorded_by),
                _stamp(),
                None,
                content,
                json.loads(content),
            )

        return self._append(act)

    def amend(
        self, which: str | Entry | Standing, record: object, reason: str, recorded_by: str | None
    ) -> Entry:
        """Write down a new version of a record; see `PrescriptionLog.amend`."""
        kind, made = name_of(record), complete(record, self.formulary, now())
        why = needs_reason(reason)

        def act(sqlite: sqlite3.Connection, now: Standing) -> Act:
            if now.kind != kind:
                raise ConflictError(f"is a {now.kind}, and the new content is a {kind}", got=now.id)
            _keeps_identity(now.record, made)
            links_hold(sqlite, made, kind, now.id)
            content = document(made)
            status = STATUS.index(now.status)
            return self._next(now, "amend", why, recorded_by, content, content, status)

        return self._correct("amend", which, why, act, made)

    def registered(self, doctor: str) -> Standing | None:
        """Return the registered doctor of that id, if there is one."""
        return self._reader.doctor(doctor)

    def repeated(self, sqlite: sqlite3.Connection, record_id: bytes, made: object) -> bool:
        """Whether that id is there with the same content; other content is a `ConflictError`."""
        self._writer.flush(sqlite)
        earlier = self._reader.entry_or_none(record_id, 1)
        return earlier is not None and _same(earlier, made) is earlier

    def flush(self, sqlite: sqlite3.Connection) -> None:
        """Write what the running batch has gathered, so that it can be looked up."""
        self._writer.flush(sqlite)

    def new_id(self) -> bytes:
        """Return a new id for a record."""
        return self._ids.new()

    def author(self, recorded_by: str | None) -> str | None:
        """Return who writes things down: the one named, else the one this log was opened for."""
        return self._recorded_by if recorded_by is None else author_of(recorded_by)

    def write_batch(self, acts: Callable[[sqlite3.Connection], Iterator[Act]]) -> int:
        """Write acts in one transaction; return how many. Whatever is raised, all of them or none are in."""
        count = 0
        try:
            with self._connection.writing() as sqlite:
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
        return written

    def _kept(self, written: Entry) -> bool:
        """Whether an entry whose commit raised is in the log all the same."""
        try:
            if self._connection.guard().in_transaction:
                # Not even the rollback was possible, so what we would see is only what we wrote ourselves.
                return False
            there = self._reader.entry_or_none(bytes_of(written.id), written.version)
        except LogError:
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
                if (newest.act, newest.reason) == (act, reason) and _same_given(newest, record):
                    return newest
            may(act, now, seen)
            return make(sqlite, now)

        return self._append(act_on_newest)

    def without_content(
        self, act: str, which: str | Entry | Standing, reason: str, recorded_by: str | None, status: int
    ) -> Entry:
        """Write down an act that leaves the content standing: ``void`` or ``stop``."""
        why = needs_reason(reason)

        def make(_: sqlite3.Connection, now: Standing) -> Act:
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
            _stamp(),
            reason,
            content,
            json.loads(standing_content),
            status,
            now.key,
        )


def entry_of(act: Act, seq: int, hashed: bytes) -> Entry:
    """Return the entry that an act has become."""
    return Entry(
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


def _same(earlier: Entry, made: object) -> Entry:
    """Return the entry that a repeated call finds, if it was given the same content."""
    if _same_given(earlier, made):
        return earlier
    raise ConflictError(
        "is taken by other content", path="id", got=earlier.id, cure="leave id out, or amend that record"
    )


def _same_given(earlier: Entry, made: object) -> bool:
    if made is None or earlier.record is None:
        return made is earlier.record
    given = document(earlier.record, given_only=True)
    return type(earlier.record) is type(made) and given == document(made, given_only=True)


def _keeps_identity(before: object, after: object) -> None:
    for name, cure in (
        ("patient", "void it, and record it anew for the right patient"),
        ("id", "register the other doctor"),
    ):
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new:
            raise ConflictError("cannot change by a correction", path=name, got=new, cure=cure)


def author_of(name: object, path: str = "recorded_by") -> str | None:
    """Return a name as it is stored; None where nobody said."""
    if name is None:
        return None
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise RecordError(
            f"must be a short printable text, at most {_LONGEST_NAME} characters", path=path, got=name
        )
    return name


def id_of(which: str | Entry | Standing) -> object:
    """Return the id of what a caller points at."""
    return getattr(which, "id", which)


def now() -> datetime:
    """Return the present. Only here and in `log` is the clock read."""
    return datetime.now(UTC)


def _stamp() -> int:
    return chain.microseconds(now())
