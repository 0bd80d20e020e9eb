"""Erasing by law: the text is in no byte of the file, and the log still verifies and says what was done."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import Doctor, PrescriptionLog
from mesococktail.errors import (
    ConflictError,
    LogReadOnlyError,
    LogStorageError,
    RecordErasedError,
    RecordError,
    RecordNotFoundError,
    TransferError,
)
from mesococktail.log import chain
from mesococktail.log import verify as verify_module
from mesococktail.records import KINDS, fields_of
from tests.courses import whole_course
from tests.log.helpers import codes, damaging, exported, prescribe, star

if TYPE_CHECKING:
    from pathlib import Path

WHY: dict[str, Any] = {"reason": "asked to be forgotten", "authority": "GDPR art. 17, request 4 of 2026"}
MARK = "ZQXJ-7731"
NOTED = [kind for kind, cls in KINDS.items() if "note" in {field.name for field in fields_of(cls)}]


def traces(path: Path, text: str = MARK) -> list[str]:
    """Return the files beside the log, and itself, in which a text can be read."""
    return [one.name for one in path.parent.iterdir() if text.encode() in one.read_bytes()]


def marked(record: Any) -> Any:
    """Return a record with the mark in its note."""
    return attrs.evolve(record, note=f"{MARK} {record.note or ''}")


@pytest.mark.parametrize("kind", NOTED)
def test_a_text_of_any_kind_of_record_is_in_no_byte_afterwards(path: Path, kind: str) -> None:
    with PrescriptionLog.open(path) as log:
        entry = next(one for one in whole_course(log).values() if one.kind == kind)
        log.amend(entry, marked(entry.record), reason="more is known")
        assert traces(path) == ["clinic.db"]
        patient = getattr(entry.record, "patient", None)
        done = log.erase(patient=patient, **WHY) if patient else log.erase(entry.id, **WHY)
        assert entry.id in {one.id for one in done.entries}
        assert log.verify() == []
    assert traces(path) == []


def test_a_doctor_without_records_can_be_erased(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        entry = log.register(Doctor(id="dr-q", name=MARK))
        log.erase(entry, **WHY)
        assert "dr-q" not in {one.record.id for one in log.doctors()}
        assert log.verify() == []
    assert traces(path) == []
    assert traces(path, "dr-q") == []


def test_every_kind_has_a_text_that_the_tests_above_erase() -> None:
    assert set(KINDS) - set(NOTED) == {"doctor", "prescription"}


def test_a_prescription_is_erased_with_every_version_of_it(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        entry = prescribe(log, "P-gone", rationale=f"{MARK} first")
        log.amend(entry, attrs.evolve(entry.record, rationale=f"{MARK} second"), reason="misspelt")
        done = log.erase(entry.id, **WHY)
        assert done.documents == 2
        assert [one.document is None for one in log.history(entry)] == [True, True, False]
        assert all(one.record is None for one in log.history(entry))
        assert log.verify() == []
    assert traces(path) == traces(path, "P-gone") == []


def test_the_salt_goes_with_the_text_so_that_what_is_left_cannot_be_guessed_at(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        [(salt,)] = log.rows("SELECT salt FROM payload WHERE seq = 3")
        [(committed,)] = log.rows("SELECT commitment FROM entry WHERE seq = 3")
        log.erase(list(log.prescriptions())[1], **WHY)
    whole = path.read_bytes()
    assert salt not in whole
    assert committed in whole


def test_the_log_says_what_was_erased_by_whom_why_and_on_what_authority(log: PrescriptionLog) -> None:
    entry = prescribe(log)
    [act] = log.erase(entry, **WHY, recorded_by="office").entries
    [said] = log.erasures()
    assert said == act
    assert (said.act, said.kind, said.id) == ("erase", "prescription", entry.id)
    assert (said.recorded_by, said.reason, said.authority) == ("office", WHY["reason"], WHY["authority"])
    assert entry.authority is None


def test_reading_what_was_erased_says_so(log: PrescriptionLog) -> None:
    entry = prescribe(log)
    log.erase(entry, **WHY, recorded_by="office")
    said = r"was erased on \d{4}-\d{2}-\d{2} by office \(entry 8\)"
    with pytest.raises(RecordErasedError, match=said):
        log.get(entry)
    for act in (log.void, log.stop):
        with pytest.raises(RecordErasedError):
            act(entry.id, reason="late")
    with pytest.raises(RecordErasedError):
        log.amend(entry.id, entry.record, reason="late")
    with pytest.raises(ConflictError, match="was erased already; if that was interrupted, call compact"):
        log.erase(entry.id, **WHY)
    with pytest.raises(ConflictError):
        prescribe(log, id=entry.id)


def test_what_others_point_to_goes_only_together_with_them(log: PrescriptionLog) -> None:
    made = whole_course(log)
    first = next(one for one in made.values() if one.kind == "prescription")
    before = exported(log)
    with pytest.raises(ConflictError, match=r"has records that point to it; erase them first, or all of the"):
        log.erase(first.id, **WHY)
    with pytest.raises(ConflictError):
        log.erase(log.doctors()[0], **WHY)
    assert exported(log) == before
    patient = first.record.patient
    done = log.erase(patient=patient, **WHY)
    assert {one.kind for one in done.entries} == set(KINDS) - {"doctor"}
    assert log.patient(patient) == []
    assert log.verify() == []


def test_void_and_stopped_records_of_a_patient_are_erased_as_well(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        log.void(prescribe(log, MARK), reason="twice")
        log.stop(prescribe(log, MARK), reason="moved")
        log.erase(patient=MARK, **WHY)
        assert log.verify() == []
    assert traces(path) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": " "}, "reason: .*is missing; say why"),
        ({"authority": ""}, "authority: .*is missing; say on whose authority or by which law"),
        ({"authority": "a\x00b"}, "authority: .*must be printable"),
        ({"patient": "P-0"}, "which: .*name either a record or a patient"),
    ],
)
def test_without_reason_authority_and_one_target_nothing_is_erased(
    log: PrescriptionLog, given: dict[str, Any], said: str
) -> None:
    entry = next(iter(log.prescriptions()))
    before = exported(log)
    with pytest.raises(RecordError, match=said):
        log.erase(entry, **WHY | given)
    assert exported(log) == before


def test_who_and_what_is_not_there_cannot_be_erased(log: PrescriptionLog) -> None:
    with pytest.raises(RecordNotFoundError, match="no record of that patient"):
        log.erase(patient="P-nobody", **WHY)
    with pytest.raises(RecordNotFoundError, match="no record of that id"):
        log.erase("0190b5b2-0000-7000-8000-000000000000", **WHY)
    with pytest.raises(RecordError, match="name either a record or a patient"):
        log.erase(**WHY)
    with pytest.raises(RecordError, match="must be an id"):
        log.erase(patient="a\nb", **WHY)


def test_a_record_that_was_corrected_since_it_was_read_is_not_erased(log: PrescriptionLog) -> None:
    entry = prescribe(log)
    log.amend(entry, attrs.evolve(entry.record, rationale="dry"), reason="missing")
    with pytest.raises(ConflictError, match="version 1 is not the newest, which is 2"):
        log.erase(entry, **WHY)


def test_a_log_that_is_read_only_erases_nothing(path: Path) -> None:
    with PrescriptionLog.open(path, read_only=True) as log:
        with pytest.raises(LogReadOnlyError):
            log.erase(patient="P-1", **WHY)
        with pytest.raises(LogReadOnlyError):
            log.compact()


def test_the_tables_are_as_if_the_record_had_never_been(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        log.erase(patient="P-1", **WHY)
        prescribe(log, "P-after")
        before = star(log)
        log.rebuild()
        assert star(log) == before
        assert "P-1" not in {name for _, name in before["dim_patient"]}
        assert log.verify() == []


def test_backups_that_still_hold_the_text_are_named(path: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        log.backup(tmp_path / "before.db")
        entry = prescribe(log, MARK)
        log.backup(tmp_path / "with.db")
        held = log.erase(entry, **WHY).backups
        assert [(one.path, one.seq) for one in held] == [(str(tmp_path / "with.db"), entry.seq)]
        assert [one.path for one in log.backups()] == [str(tmp_path / "before.db"), str(tmp_path / "with.db")]
        assert log.verify() == []
    assert traces(path) == ["with.db"]


def test_a_log_that_is_read_only_notes_no_backup(path: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(path, read_only=True) as log:
        log.backup(tmp_path / "copy.db")
        assert log.backups() == []


def test_a_transfer_carries_an_erasure(path: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        log.void(prescribe(log, MARK), reason="twice")
        log.erase(patient=MARK, **WHY)
        prescribe(log, "P-after")
        sent = exported(log)
        with PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(sent)) as other:
            assert other.head() == log.head()
            assert star(other) == star(log)
            assert other.verify() == []
            assert other.erasures() == log.erasures()
            assert exported(other) == sent


def test_an_erasure_whose_document_comes_with_it_is_no_transfer(log: PrescriptionLog, tmp_path: Path) -> None:
    whole = exported(log).splitlines(keepends=True)
    log.erase(next(iter(log.prescriptions())), **WHY)
    erased = exported(log).splitlines(keepends=True)
    forged = b"".join([*whole[:-1], *erased[-2:]])
    with pytest.raises(TransferError, match="is an erasure, and does not fit what came before it"):
        PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(forged))


def test_the_log_as_it_stood_before_lacks_what_was_erased_since(log: PrescriptionLog) -> None:
    entry = prescribe(log, "P-gone")
    other = prescribe(log, "P-here")
    log.erase(entry, **WHY)
    with log.as_of(other.recorded_at) as then:
        assert then.head() == other.receipt
        assert {one.record.patient for one in then.prescriptions()} >= {"P-here"}
        with pytest.raises(RecordNotFoundError):
            then.get(entry)


def test_verify_says_where_a_document_came_back_that_was_erased(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT * FROM payload WHERE seq = 3").fetchone()
    with PrescriptionLog.open(path) as log:
        log.erase(list(log.prescriptions())[1], **WHY)
    with damaging(path) as connection:
        connection.execute("INSERT INTO payload VALUES (?, ?, ?)", row)
    assert codes(path) >= {"not_erased"}


def test_verify_says_where_a_row_of_an_erased_record_came_back(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        log.erase(list(log.prescriptions())[1], **WHY)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO fact_member VALUES (3, 0, 1)")
    assert codes(path) == {"star"}


def test_verify_says_where_an_erasure_is_not_one(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        log.erase(list(log.prescriptions())[1], **WHY)
        with pytest.raises(Exception, match="is not the document of an erasure"):
            chain.authority_of(b"[]")
    with damaging(path) as connection:
        (salt,) = connection.execute("SELECT salt FROM payload WHERE seq = 7").fetchone()
        committed = chain.commitment(salt, b"[]")
        connection.execute("UPDATE payload SET document = '[]' WHERE seq = 7")
        connection.execute("UPDATE entry SET commitment = ? WHERE seq = 7", (committed,))
    with PrescriptionLog.open(path, read_only=True) as log:
        assert {(one.code, one.message) for one in log.verify()} >= {
            ("broken_payload", "is not the document of an erasure")
        }


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM payload WHERE seq = 3",
        "DELETE FROM payload WHERE seq = 7",
        "INSERT INTO payload VALUES (2, zeroblob(16), '{}')",
        "INSERT INTO entry SELECT 8, 'amend', kind, 1, id, 3, NULL, 0, NULL, NULL, zeroblob(32) FROM entry "
        "WHERE seq = 2",
    ],
)
def test_the_file_lets_go_of_nothing_but_what_was_erased(path: Path, statement: str) -> None:
    with PrescriptionLog.open(path) as log:
        log.erase(next(iter(log.prescriptions())), **WHY)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
        pytest.raises(sqlite3.IntegrityError),
    ):
        connection.execute(statement)
    assert codes(path) == set()


def test_samples_of_the_query_planner_keep_no_text(path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        prescribe(log, MARK)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")
    with PrescriptionLog.open(path) as log:
        log.erase(patient=MARK, **WHY)
    assert traces(path) == []


def test_an_erasure_for_whose_last_step_there_was_no_room_says_how_to_finish_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PrescriptionLog.open(path) as log:
        entry = prescribe(log, MARK)
        monkeypatch.setattr("mesococktail.log.erasing.Connection", _without_room)
        with pytest.raises(LogStorageError, match=r"the records are erased, but .*then call compact\(\)"):
            log.erase(entry, **WHY)
        monkeypatch.undo()
        assert log.verify() == []
        log.compact()
        assert log.verify() == []
    assert traces(path) == []


def _without_room(path: Path, **_: Any) -> Any:
    raise LogStorageError("the disk failed or is full (SQLITE_FULL)", got=str(path))


def test_verify_that_an_erasure_overtakes_looks_again(
    log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_end, done = verify_module._Check._behind_the_end, list[bool]()

    def between(check: Any, sqlite: Any) -> None:
        real_end(check, sqlite)
        if not done:
            done.append(True)
            check._say("star", "", "as if a page had been read before")

    monkeypatch.setattr(verify_module._Check, "_behind_the_end", between)
    monkeypatch.setattr(verify_module, "newest", lambda *_: chain.Receipt(6, "A" * 10))
    log.erase(next(iter(log.prescriptions())), **WHY)
    assert log.verify() == []
