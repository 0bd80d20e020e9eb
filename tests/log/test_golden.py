"""A log written in format 1 is read for ever: the sample in ``tests/golden`` restores to its own head."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

from mesococktail import PrescriptionLog
from mesococktail.records import KINDS, FieldType, document, fields_of, values_of
from tests.log.golden import SAMPLE, fill
from tests.log.helpers import exported, star

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_sample_restores_to_the_head_it_was_exported_with(tmp_path: Path) -> None:
    sample = SAMPLE.read_bytes()
    end = json.loads(sample.splitlines()[-1])
    with PrescriptionLog.restore(tmp_path / "v1.db", io.BytesIO(sample)) as log:
        assert log.verify() == []
        assert len(log) == end["end"]
        assert log.rows("SELECT hash FROM entry ORDER BY seq DESC LIMIT 1") == [(bytes.fromhex(end["hash"]),)]
        assert exported(log) == sample
        before = star(log)
        log.rebuild()
        assert star(log) == before


def test_every_document_of_the_sample_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    with PrescriptionLog.restore(tmp_path / "v1.db", io.BytesIO(SAMPLE.read_bytes())) as log:
        written = [
            (entry.document, document(entry.record)) for entry in log.entries() if entry.document is not None
        ]
    assert len(written) > 20
    assert [before for before, _ in written] == [after for _, after in written]


def test_the_sample_has_every_field_of_every_kind(tmp_path: Path) -> None:
    with PrescriptionLog.restore(tmp_path / "v1.db", io.BytesIO(SAMPLE.read_bytes())) as log:
        said = {
            (entry.kind, re.sub(r"\[[0-9]+\]", "[]", path))
            for entry in log.entries()
            if entry.document is not None
            for path, _, value in values_of(entry.record)
            if value != ()
        }
    assert {(kind, path) for kind, cls in KINDS.items() for path in _paths(cls)} <= said


def _paths(kind: type, path: str = "") -> Iterator[str]:
    for field in fields_of(kind):
        where = f"{path}.{field.name}" if path else field.name
        if field.group is None:
            yield where
        else:
            yield from _paths(field.group, f"{where}[]" if field.type is FieldType.GROUPS else where)


def test_what_the_sample_holds_is_what_would_be_written_today(tmp_path: Path) -> None:
    with (
        PrescriptionLog.restore(tmp_path / "v1.db", io.BytesIO(SAMPLE.read_bytes())) as sample,
        PrescriptionLog.create(tmp_path / "today.db", clinic="riverside") as today,
    ):
        fill(today)
        assert [(one.act, one.kind, one.version) for one in sample.entries()] == [
            (one.act, one.kind, one.version) for one in today.entries()
        ]
