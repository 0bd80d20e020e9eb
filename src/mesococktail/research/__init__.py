"""Research on one log: engines count, we compute.

Every question is plain SQL that only filters, joins and counts, and exact arithmetic over the counts.
"""

from __future__ import annotations

from mesococktail.research.answer import Answer, Column, Source, Step
from mesococktail.research.conditions import Containing
from mesococktail.research.questions import QUESTIONS, Option, Question
from mesococktail.research.study import Study

__all__ = ("QUESTIONS", "Answer", "Column", "Containing", "Option", "Question", "Source", "Step", "Study")
