"""Writing the tables of one log for research."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import QuestionError
from mesococktail.lake.dictionary import write_beside
from mesococktail.lake.folder import new_folder
from mesococktail.lake.library import arrow
from mesococktail.lake.pseudonyms import Pseudonyms
from mesococktail.lake.rows import MADE_WITH, LogSaid, chunks
from mesococktail.lake.tables import LAKE_TABLES, number_of_log
from mesococktail.lake.veil import Veil
from mesococktail.lake.writing import CSV, FORMATS, PARQUET, Writer
from mesococktail.log.copying import copied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.lake.rows import Chunk, Run
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
    arrow()
    with copied(path) as tables, tables.snapshot() as run:
        veil = None
        said = LogSaid(number_of_log(bytes.fromhex(tables.id)), tables.id, tables.clinic, tables.head())
        if pseudonymise:
            where = path.with_name(f"{path.name}.pseudonyms") if key is None else Path(key)
            veil = Veil.over(run, Pseudonyms.from_file(where), tuple(leave_out))
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
            rows = 0
            for table in LAKE_TABLES.values():
                written = _Counter(table.name, rows, progress)
                source = _chunks(run, table, said, veil)
                if unfinished.finished(table.name):
                    writer.remember(table, source)
                    continue
                unfinished.restart(table.name)
                unfinished.finish(table.name, writer.put(table, source, written.add), written.rows)
                rows += written.rows
            write_beside(unfinished.folder, scripts=format == CSV)
            files = sum(map(len, unfinished.files.values()))
    return Export(Path(folder), rows, files, said)


def _chunks(run: Run, table: LakeTable, said: LogSaid, veil: Veil | None) -> Iterator[Chunk]:
    if veil is None:
        return chunks(run, table, said)
    return veil.chunks(run, table, said)


@attrs.define
class _Counter:
    """Counts the rows of a table, and says how far it is."""

    table: str
    before: int
    progress: Callable[[str, int], None] | None
    rows: int = 0

    def add(self, rows: int) -> None:
        """Count more rows."""
        self.rows += rows
        if self.progress is not None:
            self.progress(self.table, self.before + self.rows)
