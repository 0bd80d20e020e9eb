"""What can be recorded: each kind declared once, its document, and the checks on it.

Reading a document needs cattrs and is loaded when it is first asked for; writing one does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.records.difference import Change, differences, shown
from mesococktail.records.doctor import Doctor
from mesococktail.records.door import check, complete
from mesococktail.records.encoding import document, time_text
from mesococktail.records.fields import About, Field, FieldType, fields_of
from mesococktail.records.json_text import read_json
from mesococktail.records.kinds import KINDS, group, kind, name_of
from mesococktail.records.plan import Phase, Plan
from mesococktail.records.prescription import Indication, Prescription
from mesococktail.records.times import Around, month_of, time_of

if TYPE_CHECKING:
    from mesococktail.records.reading import given_record, stored_record

SCHEMA = 1
"""Number of the document format. It rises when stored bytes change."""

__all__ = (
    "KINDS",
    "SCHEMA",
    "About",
    "Around",
    "Change",
    "Doctor",
    "Field",
    "FieldType",
    "Indication",
    "Phase",
    "Plan",
    "Prescription",
    "check",
    "complete",
    "differences",
    "document",
    "fields_of",
    "given_record",
    "group",
    "kind",
    "month_of",
    "name_of",
    "read_json",
    "shown",
    "stored_record",
    "time_of",
    "time_text",
)


def __getattr__(name: str) -> object:
    if name in ("given_record", "stored_record"):
        from mesococktail.records import reading  # cattrs, only where documents are read

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
