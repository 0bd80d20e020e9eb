"""Who prescribed, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mesococktail.log.names import VOIDED
from mesococktail.research.answer import PRESCRIPTIONS, Column
from mesococktail.research.combinations import COUNT, SHARE
from mesococktail.research.figures import share
from mesococktail.research.scope import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.research.answer import Step, Value
    from mesococktail.research.scope import Scope

MONTH, QUARTER, YEAR = "month", "quarter", "year"
PERIODS = (MONTH, QUARTER, YEAR)
_DOCTOR = Column("doctor", "id of the doctor who prescribed")
_PERIOD = Column("period", "by the calendar of the place: 2025-03, 2025-Q1 or 2025")
DOCTOR_COLUMNS = (_DOCTOR, _PERIOD, COUNT, SHARE)
PERIOD_COLUMNS = (_PERIOD, COUNT, SHARE)
_EARLY = "{} (month not known)"

Cell = tuple[str, str]
"""Doctor and period."""


def by_doctor(scope: Scope, *, period: str | None) -> Found:
    """Count the prescriptions of each doctor, in each period where one is asked for."""
    counts, steps = _counts(scope, period)
    total = sum(counts.values())
    order = sorted(counts.items(), key=lambda item: item[0] if period else (-item[1], *item[0]))
    rows: tuple[dict[str, Value], ...] = tuple(
        {
            "doctor": doctor,
            **({"period": when} if period else {}),
            "prescriptions": number,
            "share": share(number, total),
        }
        for (doctor, when), number in order
    )
    return Found(rows, DOCTOR_COLUMNS if period else (_DOCTOR, COUNT, SHARE), PRESCRIPTIONS, steps)


def by_period(scope: Scope, *, period: str) -> Found:
    """Count the prescriptions of each month, quarter or year."""
    counts, steps = _counts(scope, period)
    total = sum(counts.values())
    merged: dict[str, int] = {}
    for (_, when), number in counts.items():
        merged[when] = merged.get(when, 0) + number
    rows: tuple[dict[str, Value], ...] = tuple(
        {"period": when, "prescriptions": number, "share": share(number, total)}
        for when, number in sorted(merged.items())
    )
    return Found(rows, PERIOD_COLUMNS, PRESCRIPTIONS, steps)


def _counts(scope: Scope, period: str | None) -> tuple[dict[Cell, int], tuple[Step, ...]]:
    """Count by doctor and period, by walking one index where there is no condition."""
    doctors: dict[int, str] = dict(scope.asked.count("SELECT d.id, d.doctor FROM dim_doctor AS d"))
    counts: dict[Cell, int] = {}
    selected = voided = 0
    for doctor, when, status, number in _cells(scope, period):
        selected += number
        if status == VOIDED:
            voided += number
            if not scope.include_voided:
                continue
        cell = doctors[doctor], when
        counts[cell] = counts.get(cell, 0) + number
    return counts, scope.steps(selected, voided)


def _cells(scope: Scope, period: str | None) -> Iterator[tuple[int, str, int, int]]:
    """Yield doctor, period, status and count; several times for one cell, where it has several months."""
    order = "p.doctor, p.at_month, p.status"
    source = "FROM fact_prescription AS p"
    yearly = False
    for doctor, month, status, number in scope.asked.count(
        f"SELECT {order}, count(*) {source}{scope.where()} GROUP BY {order}"
    ):
        if month is None and period is not None:
            yearly = True
            continue
        yield doctor, _label(month, period), status, number
    if yearly:
        # Old charts of which only the year is known; they are few, and no index is needed.
        yearly_order = "p.doctor, p.at_utc, p.status"
        few = scope.where("p.at_month IS NULL")
        for doctor, seconds, status, number in scope.asked.count(
            f"SELECT {yearly_order}, count(*) {source}{few} GROUP BY {yearly_order}"
        ):
            year = f"{datetime.fromtimestamp(seconds, UTC).year:04d}"
            yield doctor, year if period == YEAR else _EARLY.format(year), status, number


def _label(month: int | None, period: str | None) -> str:
    if period is None or month is None:
        return ""
    year, number = divmod(month, 100)
    if period == MONTH:
        return f"{year:04d}-{number:02d}"
    return f"{year:04d}-Q{(number + 2) // 3}" if period == QUARTER else f"{year:04d}"
