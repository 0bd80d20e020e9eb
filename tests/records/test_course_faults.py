"""What can never be true of each kind of a course: refused by name, with the cure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mesococktail.amounts import Amount
from mesococktail.errors import RecordError
from mesococktail.formulary import Formulary
from mesococktail.records import KINDS, complete
from tests.refused import refused

OURS = Formulary.shipped()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT, LATER, EARLIER = ("2025-03-08T10:00+04:00", "2025-03-08T12:00+04:00", "2025-03-08T08:00+04:00")
ID = "00000000-0000-7000-8000-000000000001"
NOTHING = Amount.parse("1 mL") * 0
PLAIN: dict[str, dict[str, Any]] = {
    "patient_facts": {"sex": "female"},
    "screening": {"asked_by": "nurse", "answers": {"diabetes": "no"}},
    "consent": {"version": "3", "obtained_by": "nurse"},
    "preparation": {
        "prescription": ID,
        "prepared_by": "nurse",
        "stock": [{"agent": "minoxidil", "lot": "M-1", "strength": "5 mg/mL", "drawn": "1 mL"}],
        "total": "5 mL",
    },
    "session": {"prescription": ID, "injected_by": "nurse", "zones": ["vertex"]},
    "outcome": {"measure": "hair_density", "amount": "150 hairs/cm2"},
    "adverse_event": {"term": "bruising"},
    "aftercare": {"session": ID, "given_by": "nurse", "instructions": {"use_sunscreen": "Use sunscreen."}},
}
STOCK = PLAIN["preparation"]["stock"][0]
FAULTS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("patient_facts", {"birth_year": 2026}, "birth_year", "must be a year from 1900 to 2025"),
    (
        "patient_facts",
        {"pregnancy_established": "told"},
        "pregnancy",
        "is missing, and how it was established",
    ),
    (
        "patient_facts",
        {"treatments_elsewhere": [{"agent": "minoxidil", "since": "2024", "until": "2022"}]},
        "treatments_elsewhere[0].until",
        "ends before it begins",
    ),
    ("screening", {"answers": []}, "answers", "is empty: nothing was asked"),
    (
        "screening",
        {"answers": [{"item": "diabetes", "answer": "no"}, {"item": "diabetes", "answer": "yes"}]},
        "answers[1]",
        "is answered twice",
    ),
    (
        "screening",
        {"answers": {"allergy_to_ingredient": "no"}, "allergies": ["penicillin"]},
        "allergies",
        "are named, and allergy to an ingredient is answered no",
    ),
    ("preparation", {"stock": []}, "stock", "is empty: nothing was drawn"),
    ("preparation", {"total": NOTHING}, "total", "is nothing at all"),
    ("preparation", {"waste": NOTHING}, "waste", "is nothing at all"),
    ("preparation", {"stock": [{"agent": "minoxidil"}]}, "stock[0].lot", "is missing"),
    (
        "preparation",
        {"stock": [STOCK | {"lot_status": "unknown"}]},
        "stock[0].lot",
        "a reason why there is none",
    ),
    ("preparation", {"stock": [STOCK | {"opened_at": LATER}]}, "stock[0].opened_at", "is after it was drawn"),
    ("preparation", {"stock": [STOCK | {"strength": "5 mg"}]}, "stock[0].strength", ""),
    ("preparation", {"discard_by": EARLIER}, "discard_by", "is before it was prepared"),
    ("preparation", {"waste": "6 mL"}, "waste", "is more than the 5 mL made"),
    ("preparation", {"prp": {"spins": ["10 mg"]}}, "prp.spins[0].speed", "must be a speed of a centrifuge"),
    ("session", {"given": "partly"}, "reason", "is missing"),
    (
        "session",
        {"given": "not_given", "reason": "ill", "depth": "2 mm"},
        "depth",
        "is given, and the session was not",
    ),
    ("session", {"injected_by": None}, "injected_by", "is missing"),
    ("session", {"prescription": None}, "prescription", "is missing"),
    ("session", {"preparation": ID, "payload": "saline"}, "preparation", "nothing active was delivered"),
    ("session", {"pain": 11}, "pain", "must be 0 to 10"),
    ("session", {"points": 0}, "points", "must be 1 or more"),
    (
        "session",
        {"volume": "4 mL", "zones": [{"zone": "vertex", "volume": "1 mL"}]},
        "volume",
        "4 mL is stated, and the zones add up to 1 mL",
    ),
    ("outcome", {"score": 3}, "score", "is given twice"),
    ("outcome", {"amount": None}, "amount", "is missing"),
    ("outcome", {"amount": "5 mg"}, "amount", "is a count per area, and this measures mass"),
    ("outcome", {"measure": "gais", "amount": "5 mm"}, "amount", "is answered by score"),
    ("outcome", {"measure": "gais", "amount": None, "score": 6}, "score", "runs from 1 to 5"),
    ("outcome", {"measure": "hair_diameter", "amount": "0.9 mm"}, "amount", "runs from 1 to 500"),
    ("outcome", {"measure": "ludwig", "amount": None, "stage": "IV"}, "stage", "is not a stage of Ludwig"),
    ("outcome", {"files": ["abc"]}, "files[0].digest", "is not a digest"),
    ("outcome", {"measure": "other"}, "measure", "needs a description"),
    ("adverse_event", {"resolved_at": EARLIER}, "resolved_at", "is before it began"),
    ("adverse_event", {"looked_at": EARLIER}, "looked_at", "is before it began"),
    ("adverse_event", {"grade": "fatal", "result": "recovered"}, "result", "contradicts grade"),
    ("adverse_event", {"suspects": ["lot"]}, "suspects[0].name", "is missing: which lot?"),
    ("adverse_event", {"term": "other"}, "term", "needs a description"),
    ("aftercare", {"instructions": []}, "instructions", "is empty: nothing was said"),
)


def made(kind: str, **changes: Any) -> Any:
    return complete(KINDS[kind](**({"patient": "P-1", "at": AT} | PLAIN[kind] | changes)), OURS, NOW)


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_record_of_each_kind_can_be_true(kind: str) -> None:
    assert made(kind).patient == "P-1"


@pytest.mark.parametrize(("kind", "changes", "path", "rule"), FAULTS)
def test_what_can_never_be_true_is_refused_at_its_field(
    kind: str, changes: dict[str, Any], path: str, rule: str
) -> None:
    error = refused(made, kind, **changes)
    assert isinstance(error, RecordError)
    assert error.path == path
    assert rule in str(error)


@pytest.mark.parametrize("kind", [kind for kind in PLAIN if kind != "adverse_event"])
def test_only_a_transcription_may_be_imprecise(kind: str) -> None:
    assert refused(made, kind, at="2025-03").path == "at"
    assert made(kind, at="2025-03", transcribed_from="paper chart 12").at.month == 3


def test_an_adverse_event_may_have_begun_roughly() -> None:
    assert made("adverse_event", at="2025-03").at.day is None


def test_a_session_that_was_not_given_says_why_and_nothing_else() -> None:
    session = made("session", given="not_given", reason="had a cold", injected_by=None, zones=[])
    assert session.injected is None


def test_none_at_all_is_a_score_of_zero_in_every_unit() -> None:
    assert made("outcome", amount=None, score=0).score == 0
    assert refused(made, "outcome", amount=None, score=1).path == "score"


def test_stages_of_an_outcome_are_those_of_its_scale() -> None:
    assert made("outcome", measure="basp", amount=None, stage="M2 F1").stage == "M2 F1"
