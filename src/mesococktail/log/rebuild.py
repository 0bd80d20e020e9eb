"""The star, derived anew from the log inside one transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesococktail.log.acts import status_after
from mesococktail.log.star import ACTIVE, Star, insert, merge, star_table_names

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from mesococktail.log.star import Row

PAGE = 2000

_PAGE_SQL = (
    # The key of a record is the sequence of its first entry. Only a corrected record needs looking up.
    "SELECT e.seq, e.kind, p.document, e.id, "
    "EXISTS (SELECT 1 FROM entry AS c INDEXED BY entry_correction WHERE c.id = e.id AND c.version > 1) "
    "FROM entry AS e LEFT JOIN payload AS p ON p.seq = e.seq WHERE e.seq > ? ORDER BY e.seq LIMIT ?"
)


def _derived(connection: sqlite3.Connection, star: Star) -> Iterator[dict[str, list[Row]]]:
    """Yield the rows of every record, in log order; those of a corrected one at the last entry on it.

    Documents that were corrected since are derived too: the texts in them had their numbers by then.
    """
    after = 0
    while True:
        page = connection.execute(_PAGE_SQL, (after, PAGE)).fetchall()
        if not page:
            return
        for seq, kind, document, record_id, corrected in page:
            after = seq
            if document is not None:
                rows = star.rows(kind, seq, ACTIVE, json.loads(document))
                if not corrected:
                    yield rows
            if corrected and (late := newest_rows(connection, star, record_id, kind, seq)):
                yield late[1]


def newest_rows(
    connection: sqlite3.Connection, star: Star, record_id: bytes, kind: str, seq: int
) -> tuple[int, dict[str, list[Row]]] | None:
    """Return key and rows of a corrected record, at the last entry on it; None at an earlier one."""
    newest, key = connection.execute(
        "SELECT max(seq), min(seq) FROM entry WHERE id = ?", (record_id,)
    ).fetchone()
    if newest != seq:
        return None
    content = connection.execute(
        "SELECT p.document FROM payload AS p JOIN entry AS e ON e.seq = p.seq WHERE e.id = ? ORDER BY e.version DESC",
        (record_id,),
    ).fetchone()
    last_act = connection.execute(
        "SELECT act FROM entry WHERE id = ? AND act IN ('stop', 'void') ORDER BY version DESC", (record_id,)
    ).fetchone()
    if content is None:
        return None
    status = status_after(last_act[0] if last_act else None)
    return key, star.rows(kind, key, status, json.loads(content[0]))


def rebuild(connection: sqlite3.Connection) -> int:
    """Empty the star and derive it anew, in the caller's transaction; return the number of entries read."""
    order = star_table_names()
    for table in reversed(order):
        connection.execute(f"DELETE FROM {table}")
    star = Star()
    star.attach(connection)
    top = int(connection.execute("SELECT ifnull(max(seq), 0) FROM entry").fetchone()[0])
    rows: dict[str, list[Row]] = {}
    for number, more in enumerate(_derived(connection, star), start=1):
        merge(rows, more)
        if number % PAGE == 0:
            _write(connection, star, rows, order)
    _write(connection, star, rows, order)
    return top


def _write(
    connection: sqlite3.Connection, star: Star, rows: dict[str, list[Row]], order: tuple[str, ...]
) -> None:
    merge(rows, star.new_rows())
    insert(connection, rows, order)
    rows.clear()
