"""What goes beside the tables of an export: their data dictionary, and the scripts that load them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesococktail.lake.tables import LAKE_TABLES, LOG, Holds
from mesococktail.log.meanings import meaning
from mesococktail.log.names import LOG_BITS, MEASURES, ROLES, SCALES, STATUS

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.lake.tables import LakeColumn, LakeTable

_OWN = {
    (LOG, "number"): f"of the log: what stands above the lowest {LOG_BITS} bits of its numbers",
    (LOG, "log"): "id of the log, or its pseudonym",
    (LOG, "name"): "name of the clinic, or its pseudonym",
    (LOG, "seq"): "sequence of the newest entry when it was exported",
    (LOG, "hash"): "hash of that entry: with seq, the head",
    (LOG, "made_with"): "version of mesococktail that exported it",
    (LOG, "pseudonymised"): "1 where people were renamed and times shifted",
    (LOG, "left_out"): "of sex, birth_year, indication and stage what was left out, with a comma between",
}
_INDEXES = {
    "fact_prescription": (
        ("key",),
        ("combination", "status"),
        ("doctor", "at_month", "status"),
        ("patient",),
    ),
    "fact_ingredient": (("prescription",), ("agent", "combination", "measure", "dose_counts", "voided")),
    "fact_member": (("prescription",),),
    "fact_session": (("prescription",), ("patient",)),
    "fact_outcome": (("patient",),),
    "fact_adverse_event": (("patient",),),
    "fact_patient_facts": (("patient",),),
    "fact_preparation": (("key",),),
    "dim_combination": (("id",),),
    "dim_combination_member": (("combination",),),
}
"""What questions look up, for engines that use indexes."""


def explained(table: str, column: LakeColumn) -> str:
    """Return what a column of an export means."""
    own = _OWN.get((table, column.name))
    if own is not None:
        return own
    said = meaning(table, column.name)
    if column.holds is Holds.LINK:
        return f"{said} Here: key of that record."
    return said


def data_dictionary() -> dict[str, Any]:
    """Return the meaning of everything in an export, for programs."""
    return {
        "tables": {
            table.name: {
                column.name: {"type": column.type, "meaning": explained(table.name, column)}
                for column in table.columns
            }
            for table in LAKE_TABLES.values()
        },
        "numbers": {
            "status": list(STATUS),
            "role": list(ROLES),
            "measure": [
                {"name": name, "unit": unit, "counts_per_unit": scale}
                for (name, unit), scale in zip(MEASURES.items(), SCALES, strict=True)
            ],
        },
    }


def _table_sql(table: LakeTable) -> str:
    key = ", PRIMARY KEY (number)" * (table.name == LOG)
    columns = ", ".join(f"{each.name} {each.type}" for each in table.columns)
    return f"CREATE TABLE {table.name} ({columns}{key});\n"


def schema_sql() -> str:
    """Return the statements that make the tables, plain enough for any engine."""
    return "".join(map(_table_sql, LAKE_TABLES.values()))


def indexes_sql() -> str:
    """Return the statements that make the indexes."""
    return "".join(
        f"CREATE INDEX {table}_{'_'.join(columns)} ON {table} ({', '.join(columns)});\n"
        for table, several in _INDEXES.items()
        for columns in several
    )


def load_sql() -> str:
    """Return the script with which ``psql`` loads the files beside it: all of them or none, and once."""
    copies = "".join(
        f"\\copy {table} FROM '{table}.csv' WITH (FORMAT csv, HEADER true)\n"
        # The log first: its number is there once, so that nothing is loaded twice.
        for table in sorted(LAKE_TABLES, key=lambda table: table != LOG)
    )
    return f"\\set ON_ERROR_STOP on\nBEGIN;\n{copies}COMMIT;\n"


def write_beside(folder: Path, *, scripts: bool) -> None:
    """Write the data dictionary, and the scripts where the tables are to be loaded."""
    (folder / "dictionary.json").write_text(
        json.dumps(data_dictionary(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    lines = ["# Tables of an export", "", "All numbers are whole; empty is not zero.", ""]
    for table in LAKE_TABLES.values():
        lines += [f"## {table.name}", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| {each.name} | {each.type} | {explained(table.name, each)} |" for each in table.columns]
        lines.append("")
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
    if scripts:
        (folder / "schema.sql").write_text(schema_sql(), encoding="utf-8")
        (folder / "indexes.sql").write_text(indexes_sql(), encoding="utf-8")
        (folder / "load.sql").write_text(load_sql(), encoding="utf-8")
