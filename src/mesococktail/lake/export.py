"""Writing the tables of one log for research."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import LogUseError, QuestionError
from mesococktail.lake.dictionary import write_beside
from mesococktail.lake.folder import Unfinished, new_folder, path_given
from mesococktail.lake.library import arrow, batches_of, reader
from mesococktail.lake.pseudonyms import Pseudonyms
from mesococktail.lake.rows import MADE_WITH, LogSaid, batches
from mesococktail.lake.tables import LAKE_TABLES, number_of_log
from mesococktail.lake.veil import Veil, left_out_given
from mesococktail.lake.writing import CSV, FORMATS, PARQUET, Writer
from mesococktail.log.copying import copied
from mesococktail.log.recorder import author_of

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
        leave_out: Of ``sex``, ``birth_year``, ``indication`` and ``stage`` those that a pseudonymised export
            does not have.
        replace: Whether an export that is there already is replaced.
        progress: Told the table and how many rows of all were written.

    Raises:
        LogError: The log cannot be read, or the folder not be written.
        ExportError: Too few patients are alike for their pseudonyms to protect them.
        QuestionError: There is no such format or column, or something is not what it should be.
        RecordError: *clinic_as* is not a short name.
    """
    if format not in FORMATS:
        raise QuestionError(
            "is not a format", path="format", got=format, cure=f"choose {' or '.join(FORMATS)}"
        )
    path, place, left = _path_of(log), path_given(folder, "folder"), left_out_given(leave_out)
    key_at = None if key is None else path_given(key, "key")
    name = author_of(clinic_as, "clinic_as")
    if not pseudonymise and (key_at or name or left):
        raise QuestionError(
            "belongs to a pseudonymised export",
            path="key, clinic_as, leave_out",
            cure="pseudonymise as well",
        )
    if pseudonymise and key_at is None:
        key_at = _beside(log, path)
    arrow(), reader()
    with copied(path) as (tables, copy):
        veil = None
        said = LogSaid(number_of_log(bytes.fromhex(tables.id)), tables.id, tables.clinic, tables.head())
        if key_at is not None:
            veil = Veil.over(tables.rows, Pseudonyms.from_file(key_at).of_log(tables.id, left), left)
            said = attrs.evolve(veil.log(said, name), left_out=tuple(sorted(left)))
        made_of = {
            "clinic": said.name,
            "clinic_number": said.number,
            "log": said.log,
            "head": f"{said.head.seq}-{said.head.hash}",
            "made_with": MADE_WITH,
            "format": format,
            "pseudonymised": pseudonymise,
            "left_out": list(said.left_out),
        }
        with new_folder(place, made_of, replace=replace) as unfinished:
            writer = Writer(unfinished.folder, said.name, format)
            _Work(copy, said, veil, writer, unfinished, _Counter(progress)).done()
            write_beside(unfinished.folder, scripts=format == CSV)
            files = sum(map(len, unfinished.files.values()))
    return Export(place, sum(unfinished.rows.values()), files, said)


def _path_of(log: object) -> Path:
    if isinstance(log, str | PathLike):
        return path_given(log, "log")
    from mesococktail.log import PrescriptionLog  # a path needs none of it

    if not isinstance(log, PrescriptionLog):
        raise QuestionError("must be a log, or where one is", path="log", got=log)
    return log.path


def _beside(log: str | PathLike[str] | PrescriptionLog, path: Path) -> Path:
    """Return where the key is when nobody said: beside the log, where it is there next time."""
    if getattr(log, "temporary", False):
        raise LogUseError(
            "the log is read in a temporary copy, and its key would be lost with it",
            path="key",
            cure="say where the key is to be kept: key=FILE",
        )
    return path.with_name(f"{path.name}.pseudonyms")


_LONGEST = {name: place for place, name in enumerate(("fact_prescription", "fact_session"))}


@attrs.frozen
class _Work:
    """Writes every table, two at a time: reading and packing are done by libraries that let others run."""

    copy: Path
    said: LogSaid
    veil: Veil | None
    writer: Writer
    unfinished: Unfinished
    counter: _Counter

    def done(self) -> None:
        """Write what is not written yet."""
        # The longest first, so that nothing waits for them.
        tables = sorted(LAKE_TABLES.values(), key=lambda table: _LONGEST.get(table.name, len(_LONGEST)))
        with ThreadPoolExecutor(2) as pool:
            # What belongs to a record has the record's year, so the records go first.
            for some in (
                [t for t in tables if t.parent is None],
                [t for t in tables if t.parent is not None],
            ):
                for table, paths in pool.map(self._written, some):
                    if paths is not None:
                        self.unfinished.finish(table.name, paths, self.counter.rows[table.name])

    def _written(self, table: LakeTable) -> tuple[LakeTable, list[Path] | None]:
        with batches_of(self.copy) as run:
            found = batches(run, table, self.said)
            veiled = found if self.veil is None else self.veil.batches(table, found, self.said)
            counted = self.counter.over(table.name, veiled)
            if self.unfinished.finished(table.name):
                self.writer.remember(table, counted)
                return table, None
            self.unfinished.restart(table.name)
            return table, self.writer.put(table, counted)


@attrs.define
class _Counter:
    """Counts rows, and says how far it is."""

    progress: Callable[[str, int], None] | None
    rows: Counter[str] = attrs.field(factory=Counter)
    """Of each table."""
    _lock: Lock = attrs.field(factory=Lock)

    def over(self, table: str, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield the same batches, counted."""
        for batch in batches:
            with self._lock:
                self.rows[table] += len(batch)
                if self.progress is not None:
                    self.progress(table, self.rows.total())
            yield batch
