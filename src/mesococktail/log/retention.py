"""Whose records are older than so many years. Nothing is deleted: what may go, law and a person decide.

Retention is counted from a patient's newest record, so a patient is listed with all records or not at all.
Voided records count, and an imprecise date counts by the latest day that it may mean: rather too late a day
than too early a one.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import RecordError
from mesococktail.log.links import kinds_of_patients
from mesococktail.log.recorder import now as present
from mesococktail.records import Around, days_of, months_later, time_of

if TYPE_CHECKING:
    from mesococktail.log.log import PrescriptionLog

_MONTHS = 12


@attrs.frozen
class Retained:
    """A patient whose newest record is older than the years that were asked for."""

    patient: str
    first: datetime | Around
    """Time of the oldest record: when it happened, not when it was written down."""
    last: datetime | Around
    """Time of the newest record."""
    records: int
    """How many there are, voided ones as well."""
    until: date
    """The day on which the years since the newest record were over."""


def retention(log: PrescriptionLog, years: int, now: datetime | str | None) -> list[Retained]:
    """Return whose records are older; see `PrescriptionLog.retention`."""
    today = _moment(now).date()
    found: dict[str, Retained] = {}
    # Texts of one length are equally precise, and sort as their days do.
    spans = " UNION ALL ".join(
        f"SELECT patient, min(at), max(at), count(*) FROM {kind} GROUP BY patient, length(at)"
        for kind in kinds_of_patients()
    )
    for patient, first, last, count in log.rows(spans):
        one = Retained(patient, time_of(first), time_of(last), count, date.max)
        found[patient] = _together(found[patient], one) if patient in found else one
    dated = (attrs.evolve(one, until=_over(one.last, years)) for one in found.values())
    return sorted((one for one in dated if one.until < today), key=lambda one: (one.until, one.patient))


def _together(one: Retained, other: Retained) -> Retained:
    first = min(one.first, other.first, key=lambda time: days_of(time)[0])
    last = max(one.last, other.last, key=lambda time: days_of(time)[1])
    return Retained(one.patient, first, last, one.records + other.records, date.max)


def _over(last: datetime | Around, years: int) -> date:
    return months_later(days_of(last)[1], years * _MONTHS)


def _moment(given: datetime | str | None) -> datetime:
    try:
        time = present().astimezone() if given is None else time_of(given)
    except RecordError as error:
        raise error.at("now") from None
    if isinstance(time, Around):
        raise RecordError(
            "is not a moment", path="now", got=str(time), cure="write it like 2025-03-01T10:00+04:00"
        )
    return time
