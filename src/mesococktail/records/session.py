"""What was done to the patient: given or not, by whom, with what, where and how much."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from mesococktail.amounts import Amount, total_of
from mesococktail.errors import RecordError
from mesococktail.records.common import (
    Accepted,
    Digest,
    Findings,
    Note,
    NotRun,
    Patient,
    TranscribedFrom,
    imprecise_time,
)
from mesococktail.records.fields import About, FieldType
from mesococktail.records.kinds import group, kind
from mesococktail.records.times import Around

if TYPE_CHECKING:
    from collections.abc import Iterator

GIVEN, PARTLY, NOT_GIVEN = "given", "partly", "not_given"
"""What became of a session."""
WITHOUT_AGENT = ("saline", "none")
"""Payloads without an active agent."""
_HIGHEST_PAIN = 10


@group
class ZoneTreated:
    """One zone, and how much went into it."""

    zone: Annotated[str, About("The zone.", FieldType.CODE, codes="zones")]
    description: Annotated[str | None, About("In words; needed where the zone is other.")] = None
    volume: Annotated[Amount | None, About("Volume injected there.", unit="mL")] = None
    preparation: Annotated[
        str | None,
        About("The preparation used there, where the scalp was split.", FieldType.RECORD, link="preparation"),
    ] = None


@kind
class Session:
    """One session: planned treatment that was given, partly given, or not given."""

    patient: Patient
    at: Annotated[datetime | Around, About("When it was, or was to be.")]
    given: Annotated[str, About("Given, partly given, or not given.", FieldType.CODE, codes="given")] = GIVEN
    reason: Annotated[str | None, About("Why it was not given, or only partly.")] = None
    prescription: Annotated[
        str | None,
        About("The prescription it carries out.", FieldType.RECORD, link="prescription"),
    ] = None
    preparation: Annotated[
        str | None, About("The preparation that was used.", FieldType.RECORD, link="preparation")
    ] = None
    number: Annotated[int | None, About("Which session of the course, as counted by whoever gave it.")] = None
    injected_by: Annotated[str | None, About("Who injected; needed unless it was not given.")] = None
    supervised_by: Annotated[str | None, About("Who supervised.")] = None
    delivery: Annotated[str | None, About("How it got into the skin.", FieldType.CODE, codes="delivery")] = (
        None
    )
    payload: Annotated[
        str | None,
        About("What was delivered: active agents, saline, or nothing.", FieldType.CODE, codes="payload"),
    ] = None
    device: Annotated[str | None, About("The device, with its serial number.")] = None
    needle: Annotated[str | None, About("The needle as labelled, such as 30 G x 4 mm.")] = None
    depth: Annotated[Amount | None, About("How deep.", unit="mm")] = None
    points: Annotated[int | None, About("How many points.")] = None
    spacing: Annotated[Amount | None, About("Distance between points.", unit="mm")] = None
    per_point: Annotated[Amount | None, About("Volume at each point.", unit="mL")] = None
    volume: Annotated[Amount | None, About("Volume injected in all.", unit="mL")] = None
    zones: Annotated[tuple[ZoneTreated, ...], About("The zones treated.")] = ()
    duration: Annotated[Amount | None, About("How long it took.", unit="min")] = None
    anaesthesia: Annotated[str | None, About("Anaesthesia that is not in the syringe.")] = None
    pain: Annotated[int | None, About("Pain as the patient scored it, 0 to 10.")] = None
    note: Note = None
    accepted: Accepted = ()
    transcribed_from: TranscribedFrom = None
    findings: Findings = ()
    not_run: NotRun = ()
    formulary: Digest = None

    @property
    def stated(self) -> Amount | None:
        """Volume injected in all as stated: outright or, where no zone says its own, by points."""
        if self.volume is not None or self.points is None or self.per_point is None:
            return self.volume
        return None if any(zone.volume for zone in self.zones) else self.per_point * self.points

    @property
    def injected(self) -> Amount | None:
        """Volume injected in all, stated or summed over the zones; None where that is not known."""
        if self.stated is not None:
            return self.stated
        return total_of(zone.volume for zone in self.zones)


def faults(record: Session) -> Iterator[RecordError]:
    """Yield what can never be true of a session."""
    yield from imprecise_time(record)
    yield from _given_faults(record)
    if record.prescription is None and record.payload not in WITHOUT_AGENT:
        yield RecordError(
            "is missing",
            path="prescription",
            cure="name the prescription, or say payload=saline or payload=none for a session without one",
        )
    if record.payload in WITHOUT_AGENT:
        named = [("preparation", record.preparation)]
        named += [
            (f"zones[{place}].preparation", zone.preparation) for place, zone in enumerate(record.zones)
        ]
        for path, preparation in named:
            if preparation is not None:
                yield RecordError("is named, and nothing active was delivered", path=path)
    if record.pain is not None and not 0 <= record.pain <= _HIGHEST_PAIN:
        yield RecordError(f"must be 0 to {_HIGHEST_PAIN}", path="pain", got=record.pain)
    for name in ("number", "points"):
        number = getattr(record, name)
        if number is not None and number < 1:
            yield RecordError("must be 1 or more", path=name, got=number)
    known = [zone.volume for zone in record.zones if zone.volume is not None]
    total = total_of(known)
    if total is None or record.volume is None:
        return
    whole = len(known) == len(record.zones)
    if (whole and total != record.volume) or total > record.volume:
        yield RecordError(
            f"{record.volume} is stated, and the zones add up to {total}",
            path="volume",
            cure="correct the volume or the zones",
        )


def _given_faults(record: Session) -> Iterator[RecordError]:
    if record.given != GIVEN and record.reason is None:
        yield RecordError("is missing", path="reason", cure="say why it was not given, or only partly")
    if record.given == NOT_GIVEN:
        for name in ("volume", "points", "per_point", "depth", "zones", "preparation", "duration"):
            if getattr(record, name):
                yield RecordError(
                    "is given, and the session was not", path=name, cure="leave it out, or say given=partly"
                )
    elif record.injected_by is None:
        yield RecordError("is missing", path="injected_by", cure="say who injected")
