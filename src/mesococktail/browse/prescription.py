"""A prescription as a doctor writes it, with its course and the history of its corrections, for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.chart import Chart
from mesococktail.cocktails.table import HEADERS, table_of
from mesococktail.log import PrescriptionLog
from mesococktail.log.audit import told
from mesococktail.log.columns import shown_id
from mesococktail.records import FieldType, fields_of, to_the_minute
from mesococktail.records import shown as said_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mesococktail.log.audit import Told
    from mesococktail.records import Prescription

_ID = f"SELECT {shown_id('e.id')} FROM entry AS e WHERE e.seq = ? AND e.kind = 'prescription'"
_CODES = (FieldType.CODE, FieldType.CODES, FieldType.GROUP)
"""Fields whose codes are read as words."""


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
        # What was voided is in no chart.
        course = next((one for one in chart.courses() if one.id == standing.id), None)
        linked = [one.id for one in log.patient(record.patient) if _link(one.record) == standing.id]
        return {
            "id": standing.id,
            "status": standing.status,
            "version": standing.version,
            "fields": list(_fields(record)),
            "line": None if record.cocktail is None else str(record.cocktail),
            "headers": HEADERS,
            "table": None if record.cocktail is None else table_of(record.cocktail),
            "findings": list(map(str, record.findings)),
            "course": str(course).split("\n")[1:] if course is not None else [],
            "moments": [
                {
                    "at": to_the_minute(one.at),
                    "kind": one.kind.replace("_", " "),
                    "line": one.line,
                    "own": one.id in (standing.id, *linked),
                }
                for one in chart.timeline()
            ],
            "history": [_entry(one) for one in told(log.history(standing.id))],
        }


def _link(record: object) -> str | None:
    """Return the prescription that a record belongs to, where it says so."""
    return getattr(record, "prescription", None)


def _fields(record: Prescription) -> Iterator[tuple[str, str]]:
    """Yield what the record says, field by field, but for what stands by itself on the page."""
    cls: type = type(record)
    for field in fields_of(cls):
        value = getattr(record, field.name)
        if field.type in (FieldType.COCKTAIL, FieldType.FINDINGS) or value is False:
            continue
        text = said_of(field, value)
        if text is not None:
            words = text.replace("_", " ") if field.type in _CODES else text
            yield field.name.replace("_", " "), words


def _entry(one: Told) -> dict[str, Any]:
    entry = one.entry
    return {
        "version": entry.version,
        "act": entry.act,
        "at": entry.recorded_at.astimezone().isoformat(" ", "seconds"),
        "by": entry.recorded_by or "nobody said by whom",
        "reason": entry.reason or "",
        "changes": list(map(str, one.changes)) if entry.version > 1 else [],
        "receipt": str(entry.receipt),
    }
