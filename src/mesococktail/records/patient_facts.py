"""What is known of a patient, as of a date. Never a name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from mesococktail.errors import RecordError
from mesococktail.records.common import Note, Patient, TranscribedFrom, imprecise_time
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import MOST_GROUPS, changed, group, kind
from mesococktail.records.times import EARLIEST, Around, earliest, is_before, latest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@group
class ElsewhereTreatment:
    """A treatment taken elsewhere, or by another route."""

    agent: Annotated[str, About("What is taken.", FieldType.AGENT)]
    route: Annotated[str | None, About("How it is taken, such as by mouth.")] = None
    dose: Annotated[str | None, About("How much, as told.")] = None
    since: Annotated[datetime | Around | None, About("Since when, as precisely as known.")] = None
    until: Annotated[datetime | Around | None, About("Until when; left out while it goes on.")] = None


@group
class ElsewhereSession:
    """A session had elsewhere."""

    at: Annotated[datetime | Around, About("When, as precisely as known.")]
    description: Annotated[str | None, About("What was done, as told.")] = None


@kind
class PatientFacts:
    """What was true of a patient at a time. What is left out was not asked; later facts add to earlier."""

    patient: Patient
    at: Annotated[datetime | Around, About("When this was so.")]
    told_by: Annotated[str | None, About("Who wrote it down from whom, such as nurse, from the patient.")] = (
        None
    )
    sex: Annotated[str | None, About("Sex.", FieldType.CODE, codes="sexes")] = None
    birth_year: Annotated[int | None, About("Year of birth.")] = None
    could_become_pregnant: Annotated[
        str | None, About("Whether the patient could become pregnant.", FieldType.CODE, codes="answers")
    ] = None
    partner_could_become_pregnant: Annotated[
        str | None, About("Whether a partner could become pregnant.", FieldType.CODE, codes="answers")
    ] = None
    pregnancy: Annotated[
        str | None, About("Whether the patient is pregnant.", FieldType.CODE, codes="pregnancy")
    ] = None
    pregnancy_established: Annotated[
        str | None, About("How that was established.", FieldType.CODE, codes="pregnancy_evidence")
    ] = None
    treatments_elsewhere: Annotated[
        tuple[ElsewhereTreatment, ...], About("Treatments taken elsewhere or by another route.")
    ] = ()
    sessions_elsewhere: Annotated[
        tuple[ElsewhereSession, ...], About("Sessions had elsewhere, dated roughly.")
    ] = ()
    note: Note = None
    transcribed_from: TranscribedFrom = None


def faults(record: PatientFacts) -> Iterator[RecordError]:
    """Yield what can never be true of the facts of a patient."""
    yield from imprecise_time(record)
    year = record.birth_year
    if year is not None and not EARLIEST <= year <= record.at.year:
        yield RecordError(
            f"must be a year from {EARLIEST} to {record.at.year}, when this was so",
            path="birth_year",
            got=year,
        )
    if record.pregnancy_established is not None and record.pregnancy is None:
        yield RecordError("is missing, and how it was established is given", path="pregnancy")
    for place, taken in enumerate(record.treatments_elsewhere):
        if taken.since is not None and taken.until is not None and is_before(taken.until, taken.since):
            yield RecordError(
                "ends before it begins", path=f"treatments_elsewhere[{place}].until", got=str(taken.until)
            )


_NOT_ASKED = (None, "not_asked")


def merged(facts: Iterable[PatientFacts]) -> PatientFacts | None:
    """Return what is known of a patient when all *facts* are read together; None if there are none.

    Of each question the newest answer counts; that it was not asked again takes nothing back. How a
    pregnancy was established goes with the answer it established. Treatments and sessions elsewhere add
    up, and a treatment told again (same agent and route) is the newer telling. When and by whom it was
    told, and the note, are those of the newest.
    """
    each = sorted(facts, key=lambda one: (earliest(one.at), latest(one.at)))
    if not each:
        return None
    answers: dict[str, object] = {}
    taken: dict[tuple[str, str | None], ElsewhereTreatment] = {}
    had: dict[ElsewhereSession, None] = {}
    for one in each:
        if one.pregnancy not in _NOT_ASKED:
            answers["pregnancy_established"] = one.pregnancy_established
        for name in _ANSWERS:
            answer = getattr(one, name)
            if answer not in _NOT_ASKED or answers.get(name) is None:
                answers[name] = answer
        taken |= {(treatment.agent, treatment.route): treatment for treatment in one.treatments_elsewhere}
        had |= dict.fromkeys(one.sessions_elsewhere)
    made: PatientFacts = changed(
        each[-1],
        treatments_elsewhere=tuple(taken.values())[-MOST_GROUPS:],
        sessions_elsewhere=tuple(had)[-MOST_GROUPS:],
        **answers,
    )
    return made


_ANSWERS = ("sex", "birth_year", "could_become_pregnant", "partner_could_become_pregnant", "pregnancy")
