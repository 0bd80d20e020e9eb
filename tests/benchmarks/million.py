"""The log of a million prescriptions that several benchmarks share; made once, in a folder of your choice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import gettempdir

from tests.benchmarks.workload import doctors, prescriptions

COUNT = 1_000_000


def million_log(path: str | Path | None = None, count: int = COUNT) -> Path:
    """Return the path of the log, made in a process of its own where it is not there yet."""
    folder = Path(os.environ.get("MESOCOCKTAIL_BENCH_DIR", gettempdir()))
    where = Path(path) if path is not None else folder / f"mesococktail-bench-{count}.db"
    if not where.exists():
        subprocess.run(  # ourselves
            [sys.executable, "-m", "tests.benchmarks.million", str(where), str(count)], check=True
        )
    return where


def make(path: Path, count: int) -> None:
    """Make the log as a stream, half of it repetitive and half varied; say what it took."""
    from mesococktail import PrescriptionLog
    from tests.benchmarks.measure import peak_mb

    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    halves = (prescriptions(count // 2, varied=varied) for varied in (False, True))
    start = time.perf_counter()
    with PrescriptionLog.create(unfinished, clinic="bench") as log:
        log.append_many(doctors())
        log.append_many(json.dumps(one) for half in halves for one in half)
    took = time.perf_counter() - start
    path.with_suffix(".peak").write_text(str(peak_mb()))
    unfinished.rename(path)
    print(f"  {count} made and imported in {took:.0f} s, peak memory {peak_mb():.0f} MB", file=sys.stderr)


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
