"""Whole courses of treatment: imported, verified, asked; against the same lines put into one plain table."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mesococktail import PrescriptionLog, Study
from mesococktail.chart import Chart
from tests.benchmarks.bench_verify import WHOLE, in_a_process, yardstick
from tests.benchmarks.measure import Row, peak_mb, report
from tests.benchmarks.workload import START, doctors, prescriptions

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 100_000
SESSIONS = 8
_MEASURES = ("hair_density", "hair_diameter", "hair_count_target")


def courses(count: int, *, seed: int = 11) -> Iterator[dict[str, Any]]:
    """Yield *count* courses: a prescription, its preparation, 8 sessions, 3 outcomes, half an event."""
    rng = random.Random(seed)
    for number, prescription in enumerate(prescriptions(count, varied=False, seed=seed)):
        patient = f"P-{number:06d}"
        at = START + timedelta(minutes=number)
        ids = iter([str(UUID(int=rng.getrandbits(128), version=4)) for _ in range(2)])
        prescribed, prepared = next(ids), next(ids)
        base = {"patient": patient}
        yield (
            prescription
            | base
            | {
                "kind": "prescription",
                "id": prescribed,
                "at": at.isoformat(),
                "plan": f"weekly x{SESSIONS}",
            }
        )
        ingredients: Any = prescription["cocktail"]
        stock = [
            {
                "agent": part["agent"],
                "lot": f"L-{rng.randrange(500)}",
                "expiry": "2031-05",
                "strength": part["strength"],
                "drawn": part["volume"],
            }
            for part in ingredients["ingredients"]
        ]
        linked = base | {"prescription": prescribed}
        yield linked | {
            "kind": "preparation",
            "id": prepared,
            "at": at.isoformat(),
            "prepared_by": "nurse-1",
            "total": "40 mL",
            "stock": stock,
        }
        for week in range(SESSIONS):
            when = (at + timedelta(weeks=week)).isoformat()
            yield linked | {
                "kind": "session",
                "at": when,
                "injected_by": "nurse-2",
                "preparation": prepared,
                "zones": [{"zone": "frontal", "volume": "1.5 mL"}, {"zone": "vertex", "volume": "1 mL"}],
            }
        for measure, unit in zip(_MEASURES, ("hairs/cm2", "um", "hairs"), strict=True):
            value = rng.randrange(60, 200)
            yield linked | {
                "kind": "outcome",
                "at": (at + timedelta(weeks=12)).isoformat(),
                "measure": measure,
                "amount": f"{value} {unit}",
            }
        if number % 2:
            yield base | {
                "kind": "adverse_event",
                "at": (at + timedelta(days=1)).isoformat(),
                "term": "bruising",
            }


def lines(count: int) -> Iterator[str]:
    """Yield the records as lines of JSON."""
    return map(json.dumps, courses(count))


def naive(count: int) -> float:
    """Seconds to put the same lines into one plain table with its patient and time, without any check."""
    said = list(lines(count))
    with TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "naive.db")
        connection.execute("create table record (id integer primary key, kind, patient, at, document)")
        start = time.perf_counter()
        with connection:
            rows = ((one, json.loads(one)) for one in said)
            connection.executemany(
                "insert into record (kind, patient, at, document) values (?, ?, ?, ?)",
                ((read["kind"], read["patient"], read["at"], one) for one, read in rows),
            )
        took = time.perf_counter() - start
        connection.close()
    return took


def make(path: Path, count: int) -> None:
    """Make the log, and leave beside it what the import took: records, seconds, peak memory."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with PrescriptionLog.create(unfinished, clinic="bench") as log:
        log.append_many(doctors())
        start = time.perf_counter()
        taken = log.append_many(lines(count))
        took = time.perf_counter() - start
    path.with_suffix(".took").write_text(json.dumps([taken.appended, took, peak_mb()]))
    unfinished.rename(path)


def courses_log(count: int) -> Path:
    """Return the path of the log, made in a process of its own where it is not there yet."""
    folder = Path(os.environ.get("MESOCOCKTAIL_BENCH_DIR", gettempdir()))
    path = folder / f"mesococktail-courses-{count}.db"
    if not path.exists():
        subprocess.run(  # ourselves
            [sys.executable, "-m", "tests.benchmarks.bench_courses", str(path), str(count)], check=True
        )
    return path


def asked(path: Path, count: int) -> dict[str, float]:
    """Return the seconds of each question, by its name."""
    found: dict[str, float] = {}

    def clock(name: str, times: int, work: Any) -> None:
        start = time.perf_counter()
        for turn in range(times):
            work(turn)
        found[name] = (time.perf_counter() - start) / times

    study = Study(path)
    clock("combinations", 1, lambda _: study.combinations())
    clock("doses of minoxidil", 1, lambda _: study.doses(agent="minoxidil"))
    with PrescriptionLog.open(path, read_only=True) as log:
        clock("one patient's course", 100, lambda turn: Chart(log, f"P-{turn * count // 100:06d}").course())
        clock("who received a lot", 3, lambda turn: log.lot(f"L-{turn}"))
    return found


def main(count: int = COUNT) -> list[Row]:
    """Return the rows of the table."""
    path = courses_log(count)
    records, took, peak = json.loads(path.with_suffix(".took").read_text())
    base = naive(count)
    print(f"  {records} records in {took:.0f} s: {records / took:.0f}/s; naive {base:.1f} s", file=sys.stderr)
    verified, verify_peak = in_a_process(path, WHOLE)
    for name, seconds in asked(path, count).items():
        print(f"  {name}: {seconds * 1000:.1f} ms", file=sys.stderr)
    return [
        Row(f"import of {count} whole courses, rate / one plain table", [base / took], "-"),
        Row("peak memory of that import, MB", [peak], "-"),
        Row("verify it whole, time / sha256 and one read", [verified / yardstick(path)], "-"),
        Row("peak memory of that verify, MB", [verify_peak], "-"),
        Row("file bytes per record", [path.stat().st_size / records], "-"),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        make(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        report(main(*map(int, sys.argv[1:])))
