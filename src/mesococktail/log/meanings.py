"""What the columns of the star's tables and views mean, in one place for everything that shows them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mesococktail.log.names import MEASURES, ROLES, SEVERITIES, STATUS
from mesococktail.log.tables import layout_of
from mesococktail.records import KINDS

if TYPE_CHECKING:
    from mesococktail.log.columns import Columns

_COLUMNS = {
    "key": "sequence of the record's first entry: its number in every table",
    "record_id": "id of the record, as the commands print it",
    "status": ", ".join(f"{place} {word}" for place, word in enumerate(STATUS)) + "; the word in a view",
    "combination": "the sorted agent ids, joined by ` + `; in a fact table its number in `dim_combination`",
    "deviation": "why the cocktail departs from the composition law, in the prescriber's words",
    "prescription": "`key` of the prescription",
    "position": "place in the record as written: from 0 in a table, from 1 in a view",
    "agent": "id of the agent; in a fact table its number in `dim_agent`",
    "agent_name": "name of the agent as it was when first recorded",
    "role": ", ".join(f"{place} {word}" for place, word in enumerate(ROLES)) + "; the word in a view",
    "purpose": "what an adjunct is for; in a fact table its number in `dim_term`",
    "measure": "how the dose is counted: "
    + ", ".join(f"{place} {name} in {unit}" for place, (name, unit) in enumerate(MEASURES.items())),
    "dose_counts": "dose prescribed, in whole picograms where it is a mass, else in millionths of the unit; "
    "empty where not known",
    "volume_micro_mL": "volume drawn, in whole millionths of a millilitre; empty where not known",
    "fills_to_micro_mL": "total that a filling adjunct fills up to, in millionths of a millilitre",
    "volume_mL": "volume drawn",
    "fills_to_mL": "total that a filling adjunct fills up to",
    "voided": "1 where the prescription should never have existed",
    "member": "number in `dim_agent` of an agent that a premix is known to hold",
    "severity": ", ".join(f"{place} {word}" for place, word in enumerate(SEVERITIES))
    + "; the word in a view",
    "code": "code of the finding; in a fact table its number in `dim_term`",
    "path": "place in the record that it speaks of; in a fact table its number in `dim_term`",
    "id": "number of the text in this file",
    "name": "name of the agent as it was when first recorded",
    "prescriptions": "number of prescriptions that are not voided",
    "other_agent": "id of the other agent, the later of the two in the alphabet",
    "doctor": "id of the doctor",
    "patient": "id of the patient",
    "term": "code of a term, of any vocabulary",
    "program": "what wrote this file",
    "layout": "version of the layout, as in `user_version`",
    "readable_from": "first version of mesococktail that reads this layout",
}
_COLUMNS |= {f"dose_{unit}": f"dose prescribed, counted in {unit}" for unit in MEASURES.values()}
_PARTS = {
    "utc": "seconds since 1970, UTC",
    "offset": "minutes that the clock there was ahead of UTC",
    "month": "calendar month there, as 202503; as 2025-03 in a view",
    "digits": "of an imprecise date, how many characters of it are known",
    "fewest": "fewest sessions it adds up to",
    "most": "most sessions it adds up to",
    "stated": "sessions as somebody stated them",
}


@cache
def _declared() -> dict[str, list[tuple[str, Columns]]]:
    """Return the columns of every table and view that is made from a declaration."""
    found: dict[str, list[tuple[str, Columns]]] = {}
    for kind in KINDS:
        layout = layout_of(kind)
        found[kind] = list(layout.columns)
        for several in layout.lists:
            found[several.name] = [(column.field.name, column) for column in several.columns]
    return found


def meaning(of: str, column: str) -> str:
    """Return what a column of a table or view means, for the reference, a data dictionary, a browser."""
    kind = of.removeprefix("fact_")
    for field, columns in _declared().get(kind, ()):
        shown = [name for name, _ in columns.shown]
        if column not in (*columns.names, *shown):
            continue
        said = columns.field.about.meaning
        part = column.removeprefix(f"{field}_")
        if part != column and part in _PARTS:
            return f"{said} Here: {_PARTS[part]}."
        number = (
            f" Number in `dim_{columns.dimension}`." if columns.dimension and of.startswith("fact_") else ""
        )
        return said + number
    if column in KINDS and not of.startswith("dim_"):
        return f"`key` of the {column}"
    return _COLUMNS[column]
