"""How long commands take from the shell, against ``sqlite-utils --help``, the bar our users know."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measure import Row, report

ROUNDS = 15
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"


def environment(folder: str) -> dict[str, str]:
    """Return one in which every package is compiled once and kept, as pip does where it installs one.

    From a checkout, where Python may not write what it compiled, ours alone would be compiled each time.
    """
    return {name: said for name, said in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPYCACHEPREFIX": str(Path(folder, "compiled"))
    }


def seconds(environ: dict[str, str], *command: str) -> float:
    """Seconds of one command in a process of its own."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environ)  # our own commands
    return time.perf_counter() - start


def main(rounds: int = ROUNDS) -> list[Row]:
    """Return the rows of the table."""
    folder_of = Path(sys.executable).parent
    meso, sqlite_utils = str(folder_of / "mesococktail"), str(folder_of / "sqlite-utils")
    with TemporaryDirectory() as folder:
        db, environ = str(Path(folder, "clinic.db")), environment(folder)
        seconds(environ, meso, "init", db, "--clinic", "bench", "--doctor", "dr-a", "--name", "A. Physician")
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
        commands = {
            "mesococktail --help": ((meso, "--help"), "<= 0.5"),
            "list, on a small log": ((meso, "list", "--db", db), "<= 1.0"),
            "study combinations, on a small log": ((meso, "study", "combinations", "--db", db), "<= 1.0"),
            "prescribe": (prescribe, "<= 2"),
        }
        ratios: dict[str, list[float]] = {name: [] for name in commands}
        for command in ((sqlite_utils, "--help"), *(command for command, _ in commands.values())):
            seconds(environ, *command)
        for _ in range(rounds):
            base = seconds(environ, sqlite_utils, "--help")
            for name, (command, _) in commands.items():
                ratios[name].append(seconds(environ, *command) / base)
    return [Row(f"{name}, time / sqlite-utils --help", ratios[name], commands[name][1]) for name in commands]


if __name__ == "__main__":
    report(main())
