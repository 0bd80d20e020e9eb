"""What came of a combination: changes from baseline, and responses."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.research.answer import PATIENTS, PRESCRIPTIONS, Column
from mesococktail.research.attrition import dropping
from mesococktail.research.combinations import COMBINATION
from mesococktail.research.figures import (
    DIGITS,
    OF_ONE,
    PUBLISHED_DIGITS,
    digits_of,
    five_numbers,
    mean_and_variance,
    root,
    significant,
)
from mesococktail.research.following import ANSWERED, Windows, picked
from mesococktail.research.intervals import student, wilson
from mesococktail.research.observing import Measures, Statements, around_courses
from mesococktail.research.parts import few, rate
from mesococktail.research.scope import Found
from mesococktail.research.suppression import SUPPRESSED, People, Tally, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesococktail.research.answer import Value
    from mesococktail.research.following import Kind, Number, Pick  # noqa: TC004  # attrs keeps the annotation as text
    from mesococktail.research.scope import Scope
    from mesococktail.research.suppression import Guard

LONGEST = 3650
"""Days that a window may reach."""
_RESPONDED = ("response", "partial_response")
_NOT_ASSESSED = "not_assessable"
_MILLION = 1_000_000

_UNIT = f"as in column unit, to {DIGITS} significant digits, {PUBLISHED_DIGITS} where it may be published"
OUTCOME_COLUMNS = (
    COMBINATION,
    Column("measure", "what was measured"),
    Column("method", "how; empty where it is not said"),
    Column("zone", "where; empty where it is not said"),
    Column("unit", "unit of the numbers; empty for scores, and where there are none"),
    Column("patients", "patients with a number both before and after", PATIENTS),
    Column("baseline_mean", "mean before", _UNIT),
    Column("follow_up_mean", "mean after", _UNIT),
    Column("change_mean", "mean of the changes: after less before", _UNIT),
    Column("change_sd", "sample standard deviation of the changes; none of a single one", _UNIT),
    Column("change_low", "95 % interval of the mean change by Student's t: from here", _UNIT),
    Column("change_high", "to here", _UNIT),
    Column("change_q1", "lower quartile of the changes", _UNIT),
    Column("change_median", "half of the changes are below, half above", _UNIT),
    Column("change_q3", "upper quartile", _UNIT),
    Column("assessed", "patients whose response was assessed, whatever the unit", PATIENTS),
    Column("responders", "of these, patients with a response or a partial response", PATIENTS),
    Column("response_rate", "part of the assessed that responded", OF_ONE),
    Column("response_low", "95 % interval of that part by Wilson: from here", OF_ONE),
    Column("response_high", "to here", OF_ONE),
    Column("alone", "patients of the row who had no other prescription until the follow-up", PATIENTS),
    Column("with_others", "patients of the row who had others, before or meanwhile", PATIENTS),
)
_NAMES = tuple(column.name for column in OUTCOME_COLUMNS)
_NUMBERS, _CHANGES, _RESPONSES = _NAMES[5:], _NAMES[5:15], _NAMES[15:20]

Series = tuple[str, str, str, str, str]
"""Combination, measure, method, zone and unit: what a row is of. Empty where there is none."""


@attrs.define
class _Counted:
    """What was counted of one row: nothing of anybody is kept."""

    before: Number = 0
    after: Number = 0
    """Sums."""
    changes: Counter[Number] = attrs.field(factory=Counter)
    answers: Counter[tuple[int | None, bool]] = attrs.field(factory=Counter)
    """How many patients had a response, and had others."""

    def add(self, pick: Pick) -> None:
        """Count a patient."""
        if pick.ends is not None:
            before, after = pick.ends
            self.before += before
            self.after += after
            self.changes[after - before] += 1
        self.answers[pick.response, pick.with_others] += 1

    def add_all(self, other: _Counted) -> None:
        """Count also what was counted elsewhere."""
        self.before += other.before
        self.after += other.after
        self.changes.update(other.changes)
        self.answers.update(other.answers)

    @property
    def patients(self) -> int:
        """How many patients it is of."""
        return self.answers.total()


def outcomes(scope: Scope, *, measure: str | None, **windows: Any) -> Found:  # noqa: ANN401  # the options of `Windows`, which are declared beside this question
    """Compare what was measured before and after, for each combination."""
    chosen = Windows(**windows)
    steps = scope.combined().steps
    asked = scope.asked
    measures = Measures.of(asked, measure)
    combinations, terms = asked.named("combination"), asked.named("term")
    counted: dict[Kind, _Counted] = defaultdict(_Counted)
    useful = courses = used = could_count = have_more = counting = 0
    for around in around_courses(asked.count(Statements(scope, chosen, measures).observed())):
        found, could = picked(around, chosen)
        of_courses, outcomes_used = set[int](), set[int]()
        for kind, pick in found.items():
            counted[kind].add(pick)
            of_courses.add(pick.course)
            outcomes_used.update(pick.used)
        useful, courses, used = useful + could, courses + len(of_courses), used + len(outcomes_used)
        # Each turn is of one patient.
        could_count, counting = could_count + bool(could), counting + bool(found)
        have_more += could > len(of_courses)
    left = int(steps[-1].left)
    where = scope.counted("p.combination IS NOT NULL", "p.at_digits IS NOT NULL")
    [(imprecise,)] = asked.count(f"SELECT count(*) FROM fact_prescription AS p{where}")
    steps += dropping(
        PRESCRIPTIONS,
        left,
        (
            "at an imprecise date",
            imprecise,
            scope.patients(imprecise, f"FROM fact_prescription AS p{where}"),
        ),
        (
            "without both a baseline and a follow-up, or a response",
            left - imprecise - useful,
            # All that is sure of who they are of.
            scope.patients(
                left - imprecise - useful,
                f"FROM fact_prescription AS p{scope.counted('p.combination IS NOT NULL')}",
                less=imprecise + could_count,
            ),
        ),
        ("another course of the patient counts", useful - courses, have_more),
        people=counting,
    )
    steps += measures.steps(asked, used, counting)
    rows = _rows(scope.guard, _named(counted, combinations, terms), terms)
    return Found(rows, OUTCOME_COLUMNS, PATIENTS, steps, chosen.remarks + _days(scope), dose=None)


def _days(scope: Scope) -> tuple[str, ...]:
    said = "some times are whole days: of two on one day either may count, and a window may be a day off"
    return (said,) if scope.asked.shifted else ()


def _named(
    counted: Mapping[Kind, _Counted], combinations: Mapping[int, str], terms: Mapping[int, str]
) -> dict[Series, _Counted]:
    """Put together what clinics call by the same names."""
    named: dict[Series, _Counted] = defaultdict(_Counted)
    answered: list[tuple[Series, _Counted]] = []
    for (combination, (measure, method, zone), unit), one in counted.items():
        words = combinations[combination], terms[measure], method or "", "" if zone is None else terms[zone]
        if unit == ANSWERED:
            answered.append(((*words, ""), one))
        else:
            named[(*words, unit or "")].add_all(one)
    # A response is of no unit: it stands in the row of every unit in which there are numbers.
    numbered = list(named)
    for series, one in answered:
        for row in [row for row in numbered if row[:4] == series[:4]] or [series]:
            named[row].add_all(one)
    return named


def _rows(
    guard: Guard, counted: Mapping[Series, _Counted], terms: Mapping[int, str]
) -> tuple[dict[str, Value], ...]:
    tally: Tally[Series] = Tally()
    for series, one in counted.items():
        tally.add(series, one.patients, (0,))
    # Each counts one patient, so that who stands behind a count is known from it.
    shown = guard.shown(tally, lambda: People({}, guard.least or 0), lambda series: (series[1:],))
    rows = []
    for series, one in counted.items():
        row: dict[str, Value] = dict(zip(_NAMES, [word or None for word in series], strict=False))
        row |= dict.fromkeys(_NUMBERS, SUPPRESSED)
        if shown.cells[series] is None:
            # Whatever somebody wrote may be of one record.
            row["method"] = SUPPRESSED if row["method"] else None
        else:
            row |= _changes(guard, one) | _responses(guard, one, terms) | _others(guard, one)
        rows.append(row)
    return tuple(sorted(rows, key=_order))


def _order(row: dict[str, Value]) -> tuple[object, ...]:
    patients = row["patients"]
    first = -patients if isinstance(patients, int) else 1
    return first, *(str(row[name] or "") for name in _NAMES[:5])


def _changes(guard: Guard, one: _Counted) -> dict[str, Value]:
    """Describe the changes of those who have a number before and after, if that may be shown."""
    number = one.changes.total()
    if few(guard, number, one.patients - number):
        return {}
    if not number:
        return dict.fromkeys(_CHANGES) | {"patients": 0}
    patients, digits = guard.number(number) or 0, digits_of(guard.least)
    rounded = partial(significant, digits=digits)
    per_unit = math.lcm(*(change.denominator for change in one.changes))
    changes = sorted((int(change * per_unit), times) for change, times in one.changes.items())
    values, counts = [value for value, _ in changes], [times for _, times in changes]
    per_unit *= _MILLION
    mean, variance = mean_and_variance(values, counts, per_unit)
    figures: list[Value] = [
        patients,
        rounded(Fraction(one.before, number * _MILLION)),
        rounded(Fraction(one.after, number * _MILLION)),
        rounded(mean),
    ]
    if variance is None:
        figures += [None, None, None]
    else:
        # From the number that is shown, as the true one could be told from the interval.
        reach = Fraction(student(patients - 1) * math.sqrt(variance / patients))
        figures += [root(variance, digits), rounded(mean - reach), rounded(mean + reach)]
    _, *quartiles, _ = five_numbers(values, counts, 1)
    figures += [rounded(Fraction(quartile) / per_unit) for quartile in quartiles]
    return dict(zip(_CHANGES, figures, strict=True))


def _responses(guard: Guard, one: _Counted, terms: Mapping[int, str]) -> dict[str, Value]:
    """Say how many responded of those who were assessed, if that may be shown."""
    words: Counter[str] = Counter()
    for (response, _), patients in one.answers.items():
        words[_NOT_ASSESSED if response is None else terms[response]] += patients
    assessed = one.patients - words[_NOT_ASSESSED]
    responders = sum(words[word] for word in _RESPONDED)
    if few(guard, assessed, words[_NOT_ASSESSED], responders, assessed - responders):
        return {}
    whole, part = guard.number(assessed) or 0, guard.number(responders) or 0
    return dict(zip(_RESPONSES, (whole, part, *rate(part, whole, wilson)), strict=True))


def _others(guard: Guard, one: _Counted) -> dict[str, Value]:
    """Say how many had other combinations until they were last seen, if that may be shown."""
    others = sum(patients for (_, with_others), patients in one.answers.items() if with_others)
    if few(guard, others, one.patients - others):
        return {}
    return {"alone": told(guard.number(one.patients - others)), "with_others": told(guard.number(others))}
