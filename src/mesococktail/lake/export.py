"""Writing the tables of one log for research."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import QuestionError
from mesococktail.lake.dictionary import write_beside
from mesococktail.lake.folder import Unfinished, new_folder
from mesococktail.lake.library import arrow, batches_of, reader
from mesococktail.lake.pseudonyms import Pseudonyms
from mesococktail.lake.rows import MADE_WITH, LogSaid, batches
from mesococktail.lake.tables import ENTRY, LAKE_TABLES, number_of_log
from mesococktail.lake.veil import Veil
from mesococktail.lake.writing import CSV, FORMATS, PARQUET, Writer
from mesococktail.log.copying import copied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.lake.tables import LakeTable
    from mesococktail.log import PrescriptionLog

__all__ = ("FORMATS", "Export", "export_tables")


@attrs.frozen
class Export:
    """What was exported."""

    folder: Path
    rows: int
    """Of all tables together."""
    files: int
    said: LogSaid
    """What it says of the log."""


def export_tables(  # each is a choice of its own
    log: str | PathLike[str] | PrescriptionLog,
    folder: str | PathLike[str],
    *,
    format: str = PARQUET,  # noqa: A002  # the word that everybody uses
    pseudonymise: bool = False,
    key: str | PathLike[str] | None = None,
    clinic_as: str | None = None,
    leave_out: Iterable[str] = (),
    replace: bool = False,
    progress: Callable[[str, int], None] | None = None,
) -> Export:
    """Export the tables of a log for research, in one consistent picture.

    The log is copied first, so that nobody who writes has to wait. The folder gets its name when it is
    whole; an export that was interrupted is gone on with if the log is the same.

    Args:
        log: The log, or where it is.
        folder: Where the export is to be.
        format: ``parquet``, by clinic and year; ``csv``, with scripts that load it; or ``jsonl``.
        pseudonymise: Rename people and the clinic, shift times, leave free text out; see `Veil`.
        key: File of the key of the pseudonyms, made if it is not there; beside the log when left out.
        clinic_as: What the clinic is to be called in a pseudonymised export.
        leave_out: Of ``sex``, ``birth_year`` and ``indication`` those that a pseudonymised export does
            not have.
        replace: Whether an export that is there already is replaced.
        progress: Told the table and how many rows of all were written.

    Raises:
        LogError: The log cannot be read, or the folder not be written.
        ExportError: Too few patients are alike for their pseudonyms to protect them.
        QuestionError: There is no such format or column.
    """
    if format not in FORMATS:
        raise QuestionError(
            "is not a format", path="format", got=format, cure=f"choose {' or '.join(FORMATS)}"
        )
    path = Path(log if isinstance(log, str | PathLike) else log.path)
    arrow(), reader()
    with copied(path) as (tables, copy):
        veil = None
        said = LogSaid(number_of_log(bytes.fromhex(tables.id)), tables.id, tables.clinic, tables.head())
        if pseudonymise:
            where = path.with_name(f"{path.name}.pseudonyms") if key is None else Path(key)
            veil = Veil.over(tables.rows, Pseudonyms.from_file(where).of_log(tables.id), tuple(leave_out))
            said = veil.log(said, clinic_as)
        elif key is not None or clinic_as is not None or tuple(leave_out):
            raise QuestionError(
                "belongs to a pseudonymised export",
                path="key, clinic_as, leave_out",
                cure="pseudonymise as well",
            )
        made_of = {
            "clinic": said.name,
            "clinic_number": said.number,
            "log": said.log,
            "head": f"{said.head.seq}-{said.head.hash}",
            "made_with": MADE_WITH,
            "format": format,
            "pseudonymised": pseudonymise,
            "left_out": sorted(leave_out),
        }
        with new_folder(Path(folder), made_of, replace=replace) as unfinished:
            writer = Writer(unfinished.folder, said.name, format)
            rows = _Work(copy, said, veil, writer, unfinished, _Counter(progress)).done()
            write_beside(unfinished.folder, scripts=format == CSV)
            files = sum(map(len, unfinished.files.values()))
    return Export(Path(folder), rows, files, said)


_LONGEST = {name: place for place, name in enumerate(("fact_prescription", "fact_session", ENTRY))}


@attrs.frozen
class _Work:
    """Writes every table, two at a time: reading and packing are done by libraries that let others run."""

    copy: Path
    said: LogSaid
    veil: Veil | None
    writer: Writer
    unfinished: Unfinished
    counter: _Counter

    def done(self) -> int:
        """Write what is not written yet; return how many rows there are."""
        # The longest first, so that nothing waits for them.
        tables = sorted(LAKE_TABLES.values(), key=lambda table: _LONGEST.get(table.name, len(_LONGEST)))
        with ThreadPoolExecutor(2) as pool:
            # What belongs to a record has the record's year, so the records go first.
            for some in (
                [t for t in tables if t.parent is None],
                [t for t in tables if t.parent is not None],
            ):
                for table, paths, rows in pool.map(self._written, some):
                    if paths is not None:
                        self.unfinished.finish(table.name, paths, rows)
        return self.counter.rows

    def _written(self, table: LakeTable) -> tuple[LakeTable, list[Path] | None, int]:
        with batches_of(self.copy) as run:
            found = batches(run, table, self.said)
            veiled = found if self.veil is None else self.veil.batches(table, found, self.said)
            counted = self.counter.over(table.name, veiled)
            if self.unfinished.finished(table.name):
                self.writer.remember(table, counted)
                return table, None, 0
            self.unfinished.restart(table.name)
            return table, *self.writer.put(table, counted)


@attrs.define
class _Counter:
    """Counts rows, and says how far it is."""

    progress: Callable[[str, int], None] | None
    rows: int = 0
    _lock: Lock = attrs.field(factory=Lock)

    def over(self, table: str, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield the same batches, counted."""
        for batch in batches:
            with self._lock:
                self.rows += len(batch)
                if self.progress is not None:
                    self.progress(table, self.rows)
            yield batch
