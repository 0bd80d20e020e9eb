"""Who prescribed, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.log.names import LOG_BITS, VOIDED
from mesococktail.research.answer import PRESCRIPTIONS, Column
from mesococktail.research.combinations import COUNT, SHARE, counted_rows
from mesococktail.research.figures import share
from mesococktail.research.scope import Found
from mesococktail.research.suppression import Tally, told

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from mesococktail.research.answer import Step, Value
    from mesococktail.research.scope import Scope
    from mesococktail.research.suppression import Shown

MONTH, QUARTER, YEAR = "month", "quarter", "year"
PERIODS = (MONTH, QUARTER, YEAR)
_DOCTOR = Column("doctor", "id of the doctor who prescribed")
PERIOD = Column("period", "by the calendar of the place: 2025-03, 2025-Q1 or 2025")
CLINIC = Column("clinic", "the clinic, where there are several")
CLINIC_COLUMNS = (CLINIC, COUNT, SHARE)
DOCTOR_COLUMNS = (CLINIC, _DOCTOR, PERIOD, COUNT, SHARE)
PERIOD_COLUMNS = (PERIOD, COUNT, SHARE)
_EARLY = "{} (month not known)"

MONTH_OR_START = "coalesce(p.at_month, -p.at_utc)"
"""The calendar month; or of an old chart of which only the year is known, its start, below zero."""
_LAST_MONTH = 999912
SHIFTED = "times were shifted by up to half a year for each patient, so periods are not those of the calendar"

Cell = tuple[str, str, str]
"""Clinic, doctor and period."""


def by_doctor(scope: Scope, *, period: str | None) -> Found:
    """Count the prescriptions of each doctor, in each period where one is asked for."""
    tally, steps = _counts(scope, period)
    # The sums of clinics, of doctors and of periods are answers of their own.
    shown = _shown(scope, tally, lambda cell: ("all", cell[0], *((cell[:2], cell[2]) if period else ())))
    clinics = len(scope.asked.picture.logs) > 1
    order = sorted(shown.cells.items()) if period else shown.most_first()
    rows: tuple[dict[str, Value], ...] = tuple(
        {
            **({"clinic": clinic} if clinics else {}),
            "doctor": doctor,
            **({"period": when} if period else {}),
            "prescriptions": told(number),
            "share": share(number, shown.total),
        }
        for (clinic, doctor, when), number in order
    )
    left_out = {"clinic"} if not clinics else set()
    left_out |= set() if period else {"period"}
    columns = tuple(column for column in DOCTOR_COLUMNS if column.name not in left_out)
    return Found(rows, columns, PRESCRIPTIONS, steps, shifted(scope) if period else ())


def shifted(scope: Scope) -> tuple[str, ...]:
    """Return what an answer that depends on the calendar says where times were shifted."""
    return (SHIFTED,) if scope.asked.shifted else ()


def by_clinic(scope: Scope) -> Found:
    """Count the prescriptions of each clinic."""
    return _merged(scope, "clinic", CLINIC_COLUMNS, None, lambda cell: cell[0])


def by_period(scope: Scope, *, period: str) -> Found:
    """Count the prescriptions of each month, quarter or year."""
    found = _merged(scope, "period", PERIOD_COLUMNS, period, lambda cell: cell[2])
    rows = sorted(found.rows, key=lambda row: str(row["period"]))
    return attrs.evolve(found, rows=tuple(rows), remarks=shifted(scope))


def _merged(
    scope: Scope, name: str, columns: tuple[Column, ...], period: str | None, of: Callable[[Cell], str]
) -> Found:
    tally, steps = _counts(scope, period)
    merged: Tally[str] = Tally()
    for cell, number in tally.counts.items():
        merged.add(of(cell), number, *tally.groups[cell])
    return Found(counted_rows(_shown(scope, merged), name), columns, PRESCRIPTIONS, steps)


def _shown(
    scope: Scope, tally: Tally[Any], lines: Callable[[Any], Iterable[Hashable]] | None = None
) -> Shown[Any]:
    """Return counts by doctor and time as they may be shown."""
    source = f"FROM fact_prescription AS p{scope.counted()}"
    return scope.shown(tally, ("p.doctor", MONTH_OR_START), source, lines)


def _counts(scope: Scope, period: str | None) -> tuple[Tally[Cell], tuple[Step, ...]]:
    """Count by doctor and period, by walking one index where there is no condition."""
    doctors = scope.asked.named("doctor")
    clinics = {each.number: each.clinic for each in scope.asked.picture.logs}
    tally: Tally[Cell] = Tally()
    selected = voided = 0
    for doctor, month, status, number in _cells(scope):
        selected += number
        if status == VOIDED:
            voided += number
            if not scope.include_voided:
                continue
        cell = clinics[doctor >> LOG_BITS], doctors[doctor], label_of(month, period)
        tally.add(cell, number, (doctor, month))
    return tally, scope.steps(selected, voided)


def _cells(scope: Scope) -> Iterator[tuple[int, int, int, int]]:
    """Yield doctor, month or start of the year, status and count."""
    order = "p.doctor, p.at_month, p.status"
    source = "FROM fact_prescription AS p"
    yearly = set()
    for doctor, month, status, number in scope.asked.count(
        f"SELECT {order}, count(*) {source}{scope.where()} GROUP BY {order}"
    ):
        if month is None:
            yearly.add(doctor)
        else:
            yield doctor, month, status, number
    if yearly:
        # Of these doctors alone, so that an index leads to them.
        yearly_order = "p.doctor, p.at_utc, p.status"
        few = scope.where(f"p.doctor IN ({', '.join(map(str, sorted(yearly)))})", "p.at_month IS NULL")
        for doctor, seconds, status, number in scope.asked.count(
            f"SELECT {yearly_order}, count(*) {source}{few} GROUP BY {yearly_order}"
        ):
            yield doctor, -seconds, status, number


def label_of(number: int, period: str | None) -> str:
    """Return the name of the period of what `MONTH_OR_START` gives."""
    if period is None:
        return ""
    if number > 0 and number <= _LAST_MONTH:
        return _label(number, period)
    # Of an old chart only the year may be known.
    year = f"{datetime.fromtimestamp(-number, UTC).year:04d}"
    return year if period == YEAR else _EARLY.format(year)


def _label(month: int, period: str) -> str:
    year, number = divmod(month, 100)
    if period == MONTH:
        return f"{year:04d}-{number:02d}"
    return f"{year:04d}-Q{(number + 2) // 3}" if period == QUARTER else f"{year:04d}"
