"""The dashboard: four pictures that Datasette draws of the log, with what is on this machine alone."""

from __future__ import annotations

from typing import Any

_COMBINATIONS = (
    "SELECT (p.at_month / 100) || '-' || substr('0' || (p.at_month % 100), -2) AS month, "
    "c.combination AS combination, count(*) AS prescriptions FROM fact_prescription AS p "
    "JOIN dim_combination AS c ON c.id = p.combination WHERE p.status <> 2 AND p.at_month IS NOT NULL "
    "AND p.combination IN (SELECT combination FROM fact_prescription WHERE combination IS NOT NULL "
    "GROUP BY combination ORDER BY count(*) DESC LIMIT 8) GROUP BY p.at_month, p.combination"
)
_PAIRS = (
    "SELECT agent, other_agent, prescriptions FROM agent_pair "
    "UNION ALL SELECT other_agent, agent, prescriptions FROM agent_pair"
)
_DOSES = (
    "SELECT a.agent AS agent, i.dose_counts / 1000000000.0 AS dose_mg, count(*) AS ingredients "
    "FROM fact_ingredient AS i JOIN dim_agent AS a ON a.id = i.agent "
    "WHERE i.voided = 0 AND i.measure = 0 GROUP BY i.agent, i.dose_counts ORDER BY ingredients DESC LIMIT 400"
)
_OUTCOMES = (
    "SELECT c.combination AS combination, m.term AS measure, (o.at_utc - p.at_utc) / 2592000 * 30 AS days, "
    "avg(o.amount_micro) / 1000000.0 AS mean, count(*) AS outcomes FROM fact_outcome AS o "
    "JOIN fact_prescription AS p ON p.patient = o.patient AND o.at_utc - p.at_utc BETWEEN 0 AND 31536000 "
    "JOIN dim_combination AS c ON c.id = p.combination JOIN dim_term AS m ON m.id = o.measure "
    "WHERE o.status <> 2 AND p.status <> 2 AND o.at_digits IS NULL AND p.at_digits IS NULL "
    "AND o.amount_micro IS NOT NULL GROUP BY c.combination, m.term, days ORDER BY outcomes DESC LIMIT 400"
)


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # what Vega-Lite takes
    return {"field": name, "type": kind, **more}


DASHBOARD: dict[str, Any] = {
    "title": "What was used",
    "description": "Exact counts of one clinic, not for publication. It records; it never recommends.",
    "layout": [["combinations", "combinations"], ["pairs", "doses"], ["outcomes", "outcomes"]],
    "charts": {
        "combinations": {
            "title": "Combinations over time: the eight most frequent",
            "db": "log",
            "query": _COMBINATIONS,
            "library": "vega-lite",
            "display": {
                "mark": {"type": "bar", "tooltip": True},
                "encoding": {
                    "x": _field("month", "ordinal", title="month"),
                    "y": _field("prescriptions", "quantitative", title="prescriptions"),
                    "color": _field("combination", "nominal", legend={"orient": "bottom", "columns": 2}),
                },
            },
        },
        "pairs": {
            "title": "Which agents go together",
            "db": "log",
            "query": _PAIRS,
            "library": "vega-lite",
            "display": {
                "mark": {"type": "rect", "tooltip": True},
                "encoding": {
                    "x": _field("agent", "nominal", title=None),
                    "y": _field("other_agent", "nominal", title=None),
                    "color": _field("prescriptions", "quantitative", scale={"scheme": "blues"}),
                },
            },
        },
        "doses": {
            "title": "Doses prescribed, mg",
            "db": "log",
            "query": _DOSES,
            "library": "vega-lite",
            "display": {
                "mark": {"type": "circle", "tooltip": True},
                "encoding": {
                    "x": _field("dose_mg", "quantitative", title="dose, mg", scale={"type": "log"}),
                    "y": _field("agent", "nominal", title=None),
                    "size": _field("ingredients", "quantitative"),
                },
            },
        },
        "outcomes": {
            "title": "Outcomes by combination: mean of what was measured, by days after the prescription",
            "db": "log",
            "query": _OUTCOMES,
            "library": "vega-lite",
            "display": {
                "mark": {"type": "line", "point": True, "tooltip": True},
                "encoding": {
                    "x": _field("days", "quantitative", title="days after the prescription"),
                    "y": _field("mean", "quantitative", title="mean", scale={"zero": False}),
                    "color": _field("combination", "nominal", legend={"orient": "bottom", "columns": 2}),
                    "strokeDash": _field("measure", "nominal", title=None),
                },
            },
        },
    },
}
