"""Harm that came after sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mesococktail import Study
from mesococktail.research.elapsed import DAY, Moment, elapsed
from mesococktail.research.onsets import Given, latest_before
from tests.research.writing import OTHER, dropped, harm, hold, only, prescribe

if TYPE_CHECKING:
    import random

    from mesococktail import PrescriptionLog

CHART = {"transcribed_from": "chart"}
EVENTS = "adverse events"


def first(log: PrescriptionLog, **options: Any) -> dict[str, Any]:
    """The row of every event together, of the combination that comes first."""
    return dict(Study(log).adverse_events(**options).texts[0])


def test_an_event_belongs_to_the_session_before_it(log: PrescriptionLog) -> None:
    course = prescribe(log)
    for at in (0, 7, 14):
        hold(log, course, at)
    harm(log, 8.5)
    row = {
        "combination": "biotin + minoxidil",
        "sessions": 3,
        "sessions_with_event": 1,
        "session_rate": "0.3333",
        "session_low": "0.0084",
        "session_high": "0.9057",
        "patients": 1,
        "patients_with_event": 1,
        "patient_rate": "1.0000",
        "patient_low": "0.0250",
        "patient_high": "1.0000",
        "onset_q1": "1.500",
        "onset_median": "1.500",
        "onset_q3": "1.500",
    }
    texts = Study(log).adverse_events().texts
    assert list(texts) == [row | {"term": "any"}, row | {"term": "bruising"}]


def test_sessions_without_harm_have_a_row_with_zero(log: PrescriptionLog) -> None:
    hold(log, prescribe(log), 0)
    row = only(Study(log).adverse_events())
    assert (row["term"], row["sessions"], row["sessions_with_event"]) == ("any", 1, 0)
    assert (row["session_low"], row["session_high"], row["onset_median"]) == ("0.0000", "0.9750", None)


def test_two_events_after_one_session_are_one_session_with_an_event(log: PrescriptionLog) -> None:
    hold(log, prescribe(log), 0)
    harm(log, 1)
    harm(log, 3)
    harm(log, 5, "pain")
    rows = Study(log).adverse_events().texts
    assert [(row["term"], row["sessions_with_event"]) for row in rows] == [
        ("any", 1),
        ("bruising", 1),
        ("pain", 1),
    ]
    assert [row["onset_median"] for row in rows] == ["3.000", "2.000", "5.000"]


@pytest.mark.parametrize(("at", "events"), [(-0.01, 0), (0, 1), (30, 1), (30.01, 0)])
def test_the_window_includes_its_ends(log: PrescriptionLog, at: float, events: int) -> None:
    hold(log, prescribe(log, at=-1), 0)
    harm(log, at)
    assert first(log)["sessions_with_event"] == events
    answer = Study(log).adverse_events()
    assert dropped(answer, EVENTS) == ({} if events else {"no session within 30 days before": 1})


def test_an_event_belongs_to_a_later_session_even_if_that_is_not_counted(log: PrescriptionLog) -> None:
    course, other = prescribe(log), prescribe(log, cocktail=OTHER)
    hold(log, course, 0)
    hold(log, other, 5)
    harm(log, 6)
    answer = Study(log).where(agent="minoxidil").adverse_events()
    assert only(answer)["sessions_with_event"] == 0
    assert dropped(answer, EVENTS) == {"after a session that is not counted": 1}


def test_a_session_without_a_prescription_is_a_session_before(log: PrescriptionLog) -> None:
    hold(log, prescribe(log), 0)
    hold(log, None, 5, patient="P-1", payload="saline")
    harm(log, 6)
    answer = Study(log).adverse_events()
    assert dropped(answer, EVENTS) == {"after a session that is not counted": 1}
    assert dropped(answer, "sessions") == {"of no prescription that is counted": 1}


def test_sessions_not_given_and_voided_ones_do_not_count(log: PrescriptionLog) -> None:
    course = prescribe(log)
    hold(log, course, 0, given="partly")
    hold(log, course, 1, given="not_given")
    log.void(hold(log, course, 2), reason="wrong")
    harm(log, 3)
    log.void(harm(log, 4), reason="wrong")
    answer = Study(log).adverse_events()
    row = answer.texts[0]
    assert (row["sessions"], row["sessions_with_event"], row["onset_median"]) == (1, 1, "3.000")
    assert dropped(answer, "sessions") == {"voided": 1, "not given": 1}
    assert dropped(answer, EVENTS) == {"voided": 1}


def test_of_two_sessions_in_one_second_the_later_record_counts(log: PrescriptionLog) -> None:
    hold(log, prescribe(log), 0)
    hold(log, prescribe(log, cocktail=OTHER), 0)
    harm(log, 1)
    rows = Study(log).adverse_events().texts
    assert [(row["combination"], row["sessions_with_event"]) for row in rows if row["term"] == "any"] == [
        ("biotin + dexpanthenol", 1),
        ("biotin + minoxidil", 0),
    ]


@pytest.mark.parametrize(
    ("session", "onset", "why"),
    [
        ("2025-03-05", "2025-03-06", None),
        ("2025-03-05", "2025-03-05", "imprecise"),
        ("2025-03-05", "2025-03-05T10:00+00:00", "imprecise"),
        ("2025-03-05", "2025-03-06T01:00+04:00", None),
        ("2025-03-05T23:00-10:00", "2025-03-06", None),
        ("2025-03-05T23:00+00:00", "2025-03", "imprecise"),
        ("2025-02-01T10:00+00:00", "2025-03", "imprecise"),
        ("2025-02-27T10:00+00:00", "2025-03", None),
        ("2025-02", "2025-03-01", None),
        ("2024", "2025-03-01", "none"),
        ("2024", "2025-01-15", "imprecise"),
        ("2025-03-07", "2025-03-05", "none"),
    ],
)
def test_imprecise_dates_count_where_they_leave_no_doubt(
    log: PrescriptionLog, session: str, onset: str, why: str | None
) -> None:
    hold(log, prescribe(log, at="2023", **CHART), session, **CHART)
    harm(log, onset, **CHART)
    answer = Study(log).adverse_events(window=58)
    reasons = {
        "none": {"no session within 58 days before": 1},
        "imprecise": {"dates too imprecise to say after which session": 1},
        None: {},
    }
    assert dropped(answer, EVENTS) == reasons[why]
    assert answer.texts[0]["sessions_with_event"] == int(why is None)
    assert answer.texts[0]["onset_median"] is None


def test_which_of_two_sessions_was_later_must_be_certain(log: PrescriptionLog) -> None:
    course = prescribe(log, at="2023", **CHART)
    hold(log, course, "2025-03-05", **CHART)
    hold(log, course, "2025-03-05T10:00+00:00")
    harm(log, "2025-03-07T10:00+00:00")
    answer = Study(log).adverse_events()
    assert dropped(answer, EVENTS) == {"dates too imprecise to say after which session": 1}


def test_by_agent_every_agent_of_the_cocktail_has_a_row(log: PrescriptionLog) -> None:
    hold(log, prescribe(log), 0)
    hold(log, prescribe(log, cocktail=OTHER), 10)
    harm(
        log,
        11,
        suspects=[
            {"suspect": "agent", "name": "Dexpanthenol"},
            {"suspect": "agent", "name": "the blue one"},
            {"suspect": "lot", "name": "biotin"},
        ],
    )
    rows = Study(log).adverse_events(by="agent").texts
    assert [
        (row["agent"], row["term"], row["sessions"], row["sessions_with_event"], row["suspected"])
        for row in rows
    ] == [
        ("biotin", "any", 2, 1, 0),
        ("biotin", "bruising", 2, 1, 0),
        ("dexpanthenol", "any", 1, 1, 1),
        ("dexpanthenol", "bruising", 1, 1, 1),
        ("minoxidil", "any", 1, 0, 0),
    ]
    assert [row["patients"] for row in rows] == [1] * 5


def treated(
    log: PrescriptionLog, patients: int, harmed: int, *, term: str = "bruising", start: int = 0
) -> None:
    """Write a course of three sessions of each patient, after the last of which some are harmed."""
    for place in range(start, start + patients):
        course = prescribe(log, f"P-{place}")
        for at in (0, 7, 14):
            hold(log, course, at)
        if place < start + harmed:
            harm(log, 15 + place / 10, term, patient=f"P-{place}")


def test_published_rates_come_from_the_counts_that_are_shown(log: PrescriptionLog) -> None:
    treated(log, 21, 9)
    row = Study(log, suppress_below=8).adverse_events().texts[0]
    assert [row[name] for name in ("sessions", "sessions_with_event", "patients", "patients_with_event")] == [
        65,
        10,
        20,
        10,
    ]
    known = stats.binomtest(10, 65).proportion_ci(0.95, "exact")
    assert float(str(row["session_low"])) == pytest.approx(known.low, abs=1e-4)


@pytest.mark.parametrize(("patients", "harmed"), [(21, 3), (12, 9)])
def test_few_who_were_harmed_or_not_are_suppressed(log: PrescriptionLog, patients: int, harmed: int) -> None:
    treated(log, patients, harmed)
    for row in Study(log, suppress_below=8).adverse_events().texts:
        assert {value for name, value in row.items() if name not in ("combination", "term")} == {"suppressed"}


def test_zero_is_shown_as_zero(log: PrescriptionLog) -> None:
    treated(log, 12, 0)
    row = only(Study(log, suppress_below=8).adverse_events())
    assert (row["sessions"], row["sessions_with_event"], row["patient_rate"]) == (35, 0, "0.0000")


def test_where_one_term_is_of_few_another_is_hidden_too(log: PrescriptionLog) -> None:
    treated(log, 30, 12)
    treated(log, 30, 2, term="pain", start=30)
    rows = Study(log, suppress_below=8).adverse_events().texts
    assert [(row["term"], row["sessions_with_event"]) for row in rows] == [
        ("any", 15),
        ("bruising", "suppressed"),
        ("pain", "suppressed"),
    ]


def test_many_events_of_few_patients_are_suppressed(log: PrescriptionLog) -> None:
    treated(log, 30, 12, term="pain")
    course = prescribe(log, "P-0")
    for at in range(20, 32):
        hold(log, course, at)
        harm(log, at + 0.5, patient="P-0")
    rows = Study(log, suppress_below=8).adverse_events().texts
    assert [(row["term"], row["sessions_with_event"]) for row in rows] == [
        ("any", 25),
        ("bruising", "suppressed"),
        ("pain", "suppressed"),
    ]


def test_onsets_and_suspects_of_few_are_suppressed_alone(log: PrescriptionLog) -> None:
    treated(log, 30, 4)
    for place in range(4, 12):
        harm(log, "2025-01-17", patient=f"P-{place}", **CHART)
    harm(log, 18, patient="P-12", suspects=[{"suspect": "agent", "name": "biotin"}])
    row = Study(log, suppress_below=8).adverse_events(by="agent").texts[0]
    assert (row["agent"], row["sessions_with_event"]) == ("biotin", 15)
    assert (row["onset_median"], row["suspected"]) == ("suppressed", "suppressed")


@pytest.mark.parametrize(
    ("patients", "suspecting"), [(range(20), 17), ([*range(10, 20), 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 0)]
)
def test_suspects_of_few_or_of_all_but_few_are_suppressed(
    log: PrescriptionLog, patients: list[int], suspecting: int
) -> None:
    treated(log, 40, 0)
    named = [{"suspect": "agent", "name": "biotin"}]
    for number, place in enumerate(patients):
        said: dict[str, Any] = {"suspects": named} if number < suspecting or place < 2 else {}
        harm(log, 15 + number / 30, patient=f"P-{place}", **said)
    row = Study(log, suppress_below=8).adverse_events(by="agent").texts[0]
    assert (row["agent"], row["sessions_with_event"] != "suppressed", row["suspected"]) == (
        "biotin",
        True,
        "suppressed",
    )


def test_suspects_of_many_are_counted(log: PrescriptionLog) -> None:
    treated(log, 30, 0)
    for place in range(10):
        harm(log, 18, patient=f"P-{place}", suspects=[{"suspect": "agent", "name": "biotin"}])
    rows = {row["agent"]: row for row in Study(log, suppress_below=8).adverse_events(by="agent").texts}
    assert (rows["biotin"]["suspected"], rows["minoxidil"]["suspected"]) == (10, 0)


def test_elapsed_time_is_one_number_between_precise_moments() -> None:
    assert elapsed((0, 60, None), (DAY, -60, None)) == (DAY, DAY)


@pytest.mark.parametrize(
    ("text", "digits", "days"),
    [("2024", 4, 366), ("2025", 4, 365), ("2024-02", 7, 29), ("2025-01-31", 10, 1)],
)
def test_an_imprecise_date_is_as_long_as_its_calendar_says(text: str, digits: int, days: int) -> None:
    start = int(datetime.fromisoformat((text + "-01-01")[:10]).replace(tzinfo=UTC).timestamp())
    least, most = elapsed((start, None, digits), (start, 0, None))
    assert (least, most) == (1 - days * DAY, 0)


spans = st.tuples(st.integers(0, 40), st.sampled_from((None, None, 10, 7)))


@given(st.lists(spans, min_size=1, max_size=4), spans, st.integers(0, 20), st.randoms(use_true_random=False))
def test_what_is_certain_holds_whenever_the_imprecise_dates_were(
    sessions: list[tuple[int, int | None]], event: tuple[int, int | None], window: int, rng: random.Random
) -> None:
    def moment(number: int, digits: int | None) -> Moment:
        seconds = number * DAY if digits != 7 else number // 31 * 31 * DAY
        return seconds, None if digits else 0, digits

    given_sessions = [Given(place, moment(*one), None) for place, one in enumerate(sessions)]
    onset = moment(*event)
    found = latest_before(given_sessions, onset, window * DAY)

    def drawn(at: Moment) -> int:
        return at[0] + rng.randrange({None: 1, 10: DAY, 7: 28 * DAY}[at[2]])

    for _ in range(5):
        when = drawn(onset)
        times = [(drawn(one.at), one.key) for one in given_sessions]
        before = [(at, key) for at, key in times if at <= when]
        if found is not None:
            assert before
            assert max(before)[1] == found.key
            assert when - max(before)[0] <= window * DAY
