"""One SQLite file of many exports, for whoever has nothing but Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mesococktail.lake.dictionary import indexes_sql, schema_sql
from mesococktail.lake.lake import Lake
from mesococktail.lake.library import arrow
from mesococktail.lake.tables import LAKE_TABLES
from mesococktail.log.merged import filling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike


def merge(
    folder: str | PathLike[str],
    path: str | PathLike[str],
    *,
    progress: Callable[[str, int], None] | None = None,
) -> int:
    """Make one SQLite file of the exports in a folder, and return how many rows it has.

    Raises:
        LogError: As `Lake.open`; or there is a file at *path*, or it cannot be written.
    """
    lake = Lake.open(folder)
    pa = arrow()
    total = 0
    with filling(Path(path), schema_sql(), indexes_sql()) as insert:
        for table, files in lake.tables.items():
            for file in files:
                for rows in _rows(pa.parquet.ParquetFile(file), LAKE_TABLES[table].names):
                    insert(table, rows)
                    total += len(rows)
                    if progress is not None:
                        progress(table, total)
    return total


def _rows(file: object, names: tuple[str, ...]) -> Iterator[list[tuple[object, ...]]]:
    for batch in file.iter_batches(columns=list(names)):  # type: ignore[attr-defined]  # pyarrow ships no types
        yield list(zip(*(batch.column(name).to_pylist() for name in names), strict=True))
