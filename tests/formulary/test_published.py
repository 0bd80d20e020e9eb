"""Published formulas: all of them, verbatim, and found by what is in them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from mesococktail.errors import AgentError
from mesococktail.formulary import PURPOSES, Formulary
from mesococktail.formulary.published import (
    Place,
    PublishedFormula,
    left_out,
    published_for,
    shipped_published,
)
from mesococktail.records.plan import Plan

FORMULAS = {formula.id: formula for formula in shipped_published()}
# A copy of what was printed, made apart from the package's own file, so that neither changes unseen.
PRINTED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "published_as_printed.json").read_text(encoding="utf-8")
)
SCALP = [each for each in PRINTED if each["is_scalp"]]
TEXTS = ("citation", "provenance", "provenance_kind", "indication", "technique", "patients", "vehicle")
LISTS = ("outcomes", "adverse_events", "discrepancies")


def _by_id(each: dict[str, Any]) -> str:
    return str(each["id"])


def test_every_scalp_formulation_is_there_in_order() -> None:
    assert list(FORMULAS) == [each["id"] for each in SCALP]
    assert len(FORMULAS) == 43


def test_what_is_left_out_is_named_with_the_reason() -> None:
    left = {each.id: each for each in left_out()}

    assert {each["id"] for each in PRINTED} == set(FORMULAS) | set(left)
    assert left.keys().isdisjoint(FORMULAS)
    assert "intramuscular" in left["dexpanthenol-im"].why
    assert "dexpanthenol 500mg" in left["dexpanthenol-im"].printed


@pytest.mark.parametrize("printed", SCALP, ids=_by_id)
def test_a_formula_is_verbatim(printed: dict[str, Any]) -> None:
    formula = FORMULAS[printed["id"]]

    for name in (*TEXTS, "sessions", "interval"):
        assert getattr(formula, name) == printed[name], name
    for name in LISTS:
        assert list(getattr(formula, name)) == printed[name], name
    assert set(printed["notes"]) <= set(formula.notes)
    for name in ("total_volume", "per_point"):
        figure = getattr(formula, name)
        assert (figure.text if figure else None) == printed[name], name


@pytest.mark.parametrize("printed", SCALP, ids=_by_id)
def test_an_ingredient_is_verbatim(printed: dict[str, Any]) -> None:
    ingredients = FORMULAS[printed["id"]].ingredients

    assert [each.name for each in ingredients] == [each["name"] for each in printed["ingredients"]]
    assert [each.note for each in ingredients] == [each["note"] for each in printed["ingredients"]]
    for ours, theirs in zip(ingredients, printed["ingredients"], strict=True):
        assert set(theirs["amounts"]) <= {amount.text for amount in ours.amounts}


def test_only_figures_quoted_beside_the_print_were_added() -> None:
    printed = {
        (each["id"], amount)
        for each in SCALP
        for ingredient in each["ingredients"]
        for amount in ingredient["amounts"]
    }
    ours = {(f.id, a.text) for f in FORMULAS.values() for each in f.ingredients for a in each.amounts}

    assert ours - printed == {("abdallah-2009", "0.005%"), ("uzel-2021", "0,5%")}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))
def test_a_formula_points_to_agents_and_terms_that_exist(formula: PublishedFormula) -> None:
    formulary = Formulary.shipped()
    named = {each.agent for each in formula.ingredients} | {formula.product}

    assert named - {None} <= formulary.agents.keys()
    assert {each.adjunct for each in formula.ingredients} - {None} <= set(PURPOSES)
    assert formulary.term("indications", formula.indication_code).code == formula.indication_code


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))
def test_an_ingredient_is_the_agent_the_formulary_finds(formula: PublishedFormula) -> None:
    for each in formula.ingredients:
        try:
            found = Formulary.shipped().find(each.name)
        except AgentError:
            continue
        # "flavonoside" only probably means an agent we know; the source leaves its identity open.
        if found.how != "inferred":
            assert found.agent.id == each.agent, each.name


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))
def test_an_identifier_is_one_the_citation_prints(formula: PublishedFormula) -> None:
    assert (formula.doi or "") in formula.citation
    assert (formula.registry or "") in formula.citation
    assert ("10." in formula.citation) == (formula.doi is not None)


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))
def test_a_plan_can_be_read_as_a_plan(formula: PublishedFormula) -> None:
    if formula.plan is not None:
        plan = Plan.parse(formula.plan)
        assert plan.agrees == (not any("sessions" in each.path for each in formula.contradictions()))


@pytest.mark.parametrize(
    ("id_", "plan"),
    [
        ("moftah-2013", "every week x8, then every 2 weeks x2, then after 4 weeks; stated 12"),
        ("legiawati-2023", "weeks 0, 2, 4; stated 3"),
        ("gressenberger-2020", "every 4-6 weeks x5"),
        ("ragaie-2024-d3", "at most 3, every 4 weeks"),
        ("saceda-2022", "every 3 months"),
        ("gajjar-2019", None),
    ],
)
def test_a_schedule_becomes_one_line(id_: str, plan: str | None) -> None:
    assert FORMULAS[id_].plan == plan


def test_adjuncts_are_not_part_of_a_combination() -> None:
    kadry = FORMULAS["kadry-2008"]

    assert {each.name for each in kadry.ingredients if each.adjunct} == {"procaine", "saline"}
    assert kadry.agents.isdisjoint({"procaine", "sodium-chloride-0.9"})
    assert FORMULAS["alves-2016"].combination == ("prp",)


def test_arms_of_one_study_are_not_one_mixture() -> None:
    assert FORMULAS["nct04660786"].combinations == (("colecalciferol",), ("triamcinolone-acetonide",))
    assert FORMULAS["lee-2015-pdrn"].combinations == (("prp",), ("polydeoxyribonucleotide",))


def test_what_is_used_at_home_is_not_in_the_mixture() -> None:
    kumar = FORMULAS["kumar-2019"]

    assert kumar.ingredients[0].place is Place.BESIDE
    assert kumar.combinations == ()


def test_a_premix_is_found_by_name_and_by_content() -> None:
    kapoor = FORMULAS["kapoor-2018"]

    assert kapoor in published_for(["qr678"], FORMULAS.values()).exact
    assert kapoor in published_for(kapoor.agents, FORMULAS.values()).exact
    assert kapoor in published_for(["vegf"], FORMULAS.values()).wider


def test_an_exact_combination_is_found_with_its_result() -> None:
    found = published_for(["minoxidil", "dutasteride"], FORMULAS.values())

    assert found.asked == ("dutasteride", "minoxidil")
    assert [each.id for each in found.exact] == ["merino-2018", "ragi-2023"]
    assert found.exact[1].outcomes == (">10% top scalp area regrowth, from top-quadrant SALT",)


def test_a_solution_with_undisclosed_contents_is_never_exact() -> None:
    found = published_for(["dutasteride"], FORMULAS.values())

    assert {"abdallah-2009", "kamel-2013"} <= {each.id for each in found.wider}
    assert "saceda-2017" in {each.id for each in found.exact}


def test_a_formula_with_an_unknown_ingredient_is_not_complete() -> None:
    assert not FORMULAS["gentile-2019"].complete
    assert not FORMULAS["kadry-2008"].complete
    assert FORMULAS["takikawa-2011"].complete


def test_what_shares_some_agents_is_told_apart() -> None:
    found = published_for(["biotin", "minoxidil"], FORMULAS.values())

    assert (found.exact, found.wider) == ((), ())
    assert {"moftah-2013", "uzel-2021", "merino-2018"} <= {each.id for each in found.sharing}


def test_nothing_matches_no_agents() -> None:
    found = published_for([], FORMULAS.values())

    assert (found.exact, found.wider, found.sharing) == ((), (), ())


def test_a_formula_is_a_frozen_value() -> None:
    moftah = FORMULAS["moftah-2013"]

    assert attrs.evolve(moftah) == moftah
    assert len({moftah, attrs.evolve(moftah)}) == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        moftah.patients = "127 women"  # type: ignore[misc]  # what the test is about


def test_the_formulary_gives_the_same_formulas() -> None:
    assert Formulary.shipped().published is shipped_published()


def test_listing_published_formulas_does_not_load_pint() -> None:
    code = (
        "import sys; from mesococktail.formulary.published import shipped_published, published_for; "
        "published_for(['biotin'], shipped_published()); assert 'pint' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
