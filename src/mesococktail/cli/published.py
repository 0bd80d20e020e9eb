"""``mesococktail published``: what somebody printed, and how it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import PROMISE, example, formulary_of, formulary_option, say

if TYPE_CHECKING:
    from mesococktail.cli.output import Output
    from mesococktail.formulary import Formulary, PublishedFormula

_FIGURES = ("formula", "of", "printed", "means", "read_as", "inferred_because", "refused_because")
_MATCHES = ("match", "formula", "label", "combination", "indication", "patients", "outcomes", "citation")


@click.command(
    "published",
    epilog=example("mesococktail published", 'mesococktail published "biotin + minoxidil"'),
)
@click.argument("combination", required=False)
@formulary_option
@rows_output
def published_command(combination: str | None, formulary: str | None, output: Output) -> None:
    """Show how published mixtures were read: verbatim, with the reading or why there is none.

    COMBINATION asks whether it has been published: agents joined by " + ". The id of a published
    formula shows that one alone. What is printed is shown as printed, contradictions included.
    """
    known = formulary_of(formulary)
    by_id = {formula.id: formula for formula in known.published}
    if combination is None:
        _figures(known.published, output)
    elif combination in by_id:
        _one(by_id[combination], output)
    else:
        _asked(known, combination, output)
    say(PROMISE)


def _figures(formulas: tuple[PublishedFormula, ...], output: Output) -> None:
    rows = [
        {
            "formula": formula.id,
            "of": name,
            "printed": said.text,
            "means": said.means.value,
            "read_as": None if said.reading is None else str(said.reading),
            "inferred_because": said.read_why,
            "refused_because": said.refusal,
        }
        for formula in formulas
        for name, said in formula.reported
    ]
    output.rows(rows, _FIGURES)
    silent = [formula.id for formula in formulas if not formula.reported]
    if silent:
        say(f"no figure in what was read of: {', '.join(silent)}")
    for formula in formulas:
        for finding in formula.contradictions():
            say(f"contradiction in print: {finding.path}: {finding.message}")


def _one(formula: PublishedFormula, output: Output) -> None:
    say(f"{formula.label}: {formula.citation}")
    for name in (
        "provenance",
        "arm",
        "patients",
        "indication",
        "technique",
        "sessions",
        "interval",
        "undisclosed",
    ):
        if getattr(formula, name):
            say(f"{name}: {getattr(formula, name)}")
    for name in ("outcomes", "adverse_events", "discrepancies", "notes"):
        for text in getattr(formula, name):
            say(f"{name.replace('_', ' ')}: {text}")
    say("printed: " + "; ".join(each.name for each in formula.ingredients))
    _figures((formula,), output)


def _asked(known: Formulary, combination: str, output: Output) -> None:
    from mesococktail.formulary import published_for  # brings the published formulas

    agents = sorted({known.find(name.strip()).agent.id for name in combination.split("+")})
    found = published_for(agents, known.published)
    rows = [
        {
            "match": match,
            "formula": formula.id,
            "label": formula.label,
            "combination": " + ".join(formula.combination),
            "indication": formula.indication,
            "patients": formula.patients,
            "outcomes": list(formula.outcomes),
            "citation": formula.citation,
        }
        for match, formulas in (("exact", found.exact), ("wider", found.wider), ("sharing", found.sharing))
        for formula in formulas
    ]
    output.rows(rows, _MATCHES)
    say(
        f"{' + '.join(agents)}: {len(found.exact)} published with exactly these agents, "
        f"{len(found.wider)} with these and others, {len(found.sharing)} with some of them; "
        f"among the {len(known.published)} that are known here"
    )
