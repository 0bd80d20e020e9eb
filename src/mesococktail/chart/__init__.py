"""One patient's records, read together: courses, doses given, outcomes, adverse events, what is due.

Names are loaded on first use, so that a command pays only for what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.lazy import loader

if TYPE_CHECKING:
    from mesococktail.chart.aftercare import instructions
    from mesococktail.chart.schedule import Due, Window

__all__ = (
    "Due",
    "Window",
    "instructions",
)

_HOME = {
    "Due": "schedule",
    "Window": "schedule",
    "instructions": "aftercare",
}
__getattr__ = loader(__name__, _HOME)
