"""Writing the tables of an export: Parquet by clinic and year, CSV, or JSON lines."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from mesococktail.lake.library import arrow
from mesococktail.lake.rows import years
from mesococktail.lake.tables import Holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mesococktail.lake.rows import Chunk
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
    """Writes tables into a folder, each whole before the next."""

    folder: Path
    clinic: str
    format: str
    years: dict[str, tuple[Any, Any]] = attrs.field(factory=dict)
    """Keys and years of the records of the tables that other tables belong to."""

    @cached_property
    def _pa(self) -> Any:  # noqa: ANN401  # pyarrow ships no types
        return arrow()

    def schema(self, table: LakeTable) -> Any:  # noqa: ANN401  # as above
        """Return the columns of a table with their types."""
        types = {"BIGINT": self._pa.int64(), "TEXT": self._pa.string()}
        return self._pa.schema([(column.name, types[column.type]) for column in table.columns])

    def put(self, table: LakeTable, chunks: Iterable[Chunk], told: Callable[[int], None]) -> list[Path]:
        """Write a table, and return its files."""
        schema = self.schema(table)
        batches = self._batches(table, schema, chunks, told)
        if self.format == PARQUET:
            return self._parquet(table, schema, batches)
        path = self.folder / f"{table.name}.{self.format}"
        if self.format == CSV:
            with self._pa.csv.CSVWriter(path, schema) as writer:
                for batch, _ in batches:
                    writer.write_batch(batch)
        else:
            with path.open("w", encoding="utf-8") as stream:
                for batch, _ in batches:
                    stream.writelines(
                        json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
                        for row in batch.to_pylist()
                    )
        return [path]

    def remember(self, table: LakeTable, chunks: Iterable[Chunk]) -> None:
        """Take in the years of a table that is written already, for those that belong to it."""
        if table.is_dated and table.parent is None and self.format == PARQUET:
            for _ in self._batches(table, self.schema(table), chunks, lambda _: None):
                pass

    def _batches(
        self,
        table: LakeTable,
        schema: Any,  # noqa: ANN401  # as above
        chunks: Iterable[Chunk],
        told: Callable[[int], None],  # as above
    ) -> Iterator[tuple[Any, Any]]:
        """Yield the rows of a table with their years; None where it is not dated."""
        pa = self._pa
        keys, dated = [], []
        for chunk in chunks:
            number = len(next(iter(chunk.values())))
            columns = [
                pa.array(chunk[field.name], field.type)
                if field.name in chunk
                else pa.nulls(number, field.type)
                for field in schema
            ]
            batch = pa.RecordBatch.from_arrays(columns, schema=schema)
            year = None
            if self.format != PARQUET or not table.is_dated:
                pass
            elif table.parent is not None:
                parent_keys, parent_years = self.years[table.parent]
                places = pa.compute.index_in(batch.column(schema.get_field_index(table.key)), parent_keys)
                year = parent_years.take(places)
            else:
                year = pa.array(years(chunk), pa.int32())
                keys.append(batch.column(schema.get_field_index(table.key)))
                dated.append(year)
            told(number)
            yield batch, year
        if table.is_dated and table.parent is None and self.format == PARQUET:
            every = pa.chunked_array(keys, pa.int64()).combine_chunks()
            self.years[table.name] = every, pa.chunked_array(dated, pa.int32()).combine_chunks()

    def _parquet(self, table: LakeTable, schema: Any, batches: Iterator[tuple[Any, Any]]) -> list[Path]:  # noqa: ANN401  # as above
        of_clinic = self.folder / table.name / f"clinic={quote(self.clinic, safe='')}"
        files: dict[int | None, _Part] = {}
        with ExitStack() as stack:
            for batch, year in batches:
                for value, rows in self._by_year(batch, year):
                    if value not in files:
                        inside = of_clinic if value is None else of_clinic / f"year={value:04d}"
                        files[value] = stack.enter_context(closing(self._part(inside, table, schema)))
                    files[value].add(rows)
            if not files:
                files[None] = stack.enter_context(closing(self._part(of_clinic, table, schema)))
        return [part.path for part in files.values()]

    def _by_year(self, batch: Any, year: Any) -> Iterator[tuple[int | None, Any]]:  # noqa: ANN401  # as above
        if year is None:
            yield None, batch
            return
        found = self._pa.compute.unique(year).to_pylist()
        for value in found:
            same = self._pa.compute.equal(year, value)
            yield value, batch if len(found) == 1 else batch.filter(same)

    def _part(self, inside: Path, table: LakeTable, schema: Any) -> _Part:  # noqa: ANN401  # as above
        inside.mkdir(parents=True)
        path = inside / "part-0.parquet"
        deltas = [
            column.name
            for column in table.columns
            if column.holds is not Holds.TEXT and column.name.endswith(_DELTAS)
        ]
        writer = self._pa.parquet.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=_LEVEL,
            use_dictionary=[name for name in table.names if name not in deltas],
            column_encoding=dict.fromkeys(deltas, "DELTA_BINARY_PACKED"),
            store_schema=False,
        )
        return _Part(path, self._pa, writer)


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
