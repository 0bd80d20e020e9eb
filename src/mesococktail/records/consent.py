"""What a patient agreed to, and what the patient was told of off-label use."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from mesococktail.records.common import Note, Patient, TranscribedFrom, imprecise_time
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import kind
from mesococktail.records.times import Around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.errors import RecordError


@kind
class Consent:
    """A consent given, or withdrawn: which version of the text, to whom, when."""

    patient: Patient
    at: Annotated[datetime | Around, About("When it was given.")]
    version: Annotated[str, About("Which version of the consent text.")]
    obtained_by: Annotated[str, About("Who explained it and took it.")]
    given: Annotated[str, About("Whether the patient agreed.", FieldType.CODE, codes="answers")] = "yes"
    signed_by: Annotated[str | None, About("Who signed, such as patient or guardian; never a name.")] = None
    witness: Annotated[str | None, About("Who witnessed it.")] = None
    off_label_told: Annotated[
        str | None, About("Whether off-label use was explained.", FieldType.CODE, codes="answers")
    ] = None
    photographs: Annotated[
        str | None, About("Whether photographs were agreed to.", FieldType.CODE, codes="answers")
    ] = None
    prescription: Annotated[
        str | None,
        About("The prescription it is for; any when left out.", FieldType.RECORD, link="prescription"),
    ] = None
    note: Note = None
    transcribed_from: TranscribedFrom = None


def faults(record: Consent) -> Iterator[RecordError]:
    """Yield what can never be true of a consent."""
    return imprecise_time(record)
