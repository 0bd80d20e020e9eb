"""A clinic's own formulary file: its agents, stock, formulas, terms, rules, aftercare and plans.

```toml
jurisdiction = "FR"

[stock]
minoxidil = "5 mg/mL"
dutasteride = [{ product = "Compounded A", strength = "0.5 mg/mL" }, { strength = "0.1 mg/mL" }]

[[agents]]
name = "house vitamin mix"
measures = "volume"
description = "vitamin mix made for us by the town pharmacy"
composition = { disclosure = "full", members = ["biotin", "dexpanthenol"] }

[[formulas]]
name = "starter"
version = "1"
text = "minoxidil 1 mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
indication = "androgenetic alopecia"

[[terms]]
vocabulary = "zones"
code = "nape"
label = "nape"

[[rules]]
code = "our_dutasteride_dose"
version = "1"
type = "limit"
severity = "warn"
message = "we give at most 1 mg of dutasteride in a session"
agents = ["dutasteride"]
of = "dose"
most = "1 mg"
per = "session"

[[aftercare]]
code = "no_hat"
version = "1"
polarity = "do_not"
text = "Do not wear a tight hat for at least 1 day."
duration = "at least 1 day"
bound = "at_least"
days = 1

[[plans]]
code = "monthly"
version = "1"
name = "monthly for half a year"
text = "every 4 weeks x6"
```

What the rules, aftercare rules and plans of a file may say is in `clinic_rules`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import AgentError, AmountError, FormularyError, TermError
from mesococktail.formulary.agent import PREMISES, Agent, Cited, Composition, Measure, Member
from mesococktail.formulary.clinic_rules import with_rules
from mesococktail.formulary.clinic_values import fault_at
from mesococktail.formulary.formulary import Formula, Formulary, Stock
from mesococktail.formulary.measure import answer
from mesococktail.formulary.names import either, key, new_name, slug
from mesococktail.formulary.terms import Term
from mesococktail.formulary.toml import Table, as_table, plain_text, read_toml

if TYPE_CHECKING:
    from os import PathLike

    from mesococktail.formulary.terms import Vocabulary

_SOURCE = "the clinic's formulary file"
_NAMES = ("synonyms", "brands", "misspellings")
_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_STRENGTHS = {
    Measure.MASS: ("mass per volume", "percent"),
    Measure.ACTIVITY: ("activity per volume",),
    Measure.COUNT: ("count per volume",),
    Measure.VOLUME: (),
    Measure.PRODUCT_UNITS: ("product units per volume",),
}


def read_clinic(path: str | PathLike[str], base: Formulary) -> Formulary:
    """Return *base* with what a clinic's file adds. See `Formulary.load`."""
    file, data = read_toml(path)
    made = attrs.evolve(base, vocabularies=_terms(file, base), own=base.own + data)
    made = attrs.evolve(made, agents=_agents(file, made))
    made = attrs.evolve(made, stocks=_stocks(file, made), formulas=base.formulas + _formulas(file, made))
    made = with_rules(file, made)
    file.done()
    return made


@attrs.define
class _Known:
    """What names mean while the file's own agents are still being read."""

    base: Formulary
    agents: dict[str, Agent]
    own: dict[str, Agent] = attrs.field(factory=dict, init=False)
    """By the key of each of their names."""

    def named(self, name: str) -> list[Agent]:
        mine = self.own.get(key(name))
        return [match.agent for match in self.base.named(name)] + ([mine] if mine else [])

    def add(self, agent: Agent) -> None:
        self.agents[agent.id] = agent
        for name in (agent.name, agent.id, *agent.synonyms, *agent.brands, *agent.misspellings):
            self.own[key(name)] = agent


def _agents(file: Table, base: Formulary) -> dict[str, Agent]:
    known = _Known(base, dict(base.agents))
    for table in file.tables("agents"):
        # A later agent may hold an earlier one, and must not be called like it.
        known.add(_agent(table, known))
        table.done()
    return known.agents


def _agent(table: Table, known: _Known) -> Agent:
    name = table.needed("name")
    _free(name, table.at("name"), known)
    id_ = table.text("id") or slug(name)
    if not _ID.fullmatch(id_):
        rule = "an id is lower-case letters and digits with single hyphens"
        raise FormularyError(rule, path=table.at("id"), got=id_)
    if id_ in known.agents:
        raise FormularyError("is the id of another agent", path=table.at("id"), got=id_)
    if slug(name) != id_:
        _free(id_, table.at("id"), known)
    synonyms, brands, misspellings = (_names(table, called, known) for called in _NAMES)
    measures = table.chosen("measures", tuple(Measure))
    if not measures:
        cure = f"add measures = one or more of {either(Measure)}"
        raise FormularyError("is needed", path=table.at("measures"), cure=cure)
    units = table.texts("units")
    if bool(units) != (Measure.PRODUCT_UNITS in measures):
        rule = "belong together with measures = product units"
        raise FormularyError(rule, path=table.at("units"), cure='write for example units = ["unit", "units"]')
    description, source = table.text("description"), table.text("source")
    if description is None and source is None:
        cure = 'add description = "…" (what it is) or source = "…" (where it is described)'
        raise FormularyError("is needed", path=table.at("description"), cure=cure)
    purposes = tuple(
        _term_code(said, "purposes", table.at("purposes"), known.base) for said in table.texts("purposes")
    )
    return Agent(
        id=id_,
        name=name,
        kind=table.text("kind") or "clinic's own",
        measures=tuple(Measure(measure) for measure in dict.fromkeys(measures)),
        sources=(source or _SOURCE,),
        classes=table.texts("classes"),
        synonyms=synonyms,
        brands=brands,
        misspellings=misspellings,
        composition=_composition(table.table("composition"), known),
        premises=table.chosen("premises", PREMISES),
        purposes=purposes,
        units=units,
        cautions=tuple(Cited(said, source or _SOURCE) for said in table.texts("cautions")),
        description=description,
        retired=table.text("retired"),
    )


def _names(table: Table, called: str, known: _Known) -> tuple[str, ...]:
    names = table.texts(called)
    for i, name in enumerate(names):
        _free(name, f"{table.at(called)}[{i}]", known)
    return names


def _free(name: str, path: str, known: _Known) -> None:
    """Refuse a name that cannot be read back from a cocktail's line, or that means something already."""
    try:
        found = known.named(new_name(name))
    except AgentError as error:
        raise fault_at(error, path) from error
    if found:
        taken = either([agent.name for agent in found], "and")
        raise FormularyError(f"is a name of {taken} already", path=path, got=name, cure="choose another")


def _composition(table: Table | None, known: _Known) -> Composition | None:
    if table is None:
        return None
    disclosure = table.chosen("disclosure", ("full", "partial", "none"))
    if len(disclosure) != 1:
        cure = "say how much is disclosed: full, partial or none"
        raise FormularyError("is needed once", path=table.at("disclosure"), cure=cure)
    members = []
    for i, said in enumerate(table.texts("members")):
        try:
            found = known.named(said)
        except AgentError as error:
            raise fault_at(error, f"{table.at('members')}[{i}]") from error
        if len(found) > 1:
            meant = either([agent.name for agent in found])
            path = f"{table.at('members')}[{i}]"
            raise FormularyError("fits more than one agent", path=path, got=said, cure=f"write {meant}")
        members.append(Member(said, found[0].id if found else None))
    made = Composition(
        disclosure=disclosure[0],
        members=tuple(members),
        source=table.text("source") or _SOURCE,
        declared=table.text("declared"),
        version=table.text("version"),
    )
    table.done()
    return made


def _stocks(file: Table, known: Formulary) -> tuple[Stock, ...]:
    table = file.table("stock")
    if table is None:
        return known.stocks
    made: list[Stock] = []
    given: set[str] = set()
    for name in table.said:
        path = table.at(name)
        try:
            agent = known.find(name).agent
        except AgentError as error:
            raise fault_at(error, path) from error
        if agent.id in given:
            rule = f"the stock of {agent.name} is given twice"
            raise FormularyError(rule, path=path, cure="write one list of its products")
        given.add(agent.id)
        said = table.take(name)
        several = said if isinstance(said, list) else [said]
        for i, each in enumerate(several):
            made.append(_stock(each, agent, f"{path}[{i}]" if isinstance(said, list) else path))
    return tuple(stock for stock in known.stocks if stock.agent not in given) + tuple(made)


def _stock(said: object, agent: Agent, path: str) -> Stock:
    if isinstance(said, dict):
        table = as_table(said, path)
        stock = Stock(agent.id, table.needed("strength"), table.text("product"), table.text("manufacturer"))
        path = table.at("strength")
        table.done()
    else:
        stock = Stock(agent.id, plain_text(said, path))
    # Amounts stand below this layer, but reading them costs and most formularies have no stock.
    from mesococktail.amounts import Amount

    try:
        amount = Amount.parse(stock.strength, units=agent.units)
    except AmountError as error:
        raise fault_at(error, path) from error
    if not any(amount.dimension.value in _STRENGTHS[measure] for measure in agent.measures):
        rule = f"is {amount.dimension.value}, and {agent.name} is dosed by {either(agent.measures)}"
        fits = [dimension for measure in agent.measures for dimension in _STRENGTHS[measure]]
        cure = f"give a strength in {either(fits)}" if fits else "leave it out: its volume is its dose"
        raise FormularyError(rule, path=path, got=stock.strength, cure=cure)
    return stock


def _formulas(file: Table, known: Formulary) -> tuple[Formula, ...]:
    made: list[Formula] = []
    taken = {(key(formula.name), formula.version) for formula in known.formulas}
    for table in file.tables("formulas"):
        name, version = table.needed("name"), table.needed("version")
        try:
            named = (key(name), version)
        except AgentError as error:
            raise fault_at(error, table.at("name")) from error
        if named in taken:
            cure = "give the next version"
            raise FormularyError(
                "that version is given twice", path=table.at("version"), got=version, cure=cure
            )
        taken.add(named)
        indication = table.text("indication")
        if indication is not None:
            indication = _term_code(indication, "indications", table.at("indication"), known)
        made.append(Formula(name, version, table.needed("text"), indication, table.text("note")))
        table.done()
    return tuple(made)


def _term_code(said: str, vocabulary: str, path: str, known: Formulary) -> str:
    try:
        return known.term(vocabulary, said).code
    except (TermError, AgentError) as error:
        raise fault_at(error, path) from error


def _terms(file: Table, base: Formulary) -> dict[str, Vocabulary]:
    own: dict[str, dict[str, Term]] = {}
    for table in file.tables("terms"):
        term = _term(table, base)
        taken = own.setdefault(term.vocabulary, {})
        said = [("code", term.code), ("label", term.label)]
        said += [(f"synonyms[{i}]", synonym) for i, synonym in enumerate(term.synonyms)]
        for where, text in said:
            try:
                holder = taken.get(key(text))
                held = base.vocabularies[term.vocabulary].holds(text)
            except AgentError as error:
                raise fault_at(error, table.at(where)) from error
            if held or not (holder is None or holder is term):
                raise FormularyError("is in the vocabulary already", path=table.at(where), got=text)
            taken[key(text)] = term
        table.done()
    made = dict(base.vocabularies)
    for name, terms in own.items():
        made[name] = made[name].with_terms(tuple(dict.fromkeys(terms.values())))
    return made


def _term(table: Table, base: Formulary) -> Term:
    name = table.needed("vocabulary")
    if name not in base.vocabularies:
        rule, cure = "there is none of that name", f"the vocabularies are {either(base.vocabularies, 'and')}"
        raise FormularyError(rule, path=table.at("vocabulary"), got=name, cure=cure)
    code = table.needed("code")
    if not _CODE.fullmatch(code):
        rule = "a code is lower-case letters, digits and underscores"
        raise FormularyError(rule, path=table.at("code"), got=code)
    return Term(
        code=code,
        label=table.text("label") or code.replace("_", " "),
        vocabulary=name,
        source=table.text("source") or _SOURCE,
        synonyms=table.texts("synonyms"),
        class_=table.text("class"),
        needs_description=_flag(table, "needs_description"),
        **answer(table, name),
    )


def _flag(table: Table, name: str) -> bool:
    said = table.take(name)
    if said is not None and not isinstance(said, bool):
        raise FormularyError(
            "is true or false", path=table.at(name), got=said, cure="write it without quotes"
        )
    return said is True
