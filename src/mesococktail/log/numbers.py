"""The numbers of a part as the star holds them: measure, dose and volume, from its document alone."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mesococktail.amounts import Dimension
from mesococktail.cocktails import Portion
from mesococktail.log.columns import millionths, stored_amount
from mesococktail.log.names import MEASURES

if TYPE_CHECKING:
    from mesococktail.amounts import Amount

    Numbers = tuple[int | None, int | None, int | None]

_MILLION = 1_000_000
_DOSES_OF = {Dimension.MASS_CONCENTRATION: 0, Dimension.ACTIVITY_CONCENTRATION: 1}
"""Strengths whose base unit times a millilitre is the unit in which the dose is counted."""
_PLACE = {dimension: place for place, dimension in enumerate(MEASURES)}
_SAID = ("dose", "strength", "volume", "each", "over")
_COMMON = 4
"""Fields of the commonest part: agent, role or purpose, strength and volume."""


def numbers_of(part: dict[str, Any]) -> Numbers:
    """Return measure, dose and volume of a part, in millionths; None where the record does not know."""
    if len(part) == _COMMON and "strength" in part and "volume" in part:
        strength, volume = part["strength"], part["volume"]
        if (
            type(strength) is str
            and type(volume) is str
            and (found := _product(strength, volume)) is not None
        ):
            return found
    if "unknown" in part:
        return None, None, None
    said = []
    for name in _SAID:
        raw = part.get(name)
        said.append(raw["amount"] if isinstance(raw, dict) else raw)
    return _solved(*said)


def _product(strength: str, volume: str) -> Numbers | None:
    """Return the numbers of a volume of a strength; None where they are not both whole millionths."""
    place, concentration = _strength(strength)
    drawn = _volume(volume)
    if place is None or concentration is None or drawn is None:
        return None
    dose, rest = divmod(concentration * drawn, _MILLION)
    if rest and (rest * 2 > _MILLION or (rest * 2 == _MILLION and dose % 2)):
        dose += 1
    return place, dose, drawn


@lru_cache(maxsize=8192)
def _strength(stored: str) -> tuple[int | None, int | None]:
    """Return the place of the measure of the doses that a strength gives, and its millionths if whole."""
    amount = stored_amount(stored)
    return _DOSES_OF.get(amount.dimension), _whole_millionths(amount)


@lru_cache(maxsize=8192)
def _volume(stored: str) -> int | None:
    return _whole_millionths(stored_amount(stored))


def _whole_millionths(amount: Amount) -> int | None:
    counted = millionths(amount.base)
    return counted if Fraction(amount.base) * _MILLION == counted else None


@lru_cache(maxsize=4096)
def _solved(dose: Any, strength: Any, volume: Any, each: Any, over: Any) -> Numbers:  # noqa: ANN401  # texts, or a number of points
    given = [
        None if raw is None else raw if isinstance(raw, int) else stored_amount(raw)
        for raw in (dose, strength, volume, each, over)
    ]
    solved = Portion(*given).solved  # type: ignore[arg-type]  # only `over` may be an int, and is the only one that is
    if solved.dose is None:
        return None, None, None
    drawn = None if solved.volume is None else millionths(solved.volume.base)
    return _PLACE[solved.dose.dimension], millionths(solved.dose.base), drawn
