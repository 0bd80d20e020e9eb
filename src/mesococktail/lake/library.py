"""The libraries that read and write whole tables, loaded only where something is exported or merged."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from mesococktail.errors import LogBrokenError, LogUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Batches = Callable[[str], Iterator[Any]]
    """Runs a statement and yields its rows, as batches of Arrow."""

_ROWS = 65536
_MAPPED = 1 << 40
"""Bytes of the copy that may be mapped into memory: all of it."""


def arrow() -> Any:  # noqa: ANN401  # a module that ships no types
    """Return pyarrow, with its parts for Parquet and CSV.

    Raises:
        LogUseError: It is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.compute
        import pyarrow.csv
        import pyarrow.parquet
    except ImportError:
        raise _missing("pyarrow") from None
    return pa


def reader() -> Any:  # noqa: ANN401  # as above
    """Return the driver that reads tables of SQLite into Arrow.

    Raises:
        LogUseError: It is not installed.
    """
    try:
        from adbc_driver_sqlite import dbapi
    except ImportError:
        raise _missing("adbc-driver-sqlite") from None
    return dbapi


def _missing(package: str) -> LogUseError:
    return LogUseError(
        f"tables are exported by the package {package}", cure="pip install 'mesococktail[research]'"
    )


@contextmanager
def batches_of(copy: Path) -> Iterator[Batches]:
    """Read a copy that nobody else has open: the driver's own SQLite knows nothing of the locks of others.

    Raises:
        LogBrokenError: The copy cannot be read, and so neither can the log.
    """
    uri = f"{copy.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(reader().connect(uri)) as connection:

        def run(sql: str) -> Iterator[Any]:
            try:
                with closing(connection.cursor()) as cursor:
                    cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(_ROWS)})
                    cursor.execute(sql)
                    yield from cursor.fetch_record_batch()
            except (reader().Error, OSError) as error:
                first = str(error).split("\n")[0]
                raise LogBrokenError(f"its tables cannot be read: {first}", cure="verify the log") from None

        for _ in run(f"PRAGMA mmap_size = {_MAPPED}"):
            pass
        yield run
