"""The log as it stood at a time."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail.errors import LogReadOnlyError, RecordError, RecordNotFoundError
from tests.log.helpers import prescribe

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail import PrescriptionLog
    from mesococktail.log import Entry


@pytest.fixture
def entry(log: PrescriptionLog) -> Entry:
    """A prescription."""
    return prescribe(log)


def test_the_log_stood_so_before_a_correction(log: PrescriptionLog, entry: Entry) -> None:
    before = log.history(entry)[-1].recorded_at
    log.void(entry, reason="wrong patient")
    with log.as_of(before) as then:
        assert then.get(entry.id).status == "active"
        assert then.verify() == []
    assert log.get(entry.id).status == "voided"


def test_before_the_first_entry_there_was_nothing(log: PrescriptionLog, entry: Entry) -> None:
    with log.as_of("2000-01-01T00:00Z") as then:
        assert len(then) == 0
        with pytest.raises(RecordNotFoundError):
            then.get(entry.id)


def test_the_past_cannot_be_written(log: PrescriptionLog, entry: Entry) -> None:
    with log.as_of(entry.recorded_at) as then, pytest.raises(LogReadOnlyError):
        then.void(entry.id, reason="too late")


@pytest.mark.parametrize("time", ["2025-03", "yesterday", "2025-03-01T10:00", None, 5])
def test_only_a_moment_is_a_time_to_go_back_to(log: PrescriptionLog, time: Any) -> None:
    with pytest.raises(RecordError, match=r"^time: "):
        log.as_of(time)


def test_nothing_is_left_of_it(log: PrescriptionLog, entry: Entry, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folders = set(tmp_path.iterdir())
    with log.as_of(entry.recorded_at) as then:
        assert then.path.exists()
    assert set(tmp_path.iterdir()) == folders
    monkeypatch.setattr("mesococktail.log.as_of.restore", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        log.as_of(entry.recorded_at)
    assert set(tmp_path.iterdir()) == folders
