"""Every rule that is shipped fires where it should and is silent where it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail.findings import Severity
from mesococktail.formulary import RuleType
from mesococktail.records import Around, Stands
from tests.records.checking import (
    AT,
    DAY,
    OURS,
    PRESCRIPTION,
    by_message,
    codes,
    consent,
    done,
    facts,
    in_jurisdiction,
    knows,
    lacking,
    mixture,
    preparation,
    prescription,
    screening,
    session,
    stock,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.formulary import Formulary, Rule
    from mesococktail.records import Known

Case = tuple[Any, "Known", "Formulary"]
"""A record, what is known around it, and the formulary."""

RULES = {rule.code: rule for rule in OURS.rules}
BIOTIN = "biotin 1 mL of 5 mg/mL (complementary)"
SILENT = mixture(BIOTIN)


def of_prescription(cocktail: Any, *records: Any, place: str | None = None, **fields: Any) -> Case:
    return prescription(cocktail, **fields), knows(*records), in_jurisdiction(place) if place else OURS


def of_session(cocktail: str, *earlier: Any, **fields: Any) -> Case:
    return session(**fields), knows(*earlier, prescription=prescription(cocktail)), OURS


def of_preparation(where: str | None = None, **fields: Any) -> Case:
    return (
        preparation(**fields),
        knows(prescription=prescription()),
        in_jurisdiction(where) if where else OURS,
    )


FIVE_ARI_PART = "dutasteride 1 mL of 0.5 mg/mL (complementary)"
FIVE_ARI = mixture(FIVE_ARI_PART)
CYPROTERONE = mixture("cyproterone acetate 1 mg (complementary)")
RETINOID = mixture("tretinoin 1 mg (complementary)")
SILICIUM = mixture("organic silicium 1 mL of 5 mg/mL (complementary)")
BUFLOMEDIL = mixture("buflomedil 1 mL of 10 mg/mL (complementary)")
BOTULINUM = mixture("onabotulinumtoxinA 100 units in 2 mL (complementary)")
PHOSPHOLIPID = mixture(
    "phosphatidylcholine 50 mg (complementary)", "lidocaine 1 mL of 20 mg/mL (anaesthetic)"
)
FOUR = "minoxidil 5 mg (principal) + biotin 5 mg (complementary) + caffeine 5 mg (complementary)"


def allergic_to(substance: str, cocktail: str) -> Case:
    answers = screening({"allergy_to_ingredient": "yes"}, allergies=[substance])
    return of_prescription(cocktail, answers)


CASES: dict[str, tuple[Case, Case]] = {
    "five_ari_pregnant": (
        of_prescription(FIVE_ARI, facts(pregnancy="pregnant")),
        of_prescription(FIVE_ARI, facts(pregnancy="not_pregnant")),
    ),
    "five_ari_could_become_pregnant": (
        of_prescription(FIVE_ARI, facts(could_become_pregnant="yes")),
        of_prescription(SILENT, facts(could_become_pregnant="yes")),
    ),
    "dutasteride_partner_could_become_pregnant": (
        of_prescription(FIVE_ARI, facts(sex="male", partner_could_become_pregnant="yes")),
        of_prescription(FIVE_ARI, facts(sex="male", partner_could_become_pregnant="no")),
    ),
    "cyproterone_pregnant": (
        of_prescription(CYPROTERONE, facts(pregnancy="pregnant")),
        of_prescription(CYPROTERONE, facts(pregnancy="not_pregnant")),
    ),
    "retinoid_pregnant": (
        of_prescription(RETINOID, facts(pregnancy="pregnant")),
        of_prescription(RETINOID, facts(pregnancy="not_pregnant")),
    ),
    "salicylate_in_organic_silicium": (
        allergic_to("aspirin", SILICIUM),
        allergic_to("penicillin", SILICIUM),
    ),
    "paba_from_procaine": (
        allergic_to("PABA", mixture(BIOTIN, "procaine 1 mL of 10 mg/mL (anaesthetic)")),
        allergic_to("PABA", mixture(BIOTIN, "lidocaine 1 mL of 10 mg/mL (anaesthetic)")),
    ),
    "cobalt_in_cobalamins": (
        allergic_to("cobalt", mixture("vitamin B12 1 mg (complementary)")),
        allergic_to("cobalt", SILENT),
    ),
    "suspended_here": (
        of_prescription(BUFLOMEDIL, place="FR"),
        of_prescription(BUFLOMEDIL, place="FR", at=Around(2010), transcribed_from="chart 7"),
    ),
    "suspended_elsewhere": (
        of_prescription(BUFLOMEDIL, place="AE"),
        of_prescription(BUFLOMEDIL, place="FR"),
    ),
    "no_labelled_injection_us": (
        of_prescription(mixture("caffeine 5 mg (complementary)"), place="US"),
        of_prescription(SILENT, place="FR"),
    ),
    "lidocaine_dose": (
        of_prescription(mixture(BIOTIN, "lidocaine 15.5 mL of 20 mg/mL (anaesthetic)")),
        of_prescription(mixture(BIOTIN, "lidocaine 15 mL of 20 mg/mL (anaesthetic)")),
    ),
    "onabotulinumtoxina_dose": (
        of_session(
            mixture("onabotulinumtoxinA 201 units in 2 mL (complementary)"),
            session(at=AT - 89 * DAY, volume="3 mL"),
            volume="3 mL",
        ),
        of_session(
            mixture("onabotulinumtoxinA 201 units in 2 mL (complementary)"),
            session(at=AT - 90 * DAY, volume="3 mL"),
            volume="3 mL",
        ),
    ),
    "botulinum_interval": (
        of_session(BOTULINUM, session(at=AT - 89 * DAY)),
        of_session(BOTULINUM, session(at=AT - 90 * DAY)),
    ),
    "no_phosphatidylcholine_lidocaine": (
        of_prescription(PHOSPHOLIPID),
        of_prescription(mixture("phosphatidylcholine 50 mg (complementary)")),
    ),
    "water_soluble": (
        of_prescription(mixture(FIVE_ARI_PART, "saline q.s. to 5 mL")),
        of_prescription(FIVE_ARI),
    ),
    "isotonic": (
        of_prescription(mixture(BIOTIN, "water for injections q.s. to 5 mL")),
        of_prescription(mixture(BIOTIN, "saline q.s. to 5 mL")),
    ),
    "no_vasoconstrictor": (
        of_prescription(mixture(BIOTIN, "epinephrine 0.01 mg (vehicle)")),
        of_prescription(SILENT),
    ),
    "no_corticosteroid": (
        of_prescription(mixture("triamcinolone acetonide 5 mg (complementary)"), place="FR"),
        of_prescription(mixture("triamcinolone acetonide 5 mg (complementary)"), place="AE"),
    ),
    "ph_5_8": (of_preparation(ph="4.9"), of_preparation(ph="5")),
    "max_3": (
        of_prescription(f"{FOUR} + zinc 1 mg (complementary); deviation: four, protocol 7"),
        of_prescription(FOUR),
    ),
    "depth_max_4mm": (of_session(SILENT, depth="4.1 mm"), of_session(SILENT, depth="4 mm")),
    "per_point_volume": (of_session(SILENT, per_point="0.05 mL"), of_session(SILENT, per_point="0.2 mL")),
    "no_mixing_in_surgery_fr": (
        of_preparation("FR", place="treatment_room"),
        of_preparation("FR", place="pharmacy"),
    ),
    "off_label_inform": (
        of_prescription(SILENT, consent(off_label_told="no")),
        of_prescription(SILENT, consent()),
    ),
    "consent_missing": (
        of_prescription(SILENT, consent(), consent(given="no")),
        of_prescription(SILENT, consent()),
    ),
    "dutasteride_blood_donation": (of_session(FIVE_ARI), of_session(SILENT)),
}
CASES |= {
    code: (
        of_prescription(SILENT, screening({rule.item: "yes"})),
        of_prescription(SILENT, screening({rule.item: "no"})),
    )
    for code, rule in RULES.items()
    if rule.type is RuleType.CONTRAINDICATION
}


def oily() -> Formulary:
    """No agent that is shipped is an oil or an alcohol; a clinic may add one."""
    agents = dict(OURS.agents)
    agents["caffeine"] = attrs.evolve(agents["caffeine"], classes=("oil",))
    return attrs.evolve(OURS, agents=agents)


CASES["no_oil_no_alcohol"] = (
    (prescription(mixture("caffeine 5 mg (complementary)")), knows(), oily()),
    of_prescription(mixture("caffeine 5 mg (complementary)")),
)


def spoken(case: Case, rule: Rule) -> Iterator[str]:
    """Yield what is said of a rule: its own code, or its name in what an allergy says."""
    record, known, formulary = case
    for finding in done(record, known, formulary).findings:
        if finding.code == rule.code or (finding.code == "allergy" and rule.text in finding.message):
            yield finding.message


@pytest.mark.parametrize("code", RULES)
def test_a_shipped_rule_fires(code: str) -> None:
    fires, _ = CASES[code]
    messages = list(spoken(fires, RULES[code]))
    assert len(messages) == 1
    assert f"rule {code} {RULES[code].version}; " in messages[0] + "; "
    assert RULES[code].message in messages[0]


@pytest.mark.parametrize("code", RULES)
def test_a_shipped_rule_is_silent(code: str) -> None:
    _, silent = CASES[code]
    assert list(spoken(silent, RULES[code])) == []
    assert code not in lacking(*silent)


def test_every_case_is_of_a_shipped_rule() -> None:
    assert sorted(CASES) == sorted(RULES)


def test_every_type_of_rule_has_a_case() -> None:
    assert {RULES[code].type for code in CASES} == set(RuleType)


def test_a_finding_says_what_came_and_which_rule_speaks() -> None:
    record, known, _ = of_session(SILENT, depth="6 mm")
    assert by_message(record, known, "depth_max_4mm") == (
        "depth: depth 6 mm is more than the 4 mm of rule depth_max_4mm 1; "
        "the needle should not go deeper than 4 mm, says the review by Konda "
        "and Thappa; others go as far as 13 mm"
    )


def test_a_finding_has_the_severity_of_its_rule() -> None:
    record, known, formulary = CASES["contraindicated_diabetes"][0]
    [found] = [one for one in done(record, known, formulary).findings if "diabetes" in one.code]
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize("answer", ["unknown", "not_asked"])
def test_what_was_not_answered_is_a_check_that_could_not_run(answer: str) -> None:
    record, known, _ = of_prescription(SILENT, screening({"diabetes": answer}))
    assert "contraindicated_diabetes" not in codes(record, known)
    assert {"contraindicated_diabetes", "contraindicated_heart_problem"} < set(lacking(record, known))


def test_a_patient_who_was_never_screened_lacks_the_screening_as_one() -> None:
    assert lacking(prescription(), knows()) == ("screening", "consent")
    assert codes(prescription(), knows()) == []


def test_a_yes_stands_until_somebody_answers_no() -> None:
    yes, unsure = screening({"diabetes": "yes"}, at=AT - 9 * DAY), screening({"diabetes": "unknown"})
    not_asked, no = screening({"diabetes": "not_asked"}), screening({"diabetes": "no"})
    assert "contraindicated_diabetes" in codes(prescription(), knows(yes, unsure))
    assert "contraindicated_diabetes" in codes(prescription(), knows(yes, not_asked))
    assert "contraindicated_diabetes" not in codes(prescription(), knows(yes, no))
    assert "contraindicated_diabetes" not in lacking(prescription(), knows(yes, no))


def test_a_no_does_not_stand_against_a_later_doubt() -> None:
    no, unsure = screening({"diabetes": "no"}, at=AT - 9 * DAY), screening({"diabetes": "unknown"})
    assert "contraindicated_diabetes" in lacking(prescription(), knows(no, unsure))


def test_what_was_answered_later_is_not_held_against_an_earlier_prescription() -> None:
    known = knows(screening({"diabetes": "yes"}, at=AT + DAY))
    assert codes(prescription(), known) == []
    assert "screening" in lacking(prescription(), known)


def test_substances_that_are_named_decide_instead_of_the_bare_answer() -> None:
    known = knows(screening({"allergy_to_ingredient": "yes"}, allergies=["penicillin"]))
    assert codes(prescription(), known) == []


def test_a_question_that_does_not_arise_is_not_missed() -> None:
    men = lacking(prescription(FIVE_ARI), knows(facts(sex="male")))
    women = lacking(prescription(FIVE_ARI), knows(facts(sex="female")))
    nobody = lacking(prescription(FIVE_ARI), knows())
    his, hers = "dutasteride_partner_could_become_pregnant", "five_ari_could_become_pregnant"
    assert [his in men, hers in men, "five_ari_pregnant" in men] == [True, False, False]
    assert [his in women, hers in women] == [False, True]
    assert [his in nobody, hers in nobody, "patient_facts" in nobody] == [False, False, True]
    assert not any("pregnan" in code for code in lacking(prescription(), knows()))


def test_later_facts_add_to_earlier_ones() -> None:
    earlier, later = facts(pregnancy="pregnant", at=AT - 9 * DAY), facts(sex="female")
    assert "five_ari_pregnant" in codes(prescription(FIVE_ARI), knows(later, earlier))
    after = facts(pregnancy="not_pregnant", at=AT - DAY)
    assert "five_ari_pregnant" not in codes(prescription(FIVE_ARI), knows(after, later, earlier))


def test_a_suspension_cannot_be_placed_where_nobody_says_where_the_clinic_is() -> None:
    record = prescription(BUFLOMEDIL)
    assert "suspended_here" in lacking(record, knows())
    assert "suspended_elsewhere" in codes(record, knows())


def test_a_suspension_is_not_dated_by_a_year() -> None:
    record = prescription(BUFLOMEDIL, at=Around(2011), transcribed_from="chart 7")
    assert "suspended_here" in lacking(record, knows(), in_jurisdiction("FR"))
    assert "suspended_here" not in codes(record, knows(), in_jurisdiction("FR"))


def test_a_limit_in_another_measure_cannot_be_held_against() -> None:
    unknown = prescription(
        mixture(BIOTIN, "lidocaine unknown (not stated) (anaesthetic)"), transcribed_from="chart 7"
    )
    assert "lidocaine_dose" in lacking(unknown, knows())
    assert "lidocaine_dose" not in lacking(prescription(), knows())


def test_a_limit_for_some_routes_needs_the_route() -> None:
    rule = attrs.evolve(RULES["lidocaine_dose"], code="own", most="1 mg", routes=("dermis",))
    clinic = attrs.evolve(OURS, own_rules=(rule,))
    cocktail = mixture(BIOTIN, "lidocaine 1 mL of 20 mg/mL (anaesthetic)")
    assert "own" in codes(prescription(cocktail, route="dermis"), knows(), clinic)
    assert "own" not in codes(prescription(cocktail, route="subcutaneous"), knows(), clinic)
    assert "own" in lacking(prescription(cocktail), knows(), clinic)


@pytest.mark.parametrize(
    ("of", "most", "fires"),
    [
        ("concentration", "1 mg/mL", False),
        ("concentration", "0.9 mg/mL", True),
        ("concentration", "0.1 % w/v", False),
        ("volume", "1 mL", False),
        ("volume", "0.9 mL", True),
    ],
)
def test_a_limit_may_count_concentration_or_volume(of: str, most: str, fires: bool) -> None:
    rule = attrs.evolve(RULES["lidocaine_dose"], code="own", of=of, most=most, agents=("biotin",))
    clinic = attrs.evolve(OURS, own_rules=(rule,))
    assert ("own" in codes(prescription(), knows(), clinic)) is fires


def test_an_agent_inside_a_premix_has_no_dose_to_be_held_against_a_limit() -> None:
    rule = attrs.evolve(RULES["lidocaine_dose"], code="own", most="1 mg", agents=("hyaluronic-acid",))
    clinic = attrs.evolve(OURS, own_rules=(rule,))
    record = prescription("NCTF 135 HA 3 mL (principal) + biotin 5 mg (complementary)")
    assert "own" in lacking(record, knows(), clinic)
    assert "own" not in codes(record, knows(), clinic)


def test_a_consent_to_another_prescription_is_no_consent_to_this_session() -> None:
    known = knows(consent(prescription="00000000-0000-7000-8000-000000000009"), prescription=prescription())
    assert "consent" in lacking(session(), known)
    known = knows(consent(prescription=PRESCRIPTION), prescription=prescription())
    assert "consent" not in lacking(session(), known)


def test_a_consent_that_is_missing_never_blocks() -> None:
    record = done(prescription(), knows(consent(given="no")))
    assert [one.severity for one in record.findings] == [Severity.WARNING]


def test_an_instruction_has_a_date() -> None:
    known = knows(prescription=prescription(FIVE_ARI))
    message = by_message(session(), known, "dutasteride_blood_donation")
    assert message.startswith("at: until 2025-09-01, for dutasteride: rule dutasteride_blood_donation 1; ")


def test_dose_given_follows_from_what_was_prepared() -> None:
    cocktail = mixture(BIOTIN, "lidocaine 1 mL of 20 mg/mL (anaesthetic)")
    strong = preparation(
        stock=[stock("lidocaine", strength="20 mg/mL", drawn="20 mL"), stock("minoxidil", drawn="20 mL")],
        total="40 mL",
    )
    known = knows(prescription=prescription(cocktail), preparation=Stands("x", strong))
    link = "00000000-0000-7000-8000-000000000002"
    assert "lidocaine_dose" in codes(session(preparation=link, volume="30.1 mL"), known)
    assert "lidocaine_dose" not in codes(session(preparation=link, volume="30 mL"), known)
    assert "lidocaine_dose" in lacking(session(preparation=link), known)
