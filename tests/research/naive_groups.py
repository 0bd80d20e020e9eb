"""Groups, trends and the variation between doctors a second time: plain Python over the records."""

from __future__ import annotations

import statistics
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mesococktail import Formulary
from tests.research.naive import UNITS, counted_dose, four, parts_of, period_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesococktail import Prescription
    from tests.research.naive import Rows


def rows_of(name: str, groups: Iterable[str], total: int) -> Rows:
    """Rows of counts, most first."""
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        counts[group] += 1
    return [
        {name: group, "prescriptions": number, "share": four(Fraction(number, total))}
        for group, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def by_indication(records: list[Prescription]) -> Rows:
    """Count by indication."""
    return rows_of("indication", (record.indication.code for record in records), len(records))


def by_stage(records: list[Prescription]) -> Rows:
    """Count by scale and stage."""
    staged = [
        r.indication for r in records if r.indication.scale is not None and r.indication.stage is not None
    ]
    cells = sorted({(each.scale, each.version or "", each.stage) for each in staged})
    rows: Rows = []
    for scale, version, stage in cells:
        number = sum((e.scale, e.version or "", e.stage) == (scale, version, stage) for e in staged)
        rows.append(
            {
                "scale": scale,
                "version": version or None,
                "stage": stage,
                "prescriptions": number,
                "share": four(Fraction(number, len(staged))),
            }
        )
    return rows


def _by_agents(records: list[Prescription], name: str, attribute: str) -> Rows:
    known = Formulary.shipped().agents
    mixed = [record.cocktail for record in records if record.cocktail is not None]
    groups = [
        group
        for cocktail in mixed
        for group in {
            each
            for part in cocktail.ingredients
            if part.agent.id in known
            for each in getattr(known[part.agent.id], attribute)
        }
    ]
    return rows_of(name, groups, len(mixed))


def by_class(records: list[Prescription]) -> Rows:
    """Count by class of agents."""
    return _by_agents(records, "class", "classes")


def by_premise(records: list[Prescription]) -> Rows:
    """Count by premise addressed."""
    return _by_agents(records, "premise", "premises")


def trends(records: list[Prescription], period: str, by: str) -> Rows:
    """Count by period and agent, or combination."""
    cells: dict[tuple[str, str], int] = defaultdict(int)
    totals: dict[str, int] = defaultdict(int)
    for record in records:
        if record.cocktail is None:
            continue
        when = period_of(record.at, period)
        agents = sorted({part.agent.id for part in record.cocktail.ingredients})
        totals[when] += 1
        for name in agents if by == "agent" else [" + ".join(agents)]:
            cells[when, name] += 1
    return [
        {"period": when, by: name, "prescriptions": number, "share": four(Fraction(number, totals[when]))}
        for (when, name), number in sorted(cells.items())
    ]


def variation(records: list[Prescription]) -> Rows:
    """Compare doctors."""
    doses: dict[tuple[str, str], dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        for part in () if record.cocktail is None else record.cocktail.ingredients:
            counted = counted_dose(part)
            if counted is not None and part.dose is not None:
                measure = part.dose.dimension.value
                dose = Fraction(counted, parts_of(measure))
                doses[part.agent.id, measure][record.doctor].append(dose)
    rows: Rows = []
    order = list(UNITS)
    for (agent, measure), by_doctor in sorted(
        doses.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
    ):
        medians = sorted(statistics.median(some) for some in by_doctor.values())
        quartiles = (
            statistics.quantiles(medians, n=4, method="inclusive") if len(medians) > 1 else [medians[0]] * 3
        )
        five = (medians[0], *quartiles, medians[-1])
        every = [dose for some in by_doctor.values() for dose in some]
        mean = Fraction(sum(every), len(every))
        whole = sum((dose - mean) ** 2 for dose in every)
        between = sum(len(some) * (Fraction(sum(some), len(some)) - mean) ** 2 for some in by_doctor.values())
        rows.append(
            {
                "agent": agent,
                "measure": measure,
                "unit": UNITS[measure],
                "doctors": len(by_doctor),
                "ingredients": len(every),
                **dict(zip(("lowest", "q1", "median", "q3", "highest"), map(exact, five), strict=True)),
                "ratio": four(medians[-1] / medians[0]) if medians[0] else None,
                "between": four(Fraction(between, whole)) if whole else None,
            }
        )
    return rows


def exact(number: Fraction) -> Decimal:
    """A fraction of a power of two and ten as a decimal."""
    return Decimal(number.numerator) / Decimal(number.denominator)
