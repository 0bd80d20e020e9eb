"""What Datasette is told of a log: tables and columns described, facets, saved queries; from declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.browse.dashboard import DASHBOARD
from mesococktail.log.meanings import meaning
from mesococktail.records import KINDS
from mesococktail.research import QUESTIONS, Study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mesococktail.research import Question

DATABASE = "log"
"""What the log is called in addresses."""
NOTICE = (
    "Read-only. It records; it never recommends a treatment. Counts are exact, of one clinic, and not for "
    "publication."
)
_RAW = ("log", "entry", "payload", "signature", "backup")
_FACETS = {
    "prescription": ["status", "doctor", "indication"],
    "session": ["given"],
    "outcome": ["measure"],
    "adverse_event": ["term", "grade"],
    "ingredient": ["role", "agent"],
}
_SORTED = {"prescription": "key", "session": "key", "outcome": "key", "adverse_event": "key"}
_SAVED = {
    "prescriptions_with_an_agent": (
        "Prescriptions that have an agent, newest first",
        "SELECT p.key, p.at, p.doctor, p.patient, p.indication, p.combination, i.role, i.dose_mg, i.dose_IU "
        "FROM ingredient AS i JOIN prescription AS p ON p.key = i.prescription "
        "WHERE i.agent = :agent AND p.status <> 'voided' ORDER BY p.key DESC LIMIT 200",
    ),
    "prescriptions_between_months": (
        "How many prescriptions each doctor made from one month to another, such as 202501 to 202506",
        "SELECT d.doctor, count(*) AS prescriptions FROM fact_prescription AS p "
        "JOIN dim_doctor AS d ON d.id = p.doctor WHERE p.status <> 2 "
        "AND p.at_month BETWEEN cast(:from_month AS INTEGER) AND cast(:to_month AS INTEGER) "
        "GROUP BY d.doctor ORDER BY prescriptions DESC",
    ),
    "patient": (
        "What is recorded of a patient, by time",
        "SELECT at, 'prescription' AS kind, combination AS said FROM prescription WHERE patient = :patient "
        "UNION ALL SELECT at, 'session', given FROM session WHERE patient = :patient "
        "UNION ALL SELECT at, 'outcome', measure FROM outcome WHERE patient = :patient "
        "UNION ALL SELECT at, 'adverse event', term FROM adverse_event WHERE patient = :patient ORDER BY 1",
    ),
}
"""Queries with something to fill in."""


def metadata(path: Path, clinic: str, tables: dict[str, list[str]], *, locked: bool) -> dict[str, Any]:
    """Return everything that Datasette is told.

    Args:
        path: Of the log.
        clinic: Whose it is.
        tables: The columns of every table and view.
        locked: Whether only who has the password may look.
    """
    said: dict[str, Any] = {
        "title": f"mesococktail: {clinic}",
        "description": NOTICE,
        "plugins": {"datasette-dashboards": {"clinic": DASHBOARD}},
        "databases": {
            DATABASE: {
                "title": f"The log of {clinic}",
                "description": NOTICE,
                "tables": {name: _table(name, columns) for name, columns in tables.items()},
                "queries": dict(_queries(path)),
            }
        },
    }
    if locked:
        said["allow"] = {"id": "clinic"}
    return said


def _table(name: str, columns: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "description": _about(name),
        "columns": {} if name in _RAW else {column: meaning(name, column) for column in columns},
        "hidden": name in _RAW or name.startswith("dim_"),
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


def _queries(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for name, (title, sql) in _SAVED.items():
        yield name, {"title": title, "sql": sql}
    study = Study(path)
    for question in QUESTIONS.values():
        counting = [sql for sql in study.ask(question.name).sql if "fact_" in sql]
        for place, sql in enumerate(counting, start=1):
            of = f" ({place} of {len(counting)})" if len(counting) > 1 else ""
            yield f"{question.name}_{place}", _query(question, of, sql)


def _query(question: Question, of: str, sql: str) -> dict[str, str]:
    return {
        "title": f"{question.command}{of}: {question.summary}",
        "description_html": (
            f'What is counted for <a href="/-/study/{question.command}">{question.command}</a>, where the '
            "exact arithmetic over these counts is shown. Numbers stand for names in the dim_ tables."
        ),
        "sql": sql,
    }
