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

from mesococktail.errors import DocumentError, MesococktailError, quote
from mesococktail.findings import Finding, Severity, join
from mesococktail.records.fields import Field, FieldType, fields_of
from mesococktail.records.json_text import read_json
from mesococktail.records.kinds import KINDS, MOST_TEXTS, check_number, conformer, pairs
from mesococktail.records.reading_cocktail import given_amount, read_cocktail, stored_amount

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.formulary import Formulary

    Reader = Callable[[Any], object]


def stored_record(kind: str, text: bytes) -> Any:  # noqa: ANN401  # one of the kinds
    """Read a stored document back into its record, equal to the one that was written.

    Raises:
        DocumentError: It is not a document of that kind.
    """
    return _structured(_class(kind), read_json(text), None)


def given_record(kind: str, given: Mapping[str, object] | str | bytes, formulary: Formulary) -> Any:  # noqa: ANN401  # likewise
    """Read what a person or a program gave as a record of *kind*.

    Raises:
        DocumentError: It is not JSON, or not of the shape of that kind; it carries every fault with its path.
    """
    return _structured(_class(kind), given if isinstance(given, Mapping) else read_json(given), formulary)


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
        check_number(raw)
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
            _fault(join(path, quote(key)), f"is not a field; it may have {known}")
            for key in sorted(error.extra_fields, key=str)
        ]
    if isinstance(error, KeyError):
        # The path has the name of the field already: what collects the faults noted it.
        return [_fault(path, "is missing, and needed")]
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
            read: Reader = partial(_amount, field=field, formulary=formulary)
        case FieldType.COCKTAIL:
            read = partial(read_cocktail, formulary=formulary)
        case FieldType.GROUP:
            read = partial(_group, field=field, formulary=formulary)
        case FieldType.GROUPS:
            read = partial(_groups, field=field, formulary=formulary)
        case FieldType.FINDINGS:
            read = _findings
        case _:
            read = conformer(field)
    if field.required:
        return read
    return lambda raw: field.default if raw is None else read(raw)


def _group(raw: object, *, field: Field, formulary: Formulary | None) -> object:
    cls: Any = field.group
    if isinstance(raw, str):
        raw = {field.fields[0].name: raw}
    if not isinstance(raw, Mapping):
        raise DocumentError("must be a text, or an object with named fields", got=raw)
    check_number(raw)
    return _structure_of(cls, formulary)(raw, cls)


def _amount(raw: object, *, field: Field, formulary: Formulary | None) -> object:
    return conformer(field)(given_amount(raw) if formulary else stored_amount(raw))


def _groups(raw: object, *, field: Field, formulary: Formulary | None) -> object:
    several = pairs(field, raw)
    if not isinstance(several, list):
        raise DocumentError("must be a list", got=raw)
    check_number(several)
    made, wrong = [], list[Finding]()
    for place, one in enumerate(several):
        try:
            made.append(_group(one, field=field, formulary=formulary))
        except (cattrs.BaseValidationError, MesococktailError) as error:
            wrong += _faults(error, f"[{place}]")
    if wrong:
        raise DocumentError(wrong[0].message, path=wrong[0].path, findings=wrong)
    return conformer(field)(made)


def _findings(raw: object) -> tuple[Finding, ...]:
    if not isinstance(raw, list):
        raise DocumentError("must be a list of findings", got=raw)
    check_number(raw, MOST_TEXTS)
    return tuple(map(_finding, raw))


def _finding(raw: object) -> Finding:
    named = {severity.name.lower(): severity for severity in Severity}
    if isinstance(raw, Mapping) and raw.keys() == _FINDING and raw["severity"] in list(named):
        texts = raw["code"], raw["path"], raw["message"]
        if all(isinstance(text, str) for text in texts):
            return Finding(named[raw["severity"]], *texts)
    raise DocumentError("is not a finding", got=raw, cure=f"give {', '.join(sorted(_FINDING))} as texts")


_FINDING = frozenset(attribute.name for attribute in attrs.fields(Finding))
