"""A few pages of a small log in a real browser; ``python -m tests.browse.chromium`` looks at a large one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail import examples
from mesococktail.browse.dashboard import DASHBOARD
from tests.browse.chromium import EMPTY, PICTURE, a_prescription, browser, document_of, looked_at, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(browser() is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("chromium") / "demo.db"
    examples.make_demo_log(path).close()
    with served(path) as address:
        yield address


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the browser asks for by itself."""
    return set(looked_at(EMPTY, 390, tmp_path_factory.mktemp("own") / "empty.png"))


@pytest.mark.parametrize("page", ["/-/dashboards/clinic", "/log/prescription", "/log/fact_prescription/"])
def test_a_page_asks_nothing_of_another_machine(
    address: str, own: set[str], tmp_path: Path, page: str
) -> None:
    key = a_prescription(address) if page.endswith("/") else ""
    assert set(looked_at(f"{address}{page}{key}", 390, tmp_path / "page.png")) <= own
    assert (tmp_path / "page.png").stat().st_size > 5000


def test_it_would_be_seen_if_one_did(own: set[str], tmp_path: Path) -> None:
    page = "data:text/html,<img src=http://elsewhere.example/x.png>"
    assert set(looked_at(page, 390, tmp_path / "page.png")) - own == {"elsewhere.example"}


def test_every_picture_of_the_dashboard_is_drawn(address: str) -> None:
    assert document_of(f"{address}/-/dashboards/clinic").count(PICTURE) == len(DASHBOARD["charts"])
