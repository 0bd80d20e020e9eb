"""One whole course with every field of every kind filled in; all that is in it is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail import (
    AdverseEvent,
    Aftercare,
    Consent,
    Outcome,
    PatientFacts,
    Preparation,
    Screening,
    Session,
)

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog
    from mesococktail.log import Entry

PATIENT = "P-COURSE"
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + PRP 2 mL (complementary) + saline q.s. to 5 mL"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
CHART = "paper chart 12"


def day(number: int, hour: str = "10:00") -> str:
    """Return a moment of March 2025."""
    return f"2025-03-{number:02d}T{hour}:00+04:00"


def whole_course(log: PrescriptionLog) -> dict[str, Entry]:
    """Record the course of a patient on a log where ``dr-a`` is registered; return the entries by kind."""
    made: dict[str, Entry] = {}

    def note(kind: str, record: object, **said: Any) -> str:
        made[kind] = log.record(record, **said)
        return made[kind].id

    base: dict[str, Any] = {"patient": PATIENT, "note": "made up", "transcribed_from": CHART}
    note("patient_facts", PatientFacts(**base, **_FACTS))
    note("screening", Screening(**base, **_SCREENING))
    made["prescription"] = log.prescribe(
        LINE,
        patient=PATIENT,
        doctor="dr-a",
        indication="androgenetic alopecia",
        at=day(1),
        plan="weekly x8",
        accept={"allergy": "the patient has had it since without a reaction"},
    )
    prescription = made["prescription"].id
    note("consent", Consent(**base, **_CONSENT, prescription=prescription))
    preparation = note(
        "preparation",
        Preparation(**base, **_PREPARATION, prescription=prescription),
        accept={"expired_stock": "the only one at hand"},
    )
    linked: dict[str, Any] = {"prescription": prescription, "preparation": preparation}
    session = note(
        "session",
        Session(**base, **_SESSION, **linked, zones=_zones(preparation)),
        accept={"expired_stock": "accepted when it was prepared", "after_discard_by": "kept cold"},
    )
    bare: dict[str, Any] = {"patient": PATIENT, "prescription": prescription, "at": day(15)}
    unlabelled: Any = [{"agent": "minoxidil", "lot_status": "unknown"}]
    log.record(Preparation(**bare, prepared_by="nurse", stock=unlabelled))
    log.record(Session(**bare, injected_by="nurse"))
    note("outcome", Outcome(**base, **_OUTCOME, **linked))
    for answer in _OTHER_ANSWERS:
        log.record(Outcome(**{"patient": PATIENT, "at": day(22)} | answer))
    note("adverse_event", AdverseEvent(**base, **_EVENT))
    note("aftercare", Aftercare(**base, **_AFTERCARE, session=session))
    return made


_FACTS: dict[str, Any] = {
    "at": day(1, "09:00"),
    "told_by": "nurse, from the patient",
    "sex": "female",
    "birth_year": 1980,
    "could_become_pregnant": "no",
    "partner_could_become_pregnant": "unknown",
    "pregnancy": "not_pregnant",
    "pregnancy_established": "urine_test",
    "treatments_elsewhere": [
        {"agent": "minoxidil", "route": "topical", "dose": "1 mL a day", "since": "2023", "until": "2024-06"}
    ],
    "sessions_elsewhere": [{"at": "2022", "description": "PRP, three times, as told"}],
}
_SCREENING: dict[str, Any] = {
    "at": day(1, "09:10"),
    "asked_by": "nurse",
    "answers": [
        {"item": "diabetes", "answer": "no"},
        {"item": "heart_problem", "answer": "unknown", "description": "never examined"},
        {"item": "allergy_to_ingredient", "answer": "yes"},
    ],
    "allergies": [{"substance": "minoxidil", "reaction": "itching, once"}],
}
_CONSENT: dict[str, Any] = {
    "at": day(1, "10:05"),
    "version": "riverside 3",
    "obtained_by": "dr-a",
    "given": "yes",
    "signed_by": "patient",
    "witness": "nurse",
    "off_label_told": "yes",
    "photographs": "no",
}
_PREPARATION: dict[str, Any] = {
    "at": day(8, "09:00"),
    "prepared_by": "pharmacist",
    "checked_by": "nurse",
    "place": "pharmacy",
    "stock": [
        {
            "agent": "minoxidil",
            "product": "Minoxidil 0.5 %",
            "maker": "Pharmacy North",
            "lot": "M-1",
            "expiry": "2025-02",
            "opened_at": day(8, "08:50"),
            "diluted_at": day(8, "08:55"),
            "strength": "5 mg/mL",
            "drawn": "1 mL",
        },
        {"agent": "PRP", "lot_status": "not_applicable", "drawn": "2 mL"},
        {"agent": "saline", "lot": "S-9", "expiry": "2030-01-31", "drawn": "2 mL"},
    ],
    "total": "5 mL",
    "waste": "0.5 mL",
    "ph": "7.2",
    "appearance": "clear",
    "discard_by": day(8, "09:30"),
    "prp": {
        "blood_volume": "20 mL",
        "drawn_at": day(8, "08:30"),
        "tube": "10 mL tube",
        "anticoagulant": "acd_a",
        "spins": [{"speed": "400 xg", "duration": "10 min"}, {"speed": "3000 rpm"}],
        "activation": "not activated",
        "baseline": "250000 platelets/uL",
        "concentrate": "1000000 platelets/uL",
        "stated_fold": "4 fold",
        "draw_to_use": "90 min",
    },
}
_SESSION: dict[str, Any] = {
    "at": day(8),
    "given": "partly",
    "reason": "the patient asked to stop",
    "number": 1,
    "injected_by": "dr-a",
    "supervised_by": "dr-b",
    "delivery": "nappage",
    "payload": "active",
    "device": "injector 7, serial 12",
    "needle": "30 G x 4 mm",
    "depth": "2 mm",
    "points": 40,
    "spacing": "10 mm",
    "per_point": "0.1 mL",
    "volume": "4 mL",
    "duration": "30 min",
    "anaesthesia": "ice",
    "pain": 3,
}
_OUTCOME: dict[str, Any] = {
    "at": day(22),
    "measure": "other",
    "description": "density by our own count",
    "amount": "150 hairs/cm2",
    "response": "response",
    "scale_version": "1",
    "method": "phototrichogram",
    "zone": "vertex",
    "site": "tattooed point",
    "area": "1 cm2",
    "magnification": "20x",
    "assessed_by": "independent_doctor",
    "blinded": "yes",
    "files": [{"digest": DIGEST, "label": "vertex", "at": day(22)}],
}
_OTHER_ANSWERS: tuple[dict[str, Any], ...] = (
    {"measure": "vellus_count", "score": 0},
    {"measure": "ludwig", "stage": "II"},
    {"measure": "hair_luster", "words": "more than before"},
    {"measure": "hair_volume", "response": "no_response"},
)
_EVENT: dict[str, Any] = {
    "at": day(8, "12:00"),
    "term": "other",
    "description": "warm scalp",
    "grade": "mild",
    "seriousness": "not_serious",
    "duration": "2 h",
    "resolved_at": day(8, "14:00"),
    "zone": "frontal",
    "suspects": [{"suspect": "agent", "name": "minoxidil", "causality": "possible"}],
    "action": "none",
    "result": "recovered",
    "looked_at": day(8, "13:00"),
    "reported_by": "patient",
}
_AFTERCARE: dict[str, Any] = {
    "at": day(8, "10:40"),
    "given_by": "nurse",
    "language": "en",
    "instructions": [
        {"rule": "use_sunscreen", "text": "Use sunscreen.", "version": "1", "until": "2025-03-15"}
    ],
}


def _zones(preparation: str) -> Any:
    return [
        {"zone": "frontal", "volume": "1.5 mL"},
        {"zone": "other", "description": "nape", "volume": "2.5 mL", "preparation": preparation},
    ]
