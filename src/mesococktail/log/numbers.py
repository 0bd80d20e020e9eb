"""The numbers of a part as the star holds them: measure, dose and volume, from its document alone."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mesococktail.amounts import Dimension
from mesococktail.cocktails import Portion
from mesococktail.cocktails.counting import PER_UNIT, counts
from mesococktail.log.columns import stored_amount
from mesococktail.log.names import MEASURES, SCALES

if TYPE_CHECKING:
    from mesococktail.amounts import Amount

    Numbers = tuple[int | None, int | None, int | None]

_PER_ML = PER_UNIT["volume"]
_DOSES_OF = {Dimension.MASS_CONCENTRATION: 0, Dimension.ACTIVITY_CONCENTRATION: 1}
"""Strengths whose base unit times a millilitre is the unit in which the dose is counted."""
_PLACE = {dimension: place for place, dimension in enumerate(MEASURES)}
_SAID = ("dose", "strength", "volume", "each", "over")
_COMMON = 4
"""Fields of the commonest part: agent, role or purpose, strength and volume."""


def numbers_of(part: dict[str, Any]) -> Numbers:
    """Return measure, counts of the dose and of the volume of a part; None where the record does not know."""
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
    """Return the numbers of a volume of a strength; None where they are not both whole counts."""
    place, concentration = _strength(strength)
    drawn = _volume(volume)
    if place is None or concentration is None or drawn is None:
        return None
    dose, rest = divmod(concentration * drawn, _PER_ML)
    if rest and (rest * 2 > _PER_ML or (rest * 2 == _PER_ML and dose % 2)):
        dose += 1
    return place, dose, drawn


@lru_cache(maxsize=8192)
def _strength(stored: str) -> tuple[int | None, int | None]:
    """Return the place of the measure of a strength's doses, and its counts in a millilitre if whole."""
    amount = stored_amount(stored)
    place = _DOSES_OF.get(amount.dimension)
    return place, None if place is None else _whole(amount, SCALES[place])


@lru_cache(maxsize=8192)
def _volume(stored: str) -> int | None:
    return _whole(stored_amount(stored), _PER_ML)


def _whole(amount: Amount, per_unit: int) -> int | None:
    counted = counts(amount.base, per_unit)
    return counted if Fraction(amount.base) * per_unit == counted else None


@lru_cache(maxsize=4096)
def _solved(dose: Any, strength: Any, volume: Any, each: Any, over: Any) -> Numbers:  # noqa: ANN401  # texts, or a number of points
    given = [
        None if raw is None else raw if isinstance(raw, int) else stored_amount(raw)
        for raw in (dose, strength, volume, each, over)
    ]
    solved = Portion(*given).solved  # type: ignore[arg-type]  # only `over` may be an int, and is the only one that is
    assert solved.dose is not None  # noqa: S101  # only of what is unknown, and that was said above
    drawn = None if solved.volume is None else counts(solved.volume.base, _PER_ML)
    place = _PLACE[solved.dose.dimension]
    return place, counts(solved.dose.base, SCALES[place]), drawn
