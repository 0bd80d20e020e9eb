"""What harm came after sessions: how often, and how soon."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import AgentError
from mesococktail.log.names import VOIDED
from mesococktail.research.answer import EVENTS, PATIENTS, SESSIONS, Column
from mesococktail.research.attrition import trail
from mesococktail.research.combinations import BY_AGENT, COMBINATION
from mesococktail.research.courses import GIVEN, prescribed, uncounted, was_given
from mesococktail.research.elapsed import DAY
from mesococktail.research.figures import OF_ONE, five_numbers, rounded
from mesococktail.research.intervals import clopper_pearson
from mesococktail.research.onsets import events_after_sessions
from mesococktail.research.parts import few, rate
from mesococktail.research.scope import Found
from mesococktail.research.suppression import SUPPRESSED, Group, People, Tally, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesococktail.research.answer import Step, Value
    from mesococktail.research.onsets import Event  # noqa: TC004  # attrs keeps the annotation as text
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


@attrs.frozen(slots=False)
class Harm:
    """The events of one row."""

    events: list[Event] = attrs.field(factory=list)

    @cached_property
    def sessions(self) -> frozenset[int]:
        """The sessions that they followed; not to be asked before all events are there."""
        return frozenset(event.session for event in self.events)

    @cached_property
    def patients(self) -> frozenset[int]:
        """Who had them; likewise."""
        return frozenset(event.patient for event in self.events)


def adverse_events(scope: Scope, *, by: str, window: int) -> Found:
    """Say how often sessions were followed by harm, for each combination or agent."""
    asked, combined = scope.asked, scope.combined()
    combinations = asked.named("combination")
    events, steps = events_after_sessions(scope, window)
    given = _given(scope, "p.combination", combinations)
    counted = sum(number for number, _ in given.values())
    suspects: dict[int, set[str]] = {}
    if by == BY_AGENT:
        given = _given(scope, "m.agent", asked.named("agent"))
        suspects = _suspects(asked)
    groups: dict[Key, Harm] = defaultdict(Harm, {(name, ANY): Harm() for name in given})
    for event in events:
        combination = combinations[event.combination]
        for name in combined.agents[combination] if by == BY_AGENT else (combination,):
            groups[name, ANY].events.append(event)
            groups[name, event.term].events.append(event)
    hidden = _hidden(scope.guard, groups)
    columns = (_AGENT, *_REST, _SUSPECTED) if by == BY_AGENT else (COMBINATION, *_REST)
    rows = []
    for key, some in groups.items():
        row: dict[str, Value] = dict.fromkeys((column.name for column in columns), SUPPRESSED)
        row |= {by: key[0], "term": key[1]}
        figures = {} if key in hidden else _figures(scope.guard, *given[key[0]], some)
        if figures and by == BY_AGENT:
            figures[_SUSPECTED.name] = _suspected(scope.guard, key[0], some.events, suspects)
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
        + scope.counted("p.combination IS NOT NULL", *was_given(scope.asked))
        + f" GROUP BY {column}"
    ):
        # Clinics know nothing of each other, so no patient is in two of them.
        before = counts.get(names[number], (0, 0))
        counts[names[number]] = before[0] + sessions, before[1] + patients
    return counts


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
    valid, taken = was_given(scope.asked)
    of = partial(scope.patients, of=SESSIONS)
    table = "FROM fact_session AS s WHERE"
    kept = f"FROM {prescribed(scope)}{scope.counted('p.combination IS NOT NULL', valid, taken)}"
    return trail(
        SESSIONS,
        read,
        ("voided", voided, of(voided, f"{table} NOT ({valid})")),
        ("not given", absent, of(absent, f"{table} {valid} AND NOT ({taken})")),
        ("of no prescription that is counted", rest, of(rest, uncounted(scope, taken))),
        people=of(counted, kept),
    )


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


def _hidden(guard: Guard, groups: Mapping[Key, Harm]) -> set[Key]:
    """Return the rows of few, and others from which these could be told."""
    tally: Tally[Key] = Tally()
    few_of: dict[Group, frozenset[int]] = {}
    least = guard.least or 0
    for number, (key, some) in enumerate(groups.items()):
        if key[1] != ANY:
            tally.add(key, len(some.sessions), (number,))
            if len(some.patients) < least:
                few_of[number,] = some.patients
    shown = guard.shown(tally, lambda: People(few_of, least), lambda key: (key[0],))
    return {key for key, number in shown.cells.items() if number is None}


def _figures(guard: Guard, sessions: int, patients: int, some: Harm) -> dict[str, Value]:
    """Return the numbers of a row, if they may be shown."""
    followed, people = len(some.sessions), len(some.patients)
    # What a part leaves of the whole could be told from both.
    if few(guard, sessions, patients, followed, people, sessions - followed, patients - people):
        return {}
    whole, part = guard.number(sessions) or 0, guard.number(followed) or 0
    everyone, harmed = guard.number(patients) or 0, guard.number(people) or 0
    per_session, per_patient = rate(part, whole, clopper_pearson), rate(harmed, everyone, clopper_pearson)
    values = (whole, part, *per_session, everyone, harmed, *per_patient, *_onset(guard, some.events))
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
