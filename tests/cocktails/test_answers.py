"""What a cocktail answers: doses, shares, the table, the draws, the combination."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mesococktail.amounts import Amount
from mesococktail.cocktails import Cocktail, adjunct, complementary, fill, principal
from tests.refused import refused

ML = Amount.parse("1 mL")
MINOXIDIL = principal("minoxidil", "1 mL of 5 mg/mL")
BIOTIN = complementary("biotin", "1 mL of 5 mg/mL")
BOTH = Cocktail(MINOXIDIL, BIOTIN)


def test_agents_and_places_are_named_when_asked_for_what_is_not_there() -> None:
    error = refused(BOTH.dose, "caffeine")
    assert str(error) == "agent: caffeine: is not an ingredient of this cocktail; it has minoxidil, biotin"
    filled = Cocktail(MINOXIDIL, fill("saline", to="5 mL"), BIOTIN)
    assert [path for path, _ in filled.by_path] == ["ingredients[0]", "ingredients[1]", "adjuncts[0]"]


def test_more_than_there_is_cannot_be_injected() -> None:
    assert (
        str(refused(BOTH.share, "minoxidil", "3 mL"))
        == "volume: 3 mL: is more than the 2 mL of the whole mixture"
    )
    assert str(refused(BOTH.share, "minoxidil", "3 mg")).startswith(
        "volume: 3 mg: must be a volume, and this measures"
    )
    assert str(refused(BOTH.share, "minoxidil", "3,5 mL")).startswith("volume: 3,5 mL: ")


def test_what_is_not_known_is_none_and_not_zero() -> None:
    unknown = Cocktail(MINOXIDIL, complementary("biotin", unknown="not stated"), fill("saline", to="5 mL"))
    dry = Cocktail(principal("minoxidil", "5 mg"), BIOTIN)
    assert unknown.dose("biotin") is None
    assert unknown.share("biotin", "1 mL") is None
    assert unknown.concentration("biotin") is None
    assert unknown.volume(unknown.adjuncts[0]) is None
    assert dry.total is None
    assert dry.share("biotin", "1 mL") is None
    assert str(refused(dry.scale, to="4 mL")).startswith(
        "cannot be scaled while its total is not known; add a fill"
    )


def test_a_dose_in_volume_has_no_concentration() -> None:
    prp = Cocktail(principal("PRP", "3 mL"), BIOTIN)
    assert prp.concentration("prp") is None
    assert prp.share("prp", "1 mL") == Amount.parse("0.75 mL")


def test_the_table_shows_what_a_doctor_wants_to_see() -> None:
    cocktail = Cocktail(
        MINOXIDIL,
        complementary("biotin", "unknown (label missing) of 5 mg/mL"),
        adjunct("lidocaine", "0.5 mL of 2%"),
    )
    assert str(cocktail.table()) == (
        "agent      role           draw                                dose    final concentration\n"
        "---------  -------------  ----------------------------------  ------  ---------------------\n"
        "minoxidil  principal      1 mL of 5 mg/mL                     5 mg\n"
        "biotin     complementary  unknown (label missing) of 5 mg/mL\n"
        "lidocaine  anaesthetic    0.5 mL of 2 % w/v                   10 mg\n"
        "total volume not known"
    )
    filled = Cocktail(MINOXIDIL, complementary("biotin", "10 mg"), fill("saline", to="3 mL"))
    assert [row[2:] for row in filled.table().rows] == [
        ("1 mL of 5 mg/mL", "5 mg", "≈ 1.667 mg/mL"),
        ("", "10 mg", "≈ 3.333 mg/mL"),
        ("", "", ""),
    ]
    assert filled.table().total == "3 mL"
    bare = Cocktail(principal("PRP", "4 mL"), complementary("biotin", "unknown (label missing)"))
    assert [row[2] for row in bare.table().rows] == ["4 mL", "unknown (label missing)"]


def test_rounding_to_a_syringe_shows_the_error() -> None:
    cocktail = Cocktail(
        principal("minoxidil", "0.333 mL of 5 mg/mL"),
        complementary("PRP", "3 mL"),
        adjunct("lidocaine", "1 mg"),
    )
    minoxidil, prp = cocktail.rounded(graduation="0.05 mL")
    assert (minoxidil.agent, prp.agent) == ("minoxidil", "prp")
    assert minoxidil.drawn == Amount.parse("0.35 mL")
    assert minoxidil.error == Fraction(350, 333) - 1
    assert minoxidil.dose == Amount.parse("1.75 mg")
    assert prp.error == 0
    assert prp.drawn == prp.exact == prp.dose


def test_what_is_scaled_departs_from_the_law_as_it_did() -> None:
    alone = Cocktail(MINOXIDIL, fill("saline", to="5 mL"), deviation="minoxidil alone")
    assert alone.scale(to="10 mL") == Cocktail(
        principal("minoxidil", "2 mL of 5 mg/mL"), fill("saline", to="10 mL"), deviation="minoxidil alone"
    )


def test_doses_and_volumes_grow_together_and_strengths_stay() -> None:
    cocktail = Cocktail(
        principal("minoxidil", "5 mg in 1 mL"),
        complementary("biotin", "5 mg as 1 mL of 5 mg/mL"),
        adjunct("saline", each="0.1 mL", over=10),
    )
    assert str(cocktail.scale(to="6 mL")) == (
        "minoxidil 10 mg in 2 mL (principal) + biotin 10 mg as 2 mL of 5 mg/mL (complementary) + "
        "saline 0.2 mL at 10 points (diluent)"
    )


def test_a_half_mark_goes_to_even() -> None:
    cocktail = Cocktail(principal("PRP", "0.25 mL"), complementary("biotin", "0.35 mL of 5 mg/mL"))
    assert [str(draw.drawn) for draw in cocktail.rounded(graduation="0.1 mL")] == ["0.2 mL", "0.4 mL"]


@pytest.mark.parametrize("graduation", ["5 mg", "0,5 mL", 5, ML * 0])
def test_a_graduation_is_a_volume(graduation: object) -> None:
    assert refused(BOTH.rounded, graduation=graduation).path == "graduation"


def test_a_cocktail_is_its_parts_in_the_order_written() -> None:
    cocktail = Cocktail(adjunct("saline", "1 mL"), BIOTIN, MINOXIDIL)
    assert [part.agent.id for part in cocktail] == ["biotin", "minoxidil", "sodium-chloride-0.9"]
    assert str(cocktail.combination("doses")) == "biotin 5 mg (complementary) + minoxidil 5 mg (principal)"
    assert cocktail.combination().agents == ("biotin", "minoxidil")
    assert str(cocktail.combination()) == "biotin + minoxidil"
    assert str(cocktail.combination("roles")) == "biotin (complementary) + minoxidil (principal)"


def test_the_grid_brings_close_doses_together() -> None:
    near = [Cocktail(principal("minoxidil", f"{dose} mg"), BIOTIN) for dose in ("4.96", "5", "5.04")]
    assert len({cocktail.combination("doses") for cocktail in near}) == 1
    assert len({cocktail.combination("doses", digits=3) for cocktail in near}) == 3


def test_a_dose_that_is_not_known_is_its_own_place_on_the_grid() -> None:
    cocktail = Cocktail(principal("minoxidil", unknown="torn"), BIOTIN)
    assert "minoxidil unknown (principal)" in str(cocktail.combination("doses"))
