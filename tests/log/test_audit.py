"""What an inspector asks of a record or a patient: every act with who, when, why, old and new value."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import Outcome, PrescriptionLog
from mesococktail.errors import RecordError, RecordNotFoundError
from mesococktail.log.audit import told
from tests.log.helpers import damaging, prescribe

if TYPE_CHECKING:
    from pathlib import Path

WHY = {"reason": "asked for it", "authority": "GDPR art. 17"}


def amended(log: PrescriptionLog, which: Any, **changes: Any) -> Any:
    return log.amend(which, attrs.evolve(log.get(which).record, **changes), reason="was missing")


def outcome(log: PrescriptionLog, patient: str = "P-1") -> Any:
    made: Any = Outcome
    return log.record(
        made(patient=patient, at="2025-06-01T10:00+04:00", measure="hair density", amount="163 hairs/cm2")
    )


def test_a_record_is_audited_with_all_its_entries(log: PrescriptionLog) -> None:
    entry = prescribe(log, "P-new")
    amended(log, entry, rationale="dry scalp")
    prescribe(log, "P-other")
    log.void(entry.id, reason="wrong patient")
    assert log.audit(entry) == log.audit(entry.id) == log.history(entry)
    assert [one.act for one in log.audit(entry)] == ["record", "amend", "void"]


def test_a_patient_is_audited_over_every_kind_in_log_order_voided_as_well(log: PrescriptionLog) -> None:
    known = len(log.audit(patient="P-1"))
    first = prescribe(log, "P-1")
    seen = outcome(log)
    prescribe(log, "P-other")
    mended = amended(log, first, rationale="dry scalp")
    voided = log.void(seen, reason="another patient's")
    found = log.audit(patient="P-1")[known:]
    assert found == [first, seen, mended, voided]
    assert [(one.act, one.kind) for one in found] == [
        ("record", "prescription"),
        ("record", "outcome"),
        ("amend", "prescription"),
        ("void", "outcome"),
    ]


def test_who_is_not_in_the_log_is_not_audited_and_the_nearest_is_named(log: PrescriptionLog) -> None:
    prescribe(log, "P-2041")
    with pytest.raises(
        RecordNotFoundError, match=r"^patient: P-2014: has no record in this log; did you mean P-2041\?$"
    ):
        log.audit(patient="P-2014")
    with pytest.raises(RecordNotFoundError, match=r"^patient: zzz: has no record in this log$"):
        log.audit(patient="zzz")
    with pytest.raises(RecordNotFoundError, match="no record of that id"):
        log.audit("0190b5b2-0000-7000-8000-000000000000")


@pytest.mark.parametrize("given", [{}, {"which": "x", "patient": "P-1"}])
def test_either_a_record_or_a_patient_is_audited(log: PrescriptionLog, given: dict[str, str]) -> None:
    with pytest.raises(RecordError, match="name either a record or a patient"):
        log.audit(**given)


@pytest.mark.parametrize("patient", ["a\nb", 5, b"P-1"])
def test_what_is_no_id_is_refused(log: PrescriptionLog, patient: Any) -> None:
    with pytest.raises(RecordError, match=r"^patient: .* must be an id$"):
        log.audit(patient=patient)


def test_a_new_record_is_told_with_every_value_and_a_correction_with_old_and_new(
    log: PrescriptionLog,
) -> None:
    entry = outcome(log)
    amended(log, entry, amount="136 hairs/cm2", zone="vertex")
    new, correction = told(log.audit(entry))
    assert [(one.path, one.before, one.after) for one in new.changes] == [
        ("patient", None, "P-1"),
        ("at", None, "2025-06-01T10:00:00+04:00"),
        ("measure", None, "hair_density"),
        ("amount", None, "163 hairs/cm2"),
    ]
    assert list(map(str, correction.changes)) == [
        "amount: 163 hairs/cm2 -> 136 hairs/cm2",
        "zone: (nothing) -> vertex",
    ]


def test_a_correction_after_a_stop_is_told_against_the_last_content(log: PrescriptionLog) -> None:
    entry = prescribe(log, "P-1")
    log.stop(entry, reason="moved away")
    amended(log, entry.id, rationale="dry scalp")
    assert [list(map(str, one.changes)) for one in told(log.audit(entry))][1:] == [
        [],
        ["rationale: (nothing) -> dry scalp"],
    ]


def test_what_was_erased_says_by_which_entry_and_on_what_authority(log: PrescriptionLog) -> None:
    entry = prescribe(log, "P-gone")
    amended(log, entry, rationale="dry scalp")
    log.void(entry.id, reason="twice")
    [act] = log.erase(entry.id, **WHY).entries
    found = list(told(log.audit(entry)))
    assert [(one.entry.act, one.erased_by, one.changes) for one in found] == [
        ("record", act.seq, ()),
        ("amend", act.seq, ()),
        ("void", None, ()),
        ("erase", None, ()),
    ]
    assert found[-1].entry.authority == "GDPR art. 17"
    assert all(one.entry.document is None for one in found[:-1])


def test_a_patient_who_was_erased_is_in_the_log_no_more(log: PrescriptionLog) -> None:
    entry = prescribe(log, "P-gone")
    log.erase(patient="P-gone", **WHY)
    with pytest.raises(RecordNotFoundError, match="has no record in this log"):
        log.audit(patient="P-gone")
    assert [one.act for one in log.audit(entry.id)] == ["record", "erase"]


def test_a_damaged_document_does_not_keep_the_rest_from_being_told(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        entry = prescribe(log, "P-1")
        amended(log, entry, rationale="dry scalp")
    with damaging(path) as sqlite:
        sqlite.execute("UPDATE payload SET document = '{' WHERE seq = ?", (entry.seq,))
    with PrescriptionLog.open(path, read_only=True) as log:
        found = list(told(log.audit(entry.id)))
    assert [one.readable for one in found] == [False, True]
    assert "rationale" in {change.path for change in found[1].changes}


def test_a_restored_log_is_audited_the_same(log: PrescriptionLog, tmp_path: Path) -> None:
    amended(log, next(iter(log.prescriptions(patient="P-1"))), rationale="dry scalp")
    stream = io.BytesIO()
    log.export(stream)
    stream.seek(0)
    with PrescriptionLog.restore(tmp_path / "b.db", stream) as other:
        assert other.audit(patient="P-1") == log.audit(patient="P-1")
