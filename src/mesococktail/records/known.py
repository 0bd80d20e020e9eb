"""What a log knows when a record is made: the records it points to, and what stands of the same patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.records.times import earliest, is_before

if TYPE_CHECKING:
    from datetime import datetime

    from mesococktail.records.times import Around


@attrs.frozen
class Stands:
    """A record as it stands, never a voided one."""

    id: str
    record: Any
    """Of any kind."""
    status: str = "active"
    """``active`` or ``stopped``."""

    @property
    def at(self) -> datetime | Around:
        """When it happened."""
        when: datetime | Around = self.record.at
        return when


@attrs.frozen
class Known:
    """What is known around a new record; nothing of it is stored with the record but what checks found."""

    linked: Mapping[str, Stands] = attrs.field(factory=dict)
    """By id: every record that the new one points to, in whichever field."""
    of_patient: tuple[Stands, ...] = ()
    """The patient's other records, without the one that is being made or amended."""

    def of(self, kind: type, by: datetime | Around | None = None) -> tuple[Stands, ...]:
        """Return the patient's records of a kind, the earliest first; only those not after *by* if given."""
        found: list[Stands] = [
            one
            for one in self.of_patient
            if isinstance(one.record, kind) and (by is None or not is_before(by, one.at))
        ]
        return tuple(sorted(found, key=lambda one: earliest(one.at)))


READ_BY = {
    "prescription": ("patient_facts", "screening", "consent"),
    "session": ("prescription", "preparation", "session", "consent"),
}
"""Of which other kinds the checks on a kind read what stands of the patient."""

NOTHING = Known()
"""Where there is no log to ask."""
