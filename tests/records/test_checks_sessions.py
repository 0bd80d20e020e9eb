"""What the checks say of a session: what it used, when it came, and what can never be true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail.amounts import Amount
from mesococktail.findings import Severity
from mesococktail.records import Around, Known, Stands
from mesococktail.records.checks import doses_given
from mesococktail.records.checks.given import by_id
from tests.records.checking import (
    AT,
    DAY,
    OURS,
    PREPARATION,
    PRESCRIPTION,
    STOCK,
    by_message,
    codes,
    contradicted,
    done,
    knows,
    lacking,
    preparation,
    prescription,
    session,
    stock,
)

if TYPE_CHECKING:
    from datetime import datetime

    from mesococktail.formulary import Formulary

OTHER = "00000000-0000-7000-8000-000000000003"
KNOWN = knows(prescription=prescription(), preparation=preparation())


def used(**fields: Any) -> Any:
    return session(preparation=PREPARATION, **fields)


def planned(plan: str, *earlier: Any, status: str = "active") -> Known:
    return knows(*earlier, prescription=Stands(PRESCRIPTION, prescription(plan=plan), status))


def test_a_session_as_planned_has_nothing_to_say() -> None:
    assert codes(used(volume="5 mL", depth="4 mm", per_point="0.1 mL", points=50), KNOWN) == []
    assert lacking(used(), KNOWN) == ("depth_max_4mm", "per_point_volume", "consent")


def test_a_session_that_was_not_given_is_not_checked() -> None:
    record = session(given="not_given", reason="patient ill")
    known = planned("weekly x4", session(at=AT - DAY))
    assert (codes(record, known), lacking(record, known), contradicted(record, known)) == ([], (), [])


@pytest.mark.parametrize(("minutes", "late"), [("09:59", True), ("10:00", False)])
def test_a_preparation_past_its_discard_by_blocks(minutes: str, late: bool) -> None:
    made = preparation(at=AT - DAY, discard_by=f"2025-03-01T{minutes}+04:00")
    record = done(used(), knows(prescription=prescription(), preparation=made))
    found = [(one.severity, one.code, one.path) for one in record.findings]
    assert found == ([(Severity.ERROR, "after_discard_by", "preparation")] if late else [])


def test_a_zone_has_its_own_preparation_to_be_discarded() -> None:
    old = preparation(at=AT - 2 * DAY, discard_by=AT - DAY)
    known = knows(**{"prescription": prescription(), "preparation": preparation(), OTHER: old})
    record = used(zones=[{"zone": "frontal"}, {"zone": "vertex", "preparation": OTHER}])
    assert by_message(record, known, "after_discard_by") == (
        "zones[1].preparation: it was to be discarded by 2025-02-28 10:00+04:00, "
        "and this session was 2025-03-01 10:00+04:00"
    )


def test_stock_that_expired_since_it_was_prepared_blocks() -> None:
    stale = preparation(at=AT - 2 * DAY, stock=[STOCK[0] | {"expiry": "2025-02"}, *STOCK[1:]])
    known = knows(prescription=prescription(), preparation=stale)
    assert codes(used(), known) == ["expired_stock"]
    assert codes(used(at=AT - 2 * DAY), known) == []


def test_a_stopped_prescription_is_said() -> None:
    assert codes(session(), planned("weekly x4", status="stopped")) == ["prescription_stopped"]


def test_more_sessions_than_planned_are_said() -> None:
    earlier = [session(at=AT - 7 * DAY * week) for week in (1, 2, 3)]
    missed = session(at=AT - 28 * DAY, given="not_given", reason="patient ill")
    assert codes(session(), planned("weekly x3-4", *earlier, missed)) == []
    assert by_message(session(), planned("weekly x3", *earlier), "more_than_planned") == (
        "prescription: this is session 4, and 3 are planned"
    )
    assert codes(session(), planned("weekly", *earlier)) == []


@pytest.mark.parametrize(
    ("plan", "days", "soon"),
    [
        ("weekly x8", 6, True),
        ("weekly x8", 7, False),
        ("weekly x8, then every 2 weeks x2", 7, False),
        ("every 3-5 weeks x4", 20, True),
        ("every 3-5 weeks x4", 21, False),
        ("monthly x3", 28, False),
        ("weeks 0, 1, 3", 6, True),
        ("weeks 0", 1, False),
    ],
)
def test_sooner_than_the_plan_is_said(plan: str, days: int, soon: bool) -> None:
    found = codes(session(), planned(plan, session(at=AT - days * DAY)))
    assert ("too_soon" in found) is soon


def test_an_hour_earlier_in_the_day_is_not_too_soon() -> None:
    assert codes(session(), planned("weekly x8", session(at=AT - 7 * DAY + DAY / 24))) == []


def test_too_soon_says_how_soon_and_what_was_planned() -> None:
    message = by_message(session(), planned("weekly x8", session(at=AT - DAY)), "too_soon")
    assert message == "at: 1 day after the session before it, and the plan says 7 or more: weekly x8"


@pytest.mark.parametrize(
    ("before", "soon"), [("2025-02", False), ("2025-02-28", True), ("2025-02-22", False)]
)
def test_an_imprecise_date_is_too_soon_only_where_it_must_be(before: str, soon: bool) -> None:
    parts = [int(part) for part in before.split("-")]
    earlier = session(at=Around(*parts), transcribed_from="chart 7")
    assert ("too_soon" in codes(session(), planned("weekly x8", earlier))) is soon


def test_points_and_volume_that_differ_are_said() -> None:
    record = session(points=40, per_point="0.1 mL", volume="5 mL")
    assert by_message(record, planned("weekly"), "points_differ") == (
        "points: 40 points of 0.1 mL are 4 mL, and 5 mL was injected"
    )
    assert codes(session(points=40, per_point="0.1 mL", volume="4 mL"), planned("weekly")) == []


def test_the_volume_per_point_may_follow_from_the_others() -> None:
    assert codes(session(points=100, volume="5 mL"), planned("weekly")) == ["per_point_volume"]
    assert "per_point_volume" not in lacking(session(points=50, volume="5 mL"), planned("weekly"))


# What can never be true.


def test_more_than_was_prepared_can_never_be_true() -> None:
    assert contradicted(used(volume="5.1 mL"), KNOWN) == [
        "preparation: 5.1 mL was given, and only 5 mL was prepared; "
        "correct the volume, or name the preparation it came from"
    ]
    assert contradicted(used(volume="5 mL"), KNOWN) == []


def test_sessions_share_what_was_prepared() -> None:
    known = knows(used(volume="3 mL"), prescription=prescription(), preparation=preparation())
    [said] = contradicted(used(volume="2.5 mL"), known)
    assert said.startswith(
        "preparation: 2.5 mL was given, and the patient's other sessions had 3 mL of it, and only 5 mL"
    )
    assert contradicted(used(volume="2 mL"), known) == []


def test_a_later_session_shares_it_as_well() -> None:
    later = used(volume="3 mL", at=AT + DAY)
    assert contradicted(used(volume="2.5 mL"), knows(later, preparation=preparation()))


def test_a_split_scalp_takes_from_each_preparation_what_its_zones_had() -> None:
    small = preparation(stock=[stock("minoxidil", drawn="2 mL")], total="2 mL")
    known = knows(**{"prescription": prescription(), "preparation": preparation(), OTHER: small})

    def split(volume: str, *, whole: str = "7 mL") -> Any:
        zones = [{"zone": "frontal"}, {"zone": "vertex", "volume": volume, "preparation": OTHER}]
        return used(volume=whole, zones=zones)

    assert contradicted(split("2 mL"), known) == []
    assert [said.partition(":")[0] for said in contradicted(split("2.1 mL"), known)] == [
        "zones[1].preparation"
    ]
    assert [said.partition(":")[0] for said in contradicted(split("1.9 mL"), known)] == ["preparation"]


def test_volumes_of_some_zones_are_enough_to_be_too_much() -> None:
    zones = [{"zone": "frontal", "volume": "6 mL"}, {"zone": "vertex"}]
    assert contradicted(used(zones=zones), KNOWN)


def test_what_was_drawn_stands_for_a_total_that_was_not_noted() -> None:
    known = knows(prescription=prescription(), preparation=preparation(total=None))
    assert contradicted(used(volume="5.1 mL"), known)
    assert contradicted(used(volume="5 mL"), known) == []


def test_a_preparation_for_another_prescription_can_never_be_the_one() -> None:
    strange = preparation(prescription=OTHER)
    known = knows(prescription=prescription(), preparation=strange)
    [said] = contradicted(used(), known)
    assert said.startswith("preparation: was made for another prescription")


def test_one_side_of_a_split_scalp_may_have_what_another_prescription_asked_for() -> None:
    other = preparation(prescription="00000000-0000-7000-8000-000000000009")
    known = knows(**{"prescription": prescription(), "preparation": preparation(), OTHER: other})
    zones = [{"zone": "frontal"}, {"zone": "vertex", "preparation": OTHER}]
    assert contradicted(used(zones=zones), known) == []


# Doses given.


def doses(record: Any, known: Known) -> dict[str, str | None]:
    given = doses_given(done(record, known), by_id(known))
    return {agent: None if dose is None else str(dose) for agent, dose in given.items()}


def test_a_dose_given_is_the_volume_given_of_what_was_prepared() -> None:
    strong = preparation(stock=[STOCK[0] | {"strength": "10 mg/mL"}, *STOCK[1:]])
    known = knows(prescription=prescription(), preparation=strong)
    assert doses(used(volume="2.5 mL"), known) == {
        "minoxidil": "5 mg",
        "biotin": "2.5 mg",
        "sodium-chloride-0.9": "1.5 mL",
    }


def test_a_dose_given_falls_back_on_what_was_prescribed() -> None:
    known = knows(prescription=prescription())
    assert doses(session(volume="1 mL"), known) == {
        "minoxidil": "1 mg",
        "biotin": "1 mg",
        "sodium-chloride-0.9": "0.6 mL",
    }
    unmeasured = [stock("minoxidil"), stock("biotin"), stock("saline")]
    known = knows(prescription=prescription(), preparation=preparation(stock=unmeasured, total=None))
    assert doses(used(volume="1 mL"), known)["minoxidil"] == "1 mg"


def test_a_dose_is_not_known_where_no_volume_is() -> None:
    assert set(doses(used(), KNOWN).values()) == {None}
    assert doses(session(given="not_given", reason="patient ill"), KNOWN) == {}


def test_doses_of_both_sides_of_a_split_scalp_add_up() -> None:
    known = knows(**{"prescription": prescription(), "preparation": preparation(), OTHER: preparation()})
    zones = [
        {"zone": "frontal", "volume": "2.5 mL"},
        {"zone": "vertex", "volume": "2.5 mL", "preparation": OTHER},
    ]
    assert doses(used(zones=zones), known)["minoxidil"] == "5 mg"


def test_platelets_given_are_a_volume() -> None:
    cocktail = "PRP 4 mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    own = stock("prp", lot=None, lot_status="not_applicable", expiry=None, drawn="4 mL")
    known = knows(
        prescription=prescription(cocktail), preparation=preparation(stock=[own, STOCK[1]], total="5 mL")
    )
    assert doses(used(volume="2.5 mL"), known) == {"prp": "2 mL", "biotin": "2.5 mg"}


def test_an_exact_share_stays_exact() -> None:
    known = knows(prescription=prescription())
    dose = doses_given(done(session(volume="1.7 mL"), known), by_id(known))["minoxidil"]
    assert dose == Amount.parse("1.7 mg")


def test_a_dose_out_of_an_unmeasured_earlier_session_makes_the_sum_unknown() -> None:
    cocktail = "onabotulinumtoxinA 100 units in 2 mL (principal) + minoxidil 1 mL of 5 mg/mL (complementary)"
    given, unmeasured = session(volume="3 mL"), session(at=AT - DAY)
    known = knows(unmeasured, prescription=prescription(cocktail))
    assert "onabotulinumtoxina_dose" in lacking(given, known)
    at: datetime | Around = Around(2024)
    rough = attrs.evolve(given, at=at, transcribed_from="chart 7")
    known = knows(rough, prescription=prescription(cocktail))
    assert "onabotulinumtoxina_dose" in lacking(given, known)


LIMITED = "minoxidil 1 mL of 5 mg/mL (principal) + lidocaine 1 mL of 20 mg/mL (complementary)"


def clinic(**fields: Any) -> Formulary:
    rule = next(rule for rule in OURS.rules if rule.code == "lidocaine_dose")
    return attrs.evolve(OURS, own_rules=(attrs.evolve(rule, code="own", **fields),))


@pytest.mark.parametrize(
    ("route", "fires", "lacks"),
    [("dermis", True, False), ("subcutaneous", False, False), (None, False, True)],
)
def test_a_limit_for_some_routes_looks_at_the_route_prescribed(
    route: str | None, fires: bool, lacks: bool
) -> None:
    formulary = clinic(most="1 mg", routes=("dermis",))
    known = knows(prescription=prescription(LIMITED, route=route))
    record = session(volume="1 mL")
    assert ("own" in codes(record, known, formulary)) is fires
    assert ("own" in lacking(record, known, formulary)) is lacks


def test_a_limit_in_another_measure_cannot_be_held_against_what_was_given() -> None:
    known = knows(prescription=prescription(LIMITED))
    assert "own" in lacking(session(volume="1 mL"), known, clinic(most="1 IU"))


def test_a_limit_on_volume_is_not_one_on_doses() -> None:
    record, known = session(volume="1 mL"), knows(prescription=prescription(LIMITED))
    assert "own" not in codes(record, known, clinic(most="0.1 mL", of="volume"))
    assert "own" not in lacking(record, known, clinic(most="0.1 mL", of="volume"))


def test_an_instruction_may_hold_for_days_and_ends_with_the_month() -> None:
    rule = next(rule for rule in OURS.rules if rule.code == "dutasteride_blood_donation")
    own = attrs.evolve(rule, code="own", agents=("minoxidil",), until_months=None, until_days=3)
    formulary = attrs.evolve(OURS, own_rules=(own,))
    known = knows(prescription=prescription())
    assert by_message(session(), known, "own", formulary).startswith("at: until 2025-03-04, ")
    months = attrs.evolve(OURS, own_rules=(attrs.evolve(own, until_days=None, until_months=6),))
    late = session(at="2025-08-31T10:00+04:00")
    assert by_message(late, known, "own", months).startswith("at: until 2026-02-28, ")
    rough = session(at=Around(2025, 8), transcribed_from="chart 7")
    assert by_message(rough, known, "own", months).startswith("at: until 2026-02-28, ")
