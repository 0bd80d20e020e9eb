"""What a doctor decided for one patient."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from mesococktail.cocktails import Cocktail
from mesococktail.cocktails.combination import BASE_UNITS
from mesococktail.cocktails.counting import MOST_COUNTS, PER_UNIT, counts
from mesococktail.errors import RecordError
from mesococktail.records.common import (
    Accepted,
    Digest,
    Findings,
    NotRun,
    Patient,
    TranscribedFrom,
    imprecise_time,
)
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import group, kind
from mesococktail.records.plan import Plan
from mesococktail.records.times import Around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cocktails import Part


@group
class Indication:
    """What is treated, and how far it has gone."""

    code: Annotated[str, About("What is treated.", FieldType.CODE, codes="indications")]
    description: Annotated[str | None, About("In words; needed where the code is other.")] = None
    scale: Annotated[str | None, About("The staging scale.", FieldType.CODE, codes="scales")] = None
    version: Annotated[str | None, About("Version of the scale, where it has one.")] = None
    stage: Annotated[str | None, About("The stage on that scale, such as IIIv.")] = None
    duration: Annotated[str | None, About("How long the patient has had it, as told.")] = None


@kind
class Prescription:
    """What a doctor prescribed, to whom, for what, when, and as part of which plan."""

    patient: Patient
    doctor: Annotated[str, About("Id of the doctor who prescribed.", FieldType.DOCTOR, alone=True)]
    at: Annotated[datetime | Around, About("When it was prescribed, with its zone.", alone=True)]
    at_defaulted: Annotated[
        bool, About("Whether nobody stated the time, so that it is the time of writing.")
    ] = False
    indication: Annotated[Indication, About("What is treated.", alone=True)]
    cocktail: Annotated[
        Cocktail | None,
        About(
            "What is to be injected; absent where the technique is mechanical, or with saline only.",
            alone=True,
        ),
    ] = None
    delivery: Annotated[
        str | None, About("How it gets into the skin.", FieldType.CODE, codes="delivery", alone=True)
    ] = None
    payload: Annotated[
        str | None,
        About("What is delivered: active agents, saline, or nothing.", FieldType.CODE, codes="payload"),
    ] = None
    route: Annotated[
        str | None, About("The layer it goes into.", FieldType.CODE, codes="routes", alone=True)
    ] = None
    plan: Annotated[Plan | None, About("When the sessions are to be, and how many.")] = None
    rationale: Annotated[str | None, About("Why this mixture, in the doctor's words.", alone=True)] = None
    reference: Annotated[
        str | None, About("Reference of the calling software, such as a visit number.", alone=True)
    ] = None
    formula: Annotated[str | None, About("Name and version of the formula it started from.")] = None
    changes: Annotated[tuple[str, ...], About("How it departs from that formula, part by part.")] = ()
    accepted: Accepted = ()
    transcribed_from: TranscribedFrom = None
    renews: Annotated[
        str | None,
        About("The prescription that this one continues.", FieldType.RECORD, link="prescription"),
    ] = None
    technique: Annotated[
        tuple[str, ...],
        About("The article's chemical, mechanical, or both.", FieldType.CODES, at_the_door=True),
    ] = ()
    findings: Findings = ()
    not_run: NotRun = ()
    formulary: Digest = None


def faults(record: Prescription) -> list[RecordError]:
    """Return what can never be true of a prescription, each as the error it would raise."""
    found = list(imprecise_time(record))
    if record.transcribed_from is None:
        found += [
            RecordError(
                f"the amount of {part.agent.name} is unknown, "
                "which only a prescription transcribed from an old chart may have",
                path=f"cocktail.{path}",
                got=part.portion.unknown,
                cure="give the amount, or name the chart in transcribed_from",
            )
            for path, part in (record.cocktail.by_path if record.cocktail else ())
            if part.portion.unknown is not None
        ]
    for path, part in record.cocktail.by_path if record.cocktail else ():
        found += [error.at(f"cocktail.{path}") for error in _uncountable(part)]
    if record.cocktail is None and record.payload in (None, "active"):
        found.append(
            RecordError(
                "is missing",
                path="cocktail",
                cure="give the cocktail, or say payload=saline or payload=none for a session without one",
            )
        )
    if record.cocktail is not None and record.payload not in (None, "active"):
        found.append(
            RecordError(
                "contradicts the cocktail, which has active agents",
                path="payload",
                got=record.payload,
                cure="leave one of the two out",
            )
        )
    if record.changes and record.formula is None:
        found.append(RecordError("are given, and no formula they depart from", path="changes"))
    return found


def _uncountable(part: Part) -> Iterator[RecordError]:
    """Yield the error of a dose or volume that would be counted as nothing, or is more than can be counted.

    What is prescribed is counted in whole numbers (`mesococktail.cocktails.counting`). A dose must not stand
    as zero where doses are compared, as that looks like an answer.
    """
    for amount in dict.fromkeys((part.dose, part.volume, getattr(part, "fills_to", None))):
        if amount is None:
            continue
        per_unit = PER_UNIT[amount.dimension]
        unit = BASE_UNITS[amount.dimension]
        counted = counts(amount.base, per_unit)
        if not counted:
            count = Decimal(1) / per_unit
            # So many zeros of a milligram would be miscounted by the reader.
            least = f"{(count * 10**6).normalize():f} ng" if unit == "mg" else f"{count:f} {unit}".strip()
            rule = (
                f"is too little of {part.agent.name} to be counted and would stand as 0; the least is {least}"
            )
        elif counted > MOST_COUNTS:
            most = f"{MOST_COUNTS // per_unit} {unit}".strip()
            rule = f"is more of {part.agent.name} than there can be in a syringe; the most is {most}"
        else:
            continue
        yield RecordError(rule, got=str(amount), cure="check the numbers and the units")
