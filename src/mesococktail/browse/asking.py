"""A question asked through a page: what was filled in, and the answer or why it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.errors import MesococktailError
from mesococktail.research import Study

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mesococktail.research import Question

FILTERS = {
    "since": "First day, month or year, such as 2025-01.",
    "until": "Last day, month or year, which is included.",
    "doctor": "Id of the doctor who prescribed.",
    "indication": "Any name of what is treated.",
    "with": "Any name of an agent that is in the cocktail.",
}
"""What narrows any question, and what it means."""

_LONGEST_NUMBER = 12
"""Digits: no option is near that, and Python reads no number of thousands."""


def asked(path: Path, question: Question, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer, and what is wrong with a choice where there is none.

    Args:
        path: Of the log, which is opened for reading and closed.
        question: What is asked.
        given: What was filled in, by `FILTERS` and by the names of the question's options.
    """
    chosen: dict[str, Any] = {}
    for option in question.options:
        text = given[option.name]
        if text:
            number = option.least is not None and text.isdecimal() and len(text) < _LONGEST_NUMBER
            chosen[option.name] = int(text) if number else text
    narrowed = {"agent" if name == "with" else name: given[name] or None for name in FILTERS}
    try:
        study = Study(path).where(**narrowed)  # type: ignore[arg-type]  # each is a text, where it is given
        return {"answer": study.ask(question.name, **chosen), "refused": None}
    except MesococktailError as error:
        return {"answer": None, "refused": str(error)}
