"""What came of a treatment: one measurement, score, stage or observation at one time."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from mesococktail.amounts import Amount
from mesococktail.errors import RecordError
from mesococktail.records.common import Note, Patient, TranscribedFrom, imprecise_time
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import group, kind
from mesococktail.records.times import Around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.formulary import Formulary, Term

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ANSWERS = ("amount", "score", "stage", "words")
"""The fields of which a measure is answered by one."""


@group
class File:
    """A photograph or other file, kept elsewhere: its digest proves which one it was."""

    digest: Annotated[str, About("sha256: and the 64 hexadecimal digits of the file's SHA-256.")]
    label: Annotated[str | None, About("What it shows, such as vertex, standard light; never a name.")] = None
    at: Annotated[datetime | None, About("When it was taken.")] = None


@kind
class Outcome:
    """One thing observed of the patient's hair. No response is an outcome too."""

    patient: Patient
    at: Annotated[datetime | Around, About("When it was observed.")]
    measure: Annotated[str, About("What was measured or observed.", FieldType.CODE, codes="outcome_measures")]
    description: Annotated[str | None, About("In words; needed where the measure is other.")] = None
    amount: Annotated[Amount | None, About("The value with its unit, such as 150 hairs/cm2.")] = None
    score: Annotated[Decimal | None, About("The value on a scale without a unit; 0 for none at all.")] = None
    stage: Annotated[str | None, About("The stage on a staging scale, as it is written.")] = None
    words: Annotated[str | None, About("What was observed, where it is not a number.")] = None
    response: Annotated[
        str | None, About("Whether there was a response.", FieldType.CODE, codes="responses")
    ] = None
    scale_version: Annotated[str | None, About("Version of the scale.")] = None
    method: Annotated[str | None, About("How it was measured, such as phototrichogram.")] = None
    zone: Annotated[str | None, About("Where.", FieldType.CODE, codes="zones")] = None
    site: Annotated[str | None, About("The exact site, in words.")] = None
    area: Annotated[Amount | None, About("Area in which it was counted.", unit="cm2")] = None
    magnification: Annotated[str | None, About("Magnification, such as 20x.")] = None
    assessed_by: Annotated[str | None, About("Who assessed it.", FieldType.CODE, codes="assessors")] = None
    blinded: Annotated[
        str | None, About("Whether the assessor was blinded.", FieldType.CODE, codes="answers")
    ] = None
    prescription: Annotated[
        str | None, About("The course it belongs to.", FieldType.RECORD, link="prescription")
    ] = None
    preparation: Annotated[
        str | None,
        About(
            "The preparation whose zone it is of, where the scalp was split.",
            FieldType.RECORD,
            link="preparation",
        ),
    ] = None
    files: Annotated[tuple[File, ...], About("Photographs and files, by digest; never the file itself.")] = ()
    note: Note = None
    transcribed_from: TranscribedFrom = None


def faults(record: Outcome, formulary: Formulary) -> Iterator[RecordError]:
    """Yield what can never be true of an outcome."""
    yield from imprecise_time(record)
    given = [name for name in _ANSWERS if getattr(record, name) is not None]
    if len(given) > 1:
        yield RecordError("is given twice", path=given[1], cure=f"give one of {', '.join(_ANSWERS)}")
    if not given and record.response is None:
        yield RecordError(
            "is missing", path="amount", cure=f"give one of {', '.join(_ANSWERS)}, or a response"
        )
    for place, file in enumerate(record.files):
        if not _DIGEST.fullmatch(file.digest):
            yield RecordError(
                "is not a digest",
                path=f"files[{place}].digest",
                got=file.digest,
                cure="write sha256: and the 64 digits that sha256sum prints",
            )
    if len(given) == 1:
        yield from _answer_faults(record, given[0], formulary.term("outcome_measures", record.measure))


def _answer_faults(record: Outcome, given: str, measure: Term) -> Iterator[RecordError]:
    answered = measure.answered
    if answered == "amount" and record.score == 0:
        return  # none at all, which no amount can say, is none in every unit
    if answered is not None and given not in (answered, "words"):
        cure = f"give {answered} instead" + (f", in {measure.unit}" if measure.unit else "")
        yield RecordError(f"{measure.label} is answered by {answered}", path=given, cure=cure)
        return
    if record.amount is not None and measure.unit is not None:
        wanted = Amount.parse(f"1 {measure.unit}").dimension
        if record.amount.dimension is not wanted:
            yield RecordError(
                f"{measure.label} is a {wanted}, and this measures {record.amount.dimension}",
                path="amount",
                got=str(record.amount),
                cure=f"write it in {measure.unit}",
            )
            return
    yield from _bound_faults(record, measure)
    if record.stage is not None and measure.stages and not measure.has_stage(record.stage):
        yield RecordError(
            f"is not a stage of {measure.label}",
            path="stage",
            got=record.stage,
            cure=f"its stages are {', '.join(measure.stages)}",
        )


def _bound_faults(record: Outcome, measure: Term) -> Iterator[RecordError]:
    if measure.bounds is None:
        return
    least, most = map(Decimal, measure.bounds)
    for name, value in (
        ("score", record.score),
        ("amount", record.amount.to(measure.unit).value if record.amount and measure.unit else None),
    ):
        if value is not None and not least <= value <= most:
            yield RecordError(
                f"{measure.label} runs from {least} to {most}", path=name, got=str(getattr(record, name))
            )
