"""Many writers at once, in processes and in threads: nobody is turned away, and nobody waits much longer than
with SQLite alone.

SQLite alone is tried in two ways, for how its writers wait decides what p99 means. Left to itself, one
writer goes on and on while the others sleep: 99 of 100 calls take a millisecond, and the one in a hundred
that takes seconds is just outside p99. So p99 is held against writers who take turns as ours do, and the
longest wait against SQLite left to itself.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import attrs

from mesococktail import Doctor, PrescriptionLog
from mesococktail.errors import LogError
from mesococktail.log import Receipt
from mesococktail.log.told import BUSY_SECONDS
from mesococktail.log.turns import begin_writing
from tests.campaigns.campaign import Outcome
from tests.campaigns.writer import AT, MIXTURE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.campaigns.campaign import Size

TITLE = (
    "writers at once: none is lost, none is turned away, p99 is at most 5 times that of SQLite taking turns"
)
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"processes": 3, "each": 10, "threads": 3, "each_thread": 5},
    "ci": {
        "processes": 8,
        "each": 250,
        "threads": 8,
        "each_thread": 100,
        "crowd": 32,
        "each_of_crowd": 60,
        "rounds": 3,
    },
    "release": {
        "processes": 8,
        "each": 250,
        "threads": 8,
        "each_thread": 100,
        "crowd": 32,
        "each_of_crowd": 60,
        "rounds": 9,
    },
}
_MOST = 5.0
"""Times the p99 of plain SQLite whose writers take turns."""
_ENOUGH = 3
"""Rounds from which on a median of ratios means something."""
_PLAIN = """
    CREATE TABLE entry (
        seq INTEGER PRIMARY KEY, act TEXT, kind TEXT, schema INTEGER, id BLOB, version INTEGER,
        recorded_by TEXT, recorded_at INTEGER, reason TEXT, commitment BLOB, hash BLOB
    ) STRICT;
    CREATE TABLE payload (seq INTEGER PRIMARY KEY, salt BLOB, document TEXT) STRICT;
    CREATE UNIQUE INDEX entry_version ON entry (id, version);
"""


@attrs.define
class Written:
    """What one writer has to say."""

    seconds: list[float] = attrs.field(factory=list)
    """Of each call."""
    receipts: list[str] = attrs.field(factory=list)
    refused: list[str] = attrs.field(factory=list)
    """The code of each error."""


def run(
    processes: int,
    each: int,
    threads: int,
    each_thread: int,
    *,
    crowd: int = 0,
    each_of_crowd: int = 0,
    rounds: int = 1,
) -> Outcome:
    """Let the log and plain SQLite be written in turns, by processes, by threads, by a crowd of processes."""
    outcome = Outcome()
    _compared(outcome, "processes", processes, each, rounds)
    _compared(outcome, "threads", threads, each_thread, rounds)
    if crowd:
        _compared(outcome, "processes", crowd, each_of_crowd, rounds)
    return outcome


def control() -> Outcome:
    """Writers that do not wait for each other."""
    outcome = Outcome()
    with patch("mesococktail.log.connection.BUSY_SECONDS", 0), TemporaryDirectory() as folder:
        _ours_are_kept(outcome, "threads that do not wait", _log(folder), _by_threads, 4, 25)
    return outcome


def _compared(outcome: Outcome, kind: str, writers: int, each: int, rounds: int) -> None:
    by = _by_threads if kind == "threads" else _by_processes
    name = f"{writers} {kind} x {each}"
    seconds: dict[str, list[list[float]]] = {"ours": [], "plain": [], "in turns": []}
    for _ in range(rounds):
        with TemporaryDirectory() as folder:
            seconds["ours"].append(_ours_are_kept(outcome, name, _log(folder), by, writers, each))
        for work in ("plain", "in turns"):
            with TemporaryDirectory() as folder:
                seconds[work].append(_seconds(by(_plain_file(folder), work, writers, each)))
    for whose, of_rounds in seconds.items():
        outcome.did[f"{name}, {whose}: p99 in ms"] = round(median(map(_p99, of_rounds)) * 1000)
        outcome.did[f"{name}, {whose}: the longest in ms"] = round(median(map(max, of_rounds)) * 1000)
    p99 = _ratio(_p99, seconds["ours"], seconds["in turns"])
    longest = _ratio(max, seconds["ours"], seconds["plain"])
    outcome.did[f"{name}: p99 / in turns"] = round(p99, 2)
    outcome.did[f"{name}: the longest / plain"] = round(longest, 2)
    if rounds >= _ENOUGH and p99 > _MOST:
        outcome.wrong.append(f"{name}: p99 is {p99:.1f} times that of plain SQLite taking turns")
    if rounds >= _ENOUGH and longest > 1:
        outcome.wrong.append(f"{name}: the longest wait is {longest:.1f} times that of plain SQLite")


def _ratio(of: Callable[[list[float]], float], ours: list[list[float]], others: list[list[float]]) -> float:
    return median(of(one) / of(other) for one, other in zip(ours, others, strict=True))


def _ours_are_kept(
    outcome: Outcome, name: str, path: Path, by: Callable[..., list[Written]], writers: int, each: int
) -> list[float]:
    """Let writers append to the log, hold it to what they were told, and return the seconds of each call."""
    written = by(path, "ours", writers, each)
    refused = Counter(code for one in written for code in one.refused)
    receipts = [Receipt.parse(text) for one in written for text in one.receipts]
    outcome.count("appended", len(receipts))
    outcome.count("refused", refused.total())
    outcome.wrong += [f"{name}: {count} calls ended in {code}" for code, count in refused.items()]
    if sorted(one.seq for one in receipts) != list(range(2, writers * each + 2)):
        outcome.wrong.append(
            f"{name}: {len(receipts)} receipts, which are not one for each of {writers * each}"
        )
    with PrescriptionLog.open(path, read_only=True) as log:
        outcome.wrong += [f"{name}: {finding}" for finding in log.verify(receipts=receipts)]
        if len(log) != writers * each + 1:
            outcome.wrong.append(f"{name}: the log has {len(log)} entries")
    return _seconds(written)


def _seconds(written: list[Written]) -> list[float]:
    return [second for one in written for second in one.seconds]


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[-1]


def _log(folder: str) -> Path:
    path = Path(folder, "clinic.db")
    with PrescriptionLog.create(path, clinic="riverside") as log:
        log.register(Doctor(id="dr-a", name="A. Physician"))
    return path


def _plain_file(folder: str) -> Path:
    path = Path(folder, "plain.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_PLAIN)
    return path


def _ours(path: Path, writer: int, each: int, go: Callable[[], object]) -> Written:
    """Prescribe through a log object of one's own."""
    said = Written()
    with PrescriptionLog.open(path) as log:
        go()
        for number in range(each):
            started = time.perf_counter()
            try:
                entry = log.prescribe(
                    MIXTURE,
                    doctor="dr-a",
                    patient=f"P-{writer}-{number}",
                    at=AT,
                    indication="androgenetic alopecia",
                )
                said.receipts.append(f"{entry.seq}-{entry.receipt.hash}")
            except LogError as error:
                said.refused.append(error.code)
            said.seconds.append(time.perf_counter() - started)
    return said


def _sqlite(
    begin: Callable[[sqlite3.Connection], object],
    path: Path,
    writer: int,
    each: int,
    go: Callable[[], object],
) -> Written:
    """Write rows as wide as those of an entry and its document, as durably, and nothing else."""
    said, document = Written(), "x" * 400
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = EXTRA")
        go()
        for number in range(each):
            started = time.perf_counter()
            begin(connection)
            seq = connection.execute("SELECT ifnull(max(seq), 0) + 1 FROM entry").fetchone()[0]
            record_id = (writer << 32 | number).to_bytes(16, "big")
            connection.execute(
                "INSERT INTO entry VALUES (?, 'record', 'prescription', 1, ?, 1, NULL, ?, NULL, ?, ?)",
                (seq, record_id, seq, bytes(32), bytes(32)),
            )
            connection.execute("INSERT INTO payload VALUES (?, ?, ?)", (seq, bytes(16), document))
            connection.execute("COMMIT")
            said.seconds.append(time.perf_counter() - started)
    return said


_WORK: dict[str, Callable[[Path, int, int, Callable[[], object]], Written]] = {
    "ours": _ours,
    "plain": partial(_sqlite, lambda connection: connection.execute("BEGIN IMMEDIATE")),
    "in turns": partial(_sqlite, lambda connection: begin_writing(connection, BUSY_SECONDS)),
}


def _by_threads(path: Path, work: str, writers: int, each: int) -> list[Written]:
    together, said = threading.Barrier(writers), []
    threads = [
        threading.Thread(target=lambda one=one: said.append(_WORK[work](path, one, each, together.wait)))
        for one in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def _by_processes(path: Path, work: str, writers: int, each: int) -> list[Written]:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", __name__, str(path), work, str(one), str(each)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for one in range(writers)
    ]
    for process in running:
        # All are on their feet before the first one writes.
        assert process.stdout is not None
        process.stdout.readline()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [Written(**json.loads(process.communicate()[0])) for process in running]


def _main(path: str, work: str, writer: str, each: str) -> None:
    def go() -> None:
        print("ready", flush=True)
        sys.stdin.readline()

    said: Any = _WORK[work](Path(path), int(writer), int(each), go)
    print(json.dumps(attrs.asdict(said)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
