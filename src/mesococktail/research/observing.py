"""What was observed around courses: the statements that find it, and which outcomes they leave out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import TermError
from mesococktail.log.names import VOIDED
from mesococktail.research.elapsed import AHEAD, DAY
from mesococktail.research.following import Around, Line
from mesococktail.research.parts import trail
from mesococktail.research.source import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesococktail.research.answer import Step
    from mesococktail.research.following import Place, Windows  # noqa: TC004  # attrs keeps the annotation as text
    from mesococktail.research.scope import Scope  # noqa: TC004  # attrs keeps the annotation as text
    from mesococktail.research.source import Asked, Row

OUTCOMES = "outcomes"
_OTHER = "other"
"""The measure that is said in words, so that two of it need not be the same."""


@attrs.frozen
class Measures:
    """Which measures are asked for."""

    other: frozenset[int]
    wanted: frozenset[int] | None

    @classmethod
    def of(cls, asked: Asked, name: str | None) -> Measures:
        """Look a measure up.

        Raises:
            TermError: It is neither in the vocabulary nor a code that is used here.
        """
        other = _numbers(asked, _OTHER)
        if name is None:
            return cls(other, None)
        try:
            code = asked.formulary.term("outcome_measures", name).code
        except TermError:
            if not asked.picture.numbers("term", name):
                raise
            code = name
        return cls(other, _numbers(asked, code))

    def tests(self) -> list[str]:
        """Return the conditions on an outcome ``f``."""
        conditions = (("NOT IN", self.other), ("IN", self.wanted))
        return [
            f"f.measure {how} ({', '.join(map(str, sorted(numbers)))})"
            for how, numbers in conditions
            if numbers is not None
        ]

    def steps(self, asked: Asked, used: int) -> tuple[Step, ...]:
        """Return which outcomes were read and which were dropped."""
        why = ("voided", "of another measure", "of what is said in words alone", "at an imprecise date")
        dropped = dict.fromkeys(why, 0)
        read = left = 0
        for status, measure, digits, number in asked.count(
            "SELECT o.status, o.measure, o.at_digits, count(*) FROM fact_outcome AS o "
            "GROUP BY o.status, o.measure, o.at_digits"
        ):
            read += number
            tests = (
                status == VOIDED,
                self.wanted is not None and measure not in self.wanted,
                measure in self.other,
                digits is not None,
            )
            for reason, met in zip(why, tests, strict=True):
                if met:
                    dropped[reason] += number
                    break
            else:
                left += number
        not_used = ("neither baseline, follow-up nor response of a course that counts", left - used)
        return trail(OUTCOMES, read, *dropped.items(), not_used)


@attrs.frozen
class Statements:
    """What the engine is asked: it finds what was observed around each course."""

    scope: Scope
    windows: Windows
    measures: Measures

    def _followed(self) -> tuple[str, str]:
        """Return where courses ``p`` with outcomes ``f`` in their follow-up come from, and the conditions.

        An outcome belongs to the course of its preparation, or else to the course it names; one that
        belongs to none may be of any.
        """
        begin, end = self.windows.follow_up_from * DAY, self.windows.follow_up_until * DAY
        source = (
            "fact_outcome AS f LEFT JOIN entry AS e ON e.id = f.prescription AND e.version = 1 "
            "LEFT JOIN entry AS r ON r.id = f.preparation AND r.version = 1 "
            "LEFT JOIN fact_preparation AS m ON m.key = r.seq "
            "LEFT JOIN entry AS g ON g.id = m.prescription AND g.version = 1 "
            "JOIN fact_prescription AS p ON p.patient = f.patient "
            f"AND f.at_utc - p.at_utc BETWEEN {begin} AND {end} "
            "AND coalesce(g.seq, e.seq, p.key) = p.key"
        )
        tests = ("p.combination IS NOT NULL", "p.at_digits IS NULL", *_usable("f"), *self.measures.tests())
        return source, self.scope.counted(*tests)

    def observed(self) -> str:
        """Return the statement that finds each follow-up of a course, beside each baseline of its kind."""
        source, where = self._followed()
        begin, end = -self.windows.baseline_before * DAY, self.windows.baseline_after * DAY
        number = "({0}.amount_micro IS NOT NULL OR {0}.score_micro IS NOT NULL)"
        before = " AND ".join(
            (
                "b.patient = p.patient AND b.measure = f.measure",
                "coalesce(b.method, '') = coalesce(f.method, '')",
                "coalesce(b.zone, 0) = coalesce(f.zone, 0)",
                f"b.at_utc - p.at_utc BETWEEN {begin} AND {end}",
                number.format("b"),
                *_usable("b"),
            )
        )
        said = (
            "p.key, p.at_utc, p.patient, p.combination, f.measure, f.method, f.zone, "
            "f.key, coalesce(f.amount_micro, f.score_micro), f.at_utc, f.amount_unit, f.response, "
            "b.key, coalesce(b.amount_micro, b.score_micro), b.at_utc, b.amount_unit"
        )
        both = f"(f.response IS NOT NULL OR (b.key IS NOT NULL AND {number.format('f')}))"
        return f"SELECT {said} FROM {source} LEFT JOIN fact_outcome AS b ON {before}{where} AND {both}"

    def others(self) -> str:
        """Return the statement that finds when each patient with outcomes first had each combination.

        An imprecise date counts as early as it can be, so that only who was surely alone counts as alone.
        """
        early = f"min(CASE WHEN x.at_digits IS NULL THEN x.at_utc ELSE x.at_utc - {AHEAD} END)"
        return (
            f"SELECT x.patient, x.combination, {early} FROM fact_prescription AS x "
            f"WHERE x.status <> {VOIDED} "
            "AND x.patient IN (SELECT f.patient FROM fact_outcome AS f) GROUP BY x.patient, x.combination"
        )


def _numbers(asked: Asked, code: str) -> frozenset[int]:
    """Return the numbers of a term in each log; `NOBODY` if it never came up."""
    return frozenset(asked.picture.numbers("term", code) or [NOBODY])


def _usable(alias: str) -> tuple[str, str]:
    return f"{alias}.status <> {VOIDED}", f"{alias}.at_digits IS NULL"


def around_courses(lines: Iterable[Row]) -> Iterable[Around]:
    """Gather what was observed of each kind around each course."""
    found: dict[tuple[int, Place], Around] = {}
    for course, at, patient, combination, measure, method, zone, *line in lines:
        place = measure, method, zone
        around = found.get((course, place))
        if around is None:
            around = found[course, place] = Around(at, course, patient, combination, place)
        around.lines.append(Line(*line))
    return found.values()


def others_of(lines: Iterable[Row]) -> dict[int, dict[int | None, int]]:
    """Gather when each patient first had each combination; None where there was no cocktail."""
    found: dict[int, dict[int | None, int]] = defaultdict(dict)
    for patient, combination, first in lines:
        found[patient][combination] = first
    return found
