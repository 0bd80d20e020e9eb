"""Which observations of a patient count as before and after a course: no SQL and no statistics."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LAST, FIRST, MEAN = "last", "first", "mean"
REPEATED = (LAST, FIRST, MEAN)

Number = int | Fraction
Place = tuple[int, str | None, int | None]
"""Measure, method and zone, by their numbers in a log."""


@attrs.frozen
class Observed:
    """A number, or a response, at one time."""

    key: int
    at: int
    value: int
    """Millionths of the unit; of a response, its number in the log."""
    unit: str | None = None

    @property
    def is_none_at_all(self) -> bool:
        """Whether it is a zero, which is recorded without a unit: none is none in every unit."""
        return not self.value and self.unit is None


@attrs.frozen
class Around:
    """What was observed of one measure, by one method, in one zone, around one course; by key."""

    before: dict[int, Observed] = attrs.field(factory=dict)
    after: dict[int, Observed] = attrs.field(factory=dict)
    responses: dict[int, Observed] = attrs.field(factory=dict)

    def by_unit(self) -> Iterator[tuple[str | None, list[Observed], list[Observed]]]:
        """Yield the numbers before and after of each unit that has both."""
        numbers = [*self.before.values(), *self.after.values()]
        for unit in {each.unit for each in numbers if not each.is_none_at_all} or {None}:
            before, after = (
                [each for each in some.values() if each.unit == unit or each.is_none_at_all]
                for some in (self.before, self.after)
            )
            if before and after:
                yield unit, before, after


@attrs.frozen
class Course:
    """A prescription with what was observed around it."""

    key: int
    at: int
    patient: int
    combination: int
    places: dict[Place, Around] = attrs.field(factory=lambda: defaultdict(Around))


@attrs.frozen
class Pick:
    """What counts of one patient in one row."""

    course: Course
    ends: tuple[Number, Number] | None
    """Before and after, in millionths."""
    response: int | None
    until: int
    """When it was last observed."""
    used: frozenset[int]
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

    def pick(
        self, course: Course, around: Around, ends: tuple[list[Observed], list[Observed]] | None
    ) -> Pick:
        """Return what counts of a course, given its numbers before and after if they are in the row."""
        responses = self._chosen(around.responses.values(), mean=False)
        before, after = (self._chosen(some) for some in ends or ((), ()))
        return Pick(
            course,
            (_mean(before), _mean(after)) if ends else None,
            responses[0].value if responses else None,
            max(each.at for each in [*after, *responses]),
            frozenset(each.key for each in [*before, *after, *responses]),
        )

    def _chosen(self, some: Iterable[Observed], *, mean: bool = True) -> list[Observed]:
        """Return those of a window that count; of two at one time, the later record."""
        several = list(some)
        if not several or (mean and self.repeated == MEAN):
            return several
        if self.repeated == FIRST:
            return [min(several, key=lambda each: (each.at, -each.key))]
        return [max(several, key=lambda each: (each.at, each.key))]

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
            "a patient counts once in a row: the first course with both ends, or else the first with a "
            "response",
            "others are prescriptions that were not voided, of another combination or without a cocktail, "
            "until the follow-up; that a change came after a treatment does not say that it came of it",
        )


def picks(courses: Iterable[Course], windows: Windows) -> Iterator[tuple[Place, str | None, Pick]]:
    """Yield what counts of one patient and one combination, with the place and the unit.

    A unit of None with a pick without ends stands for a response alone, which is in no unit.
    """
    in_order = sorted(courses, key=lambda course: (course.at, course.key))
    found: set[tuple[Place, str | None]] = set()
    for course in in_order:
        for place, around in course.places.items():
            for unit, *ends in around.by_unit():
                if (place, unit) not in found:
                    found.add((place, unit))
                    yield place, unit, windows.pick(course, around, (ends[0], ends[1]))
    answered: set[Place] = set()
    for course in in_order:
        for place, around in course.places.items():
            if around.responses and place not in answered:
                answered.add(place)
                yield place, None, windows.pick(course, around, None)


def _mean(some: list[Observed]) -> Number:
    return some[0].value if len(some) == 1 else Fraction(sum(each.value for each in some), len(some))
