"""A log with a little of everything, made once and read by many tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail.research import Study
from tests.research.logs import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mesococktail import PrescriptionLog

LINES = (
    ("dr-a", "2025-01-10T10:00+04:00", "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)"),
    ("dr-a", "2025-01-31T23:30+04:00", "minoxidil 2.5 mg (principal) + biotin 5 mg (complementary)"),
    (
        "dr-b",
        "2025-02-03T10:00+04:00",
        "biotin 1 mL of 10 mg/3 mL (principal) + minoxidil 5 mg (complementary)",
    ),
    ("dr-b", "2025-04-01T00:30+04:00", "vitamin B complex 2 mL (principal) + minoxidil 5 mg (complementary)"),
    ("dr-b", "2025-04-02T10:00+04:00", "retinol 1000 IU (principal) + biotin 5 mg (complementary)"),
    ("dr-b", "2025-04-03T10:00+04:00", "retinol 2 mg (principal) + biotin 5 mg (complementary)"),
)


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log of six prescriptions by two doctors, a void one, and one without a cocktail."""
    path = tmp_path_factory.mktemp("clinic") / "clinic.db"
    given = {"patient": "P-1", "indication": "androgenetic alopecia", "delivery": "nappage"}
    with make(path) as log:
        records = [
            given | {"doctor": doctor, "at": at, "cocktail": line, "patient": f"P-{place}"}
            for place, (doctor, at, line) in enumerate(LINES)
        ]
        log.append_many(records)
        wrong = log.prescribe(LINES[0][2], doctor="dr-c", patient="P-9", indication="alopecia areata")
        log.void(wrong, reason="wrong patient")
        bare = {
            "payload": "saline",
            "delivery": "microneedling",
            "doctor": "dr-a",
            "at": "2025-05-01T10:00+04:00",
        }
        log.append_many([given | bare])
    return path


@pytest.fixture
def study(clinic: Path) -> Study:
    """All of it."""
    return Study(clinic)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PrescriptionLog]:
    """A log with doctors only, open for writing."""
    with make(tmp_path / "new.db") as opened:
        yield opened
