"""A look at the tables of a log without the library behind them, for commands where every millisecond shows.

The same checks as `PrescriptionLog.open` are made; only what they compare with was computed beforehand.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesococktail.log.connection import open_file, told
from mesococktail.log.schema import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike

FINGERPRINT = "46dd2be144758c0968c5d82e4236436bf8a601b79d702de630af5e962d9ec400"
"""Of the layout that this version makes; a test holds it to `expected_fingerprint`."""


@contextmanager
def glance(path: str | PathLike[str]) -> Iterator[Callable[[str, Sequence[object]], list[tuple[Any, ...]]]]:
    """Open the log at *path* for reading; yield what runs a statement and returns all of its rows.

    Raises:
        LogError: What `PrescriptionLog.open` raises.
    """
    connection = open_file(Path(path), read_only=True)
    try:
        with told(connection.path):
            found = fingerprint(connection.sqlite)
        if found != FINGERPRINT:
            # Let the one place that knows the layout say what is wrong with it, if anything is.
            from mesococktail.log.log import PrescriptionLog  # noqa: PLC0415  # loads everything

            PrescriptionLog.open(path, read_only=True).close()
        connection.restrict()
        yield connection.rows
    finally:
        connection.close()
