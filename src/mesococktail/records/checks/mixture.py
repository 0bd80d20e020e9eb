"""The rules on what is mixed: status of an agent, limits, pairs, what is excluded, how many agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.amounts import total_of
from mesococktail.errors import MesococktailError
from mesococktail.formulary import RuleType
from mesococktail.records.checks.ruling import by_rule, outside, ruled, rules, speaks_itself
from mesococktail.records.times import days_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mesococktail.amounts import Amount
    from mesococktail.cocktails import Adjunct, Cocktail, Ingredient
    from mesococktail.findings import Finding
    from mesococktail.formulary import Agent, Formulary, Rule
    from mesococktail.records.prescription import Prescription
    from mesococktail.records.times import Around


def mixture_checked(record: Prescription, formulary: Formulary) -> Iterator[Finding | str]:
    """Yield what the rules say of the cocktail of a prescription, whatever the patient."""
    cocktail = record.cocktail
    if cocktail is None:
        return
    for path, part in cocktail.by_path:
        where = f"cocktail.{path}.agent"
        held = ruled(formulary, part.agent)
        for rule in held.of(RuleType.STATUS):
            # What a register says of an agent alone is not said of a premix with it; a suspension is.
            agents = held.agents if rule.where else held.agents[:1]
            yield from _status(rule, agents, record.at, formulary, where)
        for rule in held.of(RuleType.EXCLUDED):
            yield by_rule(rule, where, f"{part.agent.name} falls under")
    yield from _pairs(cocktail, formulary)
    yield from _limits(record, cocktail, formulary)
    number = len(cocktail.agents)
    for rule in rules(formulary, RuleType.NUMBER_OF_AGENTS):
        if rule.most is not None and number > int(rule.most):
            yield by_rule(rule, "cocktail", f"{number} agents are more than the {rule.most} of")
        elif rule.least is not None and number < int(rule.least):
            yield by_rule(rule, "cocktail", f"{number} agents are fewer than the {rule.least} of")


def _status(
    rule: Rule, agents: tuple[Agent, ...], at: datetime | Around, formulary: Formulary, path: str
) -> Iterator[Finding | str]:
    first, last = days_of(at)
    here = formulary.jurisdictions
    for agent in agents:
        if not agent.status or not rule.speaks_of(agent):
            continue
        status = rule.status_of(agent, first, here)
        if status is not None:
            since = f" since {status.since}" if status.since else ""
            decided = f"{status.jurisdiction}: {status.status}{since}"
            said = f"{agent.name} ({decided}) falls under"
            yield by_rule(rule, path, said)
            return
        # Whether a decision holds here cannot be said where nobody said where the clinic is, and whether
        # it held then cannot be said of a date known to the year.
        all_places = tuple(each.jurisdiction for each in agent.status)
        if rule.status_of(agent, last, here or (all_places if rule.where == "here" else ())) is not None:
            yield rule.code
            return


def _pairs(cocktail: Cocktail, formulary: Formulary) -> Iterator[Finding]:
    parts = [(path, part, ruled(formulary, part.agent)) for path, part in cocktail.by_path]
    for path, part, held in parts:
        for rule in held.of(RuleType.PAIR):
            for _, other, beside in parts:
                if other is not part and any(map(rule.pairs_with, beside.agents)):
                    said = f"{part.agent.name} together with {other.agent.name} falls under"
                    yield by_rule(rule, f"cocktail.{path}.agent", said)


def _limits(record: Prescription, cocktail: Cocktail, formulary: Formulary) -> Iterator[Finding | str]:
    seen: set[tuple[str, str]] = set()
    for path, part in cocktail.by_path:
        held = ruled(formulary, part.agent)
        for rule in held.of(RuleType.LIMIT):
            if (rule.code, part.agent.id) in seen:
                continue
            seen.add((rule.code, part.agent.id))
            if rule.routes and record.route not in rule.routes:
                if record.route is None:
                    yield rule.code
                continue
            amount = _of(rule, cocktail, part) if speaks_itself(rule, held.agents[0]) else None
            yield from held_against(
                rule, amount, held.agents[0], f"cocktail.{path}", f"{_named(rule)} of {part.agent.name},"
            )


def held_against(
    rule: Rule, amount: Amount | None, agent: Agent, path: str, called: str
) -> Iterator[Finding | str]:
    """Yield the finding of an amount outside a limit; the rule's code where they cannot be compared."""
    try:
        said = None if amount is None else outside(rule, amount, agent.units)
    except MesococktailError:
        amount = said = None
    if amount is None:
        yield rule.code
    elif said is not None:
        yield by_rule(rule, path, f"{called} {amount}, {said}")


def _named(rule: Rule) -> str:
    return rule.of or "amount"


def _of(rule: Rule, cocktail: Cocktail, part: Ingredient | Adjunct) -> Amount | None:
    """Return what a limit counts, of all parts of the same agent; None where it is not known."""
    same = [each for each in cocktail.parts if each.agent.id == part.agent.id]
    if rule.of == "volume":
        return total_of(cocktail.volume(each) for each in same)
    dose = total_of(each.dose for each in same)
    if rule.of != "concentration" or dose is None:
        return dose
    total = cocktail.total
    try:
        return None if total is None else dose / total
    except MesococktailError:
        return None  # a dose that is itself a volume
