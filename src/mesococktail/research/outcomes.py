"""What came of a combination: changes from baseline, and responses."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mesococktail.research.answer import PRESCRIPTIONS, Column
from mesococktail.research.combinations import COMBINATION
from mesococktail.research.figures import DIGITS, PLACES, five_numbers, root, significant
from mesococktail.research.following import Windows, picked
from mesococktail.research.intervals import student, wilson
from mesococktail.research.observing import Measures, Statements, around_courses, others_of
from mesococktail.research.parts import dropping, few, rate
from mesococktail.research.scope import Found
from mesococktail.research.suppression import SUPPRESSED, People, Tally, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesococktail.research.answer import Value
    from mesococktail.research.following import Around, Pick, Place
    from mesococktail.research.scope import Scope
    from mesococktail.research.suppression import Guard

PATIENTS = "patients"
LONGEST = 3650
"""Days that a window may reach."""
_RESPONDED = ("response", "partial_response")
_NOT_ASSESSED = "not_assessable"
_MILLION = 1_000_000

_OF_ONE = f"of 1, to {PLACES} places"
_UNIT = f"as in column unit, to {DIGITS} significant digits"
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
    Column("response_rate", "part of the assessed that responded", _OF_ONE),
    Column("response_low", "95 % interval of that part by Wilson: from here", _OF_ONE),
    Column("response_high", "to here", _OF_ONE),
    Column("alone", "patients of the row who had no other prescription until the follow-up", PATIENTS),
    Column("with_others", "patients of the row who had others, before or meanwhile", PATIENTS),
)
_NAMES = tuple(column.name for column in OUTCOME_COLUMNS)
_NUMBERS, _CHANGES, _RESPONSES = _NAMES[5:], _NAMES[5:15], _NAMES[15:20]

Series = tuple[str, str, str, str, str]
"""Combination, measure, method, zone and unit: what a row is of. Empty where there is none."""


def outcomes(scope: Scope, *, measure: str | None, **windows: Any) -> Found:  # noqa: ANN401  # the options of `Windows`, which are declared beside this question
    """Compare what was measured before and after, for each combination."""
    chosen = Windows(**windows)
    steps = scope.combined().steps
    asked = scope.asked
    terms = asked.named("term")
    measures = Measures.of(asked, measure)
    statements = Statements(scope, chosen, measures)
    arounds = around_courses(asked.count(statements.observed()))
    rows_of, useful = _picked(arounds, chosen, asked.named("combination"), terms)
    firsts = others_of(asked.count(statements.others())) if rows_of else {}
    rows = _rows(scope.guard, rows_of, firsts, terms)
    every = [pick for some in rows_of.values() for pick in some]
    imprecise = _imprecise(scope)
    left = int(steps[-1].left)
    counted = len({pick.around.course for pick in every})
    steps += dropping(
        PRESCRIPTIONS,
        left,
        ("at an imprecise date", imprecise),
        ("without both a baseline and a follow-up, or a response", left - imprecise - useful),
        ("another course of the patient counts", useful - counted),
    )
    used = {key for pick in every for key in pick.used}
    steps += measures.steps(asked, len(used))
    return Found(rows, OUTCOME_COLUMNS, PATIENTS, steps, chosen.remarks, dose=None)


def _imprecise(scope: Scope) -> int:
    where = scope.counted("p.combination IS NOT NULL", "p.at_digits IS NOT NULL")
    [(number,)] = scope.asked.count(f"SELECT count(*) FROM fact_prescription AS p{where}")
    return int(number)


def _picked(
    arounds: Iterable[Around], windows: Windows, combinations: Mapping[int, str], terms: Mapping[int, str]
) -> tuple[dict[Series, list[Pick]], int]:
    """Return what counts in each row, and how many courses have anything that could."""
    people: dict[tuple[str, int], list[Around]] = defaultdict(list)
    for around in arounds:
        people[combinations[around.combination], around.patient].append(around)
    found: dict[Series, list[Pick]] = defaultdict(list)
    answered: dict[Series, list[Around]] = defaultdict(list)
    useful: set[int] = set()

    def series(combination: str, place: Place, unit: str | None) -> Series:
        measure, method, zone = place
        return combination, terms[measure], method or "", "" if zone is None else terms[zone], unit or ""

    for (combination, _), some in people.items():
        of_person = picked(some, windows, useful)
        for (place, unit), pick in of_person.changed.items():
            found[series(combination, place, unit)].append(pick)
        for place, around in of_person.answered.items():
            answered[series(combination, place, None)].append(around)
    # A response is of no unit: it stands in the row of every unit in which there are numbers.
    units: dict[Series, list[Series]] = defaultdict(list)
    for row in found:
        units[(*row[:4], "")].append(row)
    for unitless, responses in answered.items():
        for row in units.get(unitless, [unitless]):
            known = {pick.around.patient for pick in found[row]}
            found[row] += [windows.pick(around) for around in responses if around.patient not in known]
    return found, len(useful)


def _rows(
    guard: Guard,
    rows_of: Mapping[Series, list[Pick]],
    firsts: Mapping[int, Mapping[int | None, int]],
    terms: Mapping[int, str],
) -> tuple[dict[str, Value], ...]:
    tally: Tally[Series] = Tally()
    for series, some in rows_of.items():
        tally.add(series, len(some), (0,))
    # Each counts one patient, so that who stands behind a count is known from it.
    shown = guard.shown(tally, lambda: People({}, guard.least or 0), lambda series: (series[1:],))
    rows = []
    for series, some in rows_of.items():
        row: dict[str, Value] = dict(zip(_NAMES, [word or None for word in series], strict=False))
        row |= dict.fromkeys(_NUMBERS, SUPPRESSED)
        if shown.cells[series] is not None:
            row |= _changes(guard, some) | _responses(guard, some, terms) | _others(guard, some, firsts)
        rows.append(row)
    return tuple(sorted(rows, key=_order))


def _order(row: dict[str, Value]) -> tuple[object, ...]:
    patients = row["patients"]
    first = -patients if isinstance(patients, int) else 1
    return first, *(str(row[name] or "") for name in _NAMES[:5])


def _changes(guard: Guard, some: list[Pick]) -> dict[str, Value]:
    """Describe the changes of those who have a number before and after, if that may be shown."""
    ends = [pick.ends for pick in some if pick.ends is not None]
    if few(guard, len(ends), len(some) - len(ends)):
        return {}
    if not ends:
        return dict.fromkeys(_CHANGES) | {"patients": 0}
    patients = guard.number(len(ends))
    assert patients is not None  # noqa: S101  # few of them were just ruled out
    per_unit = math.lcm(*(end.denominator for both in ends for end in both))
    whole = [(int(before * per_unit), int(after * per_unit)) for before, after in ends]
    changes = sorted(after - before for before, after in whole)
    per_unit *= _MILLION
    total, number = sum(changes), len(changes)
    mean = Fraction(total, number * per_unit)
    figures: list[Value] = [
        patients,
        *(significant(Fraction(sum(end), number * per_unit)) for end in zip(*whole, strict=True)),
        significant(mean),
    ]
    if number == 1:
        figures += [None, None, None]
    else:
        squares = sum(change * change for change in changes)
        variance = Fraction(squares * number - total * total, number * (number - 1) * per_unit**2)
        # From the number that is shown, as the true one could be told from the interval.
        reach = Fraction(student(patients - 1) * math.sqrt(variance / patients))
        figures += [root(variance), significant(mean - reach), significant(mean + reach)]
    _, *quartiles, _ = five_numbers(changes, [1] * number, 1)
    figures += [significant(Fraction(quartile) / per_unit) for quartile in quartiles]
    return dict(zip(_CHANGES, figures, strict=True))


def _responses(guard: Guard, some: list[Pick], terms: Mapping[int, str]) -> dict[str, Value]:
    """Say how many responded of those who were assessed, if that may be shown."""
    words = [terms[pick.response] for pick in some if pick.response is not None]
    assessed = sum(word != _NOT_ASSESSED for word in words)
    responders = sum(word in _RESPONDED for word in words)
    if few(guard, assessed, len(some) - assessed, responders, assessed - responders):
        return {}
    whole, part = guard.number(assessed) or 0, guard.number(responders) or 0
    return dict(zip(_RESPONSES, (whole, part, *rate(part, whole, wilson)), strict=True))


def _others(
    guard: Guard, some: list[Pick], firsts: Mapping[int, Mapping[int | None, int]]
) -> dict[str, Value]:
    """Say how many had other combinations until they were last seen, if that may be shown."""
    others = sum(
        any(
            first <= pick.until
            for combination, first in firsts[pick.around.patient].items()
            if combination != pick.around.combination
        )
        for pick in some
    )
    if few(guard, others, len(some) - others):
        return {}
    return {"alone": told(guard.number(len(some) - others)), "with_others": told(guard.number(others))}
