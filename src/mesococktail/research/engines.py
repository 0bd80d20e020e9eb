"""The engines that count where there are several logs: each a few lines, as all run the same statements."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from itertools import chain
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

from mesococktail.errors import QuestionError
from mesococktail.log.chain import Receipt
from mesococktail.log.merged import reading
from mesococktail.log.names import LOG_BITS
from mesococktail.research.answer import LogRead
from mesococktail.research.source import Link, Picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.lake import Lake
    from mesococktail.research.source import Row

_MEMORY = "600MB"
"""What DuckDB may use before it goes on in temporary files."""
_SLICE = 5000
"""Rows that are fetched at once."""
_TABLE = re.compile(r"\b(?:(?:FROM|JOIN) )(\w+)")
_LOGS = (
    "SELECT l.number, l.name, l.log, l.seq, l.hash, l.made_with, l.pseudonymised, l.left_out "
    "FROM lake_log AS l"
)


def _failed(error: Exception, cure: str) -> QuestionError:
    """Return what an engine says, in its own words; each has errors of its own, and none may get out."""
    first = str(error).strip().split("\n")[0]
    return QuestionError(f"cannot be asked: {first}", path="source", cure=cure)


class LakePicture(Picture):
    """The tables of many logs, as their exports have them. What an engine does differently, it overrides."""

    exact = False
    foreign = True
    cure = "give it the tables of an export, by their names"
    """What helps where the engine cannot answer."""

    def __init__(self, engine: Any) -> None:  # noqa: ANN401  # a connection or session of one of several libraries
        super().__init__()
        self.engine = engine

    def run(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement."""
        rows: Iterable[Row] = self.engine.execute(sql, texts).fetchall()
        return rows

    def rows(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement, as `Picture` says.

        Raises:
            QuestionError: The engine fails; most often it has no such table.
        """
        try:
            return self.run(sql, texts)
        except Exception as error:
            raise _failed(error, self.cure) from error

    @cached_property
    def logs(self) -> tuple[LogRead, ...]:
        """The logs whose exports it holds.

        Raises:
            QuestionError: It holds none, or two with one number.
        """
        read = tuple(
            LogRead(
                number,
                name,
                log,
                Receipt(seq, hashed),
                f"mesococktail {made}",
                bool(pseudonymised),
                tuple(left_out.split(", ")) if left_out else (),
            )
            for number, name, log, seq, hashed, made, pseudonymised, left_out in sorted(
                self.rows(_LOGS), key=itemgetter(0, 2)
            )
        )
        if not read or len({each.number for each in read}) < len(read):
            rule = "holds two exports whose numbers are the same" if read else "holds no export"
            raise QuestionError(rule, path="source", cure="give it one export of each log")
        return read

    def checked(self) -> Self:
        """Return it, once it is sure that it holds exports, and of tables that others keep no others.

        Raises:
            QuestionError: As `logs`; or it has prescriptions of a log that is not among them.
        """
        logs = self.logs
        if self.foreign:
            of_logs = " OR ".join(
                f"p.key BETWEEN {each.number << LOG_BITS} AND {(each.number + 1 << LOG_BITS) - 1}"
                for each in logs
            )
            sql = f"SELECT count(*), count(CASE WHEN {of_logs} THEN 1 END) FROM fact_prescription AS p"
            [(every, known)] = self.rows(sql)
            if known < every:
                raise QuestionError(
                    "has prescriptions of a log that lake_log does not name",
                    path="source",
                    cure="give it whole exports",
                )
        return self

    def linked(self, column: str, alias: str = "e", *, or_none: bool = False) -> Link:  # noqa: ARG002  # as `Picture` says; nothing is joined
        """Return the link itself, as `Picture` says: in an export it is the key."""
        return Link("", column)


class MergedPicture(LakePicture):
    """One SQLite file of many exports; the engine is what runs a statement on it."""

    foreign = False

    def run(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement, and yield its rows as they come."""
        rows: Iterable[Row] = self.engine(sql, texts)
        return rows


class DuckDBPicture(LakePicture):
    """A connection of DuckDB, which has the tables or views of them."""


class FolderPicture(DuckDBPicture):
    """The Parquet files of exports, read by DuckDB; a table is made known when it is first named."""

    foreign = False
    cure = "copy an export with a damaged file once more; if memory or room is short, narrow the question"

    def __init__(self, engine: Any, lake: Lake) -> None:  # noqa: ANN401  # DuckDB's connection
        super().__init__(engine)
        self._lake = lake
        self._known: set[str] = set()

    def run(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement over the files."""
        for table in set(_TABLE.findall(sql)) & self._lake.tables.keys() - self._known:
            files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in self._lake.tables[table])
            self.engine.execute(
                f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{files}], union_by_name = true, "
                "hive_partitioning = false)"
            )
            self._known.add(table)
        # In slices: of a large lake not even the rows of one statement are all kept.
        cursor = self.engine.cursor().execute(sql, texts)
        return chain.from_iterable(iter(lambda: self._slice(cursor), []))

    def _slice(self, cursor: Any) -> list[Row]:  # noqa: ANN401  # DuckDB's
        try:
            rows: list[Row] = cursor.fetchmany(_SLICE)
        except Exception as error:
            raise _failed(error, self.cure) from error
        return rows

    def must_be_unchanged(self) -> None:
        """Refuse, as `Picture` says, where an export was replaced: its files are read at each statement."""
        if not self._lake.is_unchanged():
            raise QuestionError(
                "was changed while it was read",
                path="source",
                got=str(self._lake.folder),
                cure="ask once more",
            )


class PostgresPicture(LakePicture):
    """A connection of psycopg 3 to a database that has the tables."""

    marker = "%s"

    def run(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement; without texts to bind, a percent sign in it is no marker."""
        rows: Iterable[Row] = self.engine.execute(sql, texts or None).fetchall()
        return rows


class SparkPicture(LakePicture):
    """A session of Spark that knows the tables, or temporary views of them."""

    def run(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement."""
        return [tuple(row) for row in self.engine.sql(sql, args=list(texts)).collect()]


_CONNECTIONS: dict[tuple[str, str], type[LakePicture]] = {
    ("duckdb", "DuckDBPyConnection"): DuckDBPicture,
    ("psycopg", "Connection"): PostgresPicture,
    ("pyspark", "SparkSession"): SparkPicture,
}


def _picture_of(given: object) -> type[LakePicture] | None:
    """Tell a connection by its class, so that no engine is loaded to find out that it is not in use."""
    for cls in type(given).__mro__:
        found = _CONNECTIONS.get((cls.__module__.lstrip("_").split(".")[0], cls.__name__))
        if found is not None:
            return found
    return None


def is_connection(given: object) -> bool:
    """Whether it is a connection of an engine that we can ask."""
    return _picture_of(given) is not None


@contextmanager
def lake(source: Any) -> Iterator[Picture]:  # noqa: ANN401  # a folder or a connection
    """Take a picture of the exports in a folder or a merged file, or of those that an engine holds.

    Raises:
        LogError: The file cannot be read, or an export in the folder is not whole.
        QuestionError: The folder holds no whole exports, or DuckDB is not installed.
    """
    if isinstance(source, Path) and not source.is_dir():
        with reading(source) as run:
            yield MergedPicture(run).checked()
        return
    if isinstance(source, Path):
        from mesococktail.lake import Lake  # a connection needs none of it

        found = Lake.open(source)
        with TemporaryDirectory() as overflow, closing(_duckdb(overflow)) as connection:
            yield FolderPicture(connection, found).checked()
        return
    kind = _picture_of(source)
    assert kind is not None  # noqa: S101  # a study has looked
    with _snapshot(source, kind):
        yield kind(source).checked()


@contextmanager
def _snapshot(engine: Any, kind: type[LakePicture]) -> Iterator[None]:  # noqa: ANN401  # as above
    """Let all statements see the same rows, where an engine has transactions and none is open."""
    if kind is not PostgresPicture or engine.info.transaction_status.name != "IDLE":
        yield
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(engine.transaction())
            engine.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        except Exception as error:
            raise _failed(error, kind.cure) from error
        yield


def _duckdb(overflow: str) -> Any:  # noqa: ANN401  # DuckDB's connection
    try:
        import duckdb
    except ImportError:
        raise QuestionError(
            "the exports of a folder are read by the package duckdb",
            path="source",
            cure="pip install 'mesococktail[research]'",
        ) from None
    return duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "temp_directory": overflow,
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
        }
    )
