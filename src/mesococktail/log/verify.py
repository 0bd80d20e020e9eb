"""Everything derived anew and compared: the chain, the payloads, the star, the file itself.

The chain finds every silent change of what was logged; SQLite's ``integrity_check`` finds damage to the
indexes; deriving the star finds what was changed in it. A head or receipt kept elsewhere finds what the
chain cannot see: its own end cut off, or the whole of it rewritten.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mesococktail.errors import LogBusyError, LogError
from mesococktail.findings import Finding, Severity
from mesococktail.log import chain
from mesococktail.log.chain import ERASE, Receipt, authority_of, newest
from mesococktail.log.columns import stored_content
from mesococktail.log.layout import expected_fingerprint
from mesococktail.log.names import ACTIVE, COMBINED, DIMENSIONS
from mesococktail.log.rebuild import UNREADABLE, put_corrected
from mesococktail.log.schema import fingerprint
from mesococktail.log.star import Star
from mesococktail.log.tables import fact_tables, key_column
from mesococktail.log.told import told

if TYPE_CHECKING:
    import sqlite3

    from mesococktail.log.connection import Connection
    from mesococktail.log.signatures import Signatures

PAGE = 1000
MOST_FINDINGS = 100
"""More than this and the file is simply broken; the rest is not listed."""

_PAGE_SQL = (
    "SELECT e.seq, e.act, e.kind, e.schema, e.id, e.version, e.recorded_by, e.recorded_at, e.reason, "
    "e.commitment, e.hash, p.salt, p.document, s.key, s.signature, "
    "EXISTS (SELECT 1 FROM entry AS c INDEXED BY entry_correction WHERE c.id = e.id AND c.version > 1) "
    "FROM entry AS e LEFT JOIN payload AS p ON p.seq = e.seq LEFT JOIN signature AS s ON s.seq = e.seq "
    "WHERE e.seq > ? ORDER BY e.seq LIMIT ?"
)


_NOT_ITS_TYPE = (TypeError, ValueError, AttributeError, struct.error)
"""What happens where damage put a number in the place of a text."""


class _Enough(Exception):  # noqa: N818  # not an error: the list of findings is full
    pass


def verify(
    connection: Connection, origin: bytes, kept: list[Receipt], signatures: Signatures
) -> list[Finding]:
    """Return what does not fit; see `PrescriptionLog.verify`."""
    connection.idle()  # how the log is used is no finding about it
    try:
        last = newest(connection.rows, origin).seq
        found = _verified(connection, origin, kept, signatures)
        if found and connection.rows("SELECT 1 FROM entry WHERE seq > ? AND act = 'erase'", (last,)):
            # An erasure came in between two pages, and gave the texts of the tables other numbers.
            found = _verified(connection, origin, kept, signatures)
    except LogError as error:
        return list(error.findings)
    return found


def _verified(
    connection: Connection, origin: bytes, kept: list[Receipt], signatures: Signatures
) -> list[Finding]:
    check = _Check(connection, origin, kept, signatures)
    try:
        check.layout()
        check.entries()
        check.dimensions()
        check.receipts()
        check.backups()
        check.file()
        check.writable()
    except _Enough:
        check.findings.append(_finding("too_many", "", f"only the first {MOST_FINDINGS} are listed"))
    except LogError as error:
        check.findings += error.findings
    return check.findings


def _finding(code: str, path: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, path, message)


def _erased_behind(sqlite: sqlite3.Connection, record_id: object, version: object) -> bool:
    found = sqlite.execute(
        "SELECT 1 FROM entry WHERE id = ? AND act = 'erase' AND version > ?", (record_id, version)
    ).fetchone()
    return found is not None


class _OutOfPlace(Exception):  # noqa: N818  # carries what to report
    pass


class _StoredNumbers(Star):
    """A star that takes the stored number of every text, and notices one that is missing or out of order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self.attach(connection)
        self.seen = dict.fromkeys(DIMENSIONS, 0)

    def number_of_new(self, dimension: str, text: str, name: str | None) -> int:
        found = self.looked_up(dimension, text)
        if found is None or found > self.seen[dimension] + 1:
            raise _OutOfPlace(f"dim_{dimension} does not have a text of the log at its place")
        if found == self.seen[dimension] + 1:
            self.seen[dimension] = found
            if dimension == "agent" and self._name(found) != (name or text):
                raise _OutOfPlace(f"dim_agent does not have the name that {text} came with")
            if dimension == "combination":
                for agent in sorted(set(text.split(COMBINED))):
                    self.intern("agent", agent)
        return found

    def _name(self, agent: int) -> object:
        assert self._connection is not None  # noqa: S101  # attached for good
        return self._connection.execute("SELECT name FROM dim_agent WHERE id = ?", (agent,)).fetchone()[0]


class _Check:
    def __init__(
        self, connection: Connection, origin: bytes, kept: list[Receipt], signatures: Signatures
    ) -> None:
        self._connection = connection
        self._signatures = signatures
        self._previous = origin
        self._kept: dict[int, list[Receipt]] = {}
        for receipt in kept:
            self._kept.setdefault(receipt.seq, []).append(receipt)
        self._last = 0
        self._star = _StoredNumbers(connection.guard())
        self._numbers_hold = True
        self.findings: list[Finding] = []
        if 0 in self._kept:
            self._meet(0, origin)

    def _say(self, code: str, path: str, message: str) -> None:
        self._add(_finding(code, path, message))

    def _add(self, finding: Finding) -> None:
        self.findings.append(finding)
        if len(self.findings) >= MOST_FINDINGS:
            raise _Enough

    def layout(self) -> None:
        with told(self._connection.path):
            found = fingerprint(self._connection.guard())
        if found != expected_fingerprint():
            self._say("layout", "", "tables, triggers or views are not the ones this library made")

    def entries(self) -> None:
        """Check chain, payloads and star page by page; within a page the picture is consistent."""
        while True:
            with self._connection.reading() as sqlite:
                page = sqlite.execute(_PAGE_SQL, (self._last, PAGE)).fetchall()
                if not page:
                    self._behind_the_end(sqlite)
                    return
                before = self._last
                for row in page:
                    self._link(sqlite, row)
                if self._numbers_hold:
                    self._stars(sqlite, page, before)

    def _link(self, sqlite: sqlite3.Connection, row: tuple[Any, ...]) -> None:
        seq, act, kind, schema, record_id, version, by, at, reason, committed, hashed, *beside = row
        salt, document, key, signature, corrected = beside
        if seq != self._last + 1:
            self._say("gap", f"entry {seq}", f"stands behind entry {self._last}: what was between is gone")
        try:
            expected = chain.entry_hash(
                self._previous, seq, act, kind, schema, record_id, version, by, at, reason, committed
            )
        except _NOT_ITS_TYPE:
            expected = None
        if expected != hashed:
            self._say("broken_link", f"entry {seq}", "was changed, or what stood before it was")
        erased = bool(corrected) and _erased_behind(sqlite, record_id, version)
        self._payload(seq, act, committed, salt, document, erased=erased)
        for finding in self._signatures.entry(seq, hashed, by, key, signature):
            self._add(finding)
        if seq in self._kept:
            self._meet(seq, hashed)
        self._last, self._previous = seq, hashed

    def _payload(
        self,
        seq: int,
        act: str,
        committed: bytes | None,
        salt: Any,  # noqa: ANN401  # whatever stands there
        document: Any,  # noqa: ANN401  # likewise
        *,
        erased: bool,
    ) -> None:
        where = f"entry {seq}"
        if document is None:
            if committed is not None and not erased:
                self._say("missing_payload", where, "its document is gone, and no erasure says why")
        elif erased:
            self._say("not_erased", where, "its record was erased, and its document is still there")
        elif committed is None or not self._fits(committed, salt, document):
            self._say("broken_payload", where, "its document is not the one that was written")
        elif act == ERASE:
            try:
                authority_of(document.encode())
            except LogError as error:
                self._say("broken_payload", where, error.rule)

    def _fits(self, committed: bytes, salt: Any, document: Any) -> bool:  # noqa: ANN401  # whatever stands there
        try:
            return chain.commitment(salt, document.encode()) == committed
        except _NOT_ITS_TYPE:
            return False

    def _meet(self, seq: int, hashed: bytes) -> None:
        kept = self._kept.pop(seq)
        if type(hashed) is not bytes or not all(Receipt.of(seq, hashed).matches(one) for one in kept):
            self._say("receipt", f"entry {seq}", "is not the one that the receipt was given for")

    def receipts(self) -> None:
        for seq in self._kept:
            self._say("receipt", f"entry {seq}", "a receipt was given for it, and the log does not have it")

    def backups(self) -> None:
        for row in self._connection.rows("SELECT number, path, made_at, seq, hash FROM backup"):
            *said, hashed = row
            try:
                fits = chain.backup_hash(*said) == hashed
            except _NOT_ITS_TYPE:
                fits = False
            if not fits:
                self._say("backup", f"backup {row[0]}", "is not the note that was made of it")

    def _stars(self, sqlite: sqlite3.Connection, page: list[tuple[Any, ...]], before: int) -> None:
        """Compare the rows of a page's records with what their documents say."""
        expected: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)
        corrected = set()
        try:
            for seq, act, kind, _, record_id, version, *_, document, _, _, was_corrected in page:
                if act == ERASE:
                    self._late(sqlite, record_id, kind, seq, None)
                elif was_corrected:
                    if version == 1:
                        corrected.add(seq)
                    self._late(sqlite, record_id, kind, seq, document)
                elif document is not None:
                    self._star.put(expected, kind, seq, ACTIVE, stored_content(document))
        except (_OutOfPlace, *UNREADABLE) as error:
            said = str(error) if isinstance(error, _OutOfPlace) else "a document cannot be read"
            self._say(
                "star",
                f"entries {before + 1} to {self._last}",
                f"{said}; the tables were not compared further",
            )
            self._numbers_hold = False
            return
        for table in fact_tables():
            rows = expected[table]
            stored = sqlite.execute(
                f"SELECT * FROM {table} WHERE {key_column(table)} BETWEEN ? AND ? ORDER BY 1, 2",
                (before + 1, self._last),
            ).fetchall()
            if corrected:
                stored = [row for row in stored if row[0] not in corrected]
            if stored != rows:
                self._differs(table, stored, rows)

    def _late(
        self, sqlite: sqlite3.Connection, record_id: bytes, kind: str, seq: int, document: str | None
    ) -> None:
        expected: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)
        key = put_corrected(sqlite, self._star, expected, record_id, kind, seq, document)
        if key is None:
            return
        for table in fact_tables():
            stored = sqlite.execute(
                f"SELECT * FROM {table} WHERE {key_column(table)} = ? ORDER BY 1, 2", (key,)
            ).fetchall()
            if stored != expected[table]:
                self._differs(table, stored, expected[table])

    def _differs(
        self, table: str, stored: list[tuple[object, ...]], expected: list[tuple[object, ...]]
    ) -> None:
        for key in sorted({row[0] for row in set(stored) ^ set(expected)}, key=str)[:10]:
            self._say(
                "star", f"{table}, record {key}", "differs from what the log says; rebuild derives it anew"
            )

    def _behind_the_end(self, sqlite: sqlite3.Connection) -> None:
        for finding in self._signatures.end():
            self._add(finding)
        if stray := self._without_entry(sqlite, "payload"):
            self._say("stray_payload", "payload", f"has {stray} documents that no entry commits to")
        if stray := self._without_entry(sqlite, "signature"):
            self._say("stray_signature", "signature", f"has {stray} signatures that belong to no entry")
        for table in fact_tables():
            column = key_column(table)
            stray = sqlite.execute(
                f"SELECT count(*) FROM {table} WHERE {column} > ? OR {column} < 1", (self._last,)
            ).fetchone()[0]
            if stray:
                self._say("star", table, f"has {stray} rows of records that the log does not have")
        # Counted in the same picture of the file: a writer may add to them right after.
        for dimension, seen in self._star.seen.items() if self._numbers_hold else ():
            count, top = sqlite.execute(
                f"SELECT count(*), ifnull(max(id), 0) FROM dim_{dimension}"
            ).fetchone()
            if (count, top) != (seen, seen):
                self._say("star", f"dim_{dimension}", f"has {count} texts, and the log {seen}")

    def _without_entry(self, sqlite: sqlite3.Connection, table: str) -> int:
        sql = f"SELECT count(*) FROM {table} WHERE seq > ? OR seq < 1"
        return int(sqlite.execute(sql, (self._last,)).fetchone()[0])

    def dimensions(self) -> None:
        """Check that each combination has the members that its key names."""
        if not self._numbers_hold:
            return
        stored = self._connection.rows(
            "SELECT c.combination, (SELECT count(*) FROM dim_combination_member AS m WHERE "
            "m.combination = c.id), "
            "(SELECT count(*) FROM dim_combination_member AS m JOIN dim_agent AS a ON a.id = m.agent "
            "WHERE m.combination = c.id AND instr(' + ' || c.combination || ' + ', ' + ' || a.agent "
            "|| ' + ') > 0) "
            "FROM dim_combination AS c"
        )
        for combination, members, fitting in stored:
            size = len(set(str(combination).split(COMBINED)))
            if not size == members == fitting:
                self._say("star", "dim_combination_member", f"does not hold the agents of {combination}")

    def file(self) -> None:
        """Let SQLite check the file, one table at a time, so that writers wait for no more than one."""
        tables = self._connection.rows("SELECT quote(name) FROM sqlite_schema WHERE type = 'table'")
        # With the table of the schema itself, SQLite also checks the list of free pages.
        for (table,) in [("sqlite_schema",), *tables]:
            for (said,) in self._connection.rows(f"PRAGMA integrity_check({table})"):
                if said != "ok":
                    self._say("integrity", table.strip("'"), str(said).splitlines()[-1])

    def writable(self) -> None:
        """Begin to write, and change nothing: a mark in the file may forbid every further entry."""
        if self._connection.read_only or self._connection.doubtful is not None:
            return
        with suppress(LogBusyError), self._connection.writing() as sqlite:
            sqlite.execute("DELETE FROM dim_term WHERE id IS NULL")
