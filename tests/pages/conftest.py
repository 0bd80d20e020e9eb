"""A log that the tests of pages only read from, and one of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from mesococktail import PrescriptionLog
from tests.pages.course import new_log, prepared, prescribed, treated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@attrs.frozen
class Course:
    """What the log has."""

    log: PrescriptionLog
    prescription: str
    preparation: str
    session: str


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """A whole course, which nobody may change."""
    with new_log(tmp_path_factory.mktemp("course")) as log:
        fields = {
            "plan": "weekly x8, then monthly x4",
            "route": "dermis",
            "delivery": "nappage",
            "rationale": "tolerated before",
        }
        prescription = prescribed(log, **fields)
        preparation = prepared(
            log, prescription, place="treatment_room", ph="7.1", appearance="clear", waste="0.2 mL"
        )
        session = treated(log, prescription, preparation=preparation.id, volume="4 mL")
        yield Course(log, prescription.id, preparation.id, session.id)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PrescriptionLog]:
    """A log with a doctor and nothing else."""
    with new_log(tmp_path) as made:
        yield made
