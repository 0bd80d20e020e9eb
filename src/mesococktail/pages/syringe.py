"""What is in a syringe: prescribed beside measured, agent by agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount, Dimension, total_of
from mesococktail.cocktails import Ingredient, Part
from mesococktail.records import StockUsed
from mesococktail.records.checks.given import agent_of, made

if TYPE_CHECKING:
    from mesococktail.cocktails import Cocktail
    from mesococktail.records import Preparation

__all__ = ("Content", "contents", "made")


@attrs.frozen
class Content:
    """One agent of a preparation."""

    agent: str
    """Its id, or the name of one no formulary knows."""
    parts: tuple[Part, ...]
    """What was prescribed of it: none of what was not, two of an ingredient that is an adjunct as well."""
    stocks: tuple[StockUsed, ...]
    """What was drawn of it, in the order of drawing; empty where nothing was."""
    drawn: Amount | None
    """Volume measured in all; None where one was not measured."""
    dose: Amount | None
    """Measured; None where it is not known, and where a volume is all that measures it."""
    as_prescribed: bool
    """Whether the strength of a stock was not recorded, and the prescribed one stands for it."""
    by_volume: bool
    """Whether its volume is all that measures it, as with a diluent or platelet-rich plasma."""

    @property
    def name(self) -> str:
        """Its name, as the prescription has it."""
        return self.parts[0].agent.name if self.parts else self.agent

    @property
    def strength(self) -> Amount | None:
        """The strength prescribed; None where there is none, or two that differ."""
        return _one_strength(self.parts)


def role_of(part: Part) -> str:
    """Return the role of an ingredient, or the purpose of an adjunct."""
    return part.role.value if isinstance(part, Ingredient) else str(getattr(part, "purpose", ""))


def contents(preparation: Preparation, cocktail: Cocktail | None) -> tuple[Content, ...]:
    """Return what is in a preparation, in the order of drawing; then what was prescribed and not drawn."""
    stocks: dict[str, list[StockUsed]] = {}
    for stock in preparation.stock:
        stocks.setdefault(agent_of(stock, cocktail), []).append(stock)
    parts: dict[str, list[Part]] = {}
    for part in cocktail.parts if cocktail else ():
        parts.setdefault(part.agent.id, []).append(part)
    agents = dict.fromkeys([*stocks, *parts])
    return tuple(
        _content(agent, tuple(parts.get(agent, ())), tuple(stocks.get(agent, ()))) for agent in agents
    )


def _one_strength(parts: tuple[Part, ...]) -> Amount | None:
    strengths = {part.strength for part in parts}
    return strengths.pop() if len(strengths) == 1 else None


def _content(agent: str, parts: tuple[Part, ...], stocks: tuple[StockUsed, ...]) -> Content:
    prescribed = _one_strength(parts)
    strengths = [stock.strength or prescribed for stock in stocks]
    measured_otherwise = any(
        part.portion.unknown is not None
        or (part.dose is not None and part.dose.dimension is not Dimension.VOLUME)
        for part in parts
    )
    by_volume = not any(strengths) and not measured_otherwise
    doses = [_dose(stock, strength) for stock, strength in zip(stocks, strengths, strict=True)]
    return Content(
        agent,
        parts,
        stocks,
        drawn=total_of(stock.drawn for stock in stocks),
        dose=None if by_volume else total_of(doses),
        as_prescribed=prescribed is not None and any(stock.strength is None for stock in stocks),
        by_volume=by_volume,
    )


def _dose(stock: StockUsed, strength: Amount | None) -> Amount | None:
    return None if stock.drawn is None or strength is None else stock.drawn * strength


def final(content: Content, total: Amount | None) -> Amount | None:
    """Return the dose prepared over the total that was made; None where one of them is not known."""
    return None if content.dose is None or total is None else content.dose / total
