"""Every question with every choice, and the bytes of its answer."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mesococktail.research import QUESTIONS, Containing, Study

if TYPE_CHECKING:
    from collections.abc import Iterator

WHERE: dict[str, dict[str, Any]] = {
    "since": {"since": "2023-02", "until": "2024-06-30"},
    "moment": {"since": "2023-02-01T00:00+02:00"},
    "clinic": {"clinic": "clinic-01"},
    "indication": {"indication": "telogen effluvium"},
    "technique": {"technique": "mechanical"},
    "transcribed": {"transcribed": True},
    "dose": {"contains": Containing("biotin", role="complementary", dose=("2 mg", "6 mg"))},
    "class": {"contains": Containing(class_="vitamin")},
    "voided": {"include_voided": True},
    "women": {"sex": "female", "age": (20, 45)},
    "stage": {"stage": "hamilton_norwood III"},
}
"""Narrower studies: each is asked one question, the first of them several."""
SEVERAL = ("combinations", "doses", "by_period", "outcomes", "adverse_events", "sessions")


def asked() -> Iterator[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    """Yield a name for what is asked, the conditions, the question, its options."""
    for question in QUESTIONS.values():
        yield question.name, {}, question.name, {}
        for option in question.options:
            for choice in option.choices:
                if choice != option.default:
                    yield f"{question.name} {option.name}={choice}", {}, question.name, {option.name: choice}
    for place, (name, conditions) in enumerate(WHERE.items()):
        for question_name in ("doses",) if place else SEVERAL:
            yield f"{question_name}, {name}", conditions, question_name, {}


def answer_bytes(study: Study, conditions: dict[str, Any], question: str, options: dict[str, Any]) -> bytes:
    """Return everything in an answer that an engine could have got wrong."""
    answer = study.where(**conditions).ask(question, **options)
    found = {"rows": answer.texts, "attrition": [str(step) for step in answer.attrition]}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def hashes(study: Study) -> dict[str, str]:
    """Return the digest of every answer, by the name of what was asked."""
    return {
        name: sha256(answer_bytes(study, conditions, question, options)).hexdigest()[:16]
        for name, conditions, question, options in asked()
    }
