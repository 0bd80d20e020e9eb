"""The chart of one patient in a log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.chart import Chart
from mesococktail.errors import MesococktailError, RecordError, RecordNotFoundError
from mesococktail.records import (
    AdverseEvent,
    Aftercare,
    Around,
    Consent,
    Doctor,
    Outcome,
    PatientFacts,
    Preparation,
    Screening,
    Session,
)
from tests.chart.clinic import AT, DAY, HOUR, LINE, STOCK, WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = AT + 2 * WEEK


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PrescriptionLog]:
    with PrescriptionLog.create(tmp_path / "clinic.db", clinic="riverside") as made:
        made.register(Doctor(id="dr-a", name="A. Physician"))
        yield made


def record(log: PrescriptionLog, kind: Any, at: Any = AT, **fields: Any) -> str:
    return log.record(kind(patient="P-1", at=at, **fields)).id


def prescribe(log: PrescriptionLog, patient: str = "P-1", **fields: Any) -> str:
    plain: dict[str, Any] = {"doctor": "dr-a", "indication": "alopecia areata", "at": AT, "plan": "weekly x8"}
    return log.prescribe(LINE, patient=patient, **(plain | fields)).id


def a_course(log: PrescriptionLog) -> str:
    """Write down one record of every kind that a patient has, each an hour after the one before."""
    facts: Any = {"sex": "male", "birth_year": 1984}
    record(log, PatientFacts, AT - 3 * HOUR, **facts)
    record(log, Screening, AT - 2 * HOUR, asked_by="nurse", answers={"heart_problem": "unknown"})
    record(log, Consent, AT - HOUR, version="3", obtained_by="dr-a")
    id_ = prescribe(log)
    made = record(log, Preparation, AT, prescription=id_, prepared_by="nurse", stock=STOCK, total="5 mL")
    given = record(
        log,
        Session,
        AT + HOUR,
        prescription=id_,
        preparation=made,
        injected_by="dr-a",
        volume="4 mL",
        points=40,
    )
    told = [{"rule": "use_sunscreen", "text": "Use sunscreen."}]
    record(log, Aftercare, AT + 2 * HOUR, session=given, given_by="nurse", instructions=told)
    record(log, Outcome, AT + DAY, measure="hair_density", amount="150 hairs/cm2", zone="vertex")
    record(log, AdverseEvent, AT + 2 * DAY, term="swelling", grade="mild")
    return id_


def test_the_timeline_has_every_record_in_order_of_time_one_line_each(log: PrescriptionLog) -> None:
    a_course(log)
    lines = [str(one) for one in Chart(log, "P-1", now=NOW).timeline()]
    assert lines == [
        "2026-03-02 07:00+04:00  patient facts: sex male, birth year 1984",
        "2026-03-02 08:00+04:00  screening: asked by nurse, answers heart problem, unknown",
        "2026-03-02 09:00+04:00  consent: version 3, obtained by dr-a, given yes",
        "2026-03-02 10:00+04:00  prescription: biotin + minoxidil, alopecia areata, weekly x8, by dr-a",
        "2026-03-02 10:00+04:00  preparation: "
        "minoxidil + biotin + sodium-chloride-0.9, 5 mL in all, by nurse",
        "2026-03-02 11:00+04:00  session: given, 4 mL, 40 points, by dr-a",
        "2026-03-02 12:00+04:00  aftercare: given by nurse, instructions use sunscreen, Use sunscreen.",
        "2026-03-03 10:00+04:00  outcome: hair density 150 hairs/cm2, at vertex",
        "2026-03-04 10:00+04:00  adverse event: swelling, mild",
    ]


def test_a_record_written_late_stands_where_it_happened(log: PrescriptionLog) -> None:
    record(log, AdverseEvent, AT, term="headache")
    record(log, AdverseEvent, Around(2019), term="bruising", transcribed_from="old chart")
    assert [one.line for one in Chart(log, "P-1").timeline()] == ["bruising", "headache"]


def test_the_whole_chart_is_printed(log: PrescriptionLog) -> None:
    a_course(log)
    text = str(Chart(log, "P-1", now=NOW))
    for part in (
        "patient P-1, 2026-03-16 10:00+04:00",
        "given 1 of 8",
        "overdue since 2026-03-09",
        "minoxidil 4 mg prepared (1 session)",
        "hair density, vertex: 150 hairs/cm2",
        "subsides after a day or two",
        "minoxidil, lot M-1, given in 1 session",
        "adverse event: swelling, mild",
    ):
        assert part in text


def test_the_newest_prescription_is_the_course_where_none_is_named(log: PrescriptionLog) -> None:
    newest = prescribe(log, at=AT + DAY)
    older = prescribe(log)
    chart = Chart(log, "P-1", now=NOW)
    assert chart.course().id == newest
    assert chart.course(older).id == older
    assert chart.course(log.get(older)).id == older
    assert [one.id for one in chart.courses()] == [older, newest]


def test_a_chart_has_instructions_after_its_own_sessions_alone(log: PrescriptionLog) -> None:
    id_ = a_course(log)
    chart = Chart(log, "P-1")
    [first, *_] = chart.course(id_).sessions
    assert len(chart.instructions(first.id)) == 8
    for wrong in (id_, "P-1"):
        with pytest.raises(RecordNotFoundError, match="is no session of this patient"):
            chart.instructions(wrong)


def test_a_prescription_of_somebody_else_is_none_of_this_chart(log: PrescriptionLog) -> None:
    other = prescribe(log, "P-2")
    prescribe(log)
    for wrong in (other, "no such thing", 7):
        with pytest.raises(RecordNotFoundError, match="is no prescription of this patient"):
            Chart(log, "P-1").course(wrong)  # type: ignore[arg-type]  # anything may be given


def test_a_patient_without_records_has_an_empty_chart(log: PrescriptionLog) -> None:
    chart = Chart(log, "P-9", now=NOW)
    assert (chart.timeline(), chart.events(), chart.outcomes(), chart.lots(), chart.facts()) == (
        (),
        (),
        (),
        (),
        None,
    )
    assert str(chart) == "patient P-9, 2026-03-16 10:00+04:00"
    with pytest.raises(RecordNotFoundError, match="P-9: has no prescription"):
        chart.course()


def test_what_was_voided_is_left_out_and_what_was_stopped_says_so(log: PrescriptionLog) -> None:
    log.void(prescribe(log), reason="wrong patient")
    kept = prescribe(log, at=AT + DAY)
    log.stop(kept, reason="moved away")
    chart = Chart(log, "P-1", now=NOW)
    assert [one.id for one in chart.courses()] == [kept]
    assert (chart.course().stopped, chart.course().next_due) == (True, None)
    [line] = chart.timeline()
    assert line.line.endswith(", stopped")


def test_a_correction_is_what_counts(log: PrescriptionLog) -> None:
    id_ = prescribe(log)
    given = record(log, Session, prescription=id_, injected_by="dr-a", volume="5 mL")
    partly = Session(
        patient="P-1",
        at=AT,
        prescription=id_,
        injected_by="dr-a",
        volume="1 mL",  # type: ignore[arg-type]  # texts are taken everywhere
        given="partly",
        reason="it hurt",
    )
    log.amend(given, partly, reason="miscounted")
    course = Chart(log, "P-1", now=NOW).course()
    assert (course.given, course.partly, str(course.doses[0].amount)) == (0, 1, "1 mg")


def test_a_chart_of_the_log_as_it_stood_is_read_by_replay(log: PrescriptionLog) -> None:
    prescribe(log)
    then = next(reversed(list(log.entries()))).recorded_at
    record(log, AdverseEvent, term="headache")
    with log.as_of(then) as old:
        assert [one.kind for one in Chart(old, "P-1").timeline()] == ["prescription"]
    assert len(Chart(log, "P-1").timeline()) == 2


def test_the_clock_is_an_argument_and_read_only_where_none_is_given(log: PrescriptionLog) -> None:
    assert Chart(log, "P-1", now="2026-03-16T10:00+04:00").now == NOW
    assert Chart(log, "P-1").now.utcoffset() is not None


def test_facts_are_merged_as_of_a_time(log: PrescriptionLog) -> None:
    record(log, PatientFacts, AT, sex="female", pregnancy="not_pregnant")
    record(log, PatientFacts, AT + WEEK, pregnancy="pregnant")
    chart = Chart(log, "P-1", now=NOW)
    now, then = chart.facts(), chart.facts(AT + DAY)
    assert now is not None
    assert then is not None
    assert (now.sex, now.pregnancy, then.pregnancy) == ("female", "pregnant", "not_pregnant")
    assert chart.facts("2019") is None


def test_every_stock_says_what_it_was_given_in(log: PrescriptionLog) -> None:
    id_ = a_course(log)
    record(
        log,
        Preparation,
        AT + WEEK,
        prescription=id_,
        prepared_by="nurse",
        stock=[{"agent": "minoxidil", "lot_status": "unknown", "product": "Minox", "expiry": "2027-01"}],
    )
    lots = Chart(log, "P-1", now=NOW).lots()
    assert [len(one.sessions) for one in lots] == [1, 1, 1, 0]
    assert str(lots[0]) == "minoxidil, lot M-1, given in 1 session"
    assert str(lots[3]) == "minoxidil, Minox, lot unknown, expiry 2027-01, not recorded as given"


@pytest.mark.parametrize(
    ("args", "named", "message"),
    [
        (("clinic.db", "P-1"), {}, "log: clinic.db: must be an open log"),
        ((None, "P-1"), {"now": "yesterday"}, "now: yesterday: is not a time"),
        ((None, "P-1"), {"now": "2025-03"}, "now: 2025-03: is not a moment"),
        ((None, "P-1"), {"now": 5}, "now: 5: must be a time"),
        ((None, 7), {}, "patient: 7: must be an id"),
    ],
)
def test_a_misused_chart_says_what_is_wrong(
    log: PrescriptionLog, args: tuple[Any, Any], named: Any, message: str
) -> None:
    with pytest.raises(MesococktailError) as caught:
        Chart(args[0] or log, args[1], **named)
    assert str(caught.value).startswith(message)


def test_a_time_that_is_none_is_refused_for_facts_too(log: PrescriptionLog) -> None:
    with pytest.raises(RecordError, match="at: soon: is not a time"):
        Chart(log, "P-1").facts("soon")


def test_a_long_line_is_cut(log: PrescriptionLog) -> None:
    record(log, AdverseEvent, term="other", description="very " * 99 + "bad\nand more")
    [line] = Chart(log, "P-1").timeline()
    assert line.line.endswith("…")
    assert len(line.line) == 110
    assert "\n" not in line.line


def test_an_event_in_a_chart_knows_the_present(log: PrescriptionLog) -> None:
    record(log, AdverseEvent, AT, term="swelling")
    early, late = Chart(log, "P-1", now=AT + DAY), Chart(log, "P-1", now=AT + timedelta(days=3))
    assert [one.needs_look for one in (*early.events(), *late.events())] == [False, True]
