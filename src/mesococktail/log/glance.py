"""A look at the tables of a log without the library behind them, for commands where every millisecond shows.

The same checks as `PrescriptionLog.open` are made; only what they compare with was computed beforehand.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesococktail.log.chain import newest, origin
from mesococktail.log.connection import identity, open_file
from mesococktail.log.schema import FINGERPRINT, fingerprint
from mesococktail.log.told import running, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike

    from mesococktail.log.chain import Receipt
    from mesococktail.log.connection import Connection
    from mesococktail.log.log import PrescriptionLog


class Tables:
    """The tables of one log, open for reading: what questions need, and nothing that records need."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        clinic, log_id, created_at = identity(connection)
        self.clinic = clinic
        self.id = log_id.hex()
        self._origin = origin(clinic, log_id, created_at)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a reading statement at once."""
        return self._connection.rows(sql, parameters)

    def head(self) -> Receipt:
        """Return the newest entry's receipt."""
        return newest(self.rows, self._origin)

    @contextmanager
    def snapshot(self) -> Iterator[Callable[..., Iterable[tuple[Any, ...]]]]:
        """Read several statements in one consistent picture of the file, as `LogFile.snapshot` does."""
        with self._connection.reading() as sqlite:
            yield running(sqlite, self._connection.path)


@contextmanager
def glance(path: str | PathLike[str]) -> Iterator[Tables | PrescriptionLog]:
    """Open the log at *path* for reading.

    Raises:
        LogError: What `PrescriptionLog.open` raises.
    """
    connection = open_file(Path(path), read_only=True)
    with closing(connection):
        with told(connection.path):
            found = fingerprint(connection.sqlite)
        if found == FINGERPRINT:
            connection.restrict()
            yield Tables(connection)
            return
    # Let the one place that knows the layouts say what is wrong with it, if anything is.
    from mesococktail.log.log import PrescriptionLog  # loads everything, and shadows only the annotation

    with PrescriptionLog.open(path, read_only=True) as log:
        yield log
