"""The parts of a cocktail: ingredients with a role, and adjuncts with a purpose."""

from __future__ import annotations

import re
from enum import StrEnum

import attrs

from mesococktail.amounts import Amount, Dimension
from mesococktail.cocktails.portion import Portion, Solved
from mesococktail.errors import AgentError, AmountError, CocktailError
from mesococktail.formulary import PURPOSES, Agent

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
            raise not_a_purpose(purpose)
        if self.fills_to is None:
            return
        must_be_total(self.fills_to, "fills_to")
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


def not_a_purpose(purpose: object) -> CocktailError:
    """Return the error for what is neither a role nor a purpose."""
    return CocktailError(
        "is neither a role nor a purpose of an adjunct",
        path="purpose",
        got=purpose,
        cure=f"use principal, complementary, or one of {', '.join(PURPOSES)}",
    )


def must_be_total(to: object, name: str) -> None:
    """Refuse what is not a volume above zero."""
    if isinstance(to, Amount) and to.dimension is Dimension.VOLUME and to.value:
        return
    shown = (to.text or str(to)) if isinstance(to, Amount) else to
    raise AmountError("must be a volume above zero", path=name, got=shown, cure="write it like 5 mL")
