"""Import of prescriptions from JSON lines, against what a user writes today."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.measure import Row, report
from tests.benchmarks.workload import doctors, lines

COUNT = 50_000
ROUNDS = 5


def ours(path: Path, given: list[str]) -> float:
    from mesococktail import PrescriptionLog

    with PrescriptionLog.create(path, clinic="bench") as log:
        log.append_many(doctors())
        start = time.perf_counter()
        log.append_many(given)
        return time.perf_counter() - start


NAIVE = """
create table prescription
  (id text primary key, patient text, doctor text, at text, indication text, delivery text);
create table ingredient
  (prescription text references prescription (id), agent text, role text, strength text, volume text);
create index by_doctor on prescription (doctor);
create index by_patient on prescription (patient);
create index by_prescription on ingredient (prescription);
"""


def plain_sqlite3(path: Path, given: list[str], read: object = None) -> float:
    """The yardstick: the same prescriptions by executemany in two naive tables, no checks."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("pragma synchronous = extra;" + NAIVE)
    start = time.perf_counter()
    records, parts = [], []
    for line in given:
        one = json.loads(line)
        key = str(uuid.uuid4())
        records.append((key, one["patient"], one["doctor"], one["at"], one["indication"], one["delivery"]))
        for part in one["cocktail"]["ingredients"]:
            if callable(read):
                read(part["strength"])
                read(part["volume"])
            parts.append((key, part["agent"], part["role"], part["strength"], part["volume"]))
    connection.execute("begin immediate")
    connection.executemany("insert into prescription values (?, ?, ?, ?, ?, ?)", records)
    connection.executemany("insert into ingredient values (?, ?, ?, ?, ?)", parts)
    connection.execute("commit")
    took = time.perf_counter() - start
    connection.close()
    return took


def pint_script(path: Path, given: list[str]) -> float:
    """The other yardstick: each amount read by pint's default registry, then sqlite3."""
    import pint

    registry: Any = pint.UnitRegistry()
    return plain_sqlite3(path, given, registry.Quantity)


def main(rounds: int = ROUNDS, count: int = COUNT) -> list[Row]:
    rows = []
    for varied in (False, True):
        given = lines(count, varied=varied)
        some = given[: count // 10]
        plain, pints = [], []
        for number in range(rounds):
            with TemporaryDirectory() as folder:
                us = ours(Path(folder, "ours.db"), given)
                naive = plain_sqlite3(Path(folder, "naive.db"), given)
                plain.append(naive / us)
                if number == 0 or rounds > 1:
                    pints.append(pint_script(Path(folder, "pint.db"), some) * 10 / us)
                print(
                    f"  ours {us / count * 1e6:.0f} us, naive {naive / count * 1e6:.0f} us", file=sys.stderr
                )
        name = "varied" if varied else "repetitive"
        rows += [
            Row(f"import {count}, {name}, rate / plain sqlite3", plain, ">= 0.35"),
            Row(f"import {count}, {name}, rate / pint script", pints, ">= 15"),
        ]
    return rows


if __name__ == "__main__":
    report(main(*map(int, sys.argv[1:])))
