"""The guarded way out: an agent that no formulary knows."""

from __future__ import annotations

from mesococktail.errors import AgentError
from mesococktail.formulary.agent import Agent, Measure
from mesococktail.formulary.formulary import Formulary
from mesococktail.formulary.names import either, key, slug


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
    if not isinstance(name, str) or not isinstance(description, str):
        raise AgentError("name and description are texts", path="other", got=name)
    if not description.strip():
        raise AgentError("an agent no formulary knows needs a description", path="other", got=name)
    if measure not in set(Measure):
        cure = f"choose {either(Measure)}"
        raise AgentError("is not a way of counting a dose", path="other.measure", got=measure, cure=cure)
    known = (formulary or Formulary.shipped()).named(name)
    if known:
        names = [match.agent.name for match in known]
        raise AgentError("is in the formulary", path="other", got=name, cure=f"write {either(names)}")
    ending = slug(name)
    if not ending:
        raise AgentError("a name needs a letter or digit", path="other", got=name)
    counted = Measure(measure)
    return Agent(
        id=f"other:{ending}",
        name=" ".join(name.split()),
        kind="other",
        measures=(counted,),
        sources=("as described by the prescriber",),
        description=description.strip(),
        units=("unit", "units") if counted is Measure.PRODUCT_UNITS else (),
    )
