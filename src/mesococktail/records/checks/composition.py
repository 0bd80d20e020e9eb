"""What there is to say about a mixture by itself: how it was read, and what it holds twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.errors import MesococktailError
from mesococktail.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cocktails import Cocktail, Ingredient
    from mesococktail.formulary import Formulary


def cocktail_findings(cocktail: Cocktail, formulary: Formulary) -> Iterator[Finding]:
    """Yield what there is to say about a cocktail; paths are its own."""
    for name, parts in (("ingredients", cocktail.ingredients), ("adjuncts", cocktail.adjuncts)):
        for place, part in enumerate(parts):
            path = f"{name}[{place}]"
            strength = part.portion.strength
            if strength is not None and strength.text is not None and strength.text.endswith("%"):
                yield Finding(
                    Severity.INFO,
                    "percent_read_as_w_v",
                    f"{path}.strength",
                    f"{strength.text} is read as {strength}, that is {strength.to('mg/mL')}",
                )
            if strength is not None and strength.text is None:
                yield Finding(
                    Severity.INFO,
                    "strength_not_written",
                    f"{path}.strength",
                    f"{strength} was not written with it: it is the clinic's stock, or was computed",
                )
            yield from _name_finding(part.agent.written, f"{path}.agent", formulary)
    yield from _overlaps(cocktail.ingredients)


def _name_finding(written: str | None, path: str, formulary: Formulary) -> Iterator[Finding]:
    if written is None:
        return
    try:
        match = formulary.find(written)
    except MesococktailError:
        return
    if match.note is not None:
        yield Finding(
            Severity.INFO, "agent_name", path, f"{written} is read as {match.agent.name}: {match.note}"
        )


def _overlaps(ingredients: tuple[Ingredient, ...]) -> Iterator[Finding]:
    """A premix that holds what another ingredient adds: the dose given is more than the one written."""
    for place, part in enumerate(ingredients):
        for other in ingredients:
            if other is part:
                continue
            for member in (other.agent.id, *other.agent.members):
                if member in part.agent.members and (
                    member == other.agent.id or part.agent.id < other.agent.id
                ):
                    yield Finding(
                        Severity.INFO,
                        "overlap",
                        f"ingredients[{place}].agent",
                        f"{part.agent.name} contains {member}, which {other.agent.name} adds as well",
                    )
