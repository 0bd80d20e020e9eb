"""What the rules have to do with one part of a cocktail, looked up once and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount
from mesococktail.findings import Finding
from mesococktail.formulary import Agent, Rule, RuleType
from mesococktail.records.times import earliest, latest

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from mesococktail.cocktails import NamedAgent
    from mesococktail.formulary import Formulary
    from mesococktail.records.known import Known, Stands
    from mesococktail.records.times import Around

_FORMULARIES = 16
_PARTS = 4096
"""Agents kept ready with their rules; a formulary has a hundred, and an import may bring more."""


@attrs.frozen
class Ruled:
    """One agent with all that it is known to hold, and the rules that speak of any of it."""

    agents: tuple[Agent, ...]
    """The agent itself, then its members and theirs."""
    disclosed: bool
    """Whether all it is made of is known: a single substance, or a premix that says everything."""
    rules: Mapping[RuleType, tuple[Rule, ...]]

    def of(self, kind: RuleType) -> tuple[Rule, ...]:
        """Return the rules of a type that speak of it and hold where the clinic is."""
        return self.rules.get(kind, ())


@lru_cache(maxsize=_FORMULARIES)
def _in_force(formulary: Formulary) -> dict[RuleType, tuple[Rule, ...]]:
    holding = [rule for rule in formulary.rules if formulary.holds(rule)]
    return {kind: tuple(rule for rule in holding if rule.type is kind) for kind in RuleType}


def rules(formulary: Formulary, kind: RuleType) -> tuple[Rule, ...]:
    """Return the rules of a type that hold where the clinic is."""
    return _in_force(formulary)[kind]


def ruled(formulary: Formulary, agent: NamedAgent) -> Ruled:
    """Return what is known of the agent of a part, also where the formulary does not know it any more."""
    return _ruled(formulary, agent.id, agent.name, agent.members)


def ruled_id(formulary: Formulary, agent_id: str) -> Ruled:
    """Return what is known of the agent of that id."""
    return _ruled(formulary, agent_id, agent_id, ())


@lru_cache(maxsize=_PARTS)
def _ruled(formulary: Formulary, agent_id: str, name: str, members: tuple[str, ...]) -> Ruled:
    agents: dict[str, Agent] = {}
    more = [agent_id]
    while more:
        each = more.pop(0)
        if each not in agents:
            agents[each] = found = formulary.agents.get(each) or _unknown(each, name)
            more += found.members
            if each == agent_id:
                more += members
    held = tuple(agents.values())
    return Ruled(
        held,
        all(map(_is_disclosed, held)),
        {
            kind: tuple(rule for rule in each if any(map(rule.speaks_of, held)))
            for kind, each in _in_force(formulary).items()
        },
    )


def _unknown(agent_id: str, name: str) -> Agent:
    """Return what stands for an agent that the formulary does not know: nothing can be said of it."""
    return Agent(id=agent_id, name=name, kind="other", measures=(), sources=(), classes=("unspecified",))


def _is_disclosed(agent: Agent) -> bool:
    """Whether it says all that it is; what has no composition is the substance itself."""
    if agent.composition is not None:
        return agent.composition.disclosure == "full"
    return not {"premix", "unspecified"}.intersection(agent.classes) and not agent.is_other


def speaks_itself(rule: Rule, agent: Agent) -> bool:
    """Whether a rule speaks of an agent itself, not of something in it, of which no dose is known."""
    return rule.speaks_of(attrs.evolve(agent, composition=None))


def by_rule(rule: Rule, path: str, said: str) -> Finding:
    """Return the finding of a rule; *said* is what came, up to the name of the rule.

    The rule is named with its version, by which the formulary has its source: the record is kept small.
    """
    return Finding(rule.severity, rule.code, path, f"{said} rule {rule.text}; {rule.message}")


def bound(text: str | None, units: Collection[str] = ()) -> Amount | None:
    """Return the amount a rule names as its limit; None where it names none.

    Raises:
        AmountError: It is in the units of another product.
    """
    return None if text is None else Amount.parse(text, units=units)


def outside(rule: Rule, amount: Amount, units: Collection[str] = ()) -> str | None:
    """Return how an amount is outside a rule's bounds, in words; None where it is within.

    Raises:
        AmountError: The rule counts in another measure, or in the units of another product, so that nobody
            can say.
    """
    most, least = bound(rule.most, units), bound(rule.least, units)
    if most is not None and amount > most:
        return f"is more than the {most} of"
    if least is not None and amount < least:
        return f"is less than the {least} of"
    return None


def in_order(known: Known, kind: type, by: datetime | Around | None = None) -> tuple[Stands, ...]:
    """Return the patient's records of a kind, the earliest first; the id decides between equal times."""
    return tuple(sorted(known.of(kind, by), key=lambda one: (earliest(one.at), latest(one.at), one.id)))
