"""What was observed around courses: the statements that find it, and which outcomes they leave out."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import TermError
from mesococktail.log.names import VOIDED
from mesococktail.research.answer import OUTCOMES
from mesococktail.research.attrition import trail
from mesococktail.research.elapsed import AHEAD, DAY
from mesococktail.research.following import Around, Observed
from mesococktail.research.source import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.research.answer import Step
    from mesococktail.research.following import Place, Windows  # noqa: TC004  # attrs keeps the annotation as text
    from mesococktail.research.scope import Scope  # noqa: TC004  # attrs keeps the annotation as text
    from mesococktail.research.source import Asked, Row

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

    def steps(self, asked: Asked, used: int, patients: int) -> tuple[Step, ...]:
        """Return which outcomes were read and which were dropped; so many were used, of so many patients."""
        why = ("voided", "of another measure", "of what is said in words alone", "at an imprecise date")
        dropped, of = dict.fromkeys(why, 0), dict.fromkeys(why, 0)
        read = left = left_of = 0
        for status, measure, digits, number, people in asked.count(
            "SELECT o.status, o.measure, o.at_digits, count(*), count(DISTINCT o.patient) "
            "FROM fact_outcome AS o GROUP BY o.status, o.measure, o.at_digits"
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
                    of[reason] = max(of[reason], people)
                    break
            else:
                left, left_of = left + number, max(left_of, people)
        not_used = (
            "neither baseline, follow-up nor response of a course that counts",
            left - used,
            left_of - patients,
        )
        return trail(
            OUTCOMES, read, *((why, dropped[why], of[why]) for why in dropped), not_used, people=patients
        )


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
        linked = partial(self.scope.asked.picture.linked, or_none=True)
        named, prepared = linked("f.prescription", "n"), linked("f.preparation", "r")
        given = linked("m.prescription", "g")
        source = (
            f"fact_outcome AS f{named.join}{prepared.join} "
            f"LEFT JOIN fact_preparation AS m ON m.key = {prepared.key}{given.join} "
            "JOIN fact_prescription AS p ON p.patient = f.patient "
            f"AND f.at_utc - p.at_utc BETWEEN {begin} AND {end} "
            f"AND coalesce({given.key}, {named.key}, p.key) = p.key"
        )
        tests = ("p.combination IS NOT NULL", "p.at_digits IS NULL", *_usable("f"), *self.measures.tests())
        return source, self.scope.counted(*tests)

    def observed(self) -> str:
        """Return the statement that finds each follow-up of a course, beside each baseline of its kind.

        Those of one patient come together, so that no more is kept of them than what counts; in the order of
        the outcomes, of which there are fewer than prescriptions.
        """
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
        # An imprecise date counts as early as it can be, so that only who was surely alone is alone.
        other = (
            f"(SELECT min(CASE WHEN x.at_digits IS NULL THEN x.at_utc ELSE x.at_utc - {AHEAD} END) "
            f"FROM fact_prescription AS x WHERE x.patient = p.patient AND x.status <> {VOIDED} "
            "AND (x.combination <> p.combination OR x.combination IS NULL))"
        )
        said = (
            f"p.patient, p.key, p.at_utc, p.combination, {other}, f.measure, f.method, f.zone, "
            "f.key, coalesce(f.amount_micro, f.score_micro), f.at_utc, f.amount_unit, f.response, "
            "b.key, coalesce(b.amount_micro, b.score_micro), b.at_utc, b.amount_unit"
        )
        both = f"(f.response IS NOT NULL OR (b.key IS NOT NULL AND {number.format('f')}))"
        joined = f"{source} LEFT JOIN fact_outcome AS b ON {before}"
        return f"SELECT {said} FROM {joined}{where} AND {both} ORDER BY f.patient"


def _numbers(asked: Asked, code: str) -> frozenset[int]:
    """Return the numbers of a term in each log; `NOBODY` if it never came up."""
    return frozenset(asked.picture.numbers("term", code) or [NOBODY])


def _usable(alias: str) -> tuple[str, str]:
    return f"{alias}.status <> {VOIDED}", f"{alias}.at_digits IS NULL"


def around_courses(lines: Iterable[Row]) -> Iterator[Iterable[Around]]:
    """Yield what was observed around the courses of each patient.

    A line has an outcome in the follow-up, beside one of its kind in the baseline if there is one.
    """
    for _, some in groupby(lines, itemgetter(0)):
        found: dict[tuple[int, Place], Around] = {}
        for line in some:
            (_, course, at, combination, other, measure, method, zone) = line[:8]
            (key, value, seen, unit, response, before_key, before_value, before_at, before_unit) = line[8:]
            place = measure, method, zone
            one = found.get((course, place))
            if one is None:
                one = found[course, place] = Around(at, course, combination, place, other)
            if value is not None:
                one.after[key] = Observed(seen, key, value, unit)
            if response is not None:
                one.responses[key] = Observed(seen, key, response)
            if before_key is not None:
                one.before[before_key] = Observed(before_at, before_key, before_value, before_unit)
        yield found.values()
