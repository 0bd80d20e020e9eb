"""The rules, aftercare rules and plans of a clinic's file, read as strictly as the rest of it.

A rule says its code, version, type, severity (``block``, ``warn`` or ``info``) and message, may say its
source, grade and jurisdiction, and has the parameters of its type and no others:

| type | needed | possible |
|---|---|---|
| contraindication | item | agents, classes |
| fact | fact, answers, agents or classes | |
| component | substances, agents or classes | |
| status | statuses | where, agents, classes |
| limit | of, agents or classes, least or most; per or days unless of a concentration | routes |
| pair | agents or classes, with_agents or with_classes | |
| ph, number_of_agents, depth, per_point | least or most | agents, classes |
| excluded | agents or classes | |
| interval | days | agents, classes |
| place | places | |
| instruction | | agents, classes, until_days or until_months |
| consent | item | |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from mesococktail.errors import AgentError, AmountError, FormularyError
from mesococktail.formulary.aftercare import BOUNDS, POLARITIES, AftercareRule
from mesococktail.formulary.clinic_values import (
    amount_of,
    any_needed,
    fault_at,
    one_of,
    plain_number,
    read_code,
    read_place,
    term_code,
    term_codes,
    whole_number,
    whole_range,
)
from mesococktail.formulary.names import either, key
from mesococktail.formulary.plans import NamedPlan
from mesococktail.formulary.rules import CONSENTS, FACTS, GRADES, SEVERITIES, WHERE, Rule, RuleType
from mesococktail.formulary.terms import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mesococktail.formulary.formulary import Formulary
    from mesococktail.formulary.toml import Table

_Made = TypeVar("_Made", Rule, AftercareRule, NamedPlan)

_SOURCE = "the clinic's formulary file"
_CONCENTRATIONS = (
    "mass per volume",
    "activity per volume",
    "count per volume",
    "product units per volume",
)


def with_rules(file: Table, known: Formulary) -> Formulary:
    """Return *known* with the jurisdiction, rules, aftercare rules and plans of a file added."""
    rules = _coded(file, "rules", known.rules, lambda table: read_rule(table, known))
    aftercare = _coded(file, "aftercare", known.aftercare, _aftercare)
    return attrs.evolve(
        known,
        jurisdiction=read_place(file) or known.jurisdiction,
        own_rules=known.own_rules + rules,
        own_aftercare=known.own_aftercare + aftercare,
        own_plans=known.own_plans + _coded(file, "plans", known.plans, _plan),
        vocabularies=dict(known.vocabularies) | _aftercare_terms(known, aftercare),
    )


def _coded(
    file: Table, name: str, there: tuple[_Made, ...], read: Callable[[Table], _Made]
) -> tuple[_Made, ...]:
    """Read each ``[[name]]``, whose codes must be new: what is ours cannot be switched off by its name."""
    made: list[_Made] = []
    taken = {each.code for each in there}
    for table in file.tables(name):
        one = read(table)
        table.done()
        if one.code in taken:
            cure = "give it another code"
            raise FormularyError("is taken", path=table.at("code"), got=one.code, cure=cure)
        taken.add(one.code)
        made.append(one)
    return tuple(made)


# Rules.


def read_rule(table: Table, known: Formulary) -> Rule:
    """Read one rule.

    Raises:
        FormularyError: It lacks what its type needs, or names what *known* does not have.
    """
    type_ = RuleType(one_of(table, "type", tuple(RuleType)))
    given: dict[str, Any] = {**_about(table, known, type_)}
    if type_ in _PARAMETERS:
        given |= _PARAMETERS[type_](table, known)
    if type_ in _AMOUNTS:
        given["least"], given["most"] = _AMOUNTS[type_](table, known)
    return Rule(
        code=read_code(table),
        version=table.needed("version"),
        type=type_,
        severity=SEVERITIES[one_of(table, "severity", tuple(SEVERITIES))],
        message=table.needed("message"),
        source=table.text("source") or _SOURCE,
        grade=one_of(table, "grade", GRADES, "custom"),
        jurisdiction=read_place(table),
        **given,
    )


_NEED_AGENTS = (RuleType.FACT, RuleType.COMPONENT, RuleType.LIMIT, RuleType.PAIR, RuleType.EXCLUDED)
_NO_AGENTS = (RuleType.PLACE, RuleType.CONSENT)


def _about(table: Table, known: Formulary, type_: RuleType) -> dict[str, tuple[str, ...]]:
    if type_ in _NO_AGENTS:
        return {}
    said = {"agents": _agents(table, "agents", known), "classes": _classes(table, "classes", known)}
    if type_ in _NEED_AGENTS:
        any_needed(table, said)
    return said


def _contraindication(table: Table, known: Formulary) -> dict[str, Any]:
    return {"item": term_code(table.needed("item"), "contraindications", table.at("item"), known)}


def _fact(table: Table, known: Formulary) -> dict[str, Any]:
    fact = one_of(table, "fact", FACTS)
    vocabulary = "pregnancy" if fact == "pregnancy" else "answers"
    answers = term_codes(table, "answers", vocabulary, known)
    return {"fact": fact} | any_needed(table, {"answers": answers})


def _component(table: Table, _: Formulary) -> dict[str, Any]:
    return any_needed(table, {"substances": table.texts("substances")})


def _status(table: Table, _: Formulary) -> dict[str, Any]:
    where = None if table.take("where") is None else one_of(table, "where", WHERE)
    return {"where": where} | any_needed(table, {"statuses": table.texts("statuses")})


def _pair(table: Table, known: Formulary) -> dict[str, Any]:
    agents, classes = _agents(table, "with_agents", known), _classes(table, "with_classes", known)
    return any_needed(table, {"with_agents": agents, "with_classes": classes})


def _interval(table: Table, _: Formulary) -> dict[str, Any]:
    return any_needed(table, {"days": whole_number(table, "days")})


def _places(table: Table, known: Formulary) -> dict[str, Any]:
    return any_needed(table, {"places": term_codes(table, "places", "places", known)})


def _instruction(table: Table, _: Formulary) -> dict[str, Any]:
    until = {name: whole_number(table, name) for name in ("until_days", "until_months")}
    if None not in until.values():
        raise FormularyError(
            "stands beside until_days", path=table.at("until_months"), cure="give one of the two"
        )
    return until


def _consent(table: Table, _: Formulary) -> dict[str, Any]:
    return {"item": one_of(table, "item", CONSENTS)}


def _limit(table: Table, known: Formulary) -> dict[str, Any]:
    of, days = one_of(table, "of", ("dose", "concentration", "volume")), whole_number(table, "days")
    per = None if table.take("per") is None else one_of(table, "per", ("session",))
    if of == "concentration":
        if per or days:
            rule = "a concentration is limited in itself, not by session or time"
            raise FormularyError(rule, path=table.at("per" if per else "days"), cure="leave it out")
    elif (per is None) is (days is None):
        rule = "either by session or over some days"
        raise FormularyError(rule, path=table.at("per"), cure='write per = "session" or days = 90')
    return {"of": of, "per": per, "days": days, "routes": term_codes(table, "routes", "routes", known)}


_PARAMETERS = {
    RuleType.CONTRAINDICATION: _contraindication,
    RuleType.FACT: _fact,
    RuleType.COMPONENT: _component,
    RuleType.STATUS: _status,
    RuleType.LIMIT: _limit,
    RuleType.PAIR: _pair,
    RuleType.INTERVAL: _interval,
    RuleType.PLACE: _places,
    RuleType.INSTRUCTION: _instruction,
    RuleType.CONSENT: _consent,
}
"""What else each type has, beside the agents and amounts."""


def _agents(table: Table, name: str, known: Formulary) -> tuple[str, ...]:
    ids: list[str] = []
    for i, said in enumerate(table.texts(name)):
        try:
            ids.append(known.find(said).agent.id)
        except AgentError as error:
            raise fault_at(error, f"{table.at(name)}[{i}]") from error
    return tuple(ids)


def _classes(table: Table, name: str, known: Formulary) -> tuple[str, ...]:
    """Return classes as our agents or rules spell them."""
    if not (said := table.texts(name)):
        return ()
    spoken = [each for rule in known.rules for each in (*rule.classes, *rule.with_classes)]
    spelt = {key(each): each for agent in known.agents.values() for each in agent.classes}
    spelt = {key(each): each for each in spoken} | spelt
    found: list[str] = []
    for i, each in enumerate(said):
        path = f"{table.at(name)}[{i}]"
        try:
            asked = key(each)
        except AgentError as error:
            raise fault_at(error, path) from error
        if asked not in spelt:
            cure = f"the classes are {either(sorted(spelt.values()), 'and')}"
            raise FormularyError("no agent is of that class", path=path, got=each, cure=cure)
        found.append(spelt[asked])
    return tuple(found)


# What a rule measures.


def _plain_numbers(table: Table, _: Formulary) -> tuple[str | None, str | None]:
    return _bounds(table, plain_number)


def _lengths(table: Table, _: Formulary) -> tuple[str | None, str | None]:
    return _bounds(table, lambda text, path: amount_of(text, path, ("length",)))


def _volumes(table: Table, _: Formulary) -> tuple[str | None, str | None]:
    return _bounds(table, lambda text, path: amount_of(text, path, ("volume",)))


def _limits(table: Table, known: Formulary) -> tuple[str | None, str | None]:
    """Read a limit in what the agents it speaks of are counted in."""
    said = _about(table, known, RuleType.LIMIT)
    ids = dict.fromkeys((*said["agents"], *(id_ for each in said["classes"] for id_ in _with(each, known))))
    agents = [known.agents[id_] for id_ in ids]
    of = table.text("of")
    fits: tuple[str, ...] = ("volume",)
    if of == "dose":
        fits = tuple(dict.fromkeys(measure.value for agent in agents for measure in agent.measures))
    elif of == "concentration":
        fits = _CONCENTRATIONS
    units = tuple(dict.fromkeys(unit for agent in agents for unit in agent.units))
    return _bounds(table, lambda text, path: amount_of(text, path, fits, units))


def _with(class_: str, known: Formulary) -> Iterable[str]:
    asked = key(class_)
    return (agent.id for agent in known.agents.values() if asked in map(key, agent.classes))


_AMOUNTS = {
    RuleType.LIMIT: _limits,
    RuleType.PH: _plain_numbers,
    RuleType.NUMBER_OF_AGENTS: _plain_numbers,
    RuleType.DEPTH: _lengths,
    RuleType.PER_POINT: _volumes,
}


def _bounds(table: Table, read: Callable[[str, str], Any]) -> tuple[str | None, str | None]:
    least, most = table.text("least"), table.text("most")
    if least is None and most is None:
        raise FormularyError("is needed", path=table.at("most"), cure='add least = "…" or most = "…"')
    low = None if least is None else read(least, table.at("least"))
    high = None if most is None else read(most, table.at("most"))
    if low is not None and high is not None:
        try:
            falls = bool(low > high)
        except AmountError as error:
            raise fault_at(error, table.at("most")) from error
        if falls:
            raise FormularyError(f"is less than least, {least}", path=table.at("most"), got=most)
    return least, most


# Aftercare and plans.


def _aftercare(table: Table) -> AftercareRule:
    duration, days = table.text("duration"), whole_number(table, "days")
    bound = None if table.take("bound") is None else one_of(table, "bound", BOUNDS)
    for name, value in (("duration", duration), ("bound", bound), ("days", days)):
        if value is None and (duration, bound, days) != (None, None, None):
            rule = "duration, bound and days belong together"
            raise FormularyError(rule, path=table.at(name), cure="give all three or none")
    return AftercareRule(
        code=read_code(table),
        version=table.needed("version"),
        polarity=one_of(table, "polarity", POLARITIES),
        text=table.needed("text"),
        source=table.text("source") or _SOURCE,
        duration=duration,
        bound=bound,
        days=days,
    )


def _aftercare_terms(known: Formulary, own: tuple[AftercareRule, ...]) -> dict[str, Any]:
    """Make each of the clinic's own aftercare rules a term, as ours are."""
    vocabulary = known.vocabularies["aftercare"]
    new = [rule for rule in own if not vocabulary.holds(rule.code)]
    terms = (Term(rule.code, rule.code.replace("_", " "), "aftercare", rule.source) for rule in new)
    return {"aftercare": vocabulary.with_terms(tuple(terms))} if new else {}


def _plan(table: Table) -> NamedPlan:
    return NamedPlan(
        code=read_code(table),
        version=table.needed("version"),
        name=table.needed("name"),
        text=table.needed("text"),
        source=table.text("source") or _SOURCE,
        session_duration=table.text("session_duration"),
        no_result_before=whole_number(table, "no_result_before"),
        lasts_months=whole_range(table, "lasts_months"),
        touch_up_after_months=whole_range(table, "touch_up_after_months"),
        note=table.text("note"),
    )
