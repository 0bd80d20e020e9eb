"""What the library tells a program's own log: acts and counts, and never a value from a record."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import LogStorageError
from mesococktail.log import Signer
from mesococktail.records import KINDS
from tests.log.golden import fill
from tests.log.helpers import GIVEN, exported, prescribe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def leaves(value: Any) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str):
        yield value


def test_no_line_has_a_value_from_a_record(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: set[str] = set()
    path = tmp_path / "clinic.db"
    signer = Signer.make(tmp_path / "key.pem")
    with PrescriptionLog.create(path, clinic="riverside", signer=signer, recorded_by="office-4") as log:
        fill(log)
        log.append_many([GIVEN | {"patient": "Q-017"}])
        for entry in log.entries():
            said |= {entry.id, entry.recorded_by or "office-4", entry.reason or entry.id}
            said |= set(leaves(json.loads(entry.document or b"null")))
        log.verify(keys={"dr-a": str(signer.public)})
        log.rebuild()
        log.backup(tmp_path / "copy.db")
        sent = exported(log)
        log.erase(patient="P-COURSE", reason="asked-for-it", authority="the-law-7")
        log.compact()
    PrescriptionLog.restore(tmp_path / "other.db", io.BytesIO(sent)).close()
    said |= {"asked-for-it", "the-law-7"}
    kinds = re.compile(r"\b(?:" + "|".join(KINDS) + r")\b")
    lines = [kinds.sub("", record.getMessage()) for record in caplog.records]
    assert {record.name for record in caplog.records} == {"mesococktail"}
    assert len(lines) > 40
    assert len(said) > 200
    assert [(text, line) for text in said if len(text) > 3 for line in lines if text in line] == []


def test_a_refused_record_leaves_no_line(log: PrescriptionLog, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Exception, match="no doctor of that id"):
        prescribe(log, "P-secret", doctor="dr-secret")
    assert caplog.records == []


def test_each_act_leaves_a_line(log: PrescriptionLog, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    entry = prescribe(log)
    log.amend(entry, attrs.evolve(entry.record, rationale="dry"), reason="missing")
    log.verify()
    log.erase(entry.id, reason="asked", authority="the law")
    assert [record.getMessage() for record in caplog.records] == [
        "entry 7 written: record prescription",
        "entry 8 written: amend prescription",
        "verified: findings 0",
        "entries written: 1, up to entry 9",
        "erased: records 1, documents 2",
    ]


def test_where_nobody_loaded_logging_nothing_is_said(
    log: PrescriptionLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    with monkeypatch.context() as without:
        without.delitem(sys.modules, "logging")
        prescribe(log)
    assert caplog.records == []


def test_a_failing_disk_is_a_warning(
    log: PrescriptionLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    import sqlite3

    class Full(sqlite3.OperationalError):
        sqlite_errorname = "SQLITE_FULL"

    def fails(*_: Any) -> None:
        raise Full("database or disk is full")

    monkeypatch.setattr(log._recorder._writer, "flush", fails)
    with pytest.raises(LogStorageError):
        prescribe(log)
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "the disk failed while writing (SQLITE_FULL); no entry is taken until the log verifies"
    )


def test_a_program_that_does_not_log_is_not_made_to(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from mesococktail.log.diary import WARNING, note\n"
        "note(WARNING, 'x')\n"
        "assert 'logging' not in sys.modules\n"
        "import logging\n"
        "note(WARNING, 'y')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == (b"", b"")
