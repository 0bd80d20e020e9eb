"""What holds for every cocktail: the text, the order, the mass."""

from __future__ import annotations

import copy
import operator
import pickle
from decimal import Decimal
from fractions import Fraction
from functools import reduce

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.amounts import Amount
from mesococktail.cocktails import (
    Cocktail,
    Ingredient,
    Level,
    Portion,
    Role,
    complementary,
    fill,
    principal,
)
from mesococktail.cocktails.combination import on_grid
from mesococktail.cocktails.portion import portion_of
from mesococktail.errors import MesococktailError
from mesococktail.formulary import Measure
from tests.strategies import AGENTS, amounts, cocktails, measured, numbers, portions, strengths, volumes

PIECES = (
    *("minoxidil", "biotin", "saline", " + ", " ", "(", ")", "[", "]", '"', "other ", "1 mL", " of ", "5 mg"),
    *(
        "q.s. to ",
        "unknown ",
        "(principal)",
        "(diluent)",
        "; deviation: ",
        "5 mg/mL",
        "+",
        "\n",
        "\x00",
        "2,5",
    ),
    *("at 3 points", " over 5 cm2", "0.1 mL/cm2", " as ", " in ", "(complementary)", "vitamin B12", "\ud800"),
)


@given(cocktails())
def test_the_one_line_text_reads_back_to_an_equal_cocktail(cocktail: Cocktail) -> None:
    assert Cocktail.parse(str(cocktail)) == cocktail


@given(cocktails())
def test_the_text_is_one_line_and_stable(cocktail: Cocktail) -> None:
    line = str(cocktail)
    assert line.isprintable()
    assert str(Cocktail.parse(line)) == line


@given(portions(tuple(Measure)))
def test_the_text_of_a_portion_reads_back(portion: Portion) -> None:
    assert portion_of(str(portion)) == portion


@pytest.mark.parametrize("agent", AGENTS, ids=[agent.id for agent in AGENTS])
def test_every_agent_reads_back_from_the_line(agent: object) -> None:
    cocktail = Cocktail(
        principal(agent, "unknown (1 mL + 2)"),  # type: ignore[arg-type]  # an Agent
        fill(agent, to="5 mL", purpose="diluent"),  # type: ignore[arg-type]
        deviation="one alone",
    )
    assert Cocktail.parse(str(cocktail)) == cocktail


@given(cocktails(), st.randoms())
def test_order_does_not_matter_to_combinations_and_concentrations(cocktail: Cocktail, random: object) -> None:
    parts = list(cocktail.parts)
    random.shuffle(parts)  # type: ignore[attr-defined]  # random.Random
    other = Cocktail(*parts, deviation=cocktail.deviation)
    for level in Level:
        assert other.combination(level) == cocktail.combination(level)
        assert hash(other.combination(level)) == hash(cocktail.combination(level))
    assert other.total == cocktail.total
    for agent in cocktail.agents:
        assert other.concentration(agent) == cocktail.concentration(agent)
        assert other.dose(agent) == cocktail.dose(agent)


@given(measured(), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_what_is_injected_in_parts_adds_up_to_the_dose(cocktail: Cocktail, parts: list[int]) -> None:
    total = cocktail.total
    assert total is not None
    for agent in cocktail.agents:
        shares = (cocktail.share(agent, total * Fraction(part, sum(parts))) for part in parts)
        assert reduce(operator.add, (share for share in shares if share is not None)) == cocktail.dose(agent)


@given(measured())
def test_concentration_times_total_is_the_dose_exactly(cocktail: Cocktail) -> None:
    for agent in cocktail.agents:
        concentration = cocktail.concentration(agent)
        assert concentration is not None
        assert cocktail.total is not None
        assert concentration * cocktail.total == cocktail.dose(agent)


@given(measured())
def test_the_volumes_make_the_total(cocktail: Cocktail) -> None:
    drawn = [volume for part in cocktail.parts if (volume := cocktail.volume(part)) is not None]
    assert len(drawn) == len(cocktail.parts)
    assert reduce(operator.add, drawn) == cocktail.total


@given(measured(), st.fractions(Fraction(1, 1000), 1000))
def test_scaling_there_and_back_changes_nothing(cocktail: Cocktail, factor: Fraction) -> None:
    total = cocktail.total
    assert total is not None
    scaled = cocktail.scale(to=total * factor)
    assert scaled.total == total * factor
    for agent in cocktail.agents:
        dose = cocktail.dose(agent)
        assert dose is not None
        assert scaled.dose(agent) == dose * factor
        assert scaled.concentration(agent) == cocktail.concentration(agent)
    assert scaled.scale(to=total) == cocktail


@given(numbers(), numbers())
def test_units_do_not_matter(dose: str, volume: str) -> None:
    milligrams, millilitres = Amount.parse(f"{dose} mg"), Amount.parse(f"{volume} mL")
    told = [
        Cocktail(principal("minoxidil", dose=mass, volume=drawn), complementary("biotin", "5 mg in 1 mL"))
        for mass in (milligrams, milligrams.to("mcg"), milligrams.to("g"))
        for drawn in (millilitres, millilitres.to("uL"))
    ]
    assert len(set(told)) == 1
    assert len({cocktail.combination(Level.DOSES) for cocktail in told}) == 1
    assert len({cocktail.concentration("minoxidil") for cocktail in told}) == 1


@given(strengths(), volumes())
def test_two_give_the_third_exactly(strength: Amount, volume: Amount) -> None:
    dose = Portion(strength=strength, volume=volume).solved.dose
    assert dose is not None
    assert Portion(dose=dose, volume=volume).solved.strength == strength
    assert Portion(dose=dose, strength=strength).solved.volume == volume
    assert Portion(dose=dose, strength=strength, volume=volume).solved.dose == dose


@given(amounts("mg"), volumes())
def test_a_dose_in_a_volume_comes_back_from_its_strength(dose: Amount, volume: Amount) -> None:
    strength = Portion(dose=dose, volume=volume).solved.strength
    assert strength is not None
    assert volume * strength == dose


def test_ten_milligrams_in_three_millilitres_is_exact() -> None:
    part = principal("biotin", "10 mg in 3 mL")
    assert part.strength is not None
    assert part.strength.value == Fraction(10, 3)
    assert principal("biotin", volume="3 mL", strength=part.strength).dose == Amount.parse("10 mg")
    assert str(part.strength) == "10 mg/3 mL"


@given(cocktails())
def test_a_cocktail_survives_copying_and_pickling(cocktail: Cocktail) -> None:
    assert copy.deepcopy(cocktail) == cocktail
    assert pickle.loads(pickle.dumps(cocktail)) == cocktail
    assert hash(copy.copy(cocktail)) == hash(cocktail)


@given(cocktails())
def test_every_cocktail_can_be_drawn(cocktail: Cocktail) -> None:
    drawn = str(cocktail.table())
    assert all(part.agent.name in drawn for part in cocktail.parts)


@given(amounts("mg"), st.integers(1, 28))
def test_the_grid_is_decimal_and_keeps_what_it_can_hold(dose: Amount, digits: int) -> None:
    number, unit = on_grid(dose, digits).split(" ")
    assert unit == "mg"
    assert isinstance(dose.base, Decimal)
    if len(dose.base.normalize().as_tuple().digits) <= digits:
        assert Decimal(number) == dose.base


@given(st.text(max_size=80))
def test_any_text_is_a_cocktail_or_our_error(text: str) -> None:
    _parsed(text)


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_any_pieces_of_a_line_are_a_cocktail_or_our_error(text: str) -> None:
    _parsed(text)


def _parsed(text: str) -> None:
    try:
        cocktail = Cocktail.parse(text)
    except MesococktailError as error:
        _is_told(error)
    else:
        assert Cocktail.parse(str(cocktail)) == cocktail


def _is_told(error: MesococktailError) -> None:
    assert str(error)
    assert error.findings
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@given(cocktails())
def test_a_part_can_be_changed_and_stays_checked(cocktail: Cocktail) -> None:
    part = cocktail.ingredients[0]
    changed = attrs.evolve(part, role=Role.PRINCIPAL)
    assert isinstance(changed, Ingredient)
    assert changed.dose == part.dose
