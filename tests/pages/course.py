"""One course that the tests of pages draw: a prescription, its preparation, and a session."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from mesococktail import Doctor, PrescriptionLog
from mesococktail.records import Around, Instruction, Preparation, Session

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail import Cocktail
    from mesococktail.log import Entry

LINE = (
    "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg in 0.5 mL (complementary) + "
    "dexpanthenol 1 mL of 250 mg/mL (complementary) + lidocaine 0.5 mL of 20 mg/mL (anaesthetic) + "
    "sodium bicarbonate 0.1 mL of 84 mg/mL (ph_adjuster) + "
    "calcium chloride 0.05 mL of 100 mg/mL (activator) + saline q.s. to 5 mL (diluent)"
)
"""Three ingredients and four adjuncts."""
MADE_AT = datetime(2025, 3, 1, 12, tzinfo=timezone(timedelta(hours=4)))
STOCK: list[dict[str, Any]] = [
    {
        "agent": "minoxidil",
        "product": "Minoxidil 0.5 %",
        "maker": "Corner Pharmacy",
        "lot": "MX-2291",
        "expiry": "2026-05",
        "opened_at": "2025-02-27T09:00+04:00",
        "strength": "5 mg/mL",
        "drawn": "1 mL",
    },
    {"agent": "biotin", "lot": "B7", "strength": "10 mg/mL", "drawn": "0.5 mL", "expiry": "2027-01"},
    {
        "agent": "dexpanthenol",
        "lot": "DX 44",
        "strength": "250 mg/mL",
        "drawn": "0.9 mL",
        "expiry": "2026-11",
    },
    {"agent": "lidocaine", "lot": "L0091", "strength": "20 mg/mL", "drawn": "0.5 mL"},
    {"agent": "sodium bicarbonate", "lot": "SB-3", "strength": "84 mg/mL", "drawn": "0.1 mL"},
    {"agent": "calcium chloride", "lot_status": "unknown", "drawn": "0.05 mL"},
    {"agent": "saline", "lot": "NS-881203", "drawn": "1.85 mL"},
]


def new_log(folder: Path) -> PrescriptionLog:
    log = PrescriptionLog.create(folder / "clinic.db", clinic="riverside")
    log.register(Doctor(id="dr-a", name="A. Physician"))
    return log


def prescribed(log: PrescriptionLog, line: Cocktail | str | None = LINE, **fields: Any) -> Entry:
    given: dict[str, Any] = {
        "doctor": "dr-a",
        "patient": "P-014",
        "indication": "AGA",
        "at": "2025-03-01T10:00+04:00",
        "recorded_by": "nurse-b",
    } | fields
    return log.prescribe(line, **given)


def prepared(
    log: PrescriptionLog, prescription: Entry, accept: dict[str, str] | None = None, **fields: Any
) -> Entry:
    given: dict[str, Any] = {
        "patient": "P-014",
        "prescription": prescription.id,
        "at": "2025-03-01T10:30+04:00",
        "prepared_by": "nurse-b",
        "checked_by": "dr-a",
        "stock": STOCK,
        "total": "5 mL",
        "discard_by": "2025-03-01T14:30+04:00",
    } | fields
    made: Any = Preparation
    return log.record(made(**given), recorded_by="nurse-b", accept=accept)


def treated(log: PrescriptionLog, prescription: Entry | None, **fields: Any) -> Entry:
    given: dict[str, Any] = {
        "patient": "P-014",
        "at": "2025-03-01T11:00+04:00",
        "injected_by": "dr-a",
        "prescription": prescription and prescription.id,
    } | fields
    made: Any = Session
    return log.record(made(**given))


def rules(log: PrescriptionLog, day: date = date(2025, 3, 1)) -> tuple[Instruction, ...]:
    """Return our own rules as they are said after a session on that day."""
    return tuple(
        Instruction(rule=rule.code, text=rule.text, version=rule.version, until=_until(rule.until(day)))
        for rule in log.formulary.aftercare
    )


def _until(day: date | None) -> Around | None:
    return None if day is None else Around(day.year, day.month, day.day)


def steady(page: str) -> str:
    """Return a page without what differs from one run to the next."""
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", page)
    page = re.sub(r"receipt [0-9]+-[A-Z2-7]{10}", "receipt R", page)
    page = re.sub(r"written down [-0-9]+ [:0-9]+ \+00:00", "written down THEN", page)
    return re.sub(r"formulary [0-9a-f]{16}", "formulary D", page)


class Read(HTMLParser):
    """What a browser finds in a page."""

    _VOID = ("meta", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.cells: list[str] = [""]
        self.open: list[str] = []
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return one_line(" ".join(self.cells))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self._VOID:
            self.open.append(tag)
        if tag not in ("bdi", "span"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag not in ("bdi", "span"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and "title" not in self.open:
            self.cells[-1] += data


def one_line(text: str) -> str:
    """Return words with one plain space between them."""
    return " ".join(text.split())
