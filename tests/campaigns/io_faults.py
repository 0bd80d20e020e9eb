"""Every operation on the disk fails, once and for ever: what was given stays, what raised is not doubled.

For each fault the acts of a clinic are done on a fresh copy of one log. After a fault that happens once the
same object must go on: it refuses to write where it is in doubt, verifies, and takes the same act again.
After one that lasts, the file is opened anew on a sound disk and everything that raised is tried again.
Either way the log holds in the end exactly what it would hold had nothing failed.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from mesococktail import PrescriptionLog
from mesococktail.errors import LogBrokenError, LogStorageError, MesococktailError
from mesococktail.log.recorder import Recorder
from tests.campaigns.campaign import Outcome
from tests.campaigns.disk import Failing, faults, in_memory, some_of
from tests.campaigns.driver import driven_by
from tests.campaigns.workload import Workload, content, lost, receipt_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from mesococktail.log.chain import Receipt
    from tests.campaigns.campaign import Size
    from tests.campaigns.disk import Fault
    from tests.campaigns.workload import Act

TITLE = "every operation on the disk fails, once and for ever: nothing is lost, nothing is doubled"
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"most": 60},
    "ci": {},
    "release": {"rounds": 2},
}


def run(most: int = 0, rounds: int = 1) -> Outcome:
    """Let every operation fail, or *most* of them spread evenly."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory(dir=in_memory()) as scratch, Failing() as disk:
        bench = _Bench(Path(scratch), disk, Workload(rounds), outcome)
        for fault in some_of(faults(bench.counted()), most):
            bench.try_out(fault)
    return outcome


def control() -> Outcome:
    """Take for written whatever raised when it was committed."""
    with patch.object(Recorder, "_kept", lambda _recorder, _written: True):
        return run(most=150)


class _Bench:
    """One log to copy, and what is to be in it in the end."""

    def __init__(self, folder: Path, disk: Failing, workload: Workload, outcome: Outcome) -> None:
        self._template, self._path = folder / "template.db", folder / "clinic.db"
        self._disk = disk
        self._acts = workload.acts
        self._outcome = outcome
        with PrescriptionLog.create(self._template, clinic="riverside") as log:
            for act in workload.beforehand:
                act.do(log)
            self._head = log.head()
        shutil.copy(self._template, self._path)
        with PrescriptionLog.open(self._path) as log:
            for act in self._acts:
                act.do(log)
            self._content = content(log)

    def counted(self) -> Counter[str]:
        """Return how many operations of each sort there are when nothing fails."""
        self._with(None)
        return self._disk.counted

    def try_out(self, fault: Fault) -> None:
        """Do the acts with one fault, and say what is not as promised."""
        try:
            self._sound(*self._with(fault))
            said = self._said
        except MesococktailError as error:
            said = [*self._said, f"does not go on: {error!r}"]
        except Exception as error:  # noqa: BLE001  # any other is a broken promise by itself
            said = [*self._said, f"raised what is not ours: {error!r}"]
        if self._disk.fired:
            self._outcome.count("faults")
            self._outcome.count(fault.kind)
        self._outcome.wrong += [f"{fault}: {one}" for one in said]

    def _with(self, fault: Fault | None) -> tuple[list[Receipt], list[Act]]:
        """Do the acts on the failing disk; return the receipts given and the acts that raised."""
        self._said: list[str] = []
        shutil.copy(self._template, self._path)
        self._disk.set(fault)
        with driven_by(self._disk.name):
            lasting = fault is not None and fault.for_ever
            try:
                log = PrescriptionLog.open(self._path)
            except MesococktailError:
                if lasting:
                    return [], self._acts
                log = PrescriptionLog.open(self._path)
            with log:
                return self._do(log, lasting=lasting)

    def _do(self, log: PrescriptionLog, *, lasting: bool) -> tuple[list[Receipt], list[Act]]:
        entries, receipts, raised = self._head.seq, [self._head], []
        for act in self._acts:
            try:
                returned = act.do(log)
            except MesococktailError as error:
                self._outcome.count("calls that raised")
                if lasting:
                    raised.append(act)
                    continue
                returned = self._again(log, act, entries, receipts, error)
            entries += act.entries
            receipts += [receipt for receipt in (receipt_of(returned),) if receipt is not None]
        return receipts, raised

    def _again(
        self, log: PrescriptionLog, act: Act, entries: int, receipts: list[Receipt], error: MesococktailError
    ) -> object:
        """Try an act that raised once more with the same object, now that the disk is sound again."""
        written = len(log) - entries
        if written not in (0, act.entries):
            self._said.append(f"{act.name} raised, and left {written} of {act.entries} entries")
        if written:
            self._outcome.count("raised and written")
        try:
            returned = act.do(log)
        except LogBrokenError:
            self._outcome.count("refused until verified")
            self._said += [f"after {act.name}: {finding}" for finding in lost(log, receipts)]
            return act.do(log)
        if isinstance(error, LogStorageError) and self._disk.fault_was_in_writing():
            self._said.append(f"{act.name} was taken at once, although the disk failed while writing")
        return returned

    def _sound(self, receipts: list[Receipt], raised: list[Act]) -> None:
        """Open the file on a sound disk, do what raised, and compare."""
        with PrescriptionLog.open(self._path) as log:
            self._said += lost(log, receipts)
            for act in raised:
                act.do(log)
            self._said += [f"after trying again: {finding}" for finding in lost(log, receipts)]
            there = content(log)
            for name, difference in (("lost", self._content - there), ("doubled", there - self._content)):
                if difference:
                    self._said.append(f"{name}: {[one[:3] for one in difference.elements()]}")
