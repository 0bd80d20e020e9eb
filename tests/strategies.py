"""Hypothesis strategies: valid by construction, drawn from the whole shipped formulary.

``from tests.strategies import cocktails`` (``pythonpath = ["."]`` in pyproject.toml).
"""

from __future__ import annotations

import operator
from datetime import datetime, timedelta, timezone
from functools import reduce
from typing import TYPE_CHECKING, Any

from hypothesis import assume
from hypothesis import strategies as st

from mesococktail.amounts import Amount
from mesococktail.cocktails import (
    Adjunct,
    Cocktail,
    Ingredient,
    NamedAgent,
    Portion,
    Role,
    adjunct,
    complementary,
    fill,
    principal,
)
from mesococktail.cocktails.counting import MOST_COUNTS, PER_UNIT, counts
from mesococktail.cocktails.making import any_measure
from mesococktail.errors import AgentError
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import PURPOSES, Agent, Formulary, Measure, other
from mesococktail.records import Around, Doctor, Indication, Phase, Plan, Prescription

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMULARY = Formulary.shipped()
AGENTS = tuple(FORMULARY.agents.values())
_CODES = {name: tuple(term.code for term in FORMULARY.terms(name)) for name in FORMULARY.vocabularies}

DOSE_UNITS = {
    Measure.MASS: ("mg", "mcg", "g"),
    Measure.ACTIVITY: ("IU",),
    Measure.COUNT: ("platelets", "cells"),
    Measure.PRODUCT_UNITS: ("product units",),
}
"""Units of a dose by measure, as a person writes them."""
VOLUME_UNITS = ("mL", "uL", "cc")
ENOUGH = "900000000000 mL"
"""More than any volume that is drawn here."""


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Numbers above zero as they are written, some with zeros that mean nothing; no product is absurd."""
    whole, places = draw(st.integers(0, 500)), draw(st.sampled_from(["", "5", "25", "50", "05", "3"]))
    text = f"{whole}.{places}" if places else str(whole)
    return text if whole or places else "1"


@st.composite
def amounts(draw: st.DrawFn, *units: str) -> Amount:
    """Amounts in one of *units* (of a dose where none is given), each with the text it was written as."""
    choice = units or tuple(unit for spelt in DOSE_UNITS.values() for unit in spelt)
    return Amount.parse(f"{draw(numbers())} {draw(st.sampled_from(choice))}")


def volumes() -> SearchStrategy[Amount]:
    """Volumes in several units."""
    return amounts(*VOLUME_UNITS)


@st.composite
def strengths(draw: st.DrawFn, measure: Measure = Measure.MASS) -> Amount:
    """Stock strengths of something dosed by *measure*: plain, per several millilitres, and in percent."""
    unit = draw(st.sampled_from(DOSE_UNITS[measure]))
    texts = [f"{draw(numbers())} {unit}/mL", f"{draw(numbers())} {unit}/{draw(st.integers(2, 7))} mL"]
    if measure is Measure.MASS:
        texts += [f"{draw(st.integers(1, 50))} % w/v", f"{draw(st.integers(1, 50))}%"]
    return Amount.parse(draw(st.sampled_from(texts))).as_strength()


def reasons() -> SearchStrategy[str]:
    """Reasons why an amount is unknown, with the signs that the one-line text uses itself."""
    plain = st.text("abc XYZ;:+[]\"'é.,-", min_size=1, max_size=30)
    written = plain.map(str.strip).filter(bool)
    return st.one_of(st.sampled_from(["not stated", "torn + wet", "label; deviation: none"]), written)


@st.composite
def portions(
    draw: st.DrawFn, measures: tuple[Measure, ...] = (Measure.MASS,), *, unknown: bool = True
) -> Portion:
    """Portions of an agent dosed by *measures*, in every shape that says how much goes in, or why not.

    None is so little, or so much, that a record refuses it.
    """
    dosed = [measure for measure in measures if measure is not Measure.VOLUME]
    shapes = ["unknown"] if unknown else []
    if Measure.VOLUME in measures:
        shapes += ["volume", "each volume"]
    if dosed:
        shapes += ["dose", "dose in", "volume of", "dose of", "all", "each of", "dose in each"]
        shapes += ["unknown of"] if unknown else []
    shape = draw(st.sampled_from(shapes))
    measure = draw(st.sampled_from(dosed or [Measure.MASS]))
    dose, strength, volume = draw(amounts(*DOSE_UNITS[measure])), draw(strengths(measure)), draw(volumes())
    per_area = draw(st.booleans())
    each = draw(amounts("mL/cm2") if per_area else volumes())
    over = draw(amounts("cm2") if per_area else st.integers(1, 200))
    given: dict[str, Any] = {
        "unknown": {"unknown": draw(reasons())},
        "unknown of": {"unknown": draw(reasons()), "strength": strength},
        "volume": {"volume": volume},
        "each volume": {"each": each, "over": over},
        "dose": {"dose": dose},
        "dose in": {"dose": dose, "volume": volume},
        "dose in each": {"dose": dose, "each": each, "over": over},
        "volume of": {"volume": volume, "strength": strength},
        "dose of": {"dose": dose, "strength": strength},
        "each of": {"each": each, "over": over, "strength": strength},
        "all": {"dose": _written(volume * strength), "volume": volume, "strength": strength},
    }
    made = Portion(**given[shape])
    amounts_of = (made.solved.dose, made.solved.volume)
    assume(all(0 < counts(one.base, PER_UNIT[one.dimension]) <= MOST_COUNTS for one in amounts_of if one))
    return made


def _written(dose: Amount) -> Amount | None:
    """Return a computed dose as a person would write it; None where no decimal says it."""
    text = str(dose)
    return None if "/" in text or len(text) > 60 else Amount.parse(text)


_SAID = st.text('abcdefgh (+)1é-"', min_size=1, max_size=20)


@st.composite
def others(draw: st.DrawFn) -> Agent:
    """Agents that no formulary knows, with names and descriptions at the edge of what may be."""
    measure = draw(st.sampled_from(list(Measure)))
    try:
        return other(draw(_SAID), description=draw(_SAID), measure=measure.value, formulary=FORMULARY)
    except AgentError:
        return other(
            f"serum {draw(st.integers(100, 999))} (a) + b"[:14], description="x", measure=measure.value
        )


def agents() -> SearchStrategy[Agent]:
    """Agents of the formulary and, now and then, one it does not know."""
    return st.one_of(st.sampled_from(AGENTS), st.sampled_from(AGENTS), others())


@st.composite
def named(draw: st.DrawFn, agent: Agent) -> NamedAgent:
    """What a part keeps of *agent*, by one of the names that means it."""
    names = [agent.id, agent.name, *agent.synonyms, *agent.brands]
    clear = [name for name in names if agent.is_other or len(FORMULARY.named(name)) == 1]
    return NamedAgent.of(agent, draw(st.sampled_from(clear or [agent.name])))


@st.composite
def ingredients(
    draw: st.DrawFn, agent: Agent | None = None, role: Role | None = None, *, unknown: bool = True
) -> Ingredient:
    """Ingredients in every shape."""
    chosen = agent or draw(agents())
    measures = any_measure(chosen).measures if chosen.is_other else chosen.measures
    portion = draw(portions(measures, unknown=unknown))
    return Ingredient(draw(named(chosen)), portion, role or draw(st.sampled_from(list(Role))))


@st.composite
def adjuncts(draw: st.DrawFn, *, unknown: bool = True) -> Adjunct:
    """Adjuncts that do not fill up."""
    agent = draw(agents())
    measures = any_measure(agent).measures if agent.is_other else agent.measures
    portion = draw(portions(measures, unknown=unknown))
    return Adjunct(draw(named(agent)), portion, draw(st.sampled_from(PURPOSES)))


def deviations() -> SearchStrategy[str]:
    """Why a cocktail departs from the law, with the signs that the one-line text uses itself."""
    plain = st.text('abc +;:()[]"é', min_size=1, max_size=40).map(str.strip).filter(bool)
    return st.one_of(st.sampled_from(["PRP alone, protocol 7", "x; deviation: y", 'an odd "quote'][:]), plain)


@st.composite
def cocktails(draw: st.DrawFn, *, unknown: bool = True) -> Cocktail:
    """Cocktails: lawful and deviating, with adjuncts, fills, other agents and unknown amounts."""
    lawful = draw(st.booleans())
    number = draw(st.integers(2, 3)) if lawful else draw(st.sampled_from([1, 1, 4, 5]))
    chosen = draw(st.lists(agents(), min_size=number, max_size=number, unique_by=lambda agent: agent.id))
    roles = [Role.PRINCIPAL, Role.COMPLEMENTARY] + [draw(st.sampled_from(list(Role)))] * 3
    parts: list[Ingredient | Adjunct] = [
        draw(ingredients(agent, role, unknown=unknown)) for agent, role in zip(chosen, roles, strict=False)
    ]
    parts += draw(st.lists(adjuncts(unknown=unknown), max_size=2))
    if draw(st.booleans()):
        parts.append(fill("saline", to=_just_enough(parts), purpose=draw(st.sampled_from(PURPOSES))))
    return Cocktail(*parts, deviation=None if lawful else draw(deviations()))


def _just_enough(parts: list[Ingredient | Adjunct]) -> str:
    """Return a little more than the known volumes make, where a decimal can say it."""
    volumes = [part.volume.to("mL") for part in parts if part.volume is not None]
    total = str(reduce(operator.add, volumes, Amount.parse("0.5 mL")))
    return ENOUGH if "/" in total else total


@st.composite
def measured(draw: st.DrawFn) -> Cocktail:
    """Lawful cocktails of two or three agents dosed by mass, of which dose and volume are all known."""
    by_mass = [agent for agent in AGENTS if Measure.MASS in agent.measures]
    number = draw(st.integers(2, 3))
    chosen = draw(st.lists(st.sampled_from(by_mass), min_size=number, max_size=number, unique=True))
    make = [principal, complementary, draw(st.sampled_from([principal, complementary]))]
    parts: list[Ingredient | Adjunct] = [
        one(agent, strength=draw(strengths()), volume=draw(volumes()))
        for one, agent in zip(make, chosen, strict=False)
    ]
    if draw(st.booleans()):
        parts.append(adjunct("saline", volume=draw(volumes())))
    if draw(st.booleans()):
        parts.append(fill("saline", to=ENOUGH))
    return Cocktail(*parts)


def _ranges() -> SearchStrategy[tuple[int, int]]:
    one = st.integers(1, 999).map(lambda number: (number, number))
    two = st.tuples(st.integers(1, 999), st.integers(1, 999)).map(lambda pair: (min(pair), max(pair)))
    return st.one_of(one, st.just((1, 1)), two)


def phases() -> SearchStrategy[Phase]:
    """Phases of a plan."""
    units = st.sampled_from(["day", "week", "month"])
    usual = st.builds(Phase, every=_ranges(), unit=units, times=st.none() | _ranges())
    once = st.builds(Phase, every=_ranges(), unit=units, times=st.just((1, 1)), once_after=st.just(True))
    return st.one_of(usual, once)


def plans() -> SearchStrategy[Plan]:
    """Plans of every shape."""
    few = st.none() | st.integers(1, 999)
    phased = st.builds(
        Plan, phases=st.lists(phases(), min_size=1, max_size=12).map(tuple), at_most=few, stated=few
    )
    rising = st.sets(st.integers(0, 999), min_size=1, max_size=100).map(lambda weeks: tuple(sorted(weeks)))
    return st.one_of(phased, st.builds(Plan, weeks=rising, stated=few))


def arounds() -> SearchStrategy[Around]:
    """Imprecise dates."""
    days = st.dates(min_value=datetime(1900, 1, 1).date(), max_value=datetime(9998, 12, 31).date())  # noqa: DTZ001
    precise = st.integers(1, 3)
    return st.builds(lambda day, parts: Around(*(day.year, day.month, day.day)[:parts]), days, precise)


def times() -> SearchStrategy[datetime]:
    """Aware datetimes with fixed offsets, down to the microsecond."""
    offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    return st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
        max_value=datetime(9998, 12, 31),  # noqa: DTZ001
        timezones=offsets,
    )


def texts() -> SearchStrategy[str]:
    """Free texts of any language that a record may hold."""
    letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
    return st.text(st.one_of(letters, st.sampled_from("ab \n\té\\\"'/")), min_size=1, max_size=60).filter(
        lambda text: bool(text.strip())
    )


def ids() -> SearchStrategy[str]:
    """Opaque ids."""
    return st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,20}", fullmatch=True)


def _maybe(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def _code(vocabulary: str) -> SearchStrategy[str]:
    return st.sampled_from(_CODES[vocabulary])


def indications() -> SearchStrategy[Indication]:
    """Indications, each with the description that some codes need."""
    bare = st.sampled_from([code for code in _CODES["indications"] if code != "other"])
    return st.one_of(
        bare.map(lambda code: Indication(code=code)),
        st.builds(
            Indication,
            code=_code("indications"),
            description=texts(),
            scale=_maybe(_code("scales")),
            version=_maybe(texts()),
            stage=_maybe(texts()),
            duration=_maybe(texts()),
        ),
    )


def doctors() -> SearchStrategy[Doctor]:
    """Doctors."""
    return st.builds(Doctor, id=ids(), name=texts(), speciality=_maybe(texts()), licence=_maybe(texts()))


def findings() -> SearchStrategy[Finding]:
    """Findings."""
    return st.builds(Finding, st.sampled_from(list(Severity)), ids(), st.text("ab[0].", max_size=9), texts())


@st.composite
def prescriptions(draw: st.DrawFn) -> Prescription:
    """Prescriptions that can be true, with and without what is filled in at the door."""
    chart = draw(_maybe(texts()))
    cocktail = draw(_maybe(cocktails(unknown=chart is not None)))
    payload = draw(st.sampled_from(["saline", "none"] if cocktail is None else [None, "active"]))
    formula = draw(_maybe(texts()))
    return Prescription(
        patient=draw(ids()),
        doctor=draw(ids()),
        at=draw(times() if chart is None else st.one_of(times(), arounds())),
        at_defaulted=draw(st.booleans()),
        indication=draw(indications()),
        cocktail=cocktail,
        delivery=draw(_maybe(_code("delivery").filter(lambda code: code != "other"))),
        payload=payload,
        route=draw(_maybe(_code("routes").filter(lambda code: code != "other"))),
        plan=draw(_maybe(plans())),
        rationale=draw(_maybe(texts())),
        reference=draw(_maybe(texts())),
        formula=formula,
        changes=draw(st.lists(texts(), max_size=3).map(tuple)) if formula else (),
        transcribed_from=chart,
        renews=draw(_maybe(st.uuids().map(str))),
        technique=draw(st.sampled_from([(), ("chemical",), ("chemical", "mechanical")])),
        findings=draw(st.lists(findings(), max_size=2).map(tuple)),
        formulary=draw(_maybe(st.just("0123456789abcdef"))),
    )
