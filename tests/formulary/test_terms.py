"""The words for a whole course: what is asked, measured, claimed, and what harm there may be."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from mesococktail.amounts import Amount
from mesococktail.errors import FormularyError, TermError
from mesococktail.formulary import Formulary, Term
from mesococktail.formulary.terms import ANSWERED

if TYPE_CHECKING:
    from pathlib import Path

FORMULARY = Formulary.shipped()
MEASURES = FORMULARY.terms("outcome_measures")
WITH_OTHER = (
    "contraindications outcome_measures assessors adverse_events event_actions places tube_anticoagulants"
)
CONTRAINDICATIONS = (
    "allergy_to_ingredient diabetes liver_problem kidney_problem heart_problem pregnant lactating "
    "anticoagulants area_infection area_lesion"
)
ADVERSE_EVENTS = (
    "scalp_abscess bruising oedema headache itching pain allergy_immediate allergy_delayed inflammation "
    "swelling scalp_hypersensitivity scalp_sensation_loss infection pigmentation ulceration "
    "hair_loss_induced scarring patchy_alopecia"
)
CODES = {
    "sexes": "female male intersex unknown",
    "answers": "yes no unknown not_asked",
    "pregnancy": "pregnant not_pregnant unknown",
    "pregnancy_evidence": (
        "told urine_test blood_test ultrasound post_menopausal sterilised not_established"
    ),
    "responses": "response partial_response no_response worse not_assessable",
    "assessors": "treating_doctor independent_doctor nurse patient software other",
    "event_grades": "mild moderate severe life_threatening fatal",
    "seriousness": (
        "not_serious death life_threatening hospitalisation disability congenital_anomaly medically_important"
    ),
    "causality": "certain probable possible unlikely conditional unassessable unrelated",
    "suspects": "agent lot product procedure",
    "event_actions": (
        "none observed treated session_stopped course_paused course_stopped referred hospitalised other"
    ),
    "event_results": "recovered recovering recovered_with_sequelae not_recovered fatal unknown",
    "given": "given partly not_given",
    "lot_status": "not_applicable unknown",
    "places": "pharmacy treatment_room operating_room laboratory other",
    "tube_anticoagulants": "acd_a sodium_citrate edta none other",
    "tissues": "epidermal_layer mesoderm_layer hair_follicle scalp_circulation",
    "aftercare": (
        "moisturise_scalp no_sunbath no_steam_bath use_sunscreen no_wax no_bleach no_chlorinated_swim "
        "no_excessive_exercise"
    ),
}


def codes(vocabulary: str, class_: str | None = None) -> list[str]:
    terms = FORMULARY.terms(vocabulary)
    return [term.code for term in terms if class_ is None or term.class_ == class_]


def measure(text: str) -> Term:
    return FORMULARY.term("outcome_measures", text)


@pytest.mark.parametrize("vocabulary", CODES)
def test_a_vocabulary_has_its_words_in_order(vocabulary: str) -> None:
    assert codes(vocabulary) == CODES[vocabulary].split()


@pytest.mark.parametrize("vocabulary", WITH_OTHER.split())
def test_other_needs_a_description(vocabulary: str) -> None:
    assert FORMULARY.term(vocabulary, "other").needs_description


def test_the_ten_contraindications_of_the_article_are_each_a_term() -> None:
    assert codes("contraindications", "article") == CONTRAINDICATIONS.split()


@pytest.mark.parametrize("text", ["platelet disorder", "aspirin", "stroke", "chemotherapy", "sepsis"])
def test_a_contraindication_from_elsewhere_is_not_said_to_be_of_the_article(text: str) -> None:
    term = FORMULARY.term("contraindications", text)
    assert term.class_ is None
    assert term.source.startswith("read: ")
    assert "article" not in term.source


def test_the_eighteen_adverse_events_of_the_article_are_each_a_term() -> None:
    assert codes("adverse_events", "article") == ADVERSE_EVENTS.split()


@pytest.mark.parametrize(
    "code",
    [
        *("subcutaneous_fat_necrosis", "mycobacterial_infection", "folliculitis", "perifolliculitis"),
        *("anaphylactic_death", "granuloma", "syncope_vasovagal", "hypotension", "erythema"),
        *("sexual_dysfunction", "semen_change", "hypertrichosis"),
    ],
)
def test_an_event_reported_elsewhere_is_a_term_too(code: str) -> None:
    assert FORMULARY.term("adverse_events", code).class_ is None


def test_hypersensitivity_of_the_scalp_is_no_allergy() -> None:
    scalp = FORMULARY.term("adverse_events", "scalp hypersensitivity")
    assert [code.value for code in scalp.codes] == ["Hyperaesthesia", "R20.3"]
    assert FORMULARY.term("adverse_events", "allergy_immediate").codes[0].value == "Hypersensitivity"


def test_only_the_first_five_effects_can_be_seen() -> None:
    effects = FORMULARY.terms("effects")
    assert [term.observable for term in effects] == [True] * 5 + [False] * 6
    assert [term.code for term in MEASURES[:5]] == [term.code for term in effects if term.observable]
    assert {term.answered for term in MEASURES[:5]} == {"words"}


def test_only_needling_is_said_to_stimulate_collagen_and_elastin() -> None:
    assert codes("effects", "technique") == ["collagen_stimulated", "elastin_stimulated"]


@pytest.mark.parametrize("term", MEASURES, ids=lambda term: term.code)
def test_a_measure_says_how_it_is_answered(term: Term) -> None:
    if term.code == "other":
        assert term.answered is None
        return
    assert term.answered in ANSWERED
    assert bool(term.stages) == (term.answered == "stage")
    if term.bounds is not None:
        assert term.answered == "score" or (term.answered == "amount" and term.unit)
        assert Decimal(term.bounds[0]) < Decimal(term.bounds[1])
    if term.answered == "amount":
        assert Amount.parse(f"1 {term.unit}").unit


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("global_photo_score_7", ("-3", "3")),
        ("global_photo_score_5", ("1", "5")),
        ("global_photo_score_4", ("0", "3")),
        ("global_photo_score_3", ("-1", "1")),
        ("GAIS", ("1", "5")),
        ("vas_10", ("0", "10")),
        ("vas_100", ("0", "100")),
        ("SALT", ("0", "100")),
    ],
)
def test_a_score_has_its_bounds_and_version(text: str, bounds: tuple[str, str]) -> None:
    assert measure(text).bounds == bounds
    assert measure(text).version


@pytest.mark.parametrize("text", ["VAS", "global photo score"])
def test_a_scale_whose_bounds_are_not_said_is_not_guessed(text: str) -> None:
    with pytest.raises(TermError, match="is not in the vocabulary outcome_measures"):
        measure(text)


@pytest.mark.parametrize("scale", [term for term in FORMULARY.terms("scales") if term.code != "other"])
def test_a_staging_scale_is_an_outcome_measure_with_the_same_stages(scale: Term) -> None:
    same = measure(scale.code)
    assert (same.stages, same.axes, same.bounds, same.version) == (
        *(scale.stages, scale.axes, scale.bounds, scale.version),
    )
    assert scale.stages or scale.bounds
    assert scale.version


def test_savin_has_nine_images() -> None:
    assert len(measure("Savin").stages) == 9
    assert measure("Savin").has_stage("Frontal")


@pytest.mark.parametrize("stage", ["L", "M2", "F1", "V3", "M2 F1", "C0 V2", "U3 F3 V1", "F1 V1"])
def test_basic_and_specific_types_combine(stage: str) -> None:
    assert measure("BASP").has_stage(stage)


@pytest.mark.parametrize("stage", ["", "M4", "F1 M2", "M1 M2", "M2 M2", "M2  F1", "m2", "M2F1", "F1 V4"])
def test_what_is_no_type_is_refused(stage: str) -> None:
    assert not measure("BASP").has_stage(stage)


def test_stages_that_do_not_combine_stand_alone() -> None:
    assert measure("Ludwig").has_stage("II")
    assert not measure("Ludwig").has_stage("I II")


def load(tmp_path: Path, text: str) -> Formulary:
    path = tmp_path / "clinic.toml"
    path.write_text(text, encoding="utf-8")
    return Formulary.load(path)


OWN = '[[terms]]\nvocabulary = "outcome_measures"\ncode = "own"\n'


@pytest.mark.parametrize("vocabulary", ["adverse_events", "contraindications", "zones"])
def test_a_clinic_has_its_own_term(tmp_path: Path, vocabulary: str) -> None:
    file = f'[[terms]]\nvocabulary = "{vocabulary}"\ncode = "own"\nneeds_description = true\n'
    term = load(tmp_path, file).term(vocabulary, "own")
    assert term.needs_description
    assert term.source == "the clinic's formulary file"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('answered = "amount"\nunit = "hairs/cm2"', {"unit": "hairs/cm2"}),
        ('answered = "amount"\nunit = "mm"\nbounds = ["0.01", "0.5"]', {"bounds": ("0.01", "0.5")}),
        ('answered = "score"\nbounds = ["-2", "2"]\nversion = "2"', {"bounds": ("-2", "2"), "version": "2"}),
        ('answered = "stage"\nstages = ["a", "b"]', {"stages": ("a", "b")}),
        ('answered = "words"', {"needs_description": False}),
    ],
)
def test_a_clinic_has_its_own_measure(tmp_path: Path, lines: str, expected: dict[str, object]) -> None:
    term = load(tmp_path, OWN + lines).term("outcome_measures", "own")
    assert {name: getattr(term, name) for name in expected} == expected
    assert f'"{term.answered}"' in lines


def test_a_clinic_has_its_own_scale(tmp_path: Path) -> None:
    own = load(tmp_path, OWN.replace("outcome_measures", "scales") + 'stages = ["a", "b"]')
    assert (own.term("scales", "own").stages, own.term("scales", "own").bounds) == (("a", "b"), None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (OWN, r"answered: is needed once; say how it is answered: amount, score, stage or words$"),
        (OWN + 'answered = "picture"', r"answered: picture: is not one of the choices"),
        (OWN + 'answered = "amount"', r"unit: is needed where the answer is amount$"),
        (OWN + 'answered = "amount"\nunit = "smoots"', r"unit: smoots: no amount can be written in it"),
        (OWN + 'answered = "stage"', r"stages: is needed where the answer is stage$"),
        (OWN + 'answered = "stage"\nstages = ["a"]', r"stages: are two or more, each named once$"),
        (OWN + 'answered = "stage"\nstages = ["a", "a"]', r"stages: are two or more, each named once$"),
        (
            OWN + 'answered = "words"\nbounds = ["0", "1"]',
            r"bounds: says nothing .* belongs to amount or score$",
        ),
        (OWN + 'answered = "score"\nbounds = ["0"]', r"bounds: are two exact numbers"),
        (OWN + 'answered = "score"\nbounds = ["0", "1", "2"]', r"bounds: are two exact numbers"),
        (OWN + 'answered = "score"\nbounds = ["5", "1"]', r"bounds: are two exact numbers"),
        (OWN + 'answered = "score"\nbounds = ["0", "1e3"]', r"bounds: are two exact numbers"),
        (OWN + 'answered = "score"\nbounds = [0, 10]', r"bounds\[0\]: 0: is not a text; put it in quotes$"),
        (OWN + 'answered = "words"\nneeds_description = "yes"', r"needs_description: yes: is true or false"),
        (OWN.replace("outcome_measures", "zones") + 'answered = "words"', r"answered: no such key is known"),
        (
            OWN.replace("outcome_measures", "scales") + 'stages = ["a", "b"]\nbounds = ["0", "1"]',
            r"bounds: a scale has stages or bounds, not both$",
        ),
    ],
)
def test_a_measure_that_cannot_be_answered_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormularyError, match=r"^terms\[0\]\." + message):
        load(tmp_path, text)
