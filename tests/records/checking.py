"""Records around one prescription, with plain values wherever a test does not say otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from mesococktail.cocktails import Cocktail
from mesococktail.formulary import Formulary
from mesococktail.records import (
    Consent,
    Known,
    PatientFacts,
    Preparation,
    Prescription,
    Screening,
    Session,
    Stands,
    complete,
)
from mesococktail.records.checks import contradictions

OURS = Formulary.shipped()
AT = datetime(2025, 3, 1, 10, tzinfo=timezone(timedelta(hours=4)))
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary) + saline q.s. to 5 mL"
DAY = timedelta(days=1)

PRESCRIPTION = "00000000-0000-7000-8000-000000000001"
PREPARATION = "00000000-0000-7000-8000-000000000002"


def mixture(*parts: str) -> str:
    """Return a cocktail's line: minoxidil, and *parts* beside it."""
    return " + ".join(("minoxidil 1 mL of 5 mg/mL (principal)", *parts))


def made(kind: Any, **fields: Any) -> Any:
    return kind(**({"patient": "P-1", "at": AT} | fields))


def prescription(cocktail: Any = LINE, **fields: Any) -> Any:
    given = Cocktail.parse(cocktail) if isinstance(cocktail, str) else cocktail
    plain = {"doctor": "dr-a", "indication": "alopecia areata", "cocktail": given}
    return made(Prescription, **(plain | fields))


def screening(answers: Any = None, **fields: Any) -> Any:
    return made(Screening, asked_by="nurse", answers=answers or {"diabetes": "no"}, **fields)


def allergic(*substances: str, **fields: Any) -> Any:
    return screening({"allergy_to_ingredient": "yes"}, allergies=list(substances), **fields)


def facts(**fields: Any) -> Any:
    return made(PatientFacts, **fields)


def consent(**fields: Any) -> Any:
    return made(Consent, **({"version": "3", "obtained_by": "dr-a", "off_label_told": "yes"} | fields))


def stock(agent: str, **fields: Any) -> dict[str, Any]:
    return {"agent": agent, "lot": "L1", "expiry": "2026-05"} | fields


STOCK = [
    stock("minoxidil", strength="5 mg/mL", drawn="1 mL"),
    stock("biotin", strength="5 mg/mL", drawn="1 mL"),
    stock("saline", drawn="3 mL"),
]


def preparation(**fields: Any) -> Any:
    plain = {"prescription": PRESCRIPTION, "prepared_by": "nurse", "stock": STOCK, "total": "5 mL"}
    return made(Preparation, **(plain | fields))


def session(**fields: Any) -> Any:
    plain = {"prescription": PRESCRIPTION, "injected_by": "dr-a"}
    return made(Session, **(plain | fields))


def knows(*records: Any, **linked: Any) -> Known:
    """Return what is known: *records* of the patient, and those a record points to, by our names."""
    names = {"prescription": PRESCRIPTION, "preparation": PREPARATION}
    each = {names.get(name, name): record for name, record in linked.items()}
    stands = {link: one if isinstance(one, Stands) else Stands(link, one) for link, one in each.items()}
    return Known(stands, tuple(Stands(f"id-{place:03}", one) for place, one in enumerate(records)))


def done(record: Any, known: Known, formulary: Formulary = OURS) -> Any:
    """Return a record as it is stored, with what the checks found."""
    return complete(record, formulary, AT + 400 * DAY, known)


def codes(record: Any, known: Known, formulary: Formulary = OURS) -> list[str]:
    return [finding.code for finding in done(record, known, formulary).findings]


def lacking(record: Any, known: Known, formulary: Formulary = OURS) -> tuple[str, ...]:
    not_run: tuple[str, ...] = done(record, known, formulary).not_run
    return not_run


def contradicted(record: Any, known: Known) -> list[str]:
    return [str(error) for error in contradictions(record, known)]


def by_message(record: Any, known: Known, code: str, formulary: Formulary = OURS) -> str:
    [found] = [one for one in done(record, known, formulary).findings if one.code == code]
    return f"{found.path}: {found.message}"


def in_jurisdiction(place: str) -> Formulary:
    return attrs.evolve(OURS, jurisdiction=place)
