"""What the checks make of rules that a clinic may write and nobody ships, and at their edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail.cocktails import Cocktail
from mesococktail.formulary import Formulary
from tests.records.checking import (
    AT,
    DAY,
    OURS,
    by_message,
    codes,
    facts,
    in_jurisdiction,
    knows,
    lacking,
    mixture,
    preparation,
    prescription,
    screening,
    session,
)

if TYPE_CHECKING:
    from pathlib import Path

RULES = {rule.code: rule for rule in OURS.rules}
BIOTIN = "biotin 1 mL of 5 mg/mL (complementary)"
FIVE_ARI = mixture("dutasteride 1 mL of 0.5 mg/mL (complementary)")
BOTULINUM = mixture("onabotulinumtoxinA 100 units in 2 mL (complementary)")
THREE = mixture(BIOTIN, "caffeine 5 mg (complementary)")


def with_rule(code: str, **changes: Any) -> Formulary:
    return attrs.evolve(OURS, own_rules=(attrs.evolve(RULES[code], code="own", **changes),))


def test_a_limit_in_the_units_of_another_product_cannot_be_held_against() -> None:
    clinic = with_rule("onabotulinumtoxina_dose", agents=("biotin", "onabotulinumtoxina"))
    assert "own" in lacking(prescription(), knows(), clinic)
    assert "own" not in lacking(prescription(BOTULINUM), knows(), clinic)


def test_what_is_dosed_by_its_volume_has_no_concentration_to_be_held_against_a_limit() -> None:
    clinic = with_rule("lidocaine_dose", agents=("prp",), of="concentration", most="1 mg/mL")
    alone = prescription(f"PRP 4 mL (principal) + {BIOTIN}")
    assert "own" in lacking(alone, knows(), clinic)
    assert "own" not in codes(alone, knows(), clinic)


def test_a_cocktail_may_have_too_few_agents() -> None:
    clinic = with_rule("max_3", most=None, least="3")
    message = by_message(prescription(), knows(), "own", clinic)
    assert message.startswith("cocktail: 2 agents are fewer than the 3 of rule own 1; ")
    assert "own" not in codes(prescription(THREE), knows(), clinic)


def test_a_preparation_may_be_too_alkaline() -> None:
    message = by_message(preparation(ph="8.1"), knows(prescription=prescription()), "ph_5_8")
    assert message.startswith("ph: pH 8.1 is more than the 8 of rule ph_5_8 ")


def test_where_it_was_prepared_must_be_known_to_be_held_against_a_rule() -> None:
    known = knows(prescription=prescription())
    assert "no_mixing_in_surgery_fr" in lacking(preparation(), known, in_jurisdiction("FR"))


@pytest.mark.parametrize(("agent", "asked"), [("biotin", True), ("caffeine", False)])
def test_a_contraindication_of_an_agent_is_asked_where_the_agent_is(agent: str, asked: bool) -> None:
    clinic = with_rule("contraindicated_diabetes", agents=(agent,))
    assert ("own" in codes(prescription(), knows(screening({"diabetes": "yes"})), clinic)) is asked


def test_a_rule_on_facts_that_names_none_asks_nothing() -> None:
    clinic = with_rule("five_ari_pregnant", fact=None)
    record, known = prescription(FIVE_ARI), knows(facts(pregnancy="pregnant"))
    assert "own" not in (*codes(record, known, clinic), *lacking(record, known, clinic))


def test_the_sessions_before_count_where_they_gave_the_agent() -> None:
    toxin = mixture("onabotulinumtoxinA 201 units in 2 mL (complementary)")
    without = session(at=AT - 9 * DAY, payload="saline", volume="3 mL")
    record, known = session(volume="3 mL"), knows(without, prescription=prescription(toxin))
    assert "onabotulinumtoxina_dose" not in (*codes(record, known), *lacking(record, known))


def test_an_agent_of_another_clinics_formulary_is_not_told_how_it_was_read(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(
        '[[agents]]\nname = "house mix"\nbrands = ["Fix"]\nmeasures = "mass"\ndescription = "x"\n'
    )
    cocktail = Cocktail.parse(mixture("Fix 5 mg (complementary)"), formulary=Formulary.load(file))
    assert cocktail.parts[1].agent.written == "Fix"
    assert codes(prescription(cocktail), knows()) == []
