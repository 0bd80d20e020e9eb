"""``mesococktail agents``: what may go into a syringe, and everything known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.completing import complete_agent
from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import PROMISE, example, formulary_of, formulary_option, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cli.output import Output
    from mesococktail.formulary import Agent, Formulary

    Fact = tuple[str, str, str | None]

_PLAIN = (
    "id",
    "name",
    "kind",
    "description",
    "measures",
    "classes",
    "synonyms",
    "brands",
    "misspellings",
    "forms",
    "premises",
    "purposes",
    "units",
    "retired",
)
"""Facts without a source of their own."""
_AGENTS = ("id", "name", "kind", "measures", "classes", "premises", "purposes", "retired")


@click.command("agents", epilog=example("mesococktail agents --csv", "mesococktail agents minoxidil"))
@click.argument("name", required=False, shell_complete=complete_agent)
@formulary_option
@rows_output
def agents_command(name: str | None, formulary: str | None, output: Output) -> None:
    """List the agents, or show one with everything known of it.

    NAME is any name of the agent: id, synonym, brand. A listed agent is one that can be recorded;
    its being listed says nothing about whether it is safe or works.
    """
    known = formulary_of(formulary)
    if name is None:
        output.rows(
            ({each: _listed(getattr(agent, each)) for each in _AGENTS} for agent in _all(known)), _AGENTS
        )
    else:
        match = known.find(name)
        if match.how not in ("id", "name"):
            say(f"{match.written} is read as {match.agent.name} ({match.how})")
        if match.note:
            say(match.note)
        facts = [
            {"fact": fact, "value": value, "source": source}
            for fact, value, source in _facts(known, match.agent)
        ]
        output.rows(facts, ("fact", "value", "source"))
    say(PROMISE)


def _all(formulary: Formulary) -> Iterator[Agent]:
    yield from formulary.agents.values()


def _listed(value: Any) -> Any:  # noqa: ANN401  # a field of an agent
    return [str(each) for each in value] if isinstance(value, tuple) else value


def _facts(formulary: Formulary, agent: Agent) -> Iterator[Fact]:
    """Yield every fact with its source, so that nothing known is left out."""
    for name in _PLAIN:
        value = getattr(agent, name)
        if value:
            yield name, "; ".join(map(str, value)) if isinstance(value, tuple) else str(value), None
    yield from _names(agent)
    yield from ((code.system, _with(code.value, code.form), code.source) for code in agent.codes)
    for one in agent.conventions:
        yield "convention", f"{one.name}: 1 {one.unit} of {one.form} is {one.mg} mg", one.source
    yield from _composition(agent)
    inside = formulary.containing(agent.id)
    if inside:
        yield "contained in", "; ".join(inside), None
    yield from (("stock of the clinic", str(stock), None) for stock in formulary.stocks_of(agent.id))
    yield from _cited(agent)
    yield from (("source", source, None) for source in agent.sources)


def _with(text: str, more: str | None) -> str:
    return f"{text} ({more})" if more else text


def _names(agent: Agent) -> Iterator[Fact]:
    yield from ((f"name ({language})", name, None) for language, name in agent.languages)
    yield from (("probably meant by", f"{name}: {why.text}", why.source) for name, why in agent.inferred)
    yield from (("never taken for", f"{name}: {why.text}", why.source) for name, why in agent.confused)


def _cited(agent: Agent) -> Iterator[Fact]:
    for fact, cited in (
        ("strength in print", agent.strengths),
        ("caution", agent.cautions),
        ("note", agent.notes),
    ):
        yield from ((fact, each.text, each.source) for each in cited)
    for status in agent.status:
        since = f" since {status.since}" if status.since else ""
        yield f"status ({status.jurisdiction})", status.status + since, status.source


def _composition(agent: Agent) -> Iterator[Fact]:
    made = agent.composition
    if made is None:
        return
    declared = f", {made.declared} declared" if made.declared else ""
    version = f", version {made.version}" if made.version else ""
    yield "composition", f"disclosed: {made.disclosure}{declared}{version}", made.source
    for member in made.members:
        known = f" = {member.agent}" if member.agent else ""
        yield "contains", f"{member.as_printed}{known}", made.source
