"""What Datasette is told of a log: tables and columns described, facets, saved queries; from declarations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from mesococktail.browse.dashboard import DASHBOARD
from mesococktail.browse.saved import saved
from mesococktail.log.meanings import meaning
from mesococktail.log.tables import layout_of
from mesococktail.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

DATABASE = "log"
"""What the log is called in addresses."""
PLUGIN = "mesococktail"
NOTICE = (
    "Read-only. It records; it never recommends a treatment. Counts are exact, of one clinic, and not for "
    "publication."
)
_WAYS = (
    '<p>{notice}</p><p><a href="/log/prescription">Prescriptions</a> · <a href="/-/study">Questions</a> · '
    '<a href="/-/dashboards/clinic">Dashboard</a> · <a href="/log">Views, tables and saved queries</a></p>'
)
_RAW = ("log", "entry", "payload", "signature", "backup")
_FACETS = {
    "prescription": ["status", "doctor", "indication"],
    "session": ["given"],
    "outcome": ["measure"],
    "adverse_event": ["term", "grade"],
    "ingredient": ["role", "agent"],
}
_SORTED = dict.fromkeys(KINDS, "key")


def metadata(
    path: Path,
    clinic: str,
    tables: dict[str, list[str]],
    *,
    hosts: Collection[str] | None,
    password_file: Path | None = None,
) -> dict[str, Any]:
    """Return everything that Datasette is told.

    Args:
        path: Of the log.
        clinic: Whose it is.
        tables: The columns of every table and view.
        hosts: The names by which this machine may be asked; None for any.
        password_file: Holds the hash of the password that who looks must know; nobody is asked without it.
    """
    ways = _WAYS.format(notice=NOTICE)
    plugins: dict[str, Any] = {
        PLUGIN: {"hosts": None if hosts is None else list(hosts)},
        "datasette-dashboards": {"clinic": DASHBOARD},
    }
    said: dict[str, Any] = {
        "title": f"mesococktail: {clinic}",
        "description_html": ways,
        "plugins": plugins,
        "databases": {
            DATABASE: {
                "title": f"The log of {clinic}",
                "description_html": ways,
                "tables": {name: _table(name, columns) for name, columns in tables.items()},
                "queries": dict(saved(path)),
            }
        },
    }
    if password_file is not None:
        said["allow"] = {"id": "clinic"}
        # Read anew whenever somebody comes in, and so never among what can be looked at.
        plugins["datasette-auth-passwords"] = {"clinic_password_hash": {"$file": str(password_file)}}
    return said


def _table(name: str, columns: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "description": _about(name),
        "columns": {} if name in _RAW else {column: _column(name, column) for column in columns},
        # Tables are for programs; the list of views is what a person looks for.
        "hidden": name in _RAW or name.startswith(("dim_", "fact_")),
    }
    if name in _FACETS:
        said["facets"] = _FACETS[name]
    if name in _SORTED:
        said["sort_desc"] = _SORTED[name]
    return said


def _about(name: str) -> str:
    if name in _RAW:
        return "Part of the log itself: what was written down, which everything else follows from."
    if name.startswith("dim_"):
        return f"The number of each {name.removeprefix('dim_')} in this file."
    if name.startswith("fact_"):
        return "A table to count over: whole numbers, and numbers that stand for names. The view is to read."
    kind = KINDS.get(name)
    return (kind.__doc__ or "").split("\n")[0] if kind is not None else "A view to read: names and units."


def _column(table: str, column: str) -> str:
    unit = _units().get((table, column))
    return meaning(table, column) + (f" In {unit}." if unit is not None else "")


@cache
def _units() -> dict[tuple[str, str], str]:
    """Return the units of amounts, by table or view and column.

    They stand in words. What Datasette itself does with units would round, and would pick other ones.
    """
    found: dict[tuple[str, str], str] = {}
    for kind in KINDS:
        layout = layout_of(kind)
        columns = [(kind, column) for _, column in layout.columns]
        columns += [(several.name, column) for several in layout.lists for column in several.columns]
        for view, each in columns:
            unit = each.field.about.unit
            if unit is not None:
                found |= {(view, name): unit for name, _ in each.shown}
                found |= {(f"fact_{view}", name): f"millionths of {unit}" for name in each.names}
    return found
