"""The rows of a log's tables, a chunk of columns at a time, with numbers unique among all clinics."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import attrs

from mesococktail import __version__
from mesococktail.lake.tables import ENTRY, LAKE_TABLES, LOG, Holds, base_of, linked_kinds
from mesococktail.log.chain import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Protocol

    from mesococktail.lake.tables import LakeColumn, LakeTable

    class Run(Protocol):
        """Runs a statement on the copy of the log."""

        def __call__(self, sql: str, /) -> Iterable[tuple[Any, ...]]:
            """Yield its rows."""


Chunk = dict[str, "Sequence[Any]"]
"""Some rows of a table: the values of each column that is not empty in all of them."""
MADE_WITH = f"mesococktail {__version__}"
ROWS = 50_000
"""Rows of a chunk."""


@attrs.frozen
class LogSaid:
    """What an export says of its log, or what stands for it."""

    number: int
    log: str
    name: str
    head: Receipt
    pseudonymised: bool = False

    def row(self) -> Chunk:
        """Return the one row of the table of logs."""
        values = (
            self.number,
            self.log,
            self.name,
            self.head.seq,
            self.head.hash,
            __version__,
            int(self.pseudonymised),
        )
        return {name: [value] for name, value in zip(LAKE_TABLES[LOG].names, values, strict=True)}


def chunks(run: Run, table: LakeTable, said: LogSaid, order: str = "") -> Iterator[Chunk]:
    """Yield the rows of a table.

    Args:
        run: Runs a statement on the log.
        table: Which one.
        said: Of which log.
        order: ``ORDER BY`` and the columns, where the order of the file is not to be kept.
    """
    if table.name == LOG:
        yield said.row()
        return
    base = base_of(said.number)
    if table.name == ENTRY:
        kinds = ", ".join(f"'{kind}'" for kind in linked_kinds())
        columns = [f"e.seq + {base}", f"e.seq + {base}", "1"]
        source, used = f"entry AS e WHERE e.version = 1 AND e.kind IN ({kinds})", list(table.columns)
    else:
        source = f"{table.name} AS t"
        [counts] = run(f"SELECT {', '.join(f'count(t.{name})' for name in table.names)} FROM {source}")
        used = [column for column, count in zip(table.columns, counts, strict=True) if count]
        columns = [_selected(column, base) for column in used]
    if not used:
        return
    rows = iter(run(f"SELECT {', '.join(columns)} FROM {source} {order}"))
    while some := list(islice(rows, ROWS)):
        yield {column.name: values for column, values in zip(used, zip(*some, strict=True), strict=True)}


def _selected(column: LakeColumn, base: int) -> str:
    if column.holds is Holds.LINK:
        found = f"SELECT e.seq + {base} FROM entry AS e WHERE e.id = t.{column.name} AND e.version = 1"
        return f"({found})"
    return f"t.{column.name} + {base}" if column.counts_in_log else f"t.{column.name}"


def years(chunk: Chunk) -> list[int]:
    """Return the calendar year of each row that has a time of its own."""
    seconds = chunk["at_utc"]
    months = chunk.get("at_month", (None,) * len(seconds))
    return [
        month // 100 if month is not None else datetime.fromtimestamp(second, UTC).year
        for month, second in zip(months, seconds, strict=True)
    ]
