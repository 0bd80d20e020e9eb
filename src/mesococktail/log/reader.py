"""The reading side of a log. Everything is read in pages by key: no read lock outlives a page."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from mesococktail.errors import RecordNotFoundError
from mesococktail.log.acts import MISFIT, STANDING, Standing, standing, standing_of
from mesococktail.log.chain import Entry, Receipt, damaged, moment, newest
from mesococktail.log.ids import text_of
from mesococktail.log.names import VOIDED
from mesococktail.log.told import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlite_utils

    from mesococktail.log.connection import Connection

_ENTRY = (
    "SELECT e.seq, e.act, e.kind, e.schema, e.id, e.version, e.recorded_by, e.recorded_at, e.reason, e.hash, "
    "p.document FROM entry AS e LEFT JOIN payload AS p ON p.seq = e.seq "
)
_PAGE = 500


class Reader:
    """Reads entries and records through the log's own connection."""

    def __init__(self, connection: Connection, origin: bytes) -> None:
        self._connection = connection
        self._origin = origin

    def head(self) -> Receipt:
        """Return the newest entry's receipt; of an empty log, the hash it starts from."""
        return newest(self._connection.rows, self._origin)

    def entries(self, after: int, page: int) -> Iterator[Entry]:
        """Yield entries behind a sequence."""
        while True:
            rows = self._connection.rows(_ENTRY + "WHERE e.seq > ? ORDER BY e.seq LIMIT ?", (after, page))
            if not rows:
                return
            for row in rows:
                entry = _entry(row)
                after = entry.seq
                yield entry

    def history(self, record_id: bytes) -> list[Entry]:
        """Return the entries of one record, oldest first."""
        rows = self._connection.rows(_ENTRY + "WHERE e.id = ? ORDER BY e.version", (record_id,))
        if not rows:
            raise RecordNotFoundError(
                "no record of that id is in this log", path="id", got=text_of(record_id)
            )
        return [_entry(row) for row in rows]

    def erasures(self) -> list[Entry]:
        """Return the entries of every erasure, in log order."""
        return [_entry(row) for row in self._connection.rows(_ENTRY + "WHERE e.act = 'erase' ORDER BY e.seq")]

    def entry_or_none(self, record_id: bytes, version: int) -> Entry | None:
        """Return the entry of one version of a record, if there is one."""
        rows = self._connection.rows(_ENTRY + "WHERE e.id = ? AND e.version = ?", (record_id, version))
        return _entry(rows[0]) if rows else None

    def entry(self, record_id: bytes, version: int) -> Entry:
        """Return the entry of a version that is there."""
        found = self.entry_or_none(record_id, version)
        assert found is not None  # noqa: S101  # the caller has just read its number
        return found

    def doctor(self, doctor: str) -> Standing | None:
        """Return the registered doctor of that id, if there is one."""
        rows = self._connection.rows(
            "SELECT e.id FROM fact_doctor AS f JOIN dim_doctor AS d ON d.id = f.id "
            "JOIN entry AS e ON e.seq = f.key WHERE d.doctor = ?",
            (doctor,),
        )
        if not rows:
            return None
        record_id: Any = rows[0][0]
        with told(self._connection.path):
            return standing(self._connection.guard(), record_id)

    def standing_of_kind(self, kind: str) -> Iterator[Standing]:
        """Yield the records of one kind as they stand, in log order."""
        return self._standing(f"SELECT key FROM fact_{kind} WHERE key > ?", ())

    def prescriptions(
        self, doctor: str | None, patient: str | None, *, include_voided: bool
    ) -> Iterator[Standing]:
        """Yield prescriptions as they stand, in log order."""
        where, values = "", []
        if doctor is not None:
            where += " AND doctor = (SELECT id FROM dim_doctor WHERE doctor = ?)"
            values.append(doctor)
        if patient is not None:
            where += " AND patient = (SELECT id FROM dim_patient WHERE patient = ?)"
            values.append(patient)
        if not include_voided:
            where += f" AND status <> {VOIDED}"
        return self._standing(f"SELECT key FROM fact_prescription WHERE key > ?{where}", tuple(values))

    def _standing(self, keys: str, values: tuple[object, ...]) -> Iterator[Standing]:
        after = 0
        while True:
            rows = self._connection.rows(
                f"{STANDING} f.seq IN ({keys} ORDER BY key LIMIT {_PAGE}) ORDER BY f.seq", (after, *values)
            )
            if not rows:
                return
            for row in rows:
                found = standing_of(row)
                after = found.key
                yield found


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, act, kind, schema, record_id, version, by, at, reason, hashed, document = row
    try:
        return Entry(
            seq,
            act,
            kind,
            schema,
            text_of(record_id),
            version,
            by,
            moment(at),
            reason,
            Receipt.of(seq, hashed),
            None if document is None else document.encode(),
        )
    except MISFIT:
        raise damaged(f"entry {seq}") from None


def database(path: Path) -> sqlite_utils.Database:
    """Return a read-only sqlite-utils database on the file."""
    import sqlite_utils  # slow to load

    with told(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
    return sqlite_utils.Database(connection, execute_plugins=False)
