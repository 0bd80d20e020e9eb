"""The dashboard: four pictures that Datasette draws of the log, with what is on this machine alone."""

from __future__ import annotations

from typing import Any

_MONTHS = (
    "[[ AND p.at_month >= cast(replace(:from_month, '-', '') AS INTEGER)]]"
    "[[ AND p.at_month <= cast(replace(:to_month, '-', '') AS INTEGER)]]"
)
"""What is in brackets is left out where nothing was filled in."""
_MOST = 8
_COMBINATIONS = (
    "SELECT (p.at_month / 100) || '-' || substr('0' || (p.at_month % 100), -2) AS month, "
    "c.combination AS combination, count(*) AS prescriptions FROM fact_prescription AS p "
    "JOIN dim_combination AS c ON c.id = p.combination WHERE p.status <> 2 AND p.at_month IS NOT NULL "
    "AND p.combination IN (SELECT combination FROM fact_prescription "
    "WHERE combination IS NOT NULL AND status <> 2 "
    f"GROUP BY combination ORDER BY count(*) DESC LIMIT {_MOST}){_MONTHS} GROUP BY p.at_month, p.combination"
)
_PAIRS = (
    "SELECT one.agent AS agent, two.agent AS other_agent, sum(n.prescriptions) AS prescriptions FROM "
    "(SELECT p.combination AS combination, count(*) AS prescriptions FROM fact_prescription AS p "
    f"WHERE p.status <> 2 AND p.combination IS NOT NULL{_MONTHS} GROUP BY p.combination) AS n "
    "JOIN dim_combination_member AS m ON m.combination = n.combination "
    "JOIN dim_combination_member AS o ON o.combination = n.combination AND o.agent <> m.agent "
    "JOIN dim_agent AS one ON one.id = m.agent JOIN dim_agent AS two ON two.id = o.agent "
    "GROUP BY one.agent, two.agent"
)
_DOSES = (
    "SELECT a.agent AS agent, i.dose_counts / 1000000000.0 AS dose_mg, count(*) AS ingredients "
    "FROM fact_ingredient AS i JOIN dim_agent AS a ON a.id = i.agent "
    "JOIN fact_prescription AS p ON p.key = i.prescription "
    f"WHERE i.voided = 0 AND i.measure = 0{_MONTHS} GROUP BY i.agent, i.dose_counts "
    "ORDER BY ingredients DESC LIMIT 1000"
)
_OUTCOMES = (
    "SELECT c.combination AS combination, (o.at_utc - p.at_utc) / 2592000 * 30 AS days, "
    "avg(o.amount_micro) / 1000000.0 AS mean, "
    "replace(replace(o.amount_unit, '{', ''), '}', '') AS unit, count(*) AS outcomes "
    "FROM fact_outcome AS o JOIN fact_prescription AS p ON p.key = coalesce("
    "(SELECT e.seq FROM entry AS e WHERE e.id = o.prescription AND e.version = 1), "
    "(SELECT x.key FROM fact_prescription AS x WHERE x.patient = o.patient AND x.status <> 2 "
    "AND x.at_utc <= o.at_utc ORDER BY x.at_utc DESC LIMIT 1)) "
    "JOIN dim_combination AS c ON c.id = p.combination "
    "WHERE o.status <> 2 AND p.status <> 2 AND o.at_digits IS NULL AND p.at_digits IS NULL "
    "AND o.amount_micro IS NOT NULL AND o.at_utc - p.at_utc BETWEEN 0 AND 31536000 "
    f"[[ AND o.measure = (SELECT id FROM dim_term WHERE term = :measure)]]{_MONTHS} "
    "GROUP BY c.combination, days, o.amount_unit ORDER BY outcomes DESC LIMIT 400"
)
_MEASURES = (
    "SELECT t.term FROM dim_term AS t WHERE t.id IN "
    "(SELECT o.measure FROM fact_outcome AS o WHERE o.amount_micro IS NOT NULL) ORDER BY t.term"
)
_LOCAL = {"embedOptions": {"actions": {"export": True, "source": False, "compiled": False, "editor": False}}}
"""A picture may be saved. An editor elsewhere, which would take the counts along, is not offered."""
_LEGEND = {"orient": "bottom", "columns": 1, "labelLimit": 400}


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # what Vega-Lite takes
    return {"field": name, "type": kind, **more}


def _picture(title: str, query: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "db": "log",
        "query": query,
        "library": "vega-lite",
        "display": {
            "mark": {**mark, "tooltip": {"content": "data"}},
            "encoding": encoding,
            "usermeta": _LOCAL,
        },
    }


DASHBOARD: dict[str, Any] = {
    "title": "What was used",
    "description": (
        "Exact counts of one clinic, not for publication. It records; it never recommends. An outcome "
        "belongs to the prescription it names, or to the newest one before it; that it came after a "
        "treatment does not say that it came of it. Months are written 2025-01."
    ),
    "layout": [["combinations", "combinations"], ["pairs", "doses"], ["outcomes", "outcomes"]],
    "filters": {
        "from_month": {"name": "from month", "type": "text", "default": ""},
        "to_month": {"name": "to month", "type": "text", "default": ""},
        "measure": {
            "name": "outcome measured",
            "type": "select",
            "db": "log",
            "query": _MEASURES,
            "default": "hair_density",
        },
    },
    "charts": {
        "combinations": _picture(
            f"Combinations over time: the {_MOST} most frequent",
            _COMBINATIONS,
            {"type": "bar"},
            {
                "x": _field("month", "ordinal", title="month", axis={"labelOverlap": "greedy"}),
                "y": _field("prescriptions", "quantitative", title="prescriptions"),
                "color": _field("combination", "nominal", title=None, legend=_LEGEND),
            },
        ),
        "pairs": _picture(
            "Which agents go together: prescriptions",
            _PAIRS,
            {"type": "rect"},
            {
                "x": _field("agent", "nominal", title=None),
                "y": _field("other_agent", "nominal", title=None),
                "color": _field(
                    "prescriptions",
                    "quantitative",
                    title=None,
                    scale={"scheme": "blues"},
                    legend={"orient": "bottom", "format": "d"},
                ),
            },
        ),
        "doses": _picture(
            "Doses prescribed, mg: how often each",
            _DOSES,
            {"type": "circle"},
            {
                "x": _field("dose_mg", "quantitative", title="dose, mg", scale={"type": "log"}),
                "y": _field("agent", "nominal", title=None),
                "size": _field("ingredients", "quantitative", legend={"orient": "bottom", "format": "d"}),
            },
        ),
        "outcomes": _picture(
            "Outcomes by combination: mean of what was measured, by days after the prescription",
            _OUTCOMES,
            {"type": "line", "point": True},
            {
                "x": _field(
                    "days",
                    "quantitative",
                    title="days after the prescription, in steps of 30",
                    axis={"values": [*range(0, 361, 30)]},
                ),
                "y": _field("mean", "quantitative", title="mean", scale={"zero": False}),
                "color": _field("combination", "nominal", title=None, legend=_LEGEND),
                "strokeDash": _field("unit", "nominal", title=None, legend=_LEGEND),
            },
        ),
    },
}
