"""``--set PATH=VALUE`` and ``--clear PATH``: single fields of a record of any kind, by their path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import click

from mesococktail.cli.fields import evolved, given_fields, option_name
from mesococktail.cli.text import quoted
from mesococktail.records import FieldType, fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesococktail.cli.values import Taker
    from mesococktail.records import Field

_STEP = re.compile(r"([a-z][a-z0-9_]*)(?:\[([0-9]+)\])?(?:\.(.+))?", re.DOTALL)
_SEVERAL = (FieldType.GROUPS, FieldType.TEXTS)


def set_fields(record: Any, settings: Sequence[str], taker: Taker) -> dict[str, Any]:  # noqa: ANN401  # any kind
    """Return what the fields that are set become.

    Args:
        record: As it stands.
        settings: Each a path and a value: ``indication.stage=III``, ``zones[0].volume=2 mL``. Several of
            one path are the several values of that field, which takes the place of those it had.
        taker: Reads the values.

    Raises:
        UsageError: One has no value, is set twice, or names no field that can be set.
    """
    wanted: dict[str, list[str]] = {}
    for text in settings:
        path, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"--set {quoted(text)}: write PATH=VALUE, such as indication.stage=III")
        wanted.setdefault(path.strip().replace("-", "_"), []).append(value.strip())
    changes: dict[str, Any] = {}
    kind: type = type(record)
    for path, values in wanted.items():
        changes |= _within(kind, record, changes, path, values, taker)
    return changes


def _within(
    kind: type, before: object, changes: Mapping[str, Any], path: str, values: list[str], taker: Taker
) -> dict[str, Any]:
    """Return the one field of a record or group that *path* begins with, as it becomes."""
    known = {field.name: field for field in fields_of(kind) if not field.about.at_the_door}
    found = _STEP.fullmatch(path)
    field = known.get(found[1]) if found else None
    if found is None or field is None:
        raise click.UsageError(f"--set {quoted(path)}: is no field of it; it has {', '.join(known)}")
    name, place, rest = found.groups()
    old = changes.get(name, getattr(before, name, None))
    return {name: _becomes(field, old, (place, rest), values, taker)}


def _becomes(
    field: Field,
    old: Any,  # noqa: ANN401  # the value of any field
    steps: tuple[str | None, str | None],
    values: list[str],
    taker: Taker,
) -> object:
    place, rest = steps
    option = f"--set {field.name}"
    if place is not None:
        several = list(old or ()) if field.type in _SEVERAL else []
        if int(place) >= len(several):
            raise click.UsageError(f"{option}[{place}]: there is none; the first is {field.name}[0]")
        of = FieldType.GROUP if field.group else FieldType.TEXT
        single = attrs.evolve(field, name=f"{field.name}[{place}]", type=of)
        several[int(place)] = _becomes(single, several[int(place)], (None, rest), values, taker)
        return tuple(several)
    if rest is not None:
        if field.type is not FieldType.GROUP or field.group is None:
            raise click.UsageError(f"{option}: has no {quoted(rest)} in it")
        said = old if isinstance(old, dict) else {}
        inner = _within(field.group, old, said, rest, values, taker)
        return said | inner if old is None or isinstance(old, dict) else evolved(old, inner, field.name)
    if field.type in _SEVERAL:
        return taker.take(field, values, option)
    if len(values) > 1:
        raise click.UsageError(f"{option}: is set twice")
    return taker.take(field, values[0], option)


def cleared(record: Any, names: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401  # any kind
    """Return the fields to be emptied with what they are when nothing is said.

    Raises:
        UsageError: One names no field that can be left out.
    """
    kind: type = type(record)
    known = {
        option_name(field.name)[2:]: (field.name, field)
        for field in fields_of(kind)
        if field.type is FieldType.GROUP and not field.required
    }
    known |= {
        option_name(path)[2:]: (path, field) for path, field in given_fields(kind) if not field.required
    }
    return _emptied(record, [_known(known, name) for name in names])


def _known(known: dict[str, tuple[str, Field]], name: str) -> tuple[str, Field]:
    found = known.get(name.replace("_", "-").replace(".", "-"))
    if found is None:
        raise click.UsageError(f"--clear {quoted(name)}: choose one of {', '.join(known)}")
    return found


def _emptied(record: Any, fields: list[tuple[str, Field]]) -> dict[str, Any]:  # noqa: ANN401  # or a group
    changes: dict[str, Any] = {path: field.default for path, field in fields if "." not in path}
    inner: dict[str, list[tuple[str, Field]]] = {}
    for path, field in fields:
        outer, _, rest = path.partition(".")
        if rest and outer not in changes and getattr(record, outer) is not None:
            inner.setdefault(outer, []).append((rest, field))
    for outer, rests in inner.items():
        group = getattr(record, outer)
        changes[outer] = evolved(group, _emptied(group, rests), outer)
    return changes
