"""What our own agents say, and that every line of them has a source."""

from __future__ import annotations

import json
import re

import pytest

from mesococktail.amounts import Amount
from mesococktail.errors import AgentError, AmountError
from mesococktail.formulary import PREMISES, Formulary, Measure, Status
from mesococktail.formulary.shipped import packaged, shipped_agents

AGENTS = Formulary.shipped().agents
BY_NAME = sorted(AGENTS)


@pytest.mark.parametrize("agent_id", BY_NAME)
def test_every_agent_and_every_line_of_it_has_a_source(agent_id: str) -> None:
    agent = AGENTS[agent_id]
    sources = list(agent.sources)
    sources += [code.source for code in agent.codes]
    sources += [convention.source for convention in agent.conventions]
    sources += [status.source for status in agent.status]
    sources += [cited.source for cited in (*agent.strengths, *agent.cautions, *agent.notes)]
    sources += [why.source for _, why in (*agent.inferred, *agent.confused)]
    if agent.composition:
        sources.append(agent.composition.source)
    assert agent.sources
    assert all(source.startswith(("read: ", "known: ")) for source in sources), sources


@pytest.mark.parametrize("agent_id", BY_NAME)
def test_every_agent_is_measured_in_ways_of_the_closed_list(agent_id: str) -> None:
    agent = AGENTS[agent_id]
    assert agent.id == agent_id
    assert agent.measures
    assert len(set(agent.measures)) == len(agent.measures)
    assert all(isinstance(measure, Measure) for measure in agent.measures)
    assert bool(agent.units) == (Measure.PRODUCT_UNITS in agent.measures)
    assert re.fullmatch(r"[a-z0-9]+([-.][a-z0-9]+)*", agent.id)


@pytest.mark.parametrize("agent_id", BY_NAME)
def test_every_member_premise_and_purpose_is_known(agent_id: str) -> None:
    agent = AGENTS[agent_id]
    assert set(agent.members) <= set(AGENTS)
    assert set(agent.premises) <= set(PREMISES)
    purposes = {term.code for term in Formulary.shipped().terms("purposes")}
    assert set(agent.purposes) <= purposes
    if agent.composition:
        assert agent.composition.disclosure in ("full", "partial", "none")
        assert (agent.composition.disclosure == "none") == (not agent.composition.members)


def test_the_data_repeats_no_id() -> None:
    lines = json.loads(packaged("agents.json"))["agents"]
    assert len({line["id"] for line in lines}) == len(lines) == len(shipped_agents())


@pytest.mark.parametrize("word", ["this session", "seed", "todo", "helper", "(french usage)"])
def test_the_data_has_no_working_notes_in_it(word: str) -> None:
    assert word not in (packaged("agents.json") + packaged("terms.json")).decode().lower()


def test_an_inn_is_both_id_and_name() -> None:
    for name in (
        "minoxidil",
        "finasteride",
        "dutasteride",
        "biotin",
        "buflomedil",
        "dexpanthenol",
        "lidocaine",
    ):
        assert AGENTS[name].name == name


def test_a_suspension_says_where_and_since_when() -> None:
    status = AGENTS["buflomedil"].status
    assert ("EU", "2012-02-13") in [(each.jurisdiction, each.since) for each in status]
    assert all(isinstance(each, Status) for each in status)


def test_a_volume_alone_is_enough_for_what_has_no_other_measure() -> None:
    assert Measure.VOLUME in AGENTS["prp"].measures
    assert Measure.VOLUME in AGENTS["nctf-135-ha"].measures
    assert Measure.VOLUME not in AGENTS["minoxidil"].measures


def test_two_botulinum_products_are_two_agents() -> None:
    assert set(Formulary.shipped().with_class("botulinum toxin")) == {
        "abobotulinumtoxina",
        "botulinum-toxin-a",
        "incobotulinumtoxina",
        "onabotulinumtoxina",
    }


def test_vitamin_d_turns_into_mass_as_its_ampoule_prints_it() -> None:
    # NCT04660786 prints one ampoule as 200,000 IU in 2 mL and as 2.5 mg/mL.
    factor = AGENTS["colecalciferol"].convention("vitamin D").factor
    assert 200_000 * factor == 5


def test_a_convention_may_be_asked_for_by_its_form() -> None:
    assert AGENTS["tocopherol"].convention("D-alpha-tocopherol").mg == "0.67"


def test_a_form_with_two_conventions_needs_the_name_of_one() -> None:
    with pytest.raises(AgentError, match=r"several conventions .* 2003 DRI"):
        AGENTS["tocopherol"].convention("dl-alpha-tocopherol")


def test_an_unknown_convention_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AgentError, match=r"no convention .* choose one of: .*retinyl palmitate"):
        AGENTS["retinol"].convention("WHO 1931")


def test_without_a_convention_units_never_turn_into_mass() -> None:
    with pytest.raises(AgentError, match=r"do not turn into mass$"):
        AGENTS["minoxidil"].convention("IU")


def test_units_of_activity_turn_into_mass_only_through_a_named_convention() -> None:
    vitamin_d = Formulary.shipped().find("cholecalciferol").agent
    [convention] = vitamin_d.conventions
    assert convention.mass(Amount.parse("200000 IU")) == Amount.parse("5 mg")


def test_a_mass_is_not_turned_into_mass() -> None:
    [convention] = Formulary.shipped().find("cholecalciferol").agent.conventions
    with pytest.raises(AmountError, match=r"5 mg: is not in \[iU\]"):
        convention.mass(Amount.parse("5 mg"))
