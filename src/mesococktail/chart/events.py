"""Adverse events, with the sessions before them, and which of them a doctor should look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from mesococktail.chart.lots import lots_in
from mesococktail.chart.reading import Records, joined, term_of, word
from mesococktail.errors import counted
from mesococktail.records import AdverseEvent, Session, Stands, earliest, is_before, latest, to_the_minute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.formulary import Formulary

_OVER = ("recovered", "recovered_with_sequelae", "fatal")
_GOES_ON = ("recovering", "not_recovered")
_SERIOUS_GRADES = ("life_threatening", "fatal")
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_HOURS_UP_TO = 2 * _DAY


@attrs.frozen
class Before:
    """A session that came before an event, or may have."""

    id: str
    session: Session
    least: timedelta
    """The shortest time that may lie between them; the same as `most` where both are known exactly."""
    most: timedelta
    certain: bool
    """Whether it came before for certain: an imprecise date may leave that open."""
    combinations: tuple[str, ...]
    """What it gave: one, or one for each part of a split scalp."""
    lots: tuple[str, ...]
    """Agent and lot of each stock it gave."""

    def __str__(self) -> str:
        passed = _between(self.least, self.most) + " before" + ("" if self.certain else ", perhaps")
        what = joined(self.combinations) or word(self.session.payload) or "nothing stated"
        lots = f"; lots {joined(self.lots)}" if self.lots else ""
        return f"{passed}: session {self.id}, {what}{lots}"


@attrs.frozen
class EventRead:
    """An adverse event, read beside everything else of the patient."""

    id: str
    event: AdverseEvent
    over: bool
    """Whether it is recorded to be over."""
    before: tuple[Before, ...]
    """Every session before it, of whichever prescription, the nearest first."""
    reasons: tuple[str, ...]
    """Why a doctor should look at it now; empty where nothing asks for that."""

    @property
    def needs_look(self) -> bool:
        """Whether a doctor should look at it now."""
        return bool(self.reasons)

    def __str__(self) -> str:
        event = self.event
        what = joined((word(event.term), event.description, word(event.grade), word(event.zone)))
        lines = [f"{to_the_minute(event.at)}: {what}{'' if self.over else ', not recorded to be over'}"]
        lines += [f"  look at it: {reason}" for reason in self.reasons]
        lines += [f"  {one}" for one in self.before]
        return "\n".join(lines)


def read_event(one: Stands, records: Records, formulary: Formulary, now: datetime) -> EventRead:
    """Return an event with what came before it and why it should be looked at."""
    event: AdverseEvent = one.record
    over = is_over(event)
    reasons = tuple(_reasons(event, formulary, now, over=over))
    return EventRead(one.id, event, over, tuple(_before(event, records)), reasons)


def is_over(event: AdverseEvent) -> bool:
    """Whether an event is recorded to be over: when it was, how long it lasted, or that it ended."""
    if event.resolved_at is not None or event.result in _OVER:
        return True
    return event.duration is not None and event.result not in _GOES_ON


def _before(event: AdverseEvent, records: Records) -> Iterator[Before]:
    for one in reversed(records.carried_out):
        session: Session = one.record
        if is_before(event.at, session.at) or earliest(session.at) > latest(event.at):
            continue
        exact = isinstance(event.at, datetime) and isinstance(session.at, datetime)
        yield Before(
            one.id,
            session,
            max(earliest(event.at) - latest(session.at), timedelta(0)),
            max(latest(event.at) - earliest(session.at), timedelta(0)),
            exact or is_before(session.at, event.at),
            records.mixtures(session),
            lots_in(session, records),
        )


def _reasons(event: AdverseEvent, formulary: Formulary, now: datetime, *, over: bool) -> Iterator[str]:
    serious = _serious(event)
    if serious is not None and event.looked_at is None:
        yield f"it is {serious}, and no doctor is recorded to have looked at it"
    term = term_of(formulary, "adverse_events", event.term)
    if over or term is None or term.subsides is None or latest(event.at) > now:
        return
    said = f"it is not recorded to be over, and its source says that it subsides {term.subsides}"
    if term.subsides_days is None:
        if event.looked_at is None:
            yield f"{said}, which names no bound ({term.source})"
        return
    bound = latest(event.at) + term.subsides_days * _DAY
    if now > bound and (event.looked_at is None or event.looked_at <= bound):
        yield f"{said} ({term.source})"


def _serious(event: AdverseEvent) -> str | None:
    """Return in a word what makes an event serious; None where nothing says so."""
    if event.seriousness not in (None, "not_serious"):
        return f"serious ({word(event.seriousness)})"
    if event.grade in _SERIOUS_GRADES:
        return word(event.grade)
    if event.result == "fatal":
        return word(event.result)
    return "serious (hospitalised)" if event.action == "hospitalised" else None


def _between(least: timedelta, most: timedelta) -> str:
    """Return a time in hours up to two days, else in days; whole ones, rounded down and up."""
    unit, name = (_HOUR, "hour") if most < _HOURS_UP_TO else (_DAY, "day")
    if least == most:
        return counted(least // unit, name)
    return f"{least // unit} to {counted(-(-most // unit), name)}"
