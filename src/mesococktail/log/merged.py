"""A SQLite file that holds the tables of many exports: made once, then only read. It is no log."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from mesococktail.log.connection import new_file, sync
from mesococktail.log.told import running, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import Any

MERGED_ID = 0x6D65736D
"""``mesm``, in the header of every merged file."""


@contextmanager
def filling(
    path: Path, schema: str, indexes: str
) -> Iterator[Callable[[str, list[tuple[object, ...]]], None]]:
    """Make a file with those tables, and yield what inserts some rows; nothing is left of it if that fails.

    Raises:
        LogError: There is a file already, or it cannot be written.
    """
    with new_file(path), told(path):
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(schema)
            connection.execute("BEGIN")

            def insert(table: str, rows: list[tuple[object, ...]]) -> None:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

            yield insert
            connection.execute(f"PRAGMA application_id = {MERGED_ID}")
            connection.execute("COMMIT")
            connection.executescript(indexes)
            connection.execute("ANALYZE")
        sync(path)


def is_merged(path: Path) -> bool:
    """Whether there is a merged file at *path*, as its header says."""
    try:
        with path.open("rb") as stream:
            header = stream.read(72)
    except (OSError, ValueError):
        return False
    return int.from_bytes(header[68:], "big") == MERGED_ID


@contextmanager
def reading(path: Path) -> Iterator[Callable[..., Iterable[tuple[Any, ...]]]]:
    """Open a merged file for reading, and yield what runs a statement.

    Raises:
        LogError: It cannot be read.
    """
    with told(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        yield running(connection, path)
