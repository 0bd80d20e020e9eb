"""A pytest plugin of `tests.campaigns.mutants`: notes what each test covers and takes, or runs chosen tests.

With ``MUTANTS_TIMES`` set to a path, the seconds of each test that passed are written there, and coverage,
where it runs, keeps the lines of each test apart. With ``MUTANTS_CHOSEN`` set to a path, only the tests
listed there run, in that order. Either way hypothesis draws the same examples each time, and takes none for
too slow.
"""

from __future__ import annotations

import json
import os
import resource
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import coverage
import pytest
from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from collections.abc import Generator

TIMES, CHOSEN = "MUTANTS_TIMES", "MUTANTS_CHOSEN"
_MOST_BYTES = 4 << 30

settings.register_profile(
    "mutants",
    database=None,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # nobody reads the example that killed a mutant
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")

_seconds: defaultdict[str, float] = defaultdict(float)
_failed: set[str] = set()


def pytest_configure() -> None:
    """Let a mutant that eats memory die of it alone."""
    if CHOSEN in os.environ:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the chosen tests, in their order."""
    if CHOSEN in os.environ:
        chosen = json.loads(Path(os.environ[CHOSEN]).read_text(encoding="utf-8"))
        place = {name: number for number, name in enumerate(chosen)}
        kept = [item for item in items if item.nodeid in place]
        items[:] = sorted(kept, key=lambda item: place[item.nodeid])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep the lines of this test apart."""
    measuring = coverage.Coverage.current()
    if measuring is not None:
        measuring.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test took."""
    _seconds[report.nodeid] += report.duration
    if not report.passed:
        _failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    """Write the times of the tests that passed."""
    if TIMES in os.environ:
        times = {name: each for name, each in _seconds.items() if name not in _failed}
        Path(os.environ[TIMES]).write_text(json.dumps(times), encoding="utf-8")
