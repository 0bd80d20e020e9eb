"""Who did what, when and why: every entry of one record, or of all that was ever recorded of a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import DocumentError, RecordError
from mesococktail.log.chain import ERASE, Entry
from mesococktail.log.ids import text_of
from mesococktail.log.links import records_of_patient
from mesococktail.log.nearest import must_be_known
from mesococktail.records import Change, differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from mesococktail.log.acts import Standing
    from mesococktail.log.log import PrescriptionLog


def audit(log: PrescriptionLog, which: str | Entry | Standing | None, patient: str | None) -> list[Entry]:
    """Return the entries of a record or of a patient; see `PrescriptionLog.audit`."""
    if (which is None) == (patient is None):
        raise RecordError("name either a record or a patient", path="which")
    if patient is None:
        return log.history(which)  # type: ignore[arg-type]  # one of the two is there
    must_be_known(log.rows, "patient", patient)
    entries = [
        entry
        for record_id in records_of_patient(log.rows, patient)
        for entry in log.history(text_of(record_id))
    ]
    return sorted(entries, key=lambda entry: entry.seq)


@attrs.frozen
class Told:
    """An entry with what an inspector asks of it."""

    entry: Entry
    changes: tuple[Change, ...] = ()
    """Field by field, old value and new; of a record that is new, every field that says something."""
    erased_by: int | None = None
    """Sequence of the entry that erased what this one said; None where it is there, or there was nothing."""
    readable: bool = True
    """False where the document is damaged: `PrescriptionLog.verify` says so as well."""


def told(entries: Iterable[Entry]) -> Iterator[Told]:
    """Yield entries with what each of them changed.

    Args:
        entries: All entries of each record, in log order, as `PrescriptionLog.audit` and ``history`` return.
    """
    known = list(entries)
    erasures = {entry.id: entry.seq for entry in known if entry.act == ERASE}
    before: dict[str, Any] = {}
    for entry in known:
        try:
            record = entry.record
        except DocumentError:
            yield Told(entry, readable=False)
            continue
        if record is not None:
            yield Told(entry, tuple(differences(before.get(entry.id), record)))
            before[entry.id] = record
        else:
            yield Told(entry, erased_by=erasures.get(entry.id) if entry.act in _WITH_CONTENT else None)


_WITH_CONTENT = ("record", "amend")
