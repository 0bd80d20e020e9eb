"""One patient's records, read together: courses, doses given, outcomes, adverse events, what is due.

Names are loaded on first use, so that a command pays only for what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.lazy import loader

if TYPE_CHECKING:
    from mesococktail.chart.aftercare import instructions
    from mesococktail.chart.chart import Chart
    from mesococktail.chart.course import Course, CourseSession, DrawToUse
    from mesococktail.chart.doses import AgentDose, DosePart
    from mesococktail.chart.events import Before, EventRead
    from mesococktail.chart.lots import LotRead
    from mesococktail.chart.outcomes import Change, Series
    from mesococktail.chart.schedule import Due, Window
    from mesococktail.chart.timeline import Moment

__all__ = (
    "AgentDose",
    "Before",
    "Change",
    "Chart",
    "Course",
    "CourseSession",
    "DosePart",
    "DrawToUse",
    "Due",
    "EventRead",
    "LotRead",
    "Moment",
    "Series",
    "Window",
    "instructions",
)

_HOME = {
    "AgentDose": "doses",
    "Before": "events",
    "Change": "outcomes",
    "Chart": "chart",
    "Course": "course",
    "CourseSession": "course",
    "DosePart": "doses",
    "DrawToUse": "course",
    "Due": "schedule",
    "EventRead": "events",
    "LotRead": "lots",
    "Moment": "timeline",
    "Series": "outcomes",
    "Window": "schedule",
    "instructions": "aftercare",
}
__getattr__ = loader(__name__, _HOME)
