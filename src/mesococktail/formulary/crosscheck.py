"""Whether the figures that one publication prints can all be true: plain arithmetic, done exactly.

Nothing is mended. A publication that contradicts itself is kept as printed, with the sum shown beside it.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount, Dimension
from mesococktail.formulary.reported import Means
from mesococktail.formulary.shipped import shipped_agents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.formulary.published import PublishedFormula, PublishedIngredient
    from mesococktail.formulary.reported import Reported

_MASS_OF = {
    Dimension.ACTIVITY: Dimension.MASS,
    Dimension.ACTIVITY_CONCENTRATION: Dimension.MASS_CONCENTRATION,
}


@attrs.frozen
class Check:
    """Two printed figures that ought to agree, and whether they do."""

    path: str
    """Which figure: ``moftah-2013.sessions``."""
    agrees: bool
    message: str
    """The arithmetic, for a person."""


@attrs.frozen
class Phase:
    """Some sessions at one interval, in the words of the plan grammar."""

    every: str
    """``every 2 weeks``; ``after 4 weeks`` for one session after that time."""
    times: int | None = None
    """How many; None where it is not printed."""

    def __str__(self) -> str:
        if self.times is None or self.every.startswith("after"):
            return self.every
        return f"{self.every} x{self.times}"


@attrs.frozen
class Schedule:
    """A printed interval, taken apart."""

    phases: tuple[Phase, ...] = ()
    weeks: tuple[int, ...] = ()
    """Weeks of the sessions where they are listed; then there are no phases."""
    at_most: int | None = None
    why: str | None = None
    """What had to be assumed to take it apart."""

    @property
    def added(self) -> tuple[int, ...]:
        """Numbers of sessions that ought to add up to the stated one; none where they are not all printed."""
        if self.weeks:
            return (len(self.weeks),)
        times = tuple(phase.times for phase in self.phases if phase.times is not None)
        return times if len(times) == len(self.phases) else ()

    def plan(self, sessions: str | None) -> str:
        """Return it as one line of the plan grammar, with the printed number of sessions."""
        counted = sessions is not None and sessions.isdecimal()
        if self.weeks:
            text = "weeks " + ", ".join(map(str, self.weeks))
        elif counted and len(self.phases) == 1 and not self.added:
            return f"{self.phases[0]} x{sessions}"
        else:
            text = ", then ".join(map(str, self.phases))
        if self.at_most is not None:
            text = f"at most {self.at_most}, {text}"
        return f"{text}; stated {sessions}" if counted else text


@attrs.frozen
class Sum:
    """A printed total and the printed parts of it."""

    of: str
    """What is counted: ``patients``."""
    total: int
    parts: tuple[int, ...]


@attrs.frozen
class Points:
    """A printed number of points and the dose printed for each, against what is usual in total."""

    points: int
    each: str
    unit: str
    usual: tuple[str, str]
    """Least and most of comparable publications, in the same unit."""
    usual_source: str


@attrs.frozen
class Elsewhere:
    """A printed figure and what comparable publications print in its place."""

    ingredient: int
    figure: int
    """Which of the ingredient's amounts."""
    elsewhere: str
    source: str


def checks(formula: PublishedFormula) -> Iterator[Check]:
    """Yield each comparison that the figures of *formula* allow, the agreeing ones too."""
    for number, ingredient in enumerate(formula.ingredients):
        path = f"{formula.id}.ingredients[{number}]"
        yield from _same_figure(ingredient, path)
        yield from _dose_and_strength(ingredient, formula.total_volume, path)
    for parts in formula.sums:
        yield _adds_up(f"{formula.id}.{parts.of}", parts.of, parts.parts, parts.total)
    if formula.schedule and formula.schedule.added and formula.sessions and formula.sessions.isdecimal():
        yield _adds_up(f"{formula.id}.sessions", "sessions", formula.schedule.added, int(formula.sessions))
    if formula.points:
        yield _points(formula.points, f"{formula.id}.per_point")
    if formula.elsewhere:
        yield from _elsewhere(formula, formula.elsewhere)


def _same_figure(ingredient: PublishedIngredient, path: str) -> Iterator[Check]:
    """Figures of one ingredient that mean the same must be equal."""
    for one, other in combinations(ingredient.amounts, 2):
        first, second = one.amount, other.amount
        if one.means is not other.means or first is None or second is None:
            continue
        pair = _alike(first, second, ingredient.agent)
        if pair is None:
            continue
        left, right, how = pair
        named = (one.text, other.text) if one.text != other.text else (first, second)
        said = f"both {named[0]} and {named[1]} are printed{how}"
        if left == right:
            yield Check(path, True, f"{said}, which is the same")
        else:
            yield Check(path, False, f"{said}: {_times(left, right)} apart")


def _alike(first: Amount, second: Amount, agent: str | None) -> tuple[Amount, Amount, str] | None:
    """Return both in one dimension, and how that was done; None where nothing says how."""
    if first.dimension is second.dimension:
        return first, second, ""
    for units, mass in ((first, second), (second, first)):
        if _MASS_OF.get(units.dimension) is not mass.dimension or agent is None:
            continue
        conventions = [each for each in shipped_agents()[agent].conventions if each.unit == "[iU]"]
        if len(conventions) == 1:
            only = conventions[0]
            one = Amount(Decimal(1), "mg" if mass.dimension is Dimension.MASS else "mg/mL")
            converted = one * (Fraction(units.base) * only.factor)
            return converted, mass, f", and 1 IU is {only.mg} mg ({only.form}; {only.source})"
    return None


def _dose_and_strength(ingredient: PublishedIngredient, total: Reported | None, path: str) -> Iterator[Check]:
    """A dose in the volume given must have the final concentration that is printed."""
    volume = total.amount if total else None
    if volume is None:
        return
    doses = [each for each in ingredient.amounts if each.means is Means.DOSE]
    strengths = [each for each in ingredient.amounts if each.means is Means.FINAL]
    for dose, strength in ((d.amount, s.amount) for d in doses for s in strengths):
        if dose is None or strength is None or strength.dimension is not Dimension.MASS_CONCENTRATION:
            continue
        if dose.dimension is not Dimension.MASS:
            continue
        held, actual = strength * volume, (dose / volume).to(strength.unit)
        arithmetic = f"{dose} in {volume} is {actual}"
        if held == dose:
            yield Check(path, True, f"{arithmetic}, as printed")
        else:
            yield Check(path, False, f"{arithmetic}, but {strength} is printed, which would be {held}")


def _adds_up(path: str, of: str, parts: tuple[int, ...], total: int) -> Check:
    added = sum(parts)
    plus = " + ".join(map(str, parts))
    arithmetic = f"{plus} = {added} {of}" if len(parts) > 1 else f"{plus} {of} listed"
    if added == total:
        return Check(path, True, f"{arithmetic}, as printed")
    return Check(path, False, f"{arithmetic}, but {total} is printed")


def _points(points: Points, path: str) -> Check:
    total = points.points * Decimal(points.each)
    low, high = map(Decimal, points.usual)
    arithmetic = f"{points.points} x {points.each} {points.unit} = {total} {points.unit}"
    if low <= total <= high:
        return Check(path, True, f"{arithmetic}, as is usual: {points.usual_source}")
    return Check(path, False, f"{arithmetic}, but {points.usual_source}")


def _elsewhere(formula: PublishedFormula, other: Elsewhere) -> Iterator[Check]:
    printed = formula.ingredients[other.ingredient].amounts[other.figure].amount
    usual = Amount.parse(other.elsewhere)
    path = f"{formula.id}.ingredients[{other.ingredient}]"
    if printed == usual:
        yield Check(path, True, f"{printed} is printed elsewhere too: {other.source}")
    elif printed is not None:
        apart = _times(printed, usual)
        yield Check(path, False, f"{printed} is {apart} apart from {usual}: {other.source}")


def _times(one: Amount, other: Amount) -> str:
    """How far two amounts are apart, as a person says it: ``10 times``."""
    low, high = sorted((Fraction(one.base), Fraction(other.base)))
    ratio = high / low
    with localcontext(prec=3):
        shown = Decimal(ratio.numerator) / ratio.denominator
    return f"{shown.normalize():f} times" if Fraction(shown) == ratio else f"about {shown} times"
