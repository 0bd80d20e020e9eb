"""The power goes before every single operation on the disk, and every receipt given is there afterwards.

The acts run once on a disk that remembers. Then, for each moment, folders are made as they may look after
a power cut, and opened with the library as it is.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch

import attrs

from mesococktail import Doctor, PrescriptionLog
from mesococktail.errors import MesococktailError
from mesococktail.log import connection
from mesococktail.log.chain import Receipt
from tests.campaigns.campaign import Outcome
from tests.campaigns.disk import Folder, Operation, Recording, in_memory, put, spread
from tests.campaigns.driver import driven_by
from tests.campaigns.workload import ERASED, Workload, lost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.campaigns.campaign import Size

TITLE = "the power goes before every operation on the disk: no receipt is lost, no log is damaged"
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"disks": 150},
    "ci": {"disks": 4_000},
    "release": {"disks": 30_000, "rounds": 2},
}

NAME = "clinic.db"
_APPENDED_EVERY = 10
"""One disk in so many is also written on."""


@attrs.define
class _Recorded:
    operations: list[Operation]
    created: int
    """How many operations had been done when the log was created."""
    erased: int = 0
    """How many had been done when a text had been erased."""
    heads: list[tuple[int, list[Receipt]]] = attrs.field(factory=list)
    """After each act: how many operations had been done, and the receipts of its entries."""

    def at(self, done: int) -> tuple[list[Receipt], list[list[Receipt]]]:
        """Return the receipts given by then, and those of each act that followed."""
        given = [receipt for before, receipts in self.heads if before <= done for receipt in receipts]
        return given, [receipts for before, receipts in self.heads if before > done]


def run(disks: int, rounds: int = 1, seed: int = 0) -> Outcome:
    """Cut the power so many times, evenly over all operations."""
    recorded = _record(rounds)
    outcome = Outcome()
    points = range(1, len(recorded.operations) + 1)
    times = -(-disks // len(points))
    wanted = spread([point for point in points for _ in range(times)], disks)
    folder = Folder()
    done = 0
    with tempfile.TemporaryDirectory(dir=in_memory()) as scratch:
        for number, point in enumerate(wanted):
            while done < point:
                folder.do(recorded.operations[done])
                done += 1
            put(folder.after_power_loss(Random(seed << 32 | number)), Path(scratch))
            appended = number % _APPENDED_EVERY == 0
            for said in _wrong(Path(scratch) / NAME, recorded, point, outcome, appended=appended):
                outcome.wrong.append(f"disks {disks}, rounds {rounds}, seed {seed}, disk {number}: {said}")
    outcome.did |= {"operations": len(points), "disks": disks}
    return outcome


def control() -> Outcome:
    """Commit as SQLite does when nobody asks it for more."""
    stock = tuple(setting.replace("EXTRA", "FULL") for setting in connection._SETTINGS)
    with patch.object(connection, "_SETTINGS", stock):
        return run(250)


def _record(rounds: int) -> _Recorded:
    with (
        tempfile.TemporaryDirectory(dir=in_memory()) as scratch,
        Recording() as disk,
        driven_by(disk.name),
        PrescriptionLog.create(Path(scratch) / NAME, clinic="riverside") as log,
    ):
        recorded = _Recorded(disk.operations, len(disk.operations))
        workload = Workload(rounds)
        for act in (*workload.beforehand, workload.erase, *workload.acts):
            act.do(log)
            _keep(recorded, log)
            if act is workload.erase:
                recorded.erased = len(disk.operations)
    return recorded


def _keep(recorded: _Recorded, log: PrescriptionLog) -> None:
    known = sum(len(receipts) for _, receipts in recorded.heads)
    receipts = [entry.receipt for entry in log.entries(after=known)]
    recorded.heads.append((len(recorded.operations), receipts))


def _wrong(path: Path, recorded: _Recorded, done: int, outcome: Outcome, *, appended: bool) -> list[str]:
    """Open what the power cut left; return what is not as promised."""
    given, to_come = recorded.at(done)
    next_up = [receipt for receipts in to_come[:1] for receipt in receipts]
    left = [file.name for file in path.parent.iterdir() if done >= recorded.erased and _holds_erased(file)]
    try:
        with PrescriptionLog.open(path) as log:
            wrong = [f"what was erased is in {name}" for name in left] + lost(log, given)
            there = [entry.receipt for entry in log.entries()]
            if there not in (given, given + next_up):
                wrong.append(f"{len(there)} entries, and {len(given)} receipts were given")
            if appended and not wrong:
                outcome.count("written on")
                log.register(Doctor(id="dr-after", name="C. Physician"))
                wrong += lost(log, there)
    except MesococktailError as error:
        if done <= recorded.created:
            outcome.count("no log yet")
            return []
        wrong = [f"cannot be used: {error}"]
    except Exception as error:  # noqa: BLE001  # any other is a broken promise by itself
        wrong = [f"raised what is not ours: {error!r}"]
    return [f"before operation {done}: {said}" for said in wrong]


def _holds_erased(file: Path) -> bool:
    return ERASED in file.read_bytes()
