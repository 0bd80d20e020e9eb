"""What a campaign is: a test as large as there is time for, and a control that must fail.

A campaign is a module of this package with

- ``TITLE``: what it shows, in a line;
- ``SIZES``: the keyword arguments of ``run`` for ``smoke`` (seconds, in the ordinary test run), ``ci`` and
  ``release``;
- ``run(**size)``: does it and returns an `Outcome`; whatever is in ``wrong`` is a broken promise;
- ``control()``: the same with the thing under test sabotaged; its ``wrong`` must not be empty, or the
  campaign is blind.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol, cast

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Size = Literal["smoke", "ci", "release"]

NAMES: tuple[str, ...] = (
    "damage",
    "tampering",
    "state_machine",
    "power_loss",
    "io_faults",
    "io_compound",
    "kill",
    "load",
    "backups",
    "documents",
    "doses",
    "fuzzing",
)
"""The campaigns, in the order in which they run."""


@attrs.define
class Outcome:
    """What a campaign did, and what went wrong."""

    did: dict[str, int | float | str] = attrs.field(factory=dict)
    """What was counted or measured, by its name; printed as it stands."""
    wrong: list[str] = attrs.field(factory=list)
    """One line for each broken promise, with what it takes to see it again (a seed, a number)."""

    def count(self, name: str, more: int = 1) -> None:
        """Count something."""
        self.did[name] = int(self.did.get(name, 0)) + more


class Campaign(Protocol):
    """A module as described above."""

    TITLE: str
    SIZES: Mapping[Size, Mapping[str, int]]
    run: Callable[..., Outcome]
    control: Callable[[], Outcome]


def campaign(name: str) -> Campaign:
    """Return a campaign by its name."""
    return cast("Campaign", import_module(f"tests.campaigns.{name}"))
