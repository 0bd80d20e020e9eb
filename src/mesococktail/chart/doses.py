"""How much of each agent was given over several sessions, and what that was counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount, total_of
from mesococktail.errors import counted
from mesococktail.records.checks import PREPARED, PRESCRIBED, Given

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_BASES = (PREPARED, PRESCRIBED)
INGREDIENT, ADJUNCT, NOT_PRESCRIBED = "ingredient", "adjunct", "not prescribed"
"""As what an agent stands in the prescriptions."""


@attrs.frozen
class DosePart:
    """What of a dose was counted in one way."""

    amount: Amount
    basis: str
    """``prepared``: volume given times the concentration that was prepared. ``prescribed``: times the one
    that was asked for, because what was prepared is not recorded."""
    sessions: int

    def __str__(self) -> str:
        return f"{self.amount.display()} {self.basis} ({counted(self.sessions, 'session')})"


@attrs.frozen
class AgentDose:
    """How much of one agent was given in all."""

    agent: str
    """Its id."""
    place: str
    """``ingredient``, ``adjunct`` or ``not prescribed``."""
    parts: tuple[DosePart, ...]
    """One for each basis and each measure: milligrams and millilitres never add up."""
    unknown: int
    """Sessions that gave it and of which nobody knows how much. They are not zero."""

    @property
    def amount(self) -> Amount | None:
        """What is known to be given, on any basis; None where it is nothing, or in two measures."""
        return total_of(part.amount for part in self.parts)

    def __str__(self) -> str:
        said = [str(part) for part in self.parts]
        if self.unknown:
            said.append(f"unknown ({counted(self.unknown, 'session')})")
        beside = "" if self.place == INGREDIENT else f" [{self.place}]"
        return f"{self.agent}{beside} {' + '.join(said)}"


def added_up(
    sessions: Iterable[Iterable[Given]], ingredients: Collection[str], adjuncts: Collection[str]
) -> tuple[AgentDose, ...]:
    """Return the dose of each agent over *sessions*, ingredients first.

    Args:
        sessions: What each session gave.
        ingredients: Ids of the agents that were prescribed as ingredients.
        adjuncts: Ids of those that were prescribed as adjuncts.
    """
    known: dict[str, dict[tuple[str, str], list[tuple[int, Amount]]]] = {}
    unknown: dict[str, set[int]] = {}
    for number, session in enumerate(sessions):
        for given in session:
            parts = known.setdefault(given.agent, {})
            missing = unknown.setdefault(given.agent, set())
            if given.amount is None or given.basis is None:
                missing.add(number)
            else:
                by = (given.basis, given.amount.dimension.value)
                parts.setdefault(by, []).append((number, given.amount))

    def place(agent: str) -> str:
        if agent in ingredients:
            return INGREDIENT
        return ADJUNCT if agent in adjuncts else NOT_PRESCRIBED

    made = [
        AgentDose(
            agent,
            place(agent),
            tuple(_part(parts[by], by[0]) for by in sorted(parts, key=lambda by: _BASES.index(by[0]))),
            len(unknown[agent]),
        )
        for agent, parts in known.items()
    ]
    return tuple(sorted(made, key=lambda dose: (INGREDIENT, ADJUNCT, NOT_PRESCRIBED).index(dose.place)))


def _part(given: list[tuple[int, Amount]], basis: str) -> DosePart:
    amounts = [amount for _, amount in given]
    return DosePart(sum(amounts[1:], amounts[0]), basis, len({number for number, _ in given}))
