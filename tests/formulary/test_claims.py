"""What the article claims: premises of agents, effects of agents and of techniques."""

from __future__ import annotations

import pytest

from mesococktail.errors import TermError
from mesococktail.formulary import Formulary, agents_for, effects_of, premises_of

OURS = Formulary.shipped()


def test_a_combination_addresses_the_premises_of_its_agents() -> None:
    assert premises_of(OURS, ["finasteride", "biotin"]) == ("hormonal", "nutritional")
    assert premises_of(OURS, ["minoxidil"]) == ("circulatory",)


def test_a_premix_addresses_what_its_members_do() -> None:
    premix = next(agent for agent in OURS.agents.values() if "biotin" in agent.members)
    assert "nutritional" in premises_of(OURS, [premix.id])


def test_needling_is_claimed_to_stimulate_collagen_and_elastin_and_agents_are_not() -> None:
    needled = effects_of(OURS, agents=False, delivery="dermaroller")
    assert {"collagen_stimulated", "elastin_stimulated", "regrowth"} <= set(needled)
    assert "dht_neutralised" not in needled
    injected = effects_of(OURS, agents=True, delivery="nappage")
    assert "dht_neutralised" in injected
    assert "collagen_stimulated" not in injected
    both = effects_of(OURS, agents=True, delivery="microneedling")
    assert set(both) == {term.code for term in OURS.terms("effects")}


def test_nothing_is_claimed_of_nothing() -> None:
    assert effects_of(OURS, agents=False, delivery="nappage") == ()
    assert premises_of(OURS, []) == ()


def test_the_agents_for_a_premise_are_those_that_address_it() -> None:
    assert set(agents_for(OURS, "hormonal")) >= {"finasteride", "dutasteride"}
    with pytest.raises(TermError, match="premises"):
        agents_for(OURS, "magical")
