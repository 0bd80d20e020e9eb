"""The star, derived anew from the log inside one transaction."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mesococktail.errors import LogBrokenError, MesococktailError
from mesococktail.log.acts import status_after
from mesococktail.log.chain import ERASE
from mesococktail.log.columns import stored_content
from mesococktail.log.names import ACTIVE
from mesococktail.log.star import Star, insert
from mesococktail.log.tables import star_table_names

if TYPE_CHECKING:
    import sqlite3

    from mesococktail.log.star import Row

PAGE = 2000

_PAGE_SQL = (
    # The key of a record is the sequence of its first entry. Only a corrected record needs looking up.
    f"SELECT e.seq, e.kind, CASE e.act WHEN '{ERASE}' THEN NULL ELSE p.document END, e.id, "
    "EXISTS (SELECT 1 FROM entry AS c INDEXED BY entry_correction WHERE c.id = e.id AND c.version > 1) "
    "FROM entry AS e LEFT JOIN payload AS p ON p.seq = e.seq WHERE e.seq > ? ORDER BY e.seq LIMIT ?"
)


UNREADABLE = (
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    MesococktailError,
)
"""What reading a document that nobody wrote may raise."""


def rebuild(connection: sqlite3.Connection) -> int:
    """Empty the star and derive it anew, in the caller's transaction; return the number of entries read."""
    order = star_table_names()
    for table in reversed(order):
        connection.execute(f"DELETE FROM {table}")
    star = Star()
    star.attach(connection)
    after = 0
    while page := connection.execute(_PAGE_SQL, (after, PAGE)).fetchall():
        rows: defaultdict[str, list[Row]] = defaultdict(list)
        for seq, kind, document, record_id, corrected in page:
            try:
                if corrected:
                    put_corrected(connection, star, rows, record_id, kind, seq, document)
                elif document is not None:
                    star.put(rows, kind, seq, ACTIVE, stored_content(document))
            except UNREADABLE:
                raise LogBrokenError(
                    "its document cannot be read", path=f"entry {seq}", cure="verify the log"
                ) from None
        rows.update(star.new_rows())
        insert(connection, rows, order)
        after = page[-1][0]
    return int(after)


def put_corrected(
    connection: sqlite3.Connection,
    star: Star,
    rows: defaultdict[str, list[Row]],
    record_id: bytes,
    kind: str,
    seq: int,
    document: str | None,
) -> int | None:
    """Add the rows of a record that was corrected, at the last entry on it; return its key then.

    Its earlier documents are derived all the same: the texts in them got their numbers at their place.
    """
    if document is not None:
        star.put(defaultdict(list), kind, seq, ACTIVE, stored_content(document))
    newest, key = connection.execute(
        "SELECT max(seq), min(seq) FROM entry WHERE id = ?", (record_id,)
    ).fetchone()
    if newest != seq:
        return None
    content = connection.execute(
        "SELECT p.document FROM payload AS p JOIN entry AS e ON e.seq = p.seq WHERE e.id = ? "
        f"AND e.act <> '{ERASE}' ORDER BY e.version DESC",
        (record_id,),
    ).fetchone()
    last_act = connection.execute(
        "SELECT act FROM entry WHERE id = ? AND act IN ('stop', 'void') ORDER BY version DESC", (record_id,)
    ).fetchone()
    if content is not None:  # else it was erased
        status = status_after(last_act[0] if last_act else None)
        star.put(rows, kind, key, status, stored_content(content[0]))
    return int(key)
