"""A chain of synthetic clinics, made from a seed: courses with sessions, outcomes, harm. Nobody is real."""

from __future__ import annotations

import json
import random
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mesococktail import PrescriptionLog
from mesococktail.lake import export_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIXTURES = (
    (("minoxidil", "mg/mL", (1, 2, 5)), ("biotin", "mg/mL", (1, 5, 10))),
    (("minoxidil", "mg/mL", (2, 5)), ("dexpanthenol", "mg/mL", (50, 100, 200))),
    (("dutasteride", "mg/mL", ("0.1", "0.5")), ("biotin", "mg/mL", (5,)), ("dexpanthenol", "mg/mL", (100,))),
    (("finasteride", "mg/mL", ("0.25", "0.5", "0.05")), ("minoxidil", "mg/mL", (5,))),
    (("minoxidil", "mg/mL", (5,)), ("retinol", "IU/mL", (1000, 5000)), ("biotin", "mg/mL", (5,))),
    (("biotin", "mg/mL", (1, 2, 3, 5)), ("caffeine", "mg/mL", (1, 2))),
)
VOLUMES = ("0.5", "1", "1.5", "2")
INDICATIONS = (
    {"code": "androgenetic_alopecia", "scale": "hamilton_norwood", "stage": "III"},
    {"code": "androgenetic_alopecia"},
    {"code": "telogen_effluvium"},
    {"code": "female_pattern_hair_loss"},
)
FIRST = datetime(2022, 1, 1, 9, tzinfo=timezone(timedelta(hours=2)))
DAYS = 3 * 365
UNFOLLOWED = 10
"""One in so many prescriptions has no course, and may be voided."""


def clinic(number: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield the records of one clinic: so many prescriptions, and courses of a third of them."""
    rng = random.Random(f"clinic {number}")
    doctors = [f"dr-{letter}" for letter in "abcdefgh"[: 2 + number % 7]]
    yield from ({"kind": "doctor", "id": doctor, "name": doctor.upper()} for doctor in doctors)
    patients = max(count // 4, 1)
    for place in range(patients):
        if rng.random() < 0.6:
            yield _facts(rng, place)
    for place in range(count):
        at = FIRST + timedelta(seconds=DAYS * 86400 * place // count)
        patient = f"P-{rng.randrange(patients):05d}"
        prescription = _prescription(rng, patient, rng.choice(doctors), at)
        yield prescription
        if place % UNFOLLOWED and rng.random() < 0.3:
            yield from _course(rng, prescription, patient, at)


def _facts(rng: random.Random, place: int) -> dict[str, Any]:
    return {
        "kind": "patient_facts",
        "patient": f"P-{place:05d}",
        "at": (FIRST - timedelta(days=1)).isoformat(),
        "told_by": "patient",
        "sex": rng.choice(("male", "male", "female")),
        "birth_year": rng.randrange(1950, 2005),
    }


def _prescription(rng: random.Random, patient: str, doctor: str, at: datetime) -> dict[str, Any]:
    some = list(rng.choices(MIXTURES, (9, 5, 4, 4, 2, 1))[0])
    if rng.random() < 0.2:
        some.reverse()
    # Old charts: some amounts were not legible, some dates are known to the month or the year only.
    old = rng.random() < 0.05
    ingredients = [
        {
            "agent": agent,
            "role": "principal" if number == 0 else "complementary",
            **(
                {"unknown": "not legible"}
                if old and rng.random() < 0.3
                else {"strength": f"{rng.choice(strengths)} {unit}", "volume": f"{rng.choice(VOLUMES)} mL"}
            ),
        }
        for number, (agent, unit, strengths) in enumerate(some)
    ]
    return {
        "kind": "prescription",
        "id": str(UUID(int=rng.getrandbits(128), version=4)),
        "patient": patient,
        "doctor": doctor,
        "at": at.isoformat()[: rng.choice((4, 7, 10))] if old else at.isoformat(),
        "indication": rng.choices(INDICATIONS, (6, 3, 2, 1))[0],
        "delivery": rng.choice(("nappage", "point_by_point", "microneedling")),
        "cocktail": {"ingredients": ingredients},
        "plan": rng.choice(("weekly x4", "weekly x8", "monthly x3")),
        **({"transcribed_from": "old chart"} if old else {}),
    }


def _course(
    rng: random.Random, prescription: dict[str, Any], patient: str, at: datetime
) -> Iterator[dict[str, Any]]:
    linked = {"patient": patient, "prescription": prescription["id"]}
    given = rng.randrange(1, 4)
    for week in range(given):
        when = at + timedelta(days=7 * week, minutes=rng.randrange(60))
        how = rng.choices(("given", "partly", "not_given"), (9, 1, 1))[0]
        session = linked | {"kind": "session", "at": when.isoformat(), "given": how}
        if how != "given":
            session["reason"] = "synthetic"
        if how != "not_given":
            session |= {"injected_by": "nurse", "volume": "2 mL"}
        yield session
        if rng.random() < 0.1:
            onset = when + timedelta(hours=rng.randrange(1, 24 * 40))
            yield {
                "kind": "adverse_event",
                "patient": patient,
                "at": onset.isoformat(),
                "term": rng.choice(("bruising", "pain", "headache")),
                "suspects": [
                    {"suspect": "agent", "name": prescription["cocktail"]["ingredients"][0]["agent"]}
                ],
            }
    if rng.random() < 0.4:
        before = rng.randrange(80, 150)
        for days, value in ((0, before), (rng.randrange(80, 380), before + rng.randrange(-10, 30))):
            measured: dict[str, Any] = {
                "kind": "outcome",
                "patient": patient,
                "at": (at + timedelta(days=days, minutes=5)).isoformat(),
                "measure": "hair_density",
                "method": "phototrichogram",
                "zone": "vertex",
                "amount": f"{value} hairs/cm2",
            }
            if days:
                measured |= {
                    "prescription": prescription["id"],
                    "response": rng.choice(("response", "partial_response", "no_response")),
                }
            yield measured


def correct(log: PrescriptionLog) -> None:
    """Void some of the prescriptions that nothing hangs on, and stop others."""
    for place, entry in enumerate(list(islice(log.prescriptions(), 0, 40 * UNFOLLOWED, UNFOLLOWED))):
        if place % 2:
            log.void(entry, reason="wrong patient")
        else:
            log.stop(entry, reason="moved away")


def make_clinic(folder: Path, number: int, count: int, formats: tuple[str, ...]) -> None:
    """Make the log of one clinic, correct some of it, and export its tables; nothing if that was done."""
    name = f"clinic-{number:02d}"
    if all((folder / kind / name).exists() for kind in formats):
        return
    path = folder / f"{name}.db"
    path.unlink(missing_ok=True)
    with PrescriptionLog.create(path, clinic=name) as log:
        log.append_many(map(json.dumps, clinic(number, count)))
        correct(log)
    for kind in formats:
        (folder / kind).mkdir(exist_ok=True)
        export_tables(path, folder / kind / name, format=kind)


def make_chain(folder: Path, clinics: int, count: int, formats: tuple[str, ...]) -> None:
    """Make the exports of a chain of clinics, two at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2) as pool:
        for done in [pool.submit(make_clinic, folder, number, count, formats) for number in range(clinics)]:
            done.result()
