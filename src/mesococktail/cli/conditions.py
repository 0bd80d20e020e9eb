"""The options that narrow a study: what `study` and `report` have in common."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.completing import complete_agent, complete_doctor, complete_patient
from mesococktail.cli.shared import as_of_option, formulary_of, log_as_of, log_options, needed, open_log
from mesococktail.cli.text import quoted
from mesococktail.research import Containing, Study

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cli.shared import Command
    from mesococktail.log import PrescriptionLog

_CONTAINS = re.compile(r"(?:^|,)\s*(agent|class|premise|role|from|to|directly)\s*(?:=|(?=,|$))")
_AGE = re.compile(r"([0-9]{1,3})?-([0-9]{1,3})?")
COMPLETED = {"agent": complete_agent, "doctor": complete_doctor, "patient": complete_patient}
_CONDITIONS = (
    ("--since", "DATE", "First day, month or year; or a moment with its zone."),
    ("--until", "DATE", "Last day, month or year, included whole; or a moment, not included."),
    ("--clinic", "NAME", "Prescribed in this clinic, where there are several."),
    ("--doctor", "ID", "Prescribed by this doctor."),
    ("--patient", "ID", "Prescribed to this patient."),
    ("--indication", "TERM", "Prescribed for this."),
    ("--stage", "STAGE", 'At this stage of a scale, such as "hamilton_norwood III".'),
    ("--sex", "TERM", "Prescribed to patients of this sex, where it is recorded."),
    ("--technique", "NAME", "chemical or mechanical."),
)


def study_options(command: Command) -> Command:
    """Give a command every option that makes up a study; `study_of` takes them."""
    made = as_of_option(command)
    made = click.option("--include-voided", is_flag=True, help="Count also what should never have existed.")(
        made
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
        "agent",
        metavar="AGENT",
        shell_complete=complete_agent,
        help="Has this agent in it.",
    )(made)
    made = click.option(
        "--age",
        metavar="FROM-TO",
        callback=_age,
        help="Patients of this age in the year of the prescription, such as 18-40 or 60-.",
    )(made)
    for name, metavar, meaning in reversed(_CONDITIONS):
        made = click.option(name, metavar=metavar, help=meaning, shell_complete=COMPLETED.get(name[2:]))(made)
    made = click.option(
        "--suppress-below",
        type=click.IntRange(8),
        metavar="N",
        help="Do not show counts of fewer records or patients: for what leaves the clinic.",
    )(made)
    return log_options(write=False, formulary=True)(made)


@contextmanager
def study_of(
    db: str | None,
    formulary: str | None,
    as_of: str | None,
    suppress_below: int | None,
    **conditions: Any,  # noqa: ANN401  # as `Study.where` takes them
) -> Iterator[Study]:
    """Yield the study that the options ask for."""
    known = formulary_of(formulary) if formulary else None
    with _source(needed(db), as_of) as source:
        yield Study(source, formulary=known, suppress_below=suppress_below).where(**conditions)


@contextmanager
def _source(db: str, as_of: str | None) -> Iterator[str | PrescriptionLog]:
    """Yield the path, not an open log: counting needs less of the library than writing."""
    if as_of is None:
        yield db
        return
    with open_log(db, read_only=True) as log, log_as_of(log, as_of) as then:
        yield then


def _age(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int | None, int | None] | None:
    if text is None:
        return None
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(
            f"{quoted(text)}: write the lowest and the highest age, such as 18-40 or 60-"
        )
    low, high = (None if end is None else int(end) for end in match.groups())
    return low, high


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
    if len(said) < len(found):
        raise click.BadParameter(
            f"{quoted(text)}: says a word twice; give --contains once for each ingredient"
        )
    low, high = said.get("from"), said.get("to")
    return Containing(
        said.get("agent"),
        class_=said.get("class"),
        premise=said.get("premise"),
        role=said.get("role"),
        dose=None if low is high is None else (low, high),
        directly="directly" in said,
    )
