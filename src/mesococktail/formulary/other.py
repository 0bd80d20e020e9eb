"""The guarded way out: an agent that no formulary knows."""

from __future__ import annotations

from mesococktail.errors import AgentError
from mesococktail.formulary.agent import Agent, Measure
from mesococktail.formulary.formulary import Formulary
from mesococktail.formulary.names import either, new_description, new_name, slug


def other(name: str, *, description: str, measure: str = "mass", formulary: Formulary | None = None) -> Agent:
    """Return an agent that no formulary knows, to be used in a cocktail: the guarded way out.

    Args:
        name: What it is called.
        description: What it is, for whoever reads the record in thirty years; needed.
        measure: How its doses are counted: ``mass``, ``activity``, ``count``, ``volume`` or
            ``product units``.
        formulary: Where to look whether it is known after all; ours when left out.

    Raises:
        AgentError: The formulary knows the name, or a part is missing.
    """
    for part in (name, description):
        if not isinstance(part, str):
            raise AgentError("name and description are texts", path="other", got=part)
    if measure not in tuple(Measure):
        cure = f"choose {either(Measure)}"
        raise AgentError("is not a way of counting a dose", path="other.measure", got=measure, cure=cure)
    try:
        called, described = new_name(name), new_description(description)
    except AgentError as error:
        raise error.at("other") from None
    known = Formulary.of(formulary).named(called)
    if known:
        names = either([match.agent.name for match in known])
        raise AgentError("is in the formulary", path="other", got=name, cure=f"write {names}")
    counted = Measure(measure)
    return Agent(
        id=f"other:{slug(called)}",
        name=called,
        kind="other",
        measures=(counted,),
        sources=("as described by the prescriber",),
        description=described,
        units=("unit", "units") if counted is Measure.PRODUCT_UNITS else (),
    )
