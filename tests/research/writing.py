"""Short ways to write courses into a log: prescriptions, sessions, outcomes, harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mesococktail import AdverseEvent, Outcome, Session

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog
    from mesococktail.research import Answer

TWO = "minoxidil 5 mg (principal) + biotin 5 mg (complementary)"
OTHER = "dexpanthenol 50 mg (principal) + biotin 5 mg (complementary)"
START = datetime(2025, 1, 1, 10, tzinfo=UTC)


def day(number: float) -> datetime:
    """Return a moment so many days after the start."""
    return START + timedelta(days=number)


def prescribe(log: PrescriptionLog, patient: str = "P-1", at: float | str = 0, **said: Any) -> str:
    """Prescribe a mixture of two and return its id."""
    when = at if isinstance(at, str) else day(at)
    given = {"doctor": "dr-a", "indication": "AGA", "patient": patient, "at": when} | said
    return log.prescribe(given.pop("cocktail", TWO), **given).id


def hold(log: PrescriptionLog, prescription: str | None, at: float | str, **said: Any) -> str:
    """Record a session of a prescription, or of none, and return its id."""
    when = at if isinstance(at, str) else day(at)
    base: dict[str, Any] = {"at": when, "prescription": prescription}
    base["patient"] = said.pop("patient", None) or log.get(prescription or "").record.patient
    if said.get("given") != "not_given":
        base["injected_by"] = "nurse"
    if said.get("given", "given") != "given":
        base["reason"] = "as it was"
    return log.record(Session(**base, **said)).id


def observe(log: PrescriptionLog, at: float | str, value: float | None = None, **said: Any) -> str:
    """Record an outcome, most often a number of hairs, and return its id."""
    base: dict[str, Any] = {"patient": "P-1", "measure": "hair_density", "method": "phototrichogram"}
    base["at"] = at if isinstance(at, str) else day(at)
    if value is not None:
        base["amount"] = f"{value} hairs/cm2"
    return log.record(Outcome(**base | said)).id


def harm(log: PrescriptionLog, at: float | str, term: str = "bruising", **said: Any) -> str:
    """Record an adverse event and return its id."""
    base: dict[str, Any] = {"patient": "P-1", "term": term, "at": at if isinstance(at, str) else day(at)}
    return log.record(AdverseEvent(**base | said)).id


def only(answer: Answer) -> dict[str, Any]:
    """Return the one row of an answer, its decimals as text."""
    [row] = answer.texts
    return dict(row)


def dropped(answer: Answer, counted: str) -> dict[str, int | str]:
    """Return what was dropped of something, by the reason."""
    return {step.what: step.dropped for step in answer.attrition if step.counted == counted and step.dropped}
