"""The same questions answered a second time: plain Python over the records, no SQL and no shared code."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from itertools import combinations as choose
from typing import TYPE_CHECKING, Any

from mesococktail import Containing, Formulary
from mesococktail.formulary import published_for
from mesococktail.records import Around, time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mesococktail import Ingredient, Prescription, PrescriptionLog

UNITS = {"mass": "mg", "activity": "IU", "count": "count", "product units": "units", "volume": "mL"}
Rows = list[dict[str, Any]]


def days(at: datetime | Around) -> tuple[datetime, datetime]:
    """First moment and first moment after, on the clock of the wall."""
    if isinstance(at, datetime):
        wall = at.replace(tzinfo=None)
        return wall, wall
    first = date(at.year, at.month or 1, at.day or 1)
    later = first + timedelta(days=1)
    while (later.year == first.year and at.month is None) or (
        (later.year, later.month) == (first.year, first.month) and at.day is None
    ):
        later += timedelta(days=1)
    return datetime.combine(first, datetime.min.time()), datetime.combine(later, datetime.min.time())


def since(record: Prescription, given: str) -> bool:
    """Whether all of it is at or after."""
    limit = time_of(given)
    if isinstance(limit, datetime) and isinstance(record.at, datetime):
        return record.at >= limit
    return days(record.at)[0] >= days(limit)[0]


def until(record: Prescription, given: str) -> bool:
    """Whether all of it is before the end."""
    limit = time_of(given)
    if isinstance(limit, datetime) and isinstance(record.at, datetime):
        return record.at < limit
    end = days(limit)[1]
    return (
        record.at.replace(tzinfo=None) < end if isinstance(record.at, datetime) else days(record.at)[1] <= end
    )


def parts_of(measure: str) -> int:
    """How many parts of a unit are counted: picograms in a milligram, millionths of the others."""
    return 10**9 if measure == "mass" else 10**6


def counted_dose(part: Ingredient) -> int | None:
    """The dose in whole picograms, or whole millionths of its base unit."""
    return (
        None if part.dose is None else round(Fraction(part.dose.base) * parts_of(part.dose.dimension.value))
    )


def meets(part: Ingredient, wanted: Containing) -> bool:
    """Whether one ingredient meets every part of a condition."""
    if wanted.agent is not None or wanted.class_ is not None:
        formulary = Formulary.shipped()
        if wanted.agent is not None:
            ids = {formulary.find(wanted.agent).agent.id}
        else:
            ids = {agent.id for agent in formulary.agents.values() if wanted.class_ in agent.classes}
        inside = set() if wanted.directly or wanted.dose is not None else set(part.agent.members)
        if not ids & {part.agent.id, *inside}:
            return False
    if wanted.role is not None and part.role.value != wanted.role:
        return False
    if wanted.dose is None:
        return True
    dose = counted_dose(part)
    low, high = wanted.dose
    if dose is None or part.dose is None or part.dose.dimension != (low or high).dimension:  # type: ignore[union-attr]  # one is given
        return False
    stored = Fraction(dose, parts_of(part.dose.dimension.value))
    return (low is None or low.base <= stored) and (high is None or stored <= high.base)


def has(record: Prescription, wanted: Containing) -> bool:
    """Whether any ingredient meets it."""
    return record.cocktail is not None and any(meets(part, wanted) for part in record.cocktail.ingredients)


TESTS: dict[str, Callable[[Prescription, Any], bool]] = {
    "since": since,
    "until": until,
    "doctor": lambda record, given: record.doctor == given,
    "patient": lambda record, given: record.patient == given,
    "indication": lambda record, given: (
        record.indication.code == Formulary.shipped().term("indications", given).code
    ),
    "technique": lambda record, given: given in record.technique,
    "transcribed": lambda record, given: (record.transcribed_from is not None) == given,
    "stage": lambda record, given: given == f"{record.indication.scale} {record.indication.stage}",
    "clinic": lambda _, given: given == "riverside",
    "agent": lambda record, given: has(record, Containing(given)),
    "contains": lambda record, given: all(has(record, one) for one in given),
}


def selected(log: PrescriptionLog, where: dict[str, Any]) -> list[Prescription]:
    """The records that are counted."""
    people = {"include_voided", "sex", "age"}
    conditions = {name: given for name, given in where.items() if name not in people}
    known = facts(log)
    return [
        one.record
        for one in log.prescriptions(include_voided=where.get("include_voided", False))
        if all(TESTS[name](one.record, given) for name, given in conditions.items())
        and is_of(one.record, known[one.record.patient], where)
    ]


def facts(log: PrescriptionLog) -> dict[str, dict[str, Any]]:
    """What was last recorded of each patient, by when it was so."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    every = [one for one in log.entries() if one.kind == "patient_facts" and one.act == "record"]
    standing = [log.get(one.id) for one in every]
    for one in sorted(
        (one for one in standing if one.status != "voided"), key=lambda one: beginning(one.record.at)
    ):
        for name in ("sex", "birth_year"):
            value = getattr(one.record, name)
            if value is not None:
                found[one.record.patient][name] = value
    return found


def beginning(at: datetime | Around) -> float:
    """The first second of a time, as if an imprecise date were at UTC."""
    return days(at)[0].replace(tzinfo=UTC).timestamp() if isinstance(at, Around) else at.timestamp() // 1


def is_of(record: Prescription, known: dict[str, Any], where: dict[str, Any]) -> bool:
    """Whether the patient is of the sex and age asked for."""
    if where.get("sex") not in {None, known.get("sex")}:
        return False
    if "age" not in where:
        return True
    imprecise = isinstance(record.at, Around) and record.at.month is None
    if imprecise or "birth_year" not in known:
        return False
    low, high = where["age"]
    age = record.at.year - known["birth_year"]
    return (low is None or low <= age) and (high is None or age <= high)


def four(number: Fraction) -> Decimal:
    """Rounded half to even to four places."""
    quotient = Decimal(number.numerator) / Decimal(number.denominator)
    return quotient.quantize(Decimal("0.0001"), ROUND_HALF_EVEN, Context(prec=50))


def counted(keys: Iterable[str], total: int) -> Rows:
    """Rows of counts, most first."""
    counts = sorted(Counter(keys).items(), key=lambda item: (-item[1], item[0]))
    return [{"combination": k, "prescriptions": n, "share": four(Fraction(n, total))} for k, n in counts]


def member(part: Ingredient, level: str, digits: int) -> tuple[str, str, str]:
    """What one ingredient adds to a key: sorted by agent, role, dose."""
    if level == "agents":
        return part.agent.id, "", ""
    role = f" ({part.role.value})"
    if level == "roles":
        return part.agent.id, role, ""
    dose = counted_dose(part)
    if dose is None or part.dose is None:
        return part.agent.id, role, " unknown"
    rounded = (
        Decimal(f"{Decimal(dose) / parts_of(part.dose.dimension.value):.{digits - 1}e}")
        if dose
        else Decimal(0)
    )
    unit = {"count": ""}.get(part.dose.dimension.value, UNITS[part.dose.dimension.value])
    text = f"{rounded:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return part.agent.id, role, f" {text} {unit}".rstrip()


def combinations(records: list[Prescription], level: str, digits: int) -> Rows:
    """Count by combination."""
    mixed = [record.cocktail for record in records if record.cocktail is not None]
    keys = [
        " + ".join(
            agent + dose + role
            for agent, role, dose in sorted(member(p, level, digits) for p in each.ingredients)
        )
        for each in mixed
    ]
    return counted(keys, len(mixed))


def pairs(records: list[Prescription]) -> Rows:
    """Association of every two agents."""
    sets = [{p.agent.id for p in r.cocktail.ingredients} for r in records if r.cocktail is not None]
    rows = []
    for one, other in choose(sorted(set().union(*sets)), 2):
        a, b = sum(one in s for s in sets), sum(other in s for s in sets)
        both, n = sum({one, other} <= s for s in sets), len(sets)
        if both:
            rows.append(
                {
                    "agent": one,
                    "other_agent": other,
                    "prescriptions": both,
                    "support": four(Fraction(both, n)),
                    "confidence": four(Fraction(both, a)),
                    "confidence_back": four(Fraction(both, b)),
                    "lift": four(Fraction(both, n) / (Fraction(a, n) * Fraction(b, n))),
                }
            )
    return sorted(rows, key=lambda row: (-row["prescriptions"], row["agent"], row["other_agent"]))


def five(values: list[int], measure: str) -> list[Decimal]:
    """Minimum, quartiles, maximum of counts, in units, by the standard library."""
    exact = [Fraction(value, parts_of(measure)) for value in values]
    cuts = statistics.quantiles(exact, n=4, method="inclusive") if len(exact) > 1 else exact * 3
    return [Decimal(f.numerator) / Decimal(f.denominator) for f in (min(exact), *cuts, max(exact))]


def six(number: Decimal) -> Decimal:
    """Rounded half to even to six significant digits."""
    return Decimal(f"{Context(prec=6, rounding=ROUND_HALF_EVEN).plus(number).normalize():f}")


def mean_and_sd(values: list[int], measure: str) -> list[Decimal | None]:
    """Mean and sample standard deviation, from the definition."""
    with localcontext(Context(prec=80)):
        doses = [Decimal(value) / parts_of(measure) for value in values]
        mean = sum(doses, Decimal(0)) / len(doses)
        if len(doses) == 1:
            return [six(mean), None]
        squares = sum(((dose - mean) ** 2 for dose in doses), Decimal(0))
        return [six(mean), six((squares / (len(doses) - 1)).sqrt())]


def triples(records: list[Prescription]) -> Rows:
    """Association of every three agents."""
    sets = [{p.agent.id for p in r.cocktail.ingredients} for r in records if r.cocktail is not None]
    rows: Rows = []
    for some in choose(sorted(set().union(*sets)), 3):
        one, two, three = (sum(agent in s for s in sets) for agent in some)
        pair = sum(set(some[:2]) <= s for s in sets)
        every, n = sum(set(some) <= s for s in sets), len(sets)
        if every:
            rows.append(
                {
                    **dict(zip(("agent", "second_agent", "third_agent"), some, strict=True)),
                    "prescriptions": every,
                    "support": four(Fraction(every, n)),
                    "confidence": four(Fraction(every, pair)),
                    "lift": four(Fraction(every * n * n, one * two * three)),
                }
            )
    return sorted(rows, key=lambda row: (-row["prescriptions"], *(row[a] for a in list(row)[:3])))


def by_clinic(records: list[Prescription]) -> Rows:
    """Count by clinic, of which there is one."""
    if not records:
        return []
    return [{"clinic": "riverside", "prescriptions": len(records), "share": Decimal("1.0000")}]


def doses(records: list[Prescription], agent: str | None, by: str) -> Rows:
    """Distribution of doses."""
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    wanted = None if agent is None else Formulary.shipped().find(agent).agent.id
    for record in records:
        parts = () if record.cocktail is None else record.cocktail.ingredients
        key = " + ".join(sorted(part.agent.id for part in parts)) if by == "combination" else ""
        for part in parts:
            if wanted in {None, part.agent.id}:
                measure = "not known" if part.dose is None else part.dose.dimension.value
                groups[part.agent.id, key, measure].append(counted_dose(part) or 0)
    rows = []
    for (name, key, measure), values in groups.items():
        known = measure != "not known"
        numbers: Iterable[Decimal | None] = (
            [*five(values, measure), *mean_and_sd(values, measure)] if known else [None] * 7
        )
        head = {"agent": name, "combination": key, "measure": measure, "unit": UNITS.get(measure)}
        if by == "agent":
            del head["combination"]
        figures = dict(zip(("min", "q1", "median", "q3", "max", "mean", "sd"), numbers, strict=True))
        rows.append({**head, "ingredients": len(values), **figures})
    order = ("agent", "unit", "ingredients", "combination", "measure")
    return sorted(
        rows,
        key=lambda row: [
            {"unit": row["unit"] is None, "ingredients": -row["ingredients"]}.get(each, row.get(each, ""))
            for each in order
        ],
    )


def period_of(at: datetime | Around, period: str) -> str:
    """The name of the period."""
    if period == "year":
        return str(at.year)
    if at.month is None:
        return f"{at.year} (month not known)"
    return f"{at.year}-{at.month:02d}" if period == "month" else f"{at.year}-Q{-(-at.month // 3)}"


def by_doctor(records: list[Prescription], period: str | None) -> Rows:
    """Count by doctor, and period."""
    counts = Counter((r.doctor, period_of(r.at, period) if period else "") for r in records)
    rows: Rows = [
        {"doctor": doctor, "period": when, "prescriptions": n, "share": four(Fraction(n, len(records)))}
        for (doctor, when), n in counts.items()
    ]
    if period:
        return sorted(rows, key=lambda row: (row["doctor"], row["period"]))
    rows = [{name: value for name, value in row.items() if name != "period"} for row in rows]
    return sorted(rows, key=lambda row: (-row["prescriptions"], row["doctor"]))


def by_period(records: list[Prescription], period: str) -> Rows:
    """Count by period."""
    counts = sorted(Counter(period_of(r.at, period) for r in records).items())
    return [{"period": k, "prescriptions": n, "share": four(Fraction(n, len(records)))} for k, n in counts]


def published(records: list[Prescription]) -> Rows:
    """Which combinations have been published."""
    rows = combinations(records, "agents", 2)
    for row in rows:
        found = published_for(row["combination"].split(" + "), Formulary.shipped().published)
        names = ("exact", "wider", "sharing")
        some = [name for name in names if getattr(found, name)]
        row["match"] = some[0] if some else "none"
        row["exact"], row["wider"] = (", ".join(f.id for f in getattr(found, name)) for name in names[:2])
        row["sharing"] = len(found.sharing)
    return rows
