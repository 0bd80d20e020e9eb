"""Every question agrees with a second, naive implementation on generated logs."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from mesococktail import PrescriptionLog
from mesococktail.research import Study
from tests.research import naive, naive_groups
from tests.research.logs import Story, conditions, make, stories

if TYPE_CHECKING:
    from mesococktail.research import Answer

ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("combinations", {"level": "agents", "digits": 2}),
    ("combinations", {"level": "roles", "digits": 2}),
    ("combinations", {"level": "doses", "digits": 1}),
    ("combinations", {"level": "doses", "digits": 2}),
    ("pairs", {}),
    ("triples", {}),
    ("doses", {"agent": None, "by": "agent"}),
    ("doses", {"agent": None, "by": "combination"}),
    ("doses", {"agent": "biotin", "by": "combination"}),
    ("by_doctor", {"period": None}),
    ("by_doctor", {"period": "month"}),
    ("by_clinic", {}),
    ("by_period", {"period": "month"}),
    ("by_period", {"period": "quarter"}),
    ("by_period", {"period": "year"}),
    ("by_indication", {}),
    ("by_stage", {}),
    ("by_class", {}),
    ("by_premise", {}),
    ("variation", {}),
    ("trends", {"period": "year", "by": "agent"}),
    ("trends", {"period": "quarter", "by": "combination"}),
    ("published", {}),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log with the doctors and nothing else."""
    path = tmp_path_factory.mktemp("research") / "clinic.db"
    make(path).close()
    return path


def adds_up(answer: Answer, records: list[Any]) -> None:
    """Every step leaves what the step before left, less what it dropped; the last leaves what was counted."""
    left: dict[str, int] = {}
    for step in answer.attrition:
        assert isinstance(step.left, int)
        assert isinstance(step.dropped, int)
        if step.counted in left:
            assert step.left == left[step.counted] - step.dropped
        assert step.left >= 0
        left[step.counted] = step.left
    mixed = [record for record in records if record.cocktail is not None]
    whole = {"by_doctor", "by_clinic", "by_period", "by_indication"}
    staged = [r for r in records if r.indication.scale is not None and r.indication.stage is not None]
    counted = staged if answer.question == "by_stage" else records if answer.question in whole else mixed
    assert left["prescriptions"] == len(counted)


@settings(max_examples=120, deadline=None)
@given(story=stories(), where=conditions())
def test_every_question_agrees_with_plain_python(template: Path, story: Story, where: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(template, folder))
        with PrescriptionLog.open(path) as log:
            story.tell(log)
            assert log.verify() == []
            for conditions_set in ({}, {"include_voided": True}, where):
                study = Study(log).where(**conditions_set)
                # A doctor or a name that is not in the log is refused, which has tests of its own.
                records = naive.selected(log, conditions_set)
                for question, options in ASKED:
                    if "doctor" in conditions_set and not log.rows(
                        "SELECT 1 FROM dim_doctor WHERE doctor = ?", (conditions_set["doctor"],)
                    ):
                        continue
                    answer = study.ask(question, **options)
                    module = naive_groups if hasattr(naive_groups, question) else naive
                    assert list(answer.rows) == getattr(module, question)(records, **options)
                    assert all(list(row) == [c.name for c in answer.columns] for row in answer.rows)
                    adds_up(answer, records)
                    assert answer.source.logs[0].head == log.head()
