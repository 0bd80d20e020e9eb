"""Sessions, outcomes and harm answered a second time: plain Python over the records, and no shared code."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from scipy import stats

from mesococktail import Formulary
from mesococktail.errors import AgentError
from tests.research.naive import TESTS, Rows, days, four

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mesococktail import PrescriptionLog
    from mesococktail.records import Around

Standing = Any
_DAY = 86400
_LONG = Context(prec=60)


class Clinic:
    """The records of a log as they stand."""

    def __init__(self, log: PrescriptionLog, where: dict[str, Any]) -> None:
        every = list(log.prescriptions(include_voided=True))
        conditions = {name: given for name, given in where.items() if name != "include_voided"}
        self.standing = [one for one in every if one.status != "voided"]
        self.counted = [
            one
            for one in (every if where.get("include_voided") else self.standing)
            if one.record.cocktail is not None
            and all(TESTS[name](one.record, given) for name, given in conditions.items())
        ]
        for kind in ("session", "outcome", "adverse_event", "preparation"):
            valid = [one for one in log.standing(kind) if one.status != "voided"]
            setattr(self, f"{kind}s", valid)

    sessions: list[Standing]
    outcomes: list[Standing]
    adverse_events: list[Standing]
    preparations: list[Standing]


def combination(one: Standing) -> str | None:
    """The agents of a prescription."""
    cocktail = one.record.cocktail
    return None if cocktail is None else " + ".join(sorted(part.agent.id for part in cocktail.ingredients))


def six(number: Fraction | Decimal) -> Decimal:
    """Rounded half to even to six digits."""
    if isinstance(number, Fraction):
        number = _LONG.divide(Decimal(number.numerator), Decimal(number.denominator))
    return Context(prec=6, rounding=ROUND_HALF_EVEN).plus(number)


def places(number: float | Fraction, digits: int) -> Decimal:
    """Rounded half to even to so many places."""
    exact = Fraction(number)
    quotient = _LONG.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return quotient.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN, _LONG)


def quartiles(values: Sequence[Fraction]) -> list[Fraction]:
    """By linear interpolation."""
    if len(values) == 1:
        return list(values) * 3
    return statistics.quantiles(values, n=4, method="inclusive")


def second(at: datetime) -> int:
    """Whole seconds since 1970."""
    return math.floor(at.timestamp())


def sessions(clinic: Clinic) -> Rows:
    """Given against planned."""
    groups: dict[str, list[Standing]] = defaultdict(list)
    for one in clinic.counted:
        groups[combination(one) or ""].append(one)
    rows = []
    for name, some in groups.items():
        had = []
        how = dict.fromkeys(("given", "partly", "not_given"), 0)
        planned = []
        for one in some:
            own = [each.record.given for each in clinic.sessions if each.record.prescription == one.id]
            for given in own:
                how[given] += 1
            had.append(sum(given != "not_given" for given in own))
            plan = one.record.plan
            if plan is not None and (plan.sessions or plan.stated):
                planned.append((*(plan.sessions or (plan.stated, plan.stated)), had[-1]))
        done = sum(number >= fewest for fewest, _, number in planned)
        q1, median, q3 = (six(value) for value in quartiles([Fraction(number) for number in had]))
        rows.append(
            {
                "combination": name,
                "prescriptions": len(some),
                "with_plan": len(planned),
                "planned_fewest": sum(fewest for fewest, _, _ in planned),
                "planned_most": sum(most for _, most, _ in planned),
                **how,
                "completed": done,
                "completed_share": four(Fraction(done, len(planned))) if planned else None,
                "given_q1": q1,
                "given_median": median,
                "given_q3": q3,
            }
        )
    return sorted(rows, key=lambda row: (-row["prescriptions"], row["combination"]))


def in_window(one: Standing, course: Standing, first: int, last: int) -> bool:
    """Whether an outcome lies so many days from a prescription."""
    gap = second(one.record.at) - second(course.record.at)
    return first * _DAY <= gap <= last * _DAY


def belongs_elsewhere(clinic: Clinic, one: Standing, course: Standing) -> bool:
    """Whether an outcome is stated to be of another prescription."""
    owner = one.record.prescription
    for preparation in clinic.preparations:
        if preparation.id == one.record.preparation:
            owner = preparation.record.prescription
    return owner is not None and owner != course.id


def number_of(one: Standing) -> Fraction | None:
    """Its number, if it has one."""
    record = one.record
    if record.amount is not None:
        return Fraction(record.amount.value)
    return None if record.score is None else Fraction(record.score)


def unit_of(one: Standing) -> str | None:
    """Its unit; ``anything`` for none at all."""
    if one.record.amount is not None:
        unit: str = one.record.amount.unit
        return unit
    return "anything" if number_of(one) == 0 else None


def chosen(some: list[Standing], rule: str) -> list[Standing]:
    """Which count."""
    ordered = sorted(some, key=lambda one: (second(one.record.at), one.key))
    if rule == "mean" or not ordered:
        return ordered
    if rule == "last":
        return ordered[-1:]
    start = second(ordered[0].record.at)
    return [[one for one in ordered if second(one.record.at) == start][-1]]


def of_course(clinic: Clinic, course: Standing, place: tuple[Any, ...], windows: dict[str, Any]) -> Any:
    """The numbers before and after by unit, and the responses, of one place around one course."""
    exact = [
        one
        for one in clinic.outcomes
        if one.record.patient == course.record.patient
        and isinstance(one.record.at, datetime)
        and (one.record.measure, one.record.method, one.record.zone) == place
    ]
    before = [
        one
        for one in exact
        if number_of(one) is not None
        and in_window(one, course, -windows["baseline_before"], windows["baseline_after"])
    ]
    followed = [
        one
        for one in exact
        if in_window(one, course, windows["follow_up_from"], windows["follow_up_until"])
        and not belongs_elsewhere(clinic, one, course)
    ]
    after = [one for one in followed if number_of(one) is not None]
    units = {unit_of(one) for one in before + after} - {"anything"} or {None}
    ends = {}
    for unit in units:
        pair = [[one for one in some if unit_of(one) in (unit, "anything")] for some in (before, after)]
        if all(pair):
            ends[unit] = pair
    return ends, [one for one in followed if one.record.response is not None]


def outcomes(clinic: Clinic, measure: str | None, repeated: str, **windows: int) -> Rows:
    """Changes and responses."""
    code = None if measure is None else Formulary.shipped().term("outcome_measures", measure).code
    every = {(one.record.measure, one.record.method, one.record.zone) for one in clinic.outcomes}
    rows = []
    courses = [one for one in clinic.counted if isinstance(one.record.at, datetime)]
    courses.sort(key=lambda one: (second(one.record.at), one.key))
    for name in {combination(one) for one in courses}:
        mine = [one for one in courses if combination(one) == name]
        for place in every:
            if place[0] == "other" or code not in (None, place[0]):
                continue
            found = {one.id: of_course(clinic, one, place, windows) for one in mine}
            units = {unit for ends, _ in found.values() for unit in ends}
            if not units and not any(responses for _, responses in found.values()):
                continue
            for unit in units or {None}:
                row = {"combination": name, "measure": place[0], "method": place[1], "zone": place[2]}
                some = []
                for patient in {one.record.patient for one in mine}:
                    theirs = [one for one in mine if one.record.patient == patient]
                    numbered = [one for one in theirs if unit in found[one.id][0]]
                    answered = [one for one in theirs if found[one.id][1]]
                    silent = [] if any(found[one.id][0] for one in theirs) else answered
                    for course in (numbered or silent)[:1]:
                        ends, responses = found[course.id]
                        pair = [chosen(part, repeated) for part in ends.get(unit, ([], []))]
                        said = chosen(responses, "last" if repeated == "mean" else repeated)
                        some.append((course, pair, said))
                if some:
                    rows.append(row | {"unit": unit} | figures(clinic, some))
    words = ("combination", "measure", "method", "zone", "unit")
    return sorted(rows, key=lambda row: (-row["patients"], *(row[word] or "" for word in words)))


def mean_of(some: list[Standing]) -> Fraction:
    """The mean of some numbers."""
    return sum((number_of(one) or Fraction() for one in some), Fraction()) / len(some)


def figures(clinic: Clinic, some: list[Any]) -> dict[str, Any]:
    """The numbers of a row."""
    ends = [(mean_of(before), mean_of(after)) for _, (before, after), _ in some if before]
    names = ("baseline_mean", "follow_up_mean", "change_mean", "change_sd", "change_low", "change_high")
    row: dict[str, Any] = {"patients": len(ends)} | dict.fromkeys(names)
    row |= dict.fromkeys(("change_q1", "change_median", "change_q3"))
    if ends:
        changes = [after - before for before, after in ends]
        mean = sum(changes, Fraction()) / len(changes)
        row["baseline_mean"], row["follow_up_mean"] = (
            six(sum(side, Fraction()) / len(side)) for side in zip(*ends, strict=True)
        )
        row["change_mean"] = six(mean)
        if len(changes) > 1:
            variance = sum((change - mean) ** 2 for change in changes) / Fraction(len(changes) - 1)
            root = _LONG.sqrt(_LONG.divide(Decimal(variance.numerator), Decimal(variance.denominator)))
            row["change_sd"] = six(root)
            reach = Fraction(stats.t.ppf(0.975, len(changes) - 1)) * Fraction(
                math.sqrt(variance / len(changes))
            )
            row["change_low"], row["change_high"] = six(mean - reach), six(mean + reach)
        cut = quartiles(changes)
        row["change_q1"], row["change_median"], row["change_q3"] = map(six, cut)
    words = [said[0].record.response for _, _, said in some if said]
    words = [word for word in words if word != "not_assessable"]
    good = sum(word in ("response", "partial_response") for word in words)
    row |= {"assessed": len(words), "responders": good}
    row |= interval("response", good, len(words), "wilson")
    others = 0
    for course, (_, after), said in some:
        until = max(second(one.record.at) for one in [*after, *said])
        others += any(
            one.record.patient == course.record.patient
            and combination(one) != combination(course)
            and soonest(one.record.at) <= until
            for one in clinic.standing
        )
    return row | {"alone": len(some) - others, "with_others": others}


def soonest(at: datetime | Around) -> int:
    """The first second it may mean, anywhere on earth."""
    if isinstance(at, datetime):
        return second(at)
    start = days(at)[0] - datetime(1970, 1, 1)  # noqa: DTZ001  # on the clock of the wall
    return int(start.total_seconds()) - 14 * 3600


def interval(prefix: str, part: int, whole: int, method: Literal["exact", "wilson"]) -> dict[str, Any]:
    """A rate and its interval."""
    names = [f"{prefix}_{what}" for what in ("rate", "low", "high")]
    if not whole:
        return dict.fromkeys(names)
    found = stats.binomtest(part, whole).proportion_ci(0.95, method)
    numbers = (four(Fraction(part, whole)), places(found.low, 4), places(found.high, 4))
    return dict(zip(names, numbers, strict=True))


def gap(one: datetime | Around, other: datetime | Around) -> tuple[timedelta, timedelta]:
    """Least and most time from one to the other."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        exact = timedelta(seconds=second(other) - second(one))
        return exact, exact
    (first, last), (begin, end) = (wall(each) for each in (one, other))
    return begin - last, end - first


def wall(at: datetime | Around) -> tuple[datetime, datetime]:
    """First and last second on the clock of the wall."""
    first, after = days(at)
    if isinstance(at, datetime):
        return first.replace(microsecond=0), first.replace(microsecond=0)
    return first, after - timedelta(seconds=1)


def owner(clinic: Clinic, event: Standing, window: int) -> Standing | str:
    """The session that an event belongs to, or why there is none."""
    at, limit, none = event.record.at, timedelta(days=window), timedelta()
    near = [
        one
        for one in clinic.sessions
        if one.record.patient == event.record.patient
        and one.record.given != "not_given"
        and gap(one.record.at, at)[1] >= none
        and gap(one.record.at, at)[0] <= limit
    ]
    if not near:
        return "none"
    for one in near:
        least, most = gap(one.record.at, at)
        later = all(
            other is one
            or gap(other.record.at, one.record.at)[0] > none
            or (gap(other.record.at, one.record.at) == (none, none) and other.key < one.key)
            for other in near
        )
        if least >= none and most <= limit and later:
            return one
    return "uncertain"


def adverse_events(clinic: Clinic, by: str, window: int) -> Rows:
    """Harm after sessions."""
    prescribed = {one.id: one for one in clinic.counted}
    given = [
        one
        for one in clinic.sessions
        if one.record.given != "not_given" and one.record.prescription in prescribed
    ]

    def names(session: Standing) -> set[str]:
        one = prescribed[session.record.prescription]
        whole = combination(one) or ""
        return {whole} if by == "combination" else set(whole.split(" + "))

    owned = [(event, owner(clinic, event, window)) for event in clinic.adverse_events]
    kept = [(event, session) for event, session in owned if session in given]
    rows = []
    for name in {name for session in given for name in names(session)}:
        mine = [session for session in given if name in names(session)]
        harm = [(event, session) for event, session in kept if name in names(session)]
        rows += [
            harmed(name, by, term, mine, [one for one in harm if term in ("any", one[0].record.term)])
            for term in ("any", *{event.record.term for event, _ in harm})
        ]
    whole = {row[by]: row["sessions"] for row in rows}
    return sorted(
        rows,
        key=lambda row: (
            -whole[row[by]],
            row[by],
            row["term"] != "any",
            -row["sessions_with_event"],
            row["term"],
        ),
    )


def harmed(name: str, by: str, term: str, mine: list[Standing], harm: list[Any]) -> dict[str, Any]:
    """The numbers of a row."""
    patients = {session.record.patient for session in mine}
    followed = {session.id for _, session in harm}
    people = {session.record.patient for _, session in harm}
    row = {by: name, "term": term, "sessions": len(mine), "sessions_with_event": len(followed)}
    row |= interval("session", len(followed), len(mine), "exact")
    row |= {"patients": len(patients), "patients_with_event": len(people)}
    row |= interval("patient", len(people), len(patients), "exact")
    times = [
        Fraction(second(event.record.at) - second(session.record.at), _DAY)
        for event, session in harm
        if isinstance(event.record.at, datetime) and isinstance(session.record.at, datetime)
    ]
    cut: Iterable[Any] = [places(value, 3) for value in quartiles(times)] if times else [None] * 3
    row |= dict(zip(("onset_q1", "onset_median", "onset_q3"), cut, strict=True))
    if by == "agent":
        row["suspected"] = sum(name in suspects(event) for event, _ in harm)
    return row


def suspects(event: Standing) -> set[str]:
    """The agents it names."""
    found = set()
    for one in event.record.suspects:
        if one.suspect == "agent":
            try:
                found.add(Formulary.shipped().find(one.name).agent.id)
            except AgentError:
                found.add(one.name)
    return found
