"""Writers killed with no warning: what they were told is in the log, and nothing is in it twice."""

from __future__ import annotations

import random
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mesococktail import Doctor, PrescriptionLog
from mesococktail.errors import MesococktailError
from tests.campaigns.campaign import Outcome
from tests.campaigns.writer import Call, Writer, ended, writer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesococktail.log import Entry
    from tests.campaigns.campaign import Size

TITLE = (
    "kill -9 of 2 to 8 writers at a random moment: no receipt is lost, and no call made again writes twice"
)
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"kills": 6, "most": 3, "many": 20},
    "ci": {"kills": 100, "many": 50},
    "release": {"kills": 2000, "many": 500, "entries": 500_000},
}
_LONGEST = 0.4
"""Seconds that a round goes on at most when one of its writers has been told something."""
_VERIFIED_EVERY = 25
_PATIENCE = 120.0
"""Seconds in which a writer must have been told something."""


def run(
    kills: int, many: int, *, most: int = 8, entries: int = 0, seed: int = 1, early: bool = False
) -> Outcome:
    """Kill rounds of writers until there were that many kills, and that many entries.

    Args:
        kills: Writers to kill.
        many: Records of a call that writes many.
        most: The most writers at once.
        entries: How long the log must become.
        seed: Of the numbers of writers and of the moments. The moments are also the machine's, so what went
            wrong may not come back at once.
        early: Let the writers say that they were told before they call: what the control does.
    """
    rng, number = random.Random(seed), 1

    def crew() -> list[Writer]:
        return [Writer(number, one, many, early=early) for one in range(rng.randint(2, most))]

    with TemporaryDirectory() as folder:
        campaign, running = _Campaign(Path(folder, "clinic.db")), crew()
        try:
            while running:
                campaign.let_write_and_kill(running, rng)
                # The next ones get on their feet while the log is looked at.
                killed, number = running, number + 1
                running = crew() if campaign.kills < kills or campaign.head.seq < entries else []
                campaign.look(number - 1, killed)
                if number % _VERIFIED_EVERY == 0:
                    campaign.verify()
            campaign.verify()
        except MesococktailError as error:
            campaign.wrong.append(f"round {number - 1}: {error}")
        finally:
            ended(running)
    return campaign.outcome()


def control() -> Outcome:
    """Writers that say they were told before they call."""
    return run(**SIZES["smoke"], early=True)


class _Campaign:
    """A log, and what it must hold."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outcome = Outcome()
        self._opening: list[float] = []
        with PrescriptionLog.create(path, clinic="riverside") as log:
            log.register(Doctor(id="dr-a", name="A. Physician"))
            self.head = log.head()
            """The newest entry that was looked at."""
        self._receipts = [self.head]
        self.kills = 0
        self.wrong = self._outcome.wrong

    def let_write_and_kill(self, crew: list[Writer], rng: random.Random) -> None:
        """Let a crew write, and kill all of it at a random moment."""
        for one in crew:
            one.go(self._path)
        # The others may still be opening the log, or tidying up after those before them: killed there, too.
        told = rng.choice(crew).told_something(_PATIENCE)
        time.sleep(rng.uniform(0, _LONGEST))
        if not ended(crew) or not told:
            self.wrong.append(f"a writer ended by itself, or was told nothing for {_PATIENCE:.0f} s")
        self.kills += len(crew)
        journal = self._path.with_name(f"{self._path.name}-journal")
        self._outcome.count("rounds")
        self._outcome.count("rounds that left a journal", journal.exists() and journal.stat().st_size > 0)

    def look(self, number: int, killed: list[Writer]) -> None:
        """Compare what the log has with what the killed ones were told; then make their last calls again."""
        started = time.perf_counter()
        with PrescriptionLog.open(self._path) as log:
            self._opening.append(time.perf_counter() - started)
            first, *new = log.entries(after=self.head.seq - 1, page=5000)
            there = {entry.receipt for entry in (first, *new)}
            told = [receipt for one in killed for receipt in one.receipts]
            lost = [str(receipt) for receipt in (self.head, *told) if receipt not in there]
            if lost:
                self._say(number, f"acknowledged and not in the log: {', '.join(lost[:5])}")
            written: dict[tuple[int, int], list[Entry]] = {(number, one.number): [] for one in killed}
            for entry in new:
                written.setdefault(writer_of(entry.id), []).append(entry)
            if len(written) > len(killed):
                self._say(number, f"others have written: {sorted(written)}")
            for one in killed:
                self._again(log, number, one, written[number, one.number])
            self.head = log.head()
        self._receipts += told
        self._outcome.count("calls acknowledged", sum(one.said for one in killed))

    def _again(self, log: PrescriptionLog, number: int, one: Writer, written: list[Entry]) -> None:
        """Make the call again that a writer was in the middle of, and the one before it."""
        name = f"writer {one.number}"
        planned = one.calls(one.said + 1)
        found = [(entry.act, entry.id) for entry in written]
        done = planned[:-1] if found == _written_by(planned[:-1]) else planned
        if found != _written_by(done):
            self._say(
                number, f"{name}: {one.said} calls returned; {len(found)} entries are not what they wrote"
            )
            return
        self._outcome.count("calls committed, and not acknowledged", len(done) - one.said)
        there = {entry.receipt for entry in written}
        for call in planned[-2:]:
            before = len(log)
            receipt = call.made(log)
            more = len(log) - before
            if more != (0 if call in done else len(call.ids)):
                self._say(number, f"{name}: {call.act} made again wrote {more} entries")
            if call in done and call.act != "many" and receipt not in there:
                self._say(number, f"{name}: {call.act} made again is another entry")
            self._receipts.append(receipt)
            self._outcome.count("calls made again")

    def verify(self) -> None:
        """Derive everything anew, and hold every receipt there ever was to it."""
        with PrescriptionLog.open(self._path, read_only=True) as log:
            self.wrong += [f"{finding}" for finding in log.verify(receipts=self._receipts)]
        self._outcome.count("verified")

    def _say(self, number: int, what: str) -> None:
        self.wrong.append(f"round {number}: {what}")

    def outcome(self) -> Outcome:
        """Return what was done and what was wrong."""
        self._outcome.did = {
            "kills": self.kills,
            "entries": self.head.seq,
            **self._outcome.did,
            "receipts held to the log": len(self._receipts),
            "opened again in ms, half of the times": round(median(self._opening or [0.0]) * 1000, 1),
            "at most": round(max(self._opening or [0.0]) * 1000, 1),
        }
        return self._outcome


def _written_by(calls: list[Call]) -> list[tuple[str, str]]:
    return [one for call in calls for one in call.writes]
