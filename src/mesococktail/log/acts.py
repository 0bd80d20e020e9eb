"""What each act may do to a record, and what the log must know before it is written."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import (
    ConflictError,
    RecordErasedError,
    RecordError,
    RecordNotFoundError,
)
from mesococktail.log.chain import damaged, moment
from mesococktail.log.ids import text_of
from mesococktail.log.names import ACTIVE, STATUS, STOPPED, VOIDED
from mesococktail.records import document

if TYPE_CHECKING:
    import sqlite3

    from mesococktail.log.chain import Entry

LONGEST_REASON = 1000


@attrs.frozen(slots=False)
class Standing:
    """A record as it stands: its newest content, version and status."""

    kind: str
    id: str
    version: int
    """Of the newest act on it; a correction must name it."""
    status: str
    """``active``, ``stopped`` or ``voided``."""
    key: int
    """Sequence of its first entry: the number by which the tables know it."""
    document: bytes = attrs.field(repr=False)

    @property
    def record(self) -> Any:  # noqa: ANN401  # any kind of record
        """The newest content.

        Raises:
            DocumentError: The stored document is not one: the log is damaged, see ``verify``.
        """
        return _read(self.kind, self.document)


@lru_cache(maxsize=2048)
def _read(kind: str, document: bytes) -> Any:  # noqa: ANN401  # any kind of record
    from mesococktail.records import stored_record  # cattrs, only where documents are read

    return stored_record(kind, document)


MISFIT = (TypeError, ValueError, AttributeError, OverflowError)
"""What happens where damage put a value of another type into a row."""


STANDING = (
    "SELECT f.kind, f.id, n.version, s.act, f.seq, p.document FROM entry AS f "
    "JOIN entry AS n ON n.id = f.id AND n.version = (SELECT max(version) FROM entry WHERE id = f.id) "
    "JOIN payload AS p ON p.seq = (SELECT max(e.seq) FROM entry AS e WHERE e.id = f.id AND e.act IN "
    "('record', 'amend')) "
    "LEFT JOIN entry AS s ON s.seq = (SELECT max(e.seq) FROM entry AS e WHERE e.id = f.id AND e.act "
    "IN ('stop', 'void')) "
    "WHERE f.version = 1 AND "
)


def standing(connection: sqlite3.Connection, record_id: bytes) -> Standing:
    """Return a record as it stands.

    Raises:
        RecordNotFoundError: The log has no record of that id.
        RecordErasedError: It was erased.
    """
    row = connection.execute(STANDING + "f.id = ?", (record_id,)).fetchone()
    if row is None:
        raise _missing(connection, record_id)
    return standing_of(row)


def _missing(connection: sqlite3.Connection, record_id: bytes) -> RecordNotFoundError:
    got = text_of(record_id)
    erased = connection.execute(
        "SELECT seq, recorded_at, recorded_by FROM entry WHERE id = ? AND act = 'erase'", (record_id,)
    ).fetchone()
    if erased is None:
        return RecordNotFoundError("no record of that id is in this log", path="id", got=got)
    seq, at, by = erased
    rule = f"was erased on {moment(at):%Y-%m-%d} by {by or 'somebody who did not say'} (entry {seq})"
    return RecordErasedError(rule, path="id", got=got)


def standing_of(row: tuple[Any, ...]) -> Standing:
    """Return the `Standing` of a row of the query above."""
    kind, record_id, version, last_act, key, document = row
    try:
        content = document.encode()
        return Standing(kind, text_of(record_id), version, STATUS[status_after(last_act)], key, content)
    except MISFIT:
        raise damaged(f"entry {key}") from None


def status_after(last_act: str | None) -> int:
    """Return the status of a record whose newest stop or void is *last_act*."""
    return {"stop": STOPPED, "void": VOIDED}.get(last_act or "", ACTIVE)


def may(act: str, now: Standing, version: int | None) -> None:
    """Refuse an act that makes no sense on the record as it stands.

    Args:
        act: ``amend``, ``void`` or ``stop``.
        now: The record as it stands.
        version: The version that the caller has seen; None when only the id was given.

    Raises:
        ConflictError: The record has moved on, or its status forbids the act; the cure says what to do.
    """
    where = f"{now.kind} {now.id}"
    if version is not None and version != now.version:
        raise ConflictError(
            f"version {version} is not the newest, which is {now.version}",
            got=where,
            cure="read the record again and decide anew",
        )
    if now.status == "voided":
        raise ConflictError("is void", got=where, cure="record it anew if it should exist after all")
    if act == "stop":
        if now.kind != "prescription":
            raise ConflictError("cannot be stopped: only a treatment can", got=where, cure="amend or void it")
        if now.status == "stopped":
            raise ConflictError(
                "is stopped already", got=where, cure="amend it, or prescribe anew with renews="
            )


def needs_reason(reason: object, path: str = "reason", cure: str = "say why, in a few words") -> str:
    """Return the reason of an act, or what else must be said of it, in NFC as all that is written down.

    Raises:
        RecordError: There is none.
    """
    if not isinstance(reason, str) or not reason.strip():
        raise RecordError("is missing", path=path, cure=cure)
    if len(reason) > LONGEST_REASON or not reason.replace("\n", " ").isprintable():
        raise RecordError(
            f"must be printable text of at most {LONGEST_REASON} characters", path=path, got=reason
        )
    return unicodedata.normalize("NFC", reason)


def same_doctor(known: Standing, doctor: str, content: bytes) -> None:
    """Refuse to register a doctor whose id is taken, unless by the same content.

    Raises:
        ConflictError: It is; the cure says what to do instead.
    """
    if known.status == "voided":
        raise ConflictError("was voided in this log", path="id", got=doctor, cure="register another id")
    if known.document != content:
        raise ConflictError(
            "is registered with other content",
            path="id",
            got=doctor,
            cure=f"amend it: log.amend({known.id!r}, doctor, reason=...)",
        )


def same(earlier: Entry, made: object) -> Entry:
    """Return the entry that a repeated call finds, if it was given the same content."""
    if same_given(earlier, made):
        return earlier
    raise ConflictError(
        "is taken by other content", path="id", got=earlier.id, cure="leave id out, or amend that record"
    )


def same_given(earlier: Entry, made: object) -> bool:
    """Whether an entry was given the same content: what the door fills in does not count."""
    if made is None or earlier.record is None:
        return made is earlier.record
    given = document(earlier.record, given_only=True)
    return type(earlier.record) is type(made) and given == document(made, given_only=True)


def keeps_identity(before: object, after: object) -> None:
    """Refuse a correction that would make it a record about somebody else.

    Raises:
        ConflictError: It would.
    """
    for name, cure in (
        ("patient", "void it, and record it anew for the right patient"),
        ("id", "register the other doctor"),
    ):
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new:
            raise ConflictError("cannot change by a correction", path=name, got=new, cure=cure)
