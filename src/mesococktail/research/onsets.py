"""Which session an adverse event came after, where the dates of both may be imprecise."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import attrs

from mesococktail.log.names import VOIDED
from mesococktail.research.answer import EVENTS
from mesococktail.research.attrition import trail
from mesococktail.research.courses import was_given
from mesococktail.research.elapsed import DAY, WIDEST, elapsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesococktail.research.answer import Step
    from mesococktail.research.elapsed import Moment
    from mesococktail.research.scope import Scope
    from mesococktail.research.source import Row


class Event(NamedTuple):
    """An adverse event that certainly came after a session that is counted."""

    key: int
    patient: int
    term: str
    session: int
    combination: int
    onset: int | None
    """Seconds after the session; None where one of the two dates is imprecise."""


class Given(NamedTuple):
    """A session that was given before an event began, or may have been."""

    key: int
    at: Moment
    combination: int | None
    """None where its prescription is not counted."""


def events_after_sessions(scope: Scope, window: int) -> tuple[list[Event], tuple[Step, ...]]:
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
        f"WHERE a.status <> {VOIDED} AND {' AND '.join(was_given(asked))} ORDER BY a.key"
    )
    found: list[Event] = []
    near, uncertain, of_no_course = _Dropped(), _Dropped(), _Dropped()
    for _, some in groupby(lines, itemgetter(0)):
        sessions = list(some)
        key, patient, term = sessions[0][:3]
        onset: Moment = sessions[0][3:6]
        possible, latest = _before(sessions, onset, window * DAY)
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


def _before(sessions: Sequence[Row], onset: Moment, window: int) -> tuple[bool, Given | None]:
    """Tell whether any session may have been before an event, and the one that it certainly belongs to."""
    if onset[2] is None and all(line[9] is None for line in sessions):
        # The statement has looked whether they are in the window.
        return True, _given(max(sessions, key=itemgetter(7, 6)))
    possible = [each for each in map(_given, sessions) if _may_precede(each.at, onset, window)]
    return bool(possible), latest_before(possible, onset, window)


def _given(line: Row) -> Given:
    return Given(line[6], line[7:10], line[10])


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
