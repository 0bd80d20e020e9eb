"""How much of each agent is prescribed: the five numbers of every distribution, exactly."""

from __future__ import annotations

from array import array
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import attrs

from mesococktail.log.names import MEASURES, SCALES
from mesococktail.research.answer import INGREDIENTS, Column
from mesococktail.research.attrition import trail
from mesococktail.research.combinations import BY_AGENT, BY_COMBINATION
from mesococktail.research.figures import COUNTED, DIGITS, PUBLISHED_DIGITS, digits_of, five_numbers, moments
from mesococktail.research.scope import NOTHING, WITH_INGREDIENTS, Found
from mesococktail.research.suppression import SUPPRESSED, Tally, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesococktail.research.answer import Value
    from mesococktail.research.scope import Scope

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
    Column(
        "mean",
        f"mean, to {DIGITS} significant digits, {PUBLISHED_DIGITS} where it may be published",
        _UNIT_OF_ROW,
    ),
    Column(
        "sd",
        "sample standard deviation, to as many; none of a single dose",
        _UNIT_OF_ROW,
    ),
)
DOSE_COLUMNS = (_AGENT, _COMBINATION, *_REST)
_FIVE = ("min", "q1", "median", "q3", "max")
_FIGURES = (*_FIVE, "mean", "sd")
_QUARTILES = f"quartiles by linear interpolation between sorted doses (type 7), {COUNTED}"
_PREMIX = "the doses of the agent itself; how much of it is inside a premix is not known"
_MEASURES = tuple(MEASURES.items())


Key = tuple[str, str, int]
"""Agent, combination (empty where rows are by agent) and place of the measure; `NOTHING` where not known."""


@attrs.frozen
class Histogram:
    """Doses, rising, and how often each occurs; packed, as a large clinic has a million different ones."""

    doses: array[int] = attrs.field(factory=lambda: array("q"))
    counts: array[int] = attrs.field(factory=lambda: array("q"))

    @property
    def number(self) -> int:
        """How many doses there are."""
        return sum(self.counts)

    @classmethod
    def merged(cls, several: Sequence[Histogram]) -> Histogram:
        """Put several together."""
        if len(several) == 1:
            return several[0]
        pairs = sorted(pair for each in several for pair in zip(each.doses, each.counts, strict=True))
        return cls(array("q", [dose for dose, _ in pairs]), array("q", [times for _, times in pairs]))


def doses(scope: Scope, *, agent: str | None, by: str) -> Found:
    """Describe how the doses of each agent are distributed, each measure by itself."""
    asked = scope.asked
    wanted = None if agent is None else asked.agent(agent)
    steps = scope.combined().steps
    chosen = () if wanted is None else (f"i.agent IN {asked.numbers('agent', [wanted])}",)
    histograms = _walked(scope, chosen)
    agents = asked.named("agent")
    combinations = asked.named("combination") if by == BY_COMBINATION else {}
    grouped: dict[Key, list[Histogram]] = {}
    tally: Tally[Key] = Tally()
    for (number, combination, measure), histogram in histograms.items():
        place = NOTHING if measure is None else measure
        key = agents[number], combinations.get(combination, ""), place
        grouped.setdefault(key, []).append(histogram)
        tally.add(key, histogram.number, (number, combination, place))
    source = f"FROM {WITH_INGREDIENTS}{scope.counted(*chosen)}"
    # The rows of an agent add up to what it has by itself: in a measure, in a combination, or in all.
    lines = (lambda key: ((key[0], key[2]), key[:2])) if by == BY_COMBINATION else (lambda key: (key[0],))
    shown = scope.shown(tally, ("i.agent", "i.combination", "i.measure"), source, lines, INGREDIENTS)
    rows = [_row(scope, key, shown.cells[key], some) for key, some in grouped.items()]
    rows.sort(key=_order)
    if by == BY_AGENT:
        for row in rows:
            del row["combination"]
    every = sum(histogram.number for histogram in histograms.values())
    known = sum(histogram.number for key, histogram in histograms.items() if key[-1] is not None)
    steps += trail(
        INGREDIENTS,
        every,
        (
            "how much is not known; counted in rows of their own",
            every - known,
            scope.patients(
                every - known,
                f"FROM {WITH_INGREDIENTS}{scope.counted(*chosen, 'i.measure IS NULL')}",
                INGREDIENTS,
            ),
        ),
        people=scope.patients(
            known, f"FROM {WITH_INGREDIENTS}{scope.counted(*chosen, 'i.measure IS NOT NULL')}", INGREDIENTS
        ),
        what=f"read of {wanted}" if wanted else "read",
    )
    columns = DOSE_COLUMNS if by == BY_COMBINATION else (_AGENT, *_REST)
    return Found(tuple(rows), columns, INGREDIENTS, steps, (_QUARTILES, _PREMIX))


def _walked(scope: Scope, chosen: tuple[str, ...]) -> dict[tuple[int, int, int | None], Histogram]:
    """Gather the doses by agent, combination and measure, in the order of the index ingredient_dose.

    That is the order also where rows will be by agent alone, so that no engine has to sort a million
    ingredients; a few histograms are merged here instead.
    """
    order = "i.agent, i.combination, i.measure, i.dose_counts"
    walked = scope.asked.count(
        f"SELECT {order}, count(*) {scope.of_ingredients(*chosen)} GROUP BY {order} ORDER BY {order}"
    )
    found = {}
    for key, lines in groupby(walked, itemgetter(0, 1, 2)):
        some = list(lines)
        # An unknown dose has no measure; its row has a count only.
        doses = array("q", () if key[-1] is None else map(itemgetter(3), some))
        found[key] = Histogram(doses, array("q", map(itemgetter(4), some)))
    return found


def _row(scope: Scope, key: Key, shown: int | None, histograms: list[Histogram]) -> dict[str, Value]:
    agent, combination, measure = key
    name, unit = (UNKNOWN, None) if measure == NOTHING else _MEASURES[measure]
    row: dict[str, Value] = {"agent": agent, "combination": combination, "measure": name, "unit": unit}
    row["ingredients"] = told(shown)
    if shown is None:
        return row | dict.fromkeys(_FIGURES, SUPPRESSED)
    if measure == NOTHING:
        return row | dict.fromkeys(_FIGURES)
    doses, counts = (merged := Histogram.merged(histograms)).doses, merged.counts
    five = five_numbers(doses, counts, SCALES[measure])
    row |= dict(
        zip(
            _FIGURES,
            (*five, *moments(doses, counts, SCALES[measure], digits_of(scope.guard.least))),
            strict=True,
        )
    )
    # The smallest and the largest dose are those of one person.
    return row if scope.guard.least is None else row | {"min": SUPPRESSED, "max": SUPPRESSED}


def _order(row: dict[str, Value]) -> tuple[object, ...]:
    number = row["ingredients"]
    first = -number if isinstance(number, int) else 0
    return row["agent"], row["unit"] is None, first, row["combination"], row["measure"]
