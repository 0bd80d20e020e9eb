"""What changed between two versions of a record, field by field."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.records.encoding import time_text
from mesococktail.records.fields import FieldType, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.records.fields import Field


@attrs.frozen
class Change:
    """One field that differs."""

    path: str
    before: str | None
    """As text for a person; None where it was not there."""
    after: str | None

    def __str__(self) -> str:
        return f"{self.path}: {self.before or '(nothing)'} -> {self.after or '(nothing)'}"


def differences(before: Any, after: Any, path: str = "") -> Iterator[Change]:  # noqa: ANN401  # any kind
    """Yield what differs between two records of one kind; what the door fills in is left out.

    Where *before* is None, the record is new: then it is every field that says something.
    """
    cls: type = type(after)
    for field in fields_of(cls):
        old, new = _value(field, before), getattr(after, field.name)
        if field.about.at_the_door or (before is None and new is False):
            continue
        where = f"{path}.{field.name}" if path else field.name
        if field.type is FieldType.GROUP and old is not None and new is not None:
            yield from differences(old, new, where)
        elif field.type is FieldType.GROUPS:
            yield from _several(field, old, new, where)
        elif shown(field, old) != shown(field, new):
            yield Change(where, shown(field, old), shown(field, new))
        elif field.type is FieldType.COCKTAIL and _as_written(old) != _as_written(new):
            # The same agents by other names: how they were written is kept, so it is told.
            yield Change(where, f"written {_as_written(old)}", f"written {_as_written(new)}")


def _as_written(cocktail: Any) -> str:  # noqa: ANN401  # a cocktail or nothing
    parts = () if cocktail is None else (*cocktail.ingredients, *cocktail.adjuncts)
    return ", ".join(part.agent.written or part.agent.id for part in parts)


def _value(field: Field, record: object) -> Any:  # noqa: ANN401  # of any field
    nothing = () if field.type is FieldType.GROUPS else None
    return nothing if record is None else getattr(record, field.name)


def _several(field: Field, old: tuple[Any, ...], new: tuple[Any, ...], where: str) -> Iterator[Change]:
    single = attrs.evolve(field, type=FieldType.GROUP)
    for place, (before, after) in enumerate(zip_longest(old, new)):
        at = f"{where}[{place}]"
        if before is None or after is None:
            yield Change(at, shown(single, before), shown(single, after))
        else:
            yield from differences(before, after, at)


def shown(field: Field, value: object) -> str | None:
    """Return the value of a field as text for a person."""
    if value is None or value == ():
        return None
    if field.type is FieldType.TIME:
        return time_text(value)
    if field.type is FieldType.FLAG:
        return "yes" if value else "no"
    if field.type is FieldType.GROUP:
        inner = ((part, getattr(value, part.name)) for part in field.fields)
        return ", ".join(text for part, one in inner if (text := shown(part, one)) is not None)
    if field.type is FieldType.GROUPS and isinstance(value, tuple):
        single = attrs.evolve(field, type=FieldType.GROUP)
        value = tuple(shown(single, one) or "" for one in value)
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
