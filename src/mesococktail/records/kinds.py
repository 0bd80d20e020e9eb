"""What makes a class a kind of record: a frozen attrs class, its fields conformed to their types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sized
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any, dataclass_transform
from uuid import UUID

import attrs

from mesococktail.amounts import Amount
from mesococktail.cocktails import Cocktail
from mesococktail.errors import AmountError, MesococktailError, RecordError, quote
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
LARGEST_AMOUNT = 9_000_000_000_000
"""In the unit in which a field is counted: its millionths are a whole number of 63 bits."""
MOST_GROUPS = 100
"""Zones, stocks, answers in one record; fields of one object, ingredients of one cocktail."""
MOST_TEXTS = 1000
"""Texts, codes or findings in one list."""
_LONGEST_CODE = 100
_LONGEST_UUID = 50
"""Characters: with hyphens, braces, and ``urn:uuid:`` before them."""
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
_MOST_SHOWN = 30
"""Digits of a number that is written out, if only to say that it has too many."""
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def group(cls: type) -> Any:  # noqa: ANN401  # returns the class it was given
    """Make *cls* a frozen group of fields, each conformed to its type when it is made."""
    cls.__attrs_post_init__ = _conform  # type: ignore[attr-defined]  # attrs calls it, mypy does not know it
    return attrs.frozen(kw_only=True)(cls)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def kind(cls: type) -> Any:  # noqa: ANN401  # returns the class it was given
    """Make *cls* a kind of record, under its name in lower case with underscores."""
    made = group(cls)
    KINDS[re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()] = made
    return made


def changed(record: Any, **changes: object) -> Any:  # noqa: ANN401  # a kind or group, as it came
    """Return a record or group with some fields changed, conformed like those of a new one."""
    return attrs.evolve(record, **changes)


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
            return _amount_conformer(field.about.unit)
        case FieldType.PLAN:
            return lambda value: value if isinstance(value, Plan) else Plan.parse(value)
        case FieldType.GROUP:
            return partial(_group, field)
        case FieldType.GROUPS:
            return partial(_groups, field)
        case _:
            return _CONFORM[field.type]


def _amount_conformer(unit: str | None) -> Callable[[Any], object]:
    dimension = Amount.parse(f"1 {unit}").dimension if unit else None

    def conform(value: Any) -> Amount:  # noqa: ANN401  # whatever was given
        amount = Amount.of(value)
        if unit is not None and amount.dimension is not dimension:
            raise AmountError(
                f"must be a {dimension}, and this measures {amount.dimension}",
                got=amount.text or str(amount),
                cure=f"write it in {unit}",
            )
        if (amount.to(unit) if unit else amount).value > LARGEST_AMOUNT:
            raise AmountError(
                f"is more than can be counted; the most is {LARGEST_AMOUNT} {unit or amount.unit}",
                got=amount.text or str(amount),
                cure="check the number and the unit",
            )
        return amount

    return conform


def _group(field: Field, value: object) -> object:
    cls: Any = field.group
    if isinstance(value, str):
        value = {field.fields[0].name: value}
    if not isinstance(value, Mapping):
        return _instance(cls)(value)
    known = {inner.name: inner.required for inner in field.fields}
    for name in value:
        if name not in known:
            raise RecordError(
                "is not a field of it", path=quote(name), cure=f"it may have {', '.join(known)}"
            )
    for name, required in known.items():
        if required and name not in value:
            raise RecordError("is missing, and needed", path=name)
    return cls(**value)


def check_number(several: Sized, most: int = MOST_GROUPS, path: str = "") -> None:
    """Refuse more than any record has, before each of them is looked at.

    Raises:
        RecordError: They are more than *most*.
    """
    if len(several) > most:
        raise RecordError(f"are more than {most}", path=path, got=len(several))


def pairs(field: Field, value: object) -> object:
    """Return a mapping given for several groups as a list: key and value are the first two fields.

    Raises:
        RecordError: The mapping is one of the groups itself, whose fields would be taken for groups; or
            the second field is not what every group of the kind has, so that nobody can tell what a value is.
    """
    if not isinstance(value, Mapping):
        return value
    check_number(value)
    if any(inner.name in value for inner in field.fields):
        raise RecordError("must be several, and this is one of them", got=value, cure="put it in a list")
    if not is_paired(field):
        names = ", ".join(inner.name for inner in field.fields)
        raise RecordError("must be a list of groups", got=value, cure=f"name the fields of each: {names}")
    first, second = (inner.name for inner in field.fields[:2])
    return [{first: key, second: said} for key, said in value.items()]


def is_paired(field: Field) -> bool:
    """Whether a group may be written as its first two fields alone: where neither can be left out."""
    return len(field.fields) > 1 and all(inner.required for inner in field.fields[:2])


def _groups(field: Field, value: object) -> tuple[object, ...]:
    several = pairs(field, value)
    if not isinstance(several, tuple | list):
        raise RecordError("must be several", got=value, cure="put it in a list")
    check_number(several)
    made, wrong = [], []
    for place, one in enumerate(several):
        try:
            made.append(_group(field, one))
        except MesococktailError as error:
            wrong.append(error.at(f"[{place}]"))
    if wrong:
        raise together(wrong)
    return tuple(made)


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
    check_number(value, MOST_TEXTS)
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
        return str(uuid_of(found))
    except (ValueError, TypeError, AttributeError):
        raise RecordError("is not the id of a record", got=found) from None


def uuid_of(text: Any) -> UUID:  # noqa: ANN401  # whatever was given
    """Return the UUID that a text is.

    Raises:
        ValueError: It is none; or a TypeError or an AttributeError, where it is no text.
    """
    return UUID(text if len(text) <= _LONGEST_UUID else "")


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
        return value
    raise RecordError(f"must be a whole number of at most {len(str(LARGEST_NUMBER))} digits", got=value)


def _decimal(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_MOST_SHOWN:
        value = str(value)
    elif isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= _MOST_SHOWN:
        value = f"{value:f}"
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise RecordError(
            "must be an exact number of at most 12 digits on either side", got=value, cure="write it like 7.4"
        )
    number = Decimal(value)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _codes(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple | list):
        raise RecordError("must be several codes", got=value, cure="give a list of codes")
    check_number(value, MOST_TEXTS)
    return tuple(_code(part) for part in value)


def _findings(value: object) -> tuple[Finding, ...]:
    if isinstance(value, tuple | list) and all(isinstance(part, Finding) for part in value):
        return tuple(value)
    raise RecordError("must be findings", got=value)


_CONFORM: dict[FieldType, Callable[[Any], object]] = {
    FieldType.TEXT: _text,
    FieldType.CODE: _code,
    FieldType.CODES: _codes,
    FieldType.AGENT: _code,
    FieldType.DECIMAL: _decimal,
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
