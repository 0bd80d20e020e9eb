"""Makes tests of the blocks in README and docs; see ``tests/documented.py``."""

from sybil import Sybil

from tests.documented import Blocks, setup, teardown

pytest_collect_file = Sybil(
    parsers=[Blocks()],
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    excludes=["docs/_build/**"],
    setup=setup,
    teardown=teardown,
).pytest()
