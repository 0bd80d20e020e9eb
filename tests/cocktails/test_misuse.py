"""What is built by hand and wrong is refused by our own error, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail.amounts import Amount
from mesococktail.cocktails import (
    Adjunct,
    Cocktail,
    Ingredient,
    NamedAgent,
    Part,
    Portion,
    Role,
    complementary,
    fill,
    principal,
)
from mesococktail.cocktails.cocktail import LONGEST_DEVIATION
from tests.refused import refused

if TYPE_CHECKING:
    from collections.abc import Callable

MG = Amount.parse("5 mg")
ML = Amount.parse("1 mL")
PER_ML = Amount.parse("5 mg/mL")
AGENT = NamedAgent("minoxidil", "minoxidil")
MINOXIDIL = principal("minoxidil", "1 mL of 5 mg/mL")
BIOTIN = complementary("biotin", "1 mL of 5 mg/mL")
BOTH = Cocktail(MINOXIDIL, BIOTIN)


@pytest.mark.parametrize(
    "given",
    [
        {"dose": "5 mg"},
        {"dose": ML},
        {"strength": MG},
        {"strength": Amount.parse("5%")},
        {"volume": 5},
        {"each": PER_ML},
        {"over": 2.5},
        {"over": "3"},
        {"over": MG},
        {"over": False},
        {"unknown": 1},
        {"volume": ML * 0},
    ],
)
def test_a_portion_built_by_hand_is_checked(given: dict[str, Any]) -> None:
    assert refused(Portion, **given).path == next(iter(given))


MISUSES: tuple[Callable[[], object], ...] = (
    lambda: Part(AGENT, "5 mg"),  # type: ignore[arg-type]  # misuse on purpose, here and below
    lambda: Part("minoxidil", Portion(dose=MG)),  # type: ignore[arg-type]
    lambda: Ingredient(AGENT, Portion(dose=MG), "principal"),  # type: ignore[arg-type]
    lambda: Ingredient(AGENT, Portion(), Role.PRINCIPAL),
    lambda: Adjunct(AGENT, Portion(dose=MG), "principal"),
    lambda: Adjunct(AGENT, Portion(dose=MG), "Diluent!"),
    lambda: Adjunct(AGENT, Portion(dose=MG), None),  # type: ignore[arg-type]
    lambda: Adjunct(AGENT, Portion(dose=MG), "diluent", ML),
    lambda: Adjunct(AGENT, Portion(), "diluent", MG),
    lambda: Adjunct(AGENT, Portion(), "diluent", "5 mL"),  # type: ignore[arg-type]
    lambda: Adjunct(AGENT, Portion(), "diluent", ML * 0),
    lambda: NamedAgent(5, "x"),  # type: ignore[arg-type]
    lambda: NamedAgent("x", ""),
    lambda: NamedAgent("x", 'a "b"'),
    lambda: NamedAgent("x", "x", "a\nb"),
    lambda: NamedAgent("x", "x", members=["biotin"]),  # type: ignore[arg-type]
    lambda: NamedAgent("x", "x", members=(5,)),  # type: ignore[arg-type]
    lambda: NamedAgent("x", "x", description="a]b"),
    lambda: Cocktail("minoxidil 5 mg"),  # type: ignore[arg-type]
    lambda: Cocktail(None),  # type: ignore[arg-type]
    lambda: Cocktail([MINOXIDIL, BIOTIN]),  # type: ignore[arg-type]
    lambda: Cocktail(Part(AGENT, Portion(dose=MG))),
    lambda: Cocktail(MINOXIDIL, BIOTIN, deviation=5),  # type: ignore[arg-type]
    lambda: Cocktail(MINOXIDIL, deviation="a\nb"),
    lambda: Cocktail(MINOXIDIL, deviation="x" * (LONGEST_DEVIATION + 1)),
    lambda: Cocktail.parse(5),  # type: ignore[arg-type]
    lambda: principal(5, "5 mg"),  # type: ignore[arg-type]
    lambda: fill("saline", to=5),  # type: ignore[arg-type]
    lambda: fill("saline", to="5 mg"),
    lambda: fill("saline", to="5 mL", formulary="clinic.toml"),  # type: ignore[arg-type]
    lambda: principal("minoxidil", "5 mg", formulary="clinic.toml"),  # type: ignore[arg-type]
    lambda: Cocktail.parse(str(BOTH), formulary="clinic.toml"),  # type: ignore[arg-type]
    lambda: Cocktail(ingredients=[MINOXIDIL, BIOTIN]),  # type: ignore[arg-type]
    lambda: BOTH.volume("minoxidil"),  # type: ignore[arg-type]
    lambda: BOTH.final("minoxidil"),  # type: ignore[arg-type]
    lambda: BOTH.combination("colours"),
    lambda: BOTH.combination([]),  # type: ignore[arg-type]
    lambda: BOTH.combination("doses", digits=0),
    lambda: BOTH.combination("doses", digits=2.5),  # type: ignore[arg-type]
)


@pytest.mark.parametrize("make", MISUSES, ids=[str(place) for place in range(len(MISUSES))])
def test_misuse_gets_our_error(make: Callable[[], object]) -> None:
    refused(make)


def test_garbage_says_what_to_use_instead() -> None:
    error = refused(Cocktail, "minoxidil")
    assert str(error) == (
        "('minoxidil',): is made of ingredients and adjuncts only; "
        "use principal(), complementary(), adjunct() and fill()"
    )


def test_a_cocktail_can_be_evolved_like_any_frozen_value() -> None:
    more = attrs.evolve(BOTH, adjuncts=(fill("saline", to="5 mL"),))
    assert more == Cocktail(MINOXIDIL, BIOTIN, fill("saline", to="5 mL"))
    assert attrs.evolve(BOTH, ingredients=(MINOXIDIL,), deviation="biotin is out") == Cocktail(
        MINOXIDIL, deviation="biotin is out"
    )


def test_an_equal_part_has_the_volume_of_the_one_it_equals() -> None:
    filled = Cocktail(MINOXIDIL, BIOTIN, fill("saline", to="5 mL"))
    assert filled.volume(fill("saline", to="5 mL")) == Amount.parse("3 mL")
