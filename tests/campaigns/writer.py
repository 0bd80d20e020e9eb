"""A process that writes into a log until it is killed, and says what it was told after each call.

What it does is settled by its round and its number alone, so that whoever killed it knows what the call was
that it was in the middle of, and can make that call again.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from mesococktail import Cocktail, PatientFacts, PrescriptionLog, complementary, principal
from mesococktail.log import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
AT = datetime.fromisoformat("2025-03-01T10:00:00+04:00")
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
MIXTURE = Cocktail(principal("minoxidil", "1 mL of 5 mg/mL"), complementary("biotin", "1 mL of 5 mg/mL"))
_STORIES = (
    ("prescribe",),
    ("prescribe", "amend"),
    ("prescribe", "void"),
    ("prescribe", "stop"),
    ("facts", "amend"),
    ("many",),
)


@attrs.frozen
class Call:
    """One call of a writer: one transaction."""

    act: str
    ids: tuple[str, ...]
    """Of the records it is about; several only where many are written at once."""

    def made(self, log: PrescriptionLog) -> Receipt:
        """Make the call, and return what it told. Made again, it finds what it wrote."""
        first, patient = self.ids[0], f"P-{self.ids[0][:13]}"
        given: dict[str, Any] = {
            "patient": patient,
            "doctor": "dr-a",
            "at": AT,
            "indication": "alopecia areata",
        }
        if self.act == "prescribe":
            return log.prescribe(MIXTURE, id=first, **given).receipt
        if self.act == "facts":
            return log.record(PatientFacts(patient=patient, at=AT, birth_year=1980), id=first).receipt
        if self.act == "many":
            given |= {"at": AT.isoformat(), "cocktail": LINE}
            log.append_many([given | {"id": one} for one in self.ids])
            return log.head()
        seen = log.history(first)[0]
        if self.act == "amend":
            told = "nurse" if seen.kind == "patient_facts" else "dry scalp"
            field = "told_by" if seen.kind == "patient_facts" else "rationale"
            return log.amend(seen, attrs.evolve(seen.record, **{field: told}), reason="left out").receipt
        correct = log.void if self.act == "void" else log.stop
        return correct(seen, reason="wrong patient").receipt

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The act and the record's id of every entry it writes."""
        recorded = self.act in {"prescribe", "facts", "many"}
        return [("record" if recorded else self.act, one) for one in self.ids]


def calls(round_: int, number: int, many: int) -> Iterator[Call]:
    """Yield what the writer of that number does in that round, without end."""
    rng = random.Random(f"{round_}-{number}")
    written = 0
    while True:
        story = rng.choice(_STORIES)
        count = many if story == ("many",) else 1
        # Ids that rise, as those that the library makes.
        ids = tuple(str(UUID(int=round_ << 96 | number << 80 | written + one)) for one in range(count))
        written += count
        for act in story:
            yield Call(act, ids)


def writer_of(record_id: str) -> tuple[int, int]:
    """Return round and number of the writer that made an id."""
    return int(record_id[:8], 16), int(record_id[9:13], 16)


class Writer:
    """A writing process. It is started ahead of its time, and waits for `go`."""

    def __init__(self, round_: int, number: int, many: int, *, early: bool = False, pause: int = 0) -> None:
        """Start it.

        Args:
            round_: Settles what it does, together with *number*.
            number: Which of its round it is.
            many: Records of a call that writes many.
            early: Let it say that a call has returned before it makes it.
            pause: Milliseconds that it waits between calls.
        """
        self._plan = round_, number, many
        self._said: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *map(str, (*self._plan, pause)), "early" if early else "after"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Read as it comes: a full pipe would hold the writer up.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            self._said += (line for line in pipe if line.endswith("\n"))

    def go(self, path: Path) -> None:
        """Let it open the log and write."""
        assert self._process.stdin is not None
        with self._process.stdin as pipe:
            pipe.write(f"{path}\n")

    def told_something(self, seconds: float) -> bool:
        """Wait until its first call has returned; whether it has."""
        end = time.monotonic() + seconds
        while not self._said and self._process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        return bool(self._said)

    def kill(self) -> bool:
        """Kill it with no warning; whether it was still alive."""
        alive = self._process.poll() is None
        self._process.kill()
        return alive

    def wait(self) -> None:
        """Wait until it is gone, and until all it said was heard."""
        self._process.wait()
        self._reader.join()
        if self._process.stdin is not None:
            self._process.stdin.close()

    @property
    def number(self) -> int:
        """Which of its round it is."""
        return self._plan[1]

    @property
    def said(self) -> int:
        """How many calls it said had returned."""
        return len(self._said)

    @property
    def receipts(self) -> list[Receipt]:
        """What it was told by the calls that returned."""
        return [Receipt.parse(line.strip()) for line in self._said if line != "-\n"]

    def calls(self, count: int) -> list[Call]:
        """Return its first calls."""
        return list(islice(calls(*self._plan), count))


def ended(crew: list[Writer]) -> bool:
    """Kill all of them at once, and wait until they are gone; whether all were still alive."""
    alive = [one.kill() for one in crew]
    for one in crew:
        one.wait()
    return all(alive)


def main(round_: str, number: str, many: str, pause: str, when: str) -> None:
    """Write until killed."""
    path = sys.stdin.readline().strip()
    with PrescriptionLog.open(path) as log:
        for call in calls(int(round_), int(number), int(many)):
            if when == "early":
                os.write(1, b"-\n")
            told = call.made(log)
            if when != "early":
                os.write(1, f"{told.seq}-{told.hash}\n".encode())
            time.sleep(int(pause) / 1000)


if __name__ == "__main__":
    main(*sys.argv[1:])
