"""What every test of a refusal needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail.errors import MesococktailError

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(make: Callable[..., object], *args: object, **kwargs: object) -> MesococktailError:
    """Return the error of ours with which *make* refuses; anything else fails the test."""
    with pytest.raises(MesococktailError) as caught:
        make(*args, **kwargs)
    error = caught.value
    assert str(error)
    assert error.findings
    return error
