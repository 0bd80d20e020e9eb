"""Declares one more kind of record, and shows everything that comes of it with no other line.

Run by `test_a_kind_costs_one_declaration`, in a process of its own: a kind is declared for good.
"""

from __future__ import annotations

import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from click.testing import CliRunner
from hypothesis import find, settings

from mesococktail.amounts import Amount
from mesococktail.records import About, Around, FieldType
from mesococktail.records.common import Patient
from mesococktail.records.kinds import group, kind


@group
class Finger:
    """A finger that was looked at."""

    name: Annotated[str, About("Which one.")]
    length: Annotated[Amount | None, About("How long it is.", unit="mm")] = None


@kind
class HandReading:
    """A reading of a hand, which nobody will ever need."""

    patient: Patient
    at: Annotated[datetime | Around, About("When.")]
    zone: Annotated[str | None, About("Where.", FieldType.CODE, codes="zones")] = None
    luck: Annotated[Decimal | None, About("How lucky.")] = None
    fingers: Annotated[tuple[Finger, ...], About("The fingers.")] = ()
    prescription: Annotated[
        str | None, About("What it was read for.", FieldType.RECORD, link="prescription")
    ] = None


def main(folder: Path) -> None:
    """Write down, list, correct, compare and document a reading, and draw one at random."""
    from docs.generate import records, tables
    from mesococktail import PrescriptionLog, cli
    from tests.kinds import of_kind

    path = folder / "hands.db"
    with PrescriptionLog.create(path, clinic="riverside"):
        pass

    def run(*words: str) -> str:
        result = CliRunner().invoke(cli.main, [*words, "--db", str(path)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    said = ("--luck", "7.5", "--zone", "crown", "--fingers", "thumb; length=61 mm", "--fingers", "ring")
    run("record", "hand_reading", "-p", "P-1", "--at", "2025-03-01T10:00+04:00", *said)
    assert "How lucky." in CliRunner().invoke(cli.main, ["record", "hand_reading", "--help"]).output
    with PrescriptionLog.open(path) as log:
        [standing] = log.standing("hand_reading")
        assert standing.record.luck == Decimal("7.5")
        assert log.rows("SELECT patient, zone, luck FROM hand_reading") == [("P-1", "vertex", 7.5)]
        assert log.rows("SELECT position, name, length_mm FROM hand_reading_fingers") == [
            (1, "thumb", 61.0),
            (2, "ring", None),
        ]
        assert log.verify() == []
        assert [one.id for one in log.patient("P-1")] == [standing.id]
    run(
        "amend", standing.id, "--set", "luck=8", "--set", "fingers=thumb; length=60 mm", "--reason", "misread"
    )
    history = run("show", standing.id, "--history")
    assert "luck: 7.5 -> 8" in history
    assert "fingers[0].length: 61 mm -> 60 mm" in history
    assert standing.id in run("list", "--kind", "hand_reading")
    assert "## hand_reading" in records()
    assert "### hand_reading_fingers" in tables()
    drawn = find(
        of_kind(HandReading), lambda reading: reading.luck is not None, settings=settings(database=None)
    )
    assert drawn.fingers == ()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
