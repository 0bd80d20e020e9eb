"""Adverse events: the sessions before them, and which of them ask for a doctor's look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.chart.events import read_event
from mesococktail.records import AdverseEvent, Around, Stands
from tests.chart.clinic import AT, DAY, HOUR, OURS, WEEK, Patient


def treated() -> tuple[Patient, str, str]:
    """Return a patient with two sessions of one prescription, a week apart."""
    patient = Patient()
    id_ = patient.prescribe()
    first = patient.give(id_, AT, volume="5 mL", preparation=patient.prepare(id_))
    return patient, first, patient.give(id_, AT + WEEK)


def test_the_sessions_before_an_event_come_nearest_first() -> None:
    patient, first, second = treated()
    patient.give(patient.records.each[0].id, AT + 9 * DAY)
    patient.give(patient.records.each[0].id, AT + 6 * DAY, given="not_given")
    event = patient.suffer("headache", AT + 8 * DAY)
    assert [one.id for one in event.before] == [second, first]
    assert [one.least for one in event.before] == [one.most for one in event.before] == [DAY, 8 * DAY]
    assert all(one.certain for one in event.before)


def test_what_was_given_before_it_is_named_with_its_lots() -> None:
    patient, first, _ = treated()
    [before] = patient.suffer("headache", AT + 5 * HOUR).before
    assert before.combinations == ("biotin + minoxidil",)
    assert before.lots == ("minoxidil M-1", "biotin B-1", "sodium-chloride-0.9 S-1")
    assert str(before) == (
        f"5 hours before: session {first}, biotin + minoxidil; "
        "lots minoxidil M-1, biotin B-1, sodium-chloride-0.9 S-1"
    )


def test_sessions_of_every_prescription_count() -> None:
    patient, _, _ = treated()
    other = patient.prescribe("finasteride 1 mL of 1 mg/mL (principal) + biotin 5 mg (complementary)")
    patient.give(other, AT + 2 * WEEK)
    event = patient.suffer("headache", AT + 3 * WEEK)
    assert [one.combinations for one in event.before] == [
        ("biotin + finasteride",),
        ("biotin + minoxidil",),
        ("biotin + minoxidil",),
    ]


def test_a_split_scalp_had_both_of_its_mixtures() -> None:
    patient = Patient()
    one = patient.prescribe()
    other = patient.prescribe("finasteride 1 mL of 1 mg/mL (principal) + biotin 5 mg (complementary)")
    zones = [
        {"zone": "frontal", "volume": "1 mL", "preparation": patient.prepare(one)},
        {"zone": "vertex", "volume": "1 mL", "preparation": patient.prepare(other)},
    ]
    patient.give(one, zones=zones)
    [before] = patient.suffer("headache", AT + HOUR).before
    assert before.combinations == ("biotin + minoxidil", "biotin + finasteride")


def test_a_session_without_an_agent_counts_too() -> None:
    patient = Patient()
    patient.give(None, payload="saline")
    [before] = patient.suffer("pain", AT + HOUR).before
    assert "saline" in str(before)


def test_an_imprecise_date_leaves_open_which_sessions_came_before() -> None:
    patient, first, second = treated()
    event = patient.suffer("headache", Around(2026, 3))
    assert [(one.id, one.certain) for one in event.before] == [(second, False), (first, False)]
    assert "perhaps" in str(event)
    later = patient.suffer("headache", Around(2026, 5))
    assert [one.certain for one in later.before] == [True, True]
    assert later.before[0].least < later.before[0].most


@pytest.mark.parametrize("term", ["inflammation", "swelling"])
def test_what_should_subside_in_a_day_or_two_is_looked_at_when_it_has_not(term: str) -> None:
    patient, _, _ = treated()
    assert not patient.suffer(term, AT, AT + 2 * DAY).needs_look
    event = patient.suffer(term, AT, AT + 2 * DAY + HOUR)
    assert event.needs_look
    assert "subsides after a day or two" in str(event)
    assert "not recorded to be over" in str(event)


def test_what_lasts_a_short_time_has_no_bound_so_it_is_looked_at() -> None:
    event = Patient().suffer("scalp_sensation_loss", AT, AT + HOUR)
    assert [("for a short time" in one, "names no bound" in one) for one in event.reasons] == [(True, True)]
    assert not Patient().suffer("scalp_sensation_loss", AT, AT + HOUR, looked_at=AT).needs_look


def test_a_term_that_the_formulary_has_no_more_asks_for_nothing() -> None:
    patient = Patient()
    of_another_clinic = AdverseEvent(patient="P-1", at=AT, term="of_another_clinic")
    event = read_event(Stands("id", of_another_clinic), patient.records, OURS, AT + 99 * DAY)
    assert (event.needs_look, event.reasons) == (False, ())


def test_what_no_source_says_subsides_asks_for_nothing() -> None:
    assert not Patient().suffer("bruising", AT, AT + 99 * DAY).needs_look


@pytest.mark.parametrize(
    "said",
    [
        {"resolved_at": AT + DAY},
        {"duration": "20 h"},
        {"result": "recovered"},
        {"result": "recovered_with_sequelae"},
        {"looked_at": AT + 3 * DAY},
    ],
)
def test_what_is_over_or_was_looked_at_in_time_asks_for_nothing(said: dict[str, Any]) -> None:
    assert not Patient().suffer("swelling", AT, AT + 9 * DAY, **said).needs_look


@pytest.mark.parametrize(
    "said",
    [
        {"result": "recovering"},
        {"result": "unknown"},
        {"duration": "20 h", "result": "not_recovered"},
        {"looked_at": AT + DAY},
    ],
)
def test_what_goes_on_is_looked_at_though_it_was_seen_early(said: dict[str, Any]) -> None:
    assert Patient().suffer("swelling", AT, AT + 9 * DAY, **said).needs_look


@pytest.mark.parametrize(
    "said",
    [
        {"seriousness": "hospitalisation"},
        {"grade": "life_threatening"},
        {"grade": "fatal", "seriousness": "death", "result": "fatal"},
        {"result": "fatal"},
        {"action": "hospitalised"},
    ],
)
def test_a_serious_event_is_looked_at_also_when_it_is_over(said: dict[str, Any]) -> None:
    over = {"result": "recovered"} if said.get("result") is None and said.get("grade") != "fatal" else {}
    assert Patient().suffer("headache", AT, AT, **(over | said)).needs_look
    assert not Patient().suffer("headache", AT, AT, **(over | said), looked_at=AT + HOUR).needs_look


def test_an_event_that_is_not_serious_asks_for_nothing() -> None:
    assert not Patient().suffer("headache", AT, AT, seriousness="not_serious").needs_look


@given(st.lists(st.integers(-5000, 5000), max_size=8), st.integers(-5000, 5000))
def test_any_event_has_exactly_the_sessions_not_after_it(hours: list[int], onset: int) -> None:
    patient = Patient()
    id_ = patient.prescribe()
    for each in hours:
        patient.give(id_, AT + each * HOUR)
    event = patient.suffer("headache", AT + onset * HOUR)
    passed = [timedelta(hours=onset - each) for each in hours if each <= onset]
    assert [one.least for one in event.before] == sorted(passed)
