"""What was kept outside the log, and what a log is held against: heads, receipts, public keys."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mesococktail.cli.text import plain
from mesococktail.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cli.shared import Command
    from mesococktail.findings import Finding
    from mesococktail.log import PrescriptionLog


class Kept(NamedTuple):
    """What was given on the command line."""

    head: str | None
    receipts: tuple[str, ...]
    heads: str | None
    """A file of heads."""
    keys: str | None
    """A file of public keys."""
    signed_from: int

    def check(self, log: PrescriptionLog) -> Checked:
        """Verify the whole log, and hold it against what was kept."""
        from mesococktail.log import Receipt, read_keys
        from mesococktail.log.heads import read_heads

        noted = [] if self.heads is None else read_heads(log, self.heads)
        single = [*self.receipts, *([] if self.head is None else [self.head])]
        findings = log.verify(
            receipts=[*single, *(one.receipt for one in noted)],
            keys=None if self.keys is None else read_keys(self.keys),
            signed_from=self.signed_from,
        )
        said = [counted(len(single), "receipt")] if single else []
        if noted:
            days = f"noted from {noted[0].at:%Y-%m-%d} to {noted[-1].at:%Y-%m-%d}"
            said.append(f"{counted(len(noted), 'head')} of {plain(self.heads or '')}, {days}")
        reached = max((Receipt.parse(one).seq for one in single), default=0)
        reached = max((reached, *(one.receipt.seq for one in noted)))
        return Checked(findings, " and ".join(said), reached)


class Checked(NamedTuple):
    """What came of it."""

    findings: list[Finding]
    against: str
    """What was kept, in words; empty where nothing was given."""
    reached: int
    """The newest entry that something kept elsewhere speaks of."""


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


def _options() -> Iterator[Command]:
    yield click.option(
        "--head",
        metavar="RECEIPT",
        callback=_receipt,
        help="A head kept elsewhere, which the log must contain.",
    )
    yield click.option(
        "--receipt",
        "receipts",
        multiple=True,
        metavar="RECEIPT",
        callback=_receipt,
        help="Likewise. May be repeated.",
    )
    yield click.option(
        "--heads",
        type=click.Path(readable=False),
        metavar="FILE",
        help='Likewise: every line that "mesococktail head --append" noted in this file.',
    )
    yield click.option(
        "--keys",
        type=click.Path(readable=False),
        metavar="FILE",
        help="Public keys kept elsewhere, a line for each: every entry must be signed by one of them.",
    )
    yield click.option(
        "--signed-from",
        type=click.IntRange(1),
        default=1,
        metavar="SEQ",
        help="With --keys: the first entry that must be signed.",
    )


def kept_options(command: Command) -> Command:
    """Give a command the options, and what they say as `Kept` by the name of ``kept``."""

    @wraps(command)
    def holding(*args: Any, **options: Any) -> Any:  # noqa: ANN401  # the command's own
        kept = Kept(*(options.pop(name) for name in Kept._fields))
        return command(*args, kept=kept, **options)

    made: Command = holding
    for option in reversed(list(_options())):
        made = option(made)
    return made
