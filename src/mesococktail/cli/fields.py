"""Options of a command from the fields of a record: named, explained and completed as declared there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from mesococktail.cli.shared import (
    complete_doctor,
    complete_patient,
    complete_record,
    formulary_of,
)
from mesococktail.records import FieldType, Prescription, fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mesococktail.cli.shared import Command
    from mesococktail.records import Field

_OTHER_NAMES = {
    "patient": ("-p", "--patient"),
    "indication.code": ("--for",),
}
"""Where an option is not simply called like its field."""
_METAVARS = {
    FieldType.TIME: "TIME",
    FieldType.DOCTOR: "ID",
    FieldType.PATIENT: "ID",
    FieldType.RECORD: "ID",
    FieldType.PLAN: "PLAN",
    FieldType.COCKTAIL: "COCKTAIL",
}
_COMPLETED = {
    FieldType.DOCTOR: complete_doctor,
    FieldType.PATIENT: complete_patient,
    FieldType.RECORD: complete_record,
}
_BY_MACHINE = frozenset(("at_defaulted",))
"""Follows from whether another field was given."""


def given_fields() -> Iterator[tuple[str, Field]]:
    """Yield what may be said of a prescription, the fields of a group by their path: ``indication.stage``."""
    for field in fields_of(Prescription):
        if field.about.at_the_door or field.name in _BY_MACHINE:
            continue
        if field.type is FieldType.GROUP:
            yield from ((f"{field.name}.{inner.name}", inner) for inner in field.fields)
        else:
            yield field.name, field


def field_options(without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Give a command one option for each field but those in *without*."""

    def decorate(command: Command) -> Command:
        for path, field in reversed([one for one in given_fields() if one[0] not in without]):
            command = _option(path, field)(command)
        return command

    return decorate


def option_name(path: str) -> str:
    """Return how a field is called on the command line."""
    return _OTHER_NAMES.get(path, (f"--{path.replace('.', '-').replace('_', '-')}",))[-1]


def _key(path: str) -> str:
    return "field_" + path.replace(".", "__")


def _option(path: str, field: Field) -> Callable[[Command], Command]:
    names = _OTHER_NAMES.get(path, (option_name(path),))
    settings: dict[str, Any] = {"help": field.about.meaning, "metavar": _METAVARS.get(field.type, "TEXT")}
    if field.type is FieldType.TEXTS:
        settings |= {"multiple": True, "help": f"{field.about.meaning} May be repeated."}
    if field.type is FieldType.DOCTOR:
        settings |= {"envvar": "MESOCOCKTAIL_DOCTOR", "show_envvar": True}
    if field.type is FieldType.CODE:
        settings |= {"metavar": "TERM", "shell_complete": _complete_term(field)}
    elif field.type in _COMPLETED:
        settings["shell_complete"] = _COMPLETED[field.type]
    return click.option(*names, _key(path), **settings)


def _complete_term(field: Field) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    def offered(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
        terms = formulary_of(None).terms(field.about.codes or "")
        return [term.code for term in terms if term.code.startswith(incomplete)]

    return offered


def take_fields(options: dict[str, Any]) -> dict[str, Any]:
    """Take the fields out of the options of a command: those that were given, a group as a mapping."""
    given: dict[str, Any] = {}
    for path, _ in given_fields():
        value = options.pop(_key(path), None)
        if value is None or value == ():
            continue
        name, _, inner = path.partition(".")
        if inner:
            given.setdefault(name, {})[inner] = value
        else:
            given[name] = value
    return given


def merged(given: dict[str, Any], before: object = None) -> dict[str, Any]:
    """Return *given* with each group made whole: what is left out of one stays as it was before."""
    made = dict(given)
    for field in fields_of(Prescription):
        inner = given.get(field.name)
        if field.type is not FieldType.GROUP or not isinstance(inner, dict):
            continue
        old = getattr(before, field.name, None)
        first = field.fields[0].name
        if old is not None and inner.get(first, getattr(old, first)) == getattr(old, first):
            made[field.name] = attrs.evolve(old, **inner)
        elif first in inner:
            group: Any = field.group
            made[field.name] = group(**inner)
        else:
            raise click.UsageError(f"Missing option '{option_name(f'{field.name}.{first}')}'.")
    return made
