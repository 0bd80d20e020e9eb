"""A record as its document: canonical bytes, the same for equal content on every machine.

JSON in UTF-8 with sorted keys and no spaces; amounts as text; what is nothing is left out.
The encoder of a kind is built once from its fields.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.amounts import Amount
from mesococktail.cocktails import Adjunct, Cocktail, Ingredient, NamedAgent
from mesococktail.errors import RecordError
from mesococktail.records.fields import Field, FieldType, fields_of
from mesococktail.records.json_text import LONGEST, json_text
from mesococktail.records.kinds import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.findings import Finding

    Encoder = Callable[[Any], str]


def document(record: object, *, given_only: bool = False) -> bytes:
    """Return the canonical bytes of *record*.

    Args:
        record: Any kind of record.
        given_only: Leave out what was filled in at the door, so that what two callers gave can be compared.

    Raises:
        RecordError: It is not a record, or too long to be read back.
    """
    name_of(record)
    cls: type = type(record)
    said = _encoder(cls, given_only=given_only)(record).encode()
    if len(said) > LONGEST:
        raise RecordError(f"makes a document of more than {LONGEST} bytes", cure="shorten its texts")
    return said


@cache
def _encoder(cls: type, *, given_only: bool) -> Callable[[object], str]:
    plan = [
        (f'"{field.name}":', field.name, _left_out(field), encoder_of(field, given_only=given_only))
        for field in sorted(fields_of(cls), key=lambda field: field.name)
        if not (given_only and field.about.at_the_door)
    ]

    def encode(record: object) -> str:
        said = []
        for key, name, left_out, encode_value in plan:
            value = getattr(record, name)
            if value is not left_out and value != left_out:
                said.append(key + encode_value(value))
        return "{" + ",".join(said) + "}"

    return encode


def _left_out(field: Field) -> object:
    """Return the value that is not written: nothing at all. A default that says something is written."""
    return field.default if field.default in (None, (), False) else attrs.NOTHING


def encoder_of(field: Field, *, given_only: bool = False) -> Encoder:
    """Return what turns a value of *field* into JSON."""
    if field.type is FieldType.GROUP:
        return _group(field, given_only=given_only)
    if field.type is FieldType.GROUPS:
        encode = _group(field, given_only=given_only)
        return lambda groups: _list(map(encode, groups))
    return _ENCODE.get(field.type, json_text)


def time_text(time: Any) -> str:  # noqa: ANN401  # datetime or Around; both write themselves
    """Return a time as ISO 8601."""
    return time.isoformat() if hasattr(time, "isoformat") else str(time)


def _group(field: Field, *, given_only: bool) -> Encoder:
    cls: Any = field.group
    first, *others = (one for one in field.fields if not (given_only and one.about.at_the_door))
    bare = first.type in _BARE
    encode = _encoder(cls, given_only=given_only)

    def encode_group(value: object) -> str:
        if bare and all(getattr(value, other.name) == _left_out(other) for other in others):
            return json_text(getattr(value, first.name))
        return encode(value)

    return encode_group


def _list(parts: Any) -> str:  # noqa: ANN401  # any iterable of texts
    return "[" + ",".join(parts) + "]"


def _finding(finding: Finding) -> str:
    return _object(
        {
            "code": json_text(finding.code),
            "message": json_text(finding.message),
            "path": json_text(finding.path),
            "severity": json_text(finding.severity.name.lower()),
        }
    )


def _object(members: dict[str, str]) -> str:
    return "{" + ",".join(f'"{key}":{members[key]}' for key in sorted(members)) + "}"


def amount_json(amount: Amount) -> str:
    """Return an amount as its stored text; as an object where it was written otherwise, or computed."""
    stored = amount.stored
    if amount.text is None:
        return f'{{"amount":"{stored}"}}'
    if amount.text == str(amount):
        return f'"{stored}"'
    return f'{{"amount":"{stored}","written":{json_text(amount.text)}}}'


def cocktail_json(cocktail: Cocktail) -> str:
    """Return a cocktail as an object: ingredients, adjuncts, deviation."""
    members = {"ingredients": _list(map(part_json, cocktail.ingredients))}
    if cocktail.adjuncts:
        members["adjuncts"] = _list(map(part_json, cocktail.adjuncts))
    if cocktail.deviation is not None:
        members["deviation"] = json_text(cocktail.deviation)
    return _object(members)


_parts: dict[int, tuple[Ingredient | Adjunct, str]] = {}
_MOST_PARTS = 4096


def part_json(part: Ingredient | Adjunct) -> str:
    """Return a part as a flat object: agent, role or purpose, and what was given of its portion.

    Imports share their part objects, so the texts of the latest are kept, by identity: equal parts may
    have been written differently.
    """
    held = _parts.get(id(part))
    if held is not None and held[0] is part:
        return held[1]
    text = _part(part)
    if len(_parts) >= _MOST_PARTS:
        _parts.clear()
    _parts[id(part)] = part, text
    return text


def _part(part: Ingredient | Adjunct) -> str:
    members = {"agent": _agent(part.agent)}
    if isinstance(part, Ingredient):
        members["role"] = json_text(part.role)
    else:
        members["purpose"] = json_text(part.purpose)
        if part.fills_to is not None:
            members["fills_to"] = amount_json(part.fills_to)
    for name, value in attrs.asdict(part.portion, recurse=False).items():
        if isinstance(value, Amount):
            members[name] = amount_json(value)
        elif value is not None:
            members[name] = str(value) if isinstance(value, int) else json_text(value)
    return _object(members)


def _agent(agent: NamedAgent) -> str:
    members = {}
    if agent.name != agent.id:
        members["name"] = json_text(agent.name)
    if agent.written is not None:
        members["written"] = json_text(agent.written)
    if agent.members:
        members["members"] = _list(map(json_text, agent.members))
    if agent.description is not None:
        members["description"] = json_text(agent.description)
    if not members:
        return json_text(agent.id)
    return _object({"id": json_text(agent.id), **members})


_BARE = frozenset((FieldType.TEXT, FieldType.CODE, FieldType.AGENT))
"""What a group may stand for alone, as a text, where nothing else is said of it."""
_ENCODE: dict[FieldType, Encoder] = {
    FieldType.TIME: lambda time: json_text(time_text(time)),
    FieldType.NUMBER: str,
    FieldType.DECIMAL: lambda number: json_text(f"{number:f}"),
    FieldType.PLAN: lambda plan: json_text(str(plan)),
    FieldType.FLAG: lambda flag: "true" if flag else "false",
    FieldType.AMOUNT: amount_json,
    FieldType.COCKTAIL: cocktail_json,
    FieldType.TEXTS: lambda texts: _list(map(json_text, texts)),
    FieldType.CODES: lambda codes: _list(map(json_text, codes)),
    FieldType.FINDINGS: lambda findings: _list(map(_finding, findings)),
}
"""Everything else is a text, but groups, which are made of these."""
