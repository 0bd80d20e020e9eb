"""Aftercare rules: what a patient is to do, and not to do, after a session, and until when.

The article words all of its rules as prohibitions, two of them as double negatives ("do not leave
without a moisturiser"), so whether to do a thing or not stands beside each. A duration is either a bound
("at least a day") or exactly what was said ("a week").
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

POLARITIES = ("do", "do_not")
BOUNDS = ("at_least", "exactly")


@attrs.frozen(kw_only=True)
class AftercareRule:
    """One instruction to a patient after a session."""

    code: str
    """Also a code of the vocabulary ``aftercare``."""
    version: str
    polarity: str
    """One of `POLARITIES`."""
    text: str
    """The whole instruction, as it is said to the patient."""
    source: str
    duration: str | None = None
    """As it is stated: ``at least 1 day``. None where no duration is stated."""
    bound: str | None = None
    """One of `BOUNDS`; there is one wherever there is a duration."""
    days: int | None = None

    def until(self, at: date) -> date | None:
        """Return the day up to which it holds after a session on the day *at*; None if none is stated."""
        return None if self.days is None else at + timedelta(days=self.days)


def read_aftercare(data: Mapping[str, Any]) -> tuple[AftercareRule, ...]:
    """Build the aftercare rules of the packaged file, which a test holds to its form."""
    sources: Mapping[str, str] = data["sources"]
    return tuple(
        AftercareRule(**line | {"source": sources.get(line["source"], line["source"])})
        for line in data["rules"]
    )
