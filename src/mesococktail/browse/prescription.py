"""A prescription as a doctor writes it, with its course and the history of its corrections, for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.chart import Chart
from mesococktail.cocktails.table import HEADERS, table_of
from mesococktail.log import PrescriptionLog
from mesococktail.log.columns import shown_id

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.log.chain import Entry
    from mesococktail.records import Prescription

_ID = f"SELECT {shown_id('e.id')} FROM entry AS e WHERE e.seq = ? AND e.kind = 'prescription'"
_SAID = ("delivery", "payload", "route", "plan", "formula", "rationale", "reference", "transcribed_from")


def shown(path: Path, key: str) -> dict[str, Any] | None:
    """Return what the page of a prescription shows; None where it was erased, or is none.

    Args:
        path: Of the log, which is opened for reading and closed.
        key: Of the prescription in the tables.
    """
    with PrescriptionLog.open(path, read_only=True) as log:
        found = log.rows(_ID, (int(key),)) if key.isdecimal() else []
        if not found:
            return None
        standing = log.get(found[0][0])
        record: Prescription = standing.record
        chart = Chart(log, record.patient)
        table = None if record.cocktail is None else table_of(record.cocktail)
        return {
            "id": standing.id,
            "status": standing.status,
            "version": standing.version,
            "facts": [
                ("patient", record.patient),
                ("doctor", record.doctor),
                ("prescribed", str(record.at)),
                ("for", record.indication.code.replace("_", " ")),
                *((name.replace("_", " "), str(said)) for name in _SAID if (said := getattr(record, name))),
            ],
            "line": None if record.cocktail is None else str(record.cocktail),
            "headers": HEADERS,
            "table": table,
            "course": [str(one) for one in chart.courses() if one.id == standing.id],
            "moments": list(map(str, chart.timeline())),
            "history": [_entry(entry) for entry in log.history(standing.id)],
        }


def _entry(entry: Entry) -> tuple[str, ...]:
    at = entry.recorded_at.isoformat(" ", "seconds")
    by = entry.recorded_by or "nobody said by whom"
    return str(entry.version), entry.act, at, by, entry.reason or "", str(entry.receipt)
