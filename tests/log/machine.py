"""The log against a plain model of it: whatever is done in whatever order, both agree.

`tests/campaigns/state_machine.py` runs it.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from mesococktail import Cocktail, Doctor, PrescriptionLog
from mesococktail.errors import (
    BatchError,
    ConflictError,
    LogReadOnlyError,
    RecordErasedError,
    RecordError,
    RecordNotFoundError,
)
from mesococktail.log.ids import Maker, text_of
from tests.folders import quick_folder
from tests.log.helpers import AT, GIVEN, exported, star
from tests.log.model import (
    COCKTAILS,
    DOCTORS,
    EARLY,
    ERASED,
    LINKED,
    PATIENTS,
    REASONS,
    Model,
    part_of_a_course,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.log import Entry

_MAKER = Maker()


FEW = 6
"""Acts before something is erased: there should be something to see first."""


class LogMachine(RuleBasedStateMachine):
    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.folder = quick_folder()
        self.path = Path(self.folder.name) / "clinic.db"
        self.log = PrescriptionLog.create(self.path, clinic="riverside")
        self.other = PrescriptionLog.open(self.path)
        self.records: dict[str, Model] = {}
        self.doctors: dict[str, str] = {}
        self.acts: list[tuple[str, str]] = []
        self.stood: list[tuple[Any, dict[str, tuple[str, str, int]]]] = []
        """After each act, when it was written down and how every record stood."""
        self.calls: list[tuple[dict[str, Any], Entry]] = []

    def teardown(self) -> None:
        try:
            self.whole()
        finally:
            self.log.close()
            self.other.close()
            self.folder.cleanup()

    def whole(self) -> None:
        assert self.log.verify(head=self.log.head()) == []
        before = star(self.log)
        assert self.log.rebuild() == len(self.acts)
        assert star(self.log) == before
        assert self.other.verify() == []
        copy = Path(self.folder.name) / "restored.db"
        with PrescriptionLog.restore(copy, io.BytesIO(exported(self.log))) as restored:
            assert restored.head() == self.log.head()
            assert star(restored) == before
        copy.unlink()

    def writer(self, second: bool) -> PrescriptionLog:
        return self.other if second else self.log

    def took(self, entry: Entry, act: str, kind: str) -> None:
        self.acts.append((act, entry.id))
        assert entry.seq == len(self.acts)
        assert (entry.act, entry.kind) == (act, kind)
        self.stood.append((entry.recorded_at, {}))

    @initialize()
    def first_doctor(self) -> None:
        self.register(DOCTORS[0], second=False)

    @rule(doctor=st.sampled_from(DOCTORS), second=st.booleans())
    def register(self, doctor: str, second: bool) -> None:
        record = Doctor(id=doctor, name=f"Doctor {doctor}")
        known = self.doctors.get(doctor)
        if known is not None and self.records[known].status == "voided":
            with pytest.raises(ConflictError):
                self.writer(second).register(record)
            return
        entry = self.writer(second).register(record)
        if known is None:
            self.took(entry, "record", "doctor")
            self.records[entry.id] = Model(entry.id, "doctor", ["record"], fields={"doctor": doctor})
            self.doctors[doctor] = entry.id
        else:
            assert entry.id == known

    def standing_doctor(self, doctor: str) -> bool:
        known = self.doctors.get(doctor)
        return known is not None and self.records[known].status != "voided"

    @rule(
        target=entries,
        doctor=st.sampled_from(DOCTORS),
        patient=st.sampled_from(PATIENTS),
        cocktail=st.sampled_from(COCKTAILS),
        with_id=st.booleans(),
        with_time=st.booleans(),
        second=st.booleans(),
    )
    def prescribe(
        self, doctor: str, patient: str, cocktail: Cocktail, with_id: bool, with_time: bool, second: bool
    ) -> Entry | None:
        call: dict[str, Any] = {
            "cocktail": cocktail,
            "doctor": doctor,
            "patient": patient,
            "indication": "alopecia areata",
        }
        if with_time:
            call["at"] = AT
        if with_id:
            call["id"] = text_of(_MAKER.new())
        log = self.writer(second)
        if with_id and not with_time:
            with pytest.raises(RecordError, match="gives id and at together"):
                log.prescribe(**call)
            return None
        if not self.standing_doctor(doctor):
            with pytest.raises(RecordNotFoundError):
                log.prescribe(**call)
            return None
        entry = log.prescribe(**call)
        self.new(entry, doctor, patient)
        if with_id:
            self.calls.append((call, entry))
        return entry

    def new(self, entry: Entry, doctor: str, patient: str) -> None:
        self.took(entry, "record", "prescription")
        fields = {"doctor": doctor, "patient": patient}
        self.records[entry.id] = Model(entry.id, "prescription", ["record"], fields=fields)

    @rule(
        target=entries,
        kind=st.sampled_from(list(LINKED)),
        patient=st.sampled_from(PATIENTS),
        data=st.data(),
        early=st.booleans(),
        second=st.booleans(),
    )
    def follow(self, kind: str, patient: str, data: st.DataObject, early: bool, second: bool) -> Entry | None:
        there = [model for model in self.records.values() if model.kind == LINKED[kind]]
        if LINKED[kind] is not None and not there:
            return None
        link = data.draw(st.sampled_from(there)) if LINKED[kind] is not None else None
        at, log = EARLY if early else datetime.now(UTC), self.writer(second)
        if link is not None and link.status == ERASED:
            self.refused_as_erased(lambda: log.record(part_of_a_course(kind, patient, link.id, log, at)))
            return None
        record = part_of_a_course(kind, patient, link.id if link else "", self.log, at)
        wrong = link is not None and (link.fields["patient"] != patient or link.gone)
        if wrong or (link is not None and early):
            rule = r"belongs to another patient|that was voided|later than this record itself"
            with pytest.raises(RecordError, match=rule):
                log.record(record)
            return None
        entry = log.record(record)
        self.took(entry, "record", kind)
        points_to = link.id if link else None
        fields = {"patient": patient}
        self.records[entry.id] = Model(entry.id, kind, ["record"], fields=fields, link=points_to)
        return entry

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), second=st.booleans())
    def retry(self, data: st.DataObject, second: bool) -> None:
        call, entry = data.draw(st.sampled_from(self.calls))
        if self.records[entry.id].status == ERASED:
            with pytest.raises(ConflictError):
                self.writer(second).prescribe(**call)
            return
        assert self.writer(second).prescribe(**call) == entry
        with pytest.raises(ConflictError):
            self.writer(second).prescribe(**(call | {"patient": "P-9"}))

    @rule(target=entries, entry=entries, reason=st.sampled_from(REASONS), second=st.booleans())
    def amend(self, entry: Entry | None, reason: str, second: bool) -> Entry | None:
        if entry is None:
            return None
        model = self.records[entry.id]
        if model.status == ERASED:
            self.refused_as_erased(lambda: self.writer(second).amend(entry, entry.record, reason=reason))
            return None
        newest = self.log.get(entry.id)
        said = "rationale" if model.kind == "prescription" else "note"
        changed = attrs.evolve(newest.record, **{said: f"{reason} {len(self.acts)}"})
        log = self.writer(second)
        if model.status == "voided" or entry.version != len(model.versions):
            with pytest.raises(ConflictError):
                log.amend(entry, changed, reason=reason)
            return None
        amended = log.amend(entry, changed, reason=reason)
        self.took(amended, "amend", model.kind)
        model.versions.append("amend")
        assert log.amend(entry, changed, reason=reason) == amended
        return amended

    @rule(entry=entries, reason=st.sampled_from(REASONS), second=st.booleans())
    def stop(self, entry: Entry | None, reason: str, second: bool) -> None:
        if entry is None:
            return
        model, log = self.records[entry.id], self.writer(second)
        if model.status == ERASED:
            self.refused_as_erased(lambda: log.stop(entry.id, reason=reason))
            return
        if model.status != "active" or model.kind != "prescription":
            with pytest.raises(ConflictError):
                log.stop(entry.id, reason=reason)
            return
        self.took(log.stop(entry.id, reason=reason), "stop", "prescription")
        model.versions.append("stop")
        model.status = "stopped"

    @rule(entry=entries, reason=st.sampled_from(REASONS), second=st.booleans())
    def void(self, entry: Entry | None, reason: str, second: bool) -> None:
        if entry is None:
            return
        self.void_record(entry.id, reason, second)

    def void_record(self, record_id: str, reason: str, second: bool) -> None:
        model, log = self.records[record_id], self.writer(second)
        if model.status == ERASED:
            self.refused_as_erased(lambda: log.void(record_id, reason=reason))
            return
        if model.status == "voided" or model.needed_by(self.records.values()):
            rule = "is void" if model.status == "voided" else "has records that point to it"
            with pytest.raises(ConflictError, match=rule):
                log.void(record_id, reason=reason)
            return
        self.took(log.void(record_id, reason=reason), "void", model.kind)
        model.versions.append("void")
        model.status = "voided"

    @precondition(lambda self: len(self.acts) > FEW)
    @rule(entry=entries, all_of_the_patient=st.booleans(), second=st.booleans())
    def erase(self, entry: Entry | None, all_of_the_patient: bool, second: bool) -> None:
        if entry is None:
            return
        model, log = self.records[entry.id], self.writer(second)
        patient = model.fields["patient"]
        left, call = [model], {"which": model.id}
        if all_of_the_patient:
            theirs = [one for one in self.records.values() if one.fields.get("patient") == patient]
            left, call = [one for one in theirs if one.status != ERASED], {"patient": patient}
        if not left:
            with pytest.raises(RecordNotFoundError):
                log.erase(**call, reason="asked", authority="a court")
        elif not all_of_the_patient and (model.status == ERASED or model.needed_by(self.records.values())):
            rule = "was erased already" if model.status == ERASED else "has records that point to it"
            with pytest.raises(ConflictError, match=rule):
                log.erase(**call, reason="asked", authority="a court")
        else:
            done = log.erase(**call, reason="asked", authority="a court")
            for one, act in zip(left, done.entries, strict=True):
                self.is_erased(one, act)

    def is_erased(self, model: Model, entry: Entry) -> None:
        self.took(entry, "erase", model.kind)
        assert entry.id == model.id
        model.versions.append("erase")
        model.status = ERASED

    def refused_as_erased(self, act: Callable[[], object]) -> None:
        with pytest.raises(RecordErasedError):
            act()

    @precondition(lambda self: len(self.doctors) == len(DOCTORS))
    @rule(second=st.booleans())
    def void_a_doctor(self, second: bool) -> None:
        self.void_record(self.doctors[DOCTORS[-1]], "left", second)

    @rule(
        given=st.lists(st.tuples(st.sampled_from((*DOCTORS, "dr-z")), st.sampled_from((*PATIENTS, "P 1")))),
        second=st.booleans(),
        stop=st.booleans(),
    )
    def batch(self, given: list[tuple[str, str]], second: bool, stop: bool) -> None:
        lines = [GIVEN | {"doctor": doctor, "patient": patient} for doctor, patient in given]
        good = [pair for pair in given if self.standing_doctor(pair[0]) and pair[1] != "P 1"]
        log, before = self.writer(second), len(self.acts)
        if stop and len(good) < len(given):
            with pytest.raises(BatchError):
                log.append_many(lines)
            assert len(log) == before
            return
        report = log.append_many(lines, on_refused="report", batch=3)
        assert (report.read, report.appended) == (len(given), len(good))
        assert report.refused_count == len(given) - len(good)
        for entry, (doctor, patient) in zip(log.entries(after=before), good, strict=True):
            self.new(entry, doctor, patient)

    @rule()
    def reopen(self) -> None:
        self.log.close()
        self.log = PrescriptionLog.open(self.path)

    @rule()
    def read_only(self) -> None:
        with PrescriptionLog.open(self.path, read_only=True) as log:
            assert len(log) == len(self.acts)
            with pytest.raises(LogReadOnlyError):
                log.register(Doctor(id="dr-ro", name="Nobody"))

    @rule(after=st.integers(0, 30), page=st.integers(1, 7))
    def entries_behind(self, after: int, page: int) -> None:
        read = list(self.other.entries(after=after, page=page))
        assert [(entry.act, entry.id) for entry in read] == self.acts[after:]

    @rule(doctor=st.none() | st.sampled_from(DOCTORS), patient=st.none() | st.sampled_from(PATIENTS))
    def filters(self, doctor: str | None, patient: str | None) -> None:
        for voided in (False, True):
            found = self.log.prescriptions(doctor=doctor, patient=patient, include_voided=voided)
            assert [one.id for one in found] == [
                model.id
                for model in self.records.values()
                if model.kind == "prescription"
                and doctor in (None, model.fields["doctor"])
                and patient in (None, model.fields["patient"])
                and (not model.gone or (voided and model.status != ERASED))
            ]

    @precondition(lambda self: self.stood)
    @rule(data=st.data())
    def as_of(self, data: st.DataObject) -> None:
        time, _ = data.draw(st.sampled_from(self.stood))
        number = max(place for place, (when, _) in enumerate(self.stood, start=1) if when <= time)
        with self.other.as_of(time) as then:
            assert len(then) == number
            for record_id, shown in self.stood[number - 1][1].items():
                assert self.records[record_id].status == ERASED or self.shown_in(then, record_id) == shown

    def shown_in(self, log: PrescriptionLog, record_id: str) -> tuple[str, str, int]:
        now = log.get(record_id)
        return now.kind, now.status, now.version

    @rule(patient=st.sampled_from(PATIENTS))
    def one_patient(self, patient: str) -> None:
        assert [one.id for one in self.other.patient(patient)] == [
            model.id
            for model in self.records.values()
            if model.fields.get("patient") == patient and not model.gone
        ]

    @rule()
    def verified_and_rebuilt(self) -> None:
        self.whole()

    @invariant()
    def stands(self) -> None:
        if self.stood and not self.stood[-1][1]:
            self.stood[-1][1].update({model.id: model.shown for model in self.records.values()})
        assert len(self.log) == len(self.other) == len(self.acts)
        if self.records:
            model = list(self.records.values())[len(self.acts) % len(self.records)]
            if model.status == ERASED:
                self.refused_as_erased(lambda: self.other.get(model.id))
            else:
                assert self.shown_in(self.other, model.id) == model.shown
            assert [entry.act for entry in self.log.history(model.id)] == model.versions
