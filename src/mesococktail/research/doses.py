"""How much of each agent is prescribed: the five numbers of every distribution, exactly."""

from __future__ import annotations

from array import array
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from mesococktail.log.names import MEASURES, SCALES
from mesococktail.research.answer import INGREDIENTS, Column, Step
from mesococktail.research.figures import COUNTED, five_numbers
from mesococktail.research.scope import Found

if TYPE_CHECKING:
    from mesococktail.research.answer import Value
    from mesococktail.research.scope import Scope

BY_AGENT, BY_COMBINATION = "agent", "combination"
UNKNOWN = "not known"
_UNIT_OF_ROW = "as in column unit"

_AGENT = Column("agent", "id of the agent")
_COMBINATION = Column("combination", "ids of the agents of the cocktail it is in")
_REST = (
    Column("measure", f"how the doses are counted; {UNKNOWN} where records do not say how much"),
    Column("unit", "unit of the doses of this row"),
    Column("ingredients", "how many doses", "ingredients"),
    Column("min", "smallest", _UNIT_OF_ROW),
    Column("q1", "lower quartile", _UNIT_OF_ROW),
    Column("median", "half are below, half above", _UNIT_OF_ROW),
    Column("q3", "upper quartile", _UNIT_OF_ROW),
    Column("max", "largest", _UNIT_OF_ROW),
)
DOSE_COLUMNS = (_AGENT, _COMBINATION, *_REST)
_FIVE = ("min", "q1", "median", "q3", "max")
_QUARTILES = f"quartiles by linear interpolation between sorted doses (type 7), {COUNTED}"
_PREMIX = "the doses of the agent itself; how much of it is inside a premix is not known"
_MEASURES = tuple(MEASURES.items())


Key = tuple[str, str, int | None]
"""Agent, combination (empty where rows are by agent) and place of the measure; None where not known."""


@attrs.frozen
class _Histogram:
    """Doses, rising, and how often each occurs; packed, as a large clinic has a million different ones."""

    doses: array[int] = attrs.field(factory=lambda: array("q"))
    counts: array[int] = attrs.field(factory=lambda: array("q"))


def doses(scope: Scope, *, agent: str | None, by: str) -> Found:
    """Describe how the doses of each agent are distributed, each measure by itself."""
    asked = scope.asked
    wanted = None if agent is None else asked.agent(agent)
    steps = scope.combined().steps
    histograms = _walked(scope, wanted)
    agents: dict[int, str] = dict(asked.count("SELECT a.id, a.agent FROM dim_agent AS a"))
    combinations: dict[int, str] = {}
    if by == BY_COMBINATION:
        combinations = dict(asked.count("SELECT c.id, c.combination FROM dim_combination AS c"))
    grouped: dict[Key, list[_Histogram]] = {}
    for (number, combination, measure), histogram in histograms.items():
        key = agents[number], combinations.get(combination, ""), measure
        grouped.setdefault(key, []).append(histogram)
    rows = [_row(key, some) for key, some in grouped.items()]
    rows.sort(key=_order)
    if by == BY_AGENT:
        for row in rows:
            del row["combination"]
    every = sum(sum(histogram.counts) for histogram in histograms.values())
    known = sum(sum(histogram.counts) for key, histogram in histograms.items() if key[-1] is not None)
    steps += (Step(INGREDIENTS, f"read of {wanted}" if wanted else "read", 0, every),)
    if every > known:
        steps += (
            Step(INGREDIENTS, "how much is not known; counted in rows of their own", every - known, known),
        )
    columns = DOSE_COLUMNS if by == BY_COMBINATION else (_AGENT, *_REST)
    return Found(tuple(rows), columns, INGREDIENTS, steps, (_QUARTILES, _PREMIX))


def _walked(scope: Scope, wanted: str | None) -> dict[tuple[int, int, int | None], _Histogram]:
    """Gather the doses by agent, combination and measure, in the order of the index ingredient_dose.

    That is the order also where rows will be by agent alone, so that no engine has to sort a million
    ingredients; a few histograms are merged here instead.
    """
    chosen = () if wanted is None else (f"i.agent IN {scope.asked.numbers('agent', [wanted])}",)
    order = "i.agent, i.combination, i.measure, i.dose_counts"
    walked = scope.asked.count(
        f"SELECT {order}, count(*) {scope.of_ingredients(*chosen)} GROUP BY {order} ORDER BY {order}"
    )
    found = {}
    for key, lines in groupby(walked, itemgetter(0, 1, 2)):
        some = list(lines)
        # An unknown dose has no measure; its row has a count only.
        doses = array("q", () if key[-1] is None else map(itemgetter(3), some))
        found[key] = _Histogram(doses, array("q", map(itemgetter(4), some)))
    return found


def _row(key: Key, histograms: list[_Histogram]) -> dict[str, Value]:
    agent, combination, measure = key
    row: dict[str, Value] = {"agent": agent, "combination": combination}
    number = sum(sum(each.counts) for each in histograms)
    if measure is None:
        return row | {"measure": UNKNOWN, "unit": None, "ingredients": number} | dict.fromkeys(_FIVE)
    merged = histograms[0] if len(histograms) == 1 else _merged(histograms)
    name, unit = _MEASURES[measure]
    five = zip(_FIVE, five_numbers(merged.doses, merged.counts, SCALES[measure]), strict=True)
    return row | {"measure": name, "unit": unit, "ingredients": number} | dict(five)


def _merged(histograms: list[_Histogram]) -> _Histogram:
    pairs = sorted(pair for each in histograms for pair in zip(each.doses, each.counts, strict=True))
    return _Histogram(array("q", [dose for dose, _ in pairs]), array("q", [times for _, times in pairs]))


def _order(row: dict[str, Value]) -> tuple[object, ...]:
    number = row["ingredients"]
    assert isinstance(number, int)  # noqa: S101  # made just above
    return row["agent"], row["unit"] is None, -number, row["combination"], row["measure"]
