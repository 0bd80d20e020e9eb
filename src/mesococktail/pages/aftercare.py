"""The patient's page: what to do and not to do after a session, and until which day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mesococktail.errors import RecordError
from mesococktail.pages.drawing import aftercare_text, as_html
from mesococktail.pages.page import AftercarePage, Fact, Notes
from mesococktail.pages.words import NO_BREAK, kept, plain
from mesococktail.records.session import NOT_GIVEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mesococktail.formulary import Formulary
    from mesococktail.log import Entry, PrescriptionLog
    from mesococktail.log.acts import Standing
    from mesococktail.records import Around, Instruction, Session

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Named here, because the names of the calendar module follow the settings of the machine.
_DO, _DO_NOT = "What to do", "What not to do"
_FORBIDS = ("do not ", "don't ", "never ", "avoid ", "no ")


def aftercare_page(
    log: PrescriptionLog,
    session: str | Entry | Standing,
    *,
    html: bool = False,
    given: Sequence[Instruction] | None = None,
) -> str:
    """Return what a patient takes home after a session: dated instructions in large type.

    It has the clinic and the patient's id, no name and no diagnosis. Whom to call is a line to write on.

    Args:
        log: Where the session is recorded.
        session: Its id, or the session as it was read.
        html: As one self-contained HTML file, made for A4 paper and for a phone; else as text.
        given: The instructions that were recorded as given; when left out, those that follow now from the
            formulary, see `Chart.instructions`.

    Raises:
        RecordNotFoundError: The log has no record of that id.
        RecordError: The record is no session, is void, or nothing was given.
    """
    found = log.get(session)
    if found.kind != "session":
        raise RecordError(
            f"is of the kind {found.kind}", path="id", got=found.id, cure="give the id of a session"
        )
    if found.status == "voided":
        raise RecordError("is void: nothing follows from it", path="id", got=found.id)
    record: Session = found.record
    if record.given == NOT_GIVEN:
        raise RecordError("was not given, so nothing follows from it", path="id", got=found.id)
    page = _page(log, found, _instructions(log, found) if given is None else tuple(given))
    return as_html("aftercare.html", page) if html else aftercare_text(page)


def _instructions(log: PrescriptionLog, found: Standing) -> tuple[Instruction, ...]:
    from mesococktail.chart import Chart  # not needed where they were recorded

    return Chart(log, found.record.patient).instructions(found)


def _page(log: PrescriptionLog, found: Standing, instructions: tuple[Instruction, ...]) -> AftercarePage:
    record: Session = found.record
    lists: dict[str, list[str]] = {_DO: [], _DO_NOT: []}
    for one in instructions:
        lists[_DO_NOT if _forbids(one, log.formulary) else _DO].append(_line(one))
    versions = ", ".join(f"{one.rule} {one.version}" if one.version else one.rule for one in instructions)
    return AftercarePage(
        title="After your treatment",
        facts=(
            Fact("clinic", plain(log.clinic)),
            Fact("patient", plain(record.patient)),
            Fact("treated on", _day(record.at)),
        ),
        lists=tuple(Notes(title, tuple(lines)) for title, lines in lists.items() if lines),
        call="Questions, or something does not feel right? Call",
        foot=(f"session {found.id}, version {found.version}", f"instructions: {plain(versions)}"),
    )


def _forbids(one: Instruction, formulary: Formulary) -> bool:
    """Whether it is something not to do: as its rule says, or as it is worded where no rule is known."""
    for rule in formulary.aftercare:
        if rule.code == one.rule:
            return rule.polarity == "do_not"
    return one.text.casefold().startswith(_FORBIDS)


def _line(one: Instruction) -> str:
    if one.until is None:
        return kept(one.text)
    return f"{kept(one.text)} Until the end of {_day(one.until)}."


def _day(time: datetime | Around) -> str:
    """Return a day in words, ``Saturday 8 March 2025``; as much of it as is known."""
    if time.month is None:
        return str(time.year)
    month = f"{_MONTHS[time.month - 1]}{NO_BREAK}{time.year}"
    if time.day is None:
        return month
    weekday = _DAYS[date(time.year, time.month, time.day).weekday()]
    return f"{weekday}{NO_BREAK}{time.day}{NO_BREAK}{month}"
