"""What a whole course may not do to a log at its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Outcome, Preparation, PrescriptionLog, Session
from mesococktail.errors import BlockedError, MesococktailError, RecordError
from mesococktail.formulary import Formulary
from mesococktail.records import changed
from tests.log.helpers import AT, DOCTOR, prescribe, star
from tests.refused import refused

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.log import Entry

LATER = "2025-03-02T10:00:00+04:00"
PART = {"strength": "5 mg/mL", "volume": "1 mL"}


def prepare(log: PrescriptionLog, prescription: str, **stock: Any) -> Entry:
    """Write down a preparation of one stock."""
    drawn: Any = [{"agent": "minoxidil", "lot": "L-1"} | stock]
    at: Any = AT
    return log.record(
        Preparation(patient="P-014", prescription=prescription, at=at, prepared_by="nurse", stock=drawn)
    )


def session(log: PrescriptionLog, prescription: str, **fields: Any) -> Entry:
    """Write down a session."""
    given: dict[str, Any] = {"patient": "P-014", "at": LATER, "injected_by": "nurse"} | fields
    return log.record(Session(prescription=prescription, **given))


def test_an_import_refuses_what_a_rule_blocks_also_where_it_is_of_the_commonest_shape(tmp_path: Path) -> None:
    rules = tmp_path / "clinic.toml"
    rules.write_text(
        '[[rules]]\ncode = "no_biotin"\nversion = "1"\ntype = "excluded"\nseverity = "block"\n'
        'message = "not here"\nagents = ["biotin"]\n'
    )
    with PrescriptionLog.create(tmp_path / "c.db", clinic="c", formulary=Formulary.load(rules)) as log:
        log.register(DOCTOR)
        given = [_plain("dexpanthenol"), _plain("biotin"), _plain("biotin"), _plain("dexpanthenol")]
        report = log.append_many(given, on_refused="report")
        assert [one.line for one in report.refused] == [2, 3]
        assert all(isinstance(one.error, BlockedError) for one in report.refused)
        assert report.appended == len(given) - 2


def _plain(beside: str) -> dict[str, Any]:
    parts = [{"agent": "minoxidil", "role": "principal"}, {"agent": beside, "role": "complementary"}]
    return {
        "patient": "P-1",
        "doctor": "dr-a",
        "at": AT,
        "indication": "androgenetic alopecia",
        "cocktail": {"ingredients": [part | PART for part in parts]},
    }


_OUTCOME: dict[str, Any] = {
    "patient": "P-014",
    "at": AT,
    "measure": "other",
    "description": "our own",
    "amount": "99999999999999 mL",
}


@pytest.mark.parametrize("amount", ["999999999999 L", "99999999999999 mL"])
def test_an_amount_that_no_table_can_hold_is_refused_by_name(log: PrescriptionLog, amount: str) -> None:
    prescription = prescribe(log).id
    before = log.head()
    with pytest.raises(MesococktailError, match="more than can be counted"):
        session(log, prescription, volume=amount)
    with pytest.raises(MesococktailError, match="more than can be counted"):
        prepare(log, prescription, drawn=amount)
    with pytest.raises(MesococktailError, match="more than can be counted"):
        log.record(Outcome(**_OUTCOME))
    assert log.head() == before


def test_the_largest_amount_is_held_by_the_tables(log: PrescriptionLog) -> None:
    session(log, prescribe(log).id, volume="9000000000000 mL")
    before = star(log)
    log.rebuild()
    assert (star(log), log.verify()) == (before, [])


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("é-7", "É 7"),
        ("Straße 1", "STRASSE1"),
        ("A\u00a01", "a1"),
        ("A\t1", "A 1"),
        ("A\u20131", "A-1"),
        ("\u2168 2", "ix2"),
        ("a\u200b1", "A1"),
        ("L-9", "l9"),
    ],
)
def test_a_lot_is_found_in_whatever_letters_spaces_and_dashes_it_is_asked_for(
    log: PrescriptionLog, printed: str, asked: str
) -> None:
    made = prepare(log, prescribe(log).id, lot=printed)
    for way in (asked, printed, printed.upper(), printed.lower()):
        assert [use.preparation for use in log.lot(way)] == [made.id]


@pytest.mark.parametrize("junk", [None, 5, [], "", " - ", "\ud800", "\x00"])
def test_what_is_no_lot_number_is_refused(log: PrescriptionLog, junk: Any) -> None:
    with pytest.raises(RecordError, match="lot"):
        log.lot(junk)


def test_prescriptions_cannot_be_corrected_to_continue_one_another_in_a_circle(log: PrescriptionLog) -> None:
    first = prescribe(log).id
    second = prescribe(log, renews=first).id
    third = prescribe(log, renews=second).id
    with pytest.raises(RecordError, match="points to this prescription itself"):
        log.amend(first, changed(log.get(first).record, renews=third), reason="mistyped")
    log.void(third, reason="never was")


def test_nothing_points_to_what_is_later_than_itself(log: PrescriptionLog) -> None:
    id_ = prescribe(log).id
    error = refused(session, log, id_, at="2025-02-28T10:00:00+04:00")
    assert str(error) == (
        f"prescription: {id_}: is a prescription of {AT}, later than this record itself; correct the time of "
        "one of them; only a transcription may be out of order"
    )


def test_what_others_point_to_is_not_moved_behind_them(log: PrescriptionLog) -> None:
    entry = prescribe(log)
    first, _ = session(log, entry.id), session(log, entry.id)
    later = changed(entry.record, at="2025-03-03T10:00:00+04:00")
    error = refused(log.amend, entry, later, reason="misread")
    assert str(error) == (
        f"at: 2025-03-03T10:00:00+04:00: is later than the session {first.id} of {LATER} that points to it; "
        "correct the session first"
    )
    assert log.amend(entry, changed(entry.record, at=LATER), reason="misread").version == 2


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        (
            "expired_stock",
            'accept: expired_stock: must be a mapping; write {"code of the finding": "reason"}',
        ),
        ({"expired_stock": 5}, "accept.accepted[0].reason: 5: must be a text"),
    ],
)
def test_what_is_accepted_is_a_mapping_of_reasons(log: PrescriptionLog, accept: Any, said: str) -> None:
    record = changed(prescribe(log).record, rationale="again")
    assert str(refused(log.record, record, accept=accept)) == said


def test_of_a_doctor_nothing_is_accepted(log: PrescriptionLog) -> None:
    error = refused(log.record, DOCTOR, accept={"expired_stock": "why"})
    assert str(error) == "accept: a doctor has no findings to accept"


def test_a_finding_accepted_anew_in_a_correction_has_one_reason(log: PrescriptionLog) -> None:
    given: dict[str, Any] = {"patient": "P-014", "prescription": prescribe(log).id, "at": AT}
    stock: Any = [{"agent": "minoxidil", "lot": "L", "expiry": "2020-01"}]
    record = Preparation(**given, prepared_by="nurse", stock=stock)
    first = log.record(record, accept={"expired_stock": "the only one"})
    log.amend(first, log.get(first).record, reason="said better", accept={"expired_stock": "no other"})
    assert [one.reason for one in log.get(first).record.accepted] == ["no other"]


def test_a_correction_to_less_than_two_sessions_had_together_is_refused(log: PrescriptionLog) -> None:
    prescription = prescribe(log).id
    made = prepare(log, prescription, drawn="5 mL")
    for _ in range(2):
        session(log, prescription, preparation=made.id, volume="2 mL")
    stock: Any = [{"agent": "minoxidil", "lot": "L-1", "drawn": "3 mL"}]
    with pytest.raises(RecordError, match="only 3 mL was prepared"):
        log.amend(made, changed(log.get(made).record, stock=stock), reason="misread")


def test_every_time_that_is_taken_can_be_read_back(log: PrescriptionLog) -> None:
    with pytest.raises(RecordError, match="part of a second"):
        prescribe(log, at="2025-03-02T10:00:00.123456+04:00:30.5")
    made = prescribe(log, at="2025-03-02T10:00:00.123456+04:00:30")
    assert log.get(made).record.at.isoformat() == "2025-03-02T10:00:00.123456+04:00:30"


def test_a_check_beforehand_says_what_blocks_and_everything_else(log: PrescriptionLog) -> None:
    prescription = prescribe(log)
    expired = {"agent": "minoxidil", "lot": "L", "expiry": "2020-01", "drawn": "2 mL", "strength": "5 mg/mL"}
    kind: Any = Preparation
    record = kind(
        patient=prescription.record.patient,
        prescription=prescription.id,
        at=prescription.record.at,
        prepared_by="nurse",
        stock=[expired],
    )
    before = log.head()
    assert {"expired_stock", "drawn_differs"} <= {finding.code for finding in log.check(record)}
    assert log.head() == before
    needless = log.check(record, accept={"expired_stock": "the only one", "allergy": "none"})
    assert needless[-1].message.startswith("allergy: no check has found that")
