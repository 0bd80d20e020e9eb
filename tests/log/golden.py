"""Makes the sample of the format: ``python -m tests.log.golden`` writes ``tests/golden/v1.jsonl`` anew.

Only for a format that was never released: a sample in released hands is never made anew.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import attrs

from mesococktail import Doctor, PrescriptionLog
from mesococktail.records import Indication
from tests.courses import whole_course

SAMPLE = Path(__file__).parents[1] / "golden" / "v1.jsonl"
_AT = "2025-03-01T10:00:00+04:00"
_COCKTAILS = (
    "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary) + saline q.s. to "
    "5 mL (diluent)",
    "minoxidil 2 mL of 5% (principal) + NCTF 135 HA 3 mL (complementary)",
    'minoxidil 1 mL of 10 mg/3 mL (principal) + other "serum x" [a serum] 1 mL (complementary)',
    "PRP 4 mL (principal); deviation: PRP alone, protocol 7",
    "finasteride 0.5 mg (principal) + biotin 10000 mcg in 1 mL (complementary) + lidocaine 1 mL of "
    "20 mg/mL (anaesthetic)",
)


def fill(log: PrescriptionLog) -> None:
    """Put one of everything into *log*."""
    doctor = log.register(Doctor(id="dr-a", name="A. Physician"), recorded_by="office")
    full = Doctor(id="dr-a", name="Ä. Physician", speciality="dermatology", licence="GMC 1234567")
    log.amend(doctor, full, reason="the name was misspelt", recorded_by="office")
    said: dict[str, Any] = {"doctor": "dr-a", "at": _AT}
    made = [
        log.prescribe(text, patient=f"P-{place}", indication="androgenetic alopecia", **said)
        for place, text in enumerate(_COCKTAILS)
    ]
    log.prescribe(
        _COCKTAILS[0],
        patient="P-0",
        indication=Indication(
            code="other",
            description="hair thinning, not classified",
            scale="ludwig",
            version="1977",
            stage="II",
            duration="2 years",
        ),
        route="dermis",
        delivery="nappage",
        plan="weekly x8, then every 2 weeks x2, then after 4 weeks; stated 12",
        rationale="dry scalp – “sensitive”\nsecond line",
        reference="visit 12",
        formula="house 3",
        changes=("less minoxidil",),
        renews=made[0].id,
        **said,
    )
    log.prescribe(
        None, patient="P-6", indication="alopecia areata", delivery="microneedling", payload="none", **said
    )
    log.prescribe(
        "minoxidil unknown (label torn) (principal) + biotin 5 mg (complementary)",
        patient="P-7",
        doctor="dr-a",
        at="2019-03",
        indication="telogen effluvium",
        transcribed_from="paper chart 12",
    )
    log.prescribe(_COCKTAILS[0], patient="P-8", doctor="dr-a", indication="alopecia areata")
    log.amend(made[1], attrs.evolve(made[1].record, rationale="was forgotten"), reason="incomplete")
    log.stop(made[2], reason="moved away")
    log.void(made[3], reason="wrong patient")
    for entry in whole_course(log).values():
        if entry.kind != "prescription":
            log.amend(entry, attrs.evolve(entry.record, note=None), reason="said nothing")


def main() -> None:
    """Write the sample."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PrescriptionLog.create(Path(folder) / "v1.db", clinic="riverside") as log,
        SAMPLE.open("wb") as out,
    ):
        fill(log)
        log.export(out)


if __name__ == "__main__":
    main()
