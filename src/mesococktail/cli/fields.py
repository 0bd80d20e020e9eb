"""Options of a command from the fields of a record: named, explained and completed as declared there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from mesococktail.cli.completing import (
    complete_agent,
    complete_doctor,
    complete_patient,
    complete_record,
    complete_term,
)
from mesococktail.cli.shared import now
from mesococktail.cli.values import Taker
from mesococktail.errors import MesococktailError
from mesococktail.records import FieldType, fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mesococktail.cli.shared import Command
    from mesococktail.log import PrescriptionLog
    from mesococktail.records import Field

_OTHER_NAMES = {
    "patient": ("-p", "--patient"),
    "indication.code": ("--for",),
    "accepted": ("--accept",),
}
"""Where an option is not simply called like its field."""
_OF_EVERY_COMMAND = frozenset(("db", "dry_run", "formulary", "help", "recorded_by"))
"""Names that a field cannot have on the command line."""
_METAVARS = {
    FieldType.TIME: "TIME",
    FieldType.DOCTOR: "ID",
    FieldType.PATIENT: "ID",
    FieldType.RECORD: "ID",
    FieldType.AGENT: "AGENT",
    FieldType.AMOUNT: "AMOUNT",
    FieldType.NUMBER: "NUMBER",
    FieldType.DECIMAL: "NUMBER",
    FieldType.CODE: "TERM",
    FieldType.PLAN: "PLAN",
    FieldType.COCKTAIL: "COCKTAIL",
}
_COMPLETED: dict[FieldType, Callable[..., list[str]]] = {
    FieldType.AGENT: complete_agent,
    FieldType.DOCTOR: complete_doctor,
    FieldType.PATIENT: complete_patient,
}
_SEVERAL = (FieldType.GROUPS, FieldType.TEXTS)
DEFAULTED = "at_defaulted"
"""The field of a kind whose time is the present where nobody states it."""
_BY_MACHINE = frozenset((DEFAULTED,))
"""Follows from whether another field was given."""


def given_fields(kind: type, under: str = "") -> Iterator[tuple[str, Field]]:
    """Yield what may be said of a record, the fields of a group by their path: ``indication.stage``."""
    for field in fields_of(kind):
        if field.about.at_the_door or field.name in _BY_MACHINE:
            continue
        path = f"{under}.{field.name}" if under else field.name
        if field.type is FieldType.GROUP and field.group is not None:
            yield from given_fields(field.group, path)
        else:
            yield path, field


def field_options(kind: type, without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Give a command one option for each field of *kind* but those in *without*."""

    def decorate(command: Command) -> Command:
        for path, field in reversed([one for one in given_fields(kind) if one[0] not in without]):
            command = _option(path, field, needed=path in required_paths(kind))(command)
        return command

    return decorate


def option_name(path: str) -> str:
    """Return how a field is called on the command line."""
    plain = f"field.{path}" if path in _OF_EVERY_COMMAND else path
    return _OTHER_NAMES.get(path, (f"--{plain.replace('.', '-').replace('_', '-')}",))[-1]


def _key(path: str) -> str:
    return "field_" + path.replace(".", "__")


def _option(path: str, field: Field, *, needed: bool) -> Callable[[Command], Command]:
    names = _OTHER_NAMES.get(path, (option_name(path),))
    about = field.about.meaning
    settings: dict[str, Any] = {"metavar": _METAVARS.get(field.type, "TEXT")}
    if field.type in _SEVERAL:
        settings["multiple"] = True
        about += " May be repeated."
    if field.type is FieldType.FLAG:
        names = (f"{names[-1]}/--no-{names[-1][2:]}",)
        settings = {"default": None, "is_flag": True}
    elif field.type is FieldType.GROUPS:
        settings["metavar"], about = _several(path, field, about)
    elif field.type is FieldType.CODE:
        settings["shell_complete"] = complete_term(field.about.codes or "")
        about += f"  [terms: {field.about.codes}]"
    elif field.type is FieldType.RECORD:
        settings["shell_complete"] = complete_record(field.about.link or "")
        about += f' Or "last", the newest {field.about.link}.'
    elif field.type in _COMPLETED:
        settings["shell_complete"] = _COMPLETED[field.type]
    if field.type is FieldType.DOCTOR and field.name != "id":
        settings |= {"envvar": "MESOCOCKTAIL_DOCTOR", "show_envvar": True}
    if isinstance(field.default, str):
        about += f"  [default: {field.default}]"
    return click.option(*names, _key(path), help=f"{about}  [required]" if needed else about, **settings)


def _several(path: str, field: Field, about: str) -> tuple[str, str]:
    """Return how each of several groups is written, and what is said of it."""
    inner = [one.name for one in field.fields if not one.about.at_the_door]
    if path == "accepted":
        return "CODE=REASON", about
    first = inner[0].upper().replace("_", "-")
    if len(inner) == 1:
        return first, about
    codes = dict.fromkeys(one.about.codes for one in field.fields if one.about.codes)
    terms = f"  [terms: {', '.join(map(str, codes))}]" if codes else ""
    return f'"{first}; NAME=VALUE; ..."', f"{about} Names: {', '.join(inner[1:])}.{terms}"


def take_fields(kind: type, options: dict[str, Any], log: PrescriptionLog) -> dict[str, Any]:
    """Take the fields out of the options of a command: those that were given, a group as a mapping."""
    taker = Taker(log, options.get(_key("patient")))
    given: dict[str, Any] = {}
    for path, field in given_fields(kind):
        value = options.pop(_key(path), None)
        if value is None or value == ():
            continue
        *outer, name = path.split(".")
        into = given
        for group in outer:
            into = into.setdefault(group, {})
        into[name] = taker.take(field, value, option_name(path))
    return given


def required_paths(kind: type) -> list[str]:
    """Return the paths of what must be said of a record; of a group its first field."""
    paths: list[str] = []
    for field in fields_of(kind):
        if field.required and not (field.name == "at" and has_default_time(kind)):
            first = f".{field.fields[0].name}" if field.type is FieldType.GROUP else ""
            paths.append(field.name + first)
    return paths


def has_default_time(kind: type) -> bool:
    """Whether the time of a record is the present where nobody states it."""
    return any(field.name == DEFAULTED for field in fields_of(kind))


def needs(kind: type, fields: dict[str, Any]) -> None:
    """Refuse a record of which something is not said that must be.

    Raises:
        UsageError: It names the options that are missing.
    """
    missing = [path for path in required_paths(kind) if path.partition(".")[0] not in fields]
    if missing:
        hint = " (or MESOCOCKTAIL_DOCTOR)" if "doctor" in missing else ""
        named = ", ".join(f"'{option_name(path)}'" for path in missing)
        raise click.UsageError(f"Missing option{'s' if len(missing) > 1 else ''} {named}{hint}.")


def made_of(kind: type, fields: dict[str, Any]) -> Any:  # noqa: ANN401  # a record of that kind
    """Return the record; where nobody stated its time and it may have the present one, it says so."""
    needs(kind, fields)
    if has_default_time(kind):
        fields = {**fields, DEFAULTED: "at" not in fields}
        fields.setdefault("at", now())
    return kind(**fields)


def merged(kind: type, given: dict[str, Any], before: object = None, path: str = "") -> dict[str, Any]:
    """Return *given* with each group made whole: what is left out of one stays as it was before."""
    made = dict(given)
    for field in fields_of(kind):
        inner, group = given.get(field.name), field.group
        if field.type is not FieldType.GROUP or not isinstance(inner, dict) or group is None:
            continue
        where = f"{path}.{field.name}" if path else field.name
        first, old = field.fields[0], getattr(before, field.name, None)
        # Another indication takes nothing over; a group that nothing identifies stays the same one.
        same = not first.required or inner.get(first.name, getattr(old, first.name, None)) == getattr(
            old, first.name, None
        )
        if old is not None and same:
            made[field.name] = evolved(old, merged(group, inner, old, where), field.name)
        elif first.required and first.name not in inner:
            raise click.UsageError(f"Missing option '{option_name(f'{where}.{first.name}')}'.")
        else:
            made[field.name] = merged(group, inner, None, where)
    return made


def evolved(group: Any, changes: dict[str, Any], path: str) -> Any:  # noqa: ANN401  # the group it was given
    """Return a group with some fields changed; what is wrong with one is said with its path."""
    try:
        return attrs.evolve(group, **changes)
    except MesococktailError as error:
        raise error.at(path) from None
