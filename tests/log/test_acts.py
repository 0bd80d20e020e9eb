"""What each act does to a record, and what it refuses, in the words a person reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
import pytest

from mesococktail import Doctor, PrescriptionLog
from mesococktail.errors import ConflictError, RecordError, RecordNotFoundError
from mesococktail.log import Receipt
from mesococktail.log.ids import Maker, RandomBytes, bytes_of, text_of
from mesococktail.records import Around, Prescription
from tests.log.helpers import exported, prescribe, star

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.log import Entry


@pytest.fixture
def entry(log: PrescriptionLog) -> Entry:
    return prescribe(log, "P-1")


def changed(entry: Entry, **changes: Any) -> Any:
    return attrs.evolve(entry.record, **changes)


def test_a_correction_is_a_new_version_and_the_old_one_stays(log: PrescriptionLog, entry: Entry) -> None:
    amended = log.amend(
        entry, changed(entry, rationale="dry scalp"), reason="was missing", recorded_by="nurse"
    )
    assert (amended.id, amended.version, amended.act, amended.reason) == (entry.id, 2, "amend", "was missing")
    assert amended.recorded_by == "nurse"
    assert [one.record.rationale for one in log.history(entry)] == [None, "dry scalp"]
    now = log.get(entry)
    assert (now.version, now.status, now.record.rationale) == (2, "active", "dry scalp")


def test_a_correction_of_an_old_version_is_refused(log: PrescriptionLog, entry: Entry) -> None:
    log.amend(entry, changed(entry, rationale="one"), reason="a")
    with pytest.raises(
        ConflictError,
        match=r"version 1 is not the newest, which is 2; read the record again and decide anew$",
    ):
        log.amend(entry, changed(entry, rationale="two"), reason="b")
    by_id = log.amend(entry.id, changed(entry, rationale="two"), reason="b")
    assert by_id.version == 3


def test_an_id_may_be_a_uuid_and_names_the_newest_version(log: PrescriptionLog, entry: Entry) -> None:
    log.amend(entry, changed(entry, rationale="one"), reason="a")
    which: Any = UUID(entry.id)
    assert log.void(which, reason="wrong patient").version == 3


def test_who_and_why_are_kept_in_nfc_so_that_nobody_is_two(log: PrescriptionLog, entry: Entry) -> None:
    composed, apart = "\u00e9", "e\u0301"
    stopped = log.stop(entry, reason=f"d{apart}m{apart}nag{apart}", recorded_by=f"Ren{apart}e")
    assert (stopped.reason, stopped.recorded_by) == ("d\u00e9m\u00e9nag\u00e9", "Ren\u00e9e")
    again = log.stop(entry, reason=f"d{composed}m{composed}nag{composed}", recorded_by="x")
    assert again == stopped


def test_the_same_correction_again_is_the_same_entry(log: PrescriptionLog, entry: Entry) -> None:
    first = log.amend(entry, changed(entry, rationale="one"), reason="a")
    assert log.amend(entry, changed(entry, rationale="one"), reason="a") == first
    stopped = log.stop(first, reason="moved away")
    assert log.stop(first, reason="moved away") == stopped
    with pytest.raises(ConflictError, match="is not the newest"):
        log.void(first, reason="moved away")


def test_a_voided_record_stays_readable_and_is_counted_no_more(log: PrescriptionLog, entry: Entry) -> None:
    log.void(entry, reason="wrong patient")
    assert log.get(entry).status == "voided"
    assert log.get(entry).record == entry.record
    assert entry.id not in [one.id for one in log.prescriptions()]
    assert entry.id in [one.id for one in log.prescriptions(include_voided=True)]
    assert log.rows("SELECT prescriptions FROM combination_frequency") == [(5,)]
    assert log.rows("SELECT DISTINCT voided FROM ingredient WHERE prescription = 7") == [(1,)]
    last = log.history(entry)[-1]
    assert (last.act, last.document, last.record) == ("void", None, None)


def test_what_is_void_takes_no_more_acts(log: PrescriptionLog, entry: Entry) -> None:
    log.void(entry.id, reason="wrong patient")
    said = r"prescription [0-9a-f-]{36}: is void; record it anew if it should exist after all$"
    acts: list[Callable[[], object]] = [
        lambda: log.void(entry.id, reason="again"),
        lambda: log.stop(entry.id, reason="again"),
        lambda: log.amend(entry.id, changed(entry, rationale="x"), reason="again"),
    ]
    for act in acts:
        with pytest.raises(ConflictError, match=said):
            act()


def test_a_stopped_treatment_still_counts_and_can_be_amended_and_voided(
    log: PrescriptionLog, entry: Entry
) -> None:
    log.stop(entry, reason="moved away")
    with pytest.raises(ConflictError, match=r"is stopped already; amend it, or prescribe anew with renews=$"):
        log.stop(entry.id, reason="again")
    log.amend(entry.id, changed(entry, rationale="dry"), reason="missing")
    assert log.get(entry).status == "stopped"
    assert log.rows("SELECT prescriptions FROM combination_frequency") == [(6,)]
    assert log.rows("SELECT status FROM prescription WHERE key = 7") == [("stopped",)]
    log.void(entry.id, reason="wrong patient")
    assert log.get(entry).status == "voided"
    assert log.verify() == []


def test_a_doctor_can_be_amended_but_not_stopped(log: PrescriptionLog) -> None:
    doctor = log.doctors()[0]
    log.amend(doctor, Doctor(id="dr-a", name="A. Physician", speciality="dermatology"), reason="asked")
    assert log.rows("SELECT name, speciality FROM doctor") == [("A. Physician", "dermatology")]
    with pytest.raises(ConflictError, match=r"cannot be stopped: only a treatment can; amend or void it$"):
        log.stop(doctor.id, reason="left")
    with pytest.raises(ConflictError, match=r"is registered with other content; amend it: log\.amend\("):
        log.register(Doctor(id="dr-a", name="A. Physician"))


def test_the_patient_of_a_record_never_changes(log: PrescriptionLog, entry: Entry) -> None:
    with pytest.raises(
        ConflictError,
        match=r"^patient: P-2: cannot change by a correction; "
        r"void it, and record it anew for the right patient$",
    ):
        log.amend(entry, changed(entry, patient="P-2"), reason="x")
    with pytest.raises(ConflictError, match=r"is a prescription, and the new content is a doctor"):
        log.amend(entry, Doctor(id="x", name="X"), reason="x")


def test_a_reason_is_needed(log: PrescriptionLog, entry: Entry) -> None:
    with pytest.raises(RecordError, match=r"^reason: is missing; say why, in a few words$"):
        log.void(entry, reason="")
    with pytest.raises(RecordError, match=r"^reason: .* must be printable text of at most 1000 characters$"):
        log.void(entry, reason="x\x07")
    assert log.void(entry, reason="two\nlines").reason == "two\nlines"


def test_a_renewal_points_to_a_standing_prescription_of_the_same_patient(
    log: PrescriptionLog, entry: Entry
) -> None:
    renewal = prescribe(log, "P-1", renews=entry.id)
    assert renewal.record.renews == entry.id
    assert prescribe(log, "P-1", renews=log.get(renewal)).record.renews == renewal.id
    with pytest.raises(RecordError, match=r"^renews: .* belongs to another patient$"):
        prescribe(log, "P-2", renews=entry.id)
    with pytest.raises(RecordError, match=r"^renews: .* is a doctor, not a prescription$"):
        prescribe(log, "P-1", renews=log.doctors()[0].id)
    with pytest.raises(RecordNotFoundError, match=r"^renews\.id: .* no record of that id is in this log$"):
        prescribe(log, "P-1", renews="0198c0de-0000-7000-8000-000000000009")
    other = prescribe(log, "P-1")
    log.void(other.id, reason="wrong patient")
    with pytest.raises(RecordError, match=r"^renews: .* was voided; name the one that stands$"):
        prescribe(log, "P-1", renews=other.id)


def test_what_others_point_to_is_not_voided(log: PrescriptionLog, entry: Entry) -> None:
    renewal = prescribe(log, "P-1", renews=entry.id)
    before = log.head()
    with pytest.raises(
        ConflictError, match=f"points? to it; void or correct them first: prescription {renewal.id}$"
    ):
        log.void(entry.id, reason="wrong patient")
    with pytest.raises(ConflictError, match=r"^doctor .*: has records that point to it; .* and [0-9] more$"):
        log.void(log.doctors()[0], reason="a slip")
    assert log.head() == before
    log.void(renewal, reason="wrong patient")
    log.void(entry, reason="wrong patient")


def test_a_prescription_does_not_renew_itself(log: PrescriptionLog, entry: Entry) -> None:
    with pytest.raises(RecordError, match=r"^renews: .* is this record itself$"):
        log.amend(entry, changed(entry, renews=entry.id), reason="x")


@pytest.mark.parametrize("at", ["2019", "2019-03", "2019-03-05"])
def test_an_old_chart_is_transcribed_with_what_it_does_not_say(log: PrescriptionLog, at: str) -> None:
    entry = prescribe(
        log,
        at=at,
        cocktail="minoxidil unknown (label torn) (principal) + biotin 5 mg (complementary)",
        transcribed_from="paper chart 12",
    )
    assert entry.record.at == Around(*map(int, at.split("-")))
    assert log.rows("SELECT at, at_month FROM prescription WHERE key = 7") == [
        (at, at[:7] if len(at) > 4 else None)
    ]
    assert log.rows("SELECT measure, dose_counts FROM fact_ingredient WHERE prescription = 7") == [
        (None, None),
        (0, 5_000_000_000),
    ]
    before = star(log)
    log.rebuild()
    assert star(log) == before
    assert log.verify() == []
    assert b"label torn" in exported(log)


def test_a_session_without_a_cocktail_is_a_prescription_too(log: PrescriptionLog) -> None:
    entry = prescribe(log, cocktail=None, delivery="microneedling", payload="none")
    assert entry.record.technique == ("mechanical",)
    assert log.rows("SELECT combination FROM prescription WHERE key = 7") == [(None,)]
    assert log.rows("SELECT * FROM fact_ingredient WHERE prescription = 7") == []
    assert log.verify() == []


def test_a_doctor_may_be_recorded_under_a_given_id_and_again(log: PrescriptionLog) -> None:
    known = "0198c0de-0000-7000-8000-000000000009"
    first = log.record(Doctor(id="dr-b", name="B"), id=known)
    assert log.record(Doctor(id="dr-b", name="B"), id=known) == first
    assert log.record(Doctor(id="dr-b", name="B")) == first
    with pytest.raises(ConflictError, match="is taken by other content"):
        log.record(Doctor(id="dr-c", name="C"), id=known)


def test_a_time_of_the_future_is_kept_with_a_warning(log: PrescriptionLog) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    entry = prescribe(log, at=tomorrow)
    assert [finding.code for finding in entry.record.findings] == ["at_in_the_future"]
    assert log.rows("SELECT code FROM prescription_finding WHERE prescription = 7") == [("at_in_the_future",)]


def test_a_record_made_by_hand_is_the_same_as_one_prescribed(log: PrescriptionLog, entry: Entry) -> None:
    given: Any = {field: getattr(entry.record, field) for field in ("patient", "doctor", "at", "cocktail")}
    made: Any = Prescription
    assert log.record(made(indication="androgenetic alopecia", **given)).document == entry.document


def test_ids_rise_even_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    maker, times = Maker(), iter([10**18, 10**18, 5 * 10**17, *[10**18] * 5000])
    monkeypatch.setattr("mesococktail.log.ids.time.time_ns", lambda: next(times))
    made = [maker.new() for _ in range(5003)]
    assert made == sorted(set(made))
    for one in made:
        read = UUID(bytes=one)
        assert (read.version, read.variant) == (7, "specified in RFC 4122")
        assert bytes_of(text_of(one)) == bytes_of(read) == one
        assert text_of(one) == str(read)


def test_random_bytes_are_never_returned_twice() -> None:
    source = RandomBytes()
    assert len({source.take(16) for _ in range(500)}) == 500


@pytest.mark.parametrize("text", [5, None, b"bytes", "x", "0198c0de", ["x"]])
def test_what_is_no_id_has_our_error(text: object) -> None:
    with pytest.raises(RecordError, match=r"is not the id of a record; use an id as it was printed"):
        bytes_of(text)


def test_a_receipt_reads_back_what_it_prints(entry: Entry) -> None:
    printed = str(entry.receipt)
    read = Receipt.parse(printed)
    assert printed.startswith("7-")
    assert len(printed) == 12
    assert read.matches(entry.receipt)
    assert entry.receipt.matches(read)
    assert Receipt.parse(f"7-{entry.receipt.hash}") == entry.receipt
    assert not Receipt(8, entry.receipt.hash).matches(entry.receipt)
    assert not Receipt(7, "A" * 10).matches(entry.receipt)


@pytest.mark.parametrize(
    "text", ["", "7", "7-ABC", "x-AAAAAAAAAA", "7-aaaaaaaaaa", "07-AAAAAAAAAA", "7-AAAAAAAAAA\n", 7.5]
)
def test_what_is_no_receipt_has_our_error(log: PrescriptionLog, text: Any) -> None:
    with pytest.raises(Exception, match=r"is not a receipt; write it as printed, such as 17-3XG2QK5VTB"):
        log.verify(head=text)


@pytest.mark.parametrize("kind", ["prescriptions", "", 5, None])
def test_only_the_name_of_a_kind_is_one(log: PrescriptionLog, kind: Any) -> None:
    with pytest.raises(RecordError, match=r"^kind: .*is not a kind of record; use one of adverse_event, "):
        log.standing(kind)


def test_the_length_of_a_log_is_its_number_of_entries(log: PrescriptionLog) -> None:
    assert len(log) == 6 == len(list(log.entries()))
    assert [entry.seq for entry in log.entries(after=4)] == [5, 6]
    assert [entry.recorded_at.tzinfo for entry in log.entries(after=5)] == [UTC]
