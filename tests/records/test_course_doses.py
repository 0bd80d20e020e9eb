"""Doses given where what was delivered, or what was drawn, is not what it seems."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from mesococktail.amounts import Amount
from mesococktail.errors import RecordError
from mesococktail.records import Known, PatientFacts, Screening, Session, Stands, complete, months_later
from mesococktail.records.checks import agents_given, contradictions, doses_given, each_given
from tests.records.checking import AT, OURS, PREPARATION, PRESCRIPTION, made, preparation, prescription, stock


def doses(session: Any, *others: Stands) -> dict[str, str]:
    """Return what a session gave, as text."""
    records = {one.id: one for one in (Stands(PRESCRIPTION, prescription()), *others)}
    return {agent: str(dose) for agent, dose in doses_given(session, records).items()}


@pytest.mark.parametrize("payload", ["saline", "none"])
def test_a_session_of_saline_under_an_active_prescription_gave_none_of_it(payload: str) -> None:
    session = made(Session, prescription=PRESCRIPTION, injected_by="nurse", payload=payload, volume="4 mL")
    assert doses(session) == {}
    assert agents_given(session, {PRESCRIPTION: Stands(PRESCRIPTION, prescription())}) == ()


def test_a_zone_cannot_have_a_preparation_where_nothing_active_was_delivered() -> None:
    zones: Any = [{"zone": "vertex", "volume": "1 mL", "preparation": PREPARATION}]
    session = made(Session, injected_by="nurse", payload="saline", zones=zones)
    with pytest.raises(RecordError, match=r"zones\[0\].preparation"):
        complete(session, OURS, AT)


@pytest.mark.parametrize("first", [{}, {"drawn": "0.5 mL"}])
def test_two_vials_of_what_is_asked_for_once_are_not_twice_the_dose(first: dict[str, str]) -> None:
    expected = {"expected": "1 mL"}
    drawn = [stock("minoxidil", **expected, **first), stock("minoxidil", **expected)]
    stands = Stands(PREPARATION, preparation(stock=[*drawn, stock("saline", drawn="4 mL")], total="5 mL"))
    session = made(
        Session, prescription=PRESCRIPTION, preparation=PREPARATION, injected_by="nurse", volume="5 mL"
    )
    assert doses(session, stands)["minoxidil"] == "5 mg"


def test_one_group_that_is_not_in_a_list_is_not_taken_for_several() -> None:
    with pytest.raises(RecordError, match="put it in a list"):
        made(
            Screening,
            asked_by="nurse",
            answers={"allergy_to_ingredient": "yes"},
            allergies={"substance": "lidocaine", "reaction": "rash"},
        )
    with pytest.raises(RecordError, match="put it in a list"):
        made(PatientFacts, treatments_elsewhere={"agent": "finasteride", "route": "by mouth"})


@pytest.mark.parametrize(
    "drawn",
    [
        {"strength": "2 mL", "drawn": "1 mL"},
        {"strength": "5 mg/mL", "drawn": Amount.parse("1 mL") * 0},
    ],
)
def test_stock_that_makes_no_dose_has_none_that_is_known(drawn: dict[str, Any]) -> None:
    made_of = Stands(PREPARATION, preparation(stock=[stock("caffeine", **drawn)], total=None))
    session = made(Session, preparation=PREPARATION, injected_by="nurse", volume="1 mL")
    assert doses(session, made_of) == {"caffeine": "None"}


def test_what_the_zones_do_not_say_came_from_the_preparation_of_the_session() -> None:
    other = "00000000-0000-7000-8000-000000000003"
    made_of = [Stands(id_, preparation()) for id_ in (PREPARATION, other)]
    zones: Any = [{"zone": "frontal"}, {"zone": "vertex", "volume": "2 mL", "preparation": other}]
    session = made(Session, preparation=PREPARATION, injected_by="nurse", volume="4.5 mL", zones=zones)
    records = {one.id: one for one in made_of}
    minoxidil = [given for given in each_given(session, records) if given.agent == "minoxidil"]
    assert {given.preparation: str(given.amount) for given in minoxidil} == {
        PREPARATION: "2.5 mg",
        other: "2 mg",
    }


def test_a_dose_knows_which_preparation_it_came_from() -> None:
    session = made(Session, preparation=PREPARATION, prescription=PRESCRIPTION, injected_by="nurse")
    records = {PREPARATION: Stands(PREPARATION, preparation()), PRESCRIPTION: Stands("x", prescription())}
    assert {given.preparation for given in each_given(session, records)} == {PREPARATION}
    assert {given.preparation for given in each_given(attrs.evolve(session, preparation=None), records)} == {
        None
    }


def test_doses_in_two_measures_have_no_sum() -> None:
    other = "00000000-0000-7000-8000-000000000003"
    made_of = [
        Stands(id_, preparation(stock=[stock("retinol", strength=strength, drawn="1 mL")], total="1 mL"))
        for id_, strength in ((PREPARATION, "5 mg/mL"), (other, "100 IU/mL"))
    ]
    zones: Any = [{"zone": "vertex", "volume": "1 mL", "preparation": id_} for id_ in (PREPARATION, other)]
    both = doses(made(Session, injected_by="nurse", zones=zones), *made_of)
    one = doses(made(Session, injected_by="nurse", zones=zones[:1]), *made_of)
    assert (both, one) == ({"retinol": "None"}, {"retinol": "5 mg"})


def test_an_instruction_beyond_the_calendar_holds_to_its_last_day() -> None:
    assert months_later(date(9998, 12, 31), 900) == date.max


def test_a_volume_by_points_is_a_volume_given() -> None:
    session = made(
        Session,
        prescription=PRESCRIPTION,
        injected_by="nurse",
        points=20,
        per_point="0.1 mL",
        zones=["vertex"],
    )
    assert str(session.injected) == "2 mL"
    assert doses(session)["minoxidil"] == "2 mg"


def test_zones_that_say_their_volumes_speak_before_points() -> None:
    zones: Any = [{"zone": "vertex", "volume": "1 mL"}]
    session = made(Session, injected_by="nurse", points=20, per_point="0.1 mL", zones=zones)
    assert str(session.injected) == "1 mL"


def test_what_was_thrown_away_cannot_have_been_given() -> None:
    stands = Stands(PREPARATION, preparation(total="5 mL", waste="1 mL"))
    linked = {PRESCRIPTION: Stands(PRESCRIPTION, prescription()), PREPARATION: stands}
    given = {"prescription": PRESCRIPTION, "preparation": PREPARATION, "injected_by": "nurse"}
    assert list(contradictions(made(Session, **given, volume="4 mL"), Known(linked=linked))) == []
    [error] = contradictions(made(Session, **given, volume="4.5 mL"), Known(linked=linked))
    assert error.rule == "4.5 mL was given, and only 5 mL was prepared, of which 1 mL was thrown away"
