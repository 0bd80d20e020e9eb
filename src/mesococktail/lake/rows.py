"""The rows of a log's tables, in batches of columns, with numbers that are unique among all clinics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from mesococktail import __version__
from mesococktail.lake.library import arrow
from mesococktail.lake.tables import LAKE_TABLES, LOG, Holds, base_of
from mesococktail.log.chain import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesococktail.lake.library import Batches
    from mesococktail.lake.tables import LakeColumn, LakeTable

MADE_WITH = f"mesococktail {__version__}"
_FIRST_ROWS = 10_000


@attrs.frozen
class LogSaid:
    """What an export says of its log, or what stands for it."""

    number: int
    log: str
    name: str
    head: Receipt
    pseudonymised: bool = False
    left_out: tuple[str, ...] = ()
    """What was left out beside."""

    def row(self) -> dict[str, list[Any]]:
        """Return the one row of the table of logs."""
        head = self.head
        told = (self.number, self.log, self.name, head.seq, head.hash, __version__, int(self.pseudonymised))
        values = (*told, ", ".join(self.left_out) or None)
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
    used = _filled(run, table)
    if not used:
        return
    values = [_selected(column) for column in used]
    # The types of a result are those of its first row: one that has a value everywhere goes in front.
    first = ", ".join("''" if column.holds is Holds.TEXT else "0" for column in used)
    start = 1
    for batch in run(f"SELECT {first} UNION ALL SELECT {', '.join(values)} FROM {table.name} AS t"):
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
    # Only for what the first rows do not have must all the others be looked at.
    early = _filled_in(run, table.names, f"(SELECT * FROM {table.name} LIMIT {_FIRST_ROWS})")
    late = _filled_in(run, [name for name in table.names if name not in early], table.name)
    return [column for column in table.columns if column.name in early | late]


def _filled_in(run: Batches, names: Sequence[str], source: str) -> set[str]:
    if not names:
        return set()
    counts = ", ".join(f"count({name}) AS {name}" for name in names)
    [counted] = [row for batch in run(f"SELECT {counts} FROM {source}") for row in batch.to_pylist()]
    return {name for name, count in counted.items() if count}


def _selected(column: LakeColumn) -> str:
    if column.holds is Holds.LINK:
        return f"(SELECT e.seq FROM entry AS e WHERE e.id = t.{column.name} AND e.version = 1)"
    return f"t.{column.name}"
