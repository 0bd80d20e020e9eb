"""What a patient was asked before a treatment, and what was answered."""

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

ALLERGY = "allergy_to_ingredient"
"""The contraindication that names its substances."""


@group
class Answer:
    """One contraindication, and whether the patient has it."""

    item: Annotated[
        str, About("The contraindication asked about.", FieldType.CODE, codes="contraindications")
    ]
    answer: Annotated[str, About("Yes, no, unknown or not asked.", FieldType.CODE, codes="answers")]
    description: Annotated[str | None, About("In words, such as since when; never a name.")] = None


@group
class Allergy:
    """A substance that the patient does not tolerate."""

    substance: Annotated[str, About("The substance, as named by the patient or the allergy card.")]
    reaction: Annotated[str | None, About("What happened.")] = None


@kind
class Screening:
    """The contraindications that were asked, each with its answer. What is not in it was not asked."""

    patient: Patient
    at: Annotated[datetime | Around, About("When it was asked.")]
    asked_by: Annotated[str, About("Who asked.")]
    answers: Annotated[
        tuple[Answer, ...],
        About("Each contraindication with its answer: diabetes=no, heart_problem=unknown."),
    ]
    allergies: Annotated[tuple[Allergy, ...], About("Substances the patient does not tolerate.")] = ()
    note: Note = None
    transcribed_from: TranscribedFrom = None


def faults(record: Screening) -> Iterator[RecordError]:
    """Yield what can never be true of a screening."""
    yield from imprecise_time(record)
    asked = [answer.item for answer in record.answers]
    if not asked:
        yield RecordError("is empty: nothing was asked", path="answers", cure="leave the screening out")
    for place, item in enumerate(asked):
        if item in asked[:place]:
            yield RecordError(
                "is answered twice", path=f"answers[{place}]", got=item, cure="give one answer to it"
            )
    allergic = next((one.answer for one in record.answers if one.item == ALLERGY), None)
    if record.allergies and allergic == "no":
        yield RecordError(
            "are named, and allergy to an ingredient is answered no", path="allergies", cure="answer it yes"
        )
