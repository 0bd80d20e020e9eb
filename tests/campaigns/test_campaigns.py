"""Every campaign at its smallest size keeps every promise, and its control shows that it can see."""

from __future__ import annotations

import pytest

from tests.campaigns.campaign import NAMES, campaign


@pytest.mark.parametrize("name", NAMES)
def test_no_promise_is_broken(name: str) -> None:
    one = campaign(name)
    assert one.run(**one.SIZES["smoke"]).wrong == []


@pytest.mark.campaign
@pytest.mark.parametrize("name", NAMES)
def test_a_sabotaged_log_is_seen(name: str) -> None:
    assert campaign(name).control().wrong != []
