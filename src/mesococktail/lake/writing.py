"""Writing the tables of an export: Parquet by clinic and year, CSV, or JSON lines."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from mesococktail.lake.library import arrow
from mesococktail.lake.rows import schema_of
from mesococktail.lake.tables import Holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mesococktail.lake.tables import LakeTable

PARQUET, CSV, JSONL = "parquet", "csv", "jsonl"
FORMATS = (PARQUET, CSV, JSONL)
_GROUP_ROWS = 250_000
"""Rows that are compressed together."""
_LEVEL = 3
_DELTAS = ("_utc", "key", "prescription", "patient", "seq", "id")
"""Numbers that are nearly all different: small differences pack better than a dictionary of them."""


@attrs.frozen(slots=False)
class Writer:
    """Writes tables into a folder, each whole by itself."""

    folder: Path
    clinic: str
    format: str
    years: dict[str, tuple[Any, Any]] = attrs.field(factory=dict)
    """Rising keys, and years, of the records of the tables that other tables belong to."""

    @cached_property
    def _pa(self) -> Any:  # noqa: ANN401  # pyarrow ships no types
        return arrow()

    def put(self, table: LakeTable, batches: Iterable[Any]) -> list[Path]:
        """Write a table, and return its files."""
        if self.format == PARQUET:
            return self._parquet(table, batches)
        path = self.folder / f"{table.name}.{self.format}"
        with self._plain(path, table) as write:
            for batch in batches:
                write(batch)
        return [path]

    @contextmanager
    def _plain(self, path: Path, table: LakeTable) -> Iterator[Callable[[Any], None]]:
        """Yield what writes rows into one file of CSV, or of JSON lines."""
        if self.format == CSV:
            with self._pa.csv.CSVWriter(path, schema_of(table)) as writer:
                yield writer.write_batch
            return
        with path.open("w", encoding="utf-8") as stream:
            yield lambda batch: stream.writelines(
                json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in batch.to_pylist()
            )

    def remember(self, table: LakeTable, batches: Iterable[Any]) -> None:
        """Take in the years of a table that is written already, for those that belong to it."""
        if self.format == PARQUET and table.has_years:
            for _ in self._dated(table, batches):
                pass

    def _dated(self, table: LakeTable, batches: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield rows with their years; None where a table is not dated."""
        pa = self._pa
        known = []
        for batch in batches:
            year = None
            if table.parent is not None:
                year = self._years_of(batch.column(table.key), *self.years[table.parent])
            elif table.has_years:
                year = _years(pa, batch)
                known.append((batch.column(table.key), year))
            yield batch, year
        if table.has_years:
            keys, dated = zip(*known, strict=True) if known else ((), ())
            self.years[table.name] = (
                pa.chunked_array(keys, pa.int64()).combine_chunks(),
                pa.chunked_array(dated, pa.int64()).combine_chunks(),
            )

    def _years_of(self, keys: Any, known: Any, dated: Any) -> Any:  # noqa: ANN401  # as above
        """Look up the years of the records with these keys; only those between the least and the most."""
        compute = self._pa.compute
        ends = compute.min_max(keys)
        start = compute.sum(compute.less(known, ends["min"])).as_py()
        stop = compute.sum(compute.less_equal(known, ends["max"])).as_py()
        return dated.slice(start).take(compute.index_in(keys, known.slice(start, stop - start)))

    def _parquet(self, table: LakeTable, batches: Iterable[Any]) -> list[Path]:
        of_clinic = self.folder / table.name / f"clinic={quote(self.clinic, safe='')}"
        files: dict[int | None, _Part] = {}
        with ExitStack() as stack:
            for batch, year in self._dated(table, batches):
                for value, some in self._by_year(batch, year):
                    if value not in files:
                        inside = of_clinic if value is None else of_clinic / f"year={value:04d}"
                        files[value] = stack.enter_context(closing(self._part(inside, table)))
                    files[value].add(some)
            if not files:
                files[None] = stack.enter_context(closing(self._part(of_clinic, table)))
        return [part.path for part in files.values()]

    def _by_year(self, batch: Any, year: Any) -> Iterator[tuple[int | None, Any]]:  # noqa: ANN401  # as above
        if year is None:
            yield None, batch
            return
        found = self._pa.compute.unique(year).to_pylist()
        for value in found:
            same = self._pa.compute.equal(year, value)
            yield value, batch if len(found) == 1 else batch.filter(same)

    def _part(self, inside: Path, table: LakeTable) -> _Part:
        inside.mkdir(parents=True)
        path = inside / "part-0.parquet"
        deltas = [
            column.name
            for column in table.columns
            if column.holds is not Holds.TEXT and column.name.endswith(_DELTAS)
        ]
        writer = self._pa.parquet.ParquetWriter(
            path,
            schema_of(table),
            compression="zstd",
            compression_level=_LEVEL,
            use_dictionary=[name for name in table.names if name not in deltas],
            column_encoding=dict.fromkeys(deltas, "DELTA_BINARY_PACKED"),
            store_schema=False,
        )
        return _Part(path, self._pa, writer)


def _years(pa: Any, batch: Any) -> Any:  # noqa: ANN401  # as above
    """Return the calendar year of each record; of one known to the year alone, that of its beginning."""
    seconds = batch.column("at_utc").cast(pa.timestamp("s"))
    months = pa.compute.divide(batch.column("at_month"), 100)
    return pa.compute.coalesce(months, pa.compute.year(seconds))


@attrs.define
class _Part:
    """One file of Parquet, to which rows are added until enough are there to compress together."""

    path: Path
    _pa: Any
    _writer: Any
    _waiting: list[Any] = attrs.field(factory=list)

    def add(self, rows: Any) -> None:  # noqa: ANN401  # as above
        """Add rows."""
        self._waiting.append(rows)
        if sum(len(some) for some in self._waiting) >= _GROUP_ROWS:
            self._write()

    def _write(self) -> None:
        if self._waiting:
            whole = self._pa.Table.from_batches(self._waiting).combine_chunks()
            self._writer.write_table(whole, row_group_size=len(whole))
            self._waiting = []

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._write()
        self._writer.close()
