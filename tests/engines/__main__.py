"""All questions on all four engines: ``python -m tests.engines [SIZE] [--folder DIR] [--write]``.

Fails if an engine is missing, if two disagree in a byte, or if an answer is not the golden one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.engines.asking import hashes
from tests.engines.clinics import make_chain
from tests.engines.engines import CSV, ENGINES, PARQUET

SIZES = {"smoke": (3, 120), "ci": (20, 50_000)}
"""Clinics, and prescriptions of each."""
GOLDEN = Path(__file__).with_name("golden.json")


def main() -> int:
    """Compare the answers; return how many are wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=SIZES, nargs="?", default="ci")
    parser.add_argument("--folder", type=Path, help="keep the exports here, and use those that are here")
    parser.add_argument("--write", action="store_true", help="take the answers of the first engine as golden")
    given = parser.parse_args()
    clinics, count = SIZES[given.size]
    with TemporaryDirectory() as temporary:
        chain = given.folder or Path(temporary)
        start = time.perf_counter()
        make_chain(chain, clinics, count, (PARQUET, CSV))
        took = time.perf_counter() - start
        print(f"{clinics} clinics x {count} prescriptions made and exported in {took:.0f} s", flush=True)
        found = {}
        for name, engine in ENGINES.items():
            start = time.perf_counter()
            with engine(chain) as study:
                loaded = time.perf_counter()
                found[name] = hashes(study)
            ready, took = loaded - start, time.perf_counter() - loaded
            print(
                f"{name}: {len(found[name])} answers, ready in {ready:.0f} s, asked in {took:.0f} s",
                flush=True,
            )
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if given.write:
        golden[given.size] = next(iter(found.values()))
        GOLDEN.write_text(json.dumps(golden, indent=1) + "\n")
    wrong = [
        f"{engine}: {name}"
        for engine, answers in found.items()
        for name, digest in {**golden[given.size], **answers}.items()
        if digest != golden[given.size].get(name)
    ]
    print(*wrong, f"{len(wrong)} answers differ", sep="\n")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
