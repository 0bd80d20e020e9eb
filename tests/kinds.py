"""Hypothesis strategies for every kind of record, made from its declaration and nothing else.

They draw what a constructor takes. Whether it can be true together is for the checks to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mesococktail.records import Field, FieldType, fields_of
from tests.strategies import (
    AGENTS,
    FORMULARY,
    amounts,
    arounds,
    cocktails,
    findings,
    ids,
    indications,
    plans,
    texts,
    times,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_ANY_UNIT = ("mg/mL", "IU/mL", "hairs/cm2", "rpm", "xg", "%", "mm")


def of_kind(kind: type, *, coded: bool = False) -> SearchStrategy[Any]:
    """Draw records of a kind, or groups; *coded* ones name terms by code, as what is stored does."""
    given = {field.name: _maybe(field, coded=coded) for field in fields_of(kind)}
    return st.fixed_dictionaries(given).map(lambda fields: kind(**fields))


def _maybe(field: Field, *, coded: bool) -> SearchStrategy[Any]:
    drawn = _of(field, coded=coded)
    return drawn if field.required else st.one_of(st.just(field.default), drawn)


def _of(field: Field, *, coded: bool) -> SearchStrategy[Any]:  # noqa: PLR0911  # one case a type
    about = field.about
    match field.type:
        case FieldType.CODE:
            terms = FORMULARY.terms(about.codes or "")
            return st.sampled_from([term.code if coded else term.label for term in terms])
        case FieldType.RECORD:
            return st.uuids().map(str)
        case FieldType.DOCTOR | FieldType.PATIENT:
            return ids()
        case FieldType.AMOUNT:
            return amounts(about.unit) if about.unit else amounts(*_ANY_UNIT)
        case FieldType.AGENT:
            return st.sampled_from([agent.id if coded else agent.name for agent in AGENTS])
        case FieldType.GROUP:
            return indications() if field.name == "indication" else of_kind(_class(field), coded=coded)
        case FieldType.GROUPS:
            return st.lists(of_kind(_class(field), coded=coded), max_size=3).map(tuple)
        case _:
            return _PLAIN[field.type]


def _class(field: Field) -> type:
    assert field.group is not None
    return field.group


_PLAIN: dict[FieldType, SearchStrategy[Any]] = {
    FieldType.TEXT: texts(),
    FieldType.TEXTS: st.lists(texts(), max_size=3).map(tuple),
    FieldType.CODES: st.lists(ids(), max_size=3).map(tuple),
    FieldType.TIME: st.one_of(times(), arounds()),
    FieldType.NUMBER: st.integers(-999, 999),
    FieldType.DECIMAL: st.decimals(-999, 999, places=3),
    FieldType.FLAG: st.booleans(),
    FieldType.PLAN: plans(),
    FieldType.COCKTAIL: cocktails(),
    FieldType.FINDINGS: st.lists(findings(), max_size=2).map(tuple),
}
