"""Outcomes in series, and how far they can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.chart.outcomes import series_of
from tests.chart.clinic import AT, DAY, STOCK, Patient

if TYPE_CHECKING:
    from mesococktail.chart import Series


def series(patient: Patient) -> list[Series]:
    return list(series_of(patient.records))


def only(patient: Patient) -> Series:
    [one] = series_of(patient.records)
    return one


def test_the_first_value_the_latest_and_the_exact_change() -> None:
    patient = Patient()
    for day, value in ((90, "163 hairs/cm2"), (0, "150 hairs/cm2"), (30, "140 hairs/cm2")):
        patient.observe("hair_density", AT + day * DAY, amount=value, method="phototrichogram")
    one = only(patient)
    assert [str(each.amount) for _, each in one.outcomes] == [
        "150 hairs/cm2",
        "140 hairs/cm2",
        "163 hairs/cm2",
    ]
    assert str(one.change) == "+13 hairs/cm2"
    assert str(one) == (
        "hair density, phototrichogram: 150 hairs/cm2 (2026-03-02) -> "
        "163 hairs/cm2 (2026-05-31), +13 hairs/cm2"
    )


def test_what_fell_says_so() -> None:
    patient = Patient()
    patient.observe("hair_density", AT, amount="150 hairs/cm2")
    patient.observe("hair_density", AT + DAY, amount="149.5 hairs/cm2")
    assert str(only(patient).change) == "-0.5 hairs/cm2"


def test_scores_are_compared_too() -> None:
    patient = Patient()
    patient.observe("vas_10", AT, score="2")
    patient.observe("vas_10", AT + DAY, score="7.5")
    assert str(only(patient).change) == "+5.5"


@pytest.mark.parametrize(
    "differs", [{"method": "trichoscopy"}, {"zone": "vertex"}, {"site": "2 cm behind the hairline"}]
)
def test_another_method_zone_or_site_is_another_series(differs: dict[str, Any]) -> None:
    patient = Patient()
    patient.observe("hair_density", AT, amount="150 hairs/cm2")
    patient.observe("hair_density", AT + DAY, amount="163 hairs/cm2", **differs)
    assert [one.change for one in series(patient)] == [None, None]


@pytest.mark.parametrize(
    ("first", "latest", "why"),
    [
        ({"amount": "150 hairs/cm2"}, {"words": "more"}, "not both numbers"),
        ({"amount": "9 hairs/cm2", "area": "1 cm2"}, {"amount": "9 hairs/cm2"}, "areas differ"),
        (
            {"amount": "9 hairs/cm2", "scale_version": "1"},
            {"amount": "9 hairs/cm2", "scale_version": "2"},
            "versions of the scale differ",
        ),
    ],
)
def test_what_cannot_be_compared_says_why(first: Any, latest: Any, why: str) -> None:
    patient = Patient()
    patient.observe("hair_density", AT, **first)
    patient.observe("hair_density", AT + DAY, **latest)
    one = only(patient)
    assert one.change is None
    assert why in str(one.why_no_change)
    assert f"not compared: {one.why_no_change}" in str(one)


def test_a_measure_of_the_doctors_own_may_be_answered_in_two_ways() -> None:
    patient = Patient()
    for day, amount in enumerate(("5 mm", "2 hairs/cm2")):
        patient.observe("other", AT + day * DAY, description="thickness", amount=amount)
    one = only(patient)
    assert (one.change, one.why_no_change) == (None, "one is length, the other count per area")


def test_no_response_is_an_outcome() -> None:
    patient = Patient()
    patient.observe("regrowth_pct", AT, response="no_response")
    assert str(only(patient)) == "regrowth pct: no response (2026-03-02)"


def split(patient: Patient, *stocks: Any) -> list[Series]:
    """Observe each part of a scalp before, and twice after preparations of that stock."""
    id_ = patient.prescribe()
    patient.observe("hair_density", AT - DAY, amount="100 hairs/cm2")
    for day in (1, 2):
        for place, stock in enumerate(stocks):
            made = patient.prepare(id_, stock=stock)
            amount = f"{100 + day * (place + 1)} hairs/cm2"
            patient.observe("hair_density", AT + day * DAY, amount=amount, preparation=made)
    return series(patient)


def test_the_parts_of_a_split_scalp_are_apart_and_say_what_they_had() -> None:
    strong: Any = [{**STOCK[0], "strength": "10 mg/mL"}, *STOCK[1:]]
    before, weak, other = split(Patient(), STOCK, strong)
    assert (before.prepared, before.change) == ((), None)
    assert [str(one.change) for one in (weak, other)] == ["+1 hair/cm2", "+2 hairs/cm2"]
    assert [len(one.prepared) for one in (weak, other)] == [2, 2]
    assert "split scalp" in str(weak)


def test_preparations_made_alike_are_one_part_with_what_was_seen_before() -> None:
    [one] = split(Patient(), STOCK)
    assert (len(one.outcomes), str(one.change)) == (3, "+2 hairs/cm2")


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=6))
def test_the_change_is_exact(thousandths: list[int]) -> None:
    patient = Patient()
    for day, value in enumerate(thousandths):
        patient.observe("vas_10", AT + day * DAY, score=f"{value / 10**5:.5f}")
    change = only(patient).change
    assert change is not None
    assert change.by * 10**5 == thousandths[-1] - thousandths[0]
