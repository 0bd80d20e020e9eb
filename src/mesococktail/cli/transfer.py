"""``mesococktail import`` and ``export``."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesococktail.cli.exits import INVALID, NOT_FOUND, Failure
from mesococktail.cli.output import is_terminal
from mesococktail.cli.shared import example, log_options, needed, open_log, say
from mesococktail.errors import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from mesococktail.log.batch import BatchReport

_LONGEST_LINE = 1_000_000
_LONG_SECONDS = 2
_WHOLE_LOG = b'"mesococktail":"transfer"'
"""In the header of what `export` writes, and in no record."""


@click.command(
    "import",
    epilog=example(
        "mesococktail import prescriptions.jsonl --db clinic.db --on-refused report",
        "mesococktail import clinic.jsonl --restore other.db",
    ),
)
@click.argument("file", type=click.Path(readable=False))
@log_options(write=True, formulary=True)
@click.option("--restore", type=click.Path(), metavar="NEW", help="Make a new log of a whole exported one.")
@click.option(
    "--on-refused",
    type=click.Choice(("stop", "report")),
    default="stop",
    show_default=True,
    help="Stop at the first refused line, or report each and keep the rest.",
)
@click.option("--from-line", type=click.IntRange(1), default=1, metavar="N", help="Go on from this line.")
@click.option("--dry-run", is_flag=True, help="Check every line by itself, and store nothing.")
def import_command(
    file: str,
    db: str | None,
    formulary: str | None,
    recorded_by: str | None,
    restore: str | None,
    on_refused: str,
    from_line: int,
    *,
    dry_run: bool,
) -> None:
    """Import records of any kind, or a whole exported log.

    FILE is "-" for standard input, and JSON lines: of a whole log with --restore, of records without.
    A line is an object with the fields of a record; it may name its own "kind" (such as session;
    prescription when left out), "id" and "recorded_by". What a record points to comes before it.
    Prints the head of the log.
    """
    if restore is not None and (dry_run or from_line > 1):
        raise click.UsageError("--restore takes the whole file: leave --dry-run and --from-line out")
    with _opened(file) as stream:
        if restore is not None:
            _restore(restore, stream)
            return
        with open_log(needed(db), read_only=dry_run, formulary=formulary, recorded_by=recorded_by) as log:
            report = log.append_many(
                _lines(stream, from_line), on_refused=on_refused, progress=_progress(), dry_run=dry_run
            )
    _report(report, from_line, dry_run=dry_run)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    """Open a file for reading; standard input is not closed behind."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  # what is raised while it is read is another matter
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Failure(f"{path}: {why}", NOT_FOUND) from None
    with stream:
        yield stream


def _restore(path: str, file: BinaryIO) -> None:
    from mesococktail.log import PrescriptionLog  # not needed for help

    with PrescriptionLog.restore(path, file) as log:
        say(f"{path} holds {len(log)} entries of {log.clinic}")
        click.echo(str(log.head()))


def _lines(file: BinaryIO, start: int) -> Iterator[bytes]:
    """Yield the lines of a file, empty ones for those to be passed over, so that numbers stay the file's."""
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        whole = line
        while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            # No record is that long: its beginning is refused, and the rest need not be kept.
            line = file.readline(_LONGEST_LINE)
        if number == 1 and _WHOLE_LOG in whole:
            raise click.UsageError("this is a whole exported log: make a new log of it with --restore NEW")
        yield whole if number >= start else b""


def _progress() -> Callable[[int], None] | None:
    """Return what says how far it is, after some seconds, where a person looks on."""
    if not is_terminal(sys.stderr):
        return None
    started = time.monotonic()

    def told(read: int) -> None:
        if time.monotonic() - started > _LONG_SECONDS:
            click.echo(f"\r{read} lines read", err=True, nl=False)

    return told


def _report(report: BatchReport, start: int, *, dry_run: bool) -> None:
    if is_terminal(sys.stderr):
        say("")
    did = "would be written" if dry_run else "written"
    read = max(report.read - start + 1, 0)
    say(f"{counted(read, 'line')} read, {report.appended} {did}, {report.repeated} there already")
    click.echo(str(report.head))
    if report.refused_count:
        lines = [line for refused in report.refused for line in str(refused).split("\n")]
        hidden = report.refused_count - len(report.refused)
        lines += [f"and {hidden} more refused lines"] if hidden else []
        raise Failure("\n".join([*lines, f"refused: {counted(report.refused_count, 'line')}"]), INVALID)
