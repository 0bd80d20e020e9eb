"""What the patient was told to do after a session."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from mesococktail.errors import RecordError
from mesococktail.records.common import Note, Patient, TranscribedFrom, imprecise_time
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import group, kind
from mesococktail.records.times import Around

if TYPE_CHECKING:
    from collections.abc import Iterator


@group
class Instruction:
    """One instruction, as it was given."""

    rule: Annotated[str, About("Code of the rule it follows from.")]
    text: Annotated[str, About("What the patient was told.")]
    version: Annotated[str | None, About("Version of the rule.")] = None
    until: Annotated[datetime | Around | None, About("The last day it holds, where it ends.")] = None


@kind
class Aftercare:
    """The instructions that were given to a patient after a session."""

    patient: Patient
    session: Annotated[str, About("The session they follow.", FieldType.RECORD, link="session")]
    at: Annotated[datetime | Around, About("When they were given.")]
    given_by: Annotated[str, About("Who gave them.")]
    language: Annotated[str | None, About("In which language.")] = None
    instructions: Annotated[tuple[Instruction, ...], About("The instructions, in the order given.")]
    note: Note = None
    transcribed_from: TranscribedFrom = None


def faults(record: Aftercare) -> Iterator[RecordError]:
    """Yield what can never be true of instructions."""
    yield from imprecise_time(record)
    if not record.instructions:
        yield RecordError("is empty: nothing was said", path="instructions", cure="leave the record out")
