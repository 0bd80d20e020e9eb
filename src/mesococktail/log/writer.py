"""The writing hand: acts become entries, payloads and star rows, inside the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.log import chain
from mesococktail.log.ids import RandomBytes
from mesococktail.log.names import ACTIVE
from mesococktail.log.star import Star, insert
from mesococktail.log.tables import layout_of, star_table_names
from mesococktail.records import SCHEMA

if TYPE_CHECKING:
    import sqlite3

    from mesococktail.log.signing import Signer
    from mesococktail.log.star import Row


@attrs.define
class Act:
    """One act, ready to be written: everything but its place in the chain.

    Not frozen, because an import makes one for every record and a frozen one takes thrice the time to make.
    """

    act: str
    kind: str
    id: bytes
    version: int
    recorded_by: str | None
    recorded_at: int
    """Microseconds since 1970."""
    reason: str | None
    document: bytes | None
    content: dict[str, Any] | None
    """The document that stands after this act, as read: its own, or the one it leaves standing; None where
    none does."""
    status: int = ACTIVE
    """The status of the record after this act."""
    key: int | None = None
    """Sequence of the record's first entry; None when this act is the first."""
    salt: bytes | None = None
    """Given only by a transfer, which keeps the salts."""
    commitment: bytes | None = None
    """Given only by a transfer, for a document that was erased."""
    schema: int = SCHEMA
    record: object = None
    """What `document` was made of, where that is at hand, so that nobody need read it back."""


class Writer:
    """Appends acts behind the head. Rows are gathered and written by `flush`."""

    def __init__(self, origin: bytes, signer: Signer | None = None) -> None:
        self._origin = origin
        self._signer = signer
        self._order = ("entry", "payload", "signature", *star_table_names())
        self._star = Star()
        self._random = RandomBytes()
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        self.head: tuple[int, bytes] | None = None
        """Sequence and hash of the newest entry, as of the running transaction."""

    def begin(self, connection: sqlite3.Connection) -> None:
        """Read the head inside the transaction that has just begun."""
        found = connection.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        head = (0, self._origin) if found is None else (int(found[0]), bytes(found[1]))
        if head != self.head:
            # Somebody else has written, or our last transaction was rolled back: remember nothing.
            self._star.attach(connection)
        self.head = head

    def forget(self) -> None:
        """Drop what is remembered, after a transaction that did not commit."""
        self.head = None
        self._rows.clear()

    def append(self, connection: sqlite3.Connection, act: Act) -> tuple[int, bytes]:
        """Put *act* behind the head; return its sequence and hash. A correction is written at once."""
        assert self.head is not None  # noqa: S101  # begin() came first
        previous_seq, previous = self.head
        seq, committed = previous_seq + 1, act.commitment
        if act.document is not None:
            salt = act.salt or self._random.take(chain.SALT_BYTES)
            committed = chain.commitment(salt, act.document)
            self._rows["payload"].append((seq, salt, act.document.decode()))
        stored = (
            act.act,
            act.kind,
            act.schema,
            act.id,
            act.version,
            act.recorded_by,
            act.recorded_at,
            act.reason,
        )
        hashed = chain.entry_hash(previous, seq, *stored, committed)
        self._rows["entry"].append((seq, *stored, committed, hashed))
        if self._signer is not None:
            self._rows["signature"].append((seq, self._signer.public.raw, self._signer.sign(hashed)))
        if act.key is not None:
            self.flush(connection)
            drop_rows(connection, act.kind, act.key)
        if act.content is not None:
            self._star.put(self._rows, act.kind, act.key or seq, act.status, act.content)
        self.head = seq, hashed
        return self.head

    def keep_signature(self, key: bytes, signature: bytes) -> None:
        """Keep with the newest entry the signature that it came with."""
        assert self.head is not None  # noqa: S101  # an entry came first
        self._rows["signature"].append((self.head[0], key, signature))

    def flush(self, connection: sqlite3.Connection) -> None:
        """Write the gathered rows."""
        self._rows.update(self._star.new_rows())
        insert(connection, self._rows, self._order)
        self._rows.clear()


def drop_rows(connection: sqlite3.Connection, kind: str, key: int) -> None:
    """Take the star's rows of one record out."""
    layout = layout_of(kind)
    if layout.has_cocktail:
        for table in ("fact_ingredient", "fact_adjunct", "fact_member"):
            connection.execute(f"DELETE FROM {table} WHERE prescription = ?", (key,))
    tables = [several.table for several in layout.lists]
    if layout.has_findings:
        tables.append(f"{layout.table}_finding")
    for table in (*tables, layout.table):
        connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
