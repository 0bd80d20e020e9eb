"""``mesococktail terms`` and ``rules``: the words that records use, and what the checks go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesococktail.cli.completing import complete_vocabulary
from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import PROMISE, example, formulary_of, formulary_option, say

if TYPE_CHECKING:
    from mesococktail.cli.output import Output
    from mesococktail.formulary import Formulary

_VOCABULARY = ("vocabulary", "terms", "about")
_TERM = ("code", "label", "synonyms", "source")
_SOMETIMES = ("class", "answered", "unit", "bounds", "stages", "version", "observable")
"""What only the terms of some vocabularies have."""
_RULE = (
    "code",
    "version",
    "type",
    "severity",
    "holds",
    "jurisdiction",
    "grade",
    "message",
    "source",
)
_HOLDS = {True: "yes", False: "no", None: "unknown"}


@click.command("terms", epilog=example("mesococktail terms", "mesococktail terms adverse_events --csv"))
@click.argument("vocabulary", required=False, shell_complete=complete_vocabulary)
@formulary_option
@rows_output
def terms_command(vocabulary: str | None, formulary: str | None, output: Output) -> None:
    """List the vocabularies that records use, or the terms of one.

    VOCABULARY is one of those listed. A clinic's file (--formulary) may add terms of its own.
    """
    known = formulary_of(formulary)
    if vocabulary is None:
        each = known.vocabularies.values()
        rows = ({"vocabulary": one.name, "terms": len(one.terms), "about": one.about} for one in each)
        output.rows(rows, _VOCABULARY)
        return
    rows_of, columns = _terms(known, vocabulary.replace("-", "_"))
    output.rows(rows_of, columns)


def _terms(known: Formulary, vocabulary: str) -> tuple[list[dict[str, object]], tuple[str, ...]]:
    rows: list[dict[str, object]] = []
    for term in known.terms(vocabulary):
        said: dict[str, object] = {name: getattr(term, name) for name in _TERM}
        said |= {name: getattr(term, "class_" if name == "class" else name) for name in _SOMETIMES}
        rows.append(said)
    has = tuple(name for name in _SOMETIMES if any(row[name] not in (None, ()) for row in rows))
    columns = (*_TERM[:-1], *has, _TERM[-1])
    return [{name: row[name] for name in columns} for row in rows], columns


@click.command("rules", epilog=example("mesococktail rules --csv"))
@formulary_option
@rows_output
def rules_command(formulary: str | None, output: Output) -> None:
    """List the rules that the checks go by.

    Each with who says it, where it holds, and whether it holds where the clinic is (unknown unless the
    clinic's file says where that is). What blocks can be accepted with a reason: --accept CODE=REASON.
    """
    known = formulary_of(formulary)
    rows = []
    for rule in known.rules:
        said: dict[str, object] = {name: getattr(rule, name) for name in _RULE if name != "holds"}
        said |= {
            "type": str(rule.type),
            "severity": rule.severity.name.lower(),
            "holds": _HOLDS[known.holds(rule)],
        }
        rows.append({name: said[name] for name in _RULE})
    output.rows(rows, _RULE)
    say(PROMISE)
