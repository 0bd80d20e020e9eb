"""How a name finds its agent, and what is not taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mesococktail.errors import AgentError
from mesococktail.formulary import Formulary, Match, Measure, other
from mesococktail.formulary import formulary as module
from mesococktail.formulary.formulary import _names_of

FORMULARY = Formulary.shipped()
KNOWN = [name for agent in FORMULARY.agents.values() for name, _, _ in _names_of(agent)]
# Names that print uses for several agents. The look-up names them all; nothing else may be shared.
SHARED = {
    "B3": {"nicotinamide", "nicotinic-acid", "unspecified-vitamin-b3"},
    "B5": {"dexpanthenol", "dl-panthenol", "pantothenic-acid", "unspecified-vitamin-b5"},
    "cobalamin": {"cyanocobalamin", "hydroxocobalamin", "mecobalamin"},
    "panthenol": {"dexpanthenol", "dl-panthenol"},
    "provitamin B5": {"dexpanthenol", "dl-panthenol"},
    "vitamin B3": {"nicotinamide", "nicotinic-acid", "unspecified-vitamin-b3"},
    "vitamin B5": {"dexpanthenol", "dl-panthenol", "pantothenic-acid", "unspecified-vitamin-b5"},
    "vitamin PP": {"nicotinamide", "nicotinic-acid"},
}


def found(name: str) -> str:
    return FORMULARY.find(name).agent.id


@pytest.mark.parametrize(
    ("printed", "agent_id"),
    [
        ("Biotin", "biotin"),
        ("Buflomedil", "buflomedil"),
        ("Dexenol", "dexpanthenol"),
        ("Dutasteride", "dutasteride"),
        ("Finasteride", "finasteride"),
        ("Minoxidil", "minoxidil"),
        ("Organic Silicium", "monomethylsilanetriol"),
        ("Vitamins", "unspecified-vitamins"),
        ("Vitamin A", "retinol"),
        ("Vitamin B", "vitamin-b-complex"),
        ("Vitamin B1", "thiamine"),
        ("B2", "riboflavin"),
        ("unspecified vitamin B3", "unspecified-vitamin-b3"),
        ("unspecified vitamin B5", "unspecified-vitamin-b5"),
        ("B6", "pyridoxine"),
        ("B7", "biotin"),
        ("Vitamin B9", "folic-acid"),
        ("Vitamin B12", "cyanocobalamin"),
        ("Vitamin C", "ascorbic-acid"),
        ("Vitamin D", "colecalciferol"),
        ("Vitamin E", "tocopherol"),
        ("Acetyl Tetrapetide-3", "acetyl-tetrapeptide-3"),
        ("Biochanin-A", "biochanin-a"),
        ("PRP", "prp"),
        ("Nano Peptides", "nano-peptides"),
        ("Cocktails", "unspecified-cocktail"),
    ],
)
def test_every_name_the_article_prints_finds_its_agent(printed: str, agent_id: str) -> None:
    match = FORMULARY.find(printed)
    assert (match.agent.id, match.written) == (agent_id, printed)


@pytest.mark.parametrize("word", ["mesoplasty", "mesohair", "mesotherapy"])
def test_the_names_of_the_treatment_are_terms_and_not_agents(word: str) -> None:
    assert FORMULARY.term("treatments", word).code == "mesotherapy"
    with pytest.raises(AgentError, match="treatment"):
        FORMULARY.find(word)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("minoxidil", "name"),
        ("prp", "name"),
        ("sodium-chloride-0.9", "id"),
        ("vitamin H", "synonym"),
        ("silicium organique", "synonym"),
        ("Regaine", "brand"),
        ("monoxidil", "misspelling"),
        ("procaine hydrochloride", "form"),
        ("Dexenol", "inferred"),
    ],
)
def test_a_match_says_how_it_was_found(name: str, how: str) -> None:
    match = FORMULARY.find(name)
    assert match.how == how
    assert (match.note is not None) == (how in ("form", "inferred"))


@pytest.mark.parametrize("name", sorted(set(KNOWN)))
def test_no_name_is_silently_on_two_agents(name: str) -> None:
    ids = {match.agent.id for match in FORMULARY.named(name)}
    assert len(ids) == 1 or ids == next(v for k, v in SHARED.items() if k.lower() == name.lower())


@pytest.mark.parametrize(("name", "ids"), SHARED.items())
def test_a_shared_name_is_refused_naming_every_agent_it_fits(name: str, ids: set[str]) -> None:
    with pytest.raises(AgentError) as caught:
        FORMULARY.find(name)
    for agent_id in ids:
        assert FORMULARY.agents[agent_id].name in str(caught.value.cure)


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("pantothenic acid", "dexpanthenol"),
        ("dexpanthenol", "DL-panthenol"),
        ("nicotinamide", "nicotinic acid"),
        ("niacinamide", "niacin"),
        ("cyanocobalamin", "hydroxocobalamin"),
        ("cyanocobalamin", "mecobalamin"),
        ("hydroxocobalamin", "mecobalamin"),
        ("Botox", "Dysport"),
    ],
)
def test_agents_that_must_never_merge_are_apart(one: str, another: str) -> None:
    assert found(one) != found(another)


@pytest.mark.parametrize("name", ["estradiol", "17-beta-estradiol", "oestradiol"])
def test_estradiol_is_never_alfatradiol(name: str) -> None:
    assert found("alfatradiol") == found("17-alpha-estradiol") == "alfatradiol"
    with pytest.raises(AgentError, match="never alfatradiol"):
        FORMULARY.find(name)


@pytest.mark.parametrize("name", ["silicone", "silicon", "red clover extract", "cyproterone"])
def test_what_only_sounds_alike_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(AgentError, match=r"another substance|not organic|is not an amount"):
        FORMULARY.find(name)


@pytest.mark.parametrize(
    "name",
    [
        "MINOXIDIL",
        " minoxidil ",
        "Minoxidil®",
        "minoxi dil",
        "mínoxidil",
        "vitamin\u00a0B12",
        "vitamin B\u201112",
        "vitamin B₁₂",
        "ﬁnasteride",
        "17-\u03b1-estradiol",
        "Bépanthène",
        "copper_tripeptide 1",
    ],
)
def test_case_spaces_hyphens_and_accents_do_not_matter(name: str) -> None:
    assert FORMULARY.find(name).written == name


@pytest.mark.parametrize(
    "name",
    [
        "min\u043exidil",
        "m\u03b9noxidil",
        "minoxidil\uff11",
        "minoxidi\u0338l",
        "minoxidil\u200b",
        "biotin\u202e",
        "≠biotin",
    ],
)
def test_a_look_alike_or_hidden_character_is_refused_by_name(name: str) -> None:
    with pytest.raises(AgentError, match=r"which is not a letter or sign of this alphabet; type"):
        FORMULARY.find(name)


@pytest.mark.parametrize("name", ["", " ", "--", "bio\x00tin", "x" * 101])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(AgentError):
        FORMULARY.find(name)


@pytest.mark.parametrize("name", [None, 5, ["biotin"], b"biotin"])
def test_a_name_is_a_text(name: object) -> None:
    with pytest.raises(AgentError, match="the name of an agent is a text"):
        FORMULARY.find(name)  # type: ignore[arg-type]  # what a script without types may pass


@pytest.mark.parametrize(
    ("slip", "meant"), [("minoxidl", "minoxidil"), ("finasterid", "finasteride"), ("bioten", "biotin")]
)
def test_a_slip_gets_a_suggestion(slip: str, meant: str) -> None:
    with pytest.raises(AgentError) as caught:
        FORMULARY.find(slip)
    assert str(caught.value.cure).startswith(f"did you mean {meant}")


def test_an_unknown_name_says_the_way_out() -> None:
    with pytest.raises(AgentError, match=r"qqqq: no agent .*; write other\(\.\.\.\) with a description"):
        FORMULARY.find("qqqq")


@given(st.text() | st.sampled_from(KNOWN) | st.text(alphabet="minoxdlbt B12-+() ", max_size=30))
@example("minoxidil")
def test_any_text_is_an_agent_or_our_error(text: str) -> None:
    try:
        match = FORMULARY.find(text)
    except AgentError:
        return
    assert isinstance(match, Match)
    assert match.written == text


@pytest.mark.parametrize(
    ("text", "agent_id", "rest"),
    [
        ("minoxidil 1 mL of 5 mg/mL", "minoxidil", " 1 mL of 5 mg/mL"),
        ("  (+)-biotin 5 mg", "biotin", " 5 mg"),
        ("vitamin B12 1 mL", "cyanocobalamin", " 1 mL"),
        ("vitamin B1 2 mL", "thiamine", " 2 mL"),
        ("vitamin B1 20 mg", "thiamine", " 20 mg"),
        ("vitamin B 1 2 mL", "thiamine", " 2 mL"),
        ("vitamin B 12 5 mg", "cyanocobalamin", " 5 mg"),
        ("vitamin B 12 (principal)", "cyanocobalamin", " (principal)"),
        ("vitamin B-12 mL", "cyanocobalamin", " mL"),
        ("mesosolution 56 mL", "generic-mesosolution-56", " mL"),
        ("NCTF 135 HA 3 mL", "nctf-135-ha", " 3 mL"),
        ("QR 678 2 mL", "qr678", " 2 mL"),
        ("QR 678 Neo", "qr678-neo", ""),
        ("NaCl 0.9 % 2 mL", "sodium-chloride-0.9", " 2 mL"),
        ("saline(diluent)", "sodium-chloride-0.9", "(diluent)"),
        ("copper tripeptide-1, 5 mg", "copper-tripeptide-1", ", 5 mg"),
    ],
)
def test_the_longest_name_at_the_start_is_taken(text: str, agent_id: str, rest: str) -> None:
    taken = FORMULARY.longest(text)
    assert taken is not None
    assert (taken[0].agent.id, taken[1]) == (agent_id, rest)


@pytest.mark.parametrize(
    "text",
    ["biotinx 5 mg", "biotin-x 5 mg", "biotin/minoxidil", "", " ", "5 mg", "x" * 500, "min\u043exidil 1 mL"],
)
def test_no_name_is_taken_where_none_ends(text: str) -> None:
    assert FORMULARY.longest(text) is None


@pytest.mark.parametrize("text", ["vitamin B5 1 mL of 5 mg/mL", "estradiol 1 mg"])
def test_the_longest_name_is_refused_where_it_is_shared_or_wrong(text: str) -> None:
    with pytest.raises(AgentError):
        FORMULARY.longest(text)


@pytest.mark.parametrize(
    "text", ["vitamin B 12 mL", "vitamin D 3 mL of 5 mg/mL", "insulin-like growth factor 1 mL"]
)
def test_a_number_that_may_be_name_or_amount_is_refused(text: str) -> None:
    with pytest.raises(AgentError, match=r"may belong to the name or to the amount; write .* or "):
        FORMULARY.longest(text)


@given(
    st.sampled_from(sorted({agent.name for agent in FORMULARY.agents.values()})),
    st.sampled_from(
        [" 1 mL", "", ", 2 mg", " (principal)", "\t5 mg", " unknown (not stated)", " q.s. to 5 mL"]
    ),
)
def test_the_name_of_every_agent_is_taken_whole(name: str, rest: str) -> None:
    assert FORMULARY.longest(name + rest) == (FORMULARY.find(name), rest)


@given(st.sampled_from(sorted(set(KNOWN))), st.integers(1, 999).map(str))
def test_a_number_after_a_name_never_slips_into_it(name: str, number: str) -> None:
    try:
        taken = FORMULARY.longest(f"{name} {number} mL")
        alone = FORMULARY.find(name)
    except AgentError:
        return
    assert taken == (alone, f" {number} mL")


@given(st.text(max_size=300))
def test_any_text_begins_with_a_name_or_not_or_is_our_error(text: str) -> None:
    try:
        taken = FORMULARY.longest(text)
    except AgentError:
        return
    if taken is not None:
        match, rest = taken
        assert text.lstrip() == match.written + rest


def test_a_million_characters_are_refused_at_once() -> None:
    start = time.perf_counter()
    assert FORMULARY.longest("a " * 500_000) is None
    with pytest.raises(AgentError):
        FORMULARY.find("a" * 1_000_000)
    assert time.perf_counter() - start < 0.05


def test_a_name_asked_for_again_is_the_same_object() -> None:
    assert FORMULARY.find("Minoxidil") is FORMULARY.find("Minoxidil")


def test_names_kept_ready_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Formulary(FORMULARY.agents, FORMULARY.vocabularies)
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    for spaces in range(10):
        assert fresh.find("biotin" + " " * spaces).agent.id == "biotin"
    assert len(fresh._found) <= 3


def test_another_agent_is_named_and_described_in_nfc() -> None:
    agent = other("se\u0301rum neuf", description="a pre\u0301paration")
    assert (agent.name, agent.description) == ("s\u00e9rum neuf", "a pr\u00e9paration")


@pytest.mark.parametrize("length", [301, 3001])
def test_a_description_may_be_three_hundred_characters_long(length: int) -> None:
    assert other("serum", description="m" * 300).description == "m" * 300
    with pytest.raises(AgentError, match=r"description: m+…: has more than 300 characters"):
        other("serum", description="m" * length)


def test_another_agent_needs_a_description_and_gets_an_id_of_its_own() -> None:
    agent = other("Love  Potion 9", description=" homemade ")
    assert (agent.id, agent.name, agent.description) == ("other:love-potion-9", "Love Potion 9", "homemade")
    assert agent.is_other
    assert agent.measures == (Measure.MASS,)
    assert not FORMULARY.find("minoxidil").agent.is_other


def test_another_agent_in_product_units_has_units() -> None:
    assert other("toxin X", description="a toxin", measure="product units").units == ("unit", "units")


@pytest.mark.parametrize("name", ["Minoxidil", "vitamin B5", "dexenol", "monoxidil"])
def test_what_the_formulary_knows_is_not_another_agent(name: str) -> None:
    with pytest.raises(AgentError, match=r"other: .*is in the formulary; write "):
        other(name, description="something")


def test_what_must_not_be_confused_may_be_another_agent() -> None:
    assert other("estradiol", description="17-beta-estradiol").id == "other:estradiol"


@pytest.mark.parametrize(
    ("name", "description", "measure"),
    [
        ("x", "", "mass"),
        ("x", "  ", "mass"),
        ("x", "d" * 301, "mass"),
        ("x", 'a "b"', "mass"),
        ("x", "a [b", "mass"),
        ("x", "a (b", "mass"),
        ("x", "a\x1bb", "mass"),
        ("x", "d", "spoonfuls"),
        ("", "d", "mass"),
        ("12", "d", "mass"),
        ('x"', "d", "mass"),
        ("a + b", "d", "mass"),
        ("other x", "d", "mass"),
        ("x (y", "d", "mass"),
        ("\u0445y", "d", "mass"),
        (None, "d", "mass"),
        ("x", None, "mass"),
    ],
)
def test_another_agent_that_could_not_be_read_back_is_refused(
    name: str, description: str, measure: str
) -> None:
    with pytest.raises(AgentError, match=r"^other"):
        other(name, description=description, measure=measure)
