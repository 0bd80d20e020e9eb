"""Verifying a million prescriptions whole, against hashing the same bytes and reading the table once."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.measure import Row, report
from tests.benchmarks.million import million_log

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


def whole(path: Path) -> tuple[float, float]:
    """Seconds and peak memory of ``verify`` in a process of its own."""
    code = (
        "import sys, time\n"
        "from mesococktail import PrescriptionLog\n"
        "from tests.benchmarks.measure import peak_mb\n"
        "with PrescriptionLog.open(sys.argv[1], read_only=True) as log:\n"
        "    start = time.perf_counter()\n"
        "    assert log.verify() == []\n"
        "    print(time.perf_counter() - start, peak_mb())\n"
    )
    said = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True
    )
    took, peak = said.stdout.split()
    return float(took), float(peak)


def main(rounds: int = ROUNDS, million: str | None = None) -> list[Row]:
    """Return the rows of the table."""
    path = million_log(million)
    ratios, peaks = [], []
    for _ in range(rounds):
        base = yardstick(path)
        took, peak = whole(path)
        print(f"  verify {took:.1f} s, yardstick {base:.1f} s, peak {peak:.0f} MB", file=sys.stderr)
        ratios.append(took / base)
        peaks.append(peak)
    size = path.stat().st_size / 1_000_000
    return [
        Row("verify 1 000 000 whole, time / sha256 and one read", ratios, "<= 15"),
        Row("peak memory of verify, MB", peaks, "<= 64"),
        Row("file bytes per prescription (a million in the log)", [size], "<= 1000"),
    ]


if __name__ == "__main__":
    report(main(*(int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else ()))
