"""Making parts from what people write: names are looked up, texts are read, the clinic's stock is added."""

from __future__ import annotations

import attrs

from mesococktail.amounts import Amount, AmountLike, Dimension
from mesococktail.cocktails.part import Adjunct, Ingredient, NamedAgent, Role, must_be_total, not_a_purpose
from mesococktail.cocktails.portion import DOSES, Portion, portion, portion_of
from mesococktail.errors import AmountError, CocktailError
from mesococktail.formulary import PURPOSES, Agent, Formulary, Measure

MEASURED_AS = {
    Dimension.MASS: Measure.MASS,
    Dimension.ACTIVITY: Measure.ACTIVITY,
    Dimension.COUNT: Measure.COUNT,
    Dimension.VOLUME: Measure.VOLUME,
    Dimension.PRODUCT_UNITS: Measure.PRODUCT_UNITS,
}
"""The measure of a dose, by its dimension. With it a dose can be counted without any formulary."""


def principal(
    agent: str | Agent,
    amount: AmountLike | None = None,
    *,
    dose: AmountLike | None = None,
    strength: AmountLike | None = None,
    volume: AmountLike | None = None,
    each: AmountLike | None = None,
    over: AmountLike | int | None = None,
    unknown: str | None = None,
    formulary: Formulary | None = None,
) -> Ingredient:
    """Make an ingredient that the mixture is given for.

    Args:
        agent: A name the formulary knows, or an `Agent` (see `other`).
        amount: The whole portion as text, ``1 mL of 5 mg/mL``; or one amount, a dose or a volume.
        dose: Mass, IU, count or product units. With *strength* and *volume*: two give the third.
        strength: Concentration of the stock.
        volume: Volume drawn.
        each: Volume per point or per area, with *over*.
        over: Number of points, or an area.
        unknown: Why the amount is not known (only for a prescription transcribed from an old chart).
        formulary: Where names are looked up; ours when left out.

    Raises:
        AgentError: The name fits no agent, or more than one.
        AmountError: A text is not an amount.
        CocktailError: The amounts contradict each other, or do not fit how the agent is measured.
    """
    given = Given(amount, dose, strength, volume, each, over, unknown)
    return Ingredient(*_named(agent, given, formulary), role=Role.PRINCIPAL)


def complementary(
    agent: str | Agent,
    amount: AmountLike | None = None,
    *,
    dose: AmountLike | None = None,
    strength: AmountLike | None = None,
    volume: AmountLike | None = None,
    each: AmountLike | None = None,
    over: AmountLike | int | None = None,
    unknown: str | None = None,
    formulary: Formulary | None = None,
) -> Ingredient:
    """Make an ingredient that supports the principal one; takes what `principal` takes."""
    given = Given(amount, dose, strength, volume, each, over, unknown)
    return Ingredient(*_named(agent, given, formulary), role=Role.COMPLEMENTARY)


def adjunct(
    agent: str | Agent,
    amount: AmountLike | None = None,
    *,
    purpose: str | None = None,
    dose: AmountLike | None = None,
    strength: AmountLike | None = None,
    volume: AmountLike | None = None,
    each: AmountLike | None = None,
    over: AmountLike | int | None = None,
    unknown: str | None = None,
    formulary: Formulary | None = None,
) -> Adjunct:
    """Make an adjunct: a diluent, anaesthetic, pH adjuster, preservative, activator, vehicle or placebo.

    *purpose* may be left out where the formulary knows one; the amounts are those of `principal`.

    Raises:
        CocktailError: The purpose is not one of the known ones, or is not known and was left out.
    """
    given = Given(amount, dose, strength, volume, each, over, unknown)
    known = looked_up(agent, formulary)
    return Adjunct(*_named(agent, given, formulary), purpose=purpose_of(known, purpose))


def fill(
    agent: str | Agent,
    *,
    to: AmountLike,
    purpose: str | None = None,
    formulary: Formulary | None = None,
) -> Adjunct:
    """Fill up with *agent* to a total volume (*q.s.*): ``fill("saline", to="5 mL")``.

    Raises:
        AmountError: *to* is not a volume.
        CocktailError: The purpose is not one of the known ones, or is not known and was left out.
    """
    try:
        total = Amount.of(to)
    except AmountError as error:
        raise error.at("to") from None
    must_be_total(total, "to")
    known = looked_up(agent, formulary)
    named = NamedAgent.of(known, agent if isinstance(agent, str) else None)
    return Adjunct(named, Portion(), purpose=purpose_of(known, purpose), fills_to=total)


@attrs.frozen
class Given:
    """What was given of a portion: the whole as one text, or its parts by name."""

    amount: AmountLike | None = None
    dose: AmountLike | None = None
    strength: AmountLike | None = None
    volume: AmountLike | None = None
    each: AmountLike | None = None
    over: AmountLike | int | None = None
    unknown: str | None = None

    def portion(self, agent: Agent) -> Portion:
        """Return the portion it makes of *agent*, whose product unit may be spelt its own way."""
        if self.amount is None:
            return portion(
                dose=self.dose,
                strength=self.strength,
                volume=self.volume,
                each=self.each,
                over=self.over,
                unknown=self.unknown,
                units=agent.units,
            )
        if any(part is not None for part in attrs.astuple(self, recurse=False)[1:]):
            raise CocktailError(
                "the amount is given twice",
                got=str(self.amount),
                cure="give the whole as one text, or each part by name",
            )
        if isinstance(self.amount, str):
            return portion_of(self.amount, units=agent.units)
        return portion(dose=self.amount)


def looked_up(agent: str | Agent, formulary: Formulary | None) -> Agent:
    """Return the agent that is meant; ours is the formulary where none is given."""
    if isinstance(agent, Agent):
        return agent
    return Formulary.of(formulary).find(agent).agent


def _named(agent: str | Agent, given: Given, formulary: Formulary | None) -> tuple[NamedAgent, Portion]:
    known = looked_up(agent, formulary)
    try:
        made = portion_for(known, given, Formulary.of(formulary))
    except (AmountError, CocktailError) as error:
        raise error.at(known.name) from None
    return NamedAgent.of(known, agent if isinstance(agent, str) else None), made


def portion_for(agent: Agent, given: Given, formulary: Formulary) -> Portion:
    """Return the portion that *given* makes of *agent*, with the clinic's stock where that is missing.

    Raises:
        AmountError: A text is not an amount.
        CocktailError: The amounts contradict each other, or do not fit how the agent is measured.
    """
    made = with_stock(agent, given.portion(agent), formulary)
    fits_measure(agent, made)
    return made


def any_measure(agent: Agent) -> Agent:
    """Return an agent no formulary knows, measured as the amount given with it: texts do not repeat how."""
    return attrs.evolve(agent, measures=tuple(Measure))


def with_stock(agent: Agent, given: Portion, formulary: Formulary) -> Portion:
    """Add the strength of the clinic's one stock where a volume was given and nothing says of what.

    It carries no text, because the prescriber wrote none: that is how a record shows where it came from.
    """
    needs = given.dose is None and given.strength is None and given.unknown is None
    stock = formulary.stock(agent.id) if needs and Measure.VOLUME not in agent.measures else None
    if stock is None:
        return given
    strength = attrs.evolve(Amount.of(stock, units=agent.units).as_strength(), text=None)
    return portion(volume=given.volume, each=given.each, over=given.over, strength=strength)


def fits_measure(agent: Agent, given: Portion) -> None:
    """Refuse a portion that does not say how much of the agent goes in, in a measure the agent has."""
    dose = given.solved.dose
    if dose is None or MEASURED_AS[dose.dimension] in agent.measures:
        return
    wanted = " or ".join(measure.value for measure in agent.measures)
    if dose.dimension in DOSES:
        raise CocktailError(
            f"is a dose in {dose.dimension}, and {agent.name} is dosed by {wanted}",
            path="dose",
            got=str(given),
            cure="give it in that measure",
        )
    raise CocktailError(
        f"{agent.name} is dosed by {wanted}, and a volume alone does not say how much that is",
        path="strength",
        got=str(given),
        cure=f"add the strength on the label of the stock: {given} of ... mg/mL",
    )


def purpose_of(agent: Agent, purpose: str | None) -> str:
    """Return *purpose*, or the usual one of *agent* where it was left out.

    Raises:
        CocktailError: It is not one of the known ones, or is not known and was left out.
    """
    if purpose is None:
        if agent.purposes:
            return agent.purposes[0]
        raise CocktailError(
            f"nothing says what {agent.name} is in the syringe for",
            path="purpose",
            cure='say purpose="diluent", or give it a role with principal() or complementary()',
        )
    if purpose in PURPOSES:
        return purpose
    raise not_a_purpose(purpose)
