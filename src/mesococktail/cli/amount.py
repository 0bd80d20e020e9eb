"""``mesococktail amount``: how a text is read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.exits import INVALID, Failure
from mesococktail.cli.shared import example

if TYPE_CHECKING:
    from mesococktail.amounts import Amount

_NEGATIVE = re.compile(r"[-]\s*[.,]?[0-9].*", re.DOTALL)


class _AmountCommand(click.Command):
    """Takes a text like ``-5 mg`` for what it is, rather than for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put what looks like a negative amount behind the options."""
        amounts = [arg for arg in args if _NEGATIVE.fullmatch(arg)]
        if amounts and "--" not in args:
            args = [*(arg for arg in args if arg not in amounts), "--", *amounts]
        return super().parse_args(ctx, args)


@click.command(
    "amount",
    cls=_AmountCommand,
    epilog=example('mesococktail amount "200 mg/10 mL"', 'mesococktail amount "0.05 % w/v" --json'),
)
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="As JSON, a refusal as well.")
def amount_command(text: str, *, as_json: bool) -> None:
    """Show how a text is read as an amount: or why it is refused, with exit code 3."""
    from mesococktail.amounts import Amount, refusal_of  # not needed for help

    refusal = refusal_of(text)
    if refusal is None:
        reading = _reading(Amount.parse(text), text)
        said = "\n".join(f"{name + ':':<11}{value}" for name, value in reading.items() if value is not None)
        click.echo(json.dumps(reading, ensure_ascii=False) if as_json else said)
        return
    if as_json:
        refused: dict[str, Any] = {
            "text": text,
            "refused": refusal.code,
            "reason": refusal.reason,
            "cure": refusal.cure,
            "suggestion": refusal.suggestion,
        }
        click.echo(json.dumps(refused, ensure_ascii=False))
    from mesococktail.errors import AmountError

    raise Failure(str(AmountError(refusal.reason, got=text, cure=refusal.cure)), INVALID)


def _reading(amount: Amount, text: str) -> dict[str, str | None]:
    from mesococktail.amounts.vocabulary import UNITS

    units = (unit.code for unit in UNITS.values() if unit.dimension is amount.dimension and unit.base)
    base = type(amount)(amount.base, next(units, amount.unit))
    value, _, unit = amount.stored.partition(" ")
    return {
        "text": text,
        "read as": str(amount),
        "dimension": amount.dimension.value,
        "value": value,
        "UCUM": unit,
        "base": base.stored,
    }
