"""All questions over a million prescriptions with their courses, and ten: a log, its export, many exports.

The yardstick of the questions is `naive_questions`; that of an export is pyarrow writing columns that are
there already. ``python -m tests.benchmarks.bench_lake [PRESCRIPTIONS]``
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from mesococktail import Formulary, PrescriptionLog, Study
from mesococktail.lake import LAKE_TABLES, Lake, export_tables
from mesococktail.research import QUESTIONS
from tests.benchmarks.measure import Row, peak_mb, report
from tests.benchmarks.naive_questions import Naive, normalise
from tests.engines.clinics import clinic, correct

COUNT = 1_000_000
ROUNDS = 3
TIMES = 10


def chain_log(count: int) -> Path:
    """Return a log of so many prescriptions with courses, made in a process of its own if it is not there."""
    folder = Path(os.environ.get("MESOCOCKTAIL_BENCH_DIR", gettempdir()))
    path = folder / f"mesococktail-chain-{count}.db"
    if not path.exists():
        subprocess.run(  # ourselves
            [sys.executable, "-m", "tests.benchmarks.bench_lake", "make", str(path), str(count)], check=True
        )
    return path


def make(path: Path, count: int) -> None:
    """Make the log."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with PrescriptionLog.create(unfinished, clinic="clinic-00") as log:
        log.append_many(map(json.dumps, clinic(0, count)))
        correct(log)
    unfinished.rename(path)


def seconds(source: Path) -> dict[str, float]:
    """Return how long each question takes."""
    Formulary.shipped().published  # noqa: B018  # read once, as the yardstick has its list ready
    took = {}
    with Study(source).opened() as study:
        for name in QUESTIONS:
            start = time.perf_counter()
            assert study.ask(name).rows
            took[name] = time.perf_counter() - start
    return took


def in_a_process(source: Path) -> tuple[float, float]:
    """Return seconds and peak memory of all questions, asked in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_lake", "ask", str(source)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # ourselves
    took, peak = json.loads(said)
    return took, peak


def exported(log: Path, folder: Path) -> tuple[float, float, float]:
    """Export; return the seconds, those of writing ready-made columns, and the bytes of a prescription."""
    start = time.perf_counter()
    export_tables(log, folder)
    ours = time.perf_counter() - start
    files = Lake.open(folder).tables
    tables = {name: pa.concat_tables([read(file) for file in some]) for name, some in files.items()}
    with TemporaryDirectory() as other:
        start = time.perf_counter()
        for name, table in tables.items():
            pq.write_table(table, Path(other) / f"{name}.parquet", compression="zstd")
        base = time.perf_counter() - start
    size = sum(file.stat().st_size for some in files.values() for file in some)
    return ours, base, size / len(tables["fact_prescription"])


def read(file: Path) -> Any:
    """Return the rows of a file, without what its folders say."""
    return pq.ParquetFile(file).read()


def multiplied(export: Path, lake: Path, times: int) -> None:
    """Make as many exports as if so many clinics had the same records."""
    said = json.loads((export / "export.json").read_text())
    for number in range(times):
        folder = lake / f"clinic-{number:02d}"
        files: dict[str, dict[str, Any]] = {}
        for name, some in Lake.open(export).tables.items():
            files[name] = {}
            for place, file in enumerate(some):
                path = folder / name / f"{place}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                pq.write_table(_moved(read(file), name, number), path, compression="zstd")
                said_of_file = {"bytes": path.stat().st_size, "sha256": sha256(path.read_bytes()).hexdigest()}
                files[name][str(path.relative_to(folder))] = said_of_file
        changed = {"clinic_number": said["clinic_number"] + number, "log": f"{number:032x}", "files": files}
        (folder / "export.json").write_text(json.dumps(said | changed))


def _moved(table: Any, name: str, number: int) -> Any:
    """Return the rows as another clinic would have them."""
    for place, column in enumerate(LAKE_TABLES[name].columns):
        by = number << 32 if column.counts_in_log else number if column.name == "number" else 0
        if by and (name != "lake_log" or column.name == "number"):
            moved = pa.compute.add(table.column(place), pa.scalar(by, pa.int64()))
            table = table.set_column(place, column.name, moved)
    return table


def main(count: int = COUNT, rounds: int = ROUNDS) -> list[Row]:
    """Return the rows of the table."""
    log = chain_log(count)
    rows: dict[str, list[float]] = {}

    def add(work: str, ratio: float) -> None:
        rows.setdefault(work, []).append(ratio)

    each: dict[str, list[str]] = {}
    with TemporaryDirectory(dir=log.parent) as name:
        folder = Path(name)
        sizes = []
        for turn in range(rounds):
            export = folder / f"export-{turn}"
            ours, base, size = exported(log, export)
            add(f"export {count} to Parquet, time / pyarrow writing ready-made columns", ours / base)
            sizes.append(size)
            print(f"  export {ours:.1f}/{base:.1f} s", file=sys.stderr)
        rows["Parquet bytes per prescription, with its course"] = sizes
        (folder / "naive").mkdir()
        normalise(export, folder / "naive")
        naive = Naive(folder / "naive")
        for _ in range(rounds):
            base_of, of_log, of_lake = naive.seconds(), seconds(log), seconds(export)
            whole = sum(base_of.values())
            add(
                f"all questions over {count}, SQLite alone, time / naive DuckDB", sum(of_log.values()) / whole
            )
            add(
                f"all questions over {count}, export in DuckDB, time / naive DuckDB",
                sum(of_lake.values()) / whole,
            )
            for question in QUESTIONS:
                figures = (base_of[question], of_log[question], of_lake[question])
                each.setdefault(question, []).append("/".join(f"{figure:.2f}" for figure in figures))
        naive.close()
        for question, said in each.items():
            print(f"  {question}: naive/log/export {', '.join(said)} s", file=sys.stderr)
        lake = folder / "lake"
        multiplied(export, lake, TIMES)
        for _ in range(rounds):
            (once, small), (many, large) = in_a_process(export), in_a_process(lake)
            add(f"all questions over {TIMES} x as many, export in DuckDB, time / time", many / once)
            add("- peak memory of that, MB", large)
            print(f"  {once:.1f} s {small:.0f} MB, {many:.1f} s {large:.0f} MB", file=sys.stderr)
    reach = ("<= 4", "<= 25", "<= 0.5", "<= 0.25", "<= 11", "<= 1000")
    return [Row(work, ratios, to) for (work, ratios), to in zip(rows.items(), reach, strict=True)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["ask"]:
        print(json.dumps([sum(seconds(Path(sys.argv[2])).values()), peak_mb()]))
    else:
        report(main(*map(int, sys.argv[1:])))
