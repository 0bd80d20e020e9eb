"""What harm a patient had. Only its own facts: which sessions came before it is asked when it is read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from mesococktail.amounts import Amount
from mesococktail.errors import RecordError
from mesococktail.records.common import Note, Patient, TranscribedFrom
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import group, kind
from mesococktail.records.times import Around, is_before

if TYPE_CHECKING:
    from collections.abc import Iterator

FATAL = "fatal"


@group
class Suspect:
    """What may have caused it, and how likely that is."""

    suspect: Annotated[str, About("Agent, lot, product or procedure.", FieldType.CODE, codes="suspects")]
    name: Annotated[str | None, About("Which one: the agent, lot number, product or procedure.")] = None
    causality: Annotated[
        str | None, About("How likely it is the cause.", FieldType.CODE, codes="causality")
    ] = None


@kind
class AdverseEvent:
    """An adverse event, as it was observed or told."""

    patient: Patient
    at: Annotated[datetime | Around, About("When it began, as precisely as known.")]
    term: Annotated[str, About("What it was.", FieldType.CODE, codes="adverse_events")]
    description: Annotated[str | None, About("In words; needed where the term is other.")] = None
    grade: Annotated[str | None, About("How severe.", FieldType.CODE, codes="event_grades")] = None
    seriousness: Annotated[
        str | None, About("Whether it was serious, and why.", FieldType.CODE, codes="seriousness")
    ] = None
    duration: Annotated[Amount | None, About("How long it lasted.", unit="h")] = None
    resolved_at: Annotated[datetime | Around | None, About("When it was over.")] = None
    zone: Annotated[str | None, About("Where.", FieldType.CODE, codes="zones")] = None
    suspects: Annotated[tuple[Suspect, ...], About("What may have caused it.")] = ()
    action: Annotated[str | None, About("What was done.", FieldType.CODE, codes="event_actions")] = None
    result: Annotated[str | None, About("How it ended.", FieldType.CODE, codes="event_results")] = None
    looked_at: Annotated[datetime | None, About("When a doctor last looked at it.")] = None
    reported_by: Annotated[str | None, About("Who reported it, such as patient or nurse; never a name.")] = (
        None
    )
    note: Note = None
    transcribed_from: TranscribedFrom = None


def faults(record: AdverseEvent) -> Iterator[RecordError]:
    """Yield what can never be true of an adverse event."""
    for name in ("resolved_at", "looked_at"):
        when = getattr(record, name)
        if when is not None and is_before(when, record.at):
            yield RecordError("is before it began", path=name, got=str(when), cure="correct one of them")
    dead = {
        "grade": record.grade == FATAL,
        "seriousness": record.seriousness == "death",
        "result": record.result == FATAL,
    }
    said = {name: getattr(record, name) for name in dead}
    for name, fatal in dead.items():
        if not fatal and said[name] is not None and any(dead.values()):
            other = next(other for other, is_fatal in dead.items() if is_fatal)
            yield RecordError(
                f"contradicts {other}, which says that the patient died", path=name, got=said[name]
            )
    for place, one in enumerate(record.suspects):
        if one.name is None and one.suspect != "procedure":
            yield RecordError(f"is missing: which {one.suspect}?", path=f"suspects[{place}].name")
