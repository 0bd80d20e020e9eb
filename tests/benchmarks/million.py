"""The log of a million prescriptions that several benchmarks share; made once, in a folder of your choice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import gettempdir

from tests.benchmarks.workload import doctors, lines

COUNT = 1_000_000
_CHUNK = 50_000


def million_log(path: str | Path | None = None, count: int = COUNT) -> Path:
    """Return the path of the log, made in a process of its own where it is not there yet."""
    folder = Path(os.environ.get("MESOCOCKTAIL_BENCH_DIR", gettempdir()))
    where = Path(path) if path is not None else folder / f"mesococktail-bench-{count}.db"
    if not where.exists():
        subprocess.run(  # noqa: S603  # ourselves
            [sys.executable, "-m", "tests.benchmarks.million", str(where), str(count)], check=True
        )
    return where


def make(path: Path, count: int) -> None:
    """Make the log; half of it repetitive, half varied. Say how fast and in how much memory."""
    from mesococktail import PrescriptionLog
    from tests.benchmarks.measure import peak_mb

    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    took = 0.0
    with PrescriptionLog.create(unfinished, clinic="bench") as log:
        log.append_many(doctors())
        for start in range(0, count, _CHUNK):
            given = lines(min(_CHUNK, count - start), varied=start % (2 * _CHUNK) == 0, seed=start)
            before = time.perf_counter()
            log.append_many(given)
            took += time.perf_counter() - before
            del given
    unfinished.rename(path)
    print(f"{count} prescriptions in {took:.0f} s, {path.stat().st_size / count:.0f} bytes each", file=sys.stderr)
    print(f"peak memory {peak_mb():.0f} MB, with the lines of the workload", file=sys.stderr)


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
