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
    (
        "patient_facts",
        {"birth_year": 2026},
        "birth_year",
        "birth_year: 2026: must be a year from 1900 to 2025, when this was so",
    ),
    (
        "patient_facts",
        {"pregnancy_established": "told"},
        "pregnancy",
        "pregnancy: is missing, and how it was established is given",
    ),
    (
        "patient_facts",
        {"treatments_elsewhere": [{"agent": "minoxidil", "since": "2024", "until": "2022"}]},
        "treatments_elsewhere[0].until",
        "treatments_elsewhere[0].until: 2022: ends before it begins",
    ),
    (
        "screening",
        {"answers": []},
        "answers",
        "answers: is empty: nothing was asked; leave the screening out",
    ),
    (
        "screening",
        {"answers": [{"item": "diabetes", "answer": "no"}, {"item": "diabetes", "answer": "yes"}]},
        "answers[1]",
        "answers[1]: diabetes: is answered twice; give one answer to it",
    ),
    (
        "screening",
        {"answers": {"allergy_to_ingredient": "no"}, "allergies": ["penicillin"]},
        "allergies",
        "allergies: are named, and allergy to an ingredient is answered no; answer it yes",
    ),
    ("preparation", {"stock": []}, "stock", "stock: is empty: nothing was drawn; say what was drawn"),
    ("preparation", {"total": NOTHING}, "total", "total: 0 mL: is nothing at all; leave it out"),
    ("preparation", {"waste": NOTHING}, "waste", "waste: 0 mL: is nothing at all; leave it out"),
    (
        "preparation",
        {"stock": [{"agent": "minoxidil"}]},
        "stock[0].lot",
        (
            "stock[0].lot: is missing; give the lot, or say lot_status=not_applicable "
            "(autologous) or lot_status=unknown"
        ),
    ),
    (
        "preparation",
        {"stock": [STOCK | {"lot_status": "unknown"}]},
        "stock[0].lot",
        (
            "stock[0].lot: M-1: is given, and a reason why there is none; give the lot, or say "
            "lot_status=not_applicable (autologous) or lot_status=unknown"
        ),
    ),
    (
        "preparation",
        {"stock": [STOCK | {"opened_at": LATER}]},
        "stock[0].opened_at",
        "stock[0].opened_at: 2025-03-08 12:00:00+04:00: is after it was drawn; correct one of them",
    ),
    (
        "preparation",
        {"stock": [STOCK | {"strength": "5 mg"}]},
        "stock[0].strength",
        "stock[0].strength: 5 mg: must be a concentration, and this measures mass; write it like 5 mg/mL",
    ),
    (
        "preparation",
        {"discard_by": EARLIER},
        "discard_by",
        "discard_by: 2025-03-08 08:00:00+04:00: is before it was prepared; correct one of them",
    ),
    ("preparation", {"waste": "6 mL"}, "waste", "waste: 6 mL: is more than the 5 mL made"),
    (
        "preparation",
        {"prp": {"spins": ["10 mg"]}},
        "prp.spins[0].speed",
        (
            "prp.spins[0].speed: 10 mg: must be a speed of a centrifuge, and this measures mass; "
            "write it like 400 x g or 3000 rpm"
        ),
    ),
    (
        "session",
        {"given": "partly"},
        "reason",
        "reason: is missing; say why it was not given, or only partly",
    ),
    (
        "session",
        {"given": "not_given", "reason": "ill", "depth": "2 mm"},
        "depth",
        "depth: is given, and the session was not; leave it out, or say given=partly",
    ),
    ("session", {"injected_by": None}, "injected_by", "injected_by: is missing; say who injected"),
    (
        "session",
        {"prescription": None},
        "prescription",
        (
            "prescription: is missing; name the prescription, or say payload=saline or "
            "payload=none for a session without one"
        ),
    ),
    (
        "session",
        {"preparation": ID, "payload": "saline"},
        "preparation",
        "preparation: is named, and nothing active was delivered",
    ),
    ("session", {"pain": 11}, "pain", "pain: 11: must be 0 to 10"),
    ("session", {"points": 0}, "points", "points: 0: must be 1 or more"),
    (
        "session",
        {"volume": "4 mL", "zones": [{"zone": "vertex", "volume": "1 mL"}]},
        "volume",
        "volume: 4 mL is stated, and the zones add up to 1 mL; correct the volume or the zones",
    ),
    ("outcome", {"score": 3}, "score", "score: is given twice; give one of amount, score, stage, words"),
    (
        "outcome",
        {"amount": None},
        "amount",
        "amount: is missing; give one of amount, score, stage, words, or a response",
    ),
    (
        "outcome",
        {"amount": "5 mg"},
        "amount",
        "amount: 5 mg: hair density is a count per area, and this measures mass; write it in hairs/cm2",
    ),
    (
        "outcome",
        {"measure": "gais", "amount": "5 mm"},
        "amount",
        "amount: GAIS, 1 (very much improved) to 5 (worse) is answered by score; give score instead",
    ),
    (
        "outcome",
        {"measure": "gais", "amount": None, "score": 6},
        "score",
        "score: 6: GAIS, 1 (very much improved) to 5 (worse) runs from 1 to 5",
    ),
    (
        "outcome",
        {"measure": "hair_diameter", "amount": "0.9 mm"},
        "amount",
        "amount: 0.9 mm: hair diameter runs from 1 to 500",
    ),
    (
        "outcome",
        {"measure": "ludwig", "amount": None, "stage": "IV"},
        "stage",
        "stage: IV: is not a stage of Ludwig; its stages are I, II, III",
    ),
    (
        "outcome",
        {"files": ["abc"]},
        "files[0].digest",
        "files[0].digest: abc: is not a digest; write sha256: and the 64 digits that sha256sum prints",
    ),
    (
        "outcome",
        {"measure": "other"},
        "measure",
        "measure: other: needs a description; say in description what it is",
    ),
    (
        "adverse_event",
        {"resolved_at": EARLIER},
        "resolved_at",
        "resolved_at: 2025-03-08 08:00:00+04:00: is before it began; correct one of them",
    ),
    (
        "adverse_event",
        {"looked_at": EARLIER},
        "looked_at",
        "looked_at: 2025-03-08 08:00:00+04:00: is before it began; correct one of them",
    ),
    (
        "adverse_event",
        {"grade": "fatal", "result": "recovered"},
        "result",
        "result: recovered: contradicts grade, which says that the patient died",
    ),
    ("adverse_event", {"suspects": ["lot"]}, "suspects[0].name", "suspects[0].name: is missing: which lot?"),
    (
        "adverse_event",
        {"term": "other"},
        "term",
        "term: other: needs a description; say in description what it is",
    ),
    (
        "aftercare",
        {"instructions": []},
        "instructions",
        "instructions: is empty: nothing was said; leave the record out",
    ),
)


def made(kind: str, **changes: Any) -> Any:
    return complete(KINDS[kind](**({"patient": "P-1", "at": AT} | PLAIN[kind] | changes)), OURS, NOW)


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_record_of_each_kind_can_be_true(kind: str) -> None:
    assert made(kind).patient == "P-1"


@pytest.mark.parametrize(("kind", "changes", "path", "message"), FAULTS)
def test_what_can_never_be_true_is_refused_at_its_field(
    kind: str, changes: dict[str, Any], path: str, message: str
) -> None:
    error = refused(made, kind, **changes)
    assert isinstance(error, RecordError)
    assert error.path == path
    assert str(error) == message


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
