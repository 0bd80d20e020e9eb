"""The four engines that must give the same answers, each holding the exports of the same chain of clinics."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mesococktail.lake import Lake, merge
from mesococktail.research import Study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

PARQUET, CSV = "parquet", "csv"
"""Folders of the exports, below the folder of a chain."""
_NOT_ROOT = "postgres"
"""The account that Debian's package makes: the server refuses to run as root."""


class NotHereError(Exception):
    """An engine is not installed; its message says what is missing."""


@contextmanager
def sqlite(chain: Path) -> Iterator[Study]:
    """All exports merged into one file, read by SQLite alone."""
    path = chain / "merged.db"
    if not path.exists():
        merge(chain / PARQUET, path)
    yield Study(path)


@contextmanager
def duckdb(chain: Path) -> Iterator[Study]:
    """The Parquet files as they are."""
    yield Study(chain / PARQUET)


@contextmanager
def postgres(chain: Path) -> Iterator[Study]:
    """A server of our own on a socket, loaded with ``COPY`` from the CSV exports by their own scripts."""
    try:
        import psycopg
    except ImportError:
        raise NotHereError("psycopg is not installed") from None
    with server() as dsn:
        folders = sorted(path for path in (chain / CSV).iterdir() if path.is_dir())
        psql(dsn, folders[0], "schema.sql")
        for folder in folders:
            psql(dsn, folder, "load.sql")
        psql(dsn, folders[0], "indexes.sql")
        with psycopg.connect(dsn) as connection:
            connection.execute("ANALYZE")
            connection.commit()
            yield Study(connection)


def psql(dsn: str, folder: Path, script: str) -> None:
    """Run a script as a person would."""
    command = ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--dbname", dsn, "--file", script]
    subprocess.run(command, cwd=folder, check=True)


@contextmanager
def server() -> Iterator[str]:
    """Start PostgreSQL on a socket in a temporary folder, and stop it; yield how to connect."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        raise NotHereError("the server of PostgreSQL is not installed")
    programs = found[-1].parent
    root = os.geteuid() == 0
    as_user = ["runuser", "-u", _NOT_ROOT, "--"] if root else []
    with TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        if root:
            shutil.chown(folder, _NOT_ROOT)
        data = folder / "data"
        _run(
            [
                *as_user,
                programs / "initdb",
                "-D",
                data,
                "-U",
                "tester",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
            ]
        )
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{folder}'",
            "fsync": "off",
            "shared_buffers": "512MB",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        _run([*as_user, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"])
        try:
            yield f"host={folder} user=tester dbname=postgres"
        finally:
            _run([*as_user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"])


def _run(command: list[Any]) -> None:
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def spark(chain: Path) -> Iterator[Study]:
    """Spark in this process's own machine, reading the Parquet files."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise NotHereError("pyspark is not installed") from None
    if shutil.which("java") is None:
        raise NotHereError("Java is not installed")
    builder = SparkSession.builder.master("local[2]").appName("mesococktail")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "4g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        for table, files in Lake.open(chain / PARQUET).tables.items():
            rows = session.read.parquet(*map(str, files)).coalesce(2)
            # Asked some hundred times, so that reading the files each time would take most of it.
            rows.cache().createOrReplaceTempView(table)
        yield Study(session)
    finally:
        session.stop()


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Study]]] = {
    "SQLite": sqlite,
    "DuckDB": duckdb,
    "PostgreSQL": postgres,
    "Spark": spark,
}
