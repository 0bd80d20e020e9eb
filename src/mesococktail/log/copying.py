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

_FAST = ("synchronous = OFF", "journal_mode = OFF", "locking_mode = EXCLUSIVE")
"""A copy that is thrown away need not survive a power cut."""


@contextmanager
def copied(path: Path) -> Iterator[tuple[Tables, Path]]:
    """Copy the log at *path*, a few pages at a time; yield the tables of the copy, and where it is.

    Raises:
        LogError: The log cannot be read, or is of a layout whose tables are not those of today.
    """
    with TemporaryDirectory(prefix="mesococktail-") as folder:
        copy = Path(folder) / "copy.db"
        with (
            closing(open_file(path, read_only=True)) as source,
            told(path),
            closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            for setting in _FAST:
                target.execute(f"PRAGMA {setting}")
            source.sqlite.backup(target, pages=PAGES)
        with glance(copy) as tables:
            if not isinstance(tables, Tables):
                raise LogVersionError(
                    "has the tables of an earlier version",
                    got=str(path),
                    cure=f"mesococktail rebuild --db {path}",
                )
            yield tables, copy
