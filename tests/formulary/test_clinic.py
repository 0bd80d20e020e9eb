"""A clinic's own formulary file: what it adds, and what is refused at which place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesococktail.errors import AgentError, FormularyError
from mesococktail.formulary import Formula, Formulary, Measure

if TYPE_CHECKING:
    from pathlib import Path

FULL = """
[stock]
minoxidil = "5 mg/mL"
dutasteride = [
  { product = "Compounded A", strength = "0.5 mg/mL", manufacturer = "Town Pharmacy" },
  { strength = "0.1 mg/mL" },
]
Botox = "25 units/mL"
"vitamin D3" = "100000 IU/mL"
"house paste" = "2 %"

[[agents]]
name = "House Mix"
measures = "volume"
description = "vitamin mix made for us by the town pharmacy"
synonyms = ["our mix"]
classes = "vitamin"
premises = ["nutritional"]
cautions = "keep cold"
composition = { disclosure = "full", members = ["Biotin", "rose water"], declared = "2", version = "3" }

[[agents]]
id = "paste"
name = "house paste"
kind = "drug"
measures = ["mass", "product units"]
units = ["blob"]
source = "our handbook, page 4"
purposes = "colouring"
retired = "2026-01: no longer made"
composition = { disclosure = "partial", members = ["our mix"], source = "the label" }

[[formulas]]
name = "starter"
version = "1"
text = "minoxidil 1 mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"

[[formulas]]
name = "starter"
version = "2"
text = "minoxidil 2 mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
indication = "FPHL"
note = "after the audit"

[[terms]]
vocabulary = "zones"
code = "nape"
synonyms = ["back of the neck"]

[[terms]]
vocabulary = "purposes"
code = "colouring"
label = "colouring agent"
source = "our handbook"
class = "cosmetic"
"""


def load(tmp_path: Path, text: str | bytes) -> Formulary:
    path = tmp_path / "clinic.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Formulary.load(path)


@pytest.fixture
def clinic(tmp_path: Path) -> Formulary:
    return load(tmp_path, FULL)


def test_one_stock_is_the_strength(clinic: Formulary) -> None:
    assert clinic.stock("minoxidil") == "5 mg/mL"
    assert clinic.stock("colecalciferol") == "100000 IU/mL"
    assert clinic.stock("onabotulinumtoxina") == "25 units/mL"
    assert clinic.stock("biotin") is None


def test_of_several_stocks_none_is_chosen_and_all_are_shown(clinic: Formulary) -> None:
    assert clinic.stock("dutasteride") is None
    assert [str(each) for each in clinic.stocks_of("dutasteride")] == [
        "0.5 mg/mL (Compounded A)",
        "0.1 mg/mL",
    ]
    assert clinic.stocks_of("dutasteride")[0].manufacturer == "Town Pharmacy"


def test_an_own_agent_is_found_like_ours(clinic: Formulary) -> None:
    agent = clinic.find("HOUSE mix").agent
    assert clinic.find("our mix").agent is agent
    assert (agent.id, agent.measures, agent.cautions[0].text) == ("house-mix", (Measure.VOLUME,), "keep cold")
    assert clinic.find("paste").agent.purposes == ("colouring",)
    assert clinic.find("paste").agent.sources == ("our handbook, page 4",)


def test_an_own_premix_is_found_by_what_it_holds(clinic: Formulary) -> None:
    assert clinic.members("house-mix") == ("biotin",)
    assert {"house-mix", "paste"} <= set(clinic.containing("biotin"))
    assert "house-mix" in clinic.with_class("vitamin")


def test_ours_is_untouched(clinic: Formulary) -> None:
    assert "house-mix" in clinic.agents
    assert "house-mix" not in Formulary.shipped().agents
    with pytest.raises(AgentError):
        Formulary.shipped().find("our mix")


def test_a_formula_is_found_by_name_and_version(clinic: Formulary) -> None:
    assert clinic.formula("Starter").version == "2"
    assert clinic.formula("starter", "1").indication is None
    assert clinic.formula("starter").indication == "female_pattern_hair_loss"
    assert all(isinstance(formula, Formula) for formula in clinic.formulas)


@pytest.mark.parametrize(
    ("name", "version", "cure"),
    [("starter", "9", "starter has no version 9; choose 1 or 2"), ("end", None, "the formulas are starter")],
)
def test_an_unknown_formula_is_refused_with_what_there_is(
    clinic: Formulary, name: str, version: str | None, cure: str
) -> None:
    with pytest.raises(FormularyError, match=cure):
        clinic.formula(name, version)


def test_own_terms_stand_beside_ours(clinic: Formulary) -> None:
    assert clinic.term("zones", "back of the neck").code == "nape"
    assert clinic.term("zones", "nape").label == "nape"
    assert clinic.term("purposes", "colouring agent").class_ == "cosmetic"
    assert len(clinic.terms("zones")) == len(Formulary.shipped().terms("zones")) + 1


def test_the_digest_is_that_of_ours_and_the_file(clinic: Formulary, tmp_path: Path) -> None:
    assert clinic.digest == load(tmp_path, FULL).digest
    assert clinic.digest != Formulary.shipped().digest
    assert clinic.digest != load(tmp_path, FULL + "\n").digest


def test_a_file_adds_to_another_and_its_stock_takes_precedence(clinic: Formulary, tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text('[stock]\nminoxidil = "20 mg/mL"\n')
    more = Formulary.load(str(path), base=clinic)
    assert more.stock("minoxidil") == "20 mg/mL"
    assert len(more.stocks_of("dutasteride")) == 2
    assert more.formula("starter").version == "2"
    path.write_text("")
    assert Formulary.load(path, base=clinic).stock("minoxidil") == "5 mg/mL"


AGENT = '[[agents]]\nname = "mix"\nmeasures = "volume"\ndescription = "a mix"\n'
TERM = '[[terms]]\nvocabulary = "zones"\ncode = "nape"\n'
FORMULA = '[[formulas]]\nname = "f"\nversion = "1"\ntext = "x"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = ", r"clinic\.toml: is not a TOML file in UTF-8; Invalid value"),
        (b"\xff\xfe", r"is not a TOML file in UTF-8"),
        ("a = " + "[" * 100_000, r"is not a TOML file in UTF-8; it is nested too deeply"),
        ("a" + ".a" * 40_000 + " = 1", r"holds a key of too many parts"),
        ("a" + '."a"' * 100_000 + " = 1", r"holds a key of too many parts"),
        ("#" * 1_000_001, r"at most 1000000 bytes"),
        ('"st\\u0000ok" = 1', r"^'st\\x00ok': no such key is known here"),
        ("k" * 70_000 + " = 1", r"^k{60}\u2026: no such key is known here"),
        ("stok = 1", r"^stok: no such key is known here; keys: aftercare, agents, .* and terms$"),
        ("stock = 1", r"^stock: 1: must be a table$"),
        ("agents = 1", r"^agents: must be a list of tables; write \[\[agents\]\] above each$"),
        ("agents = [1]", r"^agents\[0\]: 1: must be a table$"),
        ("[stock]\nminoxidil = 5.0", r"^stock\.minoxidil: 5.0: is not a text; put it in quotes"),
        ("[stock]\nminoxidil = 2026-01-01", r"^stock\.minoxidil: .*is not a text"),
        ('[stock]\nminoxidil = ""', r"^stock\.minoxidil: is empty"),
        ('[stock]\nminoxidil = "5,0 mg/mL"', r"^stock\.minoxidil: 5,0 mg/mL: .*comma"),
        ('[stock]\nminoxidil = "5 mg"', r"minoxidil is dosed by mass; give a strength in mass per volume"),
        ('[stock]\nminoxidil = "10 ppm"', r"give a strength in mass per volume or percent"),
        ('[stock]\nminoxidil = "5 IU/mL"', r"is activity per volume, and minoxidil is dosed by mass"),
        ('[stock]\n"NCTF 135 HA" = "5 mg/mL"', r"leave it out: its volume is its dose"),
        ('[stock]\nminoxidl = "5 mg/mL"', r"^stock\.minoxidl: .*did you mean minoxidil"),
        ('[stock]\n"B5" = "5 mg/mL"', r"^stock\.B5: B5: fits more than one agent"),
        (
            '[stock]\nminoxidil = "5 mg/mL"\nRegaine = "5 mg/mL"',
            r"^stock\.Regaine: the stock of minoxidil is",
        ),
        ("[stock]\nminoxidil = [{}]", r"^stock\.minoxidil\[0\]\.strength: is needed; add strength = "),
        (
            '[stock]\nminoxidil = {strength = "5 mg/mL", lot = "1"}',
            r"^stock\.minoxidil\.lot: no such key .*keys: m",
        ),
        (AGENT.replace('name = "mix"\n', ""), r"^agents\[0\]\.name: is needed"),
        (
            AGENT.replace("mix", "Minoxidil", 1),
            r"^agents\[0\]\.name: Minoxidil: is a name of minoxidil already",
        ),
        (
            AGENT.replace("mix", "B5", 1),
            r"is a name of dexpanthenol, DL-panthenol, pantothenic acid and unsp",
        ),
        (AGENT.replace("mix", "a + b", 1), r"^agents\[0\]\.name: a \+ b: a name holds none of"),
        (AGENT.replace("mix", "123", 1), r"^agents\[0\]\.name: 123: a name needs a letter"),
        (AGENT.replace("mix", "m\u0456x", 1), r"^agents\[0\]\.name: .*CYRILLIC"),
        (AGENT.replace("mix", "m\\u0007x", 1), r"^agents\[0\]\.name: .*control characters"),
        (AGENT.replace("mix", "m" * 2_001, 1), r"^agents\[0\]\.name: m+…: has more than 2000 characters"),
        (AGENT + AGENT, r"^agents\[1\]\.name: mix: is a name of mix already"),
        (AGENT + 'id = "Mix"', r"^agents\[0\]\.id: Mix: an id is lower-case"),
        (AGENT + 'id = "minoxidil"', r"^agents\[0\]\.id: minoxidil: is the id of another agent"),
        (AGENT + 'id = "regaine"', r"^agents\[0\]\.id: regaine: is a name of minoxidil already"),
        (AGENT + 'synonyms = ["a", "PRP"]', r"^agents\[0\]\.synonyms\[1\]: PRP: is a name of PRP already"),
        (AGENT + "synonyms = [1]", r"^agents\[0\]\.synonyms\[0\]: 1: is not a text"),
        (AGENT.replace('measures = "volume"\n', ""), r"^agents\[0\]\.measures: is needed; add measures"),
        (
            AGENT.replace('"volume"', '"spoons"'),
            r"^agents\[0\]\.measures: spoons: is not one of the choices; ch",
        ),
        (AGENT + 'units = "blob"', r"^agents\[0\]\.units: belong together with measures = product units"),
        (AGENT.replace('"volume"', '"product units"'), r"^agents\[0\]\.units: belong together"),
        (
            AGENT.replace('description = "a mix"', ""),
            r"^agents\[0\]\.description: is needed; add description",
        ),
        (AGENT + 'purposes = "fun"', r"^agents\[0\]\.purposes: fun: is not in the vocabulary purposes"),
        (AGENT + 'premises = "moon"', r"^agents\[0\]\.premises: moon: is not one of the choices"),
        (AGENT + 'colour = "red"', r"^agents\[0\]\.colour: no such key"),
        (AGENT + "composition = {}", r"^agents\[0\]\.composition\.disclosure: is needed once"),
        (
            AGENT + 'composition = {disclosure = "full", members = ["B3"]}',
            r"^agents\[0\]\.composition\.members\[0\]: B3: fits more than one agent; write nicotinamide, ",
        ),
        (
            AGENT + 'composition = {disclosure = "full", members = ["x\u0456"]}',
            r"^agents\[0\]\.composition\.members\[0\]: .*CYRILLIC",
        ),
        (AGENT + 'composition = {disclosure = "none", x = 1}', r"^agents\[0\]\.composition\.x: no such key"),
        (FORMULA.replace('"1"', "1.0"), r"^formulas\[0\]\.version: 1\.0: is not a text"),
        (FORMULA.replace('"f"', '"\u0456"'), r"^formulas\[0\]\.name: .*CYRILLIC"),
        (FORMULA.replace('text = "x"', ""), r"^formulas\[0\]\.text: is needed"),
        (
            FORMULA + FORMULA,
            r"^formulas\[1\]\.version: 1: that version is given twice; give the next version",
        ),
        (FORMULA + 'indication = "gout"', r"^formulas\[0\]\.indication: gout: is not in the vocabulary"),
        (FORMULA + "x = 1", r"^formulas\[0\]\.x: no such key"),
        (TERM.replace("zones", "smells"), r"^terms\[0\]\.vocabulary: smells: there is none of that name"),
        (TERM.replace("nape", "The Nape"), r"^terms\[0\]\.code: The Nape: a code is lower-case letters"),
        (TERM.replace("nape", "vertex"), r"^terms\[0\]\.code: vertex: is in the vocabulary already"),
        (TERM + 'synonyms = ["Crown"]', r"^terms\[0\]\.synonyms\[0\]: Crown: is in the vocabulary already"),
        (TERM + 'label = "\u0456"', r"^terms\[0\]\.label: .*CYRILLIC"),
        (TERM + TERM, r"^terms\[1\]\.code: nape: is in the vocabulary already"),
        (TERM + "x = 1", r"^terms\[0\]\.x: no such key"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(FormularyError, match=message):
        load(tmp_path, text)


@pytest.mark.parametrize("path", ["/no/such/file.toml", "/", "a\x00b", None, 7.5])
def test_a_file_that_is_not_there_is_refused(path: object) -> None:
    with pytest.raises(FormularyError, match="the formulary file cannot be read"):
        Formulary.load(path)  # type: ignore[arg-type]  # what a script without types may pass


KEYS = st.sampled_from(
    [
        *("agents", "stock", "formulas", "terms", "name", "id", "measures", "units", "minoxidil"),
        *("composition", "members", "disclosure", "version", "text", "vocabulary", "code", "label"),
        *("description", "strength"),
    ]
)
PLAIN = st.sampled_from(
    ['"mass"', '"biotin"', '"zones"', '"5 mg/mL"', "1", "2.5", "true", "2026-01-01", '"\\u0000"']
)
VALUES = st.recursive(
    PLAIN | st.text(max_size=8).map(lambda text: f"'{text}'"),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
        | st.dictionaries(KEYS, inner, max_size=4).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=8,
)
FILES = st.dictionaries(KEYS, VALUES, max_size=5).map(
    lambda table: "\n".join(f"{key} = {value}" for key, value in table.items()).encode("utf-8", "replace")
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | FILES)
def test_any_file_is_a_formulary_or_our_error(tmp_path: Path, data: bytes) -> None:
    try:
        loaded = load(tmp_path, data)
    except FormularyError:
        return
    assert isinstance(loaded, Formulary)


def test_texts_are_kept_in_nfc_as_those_of_records_are(tmp_path: Path) -> None:
    clinic = load(tmp_path, TERM + 'label = "nuque e\u0301troite"')
    assert clinic.term("zones", "nape").label == "nuque \u00e9troite"


def test_a_large_file_is_read_in_reasonable_time(tmp_path: Path) -> None:
    # Looking names up must not be prepared anew for each agent.
    many = "".join(AGENT.replace("mix", f"mix no {i} x", 1) for i in range(5_000))
    assert len(load(tmp_path, many).agents) == 5_000 + len(Formulary.shipped().agents)
