"""``mesococktail verify``, ``rebuild`` and ``backup``: keeping the log whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.exits import BROKEN
from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import example, say, with_log
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
@rows_output
@click.pass_context
def verify_command(
    ctx: click.Context, log: PrescriptionLog, head: str | None, receipts: tuple[str, ...], output: Output
) -> None:
    """Check that nothing in the log was changed or lost.

    Prints what does not fit, and exits with 5 when there is any. A log cannot know that its end was cut
    off or that the whole was written anew: a receipt that was kept elsewhere can.
    """
    found = log.verify(head=head, receipts=receipts)
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
    if found:
        say(f"Error: {counted(len(found), 'finding')}; keep the file as it is, and restore the newest backup")
        ctx.exit(BROKEN)
    say(f"sound: {len(log)} entries, head {log.head()}")


@click.command("rebuild", epilog=example("mesococktail rebuild --db clinic.db"))
@with_log(write=True)
def rebuild_command(log: PrescriptionLog) -> None:
    """Derive the tables that people query anew. The log itself is only read."""
    say(f"derived anew from {log.rebuild()} entries")
    click.echo(str(log.head()))


@click.command("backup", epilog=example("mesococktail backup copy.db --db clinic.db"))
@click.argument("path", type=click.Path(readable=False))
@with_log(write=False)
def backup_command(log: PrescriptionLog, path: str) -> None:
    """Copy the log while it is in use.

    The copy is made at PATH and verified; its head is printed.
    """
    head = log.backup(path)
    say(f"{path} holds {head.seq} entries, verified")
    click.echo(str(head))
