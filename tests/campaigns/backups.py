"""Copies of a log that is being written: each is sound and holds all that was there when it was begun."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mesococktail import Doctor, PrescriptionLog
from mesococktail.errors import LogExistsError, MesococktailError
from tests.campaigns.campaign import Outcome
from tests.campaigns.writer import ROOT, Call, Writer, ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mesococktail.log import Receipt
    from tests.campaigns.campaign import Size

TITLE = "backups, interrupted backups and exports under load: all sound, none without the head seen before"
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"backups": 3, "interrupted": 1, "exports": 1, "writers": 2, "entries": 100, "pause": 20},
    "ci": {"backups": 60, "interrupted": 20, "exports": 20, "writers": 3, "entries": 4_000, "pause": 5},
    "release": {"backups": 60, "interrupted": 20, "exports": 20, "writers": 3, "entries": 12_000},
}
_PATIENCE = 30.0
"""Seconds that a copy may take while others write: as long as they would wait for it."""


def run(
    backups: int, interrupted: int, exports: int, *, writers: int, entries: int, pause: int = 0, seed: int = 1
) -> Outcome:
    """Copy a log of that many entries, and more, while processes write on, with a pause between or none."""
    campaign = _Campaign(random.Random(seed))
    with campaign.written_all_along(writers, entries, pause):
        for _ in range(backups):
            campaign.holds("backup", PrescriptionLog.backup)
        for _ in range(interrupted):
            campaign.holds("interrupted backup", campaign.interrupted_at_first)
        for _ in range(exports):
            campaign.holds("export", _exported)
    return campaign.outcome


def control() -> Outcome:
    """Copy as a slow `cp` does, which asks for no lock."""
    campaign = _Campaign(random.Random(1))
    with campaign.written_all_along(2, 200):
        for _ in range(5):
            campaign.holds("plain copy", _copied_page_by_page)
    return campaign.outcome


def _exported(log: PrescriptionLog, path: Path) -> Receipt:
    lines = path.with_name("lines")
    with lines.open("wb") as stream:
        count = log.export(stream)
    with lines.open("rb") as again, PrescriptionLog.restore(path, again) as restored:
        head = restored.head()
        if head.seq != count:
            raise LookupError(f"{count} entries were exported, and {head.seq} came back")
        return head


def _copied_page_by_page(log: PrescriptionLog, path: Path) -> Receipt:
    with log.path.open("rb") as stream, path.open("wb") as copy:
        while page := stream.read(4096):
            copy.write(page)
            time.sleep(0.002)
    return log.head()


class _Campaign:
    """One log that is written all along, and what became of the copies of it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._log: PrescriptionLog
        self._crew: list[Writer]
        self._copies: Path
        self._lines = io.BytesIO()
        self._took: list[float] = []
        self.outcome = Outcome()

    @contextmanager
    def written_all_along(self, writers: int, entries: int, pause: int = 0) -> Iterator[None]:
        """Make a log, and let processes write on in it meanwhile; in the end it is sound itself."""
        self._crew = [Writer(1, number, 20, pause=pause) for number in range(writers)]
        with TemporaryDirectory() as folder:
            path, self._copies = Path(folder, "clinic.db"), Path(folder, "copies")
            self._copies.mkdir()
            with PrescriptionLog.create(path, clinic="riverside") as self._log:
                self._log.register(Doctor(id="dr-a", name="A. Physician"))
                self._log.export(self._lines)
                _next(0, entries).made(self._log)
                for one in self._crew:
                    one.go(path)
                if not all(one.told_something(_PATIENCE) for one in self._crew):
                    self._wrong("a writer", "wrote nothing")
                try:
                    yield
                finally:
                    alive = ended(self._crew)
            receipts = [receipt for one in self._crew for receipt in one.receipts]
            with PrescriptionLog.open(path) as log:
                for finding in log.verify(receipts=receipts):
                    self._wrong("the log itself", finding)
                self.outcome.did |= {
                    "entries in the end": len(log),
                    "written meanwhile": len(log) - entries - 1,
                }
            if not alive:
                self._wrong("a writer", "ended by itself")

    def holds(self, what: str, make: Callable[[PrescriptionLog, Path], Receipt]) -> None:
        """Make a copy; it opens, verifies, holds the head seen before, and takes the next entry."""
        self.outcome.count(f"{what}s")
        name = f"{what} {self.outcome.did[f'{what}s']}"
        copy = self._copies / f"{name}.db"
        before, started = self._log.head(), time.monotonic()
        # Who never finds a gap between writers would copy for ever; they are stopped, and it is told below.
        watch = threading.Timer(2 * _PATIENCE, lambda: [one.kill() for one in self._crew])
        watch.start()
        try:
            head = make(self._log, copy)
            took = time.monotonic() - started
            self._is_sound(name, copy, before, head)
            self._is_refused_over_the_log(name, before)
        except (MesococktailError, LookupError) as error:
            self._wrong(name, error)
        else:
            if took > _PATIENCE:
                self._wrong(name, f"took {took:.0f} s")
            self._took.append(took)
            self.outcome.did[f"{what}, the longest in s"] = round(
                max(took, float(self.outcome.did.get(f"{what}, the longest in s", 0))), 2
            )
        finally:
            watch.cancel()
            copy.unlink(missing_ok=True)

    def _is_sound(self, name: str, copy: Path, before: Receipt, head: Receipt) -> None:
        with PrescriptionLog.open(copy) as log:
            for finding in log.verify(head=before, receipts=[head]):
                self._wrong(name, finding)
            if log.head() != head or head.seq < before.seq:
                self._wrong(name, f"its head is {log.head()}; {before} was seen before, and {head} was told")
            self.outcome.count("with entries newer than when it was begun", head != before)
            _next(head.seq, 1).made(log)
            if len(log) != head.seq + 1:
                self._wrong(name, "does not take the next entry")

    def _is_refused_over_the_log(self, name: str, before: Receipt) -> None:
        path, number = self._log.path, self._log.path.stat().st_ino
        try:
            PrescriptionLog.restore(path, io.BytesIO(self._lines.getvalue())).close()
        except LogExistsError:
            self.outcome.count("restores over the living log refused")
        if path.stat().st_ino != number or next(self._log.entries(after=before.seq - 1)).receipt != before:
            self._wrong(name, "a restore over the living log changed it")

    def interrupted_at_first(self, log: PrescriptionLog, path: Path) -> Receipt:
        """Kill a backup somewhere in the middle, then make it to the same place."""
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(log.path), str(path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(self._rng.uniform(0, median(self._took)))
        process.kill()
        process.communicate()
        self.outcome.count("killed files left unfinished", len(list(path.parent.glob(".*.unfinished"))))
        if path.exists():
            # It was in place already: then it is a whole one.
            self.outcome.count("killed when it was in place")
            with PrescriptionLog.open(path, read_only=True) as made:
                return made.head()
        head = log.backup(path)
        for unfinished in path.parent.glob(".*.unfinished"):
            unfinished.unlink()
        return head

    def _wrong(self, name: str, what: object) -> None:
        self.outcome.wrong.append(f"{name}: {what}")


def _next(seq: int, count: int) -> Call:
    """Return the call that writes prescriptions whose ids nobody else uses."""
    return Call("many", tuple(f"00000000-0000-0000-0000-{seq + one:012x}" for one in range(count)))


def _main(path: str, copy: str) -> None:
    with PrescriptionLog.open(path) as log:
        print("begins", flush=True)
        log.backup(copy)


if __name__ == "__main__":
    _main(*sys.argv[1:])
