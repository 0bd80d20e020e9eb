"""The composition law and its one exit."""

from __future__ import annotations

import pytest

from mesococktail.cocktails import Cocktail, Part, adjunct, complementary, fill, principal
from mesococktail.cocktails.cocktail import MOST_PARTS
from mesococktail.errors import CocktailError
from tests.refused import refused

MINOXIDIL = principal("minoxidil", "1 mL of 5 mg/mL")
BIOTIN = complementary("biotin", "1 mL of 5 mg/mL")


@pytest.mark.parametrize(
    ("parts", "deviation", "codes"),
    [
        ((), None, ["number_of_agents"]),
        ((), "none at all", ["number_of_agents"]),
        ((MINOXIDIL,), None, ["number_of_agents", "no_complementary"]),
        ((BIOTIN,), None, ["number_of_agents", "no_principal"]),
        ((MINOXIDIL, principal("biotin", "5 mg")), None, ["no_complementary"]),
        ((MINOXIDIL, MINOXIDIL, BIOTIN), None, ["agent_twice"]),
        ((MINOXIDIL, MINOXIDIL, BIOTIN), "more of it", ["agent_twice"]),
        ((MINOXIDIL, MINOXIDIL), None, ["agent_twice", "no_complementary"]),
        ((MINOXIDIL, BIOTIN), "why not", ["deviation"]),
        ((MINOXIDIL, BIOTIN), "", ["deviation"]),
        ((MINOXIDIL,), "  ", ["deviation"]),
        (
            (MINOXIDIL, BIOTIN, fill("saline", to="5 mL"), fill("water for injection", to="6 mL")),
            None,
            ["fills"],
        ),
        ((MINOXIDIL, BIOTIN, fill("saline", to="2 mL")), None, ["fills"]),
        ((MINOXIDIL, BIOTIN, *[adjunct("saline", "1 mL")] * (MOST_PARTS - 1)), None, ["parts"]),
        ((MINOXIDIL, fill("saline", to="1 mL")), None, ["number_of_agents", "no_complementary", "fills"]),
    ],
)
def test_the_law_names_every_fault(parts: tuple[Part, ...], deviation: str | None, codes: list[str]) -> None:
    error = refused(Cocktail, *parts, deviation=deviation)
    assert isinstance(error, CocktailError)
    assert [finding.code for finding in error.findings] == codes
    assert all(finding.message in error.rule for finding in error.findings)


@pytest.mark.parametrize(
    ("parts", "deviation"),
    [
        ((MINOXIDIL, BIOTIN), None),
        ((MINOXIDIL, BIOTIN, complementary("PRP", "3 mL")), None),
        ((MINOXIDIL,), "minoxidil alone, protocol 7"),
        ((BIOTIN,), "no principal"),
        ((MINOXIDIL, principal("biotin", "5 mg")), "both are principal"),
        ((MINOXIDIL, BIOTIN, fill("saline", to="2.01 mL")), None),
        ((MINOXIDIL, BIOTIN, adjunct("saline", "1 mL"), adjunct("lidocaine", "1 mL of 2%")), None),
        ((MINOXIDIL, BIOTIN, adjunct("biotin", "5 mg", purpose="placebo")), None),
    ],
)
def test_what_the_law_allows(parts: tuple[Part, ...], deviation: str | None) -> None:
    cocktail = Cocktail(*parts, deviation=deviation)
    assert Cocktail.parse(str(cocktail)) == cocktail


def test_a_deviation_has_at_most_500_characters() -> None:
    assert Cocktail(MINOXIDIL, deviation="x" * 500).deviation == "x" * 500


def test_four_agents_need_a_deviation() -> None:
    four = [complementary(name, "5 mg") for name in ("biotin", "dexpanthenol", "caffeine")]
    with pytest.raises(
        CocktailError, match=r"4 agents: a cocktail has 2 to 3, adjuncts not counted; change it, or"
    ):
        Cocktail(MINOXIDIL, *four)
    assert Cocktail(MINOXIDIL, *four, deviation="four").deviation == "four"
