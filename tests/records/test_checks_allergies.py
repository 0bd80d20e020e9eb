"""Allergies are held against everything in the syringe: salts, adjuncts, members of premixes."""

from __future__ import annotations

import pytest

from mesococktail.cocktails import Cocktail, complementary, principal
from mesococktail.findings import Severity
from mesococktail.formulary import other
from tests.records.checking import (
    AT,
    DAY,
    allergic,
    by_message,
    codes,
    done,
    knows,
    lacking,
    mixture,
    prescription,
    screening,
)

BIOTIN = "biotin 1 mL of 5 mg/mL (complementary)"
PROCAINE = mixture(BIOTIN, "procaine 1 mL of 10 mg/mL (anaesthetic)")
PREMIX = "NCTF 135 HA 3 mL (principal) + biotin 5 mg (complementary)"
DISCLOSED = "Hairzon 3 mL (principal) + zinc 5 mg (complementary)"


@pytest.mark.parametrize(
    ("substance", "cocktail", "path"),
    [
        ("biotin", mixture(BIOTIN), "ingredients[1]"),
        ("Vitamin B7", mixture(BIOTIN), "ingredients[1]"),
        ("B vitamins", mixture(BIOTIN), "ingredients[1]"),
        ("minoxidil sulfate", mixture(BIOTIN), "ingredients[0]"),
        ("sulfates", mixture(BIOTIN), "ingredients[0]"),
        ("procaine hydrochloride", PROCAINE, "adjuncts[0]"),
        ("procaine (dentist, 2019)", PROCAINE, "adjuncts[0]"),
        ("local anaesthetics", PROCAINE, "adjuncts[0]"),
        ("ester anaesthetic", PROCAINE, "adjuncts[0]"),
        ("para-aminobenzoic acid", PROCAINE, "adjuncts[0]"),
        ("hyaluronic acid", PREMIX, "ingredients[0]"),
        ("sodium hyaluronate", PREMIX, "ingredients[0]"),
        ("sodium benzoate", DISCLOSED, "ingredients[0]"),
        ("benzoates", DISCLOSED, "ingredients[0]"),
        ("Ginkgo", DISCLOSED, "ingredients[0]"),
        ("salicylate", mixture("organic silicium 1 mL of 5 mg/mL (complementary)"), "ingredients[1]"),
        ("aspirin allergy", mixture("organic silicium 1 mL of 5 mg/mL (complementary)"), "ingredients[1]"),
        ("cobalt", "vitamin B complex 2 mL (principal) + minoxidil 5 mg (complementary)", "ingredients[0]"),
    ],
)
def test_a_substance_that_is_in_it_is_found(substance: str, cocktail: str, path: str) -> None:
    found = done(prescription(cocktail), knows(allergic(substance))).findings
    [finding] = [one for one in found if one.code == "allergy"]
    assert (finding.severity, finding.path) == (Severity.ERROR, f"cocktail.{path}.agent")
    assert finding.message.startswith(f"the patient does not tolerate {substance}, which is in ")


@pytest.mark.parametrize(
    ("substance", "cocktail"),
    [
        ("penicillin", PROCAINE),
        ("lidocaine", PROCAINE),
        ("vitamin B12", mixture(BIOTIN)),
        ("pantothenic acid", mixture("dexpanthenol 1 mg (complementary)")),
        ("silicone", mixture("organic silicium 1 mL of 5 mg/mL (complementary)")),
    ],
)
def test_a_substance_that_is_not_in_it_is_not_found(substance: str, cocktail: str) -> None:
    record = done(prescription(cocktail), knows(allergic(substance)))
    assert "allergy" not in [one.code for one in record.findings]
    assert not [code for code in record.not_run if code.startswith("allergy")]


def test_a_finding_names_substance_and_component() -> None:
    message = by_message(prescription(PREMIX), knows(allergic("hyaluronic acid")), "allergy")
    assert message == (
        "cocktail.ingredients[0].agent: the patient does not tolerate hyaluronic acid, "
        "which is in NCTF 135 HA (hyaluronic acid)"
    )


def test_a_component_by_a_rule_names_the_rule() -> None:
    message = by_message(prescription(PROCAINE), knows(allergic("PABA")), "allergy")
    assert ", which is in procaine (PABA), says rule paba_from_procaine 1; " in message


@pytest.mark.parametrize("premix", ["NCTF 135 HA", "mesohyal range", "unspecified cocktail"])
def test_what_is_not_disclosed_cannot_be_checked(premix: str) -> None:
    cocktail = f"{premix} 3 mL (principal) + biotin 5 mg (complementary)"
    [code] = [c for c in lacking(prescription(cocktail), knows(allergic("latex"))) if c.startswith("allergy")]
    assert code == f"allergy_in_{Cocktail.parse(cocktail).agents[0]}"
    assert not [c for c in lacking(prescription(cocktail), knows()) if c.startswith("allergy")]


def test_an_agent_nobody_knows_cannot_be_checked_but_is_read() -> None:
    serum = other("house serum", description="rose water with procaine, made here")
    record = prescription(Cocktail(principal("minoxidil", "5 mg"), complementary(serum, "5 mg")))
    assert "allergy_in_other:house-serum" in lacking(record, knows(allergic("latex")))
    assert "allergy" in codes(record, knows(allergic("procaine")))


def test_an_allergy_in_another_alphabet_cannot_be_compared() -> None:
    assert "allergy" in lacking(prescription(), knows(allergic("новокаин")))


def test_an_allergy_to_a_premix_that_shares_an_agent_cannot_be_decided() -> None:
    record = prescription("biotin 5 mg (principal) + minoxidil 5 mg (complementary)")
    known = knows(allergic("vitamin B complex"))
    assert "allergy" in lacking(record, known)
    assert "allergy" not in codes(record, known)


def test_allergies_of_every_screening_count() -> None:
    known = knows(allergic("biotin", at=AT - 90 * DAY), allergic("Minoxidil"), allergic("minoxidil"))
    assert codes(prescription(), known) == ["allergy", "allergy"]


def test_an_allergy_found_later_does_not_count() -> None:
    assert codes(prescription(), knows(allergic("biotin", at=AT + DAY))) == []


def test_named_substances_answer_the_question_about_allergies() -> None:
    named = screening({"diabetes": "no"}, allergies=["penicillin"])
    assert "contraindicated_allergy_to_ingredient" not in lacking(prescription(), knows(named))


def test_a_substance_without_a_word_is_in_nothing() -> None:
    assert codes(prescription(), knows(allergic("***"))) == []
