"""The views: what a person sees who opens the file in any SQLite tool. Plain names, units in the names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.log.columns import shown_id
from mesococktail.log.names import MEASURES, ROLES, SCALES, SEVERITIES, STATUS, VOIDED
from mesococktail.log.tables import layout_of
from mesococktail.records import KINDS

if TYPE_CHECKING:
    from mesococktail.log.tables import ListLayout


def star_views() -> tuple[str, ...]:
    """Return the statements that make the views."""
    lists = (_list_view(kind, several) for kind in KINDS for several in layout_of(kind).lists)
    found = (_finding_view(kind) for kind in KINDS if layout_of(kind).has_findings)
    return (*(_kind_view(kind) for kind in KINDS), *lists, *found, _INGREDIENT, _ADJUNCT, _FREQUENCY, _PAIR)


def _choice(column: str, words: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE {column} {cases} END"


def _kind_view(kind: str) -> str:
    layout = layout_of(kind)
    shown = [f"{sql.format(t='f')} AS {name}" for _, column in layout.columns for name, sql in column.shown]
    if layout.has_cocktail:
        shown += [
            "(SELECT combination FROM dim_combination WHERE id = f.combination) AS combination",
            "f.deviation",
        ]
    record_id = shown_id("(SELECT id FROM entry WHERE seq = f.key)")
    return (
        f"CREATE VIEW {kind} AS SELECT f.key AS key, {record_id} AS record_id, "
        f"{_choice('f.status', STATUS)} AS status, {', '.join(shown)} FROM {layout.table} AS f"
    )


def _finding_view(kind: str) -> str:
    return (
        f"CREATE VIEW {kind}_finding AS SELECT f.key AS {kind}, f.position + 1 AS position, "
        f"{_choice('f.severity', SEVERITIES)} AS severity, c.term AS code, p.term AS path "
        f"FROM fact_{kind}_finding AS f "
        "JOIN dim_term AS c ON c.id = f.code JOIN dim_term AS p ON p.id = f.path"
    )


def _list_view(kind: str, several: ListLayout) -> str:
    shown = [f"{sql.format(t='f')} AS {name}" for column in several.columns for name, sql in column.shown]
    return (
        f"CREATE VIEW {several.name} AS SELECT f.key AS {kind}, f.position + 1 AS position, "
        f"{', '.join(shown)} FROM {several.table} AS f"
    )


_DOSES = ", ".join(
    f"CASE i.measure WHEN {place} THEN i.dose_counts / {scale}.0 END AS dose_{unit}"
    for place, (unit, scale) in enumerate(zip(MEASURES.values(), SCALES, strict=True))
)
_INGREDIENT = (
    "CREATE VIEW ingredient AS SELECT i.prescription AS prescription, i.position + 1 AS position, "
    f"a.agent AS agent, a.name AS agent_name, {_choice('i.role', ROLES)} AS role, "
    f"{_DOSES}, i.volume_micro_mL / 1000000.0 AS volume_mL, i.voided AS voided "
    "FROM fact_ingredient AS i JOIN dim_agent AS a ON a.id = i.agent"
)
_ADJUNCT = (
    "CREATE VIEW adjunct AS SELECT i.prescription AS prescription, i.position + 1 AS position, "
    "a.agent AS agent, a.name AS agent_name, t.term AS purpose, "
    f"{_DOSES}, i.volume_micro_mL / 1000000.0 AS volume_mL, i.fills_to_micro_mL / 1000000.0 AS fills_to_mL "
    "FROM fact_adjunct AS i JOIN dim_agent AS a ON a.id = i.agent JOIN dim_term AS t ON t.id = i.purpose"
)
_FREQUENCY = (
    "CREATE VIEW combination_frequency AS SELECT c.combination AS combination, count(*) AS prescriptions "
    "FROM fact_prescription AS f JOIN dim_combination AS c ON c.id = f.combination "
    f"WHERE f.status <> {VOIDED} GROUP BY f.combination ORDER BY prescriptions DESC, combination"
)
_PAIR = (
    "CREATE VIEW agent_pair AS SELECT one.agent AS agent, two.agent AS other_agent, "
    "sum(n.prescriptions) AS prescriptions "
    "FROM (SELECT combination, count(*) AS prescriptions FROM fact_prescription "
    f"WHERE status <> {VOIDED} AND combination IS NOT NULL GROUP BY combination) AS n "
    "JOIN dim_combination_member AS m ON m.combination = n.combination "
    "JOIN dim_combination_member AS o ON o.combination = n.combination "
    "JOIN dim_agent AS one ON one.id = m.agent JOIN dim_agent AS two ON two.id = o.agent "
    "WHERE one.agent < two.agent GROUP BY one.agent, two.agent ORDER BY prescriptions DESC, agent, "
    "other_agent"
)
