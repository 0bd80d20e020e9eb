"""``mesococktail head``, ``verify``, ``rebuild`` and ``backup``: keeping the log whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mesococktail.cli.exits import BROKEN
from mesococktail.cli.kept import kept_options
from mesococktail.cli.output import is_terminal, rows_output
from mesococktail.cli.shared import example, log_options, needed, open_log, say, with_log
from mesococktail.cli.text import plain
from mesococktail.errors import counted

if TYPE_CHECKING:
    from mesococktail.cli.kept import Kept
    from mesococktail.cli.output import Output
    from mesococktail.log import PrescriptionLog


@click.command(
    "head",
    epilog=example("mesococktail head --db clinic.db", "mesococktail head --append heads.txt --db clinic.db"),
)
@with_log(write=False)
@click.option(
    "--append",
    "path",
    type=click.Path(readable=False),
    metavar="FILE",
    help="Note it at the end of this file as well, which is made if there is none.",
)
def head_command(log: PrescriptionLog, path: str | None) -> None:
    """Print the head of the log: kept elsewhere, it proves everything up to now.

    --append notes time, clinic, log and the whole head in a line of a file that should be elsewhere: on a
    stick, or in a folder of another machine. The same head is noted once a day. "mesococktail verify
    --heads FILE" checks every line of it.
    """
    if path is not None:
        from mesococktail.log.heads import append_head

        is_new = append_head(log, path)
        if is_terminal(sys.stderr):  # a clock that calls this every day has nothing to hear
            say(f"noted in {plain(path)}" if is_new else f"noted in {plain(path)} already today")
    click.echo(str(log.head()))


_FINDING = ("severity", "code", "path", "message")


@click.command("verify", epilog=example("mesococktail verify --db clinic.db"))
@log_options(write=False)
@kept_options
@rows_output
@click.pass_context
def verify_command(ctx: click.Context, db: str | None, kept: Kept, output: Output) -> None:
    """Check that nothing in the log was changed or lost.

    Prints what does not fit, and exits with 5 when there is any; says what was erased by law, by whom and
    on what authority. A log cannot know that its end was cut off or that the whole was written anew: a
    receipt that was kept elsewhere can. Nor can it know who added an entry: a signature can.
    """
    with _opened(db) as log:
        sound = _verified(log, kept, output)
    if not sound:
        ctx.exit(BROKEN)


def _verified(log: PrescriptionLog, kept: Kept, output: Output) -> bool:
    checked = kept.check(log)
    output.rows(
        (
            {
                "severity": one.severity.name.lower(),
                "code": one.code,
                "path": one.path,
                "message": one.message,
            }
            for one in checked.findings
        ),
        _FINDING,
    )
    for one in log.erasures():
        by = one.recorded_by or "somebody who did not say"
        say(
            f"erased: {one.kind} {one.id} on {one.recorded_at:%Y-%m-%d} by {by}: {one.reason}; "
            f"on the authority of: {one.authority}"
        )
    if checked.findings:
        count = counted(len(checked.findings), "finding")
        say(f"Error: {count}; keep the file as it is, and restore the newest backup")
        return False
    if kept.heads is not None:
        say(f"in it as they were kept: {checked.against}")
    say(f"sound: {len(log)} entries, head {log.head()}")
    return True


def _opened(db: str | None) -> PrescriptionLog:
    """Open the log for writing where it can be, or else for reading.

    Only who may write can tidy up after a writer that was cut off, or note a backup.
    """
    from mesococktail.errors import LogReadOnlyError, LogVersionError

    try:
        return open_log(needed(db), read_only=False)
    except (LogReadOnlyError, LogVersionError):
        return open_log(needed(db), read_only=True)


@click.command("rebuild", epilog=example("mesococktail rebuild --db clinic.db"))
@log_options(write=True)
def rebuild_command(db: str | None, recorded_by: str | None) -> None:
    """Derive the tables that people query anew. The log itself is only read.

    A log that an earlier version made gets today's tables.
    """
    from mesococktail.log import PrescriptionLog

    path = needed(db)
    count = PrescriptionLog.upgrade(path)
    with open_log(path, read_only=False, recorded_by=recorded_by) as log:
        say(f"derived anew from {count or log.rebuild()} entries")
        click.echo(str(log.head()))


@click.command("backup", epilog=example("mesococktail backup copy.db --db clinic.db"))
@click.argument("path", type=click.Path(readable=False))
@log_options(write=False)
def backup_command(db: str | None, path: str) -> None:
    """Copy the log while it is in use.

    The copy is made at PATH and verified; its head is printed. The log notes where, so that an erasure can
    say which copies hold the text still; one that cannot be written is copied all the same.
    """
    with _opened(db) as log:
        head = log.backup(path)
    say(f"{path} holds {head.seq} entries, verified")
    click.echo(str(head))
