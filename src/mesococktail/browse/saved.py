"""The saved queries: what every question counts with, and a few with something to fill in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mesococktail.browse.readable import readable
from mesococktail.log import PrescriptionLog
from mesococktail.log.glance import glance
from mesococktail.research import QUESTIONS
from mesococktail.research.scope import Scope
from mesococktail.research.source import Asked, LogPicture
from mesococktail.research.suppression import Guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.research import Question
    from mesococktail.research.source import Row

_IN_MONTHS = (
    "(:from_month = '' OR p.at_month >= cast(replace(:from_month, '-', '') AS INTEGER)) "
    "AND (:to_month = '' OR p.at_month <= cast(replace(:to_month, '-', '') AS INTEGER))"
)
_WHEN = "Months are written 2025-01; a field that is left empty sets no bound."
_FILLED = {
    "prescriptions_with_an_agent": (
        "Prescriptions that have an agent, newest first",
        "The agent's id, such as minoxidil. At most 200, without those that were voided.",
        "SELECT p.key AS prescription, p.at, p.doctor, p.patient, p.indication, p.combination, i.role, "
        "i.dose_mg, i.dose_IU, i.dose_units\nFROM ingredient AS i\nJOIN prescription AS p ON p.key = "
        "i.prescription\nWHERE i.agent = :agent AND p.status <> 'voided'\nORDER BY p.key DESC\nLIMIT 200",
    ),
    "combinations_between_months": (
        "Combinations from one month to another",
        f"How many prescriptions had each. {_WHEN}",
        "SELECT c.combination, count(*) AS prescriptions\nFROM fact_prescription AS p\n"
        "JOIN dim_combination AS c ON c.id = p.combination\n"
        f"WHERE p.status <> 2 AND {_IN_MONTHS}\nGROUP BY p.combination\nORDER BY prescriptions DESC",
    ),
    "doctors_between_months": (
        "Doctors from one month to another",
        f"How many prescriptions each made. {_WHEN}",
        "SELECT d.doctor, count(*) AS prescriptions\nFROM fact_prescription AS p\n"
        f"JOIN dim_doctor AS d ON d.id = p.doctor\nWHERE p.status <> 2 AND {_IN_MONTHS}\n"
        "GROUP BY p.doctor\nORDER BY prescriptions DESC",
    ),
    "doses_between_months": (
        "Doses of an agent from one month to another",
        f"How often each dose was prescribed, in mg, of an agent by its id. {_WHEN}",
        "SELECT i.dose_counts / 1000000000.0 AS dose_mg, count(*) AS ingredients\n"
        "FROM fact_ingredient AS i\nJOIN fact_prescription AS p ON p.key = i.prescription\n"
        "WHERE i.agent = (SELECT id FROM dim_agent WHERE agent = :agent) AND i.voided = 0 "
        f"AND i.measure = 0 AND {_IN_MONTHS}\nGROUP BY i.dose_counts\nORDER BY i.dose_counts",
    ),
    "patient": (
        "What is recorded of a patient, by time",
        "The patient's id. Without what was voided.",
        "\nUNION ALL ".join(
            f"SELECT at, '{kind.replace('_', ' ')}' AS kind, {said} AS said\nFROM {kind}\n"
            "WHERE patient = :patient AND status <> 'voided'"
            for kind, said in (
                ("prescription", "combination"),
                ("session", "given"),
                ("outcome", "measure"),
                ("adverse_event", "term"),
            )
        )
        + "\nORDER BY 1",
    ),
}
"""Queries with something to fill in: title, description, SQL."""


def saved(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every saved query of the log at *path*, by its name, as Datasette is told of it."""
    for name, (title, description, sql) in _FILLED.items():
        yield name, {"title": title, "description": description, "sql": sql}
    for question, statements in statements_of(path):
        for place, sql in enumerate(statements, start=1):
            several = len(statements) > 1
            of = f" ({place} of {len(statements)})" if several else ""
            name = f"{question.name}_{place}" if several else question.name
            yield name, _query(question, of, sql)


def _query(question: Question, of: str, sql: str) -> dict[str, Any]:
    return {
        "title": f"{question.command}{of}: {question.summary}",
        "description_html": (
            f'What is counted for the question <a href="/-/study/{question.command}">{question.command}</a>, '
            "where the answer is: the exact arithmetic over these counts, what was left out and why. "
            f"It counts {question.counted}."
        ),
        "sql": readable(sql),
        "hide_sql": True,
    }


def statements_of(path: Path) -> list[tuple[Question, list[str]]]:
    """Return for every question the statements it counts with, without counting.

    What several questions ask is left to those that ask nothing else. One that is asked only where there
    are records of some sort, such as those whose month is not known, is not among them.

    Args:
        path: Of the log, in which names are looked up.
    """
    asked: list[tuple[Question, list[str]]] = []
    with TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        PrescriptionLog.create(empty, clinic="empty").close()
        with (
            glance(path) as log,
            log.snapshot() as known,
            glance(empty) as without,
            without.snapshot() as nothing,
        ):

            def run(sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
                # A text is bound where a name is looked up, and nowhere else.
                return known(sql, texts) if texts else nothing(sql)

            for question in QUESTIONS.values():
                asking = Asked(LogPicture(log, run))
                question.ask(Scope(asking, (), Guard(None), include_voided=False), **question.chosen({}))
                asked.append((question, [sql for sql in asking.sql if _counts(sql)]))
    often = Counter(sql for _, statements in asked for sql in statements)
    return [
        (question, [sql for sql in statements if often[sql] == 1] or statements)
        for question, statements in asked
    ]


def _counts(sql: str) -> bool:
    """Whether it counts records, group by group; a single number is no more than a step on the way."""
    return "FROM fact_" in sql and not sql.startswith("SELECT count(*) FROM")
