"""Named plans: courses of sessions as somebody states them, with what they say to expect and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen(kw_only=True)
class NamedPlan:
    """A course of sessions under a name, attributed to who states it."""

    code: str
    version: str
    name: str
    text: str
    """When the sessions are, as ``Plan.parse`` reads it: ``weekly x16-18``."""
    source: str
    session_duration: str | None = None
    """How long one session takes, as stated: ``about 30 min``."""
    no_result_before: int | None = None
    """Sessions before which its source says no result is to be seen."""
    lasts_months: tuple[int, int] | None = None
    """Fewest and most months that results are said to last."""
    touch_up_after_months: tuple[int, int] | None = None
    """Fewest and most months after which a touch-up is said to be due."""
    note: str | None = None
    """How its text was made from what is stated."""


def read_plans(data: Mapping[str, Any]) -> tuple[NamedPlan, ...]:
    """Build the plans of the packaged file, which a test holds to its form."""
    sources: Mapping[str, str] = data["sources"]

    def plan(line: Mapping[str, Any]) -> NamedPlan:
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in line.items()}
        return NamedPlan(**given | {"source": sources.get(line["source"], line["source"])})

    return tuple(plan(line) for line in data["plans"])
