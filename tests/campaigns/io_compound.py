"""The disk fails while something larger is under way: recovery, backup, verification, rebuild, transfer.

Each of them is done once with every fault chosen, on a log of its own. Whatever is raised is an error of
ours. Then the folder is looked at on a sound disk: the log has every receipt, what was under way is there
whole or not at all and can be done again, and nothing is left of a file that could not be made.
"""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch
from uuid import UUID

import attrs

from mesococktail import PrescriptionLog
from mesococktail.errors import MesococktailError
from mesococktail.log import file as log_file
from mesococktail.log.chain import Receipt
from tests.campaigns.campaign import Outcome
from tests.campaigns.disk import Failing, Folder, Recording, faults, in_memory, put, some_of
from tests.campaigns.driver import driven_by
from tests.campaigns.workload import ERASED, Workload, content, lost
from tests.log.helpers import GIVEN, exported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.campaigns.campaign import Size
    from tests.campaigns.disk import Fault

TITLE = "the disk fails in the middle of recovery, backup, verify, rebuild, transfer, erasure: all or nothing"
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"most": 20},
    "ci": {"most": 400},
    "release": {"most": 4_000},
}

GOLDEN = Path(__file__).parents[1] / "golden"
NAME, COPY = "clinic.db", "copy.db"
EARLIER, EARLIER_HEAD = "layout-1-courses.db.gz", "37-ABTJMWWYII"
_MANY = [GIVEN | {"id": str(UUID(int=2**64 + number)), "patient": f"P-{number}"} for number in range(60)]
"""Enough for the file to grow, so that it is cut off again where that is taken back."""

Do = Callable[[PrescriptionLog], object]


@attrs.frozen
class _Case:
    """Something larger, and how it can be told afterwards whether it is there whole or not at all."""

    name: str
    files: Mapping[str, bytes]
    """What the folder holds beforehand."""
    do: Callable[[Path], object]
    """Done in the folder, on the failing disk."""
    wrong: Callable[[Path, object], list[str]]
    """Given the folder and what was returned, or `_RAISED`: what is not as promised."""


_RAISED = object()


def run(most: int) -> Outcome:
    """Let *most* operations fail, spread evenly over what is done, the kinds of faults and the time."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory(dir=in_memory()) as scratch, Failing() as disk:
        folder = Path(scratch)
        tried = [
            [(case, fault) for fault in kind]
            for case in _Bench(folder, disk).cases()
            for kind in faults(_counted(case, disk, folder))
        ]
        for case, fault in some_of(tried, most):
            said = _try_out(case, fault, disk, folder)
            outcome.wrong += [f"{case.name}, {fault}: {one}" for one in said]
            outcome.count("faults", min(disk.fired, 1))
            outcome.count(case.name, min(disk.fired, 1))
    return outcome


def control() -> Outcome:
    """Leave behind what could not be made."""

    @contextmanager
    def left(path: Path) -> Iterator[None]:
        path.touch(0o600)
        yield

    with patch.object(log_file, "new_file", left):
        return run(100)


def _counted(case: _Case, disk: Failing, folder: Path) -> Mapping[str, int]:
    """Return how many operations of each sort there are when nothing fails."""
    wrong = _try_out(case, None, disk, folder)
    if wrong:
        raise AssertionError(case.name, wrong)
    return disk.counted


def _try_out(case: _Case, fault: Fault | None, disk: Failing, folder: Path) -> list[str]:
    put(case.files, folder)
    disk.set(fault)
    returned = _RAISED
    try:
        with driven_by(disk.name), disk.outside_sqlite():
            returned = case.do(folder)
    except MesococktailError:
        pass  # as promised
    except Exception as error:  # noqa: BLE001  # any other is a broken promise by itself
        return [f"raised what is not ours: {error!r}"]
    left = {file.name for file in folder.iterdir()} - {NAME, f"{NAME}-journal"}
    try:
        said = case.wrong(folder, returned)
    except MesococktailError as error:
        said = [f"does not go on: {error!r}"]
    return said + [f"{name} was left" for name in sorted(left) if name != COPY or returned is _RAISED]


class _Bench:
    """A log, and what is to become of it."""

    def __init__(self, folder: Path, disk: Failing) -> None:
        self._disk = disk
        self._workload = Workload()
        with (
            Recording() as recording,
            driven_by(recording.name),
            PrescriptionLog.create(folder / NAME, clinic="riverside") as log,
        ):
            for act in (*self._workload.beforehand, *self._workload.acts):
                act.do(log)
            self._head = log.head()
            self._exported = exported(log)
            self._content = content(log)
            done = len(recording.operations)
            _import(log)
            self._content_with_many = content(log)
        standing = Folder()
        for operation in recording.operations[:done]:
            standing.do(operation)
        self._plain = standing.now()
        # The last thing that is done is to remove the journal.
        for operation in recording.operations[done:-1]:
            standing.do(operation)
        self._cut_off = standing.now()
        self._earlier = {NAME: gzip.decompress((GOLDEN / EARLIER).read_bytes())}

    def cases(self) -> list[_Case]:
        """Return everything that is tried."""
        plain, many = self._plain, self._content_with_many
        return [
            _Case("recovery", self._cut_off, _opened(_import), self._grown(_import, many)),
            _Case("import", plain, _opened(partial(_import, batch=20)), self._grown(_import, many)),
            _Case("rebuild", plain, _opened(_rebuild), self._grown(_rebuild, self._content)),
            _Case("erase", plain, _opened(self._workload.erase.do), self._erased),
            _Case("verify", plain, _opened(PrescriptionLog.verify), self._verified),
            _Case("export", plain, _opened(exported), self._as_exported),
            _Case("backup", plain, _opened(_back_up), self._copied),
            _Case("restore", {}, self._restore, self._copied),
            _Case("create", {}, _create, self._created),
            _Case("upgrade", self._earlier, _upgrade, self._upgraded),
        ]

    def _restore(self, folder: Path) -> None:
        PrescriptionLog.restore(folder / COPY, io.BytesIO(self._exported)).close()

    def _grown(self, do: Do, expected: object) -> Callable[[Path, object], list[str]]:
        def wrong(folder: Path, returned: object) -> list[str]:
            with PrescriptionLog.open(folder / NAME) as log:
                said = lost(log, [self._head])
                if returned is _RAISED:
                    do(log)
                    said += lost(log, [self._head])
                return said + ["it is not there once"] * (content(log) != expected)

        return wrong

    def _erased(self, folder: Path, returned: object) -> list[str]:
        with PrescriptionLog.open(folder / NAME) as log:
            said = lost(log, [self._head])
            if returned is _RAISED:
                self._workload.erase.do(log)
                said += lost(log, [self._head])
            if len(log.erasures()) != 1 or len(log) != self._head.seq + 1:
                said.append("it is not erased once")
        return said + ["the text is still in the file"] * (ERASED in (folder / NAME).read_bytes())

    def _verified(self, folder: Path, returned: object) -> list[str]:
        with PrescriptionLog.open(folder / NAME) as log:
            said = lost(log, [self._head])
        return said + ["the disk failed, and it found nothing"] * (returned == [] and self._disk.fired > 0)

    def _as_exported(self, folder: Path, returned: object) -> list[str]:
        said = ["another export"] * (returned not in (_RAISED, self._exported))
        return said + self._verified(folder, None)

    def _copied(self, folder: Path, returned: object) -> list[str]:
        said = self._verified(folder, None) if (folder / NAME).exists() else []
        if returned is _RAISED:
            return said
        with PrescriptionLog.open(folder / COPY) as copy:
            said += lost(copy, [self._head])
            return said + ["not the same"] * (content(copy) != self._content)

    def _created(self, folder: Path, returned: object) -> list[str]:
        if returned is _RAISED:
            return []
        with PrescriptionLog.open(folder / COPY) as log:
            return lost(log, [log.head()]) + ["it is not empty"] * (len(log) != 0)

    def _upgraded(self, folder: Path, returned: object) -> list[str]:
        if returned is _RAISED:
            _upgrade(folder)
        with PrescriptionLog.open(folder / NAME) as log:
            return lost(log, [Receipt.parse(EARLIER_HEAD)])


def _opened(do: Do) -> Callable[[Path], object]:
    def opened(folder: Path) -> object:
        with PrescriptionLog.open(folder / NAME) as log:
            return do(log)

    return opened


def _import(log: PrescriptionLog, batch: int = len(_MANY)) -> object:
    return log.append_many(_MANY, batch=batch)


def _rebuild(log: PrescriptionLog) -> object:
    return log.rebuild()


def _back_up(log: PrescriptionLog) -> object:
    return log.backup(log.path.with_name(COPY))


def _create(folder: Path) -> None:
    PrescriptionLog.create(folder / COPY, clinic="riverside").close()


def _upgrade(folder: Path) -> None:
    PrescriptionLog.upgrade(folder / NAME)
