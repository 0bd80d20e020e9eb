"""``mesococktail study``: one command for each question that the research package declares."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.completing import complete_agent, complete_doctor, complete_patient
from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import (
    as_of_option,
    example,
    formulary_of,
    log_as_of,
    log_options,
    needed,
    open_log,
    say,
)
from mesococktail.cli.text import quoted
from mesococktail.research import QUESTIONS, Containing, Question, Study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesococktail.cli.output import Output
    from mesococktail.cli.shared import Command
    from mesococktail.log import PrescriptionLog
    from mesococktail.research import Option

_CONTAINS = re.compile(r"(?:^|,)\s*(agent|class|premise|role|from|to|directly)\s*(?:=|(?=,|$))")
_COMPLETED = {"agent": complete_agent, "doctor": complete_doctor, "patient": complete_patient}
_CONDITIONS = (
    ("--since", "DATE", "First day, month or year; or a moment with its zone."),
    ("--until", "DATE", "Last day, month or year, included whole; or a moment, not included."),
    ("--doctor", "ID", "Prescribed by this doctor."),
    ("--patient", "ID", "Prescribed to this patient."),
    ("--indication", "TERM", "Prescribed for this."),
    ("--technique", "NAME", "chemical or mechanical."),
)


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
    """Ask which combinations, pairs and doses were used.

    Each question has its own help. Answers are exact counts of one clinic, and not for publication.
    """


@contextmanager
def _source(db: str, as_of: str | None) -> Iterator[str | PrescriptionLog]:
    """Yield the path, not an open log: counting needs less of the library than writing."""
    if as_of is None:
        yield db
        return
    with open_log(db, read_only=True) as log, log_as_of(log, as_of) as then:
        yield then


@cache
def _command(question: Question) -> click.Command:
    def ask(
        db: str | None,
        formulary: str | None,
        as_of: str | None,
        output: Output,
        contains: tuple[Containing, ...],
        *,
        containing_agent: str | None,
        transcribed: bool | None,
        include_voided: bool,
        sql: bool,
        **options: Any,  # noqa: ANN401  # the conditions and the options of the question
    ) -> None:
        chosen = {option.name: options.pop(f"option_{option.name}") for option in question.options}
        known = formulary_of(formulary) if formulary else None
        with _source(needed(db), as_of) as source:
            study = Study(source, formulary=known).where(
                agent=containing_agent,
                contains=contains,
                transcribed=transcribed,
                include_voided=include_voided,
                **options,
            )
            answer = study.ask(question.name, **chosen)
            if sql:
                click.echo(";\n\n".join(answer.sql) + ";")
            else:
                output.rows(answer.texts, tuple(column.name for column in answer.columns))
        for note in answer.notes:
            say(note)

    made: Command = as_of_option(rows_output(ask))
    made = click.option("--sql", is_flag=True, help="Print what counted, instead of the rows.")(made)
    made = _conditions(made)
    for option in reversed(question.options):
        made = _option(option)(made)
    made = log_options(write=False, formulary=True)(made)
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
        f"--{option.name}",
        f"option_{option.name}",
        type=kind,
        default=option.default,
        show_default=option.default is not None,
        help=option.meaning,
        shell_complete=_COMPLETED.get(option.name),
    )


def _conditions(command: Command) -> Command:
    made = click.option("--include-voided", is_flag=True, help="Count also what should never have existed.")(
        command
    )
    made = click.option(
        "--transcribed/--not-transcribed",
        default=None,
        help="Only those copied from old charts, or the others.",
    )(made)
    made = click.option(
        "--contains",
        multiple=True,
        metavar="CONDITION",
        callback=_containing,
        help="Has one ingredient on which all of this is true, such as "
        '"agent=minoxidil, role=principal, from=1 mg, to=2.5 mg", "class=vitamin" or "premise=hormonal". '
        "May be repeated.",
    )(made)
    made = click.option(
        "--containing",
        "containing_agent",
        metavar="AGENT",
        shell_complete=complete_agent,
        help="Has this agent in it.",
    )(made)
    for name, metavar, meaning in reversed(_CONDITIONS):
        made = click.option(name, metavar=metavar, help=meaning, shell_complete=_COMPLETED.get(name[2:]))(
            made
        )
    return made


def _containing(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[Containing, ...]:
    return tuple(map(_condition, values))


def _condition(text: str) -> Containing:
    """Read a condition on one ingredient; a text without a word and ``=`` is an agent."""
    found = list(_CONTAINS.finditer(text))
    if not found:
        return Containing(text.strip())
    if found[0].start() != 0:
        raise click.BadParameter(f"{quoted(text)}: begin with agent=, class=, premise=, role=, from= or to=")
    ends = [*(each.start() for each in found[1:]), len(text)]
    said = {each[1]: text[each.end() : end].strip() for each, end in zip(found, ends, strict=True)}
    low, high = said.get("from"), said.get("to")
    return Containing(
        said.get("agent"),
        class_=said.get("class"),
        premise=said.get("premise"),
        role=said.get("role"),
        dose=None if low is high is None else (low, high),
        directly="directly" in said,
    )
