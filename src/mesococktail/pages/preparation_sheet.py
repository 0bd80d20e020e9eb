"""The preparation sheet: one page for whoever draws up a syringe, and for whoever checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.amounts import Dimension
from mesococktail.cocktails import Adjunct
from mesococktail.errors import RecordError
from mesococktail.pages.drawing import as_html, sheet_text
from mesococktail.pages.page import Fact, Notes, SheetPage, Table
from mesococktail.pages.syringe import Content, contents, final, made, role_of
from mesococktail.pages.words import figure, kept, label_of, named, paper, plain, said, when, worded
from mesococktail.records import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mesococktail.cocktails import Cocktail, Part
    from mesococktail.findings import Finding
    from mesococktail.formulary import Formulary
    from mesococktail.log import Entry, PrescriptionLog
    from mesococktail.log.acts import Standing
    from mesococktail.records import Preparation, Prescription, StockUsed

_CREED = (
    "This sheet shows what was recorded. It records and never recommends: "
    "it does not say whether a mixture is safe or works."
)
_ELSEWHERE = {
    "patient",
    "doctor",
    "at",
    "at_defaulted",
    "indication",
    "cocktail",
    "prescription",
    "prepared_by",
    "checked_by",
    "stock",
    "total",
    "discard_by",
    "prp",
    "accepted",
    "findings",
    "not_run",
    "formulary",
}
"""Fields that have their own place on the sheet; every other one is named and shown as it is."""


def sheet(
    log: PrescriptionLog,
    which: str | Entry | Standing,
    *,
    html: bool = False,
    made_at: datetime | None = None,
) -> str:
    """Return the preparation sheet of a prescription, or of a preparation that was made for one.

    A prescription leaves places to write on: lot, expiry, measured volume, order, initials. A preparation
    shows them as they were recorded, what was measured beside what was prescribed.

    Args:
        log: Where it is recorded.
        which: Id of the prescription or the preparation, or either as it was read.
        html: As one self-contained HTML file, made for A4 paper; else as text.
        made_at: When the page was made, to be printed on it.

    Raises:
        RecordNotFoundError: The log has no record of that id.
        RecordError: The record is of another kind.
    """
    found = log.get(which)
    if found.kind not in ("prescription", "preparation"):
        raise RecordError(
            f"is of the kind {found.kind}",
            path="id",
            got=found.id,
            cure="a sheet is made of a prescription or of a preparation",
        )
    page = _page(log, found, made_at)
    return as_html("sheet.html", page) if html else sheet_text(page)


def _page(log: PrescriptionLog, found: Standing, made_at: datetime | None) -> SheetPage:
    preparation: Preparation | None = found.record if found.kind == "preparation" else None
    asked = log.get(preparation.prescription) if preparation else found
    prescription: Prescription = asked.record
    formulary, record = log.formulary, found.record
    if preparation is None:
        tables = tuple(_to_prepare(prescription.cocktail, formulary))
    else:
        tables = tuple(_prepared(preparation, prescription.cocktail, formulary))
    return SheetPage(
        title="Preparation sheet",
        clinic=plain(log.clinic),
        warning=_warning(found, asked),
        facts=tuple(_facts(log, asked, preparation)),
        tables=tables,
        ends=tuple(_ends(preparation, prescription.cocktail)),
        notes=tuple(_notes(record, formulary)),
        signatures=tuple(_signatures(preparation)),
        foot=tuple(_foot(log, found, made_at)),
    )


def _warning(found: Standing, asked: Standing) -> str | None:
    for one in (found, asked):
        if one.status == "voided":
            return f"This {one.kind} is VOID: it should never have existed. Do not use it."
        if one.status == "stopped":
            return "The treatment was STOPPED. Ask the prescriber before anything is prepared or given."
    return None


def _facts(log: PrescriptionLog, asked: Standing, preparation: Preparation | None) -> Iterator[Fact]:
    prescription: Prescription = asked.record
    formulary = log.formulary
    kind: type = type(prescription)
    indication = next(field for field in fields_of(kind) if field.name == "indication")
    names = {standing.record.id: standing.record.name for standing in log.doctors()}
    doctor = prescription.doctor
    name = names.get(doctor)
    yield Fact("patient", plain(prescription.patient))
    yield Fact("prescriber", f"{kept(name)} ({plain(doctor)})" if name else plain(doctor))
    at = when(prescription.at)
    yield Fact("prescribed", f"{at} (time of writing)" if prescription.at_defaulted else at)
    yield Fact("indication", said(indication, prescription.indication, formulary))
    if prescription.cocktail is not None and prescription.cocktail.deviation is not None:
        yield Fact("deviation", kept(prescription.cocktail.deviation))
    if preparation is None:
        yield from _others(prescription, formulary)
        return
    yield Fact("prescription", asked.id)
    yield Fact("prepared", when(preparation.at))
    yield from _others(preparation, formulary)
    if preparation.prp is not None:
        yield from _others(preparation.prp, formulary, "PRP ")
        if preparation.prp.fold is not None:
            yield Fact("PRP fold, computed", paper(preparation.prp.fold))


def _others(record: Any, formulary: Formulary, before: str = "") -> Iterator[Fact]:  # noqa: ANN401  # any kind
    kind: type = type(record)
    for field in fields_of(kind):
        if field.name in _ELSEWHERE:
            continue
        if text := said(field, getattr(record, field.name), formulary):
            yield Fact(before + named(field.name), text)


def _called(part: Part) -> str:
    agent = part.agent
    beside = [f"written {agent.written}"] if agent.written else []
    beside += [agent.description] if agent.description else []
    return kept(f"{agent.name} ({'; '.join(beside)})" if beside else agent.name)


def _draw(cocktail: Cocktail, part: Part) -> str:
    if part.portion.unknown is not None:
        return kept(f"unknown ({part.portion.unknown})")
    volume = figure(cocktail.volume(part))
    if isinstance(part, Adjunct) and part.fills_to is not None:
        return f"{volume or 'q.s.'}, fills to {paper(part.fills_to)}"
    each, over = part.portion.each, part.portion.over
    if each is not None and over is not None:
        spread = f"at {over} points" if isinstance(over, int) else f"over {paper(over)}"
        return f"{volume}, {paper(each)} {spread}"
    return volume


def _dose(part: Part) -> str:
    return "" if part.dose is None or part.dose.dimension is Dimension.VOLUME else paper(part.dose)


def _to_prepare(cocktail: Cocktail | None, formulary: Formulary) -> Iterator[Table]:
    if cocktail is None:
        return
    yield Table(
        "Prescribed",
        ("agent", "role or purpose", "stock strength", "draw", "dose", "final concentration"),
        tuple(
            (
                _called(part),
                worded(role_of(part), "purposes", formulary),
                figure(part.strength),
                _draw(cocktail, part),
                _dose(part),
                figure(cocktail.final(part)),
            )
            for part in cocktail.parts
        ),
        free=(0, 3),
        figures=(2, 3, 4, 5),
    )
    yield Table(
        "To be filled in when it is drawn",
        ("agent", "order", "product", "lot", "expiry", "measured", "initials"),
        tuple((kept(part.agent.name), *[None] * 6) for part in cocktail.parts),
        free=(0,),
    )


def _prepared(preparation: Preparation, cocktail: Cocktail | None, formulary: Formulary) -> Iterator[Table]:
    found = contents(preparation, cocktail)
    parts = {id(stock): content for content in found for stock in content.stocks}
    yield Table(
        "Drawn, in this order",
        ("agent", "order", "product and maker", "lot", "expiry and dates", "strength", "measured"),
        tuple(
            (
                kept(parts[id(stock)].name),
                str(place),
                kept(", ".join(part for part in (stock.product, stock.maker) if part)),
                lot_of(stock, formulary),
                _dates(stock),
                _strength(stock, parts[id(stock)]),
                figure(stock.drawn, "not measured"),
            )
            for place, stock in enumerate(preparation.stock, start=1)
        ),
        free=(0, 2, 3, 4, 5),
        figures=(6,),
    )
    total = made(preparation)
    yield Table(
        "Measured beside prescribed",
        (
            "agent",
            "role or purpose",
            "draw prescribed",
            "draw measured",
            "dose prescribed",
            "dose measured",
            "final concentration",
        ),
        tuple(
            (
                _called(content.parts[0]) if content.parts else kept(content.name),
                ", ".join(worded(role_of(part), "purposes", formulary) for part in content.parts)
                or "not prescribed",
                _each(_draw(cocktail, part) for part in content.parts) if cocktail else "",
                figure(content.drawn, "not measured" if content.stocks else "not drawn"),
                _each(_dose(part) for part in content.parts),
                _measured(content),
                figure(final(content, total)),
            )
            for content in found
        ),
        free=(0, 2),
        figures=(2, 3, 4, 5, 6),
    )


def _each(said: Iterable[str]) -> str:
    """Return what is said of each part of one agent."""
    return " + ".join(filter(None, said))


def _measured(content: Content) -> str:
    if not content.stocks or content.by_volume:
        return ""
    return figure(content.dose, "not known")


def _strength(stock: StockUsed, content: Content) -> str:
    if stock.strength is None and content.strength is not None:
        return f"{paper(content.strength)}, as prescribed"
    return figure(stock.strength)


def lot_of(stock: StockUsed, formulary: Formulary) -> str:
    """Return the lot, or the words for why there is none."""
    if stock.lot is not None:
        return kept(stock.lot)
    return worded(stock.lot_status or "unknown", "lot_status", formulary)


def _dates(stock: StockUsed) -> str:
    dates = (("", stock.expiry), ("opened ", stock.opened_at), ("diluted ", stock.diluted_at))
    return "; ".join(f"{what}{when(time)}" for what, time in dates if time is not None)


def _ends(preparation: Preparation | None, cocktail: Cocktail | None) -> Iterator[Fact]:
    if cocktail is not None:
        yield Fact("total prescribed", figure(cocktail.total, "volume not known"))
    if preparation is None:
        if cocktail is not None:
            yield Fact("discard by", None)
        return
    total = figure(made(preparation), "not known")
    yield Fact(
        "total made", total if preparation.total is not None else f"{total}, summed up from what was drawn"
    )
    yield Fact("discard by", when(preparation.discard_by) if preparation.discard_by else None)


def _notes(record: Any, formulary: Formulary) -> Iterator[Notes]:  # noqa: ANN401  # either kind
    accepted = tuple(
        kept(f"{one.code}: {one.reason}") + (f" ({plain(one.by)})" if one.by else "")
        for one in record.accepted
    )
    yield Notes("Findings when it was recorded", tuple(map(_finding, record.findings)) or ("none",))
    if accepted:
        yield Notes("Accepted, with the reason", accepted)
    lacking = ", ".join(_lacking(code, formulary) for code in record.not_run)
    yield Notes("Could not be checked, for lack of an answer", (lacking,) if lacking else ("none",))


def _lacking(code: str, formulary: Formulary) -> str:
    """Return what a check is of: a contraindication by its words, any other by its code."""
    return label_of(code, "contraindications", formulary) or plain(code)


def _finding(finding: Finding) -> str:
    where = f" [{finding.path}]" if finding.path else ""
    return kept(f"{finding.severity.name} {finding.code}: {finding.message}{where}")


def _signatures(preparation: Preparation | None) -> Iterator[tuple[Fact, ...]]:
    for name in ("prepared_by", "checked_by"):
        who = getattr(preparation, name, None)
        yield (
            Fact(named(name), None if who is None else kept(who)),
            Fact("signature", None),
            Fact("date and time", None),
        )


def _foot(log: PrescriptionLog, found: Standing, made_at: datetime | None) -> Iterator[str]:
    entry = log.history(found.id)[-1]
    formulary = found.record.formulary
    yield _CREED
    yield f"{found.kind} {found.id}, version {found.version}, {found.status}; receipt {entry.receipt}"
    by = f" by {plain(entry.recorded_by)}" if entry.recorded_by else ""
    known = f"; formulary {plain(formulary)}" if formulary else ""
    yield f"written down {when(entry.recorded_at)}{by}{known}"
    if made_at is not None:
        yield f"page made {when(made_at)}"


__all__ = ("lot_of", "sheet")
