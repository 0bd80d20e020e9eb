"""What the tests of the log share: a small log, a way to damage it, and ways to compare it."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from mesococktail import Cocktail, Doctor, PrescriptionLog, complementary, principal
from mesococktail.log.tables import star_table_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mesococktail.log import Entry

DOCTOR = Doctor(id="dr-a", name="A. Physician")
AT = "2025-03-01T10:00:00+04:00"
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)"
MIXTURE = Cocktail(principal("minoxidil", "1 mL of 5 mg/mL"), complementary("biotin", "1 mL of 5 mg/mL"))
GIVEN: dict[str, object] = {
    "patient": "P-014",
    "doctor": "dr-a",
    "at": AT,
    "indication": "androgenetic alopecia",
    "cocktail": LINE,
}
"""A prescription as a program gives it."""


def prescribe(log: PrescriptionLog, patient: str = "P-014", **fields: Any) -> Entry:
    """Write down one plain prescription."""
    given: dict[str, Any] = {
        "doctor": "dr-a",
        "indication": "androgenetic alopecia",
        "at": AT,
        "cocktail": MIXTURE,
    } | fields
    return log.prescribe(patient=patient, **given)


def make(path: Path, prescriptions: int = 0) -> PrescriptionLog:
    """Make a log with one doctor and some prescriptions of hers."""
    log = PrescriptionLog.create(path, clinic="riverside")
    log.register(DOCTOR)
    if prescriptions:
        log.append_many([GIVEN | {"patient": f"P-{number}"} for number in range(prescriptions)])
    return log


def digest(path: Path) -> str:
    """Return the hash of a file that nobody has open."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def star(log: PrescriptionLog) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the star."""
    return {table: log.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in star_table_names()}


def exported(log: PrescriptionLog) -> bytes:
    """Return the log as JSON lines."""
    stream = io.BytesIO()
    log.export(stream)
    return stream.getvalue()


@contextmanager
def damaging(path: Path) -> Iterator[sqlite3.Connection]:
    """Let somebody who knows how change the file: the triggers are dropped and put back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, statement in triggers:
            connection.execute(statement)


def codes(path: Path, **kept: Any) -> set[str]:
    """Return the codes of what verify finds in the log at *path*."""
    with PrescriptionLog.open(path, read_only=True) as log:
        return {finding.code for finding in log.verify(**kept)}
