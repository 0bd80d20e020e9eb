"""How far doctors differ in how much they prescribe."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from mesococktail.log.names import MEASURES, SCALES
from mesococktail.research.answer import INGREDIENTS, Column
from mesococktail.research.attrition import trail
from mesococktail.research.figures import COUNTED, PLACES, five_numbers, rounded
from mesococktail.research.scope import WITH_INGREDIENTS, Found
from mesococktail.research.suppression import SUPPRESSED, Tally, told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from mesococktail.research.answer import Value
    from mesococktail.research.scope import Scope

    Doses = Mapping[int, int]
    """How often each dose occurs, in whole counts."""

FEWEST_DOCTORS = 3
"""Of two, each would learn the other's."""
FEWEST_FOR_QUARTILES = 5
"""Of fewer, the lowest and the highest median follow from the quartiles and the median."""
_IN_UNIT = "as in column unit"
VARIATION_COLUMNS = (
    Column("agent", "id of the agent"),
    Column("measure", "how the doses are counted"),
    Column("unit", "unit of the doses of this row"),
    Column("doctors", "how many doctors prescribed it", "doctors"),
    Column("ingredients", "how many doses", INGREDIENTS),
    Column("lowest", "the lowest median dose of a doctor", _IN_UNIT),
    Column("q1", "lower quartile of the doctors' median doses", _IN_UNIT),
    Column("median", "half of the doctors' median doses are below, half above", _IN_UNIT),
    Column("q3", "upper quartile", _IN_UNIT),
    Column("highest", "the highest median dose of a doctor", _IN_UNIT),
    Column("ratio", "the highest over the lowest; none where the lowest is 0", f"times, to {PLACES} places"),
    Column(
        "between",
        "part of the variance of all doses that lies between doctors (eta squared); none where all are equal",
        f"of 1, to {PLACES} places",
    ),
)
_FIVE = ("lowest", "q1", "median", "q3", "highest")
_COLUMNS = ("i.agent", "i.measure", "p.doctor")


def variation(scope: Scope) -> Found:
    """Compare the doses of each agent between doctors."""
    asked = scope.asked
    agents = asked.named("agent")
    steps = scope.combined().steps
    source = f"FROM {WITH_INGREDIENTS}{scope.counted('i.measure IS NOT NULL')}"
    columns = ", ".join((*_COLUMNS, "i.dose_counts"))
    doses: dict[tuple[int, int, int], dict[int, int]] = defaultdict(dict)
    for agent, measure, doctor, dose, number in asked.count(
        f"SELECT {columns}, count(*) {source} GROUP BY {columns}"
    ):
        doses[agent, measure, doctor][dose] = number
    known = sum(sum(some.values()) for some in doses.values())
    [(every,)] = asked.count(f"SELECT count(*) {scope.of_ingredients()}")
    unknown = f"FROM {WITH_INGREDIENTS}{scope.counted('i.measure IS NULL')}"
    steps += trail(
        INGREDIENTS,
        every,
        ("how much is not known", every - known, scope.patients(every - known, unknown, INGREDIENTS)),
        people=scope.patients(known, source, INGREDIENTS),
    )
    rows_of: dict[tuple[str, int], list[Doses]] = defaultdict(list)
    left_out: set[tuple[str, int]] = set()
    tally: Tally[tuple[int, int, int]] = Tally()
    for group, some in doses.items():
        tally.add(group, sum(some.values()), group)
    for group, some in doses.items():
        key = agents[group[0]], group[1]
        people = scope.people_behind(tally, group, _COLUMNS, source, INGREDIENTS)
        if scope.guard.number(tally.counts[group], people) is None:
            rows_of[key] += ()
            left_out.add(key)
        else:
            rows_of[key].append(some)
    rows = tuple(_row(scope, *key, rows_of[key]) for key in sorted(rows_of))
    for row, key in zip(rows, sorted(rows_of), strict=True):
        # Whoever knows all doses of the agent could tell those of the doctors who are left out.
        row["ingredients"] = SUPPRESSED if key in left_out else row["ingredients"]
    return Found(rows, VARIATION_COLUMNS, INGREDIENTS, steps, _remarks(scope))


def _remarks(scope: Scope) -> tuple[str, ...]:
    said = ("each doctor has one median, whether of many doses or of few", f"medians are {COUNTED}")
    if scope.guard.least is None:
        return said
    few = (
        f"doctors with fewer than {scope.guard.least} doses or patients are left out of a row, and a row of "
        f"fewer than {FEWEST_DOCTORS} doctors is suppressed; of fewer than {FEWEST_FOR_QUARTILES} quartiles "
        "are not shown, as the lowest and the highest would follow from them"
    )
    return (*said, few)


def _row(scope: Scope, agent: str, measure: int, doctors: list[Doses]) -> dict[str, Value]:
    name, unit = tuple(MEASURES.items())[measure]
    row: dict[str, Value] = dict.fromkeys((column.name for column in VARIATION_COLUMNS), SUPPRESSED)
    row |= {"agent": agent, "measure": name, "unit": unit}
    number = sum(sum(some.values()) for some in doctors)
    published = scope.guard.least is not None
    if published and len(doctors) < FEWEST_DOCTORS:
        return row
    # A median lies between two counts at the finest, so that twice as many are whole.
    medians = sorted(int(2 * _median(some)) for some in doctors)
    five = five_numbers(medians, [1] * len(medians), 2 * SCALES[measure])
    row |= {"doctors": len(doctors), "ingredients": told(scope.guard.number(number))}
    row |= dict(zip(_FIVE, five, strict=True))
    row["ratio"] = rounded(Fraction(medians[-1], medians[0])) if medians[0] else None
    row["between"] = _between(doctors)
    if published:
        row |= dict.fromkeys(("lowest", "highest", "ratio"), SUPPRESSED)
        if len(doctors) < FEWEST_FOR_QUARTILES:
            row |= dict.fromkeys(("q1", "q3"), SUPPRESSED)
    return row


def _median(doses: Doses) -> Decimal:
    values = sorted(doses)
    return five_numbers(values, [doses[value] for value in values], 1)[2]


def _between(doctors: list[Doses]) -> Decimal | None:
    """Return the sum of squares between doctors over the whole, exactly, and rounded once."""
    sizes = [sum(some.values()) for some in doctors]
    totals = [sum(dose * times for dose, times in some.items()) for some in doctors]
    mean = Fraction(sum(totals) ** 2, sum(sizes))
    whole = sum(dose * dose * times for some in doctors for dose, times in some.items()) - mean
    between = sum(Fraction(total * total, size) for total, size in zip(totals, sizes, strict=True)) - mean
    return rounded(between / whole) if whole else None
