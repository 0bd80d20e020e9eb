"""Bad input at every door: our error, and a file that is byte for byte what it was."""

from __future__ import annotations

import json
from contextlib import contextmanager
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesococktail import Cocktail, Doctor, PrescriptionLog
from mesococktail.errors import (
    BatchError,
    ConflictError,
    MesococktailError,
    RecordError,
    RecordNotFoundError,
)
from mesococktail.log.batch import append_many
from mesococktail.records import Around, Prescription
from tests.log.helpers import AT, GIVEN, LINE, MIXTURE, codes, digest, make, prescribe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def unchanged(path: Path) -> Iterator[PrescriptionLog]:
    before = digest(path)
    with PrescriptionLog.open(path) as log:
        yield log
    assert digest(path) == before
    assert codes(path) == set()


_PRESCRIBED: dict[str, dict[str, Any]] = {
    "a concentration where a dose is needed": {
        "cocktail": "minoxidil 5 mg/mL (principal) + biotin 5 mg (complementary)"
    },
    "a length": {"cocktail": "minoxidil 5 mm (principal) + biotin 5 mg (complementary)"},
    "not a number": {"cocktail": "minoxidil NaN mg (principal) + biotin 5 mg (complementary)"},
    "infinity": {"cocktail": "minoxidil inf mg (principal) + biotin 5 mg (complementary)"},
    "below zero": {"cocktail": "minoxidil -5 mg (principal) + biotin 5 mg (complementary)"},
    "zero": {"cocktail": "minoxidil 0 mg (principal) + biotin 5 mg (complementary)"},
    "more than there can be": {"cocktail": "minoxidil 99999999 kg (principal) + biotin 5 mg (complementary)"},
    "a comma": {"cocktail": "minoxidil 2,5 mg (principal) + biotin 5 mg (complementary)"},
    "a misspelt unit": {"cocktail": "minoxidil 5 mgg (principal) + biotin 5 mg (complementary)"},
    "a misspelt agent": {"cocktail": "minoxxxidil 5 mg (principal) + biotin 5 mg (complementary)"},
    "one agent only": {"cocktail": "minoxidil 5 mg (principal)"},
    "a cocktail too long": {"cocktail": "minoxidil 5 mg (principal) + " * 1000},
    "half a letter": {"cocktail": LINE + "; deviation: \ud800"},
    "a cocktail that is a number": {"cocktail": 5},
    "no cocktail": {"cocktail": None},
    "a cocktail and saline": {"payload": "saline"},
    "a name for a patient": {"patient": "Jane Doe"},
    "an empty patient": {"patient": ""},
    "a patient too long": {"patient": "P" * 65},
    "a patient that is a number": {"patient": 14},
    "an unknown indication": {"indication": "hair trouble"},
    "other without words": {"indication": "other"},
    "a naive time": {"at": "2025-03-01T10:00"},
    "a time before 1900": {"at": "1066-10-14T09:00+00:00"},
    "a time that is none": {"at": "yesterday"},
    "an imprecise time of today": {"at": Around(2019, 3)},
    "an unknown amount of today": {
        "cocktail": "minoxidil unknown (torn) (principal) + biotin 5 mg (complementary)"
    },
    "a plan that is none": {"plan": "now and then"},
    "a rationale too long": {"rationale": "x" * 4001},
    "a control character": {"rationale": "dry\x00scalp"},
    "changes of no formula": {"changes": ("less",)},
    "a link that is none": {"renews": "P-014"},
    "a link to nothing": {"renews": "0198c0de-0000-7000-8000-000000000001"},
    "a field that is none": {"colour": "red"},
    "a field of the door": {"findings": ()},
    "a time said to be left out": {"at_defaulted": True},
    "an id that is none": {"id": "12"},
    "an author without a name": {"recorded_by": " "},
    "an author too long": {"recorded_by": "x" * 65},
    "an author of half a letter": {"recorded_by": "\udc00"},
    "an unregistered doctor": {"doctor": "dr-zz"},
}


@pytest.mark.parametrize("fields", _PRESCRIBED.values(), ids=_PRESCRIBED.keys())
def test_what_cannot_be_prescribed_leaves_the_file_as_it_was(path: Path, fields: dict[str, Any]) -> None:
    call: dict[str, Any] = {
        "patient": "P-1",
        "doctor": "dr-a",
        "indication": "alopecia areata",
        "at": AT,
        "cocktail": MIXTURE,
    }
    with unchanged(path) as log, pytest.raises(MesococktailError):
        log.prescribe(**(call | fields))


_LINES: dict[str, object] = {
    "not JSON": "{",
    "cut off": json.dumps(GIVEN)[:-9],
    "a list": "[]",
    "a number": "1",
    "not a number": "NaN",
    "a float": json.dumps(GIVEN | {"plan": 1.5}),
    "a key twice": '{"patient": "P", "patient": "Q"}',
    "too deep": '{"a":' * 9000,
    "too long": json.dumps(GIVEN | {"rationale": "x" * 70000}),
    "not UTF-8": json.dumps(GIVEN).encode("utf-16"),
    "Latin-1": json.dumps(GIVEN | {"rationale": "é"}, ensure_ascii=False).encode("latin-1"),
    "half a letter": json.dumps(GIVEN | {"rationale": "\ud800"}),
    "half a letter in the text": '{"patient": "\ud800"}',
    "a huge number": json.dumps(GIVEN | {"schema": 10**40}),
    "an unknown kind": json.dumps(GIVEN | {"kind": "invoice"}),
    "a kind that is a list": json.dumps(GIVEN | {"kind": ["prescription"]}),
    "an id that is none": json.dumps(GIVEN | {"id": 5}),
    "an author that is none": json.dumps(GIVEN | {"recorded_by": {}}),
    "a field missing": json.dumps({"patient": "P"}),
    "an extra field": json.dumps(GIVEN | {"colour": "red"}),
    "hostile names": {1: 2, "a": 3},
    "hostile SQL": json.dumps(GIVEN | {"doctor": "dr-a'; DROP TABLE entry; --"}),
    "a hostile cocktail": json.dumps(GIVEN | {"cocktail": {"ingredients": [{"agent": ["x"], "role": {}}]}}),
    "a float dose": GIVEN
    | {"cocktail": {"ingredients": [{"agent": "minoxidil", "role": "principal", "dose": 5.0}]}},
    "nothing": None,
    "a cocktail": MIXTURE,
    "a Decimal": Decimal(5),
    "a doctor without a name": json.dumps({"kind": "doctor", "id": "dr-n"}),
    "another doctor of that id": json.dumps({"kind": "doctor", "id": "dr-a", "name": "Somebody Else"}),
}


@pytest.mark.parametrize("line", _LINES.values(), ids=_LINES.keys())
def test_a_refused_line_of_many_leaves_the_file_as_it_was(path: Path, line: object) -> None:
    with unchanged(path) as log:
        with pytest.raises(BatchError, match=r"^line 2 was refused: ") as caught:
            log.append_many([GIVEN, line])
        assert all(finding.path.startswith("line 2") for finding in caught.value.findings)
        report = log.append_many([line], on_refused="report")
        assert (report.read, report.appended, report.refused_count) == (1, 0, 1)
        assert str(report.refused[0]).startswith("line 1: ")


@pytest.mark.parametrize(
    "arguments",
    [
        {"records": "x"},
        {"records": GIVEN},
        {"records": 5},
        {"records": [], "on_refused": "ignore"},
        {"records": [GIVEN], "batch": 0},
        {"records": [GIVEN], "batch": -1},
        {"records": [GIVEN], "batch": "2"},
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(path: Path, arguments: dict[str, Any]) -> None:
    with unchanged(path) as log, pytest.raises(RecordError):
        log.append_many(**arguments)


def test_empty_lines_are_passed_over_and_lines_are_counted(log: PrescriptionLog) -> None:
    seen: list[int] = []
    lines = [
        "",
        json.dumps(GIVEN),
        b"  ",
        json.dumps(GIVEN).encode(),
        GIVEN,
        Doctor(id="dr-b", name="B"),
        "{",
    ]
    report = log.append_many(lines, on_refused="report", batch=2, progress=seen.append)
    assert seen == [2, 4, 6, 7]
    assert (report.read, report.appended, report.repeated, report.refused_count) == (7, 4, 0, 1)
    assert report.refused[0].line == 7
    assert report.head == log.head()


def test_a_batch_that_stops_keeps_the_batches_before_and_says_so(log: PrescriptionLog) -> None:
    with pytest.raises(BatchError, match=r"mend it and go on from line 3; lines before that are in the log"):
        log.append_many([GIVEN, GIVEN, GIVEN, "{"], batch=2)
    assert len(log) == 8


def test_only_the_first_refused_ones_are_listed(
    log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesococktail.log.batch.MOST_LISTED", 2)
    report = log.append_many(["{"] * 5, on_refused="report")
    assert (len(report.refused), report.refused_count) == (2, 5)


_ID = "0198c0de-0000-7000-8000-000000000001"


def test_a_line_with_an_id_is_taken_once(log: PrescriptionLog) -> None:
    line = GIVEN | {"id": _ID, "recorded_by": "import"}
    first = log.append_many([line, line])
    again = log.append_many([line])
    assert (first.appended, first.repeated, again.appended, again.repeated) == (1, 1, 0, 1)
    assert [entry.recorded_by for entry in log.history(_ID)] == ["import"]
    with pytest.raises(BatchError, match="is taken by other content"):
        log.append_many([line | {"patient": "P-other"}])
    assert log.verify() == []


def test_a_doctor_in_a_batch_may_prescribe_right_behind(log: PrescriptionLog) -> None:
    doctor = {"kind": "doctor", "id": "dr-b", "name": "B"}
    report = log.append_many([doctor, GIVEN | {"doctor": "dr-b"}, doctor])
    assert (report.appended, report.repeated) == (2, 1)


def test_a_prescription_in_a_batch_may_renew_one_before_it(log: PrescriptionLog) -> None:
    report = log.append_many([GIVEN | {"id": _ID}, GIVEN | {"renews": _ID}])
    assert report.appended == 2
    with pytest.raises(BatchError, match=r"renews: .* belongs to another patient"):
        log.append_many([GIVEN | {"patient": "P-other", "renews": _ID}])


def test_a_batch_may_be_made_of_records(log: PrescriptionLog) -> None:
    made: Any = Prescription
    record = made(
        patient="P-1", doctor="dr-a", at=AT, indication="alopecia areata", cocktail=Cocktail.parse(LINE)
    )
    assert log.append_many(iter([record, record])).appended == 2


_ACTS: dict[str, Callable[[PrescriptionLog], object]] = {
    "register no doctor": lambda log: log.register("dr-b"),  # type: ignore[arg-type]  # that is the point
    "register another": lambda log: log.register(Doctor(id="dr-a", name="Somebody Else")),
    "record no record": lambda log: log.record(MIXTURE),
    "record text": lambda log: log.record("x"),
    "get nothing": lambda log: log.get(_ID),
    "get no id": lambda log: log.get("P-014"),
    "get a number": lambda log: log.get(5),  # type: ignore[arg-type]  # that is the point
    "history of nothing": lambda log: log.history(_ID),
    "void nothing": lambda log: log.void(_ID, reason="x"),
    "void without a reason": lambda log: log.void(next(log.prescriptions()), reason=" "),
    "stop with a long reason": lambda log: log.stop(next(log.prescriptions()), reason="x" * 1001),
    "stop with half a letter": lambda log: log.stop(next(log.prescriptions()), reason="\ud800"),
    "stop a doctor": lambda log: log.stop(log.doctors()[0], reason="x"),
    "amend to a doctor": lambda log: log.amend(
        next(log.prescriptions()), Doctor(id="x", name="X"), reason="x"
    ),
    "amend to nothing": lambda log: log.amend(next(log.prescriptions()), None, reason="x"),
    "amend the patient": lambda log: _amend(log, patient="P-other"),
    "amend to renew itself": lambda log: _amend(log, renews=next(log.prescriptions()).id),
    "amend to a doctor who is not there": lambda log: _amend(log, doctor="dr-q"),
    "amend another doctor": lambda log: log.amend(log.doctors()[0], Doctor(id="dr-q", name="Q"), reason="x"),
    "entries behind a text": lambda log: log.entries(after="x"),  # type: ignore[arg-type]  # that is the point
    "entries far behind": lambda log: log.entries(after=2**70),
    "entries of no page": lambda log: log.entries(page=0),
    "prescriptions of a number": lambda log: log.prescriptions(doctor=5),  # type: ignore[arg-type]  # that is the point
    "prescriptions of half a letter": lambda log: log.prescriptions(patient="\ud800"),
    "verify against no receipt": lambda log: log.verify(head="17"),
    "verify against a number": lambda log: log.verify(receipts=[5]),  # type: ignore[list-item]  # that is the point
}


def _amend(log: PrescriptionLog, **changes: Any) -> object:
    now = next(log.prescriptions())
    return log.amend(now, attrs.evolve(now.record, **changes), reason="x")


@pytest.mark.parametrize("act", _ACTS.values(), ids=_ACTS.keys())
def test_an_act_that_makes_no_sense_leaves_the_file_as_it_was(
    path: Path, act: Callable[[PrescriptionLog], object]
) -> None:
    with unchanged(path) as log, pytest.raises(MesococktailError):
        act(log)


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([LINE, AT])
)
_HOSTILE = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from([*GIVEN, "id", "kind", "recorded_by", "renews", "plan", "x"]), _HOSTILE)
)
def test_whatever_a_line_holds_it_is_taken_or_refused_with_our_error(
    log: PrescriptionLog, changes: dict[str, Any]
) -> None:
    report = log.append_many([GIVEN | changes, json.dumps(GIVEN | changes)], on_refused="report")
    assert report.appended + report.repeated + report.refused_count == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_noise_is_refused(log: PrescriptionLog, line: bytes | str) -> None:
    report = log.append_many([line], on_refused="report")
    assert report.appended == 0


def test_the_nearest_doctor_is_named(log: PrescriptionLog) -> None:
    log.register(Doctor(id="dr-miller", name="M. Miller"))
    with pytest.raises(
        RecordNotFoundError,
        match=r"^doctor: dr-miler: no doctor of that id is registered in this log; did you mean dr-miller\?$",
    ):
        prescribe(log, doctor="dr-miler")


def test_without_any_near_one_the_cure_is_to_register(log: PrescriptionLog) -> None:
    with pytest.raises(RecordNotFoundError, match="register the doctor first"):
        prescribe(log, doctor="zzzzzzz")


def test_a_voided_doctor_prescribes_no_more_and_the_id_stays_taken(log: PrescriptionLog) -> None:
    doctor = Doctor(id="dr-b", name="B")
    assert log.register(doctor) == log.register(doctor)
    log.void(log.doctors()[1], reason="registered twice")
    with pytest.raises(RecordNotFoundError):
        prescribe(log, doctor="dr-b")
    with pytest.raises(ConflictError, match="was voided in this log; register another id"):
        log.register(doctor)


def test_the_clinic_needs_a_short_name(tmp_path: Path) -> None:
    for name in ("", " ", "x" * 65, "a\nb", None, 5):
        with pytest.raises(RecordError, match=r"^clinic: "):
            PrescriptionLog.create(tmp_path / "a.db", clinic=name)  # type: ignore[arg-type]  # that is the point
    assert list(tmp_path.iterdir()) == []


def test_an_author_of_the_log_stands_in_every_entry_unless_a_call_says_otherwise(tmp_path: Path) -> None:
    make(tmp_path / "a.db").close()
    with pytest.raises(RecordError):
        PrescriptionLog.open(tmp_path / "a.db", recorded_by="")
    with PrescriptionLog.open(tmp_path / "a.db", recorded_by="nurse") as log:
        assert prescribe(log).recorded_by == "nurse"
        assert prescribe(log, recorded_by="dr-a").recorded_by == "dr-a"


def test_a_dry_run_checks_everything_and_writes_nothing(path: Path) -> None:
    with unchanged(path) as log:
        report = append_many(
            log._recorder, [GIVEN, "{"], "prescription", "report", 10, None, None, dry_run=True
        )
        assert (report.read, report.appended, report.refused_count) == (2, 1, 1)


def test_a_mapping_that_is_no_dict_is_taken_as_well(log: PrescriptionLog) -> None:
    assert log.append_many([MappingProxyType(GIVEN)]).appended == 1
