"""How long commands take from the shell, against ``sqlite-utils --help``, the bar our users know."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measure import Row, report

ROUNDS = 15
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"


def seconds(*command: str) -> float:
    """Seconds of one command in a process of its own."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # our own commands
    return time.perf_counter() - start


def main(rounds: int = ROUNDS) -> list[Row]:
    """Return the rows of the table."""
    folder_of = Path(sys.executable).parent
    meso, sqlite_utils = str(folder_of / "mesococktail"), str(folder_of / "sqlite-utils")
    with TemporaryDirectory() as folder:
        db = str(Path(folder, "clinic.db"))
        seconds(meso, "init", db, "--clinic", "bench", "--doctor", "dr-a", "--name", "A. Physician")
        prescribe = (
            meso,
            "prescribe",
            LINE,
            "--db",
            db,
            "-p",
            "P-1",
            "--doctor",
            "dr-a",
            "--for",
            "alopecia areata",
        )
        seconds(*prescribe)
        commands = {
            "mesococktail --help": ((meso, "--help"), "<= 0.5"),
            "list, on a small log": ((meso, "list", "--db", db), "<= 1.0"),
            "study combinations, on a small log": ((meso, "study", "combinations", "--db", db), "<= 1.0"),
            "prescribe": (prescribe, "<= 2"),
        }
        ratios: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            base = seconds(sqlite_utils, "--help")
            for name, (command, _) in commands.items():
                ratios[name].append(seconds(*command) / base)
    return [Row(f"{name}, time / sqlite-utils --help", ratios[name], commands[name][1]) for name in commands]


if __name__ == "__main__":
    report(main())
