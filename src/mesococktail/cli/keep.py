"""``mesococktail verify``, ``rebuild`` and ``backup``: keeping the log whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.exits import BROKEN
from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import example, log_options, needed, open_log, say, with_log
from mesococktail.errors import counted

if TYPE_CHECKING:
    from mesococktail.cli.output import Output
    from mesococktail.log import PrescriptionLog


def _receipt(_: click.Context, __: click.Parameter, value: Any) -> Any:  # noqa: ANN401  # one text, or several
    """Refuse a receipt that was mistyped before the log is read."""
    from mesococktail.errors import MesococktailError  # not needed for help
    from mesococktail.log import Receipt

    for text in (value,) if isinstance(value, str) else value or ():
        try:
            Receipt.parse(text)
        except MesococktailError as error:
            raise click.BadParameter(str(error)) from None
    return value


_FINDING = ("severity", "code", "path", "message")


@click.command("verify", epilog=example("mesococktail verify --db clinic.db"))
@with_log(write=False)
@click.option(
    "--head", metavar="RECEIPT", callback=_receipt, help="A head kept elsewhere, which the log must contain."
)
@click.option(
    "--receipt",
    "receipts",
    multiple=True,
    metavar="RECEIPT",
    callback=_receipt,
    help="Likewise. May be repeated.",
)
@click.option(
    "--keys",
    type=click.Path(readable=False),
    metavar="FILE",
    help="Public keys kept elsewhere, a line for each: every entry must be signed by one of them.",
)
@click.option(
    "--signed-from",
    type=click.IntRange(1),
    default=1,
    metavar="SEQ",
    help="With --keys: the first entry that must be signed.",
)
@rows_output
@click.pass_context
def verify_command(
    ctx: click.Context,
    log: PrescriptionLog,
    head: str | None,
    receipts: tuple[str, ...],
    keys: str | None,
    signed_from: int,
    output: Output,
) -> None:
    """Check that nothing in the log was changed or lost.

    Prints what does not fit, and exits with 5 when there is any; says what was erased by law, by whom and
    on what authority. A log cannot know that its end was cut off or that the whole was written anew: a
    receipt that was kept elsewhere can. Nor can it know who added an entry: a signature can.
    """
    from mesococktail.log import read_keys

    known = None if keys is None else read_keys(keys)
    found = log.verify(head=head, receipts=receipts, keys=known, signed_from=signed_from)
    output.rows(
        (
            {
                "severity": one.severity.name.lower(),
                "code": one.code,
                "path": one.path,
                "message": one.message,
            }
            for one in found
        ),
        _FINDING,
    )
    for one in log.erasures():
        by = one.recorded_by or "somebody who did not say"
        say(
            f"erased: {one.kind} {one.id} on {one.recorded_at:%Y-%m-%d} by {by}: {one.reason}; "
            f"on the authority of: {one.authority}"
        )
    if found:
        say(f"Error: {counted(len(found), 'finding')}; keep the file as it is, and restore the newest backup")
        ctx.exit(BROKEN)
    say(f"sound: {len(log)} entries, head {log.head()}")


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
    from mesococktail.errors import LogReadOnlyError, LogVersionError

    try:
        log = open_log(needed(db), read_only=False)
    except (LogReadOnlyError, LogVersionError):
        log = open_log(needed(db), read_only=True)
    with log:
        head = log.backup(path)
    say(f"{path} holds {head.seq} entries, verified")
    click.echo(str(head))
