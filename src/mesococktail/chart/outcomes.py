"""Outcomes in series: the same thing measured in the same way, first and latest, and how it changed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount
from mesococktail.chart.reading import Records, joined, word
from mesococktail.records import Outcome, Preparation, Stands

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator


@attrs.frozen
class Change:
    """The latest value less the first, exactly."""

    by: Decimal | Fraction
    """Below zero where it fell."""
    unit: str | None
    """Unit of the first value, as a UCUM code; None for a score."""

    def __str__(self) -> str:
        if self.unit is None:
            return f"{self.by:+f}" if isinstance(self.by, Decimal) else f"{'+' * (self.by > 0)}{self.by}"
        size = -self.by if self.by < 0 else self.by
        return f"{'-' if self.by < 0 else '+'}{Amount(size, self.unit).display()}"


@attrs.frozen
class Series:
    """One measure, observed by one method in one place, over time."""

    measure: str
    """Its code."""
    description: str | None
    """In words, where the measure is other."""
    method: str | None
    zone: str | None
    site: str | None
    prepared: tuple[str, ...]
    """Where the scalp was split: ids of the preparations this part had, which were all made alike."""
    outcomes: tuple[tuple[str, Outcome], ...]
    """Ids and records, in order of time."""

    @property
    def first(self) -> Outcome:
        """The earliest."""
        return self.outcomes[0][1]

    @property
    def latest(self) -> Outcome:
        """The newest."""
        return self.outcomes[-1][1]

    @property
    def change(self) -> Change | None:
        """How the value changed; None where there is one only, or the two cannot be compared."""
        compared = self._compared() if len(self.outcomes) > 1 else None
        return compared if isinstance(compared, Change) else None

    @property
    def why_no_change(self) -> str | None:
        """Why the first and the latest cannot be compared; None where they can."""
        compared = self._compared()
        return compared if isinstance(compared, str) else None

    def _compared(self) -> Change | str:
        first, latest = self.first, self.latest
        if first.scale_version != latest.scale_version:
            return "the versions of the scale differ"
        if first.area != latest.area:
            return "the areas differ"
        if first.amount is not None and latest.amount is not None:
            if first.amount.dimension is not latest.amount.dimension:
                return f"one is {first.amount.dimension}, the other {latest.amount.dimension}"
            unit = first.amount.unit
            before, now = first.amount, latest.amount.to(unit)
            fell = now < before
            by = (before - now if fell else now - before).value
            return Change(-by if fell else by, unit)
        if first.score is not None and latest.score is not None:
            return Change(latest.score - first.score, None)
        return "they are not both numbers of one kind"

    def __str__(self) -> str:
        split = f"split scalp, {joined(self.prepared)}" if self.prepared else None
        what = joined((word(self.measure), self.description, self.method, word(self.zone), self.site, split))
        first = f"{value_of(self.first)} ({_day(self.first)})"
        if len(self.outcomes) == 1:
            return f"{what}: {first}"
        change = f", {self.change}" if self.change is not None else f"; not compared: {self.why_no_change}"
        return f"{what}: {first} -> {value_of(self.latest)} ({_day(self.latest)}){change}"


def _day(outcome: Outcome) -> str:
    return str(outcome.at)[:10]


def value_of(outcome: Outcome) -> str:
    """Return what was observed, as a person reads it."""
    number = f"{outcome.score:f}" if outcome.score is not None else None
    value = outcome.amount.display() if outcome.amount is not None else None
    return joined((value, number, outcome.stage, outcome.words, word(outcome.response)))


def series_of(records: Records) -> tuple[Series, ...]:
    """Return the patient's outcomes, those of one measure, method, zone and site together.

    Where such outcomes name preparations that were not made alike, the scalp was split there, and each
    part is a series of its own.
    """
    places: dict[Hashable, list[Stands]] = {}
    for one in records.of(Outcome):
        seen: Outcome = one.record
        place = (seen.measure, seen.description, seen.method, seen.zone, seen.site)
        places.setdefault(place, []).append(one)
    return tuple(series for each in places.values() for series in _split(each, records))


def _split(each: list[Stands], records: Records) -> Iterator[Series]:
    arms: dict[Hashable, list[Stands]] = {}
    for one in each:
        arms.setdefault(_made_like(one.record.preparation, records), []).append(one)
    if len([arm for arm in arms if arm is not None]) <= 1:
        # What was seen before anything was prepared belongs to the one arm there is.
        yield _series(each)
        return
    for part in arms.values():
        yield _series(part)


def _made_like(preparation: str | None, records: Records) -> Hashable:
    """Return what two preparations have in common that were made alike; None where none is named."""
    one = records.by_id.get(preparation or "")
    if one is None or not isinstance(one.record, Preparation):
        return preparation
    stock = sorted((stock.agent, str(stock.strength or "")) for stock in one.record.stock)
    return (one.record.prescription, tuple(stock))


def _series(each: list[Stands]) -> Series:
    seen: Outcome = each[0].record
    prepared = dict.fromkeys(one.record.preparation for one in each if one.record.preparation is not None)
    outcomes = tuple((one.id, one.record) for one in each)
    return Series(
        seen.measure, seen.description, seen.method, seen.zone, seen.site, tuple(prepared), outcomes
    )
