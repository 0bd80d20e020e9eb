"""Logs with every kind of record, every text in them a secret of its own; and all these secrets."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail import Cocktail, Doctor, PrescriptionLog, complementary, other, principal
from mesococktail.findings import Severity
from mesococktail.formulary import Formulary
from mesococktail.lake import LAKE_TABLES
from mesococktail.records import KINDS, FieldType, fields_of
from tests.courses import whole_course
from tests.log.helpers import DOCTOR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALIKE = 8
"""Patients that a pseudonymised export asks for at least."""
_CHECKED = ("stage", "digest")
"""Texts that must be what they are; every other may be anything."""


def make(path: Path, patients: int = ALIKE) -> PrescriptionLog:
    """Make a log in which each patient has had the whole course, an amendment, a void record and a stop."""
    with PrescriptionLog.create(path.with_suffix(".template.db"), clinic="template") as template:
        template.register(DOCTOR)
        whole_course(template)
        course = [one for kind in _kinds(template) for one in template.standing(kind)]
        course.sort(key=lambda one: one.key)
    secrets = count()
    log = PrescriptionLog.create(path, clinic="Riverside Hair Clinic", recorded_by="Nora Nurse")
    log.register(Doctor(id="dr-a", name="Ada Secretname", speciality="hair secrets", licence="L-SECRET-1"))
    for number in range(patients):
        ids: dict[str, str] = {}
        for one in course:
            if one.kind != "doctor":
                record = _of_patient(one.record, f"PAT-{number:03d}", ids, secrets)
                found = [each.code for each in log.check(record) if each.severity is Severity.ERROR]
                accepted = {code: f"SECRET-{next(secrets)} accepted" for code in found}
                ids[one.id] = log.record(record, accept=accepted).id
        _correct(log, number)
    return log


def _kinds(log: PrescriptionLog) -> Iterator[str]:
    for (kind,) in log.rows("SELECT DISTINCT kind FROM entry"):
        yield kind


def _of_patient(record: Any, patient: str, ids: dict[str, str], secrets: Iterator[int]) -> Any:
    changes: dict[str, Any] = {}
    kind: type = type(record)
    for field in fields_of(kind):
        value = getattr(record, field.name)
        if field.name == "accepted":
            changes[field.name] = ()
        elif value is None or field.about.at_the_door:
            continue
        elif field.type is FieldType.PATIENT:
            changes[field.name] = patient
        elif field.type is FieldType.RECORD:
            changes[field.name] = ids[value]
        elif field.type is FieldType.TEXT and field.name not in _CHECKED:
            changes[field.name] = f"SECRET-{next(secrets)} words"
        elif field.type is FieldType.GROUP:
            changes[field.name] = _of_patient(value, patient, ids, secrets)
        elif field.type is FieldType.GROUPS:
            changes[field.name] = tuple(_of_patient(one, patient, ids, secrets) for one in value)
    return attrs.evolve(record, **changes)


def _correct(log: PrescriptionLog, number: int) -> None:
    potion = other(f"SECRET potion {number % 2}", description="SECRET description")
    said: dict[str, Any] = {"patient": f"PAT-{number:03d}", "doctor": "dr-a"}
    mixture = Cocktail(principal("minoxidil", "5 mg"), complementary(potion, "3 mg"))
    times = [f"2025-{month:02d}-{11 + number:02d}T16:47:{10 + number}+02:00" for month in (4, 5, 6)]
    kept, voided, stopped = (
        log.prescribe(mixture, indication="androgenetic alopecia", at=at, rationale="SECRET why", **said)
        for at in times
    )
    log.amend(kept, attrs.evolve(kept.record, rationale="SECRET second thought"), reason="SECRET reason")
    log.void(voided, reason="SECRET mistake")
    log.stop(stopped, reason="SECRET end")
    old: dict[str, Any] = {"indication": "alopecia areata", "transcribed_from": "SECRET chart"}
    log.prescribe(
        "minoxidil 5 mg (principal) + biotin 5 mg", at=("2019", "2019-03")[number % 2], **old, **said
    )


def secrets_of(log: PrescriptionLog) -> set[str]:
    """Return every text of a log that tells of somebody: ids, names, words, digests; no word of ours."""
    found = {log.clinic, log.id}
    for entry in log.entries():
        found |= {entry.id, entry.recorded_by or "", entry.reason or ""}
        found |= set(_texts(json.loads(entry.document or b"{}")))
    return {text for text in found if len(text) > 3 and not _is_ours(text)}  # too short to tell


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for value in said.values():
            yield from _texts(value)
    elif isinstance(said, list):
        for value in said:
            yield from _texts(value)


def _is_ours(text: str) -> bool:
    """Whether a text is a word that is shipped, or an amount: a number and a unit of a closed list."""
    return text in _WORDS or _AMOUNT.fullmatch(text) is not None


def _words() -> Iterator[str]:
    formulary = Formulary.shipped()
    for name in formulary.vocabularies:
        for term in formulary.terms(name):
            yield term.code
            yield from term.stages
    for agent in formulary.agents.values():
        yield from (agent.id, agent.name, agent.kind, *agent.classes)
    yield from (rule.code for rule in formulary.rules)
    yield from (rule.text for rule in formulary.rules)
    yield from ("principal", "complementary", "chemical", "mechanical", "error", "warning", "info", "mass")
    yield from ("weekly x8", *KINDS)
    for table in LAKE_TABLES.values():
        yield from (word for name in (table.name, *table.names) for word in name.split("_"))


_WORDS = frozenset(_words())
_AMOUNT = re.compile(r"[0-9.,/ ]+([^0-9]{1,14})?([/ ].{1,12})?")
