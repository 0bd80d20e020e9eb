"""Sessions, outcomes and harm agree with a second, naive implementation on generated logs."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail import PrescriptionLog
from mesococktail.research import Study
from tests.research import naive_courses as naive
from tests.research.course_stories import CourseStory, course_stories
from tests.research.logs import make

if TYPE_CHECKING:
    from mesococktail.research import Answer

WINDOWS = {"baseline_before": 6, "baseline_after": 1, "follow_up_from": 20, "follow_up_until": 45}
NARROW = {"baseline_before": 0, "baseline_after": 0, "follow_up_from": 1, "follow_up_until": 60}
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"include_voided": True},
    {"agent": "minoxidil"},
    {"since": "2024-12-21", "until": "2025-06"},
    {"transcribed": False},
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log with the doctors and nothing else."""
    path = tmp_path_factory.mktemp("courses") / "clinic.db"
    make(path).close()
    return path


def adds_up(answer: Answer) -> None:
    """Every step leaves what the step before left, less what it dropped."""
    left: dict[str, int] = {}
    for step in answer.attrition:
        assert isinstance(step.left, int)
        assert isinstance(step.dropped, int)
        if step.counted in left:
            assert step.left == left[step.counted] - step.dropped
        assert step.left >= 0
        left[step.counted] = step.left


@settings(max_examples=100, deadline=None)
@given(
    story=course_stories(),
    where=st.sampled_from(CONDITIONS),
    windows=st.sampled_from((WINDOWS, NARROW)),
    repeated=st.sampled_from(("last", "first", "mean")),
    measure=st.sampled_from((None, None, "hair density")),
    by=st.sampled_from(("combination", "agent")),
    window=st.sampled_from((0, 1, 5, 30)),
)
def test_courses_agree_with_plain_python(
    template: Path,
    story: CourseStory,
    where: dict[str, Any],
    windows: dict[str, int],
    repeated: str,
    measure: str | None,
    by: str,
    window: int,
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(template, folder))
        with PrescriptionLog.open(path) as log:
            story.tell(log)
            study, clinic = Study(log).where(**where), naive.Clinic(log, where)
            asked: dict[str, dict[str, Any]] = {
                "sessions": {},
                "outcomes": {"measure": measure, "repeated": repeated, **windows},
                "adverse_events": {"by": by, "window": window},
            }
            for question, options in asked.items():
                answer = study.ask(question, **options)
                expected = getattr(naive, question)(clinic, **options)
                assert list(answer.rows) == expected
                assert all(list(row) == [c.name for c in answer.columns] for row in answer.rows)
                adds_up(answer)
