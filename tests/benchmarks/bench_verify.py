"""Verifying a million prescriptions whole, against hashing the same bytes and reading the table once."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from mesococktail import PrescriptionLog
from tests.benchmarks.measure import Row, report
from tests.benchmarks.million import million_log

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 3


def yardstick(path: Path) -> float:
    """Seconds for ``sha256`` over the payload bytes, plus one read of the table."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    start = time.perf_counter()
    digest = hashlib.sha256()
    for (document,) in connection.execute("select document from payload"):
        digest.update(document.encode())
    for _ in connection.execute("select * from entry"):
        pass
    took = time.perf_counter() - start
    connection.close()
    return took


def in_a_process(path: Path, work: str) -> tuple[float, float]:
    """Seconds of *work* on an open log, and the peak memory of the process that did it, in MB."""
    code = (
        "import sys, time\n"
        "from mesococktail import PrescriptionLog\n"
        "from mesococktail.log.verify import _Check\n"
        "from tests.benchmarks.measure import peak_mb\n"
        "with PrescriptionLog.open(sys.argv[1], read_only=True) as log:\n"
        "    start = time.perf_counter()\n"
        f"    {work}\n"
        "    print(time.perf_counter() - start, peak_mb())\n"
    )
    said = subprocess.run(  # ourselves
        [sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True
    )
    took, peak = said.stdout.split()
    return float(took), float(peak)


WHOLE = "assert log.verify() == []"
WITHOUT_STAR = (
    "check = _Check(log._connection, log._origin, []); check._numbers_hold = False; "
    "check.entries(); check.file(); assert check.findings == []"
)


def main(rounds: int = ROUNDS, million: str | None = None) -> list[Row]:
    """Return the rows of the table."""
    path = million_log(million)
    ratios, chains, peaks = [], [], []
    for _ in range(rounds):
        base = yardstick(path)
        took, peak = in_a_process(path, WHOLE)
        chain, _ = in_a_process(path, WITHOUT_STAR)
        print(
            f"  verify {took:.1f} s, without the star {chain:.1f} s, yardstick {base:.1f} s", file=sys.stderr
        )
        ratios.append(took / base)
        chains.append(chain / base)
        peaks.append(peak)
    count = len(PrescriptionLog.open(path, read_only=True))
    import_peak = float(path.with_suffix(".peak").read_text())
    return [
        Row(f"verify {count} whole, time / sha256 and one read", ratios, "<= 15"),
        Row("- chain and integrity_check alone", chains, "<= 8"),
        Row("peak memory of verify, MB", peaks, "<= 64"),
        Row("peak memory of the import, MB", [import_peak], "<= 64"),
        Row("file bytes per prescription, everything included", [path.stat().st_size / count], "<= 1000"),
    ]


if __name__ == "__main__":
    report(main(*(int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else ()))
