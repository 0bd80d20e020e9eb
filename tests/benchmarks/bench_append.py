"""One durable prescription at a time, against plain sqlite3 as durable, and in a long log."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.bench_import import NAIVE
from tests.benchmarks.measure import Row, report
from tests.benchmarks.million import million_log
from tests.benchmarks.workload import doctors

COUNT = 200
ROUNDS = 7
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"


def ours(path: Path, count: int) -> float:
    """Seconds for *count* calls of ``prescribe``, each durable when it returns."""
    from mesococktail import Cocktail, PrescriptionLog

    cocktail = Cocktail.parse(LINE)
    with PrescriptionLog.open(path) as log:
        log.prescribe(cocktail, doctor="dr-01", patient="P-1", indication="androgenetic alopecia")
        start = time.perf_counter()
        for number in range(count):
            log.prescribe(cocktail, doctor="dr-01", patient=f"P-{number}", indication="androgenetic alopecia")
        return time.perf_counter() - start


def plain_sqlite3(path: Path, count: int) -> float:
    """The yardstick: two naive tables, one commit each, same journal mode and synchronous level."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("pragma synchronous = extra;" + NAIVE)
    start = time.perf_counter()
    for number in range(count):
        key = str(uuid.uuid4())
        connection.execute("begin immediate")
        connection.execute(
            "insert into prescription values (?, ?, ?, ?, ?, ?)",
            (key, f"P-{number}", "dr-01", "2025-01-01T09:00:00+00:00", "androgenetic_alopecia", "nappage"),
        )
        connection.executemany(
            "insert into ingredient values (?, ?, ?, ?, ?)",
            [(key, agent, "principal", "5 mg/mL", "1 mL") for agent in ("minoxidil", "biotin")],
        )
        connection.execute("commit")
    took = time.perf_counter() - start
    connection.close()
    return took


def main(rounds: int = ROUNDS, million: str | None = None) -> list[Row]:
    """Return the rows of the table; *million* is the path of the long log."""
    from mesococktail import PrescriptionLog

    rates, lengths = [], []
    folder_of = os.environ.get("MESOCOCKTAIL_BENCH_DIR")
    with TemporaryDirectory(dir=folder_of) as folder:
        short = Path(folder, "short.db")
        with PrescriptionLog.create(short, clinic="bench") as log:
            log.append_many(doctors())
        long = million_log(million)
        for number in range(rounds):
            naive = plain_sqlite3(Path(folder, f"naive{number}.db"), COUNT)
            us = ours(short, COUNT)
            rates.append(naive / us)
            lengths.append(ours(long, COUNT) / us)
    print(f"  ours {us / COUNT * 1e3:.2f} ms, naive {naive / COUNT * 1e3:.2f} ms", file=sys.stderr)
    return [
        Row("one durable prescribe, rate / plain sqlite3", rates, ">= 0.7"),
        Row("the same in a log of 1 000 000, time / in a short log", lengths, "<= 1.2"),
    ]


if __name__ == "__main__":
    report(main())
