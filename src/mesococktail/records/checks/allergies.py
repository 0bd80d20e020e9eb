"""The substances a patient does not tolerate, against everything that is in the syringe."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import MesococktailError
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import Rule, RuleType
from mesococktail.records.checks.ruling import in_order, ruled
from mesococktail.records.screening import Screening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cocktails import Cocktail, NamedAgent
    from mesococktail.formulary import Agent, Formulary
    from mesococktail.records.checks.ruling import Ruled
    from mesococktail.records.known import Known
    from mesococktail.records.prescription import Prescription

NOT_READ = "allergy"
"""An allergy that cannot be compared: in another alphabet, or to a premix that shares an agent."""
_LONGEST_CODE = 100
_WORD = re.compile(r"[^\W_]+")
_LONG_WORD = 4
"""Letters of which a word has at least so many may end in the s of a plural."""


@attrs.frozen
class Allergen:
    """One substance, as named and as the formulary understands it."""

    named: str
    words: frozenset[str]
    ids: frozenset[str]
    """Agents it may be; empty where the formulary does not know it."""
    parts: frozenset[str]
    """Agents in it, where it is a premix."""
    readable: bool


@attrs.frozen
class Component:
    """One thing that is in the syringe under one name."""

    name: str
    words: frozenset[str]
    whole: bool
    """Whether the name means the thing itself, and not a class or something that holds more."""
    rule: Rule | None = None
    """Which says that it is in there."""


def tolerated(record: Prescription, formulary: Formulary, known: Known) -> Iterator[Finding | str]:
    """Yield each part that holds what the patient is allergic to, and the codes of what nobody can say."""
    cocktail = record.cocktail
    if cocktail is None:
        return
    named: dict[str, Allergen] = {}
    for one in in_order(known, Screening, record.at):
        for allergy in one.record.allergies:
            named.setdefault(allergy.substance.casefold(), _allergen(allergy.substance, formulary))
    if named:
        yield from _against(cocktail, [named[key] for key in sorted(named)], formulary)


def _against(cocktail: Cocktail, allergens: list[Allergen], formulary: Formulary) -> Iterator[Finding | str]:
    for path, part in cocktail.by_path:
        held = ruled(formulary, part.agent)
        ids = frozenset(agent.id for agent in held.agents)
        for allergen in allergens:
            found = _meets(allergen, part.agent, held)
            if found is not None:
                yield _finding_of(allergen, found, f"cocktail.{path}.agent", part.agent)
            elif not allergen.readable or allergen.parts & ids:
                yield NOT_READ
        if not held.disclosed:
            yield f"allergy_in_{part.agent.id}"[:_LONGEST_CODE]


def _finding_of(allergen: Allergen, found: Component, path: str, agent: NamedAgent) -> Finding:
    where = agent.name if found.name == agent.name else f"{agent.name} ({found.name})"
    rule = found.rule
    why = f", says rule {rule.text}; {rule.message}" if rule else ""
    message = f"the patient does not tolerate {allergen.named}, which is in {where}{why}"
    return Finding(Severity.ERROR, "allergy", path, message)


def _meets(allergen: Allergen, agent: NamedAgent, held: Ruled) -> Component | None:
    """Return what the allergen is in the part, or None."""
    for one in held.agents:
        if one.id in allergen.ids:
            return Component(one.name, frozenset(), whole=True)
    if not allergen.words:
        return None
    for component in (*_components(held), *_as_written(agent)):
        if allergen.words <= component.words:
            return component
        # "salicylate allergy", "procaine (dental)": more was written than the name.
        if component.whole and not allergen.ids and component.words <= allergen.words:
            return component
    return None


def _as_written(agent: NamedAgent) -> Iterator[Component]:
    for text in (agent.name, agent.written, agent.description):
        if text is not None:
            yield Component(text, _words(text), whole=False)


@lru_cache(maxsize=1024)
def _components_of(agent: Agent) -> tuple[Component, ...]:
    vague = "unspecified" in agent.classes
    names = (agent.name, *agent.synonyms, *agent.brands, *agent.forms, *(name for _, name in agent.languages))
    printed = agent.composition.members if agent.composition else ()
    return (
        *(Component(name, _words(name), whole=not vague) for name in names),
        *(Component(each, _words(each), whole=False) for each in agent.classes),
        *(Component(member.as_printed, _words(member.as_printed), whole=False) for member in printed),
    )


def _components(held: Ruled) -> Iterator[Component]:
    for agent in held.agents:
        yield from _components_of(agent)
    for rule in held.of(RuleType.COMPONENT):
        for substance in rule.substances:
            yield Component(substance, _words(substance), whole=True, rule=rule)


def _allergen(substance: str, formulary: Formulary) -> Allergen:
    try:
        agents = [match.agent for match in formulary.named(substance)]
        readable = True
    except MesococktailError:
        # Such a name can be of no agent of ours, in ASCII; whether it means one, nobody here can say.
        agents, readable = [], False
    return Allergen(
        substance,
        _words(substance),
        frozenset(agent.id for agent in agents),
        frozenset(member for agent in agents for member in agent.members),
        readable,
    )


def _words(text: str) -> frozenset[str]:
    """Return the words of a name in one form: small letters without accents, not in the plural."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return frozenset(_singular(word) for word in _WORD.findall(plain))


def _singular(word: str) -> str:
    return word[:-1] if len(word) >= _LONG_WORD and word.endswith("s") and not word.endswith("ss") else word
