"""`Chart`: one patient's records, read together at one moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from mesococktail.chart.aftercare import instructions
from mesococktail.chart.course import Course, course_of
from mesococktail.chart.events import EventRead, read_event
from mesococktail.chart.lots import LotRead, lots_of
from mesococktail.chart.outcomes import Series, series_of
from mesococktail.chart.reading import Records
from mesococktail.chart.timeline import Moment, moments
from mesococktail.errors import RecordError, RecordNotFoundError
from mesococktail.formulary import Formulary
from mesococktail.log import PrescriptionLog
from mesococktail.log.recorder import now as present
from mesococktail.records import (
    AdverseEvent,
    Around,
    Instruction,
    PatientFacts,
    Prescription,
    Session,
    Stands,
    is_before,
    merged,
    time_of,
    to_the_minute,
)
from mesococktail.records.checks import agents_given

if TYPE_CHECKING:
    from mesococktail.log import Entry, Standing


@attrs.frozen(init=False)
class Chart:
    """One patient's records, read together. ``print`` shows all of it.

    Everything in it is counted from what stood in the log when it was made; a record written later is in
    the next chart. Records that were voided are left out.
    """

    patient: str
    now: datetime
    """The moment from which something is overdue."""
    formulary: Formulary = attrs.field(repr=False)
    """What is known: the words of named plans and of adverse events."""
    _records: Records = attrs.field(repr=False)

    def __init__(self, log: PrescriptionLog, patient: str, *, now: datetime | str | None = None) -> None:
        """Read a patient's records.

        Args:
            log: Where they are; ``log.as_of(time)`` for how they stood then.
            patient: The patient's id.
            now: The present, as a time with its zone; the clock's when left out.

        Raises:
            RecordError: *log* is not an open log, or *now* is not a moment.
        """
        if not isinstance(log, PrescriptionLog):
            raise RecordError(
                "must be an open log", path="log", got=log, cure='open it: PrescriptionLog.open("clinic.db")'
            )
        standings = log.patient(patient)
        records = Records(tuple(Stands(one.id, one.record, one.status) for one in standings))
        self.__attrs_init__(patient, _moment(now), log.formulary, records)

    def timeline(self) -> tuple[Moment, ...]:
        """Return every record in order of time, one line each."""
        return tuple(moments(self._records))

    def courses(self) -> tuple[Course, ...]:
        """Return the course of every prescription, the earliest first."""
        return tuple(self._course(one) for one in self._records.of(Prescription))

    def course(self, prescription: str | Entry | Standing | None = None) -> Course:
        """Return the course of one prescription.

        Args:
            prescription: Its id, or the prescription as it was read; the newest when left out.

        Raises:
            RecordNotFoundError: The patient has no such prescription.
        """
        found = self._records.of(Prescription)
        if prescription is not None:
            wanted: object = getattr(prescription, "id", prescription)
            found = tuple(one for one in found if one.id == wanted)
        if not found:
            raise RecordNotFoundError(
                "is no prescription of this patient" if prescription is not None else "has no prescription",
                path="id" if prescription is not None else "patient",
                got=self.patient if prescription is None else getattr(prescription, "id", prescription),
            )
        return self._course(found[-1])

    def _course(self, one: Stands) -> Course:
        return course_of(one, self._records, self.formulary, self.now)

    def events(self) -> tuple[EventRead, ...]:
        """Return the adverse events in order of time, each with the sessions before it."""
        return tuple(
            read_event(one, self._records, self.formulary, self.now) for one in self._records.of(AdverseEvent)
        )

    def outcomes(self) -> tuple[Series, ...]:
        """Return the outcomes: those of one measure, method, zone and site together, in order of time."""
        return series_of(self._records)

    def facts(self, at: datetime | Around | str | None = None) -> PatientFacts | None:
        """Return what was known of the patient at a time, now when left out; None if it was nothing.

        Facts that may be later than *at*, because only their month is known, count as known.

        Raises:
            RecordError: *at* is not a time.
        """
        by = self.now if at is None else _time(at, "at")
        return merged(one.record for one in self._records.of(PatientFacts) if not is_before(by, one.at))

    def instructions(self, session: str | Entry | Standing) -> tuple[Instruction, ...]:
        """Return what the patient is told after a session, as `mesococktail.chart.instructions` does.

        What is said on an agent follows from what the session gave, out of each of its preparations.

        Args:
            session: Its id, or the session as it was read.

        Raises:
            RecordNotFoundError: The patient has no such session.
        """
        wanted: object = getattr(session, "id", session)
        one = self._records.by_id.get(wanted) if isinstance(wanted, str) else None
        if one is None or not isinstance(one.record, Session):
            raise RecordNotFoundError("is no session of this patient", path="id", got=wanted)
        return instructions(one.record, self.formulary, agents=agents_given(one.record, self._records.by_id))

    def lots(self) -> tuple[LotRead, ...]:
        """Return the stock that was drawn for the patient, in order of preparation and drawing."""
        return tuple(lots_of(self._records))

    def __str__(self) -> str:
        parts: tuple[tuple[object, ...], ...] = (
            (f"patient {self.patient}, {to_the_minute(self.now)}",),
            *((course,) for course in self.courses()),
            self.outcomes(),
            self.events(),
            self.lots(),
            self.timeline(),
        )
        return "\n\n".join("\n".join(map(str, part)) for part in parts if part)


def _moment(given: object) -> datetime:
    if given is None:
        return present().astimezone()
    time = _time(given, "now")
    if isinstance(time, Around):
        raise RecordError(
            "is not a moment", path="now", got=given, cure="write it like 2025-03-01T10:00+04:00"
        )
    return time


def _time(given: object, path: str) -> datetime | Around:
    try:
        return time_of(given)
    except RecordError as error:
        raise error.at(path) from None
