"""Which observations of a patient count as before and after a course: no SQL and no statistics."""

from __future__ import annotations

from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import attrs

from mesococktail.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST, FIRST, MEAN = "last", "first", "mean"
REPEATED = (LAST, FIRST, MEAN)

Number = int | Fraction
Place = tuple[int, str | None, int | None]
"""Measure, method and zone, by their numbers in a log."""
Kind = tuple[int, Place, str | None]
"""Combination, place and unit: what a row is of."""
ANSWERED = ""
"""Stands for the unit of a response without numbers, which is of none."""


class Observed(NamedTuple):
    """A number, or a response, at one time. They sort in time; of two at once, the later record is later."""

    at: int
    key: int
    value: int
    """Millionths of the unit; of a response, its number in the log."""
    unit: str | None = None

    @property
    def is_none_at_all(self) -> bool:
        """Whether it is a zero, which is recorded without a unit: none is none in every unit."""
        return not self.value and self.unit is None


Ends = tuple[list[Observed], list[Observed]]
"""Numbers before and after."""


@attrs.define
class Around:
    """What was observed of one measure, by one method, in one zone, around one course of a patient."""

    at: int
    course: int
    """The key of its prescription."""
    combination: int
    place: Place
    other: int | None
    """When the patient first had, or may have had, something else."""
    before: dict[int, Observed] = attrs.field(factory=dict)
    """Numbers in its baseline, by the keys of their records."""
    after: dict[int, Observed] = attrs.field(factory=dict)
    """Numbers in its follow-up."""
    responses: dict[int, Observed] = attrs.field(factory=dict)
    """Responses in its follow-up."""

    def by_unit(self) -> dict[str | None, Ends]:
        """Return the numbers before and after of each unit that has both."""
        if not self.before or not self.after:
            return {}
        before, after = [*self.before.values()], [*self.after.values()]
        every = (*before, *after)
        units = {each.unit for each in every}
        if len(units) > 1:
            units = {each.unit for each in every if not each.is_none_at_all}
        if len(units) == 1:
            return {units.pop(): (before, after)}
        found = {}
        for unit in units:
            ends = [
                [each for each in some if each.unit == unit or each.is_none_at_all]
                for some in (before, after)
            ]
            if all(ends):
                found[unit] = ends[0], ends[1]
        return found


@attrs.define
class Pick:
    """What counts of one patient in one row."""

    course: int
    ends: tuple[Number, Number] | None
    """Before and after, in millionths."""
    response: int | None
    with_others: bool
    """Whether the patient had, or may have had, something else until last seen."""
    used: list[int]
    """Keys of the outcomes."""


@attrs.frozen
class Windows:
    """When a baseline and a follow-up may be, in days from the prescription, and which of several counts.

    Raises:
        QuestionError: The follow-up begins before the baseline ends, or ends before it begins.
    """

    baseline_before: int
    baseline_after: int
    follow_up_from: int
    follow_up_until: int
    repeated: str

    def __attrs_post_init__(self) -> None:
        for name, least, rule in (
            ("follow_up_from", self.baseline_after + 1, "must be later than baseline_after"),
            ("follow_up_until", self.follow_up_from, "is before follow_up_from"),
        ):
            if getattr(self, name) < least:
                cure = f"give {least} or more"
                raise QuestionError(rule, path=name, got=getattr(self, name), cure=cure)

    def pick(self, around: Around, ends: Ends = ([], [])) -> Pick:
        """Return what counts of a course, given its numbers before and after if it has both."""
        responses = self._chosen([*around.responses.values()], mean=False)
        before, after = self._chosen(ends[0]), self._chosen(ends[1])
        seen = (*after, *responses)
        return Pick(
            around.course,
            (_mean(before), _mean(after)) if before else None,
            responses[0].value if responses else None,
            around.other is not None and around.other <= max([each.at for each in seen]),
            [each.key for each in (*before, *seen)],
        )

    def _chosen(self, some: list[Observed], *, mean: bool = True) -> list[Observed]:
        """Return those of a window that count; of two at one time, the later record."""
        if len(some) <= 1 or (mean and self.repeated == MEAN):
            return some
        if self.repeated == FIRST:
            return [min(some, key=lambda each: (each.at, -each.key))]
        return [max(some)]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know of it."""
        of_several = {
            LAST: "the last counts",
            FIRST: "the first counts",
            MEAN: "their mean counts, and the last response",
        }[self.repeated]
        return (
            f"baseline: from {self.baseline_before} days before the prescription to {self.baseline_after} "
            f"after it; follow-up: {self.follow_up_from} to {self.follow_up_until} days after it; "
            f"of several, {of_several}; of two in one second, the later record",
            "both ends have one measure, method, zone and unit; what is stated to belong to another course "
            "is no follow-up of this one",
            "a patient counts once in a row: the first course with both ends, or where there is none in any "
            "unit, the first with a response",
            "others are prescriptions that were not voided, of another combination or without a cocktail, "
            "until the follow-up; that a change came after a treatment does not say that it came of it",
        )


def picked(around: Iterable[Around], windows: Windows) -> tuple[dict[Kind, Pick], int]:
    """Find what counts of one patient, and how many of the courses could count."""
    found: dict[Kind, Pick] = {}
    answered: dict[tuple[int, Place], Around] = {}
    useful = set()
    for one in sorted(around, key=attrgetter("at", "course")):
        units = one.by_unit()
        for unit, ends in units.items():
            kind = one.combination, one.place, unit
            if kind not in found:
                found[kind] = windows.pick(one, ends)
        if one.responses:
            answered.setdefault((one.combination, one.place), one)
        if units or one.responses:
            useful.add(one.course)
    numbered = {kind[:2] for kind in found} if answered else ()
    for (combination, place), one in answered.items():
        if (combination, place) not in numbered:
            found[combination, place, ANSWERED] = windows.pick(one)
    return found, len(useful)


def _mean(some: list[Observed]) -> Number:
    return some[0].value if len(some) == 1 else Fraction(sum(each.value for each in some), len(some))
