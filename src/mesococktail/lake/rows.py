"""The rows of a log's tables, in batches of columns, with numbers that are unique among all clinics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from mesococktail import __version__
from mesococktail.lake.library import arrow
from mesococktail.lake.tables import ENTRY, LAKE_TABLES, LOG, Holds, base_of, linked_kinds
from mesococktail.log.chain import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.lake.library import Batches
    from mesococktail.lake.tables import LakeColumn, LakeTable

MADE_WITH = f"mesococktail {__version__}"


@attrs.frozen
class LogSaid:
    """What an export says of its log, or what stands for it."""

    number: int
    log: str
    name: str
    head: Receipt
    pseudonymised: bool = False

    def row(self) -> dict[str, list[Any]]:
        """Return the one row of the table of logs."""
        head = self.head
        values = (self.number, self.log, self.name, head.seq, head.hash, __version__, int(self.pseudonymised))
        return {name: [value] for name, value in zip(LAKE_TABLES[LOG].names, values, strict=True)}


def schema_of(table: LakeTable) -> Any:  # noqa: ANN401  # pyarrow ships no types
    """Return the columns of a table with their types."""
    pa = arrow()
    types = {"BIGINT": pa.int64(), "TEXT": pa.string()}
    return pa.schema([(column.name, types[column.type]) for column in table.columns])


def batches(run: Batches, table: LakeTable, said: LogSaid) -> Iterator[Any]:
    """Yield the rows of a table.

    Args:
        run: Runs a statement on the copy of the log.
        table: Which one.
        said: Of which log.
    """
    pa, schema = arrow(), schema_of(table)
    if table.name == LOG:
        yield pa.RecordBatch.from_pydict(said.row(), schema)
        return
    base = base_of(said.number)
    if table.name == ENTRY:
        kinds = ", ".join(f"'{kind}'" for kind in linked_kinds())
        values = ["e.seq", "e.seq", "1"]
        source, used = f"entry AS e WHERE e.version = 1 AND e.kind IN ({kinds})", list(table.columns)
    else:
        source = f"{table.name} AS t"
        used = _filled(run, table)
        values = [_selected(column) for column in used]
    if not used:
        return
    # The types of a result are those of its first row: one that has a value everywhere goes in front.
    first = ", ".join("''" if column.holds is Holds.TEXT else "0" for column in used)
    start = 1
    for batch in run(f"SELECT {first} UNION ALL SELECT {', '.join(values)} FROM {source}"):
        found, start = batch.slice(start), 0
        if not len(found):
            continue
        columns = dict(zip((column.name for column in used), found.columns, strict=True))
        for column in used:
            if column.counts_in_log:
                columns[column.name] = pa.compute.add(columns[column.name], base)
        yield pa.RecordBatch.from_arrays(
            [columns.get(field.name, pa.nulls(len(found), field.type)) for field in schema], schema=schema
        )


def _filled(run: Batches, table: LakeTable) -> list[LakeColumn]:
    """Return the columns that are not empty in every row: most are, and need not be read."""
    counts = ", ".join(f"count({name}) AS c{place}" for place, name in enumerate(table.names))
    [counted] = [row for batch in run(f"SELECT {counts} FROM {table.name}") for row in batch.to_pylist()]
    return [column for column, count in zip(table.columns, counted.values(), strict=True) if count]


def _selected(column: LakeColumn) -> str:
    if column.holds is Holds.LINK:
        return f"(SELECT e.seq FROM entry AS e WHERE e.id = t.{column.name} AND e.version = 1)"
    return f"t.{column.name}"
