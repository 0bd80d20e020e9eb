"""A copy of a log, read at leisure and thrown away, so that a long reading holds up nobody who writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mesococktail.errors import LogVersionError
from mesococktail.log.backup import PAGES
from mesococktail.log.connection import open_file
from mesococktail.log.glance import Tables, glance
from mesococktail.log.told import told

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def copied(path: Path) -> Iterator[Tables]:
    """Copy the log at *path*, a few pages at a time, and yield the tables of the copy.

    Raises:
        LogError: The log cannot be read, or is of a layout whose tables are not those of today.
    """
    with TemporaryDirectory(prefix="mesococktail-") as folder:
        copy = Path(folder) / "copy.db"
        with closing(open_file(path, read_only=True)) as source, told(path):
            target = sqlite3.connect(copy)
            try:
                source.sqlite.backup(target, pages=PAGES)
            finally:
                target.close()
        with glance(copy) as tables:
            if not isinstance(tables, Tables):
                raise LogVersionError(
                    "has the tables of an earlier version",
                    got=str(path),
                    cure=f"mesococktail rebuild --db {path}",
                )
            yield tables
