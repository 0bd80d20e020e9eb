"""How much of something goes into the syringe: dose, strength and volume, of which two give the third.

The text of a portion is what a doctor writes after the name of an agent:

==============================================  =======================================
``5 mg``                                        a dose
``1 mL``                                        a volume (a dose only of what has no other measure)
``1 mL of 5 mg/mL``                             a volume of a stock strength
``5 mg of 5 mg/mL``                             a dose out of a stock strength
``5 mg in 1 mL``                                a dose and its volume
``5 mg as 1 mL of 5 mg/mL``                     all three, checked against each other
``0.1 mL/cm2 over 50 cm2``                      a volume per area, times the area
``0.05 mL at 40 points of 5 mg/mL``             a volume per point, times the points
``unknown (not stated)``                        not known, with the reason
==============================================  =======================================
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount, Dimension
from mesococktail.errors import AmountError, CocktailError

if TYPE_CHECKING:
    from collections.abc import Collection

    from mesococktail.amounts import AmountLike

_STRENGTH_OF = {
    Dimension.MASS: Dimension.MASS_CONCENTRATION,
    Dimension.ACTIVITY: Dimension.ACTIVITY_CONCENTRATION,
    Dimension.COUNT: Dimension.COUNT_CONCENTRATION,
    Dimension.PRODUCT_UNITS: Dimension.PRODUCT_UNIT_CONCENTRATION,
}
DOSES = frozenset(_STRENGTH_OF)
"""Dimensions in which a dose other than a volume is counted."""

_VOLUME = r"(?P<volume>[^()]+?)(?: over (?P<over>[^()]+?)| at (?P<points>[0-9]{1,4}) points?)?"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"unknown \((?P<unknown>[^()]+)\)(?: of (?P<strength>[^()]+))?",
        rf"(?P<dose>[^()]+?) as {_VOLUME} of (?P<strength>[^()]+)",
        rf"(?P<dose>[^()]+?) in {_VOLUME}",
        rf"{_VOLUME} of (?P<strength>[^()]+)",
        _VOLUME,
    )
)
_LONGEST = 500
_LONGEST_REASON = 200
_MOST_POINTS = 9999


@attrs.frozen
class _Expected:
    dimensions: frozenset[Dimension]
    words: str
    example: str


_EXPECTED = {
    "dose": _Expected(DOSES, "a mass, a number of IU, a count or a number of product units", "5 mg"),
    "strength": _Expected(frozenset(_STRENGTH_OF.values()), "a concentration", "5 mg/mL"),
    "volume": _Expected(frozenset({Dimension.VOLUME}), "a volume", "1 mL"),
    "each": _Expected(
        frozenset({Dimension.VOLUME, Dimension.VOLUME_PER_AREA}),
        "a volume per point or a volume per area",
        "0.1 mL/cm2",
    ),
    "over": _Expected(frozenset({Dimension.AREA}), "an area or a number of points", "50 cm2"),
}


@attrs.frozen
class Portion:
    """Dose, strength and volume of one part of a cocktail, as far as they were given.

    Any sufficient part may be given; the rest follows exactly (`solved`).

    Raises:
        AmountError: Something in it is not an amount, is one of the wrong kind, or is zero.
        CocktailError: The number of points or the reason cannot be one.
    """

    dose: Amount | None = None
    """Mass, activity (IU), count or product units; never a volume."""
    strength: Amount | None = None
    """Concentration of the stock it is drawn from."""
    volume: Amount | None = None
    """Volume drawn."""
    each: Amount | None = None
    """Volume per point, or volume per area; *volume* is then this times *over*."""
    over: Amount | int | None = None
    """The area, or the number of points."""
    unknown: str | None = None
    """Why the amount is not known. Then neither dose nor volume is given."""

    def __attrs_post_init__(self) -> None:
        if self.dose is not None:
            _expect("dose", self.dose)
        if self.strength is not None:
            _expect("strength", self.strength)
        if self.volume is not None:
            _expect("volume", self.volume)
        if self.each is not None:
            _expect("each", self.each)
        if isinstance(self.over, int):
            _points(self.over)
        elif self.over is not None:
            _expect("over", self.over)
        if self.unknown is not None:
            _reason(self.unknown)

    @cached_property
    def solved(self) -> Solved:
        """Dose, strength and volume with what follows from them.

        Raises:
            CocktailError: The parts contradict each other, or are not enough.
        """
        return _solve(self)

    def __str__(self) -> str:
        """Return the text that `portion_of` reads back to an equal portion."""
        if self.unknown is not None:
            stock = f" of {self.strength}" if self.strength else ""
            return f"unknown ({self.unknown}){stock}"
        volume = self._volume_text()
        if self.dose is None:
            return f"{volume} of {self.strength}" if self.strength else volume
        if not volume:
            return f"{self.dose} of {self.strength}" if self.strength else str(self.dose)
        return f"{self.dose} as {volume} of {self.strength}" if self.strength else f"{self.dose} in {volume}"

    def _volume_text(self) -> str:
        if self.each is None:
            return str(self.volume) if self.volume else ""
        spread = f"at {self.over} point{'s' if self.over != 1 else ''}"
        return f"{self.each} {f'over {self.over}' if isinstance(self.over, Amount) else spread}"


@attrs.frozen
class Solved:
    """Dose, strength and volume of a portion after solving; what cannot be known is None."""

    dose: Amount | None
    """In mass, IU, count, product units, or the volume itself where nothing else measures it."""
    strength: Amount | None
    volume: Amount | None


def _expect(name: str, amount: object) -> None:
    """Refuse what is not an amount above zero of the kind that belongs there."""
    expected = _EXPECTED[name]
    if not isinstance(amount, Amount):
        raise AmountError(
            f"must be {expected.words}", path=name, got=amount, cure=f"write it like {expected.example}"
        )
    if amount.dimension not in expected.dimensions:
        raise AmountError(
            f"must be {expected.words}, and this measures {amount.dimension}",
            path=name,
            got=amount.text or str(amount),
            cure=f"write it like {expected.example}",
        )
    if not amount.value:
        raise AmountError(
            "is nothing at all",
            path=name,
            got=amount.text or str(amount),
            cure="leave out what does not go in; what is not known is unknown, with the reason",
        )


def _reason(unknown: object) -> None:
    if not isinstance(unknown, str) or len(unknown) > _LONGEST_REASON:
        rule = f"the reason why an amount is unknown is a text of at most {_LONGEST_REASON} characters"
        raise CocktailError(rule, path="unknown", got=unknown)
    if unknown != unknown.strip() or not unknown.isprintable() or not unknown or set("()") & set(unknown):
        raise CocktailError(
            "the reason why an amount is unknown is one line without parentheses",
            path="unknown",
            got=unknown,
            cure="write it like not stated",
        )


def portion_of(text: str, *, units: Collection[str] = ()) -> Portion:
    """Read the text of a portion, such as ``1 mL of 5 mg/mL``.

    Args:
        text: What stands after the agent's name; see the table at the top of this module.
        units: Spellings of the agent's own product units.

    Raises:
        AmountError: One of the amounts in it is not an amount.
        CocktailError: It has none of the shapes, or the parts contradict each other.
    """
    if len(text) > _LONGEST:
        raise CocktailError(f"a portion is at most {_LONGEST} characters", got=text, cure="shorten it")
    for shape in _SHAPES:
        if match := shape.fullmatch(text):
            return _portion_from(match.groupdict(), units)
    raise CocktailError("is not an amount of an ingredient", got=text, cure="write it like 1 mL of 5 mg/mL")


def _portion_from(found: dict[str, str | None], units: Collection[str]) -> Portion:
    def read(name: str) -> Amount | None:
        text = found.get(name)
        try:
            return None if text is None else Amount.parse(text, units=units)
        except AmountError as error:
            # A lone amount that cannot be read was to be a dose as likely as a volume.
            alone = name == "volume" and found.get("dose") is None and found.get("strength") is None
            raise error.at("amount" if alone else name) from None

    volume, area, points = read("volume"), read("over"), found.get("points")
    over = area if points is None else int(points)
    if volume is not None and over is None and volume.dimension is not Dimension.VOLUME:
        # ``5 mg`` and ``5 mg of 5 mg/mL`` have the shape of a volume and are a dose.
        return portion(dose=volume, strength=read("strength"))
    spread = over is not None
    return portion(
        dose=read("dose"),
        strength=read("strength"),
        volume=None if spread else volume,
        each=volume if spread else None,
        over=over,
        unknown=found.get("unknown"),
    )


def portion(
    *,
    dose: AmountLike | None = None,
    strength: AmountLike | None = None,
    volume: AmountLike | None = None,
    each: AmountLike | None = None,
    over: AmountLike | int | None = None,
    unknown: str | None = None,
    units: Collection[str] = (),
) -> Portion:
    """Make a portion from amounts or their texts, and check that its parts agree.

    Raises:
        AmountError: A text is not an amount, or an amount is of the wrong kind.
        CocktailError: The parts contradict each other or are not enough.
    """

    def read(name: str, given: AmountLike | None) -> Amount | None:
        if given is None:
            return None
        try:
            amount = Amount.of(given, units=units)
        except AmountError as error:
            raise error.at(name) from None
        return amount.as_strength() if name == "strength" and amount.unit == "%" else amount

    if dose is not None and volume is None and _is_volume(dose, units):
        dose, volume = None, dose
    made = Portion(
        dose=read("dose", dose),
        strength=read("strength", strength),
        volume=read("volume", volume),
        each=read("each", each),
        over=over if isinstance(over, int) else read("over", over),
        unknown=unknown,
    )
    _ = made.solved
    return made


def _is_volume(given: AmountLike, units: Collection[str]) -> bool:
    try:
        return Amount.of(given, units=units).dimension is Dimension.VOLUME
    except AmountError:
        return False


def _points(over: int) -> None:
    if isinstance(over, bool) or not 1 <= over <= _MOST_POINTS:
        raise CocktailError(f"must be a number of points, 1 to {_MOST_POINTS}", path="over", got=over)


def _solve(given: Portion) -> Solved:
    volume = _spread(given) if given.each is not None or given.over is not None else given.volume
    dose, strength = given.dose, given.strength
    if given.unknown is not None:
        if dose is not None or volume is not None:
            raise CocktailError(
                "is said to be unknown and is given all the same",
                got=str(dose or volume),
                cure="give one or the other",
            )
        return Solved(None, strength, None)
    if volume is not None and dose is None:
        return Solved(volume if strength is None else volume * strength, strength, volume)
    if dose is None:
        raise CocktailError(
            "no amount is given",
            got=None if strength is None else str(strength),
            cure="give a dose (5 mg), or a volume of a strength (1 mL of 5 mg/mL)",
        )
    if strength is None:
        return Solved(dose, None if volume is None else dose / volume, volume)
    if _STRENGTH_OF[dose.dimension] is not strength.dimension:
        raise CocktailError(
            f"a dose in {dose.dimension} and a strength in {strength.dimension} do not go together",
            got=str(given),
            cure="give both in the same measure",
        )
    if volume is None:
        return Solved(dose, strength, dose / strength)
    if volume * strength != dose:
        raise CocktailError(
            f"dose {dose}, but {volume} of {strength} is {volume * strength}",
            cure="correct one of the three, or leave one out",
        )
    return Solved(dose, strength, volume)


def _spread(given: Portion) -> Amount:
    if given.each is None or given.over is None:
        raise CocktailError(
            "a volume per point or per area goes with a number of points or an area",
            path="over" if given.over is None else "each",
            got=str(given.each or given.over),
            cure="write it like 0.1 mL/cm2 over 50 cm2, or 0.05 mL at 40 points",
        )
    per_area, area = given.each.dimension is not Dimension.VOLUME, isinstance(given.over, Amount)
    if per_area is not area:
        raise CocktailError(
            f"{given.each} over {given.over} does not make a volume",
            path="each",
            cure="use mL/cm2 with an area, mL with a number of points",
        )
    if given.volume is not None:
        raise CocktailError(
            "is given beside what makes it",
            path="volume",
            got=str(given.volume),
            cure=f"leave it out: {given.each} over {given.over} is {given.each * given.over}",
        )
    return given.each * given.over
