"""One SQLite file of many exports, for whoever has nothing but Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.errors import LogBrokenError
from mesococktail.lake.dictionary import indexes_sql, schema_sql
from mesococktail.lake.folder import path_given
from mesococktail.lake.lake import Lake
from mesococktail.lake.library import arrow
from mesococktail.lake.tables import LAKE_TABLES
from mesococktail.log.merged import filling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike
    from pathlib import Path


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
    with filling(path_given(path, "path"), schema_sql(), indexes_sql()) as insert:
        for table, files in lake.tables.items():
            for file in files:
                for rows in _rows(pa, file, LAKE_TABLES[table].names):
                    insert(table, rows)
                    total += len(rows)
                    if progress is not None:
                        progress(table, total)
    return total


def _rows(pa: Any, file: Path, names: tuple[str, ...]) -> Iterator[list[tuple[object, ...]]]:  # noqa: ANN401  # pyarrow ships no types
    try:
        for batch in pa.parquet.ParquetFile(file).iter_batches(columns=list(names)):
            yield list(zip(*(batch.column(name).to_pylist() for name in names), strict=True))
    except (pa.ArrowException, OSError, ValueError, KeyError):
        raise LogBrokenError(
            "is damaged", got=str(file), cure="copy the export once more, or make it anew"
        ) from None
