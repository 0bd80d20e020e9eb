"""``mesococktail study``: one command for each question that the research package declares."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.conditions import COMPLETED, study_of, study_options
from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import example, say
from mesococktail.research import QUESTIONS, Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.cli.output import Output
    from mesococktail.cli.shared import Command
    from mesococktail.research import Option


class _Questions(click.Group):
    """A group with a command for each question, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return [question.command for question in QUESTIONS.values()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        found = [question for question in QUESTIONS.values() if question.command == cmd_name]
        return _command(found[0]) if found else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.NoSuchCommand(args[0], possibilities=known, ctx=ctx)
        return super().resolve_command(ctx, args)


@click.group(
    "study", cls=_Questions, epilog=example("mesococktail study combinations --db clinic.db --level roles")
)
def study_command() -> None:
    """Ask what was used, at which doses, and what came of it.

    Each question has its own help. Of a clinic's own log answers are exact, and not for publication,
    unless --suppress-below is given. --db may also be a folder of exports, or a merged file of them:
    there counts of few are always suppressed.
    """


@cache
def _command(question: Question) -> click.Command:
    def ask(
        output: Output,
        *,
        sql: bool,
        **options: Any,  # noqa: ANN401  # the options of the study and of the question
    ) -> None:
        chosen = {option.name: options.pop(f"option_{option.name}") for option in question.options}
        with study_of(**options) as study:
            answer = study.ask(question.name, **chosen)
            if sql:
                click.echo(";\n\n".join(answer.sql) + ";")
            else:
                output.rows(answer.texts, tuple(column.name for column in answer.columns))
        for note in answer.notes:
            say(note)

    made: Command = rows_output(ask)
    made = click.option("--sql", is_flag=True, help="Print what counted, instead of the rows.")(made)
    made = study_options(made)
    for option in reversed(question.options):
        made = _option(option)(made)
    columns = "\n".join(
        f"{column.name}: {column.meaning}" + (f" [{column.unit}]" if column.unit else "")
        for column in question.columns
    )
    shown = example(f"mesococktail study {question.command} --db clinic.db --csv")
    about = f"{question.summary}\n\n\b\nCounts {question.counted}. Columns:\n{columns}"
    return click.command(question.command, help=about, epilog=shown)(made)


def _option(option: Option) -> Callable[[Command], Command]:
    kind: Any = str
    if option.choices:
        kind = click.Choice(option.choices)
    elif option.least is not None and option.most is not None:
        kind = click.IntRange(option.least, option.most)
    return click.option(
        f"--{option.name.replace('_', '-')}",
        f"option_{option.name}",
        type=kind,
        default=option.default,
        show_default=option.default is not None,
        help=option.meaning,
        shell_complete=COMPLETED.get(option.name),
    )
