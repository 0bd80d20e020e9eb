"""What the state machine draws from, and the plain model of one record that it holds the log to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail import Cocktail, PrescriptionLog
from mesococktail.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINES = (
    "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)",
    "finasteride 0.5 mg (principal) + biotin 5 mg (complementary) + saline q.s. to 5 mL",
    "PRP 4 mL (principal); deviation: PRP alone",
    "minoxidil 2 mL of 5% (principal) + NCTF 135 HA 3 mL (complementary)",
    'minoxidil 5 mg (principal) + other "serum x" [a serum] 1 mL (complementary)',
)
COCKTAILS = [Cocktail.parse(line) for line in _LINES]
DOCTORS = ("dr-a", "dr-b", "dr-c")
PATIENTS = ("P-1", "P-2", "P-3")
EARLY = datetime(2025, 2, 28, tzinfo=UTC)
"""Before anything else that has happened here."""
ERASED = "erased"
REASONS = ("a slip", "wrong patient", "moved away")


LINKED = {
    "patient_facts": None,
    "screening": None,
    "consent": "prescription",
    "preparation": "prescription",
    "session": "prescription",
    "outcome": "prescription",
    "adverse_event": None,
    "aftercare": "session",
}
"""The kinds that hang on a patient, and the kind that each points to."""


@attrs.define
class Model:
    """One record as the log should show it."""

    id: str
    kind: str
    versions: list[str]
    status: str = "active"
    fields: dict[str, Any] = attrs.Factory(dict)
    link: str | None = None

    @property
    def gone(self) -> bool:
        """Whether nothing may point to it any more."""
        return self.status in ("voided", ERASED)

    def needed_by(self, others: Iterable[Model]) -> bool:
        """Whether a record that stands points to it, or a doctor's is there."""
        return any(
            other.link == self.id
            or (self.kind == "doctor" and other.fields.get("doctor") == self.fields["doctor"])
            for other in others
            if not other.gone and other is not self
        )

    @property
    def shown(self) -> tuple[str, str, int]:
        """Kind, status and version, as a record stands."""
        return self.kind, self.status, len(self.versions)


def part_of_a_course(kind: str, patient: str, link: str, log: PrescriptionLog, at: datetime) -> Any:
    """Return a record of a kind that can be true of a patient, pointing to *link* where it needs one."""
    said: dict[str, dict[str, Any]] = {
        "patient_facts": {"sex": "female", "birth_year": 1980},
        "screening": {"asked_by": "nurse", "answers": {"diabetes": "no", "pregnant": "not asked"}},
        "consent": {"version": "3", "obtained_by": "nurse", "prescription": link},
        "preparation": {"prescription": link, "prepared_by": "nurse"},
        "session": {"prescription": link, "injected_by": "dr-a", "zones": ["vertex"]},
        "outcome": {"measure": "hair_density", "amount": "150 hairs/cm2", "prescription": link},
        "adverse_event": {"term": "bruising", "suspects": ["procedure"]},
        "aftercare": {"session": link, "given_by": "nurse", "instructions": {"use_sunscreen": "Do."}},
    }
    fields = said[kind]
    if kind == "preparation":
        parts = log.get(link).record.cocktail.parts
        fields["stock"] = [{"agent": part.agent.id, "lot": "L-1"} for part in parts]
    return KINDS[kind](patient=patient, at=at, **fields)
