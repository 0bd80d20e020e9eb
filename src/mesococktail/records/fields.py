"""What the fields of a record are: read off its declaration once, used by everything else.

A kind of record is a frozen attrs class whose fields say their type and, in one `About`, their
meaning. `fields_of` turns that into a closed list of `Field`. Documents, the star's tables, commands,
differences and the reference page are all made from it, and from nothing else.
"""

from __future__ import annotations

import types
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs

from mesococktail.amounts import Amount
from mesococktail.cocktails import Cocktail
from mesococktail.findings import Finding
from mesococktail.records.plan import Plan
from mesococktail.records.times import Around

if TYPE_CHECKING:
    from collections.abc import Iterator


Class: TypeAlias = type
"""The built-in ``type``, where the name is taken by what a field is."""


class FieldType(Enum):
    """The closed set of things a field can be."""

    TEXT = auto()
    """Free text, NFC, without control characters."""
    CODE = auto()
    """A code out of a vocabulary of the formulary (`About.codes`)."""
    CODES = auto()
    """Several codes that the checks filled in."""
    AGENT = auto()
    """An agent: its id, once its name was looked up, or the name of a substance nobody listed."""
    DOCTOR = auto()
    """Id of a registered doctor."""
    PATIENT = auto()
    """Opaque id of a patient."""
    RECORD = auto()
    """Id of another record (`About.link` names its kind)."""
    TIME = auto()
    """An aware datetime, or in a transcription an imprecise date."""
    NUMBER = auto()
    """A whole number."""
    DECIMAL = auto()
    """An exact number without a unit, such as a score or a pH."""
    FLAG = auto()
    """Yes or no."""
    AMOUNT = auto()
    """An amount, in the dimension `About.unit` names."""
    PLAN = auto()
    """A plan of sessions."""
    COCKTAIL = auto()
    """A cocktail."""
    GROUP = auto()
    """Fields that belong together (`Field.fields`)."""
    GROUPS = auto()
    """Several of one group, in their order."""
    TEXTS = auto()
    """Several texts."""
    FINDINGS = auto()
    """What checks had to say."""


@attrs.frozen
class About:
    """What a field means, in the one place where it is declared."""

    meaning: str
    """For a person: what it is, in one sentence."""
    type: FieldType | None = None
    """Where the annotation alone does not tell: `FieldType.CODE`, `DOCTOR`, `PATIENT`, `RECORD`."""
    codes: str | None = None
    """Vocabulary of a code."""
    link: str | None = None
    """Kind of the record a link points to."""
    unit: str | None = None
    """Unit in which an amount is counted, such as ``mm``: it must measure the same. Any amount without."""
    at_the_door: bool = False
    """Filled in when the record is made, not given by the caller."""
    alone: bool = False
    """Whether no check relates it to another field, so that imports may take it by itself (`compiled`)."""


@attrs.frozen
class Field:
    """One field of a kind of record."""

    name: str
    type: FieldType
    about: About
    required: bool
    default: object
    """``attrs.NOTHING`` where it is required."""
    group: Class | None = None
    """The class of a group, or of each of several."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of a group, or of each of several; empty for anything else."""
        return fields_of(self.group) if self.group else ()


_PLAIN: dict[object, FieldType] = {
    str: FieldType.TEXT,
    int: FieldType.NUMBER,
    bool: FieldType.FLAG,
    Decimal: FieldType.DECIMAL,
    Amount: FieldType.AMOUNT,
    Plan: FieldType.PLAN,
    Cocktail: FieldType.COCKTAIL,
    datetime: FieldType.TIME,
    tuple[str, ...]: FieldType.TEXTS,
    tuple[Finding, ...]: FieldType.FINDINGS,
}


@cache
def fields_of(kind: type) -> tuple[Field, ...]:
    """Return the fields of *kind*, in the order declared.

    Raises:
        TypeError: A field's type is not one of `FieldType`, or it says nothing about itself.
    """
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_field(attribute, hints[attribute.name]) for attribute in attrs.fields(kind))


def _field(attribute: attrs.Attribute[Any], hint: object) -> Field:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{attribute.name}: a field says what it means with Annotated[..., About(...)]")
    annotated, about = get_args(hint)
    plain = [part for part in _union(annotated) if part not in (types.NoneType, Around)]
    found = about.type or (_PLAIN.get(plain[0]) if len(plain) == 1 else None)
    several = get_origin(plain[0]) is tuple
    of = get_args(plain[0])[0] if several else plain[0]
    group = of if found is None and attrs.has(of) else None
    if found is None and group is None:
        raise TypeError(f"{attribute.name}: {annotated} is not a type a record's field can have")
    if several and group and any(field.type is FieldType.GROUPS for field in fields_of(group)):
        raise TypeError(f"{attribute.name}: several groups within several groups have no table")
    required = attribute.default is attrs.NOTHING
    return Field(
        attribute.name,
        found or (FieldType.GROUPS if several else FieldType.GROUP),
        about,
        required,
        attribute.default,
        group,
    )


def values_of(record: Any, path: str = "") -> Iterator[tuple[str, Field, Any]]:  # noqa: ANN401  # any kind or group
    """Yield path, field and value of everything that a record says, also inside its groups."""
    kind: type = type(record)
    for field in fields_of(kind):
        value = getattr(record, field.name)
        where = f"{path}.{field.name}" if path else field.name
        if value is None:
            continue
        if field.type is FieldType.GROUP:
            yield from values_of(value, where)
        elif field.type is FieldType.GROUPS:
            for place, one in enumerate(value):
                yield from values_of(one, f"{where}[{place}]")
        else:
            yield where, field, value


def _union(hint: object) -> Iterator[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        yield from get_args(hint)
    else:
        yield hint
