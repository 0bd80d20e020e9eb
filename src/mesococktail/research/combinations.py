"""Which agents are used together, and which of that has been published."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations as choose
from typing import TYPE_CHECKING

from mesococktail.cocktails.combination import BASE_UNITS, Level, Member
from mesococktail.log.names import COMBINED, MEASURES, ROLES, SCALES
from mesococktail.research.answer import PRESCRIPTIONS, Column
from mesococktail.research.figures import COUNTED, PLACES, on_grid, rounded, share
from mesococktail.research.scope import Found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesococktail.research.answer import Value
    from mesococktail.research.scope import Combined, Scope

_PER_ONE = f"of 1, to {PLACES} places"
COMBINATION = Column("combination", "ids of the agents, sorted, joined by +")
COUNT = Column("prescriptions", "how many prescriptions", "prescriptions")
SHARE = Column("share", "part of all prescriptions counted", _PER_ONE)

COMBINATION_COLUMNS = (COMBINATION, COUNT, SHARE)
_ONE = "as cocktails name it: a premix is one agent, and what is inside it is not counted here"


def combinations(scope: Scope, *, level: str, digits: int) -> Found:
    """Count the prescriptions of each combination."""
    combined = scope.combined()
    counts = combined.counts if level == Level.AGENTS else _detailed(scope, combined, level, digits)
    remarks = [_ONE]
    if level == Level.DOSES:
        remarks.append(f"doses rounded half-even to {digits} significant digits, {COUNTED}")
    return Found(
        _counted(counts, combined.total), COMBINATION_COLUMNS, PRESCRIPTIONS, combined.steps, tuple(remarks)
    )


def _counted(counts: dict[str, int], total: int) -> tuple[dict[str, Value], ...]:
    return tuple(
        {"combination": key, "prescriptions": number, "share": share(number, total)}
        for key, number in _most_first(counts)
    )


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return keys and counts, the largest first; equal counts by key, in the order of code points."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _detailed(scope: Scope, combined: Combined, level: str, digits: int) -> dict[str, int]:
    """Count by agents with roles, or with roles and doses.

    The engine lays the ingredients of a prescription side by side, in the order in which they were
    written, and counts equal lines; that the order does not matter is settled here.
    """
    places = range(max((len(combined.agents[key]) for key in combined.counts), default=0))
    if not places:
        return {}
    parts = ["i.agent * 2 + i.role"] + (["i.measure", "i.dose_counts"] if level == Level.DOSES else [])
    cells = [(f"c{place}_{number}", place, part) for place in places for number, part in enumerate(parts)]
    names = ", ".join(f"q.{name}" for name, _, _ in cells)
    beside = ", ".join(
        f"max(CASE WHEN i.position = {place} THEN {part} END) AS {name}" for name, place, part in cells
    )
    agents: dict[int, str] = dict(scope.asked.count("SELECT a.id, a.agent FROM dim_agent AS a"))
    units = [BASE_UNITS[name] for name in MEASURES]
    counts: dict[str, int] = {}
    laid = f"SELECT {beside} {scope.of_ingredients()} GROUP BY i.prescription"
    for *line, number in scope.asked.count(f"SELECT {names}, count(*) FROM ({laid}) AS q GROUP BY {names}"):
        members = []
        for start in range(0, len(line), len(parts)):
            code, *dose = line[start : start + len(parts)]
            if code is not None:
                member = Member(agents[code // 2], ROLES[code % 2], _dose(dose, units, digits))
                members.append(member)
        key = COMBINED.join(map(str, sorted(members)))
        counts[key] = counts.get(key, 0) + number
    return counts


def _dose(dose: list[int | None], units: list[str], digits: int) -> str:
    if not dose:
        return ""
    measure, number = dose
    if measure is None or number is None:
        return "unknown"
    return on_grid(number, SCALES[measure], units[measure], digits)


PAIR_COLUMNS = (
    Column("agent", "id of one agent"),
    Column("other_agent", "id of the other, later in the alphabet"),
    Column("prescriptions", "how many have both", "prescriptions"),
    Column("support", "part of all prescriptions counted that have both", _PER_ONE),
    Column("confidence", "part of those with the first that also have the other", _PER_ONE),
    Column("confidence_back", "part of those with the other that also have the first", _PER_ONE),
    Column(
        "lift", "how many times as often together as if they were independent", f"times, to {PLACES} places"
    ),
)


def pairs(scope: Scope) -> Found:
    """Say of every two agents how often they go together."""
    combined = scope.combined()
    single: dict[str, int] = {}
    both: dict[tuple[str, str], int] = {}
    for key, number in combined.counts.items():
        for agent in combined.agents[key]:
            single[agent] = single.get(agent, 0) + number
        for pair in choose(combined.agents[key], 2):
            both[pair] = both.get(pair, 0) + number
    total = combined.total
    rows: tuple[dict[str, Value], ...] = tuple(
        {
            "agent": one,
            "other_agent": other,
            "prescriptions": number,
            "support": share(number, total),
            "confidence": share(number, single[one]),
            "confidence_back": share(number, single[other]),
            "lift": rounded(Fraction(number * total, single[one] * single[other])),
        }
        for (one, other), number in sorted(both.items(), key=lambda item: (-item[1], item[0]))
    )
    return Found(rows, PAIR_COLUMNS, PRESCRIPTIONS, combined.steps, (_ONE,))


PUBLISHED_COLUMNS = (
    COMBINATION,
    COUNT,
    SHARE,
    Column("match", "exact: published as such; wider: with more agents; sharing: some of its agents; none"),
    Column("exact", "ids of the published formulas with these agents and no other"),
    Column("wider", "ids of those with these agents and others, or others not disclosed"),
    Column("sharing", "how many other published formulas have some of these agents", "formulas"),
)


def published(scope: Scope) -> Found:
    """Say of every combination whether it has been published."""
    from mesococktail.formulary.published import published_for  # a large file, for this alone

    combined = scope.combined()
    formulas = scope.asked.formulary.published
    rows: list[dict[str, Value]] = []
    for key, number in _most_first(combined.counts):
        found = published_for(combined.agents[key], formulas)
        matches = (("exact", found.exact), ("wider", found.wider), ("sharing", found.sharing))
        rows.append(
            {
                "combination": key,
                "prescriptions": number,
                "share": share(number, combined.total),
                "match": next((name for name, some in matches if some), "none"),
                "exact": _ids(formula.id for formula in found.exact),
                "wider": _ids(formula.id for formula in found.wider),
                "sharing": len(found.sharing),
            }
        )
    remarks = (_ONE, "compared by agents alone, not by dose, route or schedule; not found is not unpublished")
    return Found(tuple(rows), PUBLISHED_COLUMNS, PRESCRIPTIONS, combined.steps, remarks)


def _ids(ids: Iterable[str]) -> str:
    return ", ".join(ids)
