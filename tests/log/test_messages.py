"""Every refusal of a log in full: what came, the rule, the cure; and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Doctor, PrescriptionLog
from mesococktail.records import changed
from tests.log.helpers import DOCTOR, GIVEN, prescribe
from tests.refused import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE, TWO, THREE, NONE = (f"01a00000-0000-7000-8000-{number:012}" for number in (1, 2, 3, 9))
OLD = "2025-02-28T10:00:00+04:00"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrescriptionLog]:
    """A log that every test here leaves as it is."""
    folder = tmp_path_factory.mktemp("clinic")
    with PrescriptionLog.create(folder / "c.db", clinic="riverside") as log:
        log.register(DOCTOR)
        log.record(Doctor(id="dr-v", name="V."), id=THREE)
        prescribe(log, "P-1", id=ONE)
        prescribe(log, "P-1", id=TWO, renews=ONE)
        log.stop(TWO, reason="moved")
        prescribe(log, "P-2")
        yield log


REFUSED: tuple[tuple[Callable[[Any], object], str], ...] = (
    (
        lambda log: log.register(5),
        "5: must be a Doctor",
    ),
    (
        lambda log: prescribe(log, "P-1", id=ONE, rationale="more"),
        "id: 01a00000-0000-7000-8000-000000000001: is taken by other content; leave id out, or "
        "amend that record",
    ),
    (
        lambda log: prescribe(log, "P-1", id=NONE, at=None),
        "at: is left out; a call that may be repeated gives id and at together",
    ),
    (
        lambda log: prescribe(log, "P-1", colour="red"),
        "colour: is not a field of a prescription",
    ),
    (
        lambda log: prescribe(log, "P-1", doctor="dr-x"),
        "doctor: dr-x: no doctor of that id is registered in this log; did you mean dr-v?",
    ),
    (
        lambda log: prescribe(log, "P-1", doctor="dr-b"),
        "doctor: dr-b: no doctor of that id is registered in this log; did you mean dr-v?",
    ),
    (
        lambda log: prescribe(log, "P-1", renews=NONE),
        "renews.id: 01a00000-0000-7000-8000-000000000009: no record of that id is in this log",
    ),
    (
        lambda log: prescribe(log, "P-2", renews=ONE),
        "renews: 01a00000-0000-7000-8000-000000000001: belongs to another patient",
    ),
    (
        lambda log: prescribe(log, "P-1", id=NONE, renews=NONE),
        "renews.id: 01a00000-0000-7000-8000-000000000009: no record of that id is in this log",
    ),
    (
        lambda log: prescribe(log, "P-1", renews=ONE, at=OLD),
        "renews: 01a00000-0000-7000-8000-000000000001: is a prescription of "
        "2025-03-01T10:00:00+04:00, later than this record itself; correct the time of one of "
        "them; only a transcription may be out of order",
    ),
    (
        lambda log: prescribe(log, "P-1", recorded_by="x" * 201),
        "recorded_by: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: must be "
        "a short printable text, at most 64 characters",
    ),
    (
        lambda log: prescribe(log, "P-1", recorded_by="a\nb"),
        "recorded_by: 'a\\nb': must be a short printable text, at most 64 characters",
    ),
    (
        lambda log: prescribe(log, "P-1", accept={"x": "y"}),
        "accepted[0]: x: no check has found that, so there is nothing to accept; leave it out",
    ),
    (
        lambda log: prescribe(log, "P-1", accept="x"),
        'accept: x: must be a mapping; write {"code of the finding": "reason"}',
    ),
    (
        lambda log: log.get("x"),
        "id: x: is not the id of a record; use an id as it was printed, all 36 characters",
    ),
    (
        lambda log: log.get(5),
        "id: 5: is not the id of a record; use an id as it was printed, all 36 characters",
    ),
    (
        lambda log: log.get(NONE),
        "id: 01a00000-0000-7000-8000-000000000009: no record of that id is in this log",
    ),
    (
        lambda log: log.history(5),
        "id: 5: is not the id of a record; use an id as it was printed, all 36 characters",
    ),
    (
        lambda log: log.history(NONE),
        "id: 01a00000-0000-7000-8000-000000000009: no record of that id is in this log",
    ),
    (
        lambda log: log.amend(ONE, DOCTOR, reason="x"),
        "01a00000-0000-7000-8000-000000000001: is a prescription, and the new content is a doctor",
    ),
    (
        lambda log: log.amend(log.get(ONE), changed(log.get(ONE).record, patient="P-2"), reason="x"),
        "patient: P-2: cannot change by a correction; void it, and record it anew for the right patient",
    ),
    (
        lambda log: log.amend(log.get(ONE), changed(log.get(ONE).record, rationale="y"), reason=""),
        "reason: is missing; say why, in a few words",
    ),
    (
        lambda log: log.amend(log.get(ONE), changed(log.get(ONE).record, rationale="y"), reason=5),
        "reason: is missing; say why, in a few words",
    ),
    (
        lambda log: log.amend(log.get(ONE), changed(log.get(ONE).record, rationale="y"), reason="x" * 1001),
        "reason: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: must be "
        "printable text of at most 1000 characters",
    ),
    (
        lambda log: log.amend(log.get(ONE), changed(log.get(ONE).record, renews=ONE), reason="x"),
        "renews: 01a00000-0000-7000-8000-000000000001: is this record itself",
    ),
    (
        lambda log: log.amend(log.get(ONE), changed(log.get(ONE).record, renews=TWO), reason="x"),
        "renews: 01a00000-0000-7000-8000-000000000002: points to this prescription itself, if not at once",
    ),
    (
        lambda log: log.void(ONE, reason="x"),
        "prescription 01a00000-0000-7000-8000-000000000001: has records that point to it; void or "
        "correct them first: prescription 01a00000-0000-7000-8000-000000000002",
    ),
    (
        lambda log: log.stop(TWO, reason="x"),
        "prescription 01a00000-0000-7000-8000-000000000002: is stopped already; amend it, or "
        "prescribe anew with renews=",
    ),
    (
        lambda log: log.stop(THREE, reason="x"),
        f"doctor {THREE}: cannot be stopped: only a treatment can; amend or void it",
    ),
    (
        lambda log: log.erase(ONE, reason="x", authority="y"),
        "01a00000-0000-7000-8000-000000000001: has records that point to it; erase them first, or "
        "all of the patient's at once: prescription 01a00000-0000-7000-8000-000000000002",
    ),
    (
        lambda log: log.erase(reason="x", authority="y"),
        "which: name either a record or a patient",
    ),
    (
        lambda log: log.erase(ONE, patient="P-1", reason="x", authority="y"),
        "which: name either a record or a patient",
    ),
    (
        lambda log: log.erase(TWO, reason="", authority="y"),
        "reason: is missing; say why, in a few words",
    ),
    (
        lambda log: log.erase(TWO, reason="x", authority=""),
        "authority: is missing; say on whose authority or by which law, such as: GDPR art. 17, "
        "request of 2026-11-20",
    ),
    (
        lambda log: log.erase(patient="P-9", reason="x", authority="y"),
        "patient: P-9: no record of that patient is in this log",
    ),
    (
        lambda log: log.erase(NONE, reason="x", authority="y"),
        "id: 01a00000-0000-7000-8000-000000000009: no record of that id is in this log",
    ),
    (
        lambda log: log.append_many(5),
        "records: int: must be many records; put it in a list",
    ),
    (
        lambda log: log.append_many([5]),
        "line 1 was refused: int: must be a record, a mapping or a line of JSON; mend it; nothing "
        "was written",
    ),
    (
        lambda log: log.append_many([GIVEN, GIVEN | {"doctor": "dr-x"}]),
        "line 2 was refused: doctor: dr-x: no doctor of that id is registered in this log; did "
        "you mean dr-v?; mend it; nothing was written",
    ),
    (
        lambda log: log.append_many([GIVEN], on_refused="skip"),
        "on_refused: skip: must be stop or report",
    ),
    (
        lambda log: log.append_many([GIVEN], batch=0),
        "batch: 0: must be a whole number from 1 to 1000000",
    ),
    (
        lambda log: log.append_many(GIVEN),
        "records: dict: must be many records; put it in a list",
    ),
    (
        lambda log: log.append_many([b"{}"]),
        "line 1 was refused: patient: is missing, and needed; mend it; nothing was written",
    ),
    (
        lambda log: log.append_many([GIVEN | {"kind": "x"}]),
        "line 1 was refused: kind: x: is not a kind of record; use one of adverse_event, "
        "aftercare, consent, doctor, outcome, patient_facts, preparation, prescription, "
        "screening, session; mend it; nothing was written",
    ),
    (
        lambda log: log.append_many([GIVEN | {"id": "x"}]),
        "line 1 was refused: id: x: is not the id of a record; use an id as it was printed, all "
        "36 characters; mend it; nothing was written",
    ),
    (
        lambda log: log.append_many(["[]"]),
        "line 1 was refused: list: must be a record, a mapping or a line of JSON; mend it; "
        "nothing was written",
    ),
    (
        lambda log: log.verify(receipts="x"),
        "receipts: x: must be several receipts; give a list",
    ),
    (
        lambda log: log.verify(head="x"),
        "x: is not a receipt; write it as printed, such as 17-3XG2QK5VTB",
    ),
    (
        lambda log: log.verify(head=5),
        "5: is not a receipt; write it as printed, such as 17-3XG2QK5VTB",
    ),
    (
        lambda log: log.verify(keys=5),
        "keys: 5: must be public keys by name; give a mapping: whose key it is, and the key; "
        "read_keys reads a file of them",
    ),
    (
        lambda log: log.verify(keys={"dr-a": "x"}),
        "keys['dr-a']: x: is not a public key; write it as it was printed when the key was made: "
        "NAME ed25519:...",
    ),
    (
        lambda log: log.verify(keys={}, signed_from=-1),
        "signed_from: -1: must be the number of an entry",
    ),
    (
        lambda log: list(log.prescriptions(doctor=5)),
        "doctor: 5: must be an id",
    ),
    (
        lambda log: list(log.prescriptions(patient=5)),
        "patient: 5: must be an id",
    ),
    (
        lambda log: list(log.entries(after=-1)),
        "after: -1: must be a whole number, 0 or more",
    ),
    (
        lambda log: log.patient(5),
        "patient: 5: must be an id",
    ),
    (
        lambda log: log.standing("x"),
        "kind: x: is not a kind of record; use one of adverse_event, aftercare, consent, doctor, "
        "outcome, patient_facts, preparation, prescription, screening, session",
    ),
    (
        lambda log: log.lot(5),
        "lot: 5: must be a text",
    ),
    (
        lambda log: log.lot(" "),
        "lot: is empty; write the lot number",
    ),
    (
        lambda log: log.as_of("2025-03"),
        "time: 2025-03: must be a moment; give the hour and its zone",
    ),
    (
        lambda log: log.as_of(5),
        "time: 5: must be a time; write it like 2025-03-01T10:00+04:00",
    ),
    (
        lambda log: log.rows("SELECT 1; SELECT 2"),
        "FOLDER/c.db: SQLite said: You can only execute one statement at a time. "
        "(ProgrammingError); verify the log",
    ),
    (
        lambda log: log.rows("SELEC 1"),
        'FOLDER/c.db: SQLite said: near "SELEC": syntax error (SQLITE_ERROR); verify the log',
    ),
    (
        lambda log: log.rows(5),
        "FOLDER/c.db: cannot be asked: execute() argument 1 must be str, not int",
    ),
    (
        lambda log: log.rows("DELETE FROM entry"),
        "FOLDER/c.db: refused (SQLITE_AUTH); the log is append-only; check the permissions",
    ),
    (
        lambda log: list(log.entries(page=0)),
        "page: 0: must be a whole number, 1 or more",
    ),
    (
        lambda log: list(log.entries(after="x")),
        "after: x: must be a whole number, 0 or more",
    ),
    (
        lambda log: log.erase(5, reason="x", authority="y"),
        "id: 5: is not the id of a record; use an id as it was printed, all 36 characters",
    ),
    (
        lambda log: log.audit("x"),
        "id: x: is not the id of a record; use an id as it was printed, all 36 characters",
    ),
    (
        lambda log: log.record(5),
        "int: is not a record; use one of adverse_event, aftercare, consent, doctor, outcome, "
        "patient_facts, preparation, prescription, screening, session",
    ),
    (
        lambda log: log.record(DOCTOR, accept={"x": "y"}),
        "accept: a doctor has no findings to accept",
    ),
    (
        lambda log: log.backup(5),
        "path: 5: must be a path",
    ),
    (
        lambda log: log.export("x"),
        'stream: x: must be a binary stream; open(path, "wb")',
    ),
    (
        lambda log: log.audit(),
        "which: name either a record or a patient",
    ),
    (
        lambda log: log.audit(patient="P-9"),
        "patient: P-9: has no record in this log; did you mean P-2?",
    ),
    (
        lambda log: log.retention(5, now=5),
        "now: 5: must be a time; write it like 2025-03-01T10:00+04:00",
    ),
    (
        lambda log: log.retention(0),
        "years: 0: must be a whole number, 1 or more",
    ),
    (
        lambda log: log.retention("x"),
        "years: x: must be a whole number, 1 or more",
    ),
)


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_says_what_came_the_rule_and_the_cure(
    clinic: PrescriptionLog, call: Callable[[Any], object], message: str
) -> None:
    head = clinic.head()
    error = refused(call, clinic)
    assert str(error).replace(str(clinic.path.parent), "FOLDER") == message
    assert clinic.head() == head
