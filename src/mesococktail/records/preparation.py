"""What was put into the syringe: stock with lots, measured amounts, who prepared it and when."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from mesococktail.amounts import Amount, Dimension
from mesococktail.cocktails import Portion
from mesococktail.errors import MesococktailError, RecordError
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
from mesococktail.records.times import Around, is_before

if TYPE_CHECKING:
    from collections.abc import Iterator


@group
class StockUsed:
    """What was drawn of one stock. Its place in the list is its place in the order of drawing."""

    agent: Annotated[str, About("The ingredient or adjunct it is.", FieldType.AGENT)]
    product: Annotated[str | None, About("The product as printed on it.")] = None
    maker: Annotated[str | None, About("The manufacturer, or the pharmacy that compounded it.")] = None
    lot: Annotated[str | None, About("Lot number, as printed.")] = None
    lot_status: Annotated[
        str | None,
        About(
            "Why there is no lot: not applicable (autologous) or unknown.",
            FieldType.CODE,
            codes="lot_status",
        ),
    ] = None
    expiry: Annotated[datetime | Around | None, About("Expiry as printed, such as 2026-05.")] = None
    opened_at: Annotated[datetime | Around | None, About("When it was opened.")] = None
    diluted_at: Annotated[datetime | Around | None, About("When it was diluted or reconstituted.")] = None
    strength: Annotated[Amount | None, About("Strength of what was drawn.")] = None
    expected: Annotated[
        Amount | None, About("Volume the prescription asks for.", unit="mL", at_the_door=True)
    ] = None
    drawn: Annotated[Amount | None, About("Volume measured when drawn.", unit="mL")] = None

    @property
    def dose(self) -> Amount | None:
        """How much of the agent was drawn (a volume where no strength says more); None if not known."""
        if self.drawn is None:
            return None
        return Portion(strength=self.strength, volume=self.drawn).solved.dose


@group
class Spin:
    """One run of the centrifuge."""

    speed: Annotated[Amount, About("Relative force or rotation speed: 400 x g, 3000 rpm.")]
    duration: Annotated[Amount | None, About("How long.", unit="min")] = None


@group
class Prp:
    """How platelet-rich plasma was made: its method is its identity."""

    blood_volume: Annotated[Amount | None, About("Blood drawn.", unit="mL")] = None
    drawn_at: Annotated[datetime | None, About("When the blood was drawn.")] = None
    tube: Annotated[str | None, About("Tube or kit, as printed.")] = None
    anticoagulant: Annotated[
        str | None, About("Anticoagulant of the tube.", FieldType.CODE, codes="tube_anticoagulants")
    ] = None
    spins: Annotated[tuple[Spin, ...], About("The runs of the centrifuge, in order.")] = ()
    activation: Annotated[str | None, About("How it was activated, or that it was not.")] = None
    baseline: Annotated[
        Amount | None, About("Platelets in the blood, such as 250 x10^3 platelets/uL.", unit="platelets/uL")
    ] = None
    concentrate: Annotated[Amount | None, About("Platelets in the PRP.", unit="platelets/uL")] = None
    stated_fold: Annotated[Amount | None, About("Fold over baseline, as stated.", unit="fold")] = None
    draw_to_use: Annotated[Amount | None, About("Time from drawing to use, as stated.", unit="min")] = None

    @property
    def fold(self) -> Amount | None:
        """Platelets in the PRP over those in the blood; None where one was not counted, or is none at all."""
        if self.baseline is None or self.concentrate is None or not self.baseline.value:
            return None
        return Amount(self.concentrate.ratio(self.baseline), "{fold}")


@kind
class Preparation:
    """What was prepared for a prescription. Prescriber, preparer and checker may be three people."""

    patient: Patient
    prescription: Annotated[
        str, About("The prescription it was prepared for.", FieldType.RECORD, link="prescription")
    ]
    at: Annotated[datetime | Around, About("When it was prepared.")]
    prepared_by: Annotated[str, About("Who prepared it.")]
    checked_by: Annotated[str | None, About("Who checked it.")] = None
    place: Annotated[str | None, About("Where.", FieldType.CODE, codes="places")] = None
    stock: Annotated[tuple[StockUsed, ...], About("What was drawn, in the order of drawing.")]
    total: Annotated[Amount | None, About("Total volume made.", unit="mL")] = None
    waste: Annotated[Amount | None, About("Volume thrown away.", unit="mL")] = None
    ph: Annotated[Decimal | None, About("The pH, if it was measured.")] = None
    appearance: Annotated[str | None, About("How it looked, such as clear.")] = None
    discard_by: Annotated[datetime | None, About("When it must be discarded (beyond-use time).")] = None
    prp: Annotated[Prp | None, About("How platelet-rich plasma in it was made.")] = None
    note: Note = None
    accepted: Accepted = ()
    transcribed_from: TranscribedFrom = None
    findings: Findings = ()
    not_run: NotRun = ()
    formulary: Digest = None


def faults(record: Preparation) -> Iterator[RecordError]:
    """Yield what can never be true of a preparation."""
    yield from imprecise_time(record)
    if not record.stock:
        yield RecordError("is empty: nothing was drawn", path="stock", cure="say what was drawn")
    for place, stock in enumerate(record.stock):
        for fault in _stock_faults(stock, record):
            yield fault.at(f"stock[{place}]")
    if record.discard_by is not None and is_before(record.discard_by, record.at):
        yield RecordError(
            "is before it was prepared",
            path="discard_by",
            got=str(record.discard_by),
            cure="correct one of them",
        )
    for name, amount in (("total", record.total), ("waste", record.waste)):
        if amount is not None and not amount.value:
            yield RecordError("is nothing at all", path=name, got=str(amount), cure="leave it out")
    if record.waste is not None and record.total is not None and record.waste > record.total:
        yield RecordError(f"is more than the {record.total} made", path="waste", got=str(record.waste))
    for place, spin in enumerate(record.prp.spins if record.prp else ()):
        if spin.speed.dimension not in (Dimension.ROTATION, Dimension.RELATIVE_FORCE):
            yield RecordError(
                f"must be a speed of a centrifuge, and this measures {spin.speed.dimension}",
                path=f"prp.spins[{place}].speed",
                got=str(spin.speed),
                cure="write it like 400 x g or 3000 rpm",
            )


def _stock_faults(stock: StockUsed, record: Preparation) -> Iterator[RecordError]:
    if (stock.lot is None) is (stock.lot_status is None):
        rule = "is missing" if stock.lot is None else "is given, and a reason why there is none"
        cure = "give the lot, or say lot_status=not_applicable (autologous) or lot_status=unknown"
        yield RecordError(rule, path="lot", got=stock.lot, cure=cure)
    for name in ("opened_at", "diluted_at"):
        when = getattr(stock, name)
        if when is not None and is_before(record.at, when):
            yield RecordError("is after it was drawn", path=name, got=str(when), cure="correct one of them")
    try:
        _ = stock.dose
    except MesococktailError as error:
        yield RecordError(error.rule, path=error.path, got=error.got, cure=error.cure)
