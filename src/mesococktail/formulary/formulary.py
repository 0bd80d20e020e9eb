"""Everything known before a patient comes, as one frozen object that is passed where it is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import AgentError, FormularyError, TermError
from mesococktail.formulary.aftercare import AftercareRule
from mesococktail.formulary.agent import Agent, Match
from mesococktail.formulary.names import either, key, near, stops, without_number
from mesococktail.formulary.plans import NamedPlan
from mesococktail.formulary.rules import Rule, jurisdictions_of
from mesococktail.formulary.shipped import (
    packaged,
    shipped_aftercare,
    shipped_agents,
    shipped_plans,
    shipped_rules,
    shipped_unions,
    shipped_vocabularies,
)
from mesococktail.formulary.terms import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from mesococktail.formulary.published import PublishedFormula
    from mesococktail.formulary.terms import Term

_REMEMBERED = 10_000
"""Names kept ready for the next look-up; a log has far fewer distinct ones, a hostile caller may not."""

_DATA = ("agents.json", "terms.json", "published.json", "rules.json", "aftercare.json", "plans.json")


@attrs.frozen
class Stock:
    """A strength the clinic keeps of an agent."""

    agent: str
    """The id of the agent."""
    strength: str
    """As the clinic wrote it; it was read as an amount when the file was loaded."""
    product: str | None = None
    manufacturer: str | None = None

    def __str__(self) -> str:
        return f"{self.strength} ({self.product})" if self.product else self.strength


@attrs.frozen
class Formula:
    """A clinic's named, versioned recipe, which a prescription may start from."""

    name: str
    version: str
    text: str
    """The cocktail as one line, as ``Cocktail.parse`` reads it."""
    indication: str | None = None
    """The code of the indication it is for."""
    note: str | None = None


@attrs.frozen(eq=False)
class Formulary:
    """Agents, coded terms, stock strengths and formulas. Ours, or ours with a clinic's own added."""

    agents: Mapping[str, Agent] = attrs.field(repr=False)
    """By id, in the order of the data: ours first."""
    vocabularies: Mapping[str, Vocabulary] = attrs.field(repr=False)
    formulas: tuple[Formula, ...] = attrs.field(default=(), repr=False)
    stocks: tuple[Stock, ...] = attrs.field(default=(), repr=False)
    own: bytes = attrs.field(default=b"", repr=False)
    """The clinic's file as it was read, which is part of what the digest stands for."""
    jurisdiction: str | None = None
    """Where the clinic is: ``FR``, ``US-CA``. None where nobody said, which is not "everywhere"."""
    own_rules: tuple[Rule, ...] = attrs.field(default=(), repr=False)
    """The clinic's, which `rules` has after ours; likewise the next two."""
    own_aftercare: tuple[AftercareRule, ...] = attrs.field(default=(), repr=False)
    own_plans: tuple[NamedPlan, ...] = attrs.field(default=(), repr=False)
    _found: dict[str, Match] = attrs.field(factory=dict, init=False, repr=False)

    @staticmethod
    def shipped() -> Formulary:
        """Return the formulary that comes with the package; always the same object."""
        return _shipped()

    @staticmethod
    def of(given: Formulary | None) -> Formulary:
        """Return *given*, or ours where it is None.

        Raises:
            FormularyError: It is something else, such as the path of a clinic's file.
        """
        if isinstance(given, Formulary):
            return given
        if given is None:
            return _shipped()
        raise FormularyError(
            "must be a Formulary",
            path="formulary",
            got=given,
            cure='read it first: Formulary.load("clinic.toml")',
        )

    @staticmethod
    def load(path: str | PathLike[str], base: Formulary | None = None) -> Formulary:
        """Return *base* (ours when left out) with the agents, stock, formulas and terms of a clinic's file.

        Raises:
            FormularyError: The file is not there, is not TOML, or says something that cannot be; the
                path in the message is the one in the file: ``agents[2].name``.
        """
        # Reading TOML is needed by clinics with a file of their own only.
        from mesococktail.formulary.clinic import read_clinic

        return read_clinic(path, Formulary.of(base))

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits that stand for everything in here; a record keeps them."""
        parts = [packaged(name) for name in _DATA] + ([self.own] if self.own else [])
        whole = hashlib.sha256()
        for part in parts:
            whole.update(len(part).to_bytes(8, "big") + part)
        return whole.hexdigest()[:16]

    # Agents by name.

    @cached_property
    def _names(self) -> dict[str, tuple[Match, ...]]:
        """What each name may mean: usually one agent."""
        meant: dict[str, dict[str, Match]] = {}
        for agent in self.agents.values():
            for name, how, note in _names_of(agent):
                meant.setdefault(key(name), {}).setdefault(agent.id, Match(agent, name, how, note))
        return {name: tuple(matches.values()) for name, matches in meant.items()}

    @cached_property
    def _never(self) -> dict[str, str]:
        """Names that must not be taken for an agent of ours, and why."""
        return {key(name): why.text for agent in self.agents.values() for name, why in agent.confused}

    def named(self, name: str) -> tuple[Match, ...]:
        """Return every agent that *name* may mean: none, one, or several where a name is shared.

        Raises:
            AgentError: The text cannot be a name: it is empty, too long, or in another alphabet.
        """
        return self._names.get(key(name), ())

    def find(self, name: str) -> Match:
        """Return the agent that *name* means: an id, name, synonym, brand or known misspelling.

        Raises:
            AgentError: The name fits no agent (the message has the nearest names) or several (it names
                them all), or only looks like one.
        """
        if not isinstance(name, str):
            raise AgentError("the name of an agent is a text", got=name)
        found = self._found.get(name)
        return found if found is not None else self._search(name)

    def _search(self, name: str) -> Match:
        asked = key(name)
        matches = self.named(name)
        if len(matches) == 1:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[name] = match = attrs.evolve(matches[0], written=name)
            return match
        if matches:
            names = [match.agent.name for match in matches]
            rule = f"fits more than one agent: {either(names, 'and')}"
            raise AgentError(rule, got=name, cure=f"write the one that is meant: {either(names)}")
        if asked in self._never:
            raise AgentError(self._never[asked], got=name, cure=f"if that is what goes in, {_ELSE}")
        meant = {match.written: match.agent.name for matches in self._names.values() for match in matches}
        close = list(dict.fromkeys(meant[written] for written in near(name, meant)))
        cure = f"did you mean {either(close)}?" if close else _ELSE
        raise AgentError("no agent of the formulary has that name", got=name, cure=cure)

    def longest(self, text: str) -> tuple[Match, str] | None:
        """Return the agent with the longest name at the start of *text*, and the text after the name.

        Names hold digits, signs and spaces (``vitamin B12 1 mL``, ``NCTF 135 HA 3 mL``), so only the
        formulary can say where one ends. None if no name stands there.

        Raises:
            AgentError: The longest name fits more than one agent, or only looks like one, or nobody can
                say whether a number belongs to it (``vitamin B 12 mL``).
        """
        if not isinstance(text, str):
            raise AgentError("the name of an agent is a text", got=text)
        head = text.lstrip()
        for end in stops(head):
            name = head[:end]
            if not self._knows(name):
                continue
            match, rest = self.find(name), head[end:]
            shorter = without_number(name, rest)
            if shorter is not None and self._knows(shorter):
                names = f"{match.agent.name} or {self.find(shorter).agent.name}"
                rule = "the number may belong to the name or to the amount"
                raise AgentError(rule, got=text, cure=f"write {names}, then the amount")
            return match, rest
        return None

    def _knows(self, name: str) -> bool:
        if name in self._found:
            return True
        try:
            asked = key(name)
        except AgentError:
            return False
        return asked in self._names or asked in self._never

    # Agents by what they are and hold.

    def members(self, agent_id: str) -> tuple[str, ...]:
        """Return the ids of the agents a premix says it holds; none for a single substance."""
        return self._agent(agent_id).members

    def containing(self, agent_id: str) -> tuple[str, ...]:
        """Return the ids of the premixes that say they hold this agent, also inside another premix."""
        held: set[str] = set()
        more = {self._agent(agent_id).id}
        while more:
            held |= more
            more = {a.id for a in self.agents.values() if more.intersection(a.members)} - held
        return tuple(each for each in self.agents if each in held and each != agent_id)

    def with_class(self, name: str) -> tuple[str, ...]:
        """Return the ids of the agents of a class, such as ``vitamin`` or ``5-alpha-reductase inhibitor``."""
        if not isinstance(name, str):
            raise AgentError("the name of a class is a text", got=name)
        asked = key(name)
        ids = tuple(a.id for a in self.agents.values() if asked in map(key, a.classes))
        if ids:
            return ids
        known = sorted({each for agent in self.agents.values() for each in agent.classes})
        close = near(name, known)
        cure = f"did you mean {either(close)}?" if close else f"the classes are {', '.join(known)}"
        raise AgentError("no agent is of that class", got=name, cure=cure)

    def _agent(self, agent_id: str) -> Agent:
        try:
            return self.agents[agent_id]
        except (KeyError, TypeError):
            raise AgentError(
                "is not the id of an agent", got=agent_id, cure="look the name up with find()"
            ) from None

    # The clinic's own.

    def stock(self, agent_id: str) -> str | None:
        """Return the strength of the clinic's stock of an agent; None if it has none, or several."""
        kept = self.stocks_of(agent_id)
        return kept[0].strength if len(kept) == 1 else None

    def stocks_of(self, agent_id: str) -> tuple[Stock, ...]:
        """Return every stock of an agent, to choose from where there are several."""
        return tuple(stock for stock in self.stocks if stock.agent == agent_id)

    def formula(self, name: str, version: str | None = None) -> Formula:
        """Return the clinic's formula of that name; of several versions the last one in the file.

        Raises:
            FormularyError: There is none of that name and version.
        """
        asked = key(name)
        named = [formula for formula in self.formulas if key(formula.name) == asked]
        fits = [formula for formula in named if version in (None, formula.version)]
        if fits:
            return fits[-1]
        if named:
            versions = either([formula.version for formula in named])
            raise FormularyError(
                f"{named[0].name} has no version {version}", path="formula", cure=f"choose {versions}"
            )
        names = list(dict.fromkeys(formula.name for formula in self.formulas))
        cure = f"the formulas are {either(names, 'and')}" if names else "the formulary has no formula"
        raise FormularyError("no formula has that name", path="formula", got=name, cure=cure)

    # Rules, aftercare and plans. Each file is read when it is first asked for.

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, ours first, wherever it holds; see `holds`."""
        return shipped_rules() + self.own_rules

    @cached_property
    def jurisdictions(self) -> tuple[str, ...]:
        """Where the clinic is and what that lies in: ``("FR", "EU")``; empty where nobody said."""
        return jurisdictions_of(self.jurisdiction, shipped_unions())

    def holds(self, rule: Rule) -> bool | None:
        """Whether a rule holds where the clinic is; None if that cannot be said, for nobody said where."""
        if rule.jurisdiction is None:
            return True
        return rule.jurisdiction in self.jurisdictions if self.jurisdictions else None

    @cached_property
    def aftercare(self) -> tuple[AftercareRule, ...]:
        """Every aftercare rule, ours first."""
        return shipped_aftercare() + self.own_aftercare

    @cached_property
    def plans(self) -> tuple[NamedPlan, ...]:
        """Every named plan, ours first."""
        return shipped_plans() + self.own_plans

    def plan(self, name: str) -> NamedPlan:
        """Return the plan of that name or code.

        Raises:
            FormularyError: There is none; the message has those there are.
        """
        try:
            asked = key(name)
        except AgentError as error:
            raise FormularyError(error.rule, path="plan", got=name, cure=error.cure) from error
        for plan in self.plans:
            if asked in (key(plan.code), key(plan.name)):
                return plan
        cure = f"the plans are {either([plan.code for plan in self.plans], 'and')}"
        raise FormularyError("no plan has that name", path="plan", got=name, cure=cure)

    # Coded terms.

    def terms(self, vocabulary: str) -> tuple[Term, ...]:
        """Return the terms of a vocabulary: ``indications``, ``deliveries`` and so on.

        Raises:
            TermError: There is no such vocabulary.
        """
        return self._vocabulary(vocabulary).terms

    def term(self, vocabulary: str, text: str) -> Term:
        """Return the term of a vocabulary that *text* is the code, label or a synonym of.

        Raises:
            TermError: There is none; the message has the nearest ones.
        """
        if not isinstance(text, str):
            raise TermError("a term is given as text", path=vocabulary, got=text)
        return self._vocabulary(vocabulary).term(text)

    def _vocabulary(self, name: str) -> Vocabulary:
        try:
            return self.vocabularies[name]
        except (KeyError, TypeError):
            cure = f"the vocabularies are {either(self.vocabularies, 'and')}"
            raise TermError("there is no vocabulary of that name", got=name, cure=cure) from None

    @property
    def published(self) -> tuple[PublishedFormula, ...]:
        """Every published scalp formulation we know of, verbatim and with its citation."""
        # A large file that most calls do not need.
        from mesococktail.formulary.published import shipped_published

        return shipped_published()


_ELSE = "write other(...) with a description, or add it to the clinic's formulary file"


@cache
def _shipped() -> Formulary:
    return Formulary(shipped_agents(), shipped_vocabularies())


def _names_of(agent: Agent) -> Iterator[tuple[str, str, str | None]]:
    """Yield each name of an agent, how it is one, and what a person should know about it."""
    yield agent.name, "name", None
    yield agent.id, "id", None
    for how, names in (
        ("synonym", agent.synonyms),
        ("synonym", [name for _, name in agent.languages]),
        ("brand", agent.brands),
        ("misspelling", agent.misspellings),
    ):
        for name in names:
            yield name, how, None
    for form in agent.forms:
        note = f"{form} is counted as {agent.name} but is not the same mass or thing; the dose is as written"
        yield form, "form", note
    for name, why in agent.inferred:
        yield name, "inferred", why.text
