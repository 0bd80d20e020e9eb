"""The parts of a cocktail: ingredients with a role, and adjuncts with a purpose."""

from __future__ import annotations

import re
from enum import StrEnum

import attrs

from mesococktail.amounts import Amount, AmountLike, Dimension
from mesococktail.cocktails.portion import DOSES, Portion, Solved, portion, portion_of
from mesococktail.errors import AgentError, AmountError, CocktailError
from mesococktail.formulary import PURPOSES, Agent, Formulary, Measure

MEASURED_AS = {
    Dimension.MASS: Measure.MASS,
    Dimension.ACTIVITY: Measure.ACTIVITY,
    Dimension.COUNT: Measure.COUNT,
    Dimension.VOLUME: Measure.VOLUME,
    Dimension.PRODUCT_UNITS: Measure.PRODUCT_UNITS,
}
"""The measure of a dose, by its dimension. With it a dose can be counted without any formulary."""


# What the one-line text can hold: a name is found at the start of a part, a description stands in brackets.
_NAME = re.compile(r'[^"\[\];]{1,100}')
_DESCRIPTION = re.compile(r'[^"\[\];]{1,300}')
_PURPOSE = re.compile(r"[a-z][a-z_]{0,40}")


class Role(StrEnum):
    """What an ingredient is for in this mixture: the prescriber's opinion, not a property of the agent."""

    PRINCIPAL = "principal"
    COMPLEMENTARY = "complementary"


_ROLES = frozenset(Role)


@attrs.frozen
class NamedAgent:
    """What a part took from the formulary when it was made, so that it can be read without one.

    Raises:
        AgentError: Something in it is not a text, or a text that a cocktail's one line cannot hold.
    """

    id: str
    name: str
    written: str | None = attrs.field(default=None, eq=False)
    """The name as the prescriber wrote it, where it differs from both id and name."""
    members: tuple[str, ...] = ()
    """Ids of the agents known to be in it, for a premix."""
    description: str | None = None
    """What it is, for an agent no formulary knows."""

    def __attrs_post_init__(self) -> None:
        _fits("id", self.id, _NAME)
        _fits("name", self.name, _NAME)
        if self.written is not None:
            _fits("written", self.written, _NAME)
        if self.description is not None:
            _fits("description", self.description, _DESCRIPTION)
        if self.members:
            members: object = self.members
            if not isinstance(members, tuple):
                raise AgentError("must be a tuple of ids", path="members", got=members)
            for member in members:
                _fits("members", member, _NAME)

    @classmethod
    def of(cls, agent: Agent, written: str | None = None) -> NamedAgent:
        """Take from *agent* what a record keeps of it."""
        same = written is None or written.casefold() in (agent.id.casefold(), agent.name.casefold())
        return cls(
            agent.id,
            agent.name,
            None if same else written,
            agent.members,
            agent.description if agent.is_other else None,
        )


def _fits(name: str, text: object, shape: re.Pattern[str]) -> None:
    if isinstance(text, str) and shape.fullmatch(text) and text.isprintable() and text == text.strip():
        return
    raise AgentError(
        'must be a text of one line without " [ ] ; and without spaces around it', path=name, got=text
    )


@attrs.frozen
class Part:
    """What ingredients and adjuncts have in common: an agent and how much of it.

    Raises:
        CocktailError: It is not made of an agent and a portion, or the portion contradicts itself.
    """

    agent: NamedAgent
    portion: Portion

    def __attrs_post_init__(self) -> None:
        agent: object = self.agent
        given: object = self.portion
        if not isinstance(agent, NamedAgent) or not isinstance(given, Portion):
            raise CocktailError(
                "is made of a NamedAgent and a Portion",
                got=(agent, given),
                cure="use principal(), complementary(), adjunct() and fill()",
            )
        _ = self.solved

    @property
    def solved(self) -> Solved:
        """Dose, strength and volume with what follows from what was given."""
        return self.portion.solved

    @property
    def dose(self) -> Amount | None:
        """How much of the agent goes in, or None where that is not known."""
        return self.solved.dose

    @property
    def strength(self) -> Amount | None:
        """Concentration of the stock, given or computed."""
        return self.solved.strength

    @property
    def volume(self) -> Amount | None:
        """Volume drawn, given or computed."""
        return self.solved.volume


@attrs.frozen
class Ingredient(Part):
    """One agent with its role in this mixture."""

    role: Role

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        role: object = self.role
        if not isinstance(role, Role):
            raise CocktailError(
                "is not a Role", path="role", got=role, cure="give Role.PRINCIPAL or Role.COMPLEMENTARY"
            )


@attrs.frozen
class Adjunct(Part):
    """What is in the syringe for another reason than treating, such as a diluent or an anaesthetic."""

    purpose: str
    fills_to: Amount | None = None
    """Total volume that it fills up to (*q.s.*); its own volume then follows from the other parts."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        # The shape only: the list of purposes may grow or shrink, and an old record keeps its own.
        purpose: object = self.purpose
        if not isinstance(purpose, str) or not _PURPOSE.fullmatch(purpose) or purpose in _ROLES:
            raise _not_a_purpose(purpose)
        if self.fills_to is None:
            return
        _total(self.fills_to, "fills_to")
        if self.portion != Portion():
            raise CocktailError(
                "an amount is given of what fills up",
                path="fills_to",
                got=str(self.portion),
                cure="give one or the other",
            )

    @property
    def solved(self) -> Solved:
        """As for any part; nothing of its own where it fills up."""
        return Solved(None, None, None) if self.fills_to is not None else self.portion.solved


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
    _total(total, "to")
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
        return portion(dose=self.amount, units=agent.units)


def looked_up(agent: str | Agent, formulary: Formulary | None) -> Agent:
    """Return the agent that is meant; ours is the formulary where none is given."""
    if isinstance(agent, Agent):
        return agent
    return (formulary or Formulary.shipped()).find(agent).agent


def _named(agent: str | Agent, given: Given, formulary: Formulary | None) -> tuple[NamedAgent, Portion]:
    known = looked_up(agent, formulary)
    try:
        made = portion_for(known, given, formulary or Formulary.shipped())
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
    """Add the strength of the clinic's one stock where a volume was given and nothing says of what."""
    needs = given.dose is None and given.strength is None and given.unknown is None
    stock = formulary.stock(agent.id) if needs and Measure.VOLUME not in agent.measures else None
    if stock is None:
        return given
    return portion(volume=given.volume, each=given.each, over=given.over, strength=stock, units=agent.units)


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
    raise _not_a_purpose(purpose)


def _not_a_purpose(purpose: object) -> CocktailError:
    return CocktailError(
        "is neither a role nor a purpose of an adjunct",
        path="purpose",
        got=purpose,
        cure=f"use principal, complementary, or one of {', '.join(PURPOSES)}",
    )


def _total(to: object, name: str) -> None:
    if isinstance(to, Amount) and to.dimension is Dimension.VOLUME and to.value:
        return
    shown = (to.text or str(to)) if isinstance(to, Amount) else to
    raise AmountError("must be a volume above zero", path=name, got=shown, cure="write it like 5 mL")
