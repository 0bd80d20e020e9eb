"""A cocktail drawn as the table a doctor wants to see, and what rounding to a syringe does to it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount, Dimension
from mesococktail.cocktails.part import Adjunct, Ingredient
from mesococktail.errors import AmountError, CocktailError

if TYPE_CHECKING:
    from mesococktail.amounts import AmountLike
    from mesococktail.cocktails.cocktail import Cocktail
    from mesococktail.cocktails.part import Part

HEADERS = ("agent", "role", "draw", "dose", "final concentration")


@attrs.frozen
class Table:
    """Rows of text under `HEADERS`; ``print`` draws them."""

    rows: tuple[tuple[str, ...], ...]
    total: str

    def __str__(self) -> str:
        from tabulate import tabulate  # not needed until something is drawn

        drawn = tabulate(self.rows, headers=HEADERS, tablefmt="simple", disable_numparse=True)
        return f"{drawn}\ntotal {self.total}"


def table_of(cocktail: Cocktail) -> Table:
    """Draw *cocktail*: one row a part, ingredients first."""
    total = cocktail.total.display() if cocktail.total else "volume not known"
    return Table(tuple(_row(cocktail, part) for part in cocktail.parts), total)


def _row(cocktail: Cocktail, part: Ingredient | Adjunct) -> tuple[str, ...]:
    kind = part.role.value if isinstance(part, Ingredient) else part.purpose
    volume, final, dose = cocktail.volume(part), cocktail.final(part), part.dose
    stock = f" of {part.portion.strength.display()}" if part.portion.strength else ""
    if part.portion.unknown is not None:
        return part.agent.name, kind, f"unknown ({part.portion.unknown}){stock}", "", ""
    draw = f"{volume.display()}{stock}" if volume else ""
    shown = "" if dose is None or dose.dimension is Dimension.VOLUME else dose.display()
    return part.agent.name, kind, draw, shown, final.display() if final else ""


@attrs.frozen
class RoundedDraw:
    """What is really drawn when a volume is rounded to the marks of a syringe."""

    agent: str
    exact: Amount
    """The volume asked for."""
    drawn: Amount
    """The nearest mark, half to even."""
    dose: Amount | None
    """The dose in what is drawn; None where the dose is not known."""
    error: Fraction
    """(drawn - exact) / exact, exactly: 1/20 is five percent too much."""


def rounded_draws(cocktail: Cocktail, *, graduation: AmountLike) -> tuple[RoundedDraw, ...]:
    """Round every known volume of *cocktail* to the marks of a syringe, and show the error that makes.

    Raises:
        AmountError: *graduation* is not an amount.
        CocktailError: *graduation* is not a volume.
    """
    try:
        mark = Amount.of(graduation)
    except AmountError as error:
        raise error.at("graduation") from None
    if mark.dimension is not Dimension.VOLUME or not mark.value:
        raise CocktailError("must be a volume above zero", path="graduation", got=str(mark))
    return tuple(
        _rounded(part, volume, mark)
        for part in cocktail.parts
        if (volume := cocktail.volume(part)) is not None
    )


def _rounded(part: Part, volume: Amount, mark: Amount) -> RoundedDraw:
    marks = Fraction(volume.base) / Fraction(mark.base)
    drawn = mark * round(marks)  # round() goes half to even
    off = Fraction(drawn.base) / Fraction(volume.base) - 1
    return RoundedDraw(part.agent.id, volume, drawn, part.dose * (1 + off) if part.dose else None, off)
