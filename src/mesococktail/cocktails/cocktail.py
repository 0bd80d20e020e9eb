"""The cocktail: ingredients, adjuncts, the law of its composition, and what follows from it."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount, Dimension, total_of
from mesococktail.cocktails.combination import GRID_DIGITS, Combination, Level, level_of
from mesococktail.cocktails.part import Adjunct, Ingredient, Part, Role
from mesococktail.errors import AmountError, CocktailError
from mesococktail.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.amounts import AmountLike
    from mesococktail.cocktails.table import RoundedDraw, Table
    from mesococktail.formulary import Formulary

FEWEST, MOST = 2, 3
"""The composition law: how many agents a cocktail has, adjuncts not counted.

Source: the article the project was made from, "usually contains 2-3 agents".
"""
MOST_PARTS = 20
"""Ingredients and adjuncts together, deviation or not: more than any syringe, and a bound for readers."""
LONGEST_DEVIATION = 500


@attrs.frozen(init=False)
class Cocktail:
    """A mixture of 2-3 agents with roles, their adjuncts, and the total volume.

    ::

        Cocktail(
            principal("minoxidil", "1 mL of 5 mg/mL"),
            complementary("biotin", "1 mL of 5 mg/mL"),
            fill("saline", to="5 mL"),
        )

    The composition law (2-3 agents, at least one principal and one complementary) has one exit:
    *deviation*, the prescriber's words on why this mixture departs from it. No agent stands in a
    cocktail twice, deviation or not: its dose would be two numbers.
    """

    ingredients: tuple[Ingredient, ...]
    adjuncts: tuple[Adjunct, ...]
    deviation: str | None

    def __init__(
        self,
        *parts: Part,
        ingredients: tuple[Ingredient, ...] = (),
        adjuncts: tuple[Adjunct, ...] = (),
        deviation: str | None = None,
    ) -> None:
        """Put *parts* together, in the order in which they are drawn.

        *ingredients* and *adjuncts* are more of them, under the names that ``attrs.evolve`` gives.

        Raises:
            CocktailError: The composition law is broken and no deviation says why, or one is given
                where nothing deviates; or the volumes contradict each other. It carries every fault.
        """
        given = (*parts, *_tuple("ingredients", ingredients), *_tuple("adjuncts", adjuncts))
        mixed = tuple(part for part in given if isinstance(part, Ingredient))
        beside = tuple(part for part in given if isinstance(part, Adjunct))
        if len(mixed) + len(beside) != len(given):
            raise CocktailError(
                "is made of ingredients and adjuncts only",
                got=given,
                cure="use principal(), complementary(), adjunct() and fill()",
            )
        self.__attrs_init__(mixed, beside, _one_line(deviation))
        faults = [*_law(self), *_volumes(self)]
        if faults:
            raise CocktailError(_in_words(faults), findings=faults)

    @classmethod
    def parse(cls, text: str, *, formulary: Formulary | None = None) -> Cocktail:
        """Read the one-line text that ``str(cocktail)`` writes.

        Raises:
            CocktailError: The text is not a cocktail; the message points at the part.
            AgentError: A name fits no agent, or more than one.
            AmountError: An amount in it is not an amount.
        """
        from mesococktail.cocktails.line import read_line  # line.py makes cocktails

        return read_line(text, formulary)

    def __str__(self) -> str:
        from mesococktail.cocktails.line import write_line  # see parse

        return write_line(self)

    @property
    def parts(self) -> tuple[Ingredient | Adjunct, ...]:
        """Ingredients, then adjuncts."""
        return (*self.ingredients, *self.adjuncts)

    @property
    def by_path(self) -> Iterator[tuple[str, Ingredient | Adjunct]]:
        """Every part with its place, as findings name it: ``ingredients[0]``."""
        for place, ingredient in enumerate(self.ingredients):
            yield f"ingredients[{place}]", ingredient
        for place, adjunct in enumerate(self.adjuncts):
            yield f"adjuncts[{place}]", adjunct

    @property
    def agents(self) -> tuple[str, ...]:
        """Ids of the agents, in the order written; adjuncts not counted."""
        return tuple(part.agent.id for part in self.ingredients)

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    def combination(self, level: Level | str = Level.AGENTS, *, digits: int = GRID_DIGITS) -> Combination:
        """Return the key by which this cocktail is counted; *digits* is the grid of its doses.

        Raises:
            CocktailError: There is no such level, or *digits* is not 1 to 28.
        """
        return Combination.of(self.ingredients, level_of(level), digits)

    @cached_property
    def total(self) -> Amount | None:
        """Total volume, diluent included, or None where a volume in it is not known."""
        filled = self._fill
        if filled is not None:
            return filled.fills_to
        return total_of(part.volume for part in self.parts)

    @property
    def _fill(self) -> Adjunct | None:
        return next((part for part in self.adjuncts if part.fills_to is not None), None)

    def volume(self, part: Part) -> Amount | None:
        """Return the volume of *part* in the syringe; what fills up gets what is left.

        Raises:
            CocktailError: *part* is not one.
        """
        _a_part(part)
        if not isinstance(part, Adjunct) or part.fills_to is None:
            return part.volume
        others = total_of(other.volume for other in self.parts if other != part)
        return None if others is None else part.fills_to - others

    def dose(self, agent: str) -> Amount | None:
        """Return the dose of the ingredient with that agent id.

        Raises:
            CocktailError: No ingredient has that agent.
        """
        return self._ingredient(agent).dose

    def concentration(self, agent: str) -> Amount | None:
        """Return dose over total volume of the ingredient, which is also its dose per millilitre.

        None where the dose or the total is not known, or the dose is itself a volume.
        """
        return self.final(self._ingredient(agent))

    def final(self, part: Part) -> Amount | None:
        """Return the final concentration of *part*, as `concentration` does for an agent.

        Raises:
            CocktailError: *part* is not one.
        """
        _a_part(part)
        dose, total = part.dose, self.total
        if dose is None or total is None or dose.dimension is Dimension.VOLUME:
            return None
        return dose / total

    def share(self, agent: str, volume: AmountLike) -> Amount | None:
        """Return how much of the agent is in *volume* of the finished mixture.

        Raises:
            CocktailError: *volume* is more than there is.
        """
        dose, taken, total = self._ingredient(agent).dose, _volume(volume), self.total
        if dose is None or total is None:
            return None
        if taken > total:
            raise CocktailError(
                f"is more than the {total} of the whole mixture", path="volume", got=str(taken)
            )
        return dose * taken.ratio(total)

    def scale(self, *, to: AmountLike) -> Cocktail:
        """Return the same mixture made up to another total: doses and volumes change, strengths do not.

        Raises:
            CocktailError: The total of this mixture is not known.
        """
        wanted, total = _volume(to), self.total
        if total is None:
            raise CocktailError(
                "cannot be scaled while its total is not known", cure="add a fill, q.s. to 5 mL"
            )
        factor = Fraction(wanted.base) / Fraction(total.base)
        return Cocktail(*(_scaled(part, factor) for part in self.parts), deviation=self.deviation)

    def rounded(self, *, graduation: AmountLike) -> tuple[RoundedDraw, ...]:
        """Return what is really drawn when every known volume is rounded to the marks of a syringe.

        Raises:
            AmountError: *graduation* is not an amount.
            CocktailError: *graduation* is not a volume.
        """
        from mesococktail.cocktails.table import rounded_draws  # see table

        return rounded_draws(self, graduation=graduation)

    def table(self) -> Table:
        """Return what a doctor wants to see: agent, role, draw, dose, final concentration. Print it."""
        from mesococktail.cocktails.table import table_of  # tables are only drawn on demand

        return table_of(self)

    def _ingredient(self, agent: str) -> Ingredient:
        for part in self.ingredients:
            if part.agent.id == agent:
                return part
        raise CocktailError(
            "is not an ingredient of this cocktail",
            path="agent",
            got=agent,
            cure=f"it has {', '.join(self.agents)}",
        )


def _law(cocktail: Cocktail) -> list[Finding]:
    agents = cocktail.agents
    roles = {part.role for part in cocktail.ingredients}
    broken = []
    if not FEWEST <= len(agents) <= MOST:
        broken.append(
            (
                "number_of_agents",
                f"{len(agents)} agents: a cocktail has {FEWEST} to {MOST}, adjuncts not counted",
            )
        )
    broken += [
        (f"no_{role.value}", f"no {role.value} ingredient: a cocktail has at least one")
        for role in Role
        if role not in roles
    ]
    twice = sorted({agent for agent in agents if agents.count(agent) > 1})
    faults = [
        _fault("agent_twice", f"{agent} stands in it twice; write it once, with the whole dose")
        for agent in twice
    ]
    if len(cocktail.parts) > MOST_PARTS:
        faults.append(_fault("parts", f"{len(cocktail.parts)} parts: a cocktail has at most {MOST_PARTS}"))
    if not agents:
        return [
            _fault(
                "number_of_agents", "no agent at all; a session without a cocktail is recorded without one"
            )
        ]
    if cocktail.deviation is None:
        cure = "; change it, or say why it departs with deviation=…"
        return faults + [_fault(code, message + cure) for code, message in broken]
    if not cocktail.deviation:
        faults.append(_fault("deviation", "the deviation is empty; say why the mixture departs from the law"))
    elif not broken and not twice:
        faults.append(_fault("deviation", "a deviation is given and nothing deviates; leave it out"))
    return faults


def _volumes(cocktail: Cocktail) -> list[Finding]:
    fills = [part for part in cocktail.adjuncts if part.fills_to is not None]
    if len(fills) > 1:
        return [_fault("fills", "two adjuncts fill up to a total; only one can")]
    if not fills:
        return []
    known = [part.volume for part in cocktail.parts if part is not fills[0] and part.volume is not None]
    others, to = total_of(known), fills[0].fills_to
    if others is not None and to is not None and others >= to:
        message = f"q.s. to {to}, but the other parts already make {others}"
        return [_fault("fills", f"{message}; fill to more, or leave the filling out")]
    return []


def _fault(code: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, "", message)


def _in_words(faults: list[Finding]) -> str:
    return " | ".join(fault.message for fault in faults)


def _volume(given: AmountLike) -> Amount:
    try:
        volume = Amount.of(given)
    except AmountError as error:
        raise error.at("volume") from None
    if volume.dimension is not Dimension.VOLUME:
        raise AmountError(
            f"must be a volume, and this measures {volume.dimension}", path="volume", got=str(volume)
        )
    return volume


def _tuple(path: str, parts: object) -> tuple[Part, ...]:
    if isinstance(parts, tuple):
        return parts
    raise CocktailError("must be a tuple of parts", path=path, got=parts)


def _a_part(part: object) -> None:
    if not isinstance(part, Part):
        raise CocktailError(
            "is not a part of a cocktail", path="part", got=part, cure="give one of cocktail.parts"
        )


def _one_line(deviation: object) -> str | None:
    if deviation is None:
        return None
    if not isinstance(deviation, str) or len(deviation) > LONGEST_DEVIATION:
        rule = f"must be a text of at most {LONGEST_DEVIATION} characters"
        raise CocktailError(rule, path="deviation", got=deviation)
    if not deviation.isprintable():
        raise CocktailError(
            "must be one line",
            path="deviation",
            got=deviation,
            cure="remove line breaks and control characters",
        )
    return deviation.strip()


def _scaled(part: Part, factor: Fraction) -> Part:
    portion = part.portion
    grown = attrs.evolve(
        portion,
        dose=portion.dose and portion.dose * factor,
        volume=portion.volume and portion.volume * factor,
        each=portion.each and portion.each * factor,
    )
    scaled = attrs.evolve(part, portion=grown)
    if isinstance(scaled, Adjunct) and scaled.fills_to is not None:
        return attrs.evolve(scaled, fills_to=scaled.fills_to * factor)
    return scaled
