"""What was used when: the part of each agent, or combination, in each period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.research.answer import PRESCRIPTIONS, Column
from mesococktail.research.combinations import BY_AGENT, BY_COMBINATION, COUNT, SHARE
from mesococktail.research.figures import share
from mesococktail.research.periods import MONTH_OR_START, PERIOD, label_of, shifted
from mesococktail.research.scope import Found
from mesococktail.research.suppression import Tally, told

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mesococktail.research.answer import Value
    from mesococktail.research.scope import Scope

_PART = Column("share", "part of the period's prescriptions with a cocktail", SHARE.unit)
TREND_COLUMNS = (
    PERIOD,
    Column("agent", "id of an agent in the cocktail"),
    Column("combination", "ids of the agents, sorted, joined by +"),
    COUNT,
    _PART,
)
_OVERLAPPING = "a prescription counts once for each of its agents, so that a period's rows add up to more"


def trends(scope: Scope, *, period: str, by: str) -> Found:
    """Count the prescriptions of each agent or combination in each period."""
    combined = scope.combined()
    names = scope.asked.named("combination")
    columns = (MONTH_OR_START, "p.combination")
    source = f"FROM fact_prescription AS p{scope.counted('p.combination IS NOT NULL')}"
    order = ", ".join(columns)
    cells: Tally[tuple[str, str]] = Tally()
    periods: Tally[str] = Tally()
    for month, combination, number in scope.asked.count(
        f"SELECT {order}, count(*) {source} GROUP BY {order}"
    ):
        when, key = label_of(month, period), names[combination]
        periods.add(when, number, (month, combination))
        for name in combined.agents[key] if by == BY_AGENT else (key,):
            cells.add((when, name), number, (month, combination))
    # Combinations add up to the period, agents overlap; each adds up to what it has in all periods.
    add_up = by == BY_COMBINATION

    def lines(cell: tuple[str, str]) -> tuple[Hashable, ...]:
        return ("name", cell[1]), ("period", cell[0]) if add_up else "all"

    shown = scope.shown(cells, columns, source, lines)
    totals = scope.shown(periods, columns, source).cells
    rows: tuple[dict[str, Value], ...] = tuple(
        {"period": when, by: name, "prescriptions": told(number), "share": share(number, totals[when])}
        for (when, name), number in sorted(shown.cells.items())
    )
    left_out = BY_COMBINATION if by == BY_AGENT else BY_AGENT
    remarks = (_OVERLAPPING,) if by == BY_AGENT else ()
    return Found(
        rows,
        tuple(column for column in TREND_COLUMNS if column.name != left_out),
        PRESCRIPTIONS,
        combined.steps,
        remarks + shifted(scope),
    )
