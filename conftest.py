"""Makes tests of the blocks in README and docs; see ``tests/documented.py``. Hands tests to the cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from sybil import Sybil
from xdist.scheduler import LoadScopeScheduling

from tests.documented import Blocks, setup, teardown

if TYPE_CHECKING:
    import pytest
    from xdist.remote import Producer

# Machines are shared: no test may fail because its machine was slow. A campaign loads a profile of its own.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if settings.get_current_profile_name() == "default":
    settings.load_profile("shared")

pytest_collect_file = Sybil(
    parsers=[Blocks()],
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    excludes=["docs/_build/**"],
    setup=setup,
    teardown=teardown,
).pytest()


class ByPage(LoadScopeScheduling):
    """Lets one core run all blocks of a page, as each goes on from those before it."""

    def _split_scope(self, nodeid: str) -> str:
        page = nodeid.partition("::")[0]
        return page if page.endswith(".md") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPage:
    """Return what hands out the tests."""
    return ByPage(config, log)
