"""One course of treatment: what was planned, what was given of it, and what is due."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts import Amount
from mesococktail.chart.doses import AgentDose, added_up
from mesococktail.chart.schedule import Due, Window, after, finished, next_due
from mesococktail.errors import MesococktailError, counted
from mesococktail.formulary import NamedPlan
from mesococktail.records import Plan, Prescription, Session, Stands
from mesococktail.records.checks import Given, each_given
from mesococktail.records.session import NOT_GIVEN, PARTLY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesococktail.chart.reading import Records
    from mesococktail.formulary import Formulary

_ARTICLE = "article"
"""Code of the plan whose expectations are shown, with its source, beside a plan of another shape."""
MEASURED, STATED = "measured", "stated"
_MICROSECONDS_A_MINUTE = 60_000_000


@attrs.frozen
class DrawToUse:
    """How long blood stood between the draw and the session."""

    preparation: str
    time: Amount
    basis: str
    """``measured`` from the two times, or ``stated`` where one of them is not known exactly."""

    def __str__(self) -> str:
        return f"{self.time.display()} from draw to use ({self.basis})"


@attrs.frozen
class CourseSession:
    """One session of a course."""

    id: str
    session: Session
    number: int | None
    """Its place among those carried out, from 1; None where it was not given."""
    doses: tuple[Given, ...]
    """What it gave, by agent and preparation."""
    draw_to_use: tuple[DrawToUse, ...]
    """For each preparation made of the patient's blood, as far as it is known."""


@attrs.frozen(kw_only=True)
class Course:
    """One prescription, the sessions that carried it out, and what follows from its plan."""

    id: str
    prescription: Prescription
    status: str
    """``active`` or ``stopped``."""
    chain: tuple[str, ...]
    """Ids of the prescriptions it belongs together with through ``renews``, itself too, the first first."""
    renewed_by: str | None
    """The newest prescription that continues it; then nothing is due of this one."""
    sessions: tuple[CourseSession, ...]
    """In order of time."""
    planned: tuple[int, int] | None
    """Fewest and most sessions of the plan; None where it does not say."""
    next_due: Due | None
    """None where nothing more is planned, nothing was given yet, or it was stopped or renewed."""
    overdue_since: date | None
    """The last day on which the next session was due, where that has passed and it is owed."""
    finished: bool
    """Whether all that the plan asks for was carried out."""
    expectation: NamedPlan
    """The named plan whose statements on results are shown."""
    follows_it: bool
    """Whether the plan prescribed is that one; otherwise it is stated beside it."""
    in_chain: int
    """Sessions carried out over the whole chain."""
    touch_up_due: Window | None
    """When a touch-up is due after the last session of a finished course, as the named plan states.

    None where the course was stopped or renewed.
    """
    doses: tuple[AgentDose, ...]
    """Given so far, by agent."""
    chain_doses: tuple[AgentDose, ...]
    """The same over the whole chain."""

    @property
    def plan(self) -> Plan | None:
        """The plan that was prescribed."""
        return self.prescription.plan

    def _count(self, given: str) -> int:
        return sum(one.session.given == given for one in self.sessions)

    @property
    def given(self) -> int:
        """Sessions given in full."""
        return self._count("given")

    @property
    def partly(self) -> int:
        """Sessions partly given, which are not counted among `given`."""
        return self._count(PARTLY)

    @property
    def not_given(self) -> int:
        """Sessions that were to be and were not given."""
        return self._count(NOT_GIVEN)

    @property
    def stopped(self) -> bool:
        """Whether the treatment was stopped."""
        return self.status == "stopped"

    @property
    def overdue(self) -> bool:
        """Whether the next session should have been given by now."""
        return self.overdue_since is not None

    @property
    def improvement_not_expected_yet(self) -> bool:
        """Whether fewer sessions were carried out than the named plan says come before any result."""
        least = self.expectation.no_result_before
        return least is not None and self.in_chain < least

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        cocktail = self.prescription.cocktail
        mixture = str(cocktail.combination()) if cocktail else "no cocktail"
        yield f"course {self.id}: {mixture}; {self.plan or 'no plan'}" + ("; stopped" if self.stopped else "")
        if len(self.chain) > 1:
            renewed = f", renewed by {self.renewed_by}" if self.renewed_by else ""
            yield f"one of {len(self.chain)} that renew each other{renewed}; {self.in_chain} sessions in all"
        beside = [f"{self.partly} partly"] * bool(self.partly) + [f"{self.not_given} not given"] * bool(
            self.not_given
        )
        yield "; ".join([f"given {self.given} of {self._planned()}", *beside])
        if self.next_due is not None:
            late = f", overdue since {self.overdue_since}" if self.overdue_since else ""
            yield f"next: {self.next_due}{late}"
        if self.finished:
            yield "finished"
        yield from self._expected()
        for dose in self.doses:
            yield f"given so far: {dose}"

    def _planned(self) -> str:
        if self.planned is None:
            return "an unstated number"
        fewest, most = self.planned
        if self.plan is not None and self.plan.at_most is not None:
            return f"at most {most}"
        return f"{most}" if fewest == most else f"{fewest}-{most}"

    def _expected(self) -> Iterator[str]:
        named = self.expectation
        which = f"{named.name}; {named.source}" + ("" if self.follows_it else "; not the plan of this course")
        if self.improvement_not_expected_yet and not self.stopped:
            said = f"none is stated to be seen before {counted(named.no_result_before or 0, 'session')}"
            yield f"improvement is not to be expected yet: {said} ({which})"
        if self.touch_up_due is not None:
            yield f"a touch-up is due {self.touch_up_due} ({which})"


def course_of(one: Stands, records: Records, formulary: Formulary, now: datetime) -> Course:
    """Return the course of a prescription.

    Args:
        one: The prescription.
        records: Everything of the patient.
        formulary: What is known, for what named plans state of results.
        now: The present.
    """
    prescription: Prescription = one.record
    chain = _chain(one, records)
    ids = [each.id for each in chain]
    sessions = tuple(_read(each, records) for each in _numbered(one.id, records))
    done = [each for each in sessions if each.number is not None]
    all_done = [each for each in records.carried_out if each.record.prescription in ids]
    plan = prescription.plan
    renewed_by = next((each.id for each in reversed(chain) if _renews(each, one.id, records)), None)
    days = [Window.of(each.session.at) for each in done]
    goes_on = one.status != "stopped" and renewed_by is None
    due = next_due(plan, days) if plan is not None and goes_on else None
    named, follows = _expectation(plan, formulary)
    whole = plan is not None and finished(plan, len(done))
    return Course(
        id=one.id,
        prescription=prescription,
        status=one.status,
        chain=tuple(ids),
        renewed_by=renewed_by,
        sessions=sessions,
        planned=plan.sessions if plan else None,
        next_due=due,
        overdue_since=_overdue(due, done[-1].session, now) if due and done else None,
        finished=whole,
        expectation=named,
        follows_it=follows,
        in_chain=len(all_done),
        touch_up_due=_touch_up(named, days) if whole and goes_on else None,
        doses=_doses([each.doses for each in sessions], [one]),
        chain_doses=_doses([tuple(each_given(each.record, records.by_id)) for each in all_done], chain),
    )


def _chain(one: Stands, records: Records) -> list[Stands]:
    """Return every prescription it is tied to by renewals: those before it, and those after."""
    first, seen = one, {one.id}
    while (before := records.by_id.get(first.record.renews or "")) is not None and before.id not in seen:
        first = before
        seen.add(first.id)
    return [
        each for each in records.of(Prescription) if each.id == first.id or _renews(each, first.id, records)
    ]


def _renews(later: Stands, earlier: str, records: Records) -> bool:
    """Whether a prescription continues another, directly or by way of others."""
    seen: set[str] = set()
    renewed: str | None = later.record.renews
    while renewed is not None and renewed not in seen:
        if renewed == earlier:
            return True
        seen.add(renewed)
        before = records.by_id.get(renewed)
        renewed = before.record.renews if before and isinstance(before.record, Prescription) else None
    return False


def _numbered(prescription: str, records: Records) -> Iterator[tuple[Stands, int | None]]:
    number = 0
    for one in records.sessions:
        if one.record.prescription == prescription:
            number += one.record.given != NOT_GIVEN
            yield one, number if one.record.given != NOT_GIVEN else None


def _read(numbered: tuple[Stands, int | None], records: Records) -> CourseSession:
    one, number = numbered
    session: Session = one.record
    return CourseSession(
        one.id,
        session,
        number,
        tuple(each_given(session, records.by_id)),
        tuple(draws_to_use(session, records)),
    )


def draws_to_use(session: Session, records: Records) -> Iterator[DrawToUse]:
    """Yield how long the blood in each preparation had stood when the session was given."""
    for link, preparation in records.preparations(session):
        prp = preparation.prp
        if prp is None:
            continue
        if prp.drawn_at is not None and isinstance(session.at, datetime):
            passed = session.at - prp.drawn_at
            if passed.total_seconds() >= 0:
                minutes = Fraction(passed // passed.resolution, _MICROSECONDS_A_MINUTE)
                yield DrawToUse(link, Amount(minutes, "min"), MEASURED)
                continue
        if prp.draw_to_use is not None:
            yield DrawToUse(link, prp.draw_to_use, STATED)


def _overdue(due: Due, last: Session, now: datetime) -> date | None:
    """Return the last day it was due if that has passed, by the calendar where the last session was."""
    here = now.astimezone(last.at.tzinfo) if isinstance(last.at, datetime) else now
    return due.window.last if due.owed and here.date() > due.window.last else None


def _expectation(plan: Plan | None, formulary: Formulary) -> tuple[NamedPlan, bool]:
    """Return the named plan that a plan follows (a clinic's own before ours), or the article's."""
    for named in reversed(formulary.plans):
        if plan is not None and attrs.evolve(plan, stated=None) == _plan_of(named):
            return named, True
    return formulary.plan(_ARTICLE), False


def _plan_of(named: NamedPlan) -> Plan | None:
    try:
        return attrs.evolve(Plan.parse(named.text), stated=None)
    except MesococktailError:
        return None


def _touch_up(named: NamedPlan, days: Sequence[Window]) -> Window | None:
    if named.touch_up_after_months is None:
        return None
    return after(days[-1], named.touch_up_after_months, "month")


def _doses(given: Sequence[tuple[Given, ...]], prescriptions: Sequence[Stands]) -> tuple[AgentDose, ...]:
    mixed = [one.record.cocktail for one in prescriptions if one.record.cocktail is not None]
    return added_up(
        given,
        {part.agent.id for cocktail in mixed for part in cocktail.ingredients},
        {part.agent.id for cocktail in mixed for part in cocktail.adjuncts},
    )
