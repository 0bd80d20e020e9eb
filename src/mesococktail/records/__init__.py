"""What can be recorded: each kind declared once, its document, and the checks on it.

Reading a document needs cattrs and is loaded when it is first asked for; writing one does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.records.adverse_event import AdverseEvent, Suspect
from mesococktail.records.aftercare import Aftercare, Instruction
from mesococktail.records.common import Acceptance
from mesococktail.records.consent import Consent
from mesococktail.records.difference import Change, differences, shown
from mesococktail.records.doctor import Doctor
from mesococktail.records.door import admit, check, complete
from mesococktail.records.encoding import document, time_text
from mesococktail.records.fields import About, Field, FieldType, fields_of, values_of
from mesococktail.records.json_text import read_json
from mesococktail.records.kinds import KINDS, changed, group, is_paired, kind, name_of
from mesococktail.records.known import NOTHING, READ_BY, Known, Stands
from mesococktail.records.outcome import File, Outcome
from mesococktail.records.patient_facts import ElsewhereSession, ElsewhereTreatment, PatientFacts, merged
from mesococktail.records.plan import Phase, Plan
from mesococktail.records.preparation import Preparation, Prp, Spin, StockUsed
from mesococktail.records.prescription import Indication, Prescription
from mesococktail.records.screening import Allergy, Answer, Screening
from mesococktail.records.session import Session, ZoneTreated
from mesococktail.records.times import (
    Around,
    days_of,
    earliest,
    is_before,
    latest,
    month_of,
    months_later,
    time_of,
    to_the_minute,
)

if TYPE_CHECKING:
    from mesococktail.records.reading import given_record, stored_record

SCHEMA = 1
"""Number of the document format. It rises when stored bytes change."""

__all__ = (
    "KINDS",
    "NOTHING",
    "READ_BY",
    "SCHEMA",
    "About",
    "Acceptance",
    "AdverseEvent",
    "Aftercare",
    "Allergy",
    "Answer",
    "Around",
    "Change",
    "Consent",
    "Doctor",
    "ElsewhereSession",
    "ElsewhereTreatment",
    "Field",
    "FieldType",
    "File",
    "Indication",
    "Instruction",
    "Known",
    "Outcome",
    "PatientFacts",
    "Phase",
    "Plan",
    "Preparation",
    "Prescription",
    "Prp",
    "Screening",
    "Session",
    "Spin",
    "Stands",
    "StockUsed",
    "Suspect",
    "ZoneTreated",
    "admit",
    "changed",
    "check",
    "complete",
    "days_of",
    "differences",
    "document",
    "earliest",
    "fields_of",
    "given_record",
    "group",
    "is_before",
    "is_paired",
    "kind",
    "latest",
    "merged",
    "month_of",
    "months_later",
    "name_of",
    "read_json",
    "shown",
    "stored_record",
    "time_of",
    "time_text",
    "to_the_minute",
    "values_of",
)


def __getattr__(name: str) -> object:
    if name in ("given_record", "stored_record"):
        from mesococktail.records import reading  # cattrs, only where documents are read

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
