"""Medians of ratios, in one table."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import NamedTuple


class Row(NamedTuple):
    """One figure: what was measured against which yardstick, each round's ratio, and what it should reach."""

    work: str
    ratios: list[float]
    reach: str


def report(rows: list[Row]) -> None:
    """Print the table."""
    for work, ratios, reach in rows:
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}" if len(ratios) > 1 else ""
        print(f"| {work} | {median(ratios):.2f} | {spread} | {reach} |")


def peak_mb() -> float:
    """Return the most memory that this process has held since it was started, in MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
