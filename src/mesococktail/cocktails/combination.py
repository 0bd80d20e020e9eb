"""The order-free key by which researchers ask for a cocktail, at three levels."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import CocktailError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesococktail.amounts import Amount
    from mesococktail.cocktails.part import Ingredient

GRID_DIGITS = 2
"""Doses in a key are put on a grid of this many significant digits."""

_MOST_DIGITS = 28

BASE_UNITS = {
    "mass": "mg",
    "activity": "IU",
    "count": "",
    "product units": "units",
    "volume": "mL",
}
"""The unit in which a dose of each measure is counted and compared."""


class Level(StrEnum):
    """How much of a cocktail its combination speaks of."""

    AGENTS = "agents"
    ROLES = "roles"
    DOSES = "doses"


def level_of(level: object) -> Level:
    """Return the level of that name.

    Raises:
        CocktailError: There is none.
    """
    for known in Level:
        if level == known:
            return known
    raise CocktailError("is not a level", path="level", got=level, cure=f"use one of {', '.join(Level)}")


@attrs.frozen(order=True)
class Member:
    """One agent of a combination, with role and dose where the level has them."""

    agent: str
    role: str = ""
    dose: str = ""
    """On the grid, in the base unit of its measure; ``unknown`` where the record does not know."""

    def __str__(self) -> str:
        return self.agent + (f" {self.dose}" if self.dose else "") + (f" ({self.role})" if self.role else "")


@attrs.frozen
class Combination:
    """The set of agents of a cocktail, the same for every order in which they were written."""

    members: tuple[Member, ...]
    """Sorted."""

    @classmethod
    def of(
        cls,
        ingredients: Iterable[Ingredient],
        level: Level = Level.AGENTS,
        digits: int = GRID_DIGITS,
    ) -> Combination:
        """Return the combination of *ingredients*; *digits* is the grid of its doses."""
        return cls(tuple(sorted(_member(part, level, digits) for part in ingredients)))

    @property
    def agents(self) -> tuple[str, ...]:
        """Ids of the agents, sorted."""
        return tuple(member.agent for member in self.members)

    def __str__(self) -> str:
        return " + ".join(map(str, self.members))


def _member(part: Ingredient, level: Level, digits: int) -> Member:
    if level is Level.AGENTS:
        return Member(part.agent.id)
    if level is Level.ROLES:
        return Member(part.agent.id, part.role.value)
    return Member(part.agent.id, part.role.value, on_grid(part.dose, digits))


def on_grid(dose: Amount | None, digits: int = GRID_DIGITS) -> str:
    """Return *dose* in its base unit, rounded half-even to *digits* significant digits.

    Raises:
        CocktailError: *digits* is not a number of digits.
    """
    if dose is None:
        return "unknown"
    if type(digits) is not int or not 1 <= digits <= _MOST_DIGITS:
        raise CocktailError(f"must be 1 to {_MOST_DIGITS} significant digits", path="digits", got=digits)
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    numerator, denominator = dose.base.as_integer_ratio()
    rounded = context.divide(Decimal(numerator), Decimal(denominator))
    return f"{rounded.normalize(context):f} {BASE_UNITS[dose.dimension]}".strip()
