"""Erasing by law: the documents of a record go, the entries that they were there, and why they went, stay.

An erasure is an entry of its own, with reason and authority. The documents are deleted in the same
transaction, the tables are derived anew from what is left, and the file is rewritten, so that no byte of
the text is in it any more. What it cannot reach is named: backups, exports, pages that were printed.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import ConflictError, LogStorageError, RecordError, RecordNotFoundError
from mesococktail.log import chain
from mesococktail.log.acts import needs_reason
from mesococktail.log.backup import Backup
from mesococktail.log.chain import ERASE, Entry
from mesococktail.log.connection import Connection
from mesococktail.log.diary import INFO, note
from mesococktail.log.ids import bytes_of, text_of
from mesococktail.log.links import hanging_on, named, records_of_patient
from mesococktail.log.rebuild import rebuild
from mesococktail.log.recorder import stamp
from mesococktail.log.told import told
from mesococktail.log.writer import Act

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from mesococktail.log.recorder import Recorder

_AUTHORITY = "say on whose authority or by which law, such as: GDPR art. 17, request of 2026-11-20"


@attrs.frozen
class Erasure:
    """What was erased, and where it still is."""

    entries: tuple[Entry, ...]
    """Of the act, one for each record."""
    documents: int
    """How many texts are gone: each version of a record had its own."""
    backups: tuple[Backup, ...]
    """Backups of this log that were made before and so hold the text still."""


def erase(
    log: Recorder, which: object, patient: str | None, reason: str, authority: str, recorded_by: str | None
) -> tuple[list[bytes], int]:
    """Erase a record or all of a patient's; return their ids and how many documents went."""
    why = needs_reason(reason)
    on = needs_reason(authority, "authority", _AUTHORITY)
    if (which is None) == (patient is None):
        raise RecordError("name either a record or a patient", path="which")
    erased: list[bytes] = []
    gone = 0

    def acts(sqlite: sqlite3.Connection) -> Iterator[Act]:
        nonlocal gone
        targets = [_one(sqlite, which)] if which is not None else _of_patient(sqlite, patient or "")
        _nothing_else_points_there(sqlite, [target.id for target in targets])
        for target in targets:
            erased.append(target.id)
            yield Act(
                ERASE,
                target.kind,
                target.id,
                target.version + 1,
                log.author(recorded_by),
                stamp(),
                why,
                chain.erasure(on),
                None,
                key=target.key,
            )
        log.flush(sqlite)
        for target in targets:
            gone += sqlite.execute(
                "DELETE FROM payload WHERE seq IN (SELECT seq FROM entry WHERE id = ? AND act <> ?)",
                (target.id, ERASE),
            ).rowcount
        # The numbers of texts follow the order of the log, and some texts are in it no more.
        rebuild(sqlite)

    log.write_batch(acts, erasing=True)
    log.forget()
    note(INFO, "erased: records %s, documents %s", len(erased), gone)
    return erased, gone


@attrs.frozen
class _Target:
    id: bytes
    kind: str
    version: int
    key: int


_TARGET = "SELECT id, kind, max(version), min(seq), max(act = 'erase') FROM entry WHERE id = ?"


def _one(sqlite: sqlite3.Connection, which: object) -> _Target:
    record_id = bytes_of(getattr(which, "id", which))
    _, kind, version, key, erased = sqlite.execute(_TARGET, (record_id,)).fetchone()
    if version is None:
        raise RecordNotFoundError("no record of that id is in this log", path="id", got=text_of(record_id))
    seen = getattr(which, "version", version)
    if erased:
        raise ConflictError(
            "was erased already",
            got=f"{kind} {text_of(record_id)}",
            cure="if that was interrupted, call compact()",
        )
    if seen != version:
        raise ConflictError(
            f"version {seen} is not the newest, which is {version}",
            got=f"{kind} {text_of(record_id)}",
            cure="read the record again and decide anew",
        )
    return _Target(record_id, kind, version, key)


def _of_patient(sqlite: sqlite3.Connection, patient: str) -> list[_Target]:
    ids = records_of_patient(sqlite.execute, patient)
    if not ids:
        raise RecordNotFoundError("no record of that patient is in this log", path="patient", got=patient)
    return [_one(sqlite, text_of(record_id)) for record_id in ids]


def _nothing_else_points_there(sqlite: sqlite3.Connection, ids: list[bytes]) -> None:
    """Refuse to leave a record that stands pointing to nothing."""
    together = {text_of(record_id) for record_id in ids}
    for record_id in ids:
        others = [one for one in hanging_on(sqlite, record_id) if one.id not in together]
        if others:
            raise ConflictError(
                "has records that point to it",
                got=text_of(record_id),
                cure=f"erase them first, or all of the patient's at once: {named(others)}",
            )


def compact(path: Path) -> None:
    """Write the file anew, so that nothing of what was deleted is left between its pages.

    Raises:
        LogStorageError: There is no room for a second copy while it is written.
    """
    try:
        with closing(Connection(path, read_only=False)) as connection, told(path):
            for (table,) in connection.rows(
                # The query planner's samples hold texts of the tables.
                "SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'"
            ):
                connection.sqlite.execute(f"DELETE FROM {table}")
            connection.sqlite.execute("VACUUM")
    except LogStorageError as error:
        raise LogStorageError(
            f"the records are erased, but the file could not be written anew: {error.rule}",
            got=str(path),
            cure="make room as large as the file, then call compact()",
        ) from None
