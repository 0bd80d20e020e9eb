"""Logs of earlier versions: their entries are read as they are; their tables are derived anew.

The log tables are the same in every version, so nothing of a record is ever migrated. What people query is
made from them, in the file itself when it is upgraded, or in a copy when it is only read.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mesococktail.errors import LogVersionError
from mesococktail.log.connection import create_file, open_file
from mesococktail.log.diary import INFO, note
from mesococktail.log.layout import renew_layout
from mesococktail.log.rebuild import rebuild
from mesococktail.log.schema import EARLIER, fingerprint
from mesococktail.log.told import told

if TYPE_CHECKING:
    from mesococktail.formulary import Formulary
    from mesococktail.log.connection import Connection
    from mesococktail.log.file import LogFile

    Log = TypeVar("Log", bound=LogFile)


def upgrade(path: Path) -> int:
    """Give a log of an earlier version today's tables; see `PrescriptionLog.upgrade`."""
    with closing(open_file(path, read_only=False)) as connection:
        with told(path):
            earlier = fingerprint(connection.sqlite) in EARLIER
            # Tables that point to each other are dropped and made anew within the transaction.
            connection.sqlite.execute("PRAGMA foreign_keys = OFF")
        if not earlier:
            return 0
        with connection.writing() as sqlite:
            renew_layout(sqlite)
            count = rebuild(sqlite)
    note(INFO, "upgraded: tables derived anew from %s entries", count)
    return count


def read_earlier(cls: type[Log], connection: Connection, formulary: Formulary | None) -> Log:
    """Return a read-only log with today's tables, made in a temporary copy that goes when it is closed.

    Raises:
        LogVersionError: The log was opened for writing.
    """
    if not connection.read_only:
        raise LogVersionError(
            "was made by an earlier version, and its tables are to be derived anew before it is written",
            got=str(connection.path),
            cure=f"mesococktail rebuild --db {connection.path}",
        )
    folder = tempfile.TemporaryDirectory(prefix="mesococktail-")
    try:
        path = Path(folder.name) / connection.path.name
        create_file(path)
        with told(path), closing(sqlite3.connect(path, isolation_level=None)) as copy:
            connection.sqlite.backup(copy)
        upgrade(path)
        log = cls.open(path, read_only=True, formulary=formulary)
    except BaseException:
        folder.cleanup()
        raise
    log.keep_until_closed(folder)
    return log
