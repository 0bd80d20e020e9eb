"""A document back into its record, strictly: no coercion, no extra key, every fault with its path.

There are two doors. A *stored* document was written by `encoding` and is read without any formulary.
A *given* document comes from a person or a program: names are looked up, texts go through the grammar.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, override

from mesococktail.amounts import Amount
from mesococktail.cocktails import (
    Adjunct,
    Cocktail,
    Ingredient,
    NamedAgent,
    Part,
    Portion,
    Role,
    adjunct,
    complementary,
    fill,
    principal,
)
from mesococktail.errors import AmountError, DocumentError, MesococktailError, RecordError
from mesococktail.findings import Finding, Severity, join
from mesococktail.formulary import Formulary, other
from mesococktail.records.fields import Field, FieldType, fields_of
from mesococktail.records.json_text import read_json
from mesococktail.records.kinds import KINDS, conformer

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[Any], object]

_PORTION = frozenset(("dose", "strength", "volume", "each", "over", "unknown"))


def stored_record(kind: str, text: bytes) -> Any:  # noqa: ANN401  # one of the kinds
    """Read a stored document back into its record, equal to the one that was written.

    Raises:
        DocumentError: It is not a document of that kind.
    """
    return _structured(_class(kind), read_json(text), None)


def given_record(kind: str, given: Mapping[str, object] | str | bytes, formulary: Formulary) -> Any:  # noqa: ANN401
    """Read what a person or a program gave as a record of *kind*.

    Raises:
        DocumentError: It is not JSON, or not of the shape of that kind; it carries every fault with its path.
    """
    raw = given if isinstance(given, Mapping) else read_json(given)
    return _structured(_class(kind), raw, formulary)


def _class(kind: str) -> type:
    try:
        return KINDS[kind]
    except (KeyError, TypeError):
        raise DocumentError(
            "is not a kind of record", path="kind", got=kind, cure=f"use one of {', '.join(KINDS)}"
        ) from None


def _structured(cls: type, raw: object, formulary: Formulary | None) -> object:
    if not isinstance(raw, Mapping):
        raise DocumentError("must be an object with named fields", got=raw)
    try:
        return _structure_of(cls, formulary)(raw, cls)
    except (cattrs.BaseValidationError, MesococktailError) as error:
        findings = _faults(error, "")
        first = findings[0]
        raise DocumentError(first.message, path=first.path, findings=findings) from None


def _faults(error: BaseException, path: str) -> list[Finding]:
    """Flatten what cattrs collected into findings, each with its path."""
    if isinstance(error, cattrs.BaseValidationError):
        found: list[Finding] = []
        for inner in error.exceptions:
            notes = [note for note in getattr(inner, "__notes__", ()) if hasattr(note, "name")]
            found += _faults(inner, join(path, notes[-1].name if notes else ""))
        return found
    if isinstance(error, MesococktailError):
        return [finding.under(path) for finding in error.findings]
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        known = ", ".join(field.name for field in attrs.fields(error.cl))
        return [
            _fault(join(path, str(key)), f"is not a field; it may have {known}")
            for key in sorted(error.extra_fields)
        ]
    if isinstance(error, KeyError):
        return [_fault(join(path, str(error.args[0])), "is missing, and needed")]
    raise error


def _fault(path: str, message: str) -> Finding:
    return Finding(Severity.ERROR, DocumentError.code, path, message)


_converter = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)


@lru_cache(maxsize=64)
def _structure_of(cls: type, formulary: Formulary | None) -> Callable[[Any, Any], Any]:
    hooks = {
        field.name: override(struct_hook=_ignoring_type(_reader(field, formulary)))
        for field in fields_of(cls)
    }
    return make_dict_structure_fn(cls, _converter, **hooks)  # type: ignore[arg-type]  # its stubs want named ones


def _ignoring_type(read: Reader) -> Callable[[Any, Any], object]:
    return lambda raw, _: read(raw)


def _reader(field: Field, formulary: Formulary | None) -> Reader:
    match field.type:
        case FieldType.AMOUNT:
            read: Reader = partial(_amount, units=()) if formulary else _stored_amount
        case FieldType.COCKTAIL:
            read = partial(_cocktail, formulary=formulary)
        case FieldType.GROUP:
            read = partial(_group, field=field, formulary=formulary)
        case FieldType.FINDINGS:
            read = _findings
        case _:
            read = conformer(field)
    if field.required:
        return read
    return lambda raw: field.default if raw is None else read(raw)


def _group(raw: object, *, field: Field, formulary: Formulary | None) -> object:
    assert field.group is not None  # noqa: S101  # a group has a class
    if isinstance(raw, str):
        raw = {field.fields[0].name: raw}
    if not isinstance(raw, Mapping):
        raise DocumentError("must be a text, or an object with named fields", got=raw)
    return _structure_of(field.group, formulary)(raw, field.group)


def _findings(raw: object) -> tuple[Finding, ...]:
    try:
        return tuple(
            Finding(Severity[one["severity"].upper()], one["code"], one["path"], one["message"])
            for one in raw  # type: ignore[attr-defined]  # what is not such a list is refused below
        )
    except (TypeError, KeyError, AttributeError):
        raise DocumentError("must be a list of findings", got=raw) from None


def _only(raw: Mapping[str, object], known: frozenset[str]) -> None:
    extra = sorted(set(raw) - known)
    if extra:
        raise DocumentError(f"is not a field; it may have {', '.join(sorted(known))}", path=str(extra[0]))


def _stored_amount(raw: object) -> Amount:
    if isinstance(raw, str):
        amount = Amount.from_stored(raw)
        return attrs.evolve(amount, text=str(amount))
    if isinstance(raw, Mapping) and isinstance(raw.get("amount"), str):
        _only(raw, frozenset(("amount", "written")))
        return Amount.from_stored(raw["amount"], text=raw.get("written"))
    raise DocumentError("must be an amount, written as text", got=raw, cure='write it like "2.5 mg"')


def _amount(raw: object, *, units: tuple[str, ...]) -> Amount:
    if isinstance(raw, Mapping):
        return _stored_amount(raw)
    if not isinstance(raw, str):
        raise DocumentError("must be an amount, written as text", got=raw, cure='write it like "2.5 mg"')
    try:
        return Amount.parse(raw, units=units)
    except AmountError:
        try:
            # A document that was stored says ``1 [iU]`` where a person writes ``1 IU``.
            return _stored_amount(raw)
        except AmountError:
            pass
        raise


def _cocktail(raw: object, *, formulary: Formulary | None) -> Cocktail:
    if isinstance(raw, str) and formulary is not None:
        return Cocktail.parse(raw, formulary=formulary)
    if not isinstance(raw, Mapping):
        raise DocumentError("must be a cocktail: its one-line text, or an object", got=raw)
    _only(raw, frozenset(("ingredients", "adjuncts", "deviation")))
    parts: list[Part] = []
    for name in ("ingredients", "adjuncts"):
        listed = raw.get(name, [])
        if not isinstance(listed, list):
            raise DocumentError("must be a list", path=name, got=listed)
        for place, part in enumerate(listed):
            try:
                parts.append(_part(part, name, formulary))
            except MesococktailError as error:
                raise error.at(f"{name}[{place}]") from None
    deviation = raw.get("deviation")
    if deviation is not None and not isinstance(deviation, str):
        raise DocumentError("must be a text", path="deviation", got=deviation)
    return Cocktail(*parts, deviation=deviation)


def _part(raw: object, name: str, formulary: Formulary | None) -> Part:
    if not isinstance(raw, Mapping):
        raise DocumentError("must be an object with agent and amount", got=raw)
    try:
        return _shared_part(tuple(raw.items()), name, formulary)
    except TypeError:
        # Something in it is an object or a list, so it cannot be looked up among the shared ones.
        return _read_part(raw, name, formulary)


@lru_cache(maxsize=4096)
def _shared_part(items: tuple[tuple[str, object], ...], name: str, formulary: Formulary | None) -> Part:
    return _read_part(dict(items), name, formulary)


def _read_part(raw: Mapping[str, object], name: str, formulary: Formulary | None) -> Part:
    says = "role" if name == "ingredients" else "purpose"
    known = _PORTION | {"agent", says} | ({"fills_to"} if says == "purpose" else set())
    _only(raw, known | {"amount"} if formulary else known)
    for needed in ("agent", says):
        if needed not in raw and not (needed == "purpose" and formulary):
            raise DocumentError("is missing, and needed", path=needed)
    return _stored_part(raw) if formulary is None else _given_part(raw, formulary)


def _stored_part(raw: Mapping[str, object]) -> Part:
    agent = _stored_agent(raw["agent"])
    given = {
        key: value if isinstance(value, int) or key == "unknown" else _stored_amount(value)
        for key, value in raw.items()
        if key in _PORTION
    }
    portion = Portion(**given)  # type: ignore[arg-type]  # keys and values were checked just above
    if "role" in raw:
        return Ingredient(agent, portion, _role(raw["role"]))
    to = raw.get("fills_to")
    return Adjunct(
        agent, portion, _plain(raw["purpose"], "purpose"), None if to is None else _stored_amount(to)
    )


def _stored_agent(raw: object) -> NamedAgent:
    if isinstance(raw, str):
        return NamedAgent(raw, raw)
    if not isinstance(raw, Mapping) or not isinstance(raw.get("id"), str):
        raise DocumentError("must be an agent", path="agent", got=raw)
    _only(raw, frozenset(("id", "name", "written", "members", "description")))
    return NamedAgent(
        raw["id"],
        raw.get("name", raw["id"]),
        raw.get("written"),
        tuple(raw.get("members", ())),
        raw.get("description"),
    )


def _given_part(raw: Mapping[str, object], formulary: Formulary) -> Part:
    agent = raw["agent"]
    description = None
    if isinstance(agent, Mapping):
        description = agent.get("description")
        agent = agent.get("written") or (agent.get("name") if description else agent.get("id"))
    named: Any = _plain(agent, "agent")
    if description is not None:
        named = other(named, description=_plain(description, "agent.description"), formulary=formulary)
    units = named.units if description is not None else formulary.find(named).agent.units
    amounts: dict[str, Any] = {}
    for key, value in raw.items():
        if key == "amount" or key == "unknown":
            amounts[key] = _plain(value, key)
        elif key in _PORTION and value is not None:
            try:
                amounts[key] = (
                    value if isinstance(value, int) and key == "over" else _amount(value, units=units)
                )
            except MesococktailError as error:
                raise error.at(key) from None
    if "role" in raw:
        make = principal if _role(raw["role"]) is Role.PRINCIPAL else complementary
        return make(named, formulary=formulary, **amounts)
    purpose: Any = raw.get("purpose")
    if raw.get("fills_to") is not None:
        return fill(named, to=_amount(raw["fills_to"], units=()), purpose=purpose, formulary=formulary)
    return adjunct(named, purpose=purpose, formulary=formulary, **amounts)


def _plain(raw: object, path: str) -> str:
    if isinstance(raw, str):
        return raw
    raise DocumentError("must be a text", path=path, got=raw)


def _role(raw: object) -> Role:
    try:
        return Role(raw)
    except ValueError:
        raise RecordError(
            "is not a role", path="role", got=raw, cure="say principal or complementary"
        ) from None
