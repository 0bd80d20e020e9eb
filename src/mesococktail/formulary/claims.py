"""What the article claims that a combination, or a technique, does: vocabulary to ask by, never a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.formulary.formulary import Formulary


def agents_for(formulary: Formulary, premise: str) -> tuple[str, ...]:
    """Return the ids of the agents that address a premise of the article, such as ``hormonal``.

    Raises:
        TermError: There is no such premise.
    """
    code = formulary.term("premises", premise).code
    return tuple(agent.id for agent in formulary.agents.values() if code in agent.premises)


def premises_of(formulary: Formulary, agents: Iterable[str]) -> tuple[str, ...]:
    """Return the premises that agents address, themselves or by what they say they hold.

    Raises:
        AgentError: One is not the id of an agent.
    """
    held = {
        code
        for agent in agents
        for each in _with_members(formulary, agent)
        for code in formulary.agents[each].premises
    }
    return tuple(term.code for term in formulary.terms("premises") if term.code in held)


def effects_of(formulary: Formulary, *, agents: bool, delivery: str | None = None) -> tuple[str, ...]:
    """Return the effects claimed of agents, of a mechanical delivery, or of both together.

    Args:
        formulary: Where the claims and the deliveries are.
        agents: Whether agents are delivered at all.
        delivery: How; only needling by itself is said to stimulate collagen and elastin.

    Raises:
        TermError: There is no such delivery.
    """
    claimed = {"agent"} if agents else set()
    if delivery is not None and formulary.term("delivery", delivery).class_ == "mechanical":
        claimed.add("technique")
    both = {"both"} if claimed else set()
    return tuple(term.code for term in formulary.terms("effects") if term.class_ in claimed | both)


def _with_members(formulary: Formulary, agent: str) -> Iterator[str]:
    yield agent
    for member in formulary.members(agent):
        yield from _with_members(formulary, member)
