"""What harm came after sessions: how often, and how soon."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import AgentError
from mesococktail.log.names import VOIDED
from mesococktail.research.answer import EVENTS, PATIENTS, SESSIONS, Column
from mesococktail.research.attrition import trail
from mesococktail.research.combinations import BY_AGENT, COMBINATION
from mesococktail.research.courses import GIVEN, prescribed, uncounted
from mesococktail.research.elapsed import DAY, WIDEST, elapsed
from mesococktail.research.figures import OF_ONE, five_numbers, rounded
from mesococktail.research.intervals import clopper_pearson
from mesococktail.research.parts import few, rate
from mesococktail.research.scope import Found
from mesococktail.research.suppression import SUPPRESSED, Group, People, Tally, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesococktail.research.answer import Step, Value
    from mesococktail.research.elapsed import Moment  # noqa: TC004  # attrs keeps the annotation as text
    from mesococktail.research.scope import Scope
    from mesococktail.research.source import Asked
    from mesococktail.research.suppression import Guard

ANY = "any"
LONGEST = 3650
"""Days that may lie between a session and an event."""

_AGENT = Column("agent", "id of an agent in the cocktail")
_ONSET_PLACES = 3
_DAYS = f"days, to {_ONSET_PLACES} places"
_REST = (
    Column("term", f"what it was; {ANY} for every event together"),
    Column("sessions", "sessions given, whole or in part", SESSIONS),
    Column("sessions_with_event", "how many of them were followed by it", SESSIONS),
    Column("session_rate", "part of the sessions that were", OF_ONE),
    Column("session_low", "95 % interval of that part by Clopper and Pearson: from here", OF_ONE),
    Column("session_high", "to here", OF_ONE),
    Column("patients", "patients who had these sessions", PATIENTS),
    Column("patients_with_event", "how many of them had it", PATIENTS),
    Column("patient_rate", "part of the patients who had it", OF_ONE),
    Column("patient_low", "95 % interval of that part by Clopper and Pearson: from here", OF_ONE),
    Column("patient_high", "to here", OF_ONE),
    Column("onset_q1", "lower quartile of the time from session to event", _DAYS),
    Column("onset_median", "half began sooner, half later", _DAYS),
    Column("onset_q3", "upper quartile", _DAYS),
)
_SUSPECTED = Column("suspected", "events of the row that name this agent as a suspect", EVENTS)
EVENT_COLUMNS = (COMBINATION, _AGENT, *_REST, _SUSPECTED)
_NUMBERS = tuple(column.name for column in _REST[1:])
_ONSET = _NUMBERS[-3:]


Key = tuple[str, str]
"""Combination or agent, and term: what a row is of."""


@attrs.frozen
class Event:
    """An adverse event that certainly came after a session that is counted."""

    key: int
    patient: int
    term: str
    session: int
    combination: int
    onset: int | None
    """Seconds after the session; None where one of the two dates is imprecise."""


@attrs.frozen
class Given:
    """A session that was given before an event began, or may have been."""

    key: int
    at: Moment
    combination: int | None
    """None where its prescription is not counted."""


def adverse_events(scope: Scope, *, by: str, window: int) -> Found:
    """Say how often sessions were followed by harm, for each combination or agent."""
    asked, combined = scope.asked, scope.combined()
    combinations = asked.named("combination")
    events, steps = _events(scope, window)
    given = _given(scope, "p.combination", combinations)
    counted = sum(number for number, _ in given.values())
    suspects: dict[int, set[str]] = {}
    if by == BY_AGENT:
        given = _given(scope, "m.agent", asked.named("agent"))
        suspects = _suspects(asked)
    groups: dict[Key, list[Event]] = {(name, ANY): [] for name in given}
    for event in events:
        combination = combinations[event.combination]
        for name in combined.agents[combination] if by == BY_AGENT else (combination,):
            groups[name, ANY].append(event)
            groups.setdefault((name, event.term), []).append(event)
    hidden = _hidden(scope.guard, groups)
    columns = (_AGENT, *_REST, _SUSPECTED) if by == BY_AGENT else (COMBINATION, *_REST)
    rows = []
    for key, some in groups.items():
        row: dict[str, Value] = dict.fromkeys((column.name for column in columns), SUPPRESSED)
        row |= {by: key[0], "term": key[1]}
        figures = {} if key in hidden else _figures(scope.guard, *given[key[0]], some)
        if figures and by == BY_AGENT:
            figures[_SUSPECTED.name] = _suspected(scope.guard, key[0], some, suspects)
        rows.append(row | figures)
    if by == BY_AGENT:
        _hide_sums(rows)
    return Found(
        _in_order(rows, by),
        columns,
        SESSIONS,
        combined.steps + _session_steps(scope, counted) + steps,
        _remarks(scope, window),
        dose=None,
    )


def _remarks(scope: Scope, window: int) -> tuple[str, ...]:
    return (
        f"an event belongs to the latest session that the patient was given before it, whatever it was of, "
        f"if it began within {window} days; where that session is not counted, neither is the event",
        "a session given in part counts as given; of two in one second, the later record is the later",
        "that an event came after a session does not say that it came of it, and what nobody recorded is "
        "not here",
        *(
            ("some times are whole days: what began on the day of a session is after it",)
            if scope.asked.shifted
            else ()
        ),
    )


def _given(scope: Scope, column: str, names: Mapping[int, str]) -> dict[str, tuple[int, int]]:
    """Count the sessions given, and the patients who had them, by the name of what a column numbers."""
    counts: dict[str, tuple[int, int]] = {}
    for number, sessions, patients in scope.asked.count(
        f"SELECT {column}, count(*), count(DISTINCT s.patient) FROM {prescribed(scope)}"
        + (" JOIN dim_combination_member AS m ON m.combination = p.combination" if column[0] == "m" else "")
        + scope.counted("p.combination IS NOT NULL", *_was_given(scope.asked))
        + f" GROUP BY {column}"
    ):
        # Clinics know nothing of each other, so no patient is in two of them.
        before = counts.get(names[number], (0, 0))
        counts[names[number]] = before[0] + sessions, before[1] + patients
    return counts


def _was_given(asked: Asked) -> tuple[str, str]:
    return f"s.status <> {VOIDED}", f"s.given IN {asked.numbers('term', GIVEN[:2])}"


def _session_steps(scope: Scope, counted: int) -> tuple[Step, ...]:
    """Return which sessions were read and which were dropped."""
    given = set(scope.asked.picture.numbers("term", GIVEN[0])) | set(
        scope.asked.picture.numbers("term", GIVEN[1])
    )
    read = voided = absent = 0
    for status, how, number in scope.asked.count(
        "SELECT s.status, s.given, count(*) FROM fact_session AS s GROUP BY s.status, s.given"
    ):
        read += number
        voided += number if status == VOIDED else 0
        absent += number if status != VOIDED and how not in given else 0
    rest = read - voided - absent - counted
    valid, was_given = _was_given(scope.asked)
    of = partial(scope.patients, of=SESSIONS)
    table = "FROM fact_session AS s WHERE"
    kept = f"FROM {prescribed(scope)}{scope.counted('p.combination IS NOT NULL', valid, was_given)}"
    return trail(
        SESSIONS,
        read,
        ("voided", voided, of(voided, f"{table} NOT ({valid})")),
        ("not given", absent, of(absent, f"{table} {valid} AND NOT ({was_given})")),
        ("of no prescription that is counted", rest, of(rest, uncounted(scope, was_given))),
        people=of(counted, kept),
    )


def _events(scope: Scope, window: int) -> tuple[list[Event], tuple[Step, ...]]:
    """Find the session that each event belongs to, and say what became of the events."""
    asked = scope.asked
    precise = "a.at_digits IS NULL AND s.at_digits IS NULL"
    # Roughly where a date is imprecise; exactly below.
    first = f"CASE WHEN {precise} THEN 0 ELSE {-WIDEST} END"
    last = f"CASE WHEN {precise} THEN {window * DAY} ELSE {window * DAY + WIDEST} END"
    counted = "SELECT p.key AS key, p.combination AS combination FROM fact_prescription AS p" + scope.counted(
        "p.combination IS NOT NULL"
    )
    terms, prescription = asked.named("term"), asked.picture.linked("s.prescription", or_none=True)
    lines = asked.count(
        "SELECT a.key, a.patient, a.term, a.at_utc, a.at_offset, a.at_digits, "
        "s.key, s.at_utc, s.at_offset, s.at_digits, c.combination "
        "FROM fact_adverse_event AS a JOIN fact_session AS s ON s.patient = a.patient "
        f"AND a.at_utc - s.at_utc BETWEEN {first} AND {last}"
        f"{prescription.join} LEFT JOIN ({counted}) AS c ON c.key = {prescription.key} "
        f"WHERE a.status <> {VOIDED} AND {' AND '.join(_was_given(asked))} ORDER BY a.key"
    )
    found: list[Event] = []
    near, uncertain, of_no_course = _Dropped(), _Dropped(), _Dropped()
    for (key, patient, term, *at), sessions in groupby(lines, itemgetter(0, 1, 2, 3, 4, 5)):
        onset: Moment = (at[0], at[1], at[2])
        before = [
            Given(session, (when, offset, digits), of) for *_, session, when, offset, digits, of in sessions
        ]
        possible = [each for each in before if _may_precede(each.at, onset, window * DAY)]
        latest = latest_before(possible, onset, window * DAY)
        if possible:
            near.add(patient)
        if latest is None and possible:
            uncertain.add(patient)
        elif latest is not None and latest.combination is None:
            of_no_course.add(patient)
        elif latest is not None and latest.combination is not None:
            least, most = elapsed(latest.at, onset)
            after = least if least == most else None
            found.append(Event(key, patient, terms[term], latest.key, latest.combination, after))
    counts: dict[int, int] = dict(
        asked.count("SELECT a.status, count(*) FROM fact_adverse_event AS a GROUP BY a.status"),
    )
    read, voided = sum(counts.values()), counts.get(VOIDED, 0)
    rest, of = read - voided - near.number, partial(scope.patients, of=EVENTS)
    table = "FROM fact_adverse_event AS a WHERE a.status"
    return found, trail(
        EVENTS,
        read,
        ("voided", voided, of(voided, f"{table} = {VOIDED}")),
        # All that is sure of who they are of.
        (
            f"no session within {window} days before",
            rest,
            of(rest, f"{table} <> {VOIDED}", less=len(near.patients)),
        ),
        (
            "dates too imprecise to say after which session",
            uncertain.number,
            len(uncertain.patients),
        ),
        ("after a session that is not counted", of_no_course.number, len(of_no_course.patients)),
        people=len({event.patient for event in found}),
    )


@attrs.define
class _Dropped:
    """Events that are not counted."""

    number: int = 0
    patients: set[int] = attrs.field(factory=set)

    def add(self, patient: int) -> None:
        """Count one."""
        self.number += 1
        self.patients.add(patient)


def _may_precede(session: Moment, onset: Moment, window: int) -> bool:
    least, most = elapsed(session, onset)
    return most >= 0 and least <= window


def latest_before(possible: Sequence[Given], onset: Moment, window: int) -> Given | None:
    """Return the session that an event certainly belongs to: surely before it, in time, and the latest."""
    for one in possible:
        least, most = elapsed(one.at, onset)
        if least >= 0 and most <= window and all(other is one or _is_later(one, other) for other in possible):
            return one
    return None


def _is_later(one: Given, other: Given) -> bool:
    """Whether a session is certainly later than another."""
    least, most = elapsed(other.at, one.at)
    return least > 0 or (least == most == 0 and one.key > other.key)


def _suspects(asked: Asked) -> dict[int, set[str]]:
    """Return the agents that each event names as a suspect, by their ids."""
    found: dict[int, set[str]] = {}
    for key, name in asked.count(
        "SELECT u.key, u.name FROM fact_adverse_event_suspects AS u "
        f"WHERE u.suspect IN {asked.numbers('term', ['agent'])} AND u.name IS NOT NULL"
    ):
        found.setdefault(key, set()).add(_agent(asked, name))
    return found


def _agent(asked: Asked, name: str) -> str:
    try:
        return asked.formulary.find(name).agent.id
    except AgentError:
        # Written as nobody else names it; it may still be the id of an agent of this clinic's own.
        return name


def _hidden(guard: Guard, groups: Mapping[Key, Sequence[Event]]) -> set[Key]:
    """Return the rows of few, and others from which these could be told."""
    tally: Tally[Key] = Tally()
    few_of: dict[Group, frozenset[int]] = {}
    least = guard.least or 0
    for number, (key, some) in enumerate(groups.items()):
        if key[1] != ANY:
            tally.add(key, len({event.session for event in some}), (number,))
            patients = frozenset(event.patient for event in some)
            if len(patients) < least:
                few_of[number,] = patients
    shown = guard.shown(tally, lambda: People(few_of, least), lambda key: (key[0],))
    return {key for key, number in shown.cells.items() if number is None}


def _figures(guard: Guard, sessions: int, patients: int, some: Sequence[Event]) -> dict[str, Value]:
    """Return the numbers of a row, if they may be shown."""
    followed = len({event.session for event in some})
    people = len({event.patient for event in some})
    # What a part leaves of the whole could be told from both.
    if few(guard, sessions, patients, followed, people, sessions - followed, patients - people):
        return {}
    whole, part = guard.number(sessions) or 0, guard.number(followed) or 0
    everyone, harmed = guard.number(patients) or 0, guard.number(people) or 0
    per_session, per_patient = rate(part, whole, clopper_pearson), rate(harmed, everyone, clopper_pearson)
    values = (whole, part, *per_session, everyone, harmed, *per_patient, *_onset(guard, some))
    return dict(zip(_NUMBERS, values, strict=True))


def _onset(guard: Guard, some: Sequence[Event]) -> list[Value]:
    """Return the quartiles of the time to events, of those whose dates are precise."""
    known = sorted(event.onset for event in some if event.onset is not None)
    if not known:
        return [None] * 3
    # Of no more patients than events, so that these need not be looked at.
    if few(guard, len({event.patient for event in some if event.onset is not None})):
        return [SUPPRESSED] * 3
    _, *quartiles, _ = five_numbers(known, [1] * len(known), 1)
    return [rounded(Fraction(seconds) / DAY, _ONSET_PLACES) for seconds in quartiles]


def _suspected(guard: Guard, agent: str, some: Sequence[Event], suspects: Mapping[int, set[str]]) -> Value:
    """Count the events that name the agent of the row, if that may be shown."""
    patients: dict[bool, list[int]] = {True: [], False: []}
    for event in some:
        patients[agent in suspects.get(event.key, ())].append(event.patient)
    if few(guard, *(len(set(each)) for each in patients.values())):
        return SUPPRESSED
    return told(guard.number(len(patients[True])))


def _hide_sums(rows: Sequence[dict[str, Value]]) -> None:
    """Hide also of how many events together an agent is suspected, where it is hidden of some."""
    name = _SUSPECTED.name
    hidden = {row[BY_AGENT] for row in rows if row["term"] != ANY and row[name] == SUPPRESSED}
    for row in rows:
        if row[BY_AGENT] in hidden:
            row[name] = SUPPRESSED if row["term"] == ANY else row[name]


def _in_order(rows: Sequence[dict[str, Value]], by: str) -> tuple[dict[str, Value], ...]:
    """Return the rows with the most sessions first, each with every event together first."""

    def most(value: Value) -> int:
        return -value if isinstance(value, int) else 1

    whole = {row[by]: most(row["sessions"]) for row in rows if row["term"] == ANY}
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                whole[row[by]],
                row[by],
                row["term"] != ANY,
                most(row["sessions_with_event"]),
                row["term"],
            ),
        )
    )
