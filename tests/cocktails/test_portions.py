"""Dose, strength and volume: every refusal says the field, what came, the rule and the cure."""

from __future__ import annotations

from typing import Any

import pytest

from mesococktail.amounts import Amount
from mesococktail.cocktails import principal
from mesococktail.cocktails.portion import portion, portion_of
from tests.refused import refused


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dose": "2,5 mg"}, "minoxidil.dose: 2,5 mg: "),
        (
            {"dose": "5 mg/mL"},
            "minoxidil.dose: 5 mg/mL: must be a mass, a number of IU, a count or a number of ",
        ),
        (
            {"dose": "5 mg", "strength": "5 mg"},
            "minoxidil.strength: 5 mg: must be a concentration, and this measures",
        ),
        (
            {"volume": "5 mg"},
            "minoxidil.volume: 5 mg: must be a volume, and this measures mass; write it like 1 mL",
        ),
        (
            {"each": "5 mg", "over": 3},
            "minoxidil.each: 5 mg: must be a volume per point or a volume per area",
        ),
        ({"each": "1 mL", "over": "5 mg"}, "minoxidil.over: 5 mg: must be an area or a number of points"),
        ({"each": "1 mL", "over": 0}, "minoxidil.over: 0: must be a number of points, 1 to 9999"),
        (
            {"each": "1 mL", "over": 10**5000},
            "minoxidil.over: a int that cannot be shown: must be a number of points",
        ),
        ({"each": "1 mL", "over": True}, "minoxidil.over: True: must be a number of points, 1 to 9999"),
        (
            {"each": "1 mL"},
            "minoxidil.over: 1 mL: a volume per point or per area goes with a number of points",
        ),
        ({"over": 4}, "minoxidil.each: 4: a volume per point or per area goes with a number of points"),
        (
            {"each": "1 mL", "over": "5 cm2"},
            "minoxidil.each: 1 mL over 5 cm2 does not make a volume; use mL/cm2",
        ),
        (
            {"each": "1 mL/cm2", "over": 4},
            "minoxidil.each: 1 mL/cm2 over 4 does not make a volume; use mL/cm2",
        ),
        (
            {"each": "1 mL", "over": 4, "volume": "4 mL", "strength": "5 mg/mL"},
            "minoxidil.volume: 4 mL: is given beside what makes it; leave it out: 1 mL over 4 is 4 mL",
        ),
        (
            {"dose": "5 mg", "unknown": "torn"},
            "minoxidil: 5 mg: is said to be unknown and is given all the same; ",
        ),
        ({"unknown": ""}, "minoxidil.unknown: '': the reason why an amount is unknown is one line"),
        ({"unknown": "a (b)"}, "minoxidil.unknown: a (b): the reason why an amount is unknown is one line"),
        ({"unknown": "a\nb"}, "minoxidil.unknown: 'a\\nb': the reason why an amount is unknown is one line"),
        ({"unknown": " a"}, "minoxidil.unknown: ' a': the reason why"),
        (
            {"unknown": 5},
            "minoxidil.unknown: 5: the reason why an amount is unknown is a text of at most 200",
        ),
        ({"unknown": "x" * 201}, "minoxidil.unknown: xxx"),
        (
            {},
            "minoxidil: no amount is given; give a dose (5 mg), or a volume of a strength (1 mL of 5 mg/mL)",
        ),
        ({"strength": "5 mg/mL"}, "minoxidil: 5 mg/mL: no amount is given; give a dose"),
        (
            {"dose": "5 mg", "volume": "2 mL", "strength": "5 mg/mL"},
            "minoxidil: dose 5 mg, but 2 mL of 5 mg/mL is 10 mg; correct one of the three, or leave one out",
        ),
        (
            {"dose": "5 mg", "strength": "5 IU/mL"},
            "minoxidil: 5 mg of 5 IU/mL: a dose in mass and a strength in activity per volume do not",
        ),
        (
            {"amount": "5 mg", "dose": "5 mg"},
            "minoxidil: 5 mg: the amount is given twice; give the whole as one text",
        ),
        (
            {"amount": "5 IU"},
            "minoxidil.dose: 5 IU: is a dose in activity, and minoxidil is dosed by mass; give it in",
        ),
        (
            {"amount": "1 mL"},
            "minoxidil.strength: 1 mL: minoxidil is dosed by mass, and a volume alone does not say "
            "how much that is; add the strength on the label of the stock: 1 mL of ... mg/mL",
        ),
        (
            {"amount": "a lot (of it)"},
            "minoxidil: a lot (of it): is not an amount of an ingredient; write it like 1 mL",
        ),
        ({"amount": "x" * 501}, "minoxidil: xxx"),
        ({"amount": 2.5}, "minoxidil.dose: 2.5: "),
        (
            {"dose": Amount.parse("5 mg") * 0},
            "minoxidil.dose: 0 mg: is nothing at all; leave out what does not go in",
        ),
    ],
)
def test_a_portion_that_cannot_be_is_refused_with_the_cure(given: dict[str, Any], message: str) -> None:
    assert str(refused(principal, "minoxidil", **given)).startswith(message)


def test_a_percentage_is_a_strength_in_weight_over_volume() -> None:
    assert principal("minoxidil", "1 mL of 5%").dose == Amount.parse("50 mg")
    assert principal("minoxidil", "1 mL of 5%") == principal("minoxidil", "1 mL of 5 % w/v")


def test_a_portion_has_at_most_500_characters() -> None:
    assert refused(portion_of, "5" * 501).rule == "a portion is at most 500 characters"


def test_a_dose_may_be_given_where_a_volume_stands() -> None:
    assert portion(dose="1 mL") == portion(volume="1 mL")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"dose": "5 mg"}, "5 mg"),
        ({"volume": "1 mL"}, "1 mL"),
        ({"volume": "1 mL", "strength": "5 mg/mL"}, "1 mL of 5 mg/mL"),
        ({"dose": "5 mg", "strength": "5 mg/mL"}, "5 mg of 5 mg/mL"),
        ({"dose": "5 mg", "volume": "1 mL"}, "5 mg in 1 mL"),
        ({"dose": "5 mg", "volume": "1 mL", "strength": "5 mg/mL"}, "5 mg as 1 mL of 5 mg/mL"),
        ({"each": "0.1 mL/cm2", "over": "50 cm2"}, "0.1 mL/cm2 over 50 cm2"),
        ({"each": "0.05 mL", "over": 40, "strength": "5 mg/mL"}, "0.05 mL at 40 points of 5 mg/mL"),
        ({"each": "1 mL", "over": 1, "dose": "5 mg"}, "5 mg in 1 mL at 1 point"),
        ({"unknown": "torn"}, "unknown (torn)"),
        ({"unknown": "torn", "strength": "5 mg/mL"}, "unknown (torn) of 5 mg/mL"),
    ],
)
def test_a_portion_is_written_as_it_is_read(given: dict[str, Any], text: str) -> None:
    assert str(portion(**given)) == text
    assert portion_of(text) == portion(**given)


def test_the_units_of_a_product_are_read_part_by_part() -> None:
    part = principal("onabotulinumtoxinA", dose="100 units", volume="2 mL")
    assert part == principal("onabotulinumtoxinA", "100 units in 2 mL")


def test_a_reason_has_at_most_200_characters() -> None:
    assert portion(unknown="x" * 200).unknown == "x" * 200


def test_what_was_given_whole_is_solved_as_it_was_given() -> None:
    solved = portion(dose="5 mg", strength="5 mg/mL", volume="1 mL").solved
    assert (str(solved.dose), str(solved.strength), str(solved.volume)) == ("5 mg", "5 mg/mL", "1 mL")
