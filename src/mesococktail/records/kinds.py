"""What makes a class a kind of record: a frozen attrs class, its fields conformed to their types."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, dataclass_transform
from uuid import UUID

import attrs

from mesococktail.amounts import Amount
from mesococktail.cocktails import Cocktail
from mesococktail.errors import MesococktailError, RecordError
from mesococktail.findings import Finding
from mesococktail.records.fields import Field, FieldType, fields_of
from mesococktail.records.plan import Plan
from mesococktail.records.times import time_of

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: dict[str, type] = {}
"""Every kind of record by its name, in the order declared."""

LONGEST_TEXT = 4000
LARGEST_NUMBER = 999_999_999
_LONGEST_CODE = 100
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def group(cls: type) -> Any:  # noqa: ANN401  # returns the class it was given
    """Make *cls* a frozen group of fields, each conformed to its type when it is made."""
    cls.__attrs_post_init__ = _conform  # type: ignore[attr-defined]
    return attrs.frozen(kw_only=True)(cls)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def kind(cls: type) -> Any:  # noqa: ANN401  # returns the class it was given
    """Make *cls* a kind of record, under its name in lower case with underscores."""
    made = group(cls)
    KINDS[re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()] = made
    return made


def name_of(record: object) -> str:
    """Return the name of a record's kind.

    Raises:
        RecordError: It is not a record.
    """
    for name, known in KINDS.items():
        if type(record) is known:
            return name
    raise RecordError("is not a record", got=type(record).__name__, cure=f"use one of {', '.join(KINDS)}")


def _conform(record: object) -> None:
    cls: type = type(record)
    wrong: list[MesococktailError] = []
    for name, default, conform in _conformers(cls):
        value = getattr(record, name)
        if value is default:
            continue
        try:
            conformed = conform(value)
        except MesococktailError as error:
            wrong.append(error.at(name))
            continue
        if conformed is not value:
            object.__setattr__(record, name, conformed)
    if wrong:
        raise together(wrong)


def together(wrong: list[MesococktailError]) -> MesococktailError:
    """Return one error that carries the findings of all of *wrong*; the error itself where there is one."""
    if len(wrong) == 1:
        return wrong[0]
    findings = [finding for error in wrong for finding in error.findings]
    return RecordError(" | ".join(str(error) for error in wrong), findings=findings)


@cache
def _conformers(cls: type) -> tuple[tuple[str, object, Callable[[Any], object]], ...]:
    return tuple((field.name, field.default, conformer(field)) for field in fields_of(cls))


def conformer(field: Field) -> Callable[[Any], object]:
    """Return what turns a value given for *field* into one of its type, or raises our error."""
    match field.type:
        case FieldType.TIME:
            return time_of
        case FieldType.AMOUNT:
            return Amount.of
        case FieldType.PLAN:
            return lambda value: value if isinstance(value, Plan) else Plan.parse(value)
        case FieldType.GROUP:
            return _group_conformer(field)
        case _:
            return _CONFORM[field.type]


def _group_conformer(field: Field) -> Callable[[Any], object]:
    cls: Any = field.group
    first, instance = field.fields[0].name, _instance(cls)

    def conform(value: object) -> object:
        return cls(**{first: value}) if isinstance(value, str) else instance(value)

    return conform


def _instance(cls: Any) -> Callable[[object], object]:  # noqa: ANN401  # any class
    def conform(value: object) -> object:
        if isinstance(value, cls):
            return value
        raise RecordError(f"must be a {cls.__name__}", got=value)

    return conform


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RecordError("must be a text", got=value)
    if len(value) > LONGEST_TEXT:
        raise _too_long(value)
    if not value.isascii() or not value.isprintable():
        written, value = value, unicodedata.normalize("NFC", value)
        if _CONTROL.search(value):
            raise RecordError("holds a control character or half a letter", got=written, cure="remove it")
        if len(value) > LONGEST_TEXT:
            raise _too_long(written)
    if not value.strip():
        raise RecordError("is empty", cure="leave it out or say something")
    return value


def _too_long(text: str) -> RecordError:
    return RecordError(f"is longer than {LONGEST_TEXT} characters", got=text, cure="shorten it")


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple | list):
        raise RecordError("must be several texts", got=value, cure="give a list of texts")
    return tuple(_text(part) for part in value)


def _id(value: object) -> str:
    if isinstance(value, str) and ID.fullmatch(value):
        return value
    raise RecordError(
        "is not an opaque id",
        got=value,
        cure="use up to 64 letters, digits and . _ : / - without spaces, such as P-014; never a name",
    )


def _code(value: object) -> str:
    # What it stands for is looked up at the door; a clinic's own terms may be in any language.
    if isinstance(value, str) and len(value) <= _LONGEST_CODE and value.isprintable() and value.strip():
        return unicodedata.normalize("NFC", value)
    raise RecordError("is not a code or the name of one", got=value)


def _link(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    found: Any = getattr(value, "id", value)
    try:
        return str(UUID(found))
    except (ValueError, TypeError, AttributeError):
        raise RecordError("is not the id of a record", got=found) from None


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
        return value
    raise RecordError(f"must be a whole number of at most {len(str(LARGEST_NUMBER))} digits", got=value)


def _findings(value: object) -> tuple[Finding, ...]:
    if isinstance(value, tuple | list) and all(isinstance(part, Finding) for part in value):
        return tuple(value)
    raise RecordError("must be findings", got=value)


_CONFORM: dict[FieldType, Callable[[Any], object]] = {
    FieldType.TEXT: _text,
    FieldType.CODE: _code,
    FieldType.DOCTOR: _id,
    FieldType.PATIENT: _id,
    FieldType.RECORD: _link,
    FieldType.NUMBER: _number,
    FieldType.FLAG: _instance(bool),
    FieldType.COCKTAIL: lambda value: (
        Cocktail.parse(value) if isinstance(value, str) else _instance(Cocktail)(value)
    ),
    FieldType.TEXTS: _texts,
    FieldType.FINDINGS: _findings,
}
