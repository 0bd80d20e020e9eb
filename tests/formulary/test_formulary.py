"""The formulary as a whole: composition, classes, terms, digest, and what building it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mesococktail.formulary as package
from mesococktail.errors import AgentError, FormularyError, TermError
from mesococktail.formulary import Formulary, Term

FORMULARY = Formulary.shipped()
VOCABULARIES = tuple(FORMULARY.vocabularies)
TERMS = [term for name in VOCABULARIES for term in FORMULARY.terms(name)]


def test_ours_is_always_the_same_object() -> None:
    assert Formulary.shipped() is FORMULARY


def test_containing_an_agent_finds_the_premixes_that_hold_it() -> None:
    assert FORMULARY.containing("biotin") == ("vitamin-b-complex", "hairzon")


def test_containing_looks_inside_a_premix_of_a_premix() -> None:
    assert "generic-mesosolution-56" in FORMULARY.containing("unspecified-vitamins")
    assert {"growth-factors", "qr678"} <= set(FORMULARY.containing("vegf"))


def test_the_members_of_a_premix_are_ids_and_a_substance_has_none() -> None:
    assert FORMULARY.members("capixyl") == ("acetyl-tetrapeptide-3", "biochanin-a")
    assert FORMULARY.members("minoxidil") == ()


@pytest.mark.parametrize("ask", [FORMULARY.members, FORMULARY.containing])
def test_members_are_asked_for_by_id(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(AgentError, match="not the id of an agent"):
        ask("Regaine")
    with pytest.raises(AgentError, match="not the id of an agent"):
        ask([])


@pytest.mark.parametrize("ask", [FORMULARY.named, FORMULARY.formula, FORMULARY.find])
def test_a_name_is_a_text(ask: object) -> None:
    assert callable(ask)
    for name in (5, b"biotin", ["biotin"]):
        with pytest.raises(AgentError, match="is a text"):
            ask(name)


def test_a_class_has_its_agents() -> None:
    assert FORMULARY.with_class("5-Alpha Reductase inhibitor") == (
        "dutasteride",
        "finasteride",
        "alfatradiol",
    )


@pytest.mark.parametrize(
    ("name", "cure"), [("vitamine", "did you mean vitamin"), ("zzzzzz", "the classes are .*vitamin")]
)
def test_an_unknown_class_is_refused_with_what_there_is(name: str, cure: str) -> None:
    with pytest.raises(AgentError, match=cure):
        FORMULARY.with_class(name)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: f"{term.vocabulary}-{term.code}")
def test_every_term_has_a_source_and_is_found_by_all_its_words(term: Term) -> None:
    assert term.source.startswith(("read: ", "known: ", "our own word"))
    assert all(code.source.startswith(("read: ", "known: ")) for code in term.codes)
    for said in (term.code, term.label, *term.synonyms, term.label.upper()):
        assert FORMULARY.term(term.vocabulary, said) == term


@pytest.mark.parametrize("name", VOCABULARIES)
def test_no_word_stands_for_two_terms(name: str) -> None:
    vocabulary = FORMULARY.vocabularies[name]
    assert vocabulary.about
    words = [{said.lower() for said in (term.code, term.label, *term.synonyms)} for term in vocabulary.terms]
    assert sum(map(len, words)) == len(set().union(*words))


def test_a_term_in_letters_that_look_like_others_is_refused() -> None:
    with pytest.raises(TermError, match="fr\N{CYRILLIC SMALL LETTER O}ntal: "):
        FORMULARY.term("zones", "fr\N{CYRILLIC SMALL LETTER O}ntal")


@pytest.mark.parametrize("name", ["indications", "delivery", "routes", "scales", "zones", "unknown_reasons"])
def test_what_cannot_be_complete_has_other_with_a_description(name: str) -> None:
    assert FORMULARY.term(name, "other").needs_description


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("telogen effluvium", "telogen_effluvium"),
        ("Androgenetic Alopecia", "androgenetic_alopecia"),
        ("alopecia areata", "alopecia_areata"),
        ("stress alopecia", "stress_alopecia"),
        ("FPHL", "female_pattern_hair_loss"),
    ],
)
def test_the_indications_of_the_article_are_terms(text: str, code: str) -> None:
    assert FORMULARY.term("indications", text).code == code


def test_a_delivery_is_chemical_or_mechanical() -> None:
    classes = {term.code: term.class_ for term in FORMULARY.terms("delivery")}
    assert classes["nappage"] == "chemical"
    assert classes["dermaroller"] == "mechanical"
    assert classes.pop("other") is None
    assert set(classes.values()) == {"chemical", "mechanical"}


def test_a_scale_has_stages_or_bounds() -> None:
    assert "IIIv" in FORMULARY.term("scales", "Norwood").stages
    salt = FORMULARY.term("scales", "SALT")
    assert (salt.bounds, salt.unit) == (("0", "100"), "%")


@pytest.mark.parametrize(
    ("vocabulary", "text", "cure"),
    [
        ("indications", "androgenic alopezia", "did you mean androgen"),
        ("payload", "zzzzzz", "write active agents, saline only or nothing"),
    ],
)
def test_an_unknown_term_is_refused_with_what_there_is(vocabulary: str, text: str, cure: str) -> None:
    with pytest.raises(TermError, match=cure):
        FORMULARY.term(vocabulary, text)


def test_an_unknown_vocabulary_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TermError, match="the vocabularies are indications, "):
        FORMULARY.terms("smells")


def test_a_term_is_a_text() -> None:
    with pytest.raises(TermError, match="payload: 5: a term is given as text"):
        FORMULARY.term("payload", 5)  # type: ignore[arg-type]  # what a script without types may pass


@given(st.sampled_from(VOCABULARIES), st.text() | st.sampled_from([term.label for term in TERMS]))
def test_any_text_is_a_term_or_our_error(vocabulary: str, text: str) -> None:
    try:
        found = FORMULARY.term(vocabulary, text)
    except TermError:
        return
    assert isinstance(found, Term)


def test_ours_has_no_stock_and_no_formula() -> None:
    assert FORMULARY.stock("minoxidil") is None
    with pytest.raises(FormularyError, match="the formulary has no formula"):
        FORMULARY.formula("starter")


def test_the_digest_is_sixteen_hexadecimal_digits() -> None:
    assert len(FORMULARY.digest) == 16
    assert int(FORMULARY.digest, 16) >= 0


def test_looking_a_name_up_loads_nothing_heavy() -> None:
    code = (
        "import sys; from mesococktail.formulary import Formulary; Formulary.shipped().find('biotin');"
        "print({'pint', 'cattrs', 'sqlite_utils', 'difflib', 'tomllib', 'click'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_published_formulas_are_there_when_asked_for() -> None:
    assert len(FORMULARY.published) > 40
    assert FORMULARY.published is FORMULARY.published


def test_the_names_of_the_published_part_are_loaded_when_asked_for() -> None:
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Reporte'"):
        package.__getattr__("Reporte")
