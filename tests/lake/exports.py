"""Reads an export back, whatever its format, without the library."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from mesococktail.lake import LAKE_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Rows = list[tuple[Any, ...]]


def tables_of(folder: Path) -> dict[str, Rows]:
    """Return every row of every table."""
    return {name: [_in_order(name, row) for row in _rows(folder, name)] for name in LAKE_TABLES}


def _in_order(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    assert list(row) == list(LAKE_TABLES[table].names)
    return tuple(row.values())


def _rows(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / table).rglob("*.parquet")):
        yield from pq.ParquetFile(path).read().to_pylist()
    if (path := folder / f"{table}.jsonl").exists():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())
    if (path := folder / f"{table}.csv").exists():
        yield from _csv(path, table)


def _csv(path: Path, table: str) -> Iterator[dict[str, Any]]:
    types = {column.name: column.type for column in LAKE_TABLES[table].columns}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {
                name: (None if value == "" else int(value) if types[name] == "BIGINT" else value)
                for name, value in row.items()
            }


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield everything that a reader of an export can see, as text: names, contents, values, metadata."""
    for path in sorted(folder.rglob("*")):
        where = str(path.relative_to(folder))
        yield where, where
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path)
            yield where, repr(file.read().to_pydict())
            yield where, f"{file.schema_arrow.metadata} {file.metadata.metadata} {_statistics(file)}"
            yield where, path.read_bytes().decode("latin-1")
        elif path.is_file():
            yield where, path.read_text(encoding="utf-8")


def _statistics(file: pq.ParquetFile) -> list[Any]:
    found = []
    for group in range(file.metadata.num_row_groups):
        for place in range(file.metadata.num_columns):
            of_column = file.metadata.row_group(group).column(place).statistics
            if of_column is not None and of_column.has_min_max:
                found += [of_column.min, of_column.max]
    return found
