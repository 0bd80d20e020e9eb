"""The library that writes Parquet and CSV, loaded only where something is exported or merged."""

from __future__ import annotations

from typing import Any

from mesococktail.errors import LogUseError


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
        raise LogUseError(
            "tables are exported by the package pyarrow", cure="pip install 'mesococktail[research]'"
        ) from None
    return pa
