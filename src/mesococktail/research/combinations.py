"""Which agents are used together, and which of that has been published."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations as choose
from typing import TYPE_CHECKING

import attrs

from mesococktail.cocktails.combination import BASE_UNITS, Level, Member
from mesococktail.log.names import COMBINED, MEASURES, ROLES, SCALES
from mesococktail.research.answer import PRESCRIPTIONS, Column
from mesococktail.research.figures import COUNTED, OF_ONE, PLACES, on_grid, rounded, share
from mesococktail.research.scope import NOTHING, WITH_INGREDIENTS, Found
from mesococktail.research.suppression import SUPPRESSED, People, Tally, told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from mesococktail.research.answer import Value
    from mesococktail.research.scope import Combined, Scope
    from mesococktail.research.suppression import Shown  # noqa: TC004  # attrs keeps the annotation as text

BY_AGENT, BY_COMBINATION = "agent", "combination"
"""What a row may be of."""
COMBINATION = Column("combination", "ids of the agents, sorted, joined by +")
COUNT = Column("prescriptions", "how many prescriptions", "prescriptions")
SHARE = Column("share", "part of all prescriptions counted", OF_ONE)

COMBINATION_COLUMNS = (COMBINATION, COUNT, SHARE)
_ONE = "as cocktails name it: a premix is one agent, and what is inside it is not counted here"


def combinations(scope: Scope, *, level: str, digits: int) -> Found:
    """Count the prescriptions of each combination."""
    combined = scope.combined()
    if level == Level.AGENTS:
        shown = scope.of_combinations(combined.tally)
    else:
        shown = _detailed(scope, combined, level, digits)
    remarks = [_ONE]
    if level == Level.DOSES:
        remarks.append(f"doses rounded half-even to {digits} significant digits, {COUNTED}")
    rows = counted_rows(shown, "combination")
    if level == Level.DOSES:
        # A dose that few had is told by no question.
        for row in rows:
            row["combination"] = SUPPRESSED if row["prescriptions"] == SUPPRESSED else row["combination"]
    return Found(rows, COMBINATION_COLUMNS, PRESCRIPTIONS, combined.steps, tuple(remarks))


def counted_rows(shown: Shown[str], name: str) -> tuple[dict[str, Value], ...]:
    """Return a row with count and share for each cell."""
    return tuple(
        {name: key, "prescriptions": told(number), "share": share(number, shown.total)}
        for key, number in shown.most_first()
    )


def _detailed(scope: Scope, combined: Combined, level: str, digits: int) -> Shown[str]:
    """Count by agents with roles, or with roles and doses.

    The engine lays the ingredients of a prescription side by side, in the order in which they were
    written, and counts equal lines; that the order does not matter is settled here.
    """
    tally: Tally[str] = Tally()
    places = range(max((len(combined.agents[key]) for key in combined.tally.counts), default=0))
    if not places:
        return scope.guard.shown(tally, lambda: People({}, 0))
    parts = ["i.agent * 2 + i.role"] + (["i.measure", "i.dose_counts"] if level == Level.DOSES else [])
    cells = [(f"c{place}_{number}", place, part) for place in places for number, part in enumerate(parts)]
    beside = ", ".join(
        f"max(CASE WHEN i.position = {place} THEN {part} END) AS {name}" for name, place, part in cells
    )
    columns = [f"q.{name}" for name, _, _ in cells]
    names = ", ".join(columns)
    agents = scope.asked.named("agent")
    units = [BASE_UNITS[name] for name in MEASURES]
    laid = f"SELECT {beside} {scope.of_ingredients()} GROUP BY i.prescription"
    for *line, number in scope.asked.count(f"SELECT {names}, count(*) FROM ({laid}) AS q GROUP BY {names}"):
        members = []
        for start in range(0, len(line), len(parts)):
            code, *dose = line[start : start + len(parts)]
            if code is not None:
                member = Member(agents[code // 2], ROLES[code % 2], _dose(dose, units, digits))
                members.append(member)
        group = tuple(NOTHING if cell is None else cell for cell in line)
        tally.add(COMBINED.join(map(str, sorted(members))), number, group)
    theirs = f"SELECT i.prescription AS prescription, {beside} FROM {WITH_INGREDIENTS}{scope.counted()}"
    return scope.shown(
        tally,
        columns,
        f"FROM ({theirs} GROUP BY i.prescription) AS q JOIN fact_prescription AS p ON p.key = q.prescription",
    )


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
    Column("support", "part of all prescriptions counted that have both", OF_ONE),
    Column("confidence", "part of those with the first that also have the other", OF_ONE),
    Column("confidence_back", "part of those with the other that also have the first", OF_ONE),
    Column(
        "lift", "how many times as often together as if they were independent", f"times, to {PLACES} places"
    ),
)


def pairs(scope: Scope) -> Found:
    """Say of every two agents how often they go together."""
    combined = scope.combined()
    together = Together.counted(scope, combined, 2)
    rows: list[dict[str, Value]] = []
    for (one, other), number in together.shown.most_first():
        first, second = together.single[one], together.single[other]
        rows.append(
            {
                "agent": one,
                "other_agent": other,
                "prescriptions": told(number),
                "support": share(number, together.total),
                "confidence": share(number, first),
                "confidence_back": share(number, second),
                "lift": ratio(number, together.total, first, second),
            }
        )
    return Found(tuple(rows), PAIR_COLUMNS, PRESCRIPTIONS, combined.steps, (_ONE,))


TRIPLE_COLUMNS = (
    Column("agent", "id of one agent"),
    Column("second_agent", "id of another, later in the alphabet"),
    Column("third_agent", "id of the third, later still"),
    Column("prescriptions", "how many have all three", "prescriptions"),
    Column("support", "part of all prescriptions counted that have all three", OF_ONE),
    Column("confidence", "part of those with the first two that also have the third", OF_ONE),
    Column(
        "lift", "how many times as often together as if they were independent", f"times, to {PLACES} places"
    ),
)


def triples(scope: Scope) -> Found:
    """Say of every three agents how often they go together."""
    combined = scope.combined()
    pair = Together.counted(scope, combined, 2).shown.cells
    together = Together.counted(scope, combined, 3)
    rows: list[dict[str, Value]] = []
    for (one, two, three), number in together.shown.most_first():
        alone = [together.single[agent] for agent in (one, two, three)]
        rows.append(
            {
                "agent": one,
                "second_agent": two,
                "third_agent": three,
                "prescriptions": told(number),
                "support": share(number, together.total),
                "confidence": share(number, pair[one, two]),
                "lift": ratio(number, together.total, *alone),
            }
        )
    return Found(tuple(rows), TRIPLE_COLUMNS, PRESCRIPTIONS, combined.steps, (_ONE,))


@attrs.frozen
class Together:
    """How often several agents go together, and each of them by itself."""

    shown: Shown[tuple[str, ...]]
    single: dict[str, int | None]
    total: int | None
    """How many prescriptions were counted."""

    @classmethod
    def counted(cls, scope: Scope, combined: Combined, size: int) -> Together:
        """Count every so many agents."""
        single: Tally[str] = Tally()
        several: Tally[tuple[str, ...]] = Tally()
        for key, number in combined.tally.counts.items():
            groups = combined.tally.groups[key]
            for agent in combined.agents[key]:
                single.add(agent, number, *groups)
            for some in choose(combined.agents[key], size):
                several.add(some, number, *groups)
        return cls(
            scope.of_combinations(several),
            scope.of_combinations(single).cells,
            scope.whole(combined),
        )


def ratio(number: int | None, total: int | None, *alone: int | None) -> Decimal | str:
    """Return how many times as often agents go together as if each were independent of the others."""
    if number is None or total is None or None in alone:
        return SUPPRESSED
    return rounded(Fraction(number * total ** (len(alone) - 1), math.prod(each for each in alone if each)))


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
    shown = scope.of_combinations(combined.tally)
    for key, number in shown.most_first():
        found = published_for(combined.agents[key], formulas)
        matches = (("exact", found.exact), ("wider", found.wider), ("sharing", found.sharing))
        rows.append(
            {
                "combination": key,
                "prescriptions": told(number),
                "share": share(number, shown.total),
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
