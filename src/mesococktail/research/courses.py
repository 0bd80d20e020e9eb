"""How many sessions were given of those that were planned."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from mesococktail.log.names import VOIDED
from mesococktail.research.answer import PRESCRIPTIONS, Column
from mesococktail.research.combinations import COMBINATION, COUNT
from mesococktail.research.figures import PLACES, five_numbers, share
from mesococktail.research.parts import trail
from mesococktail.research.scope import NOTHING, Found
from mesococktail.research.suppression import SUPPRESSED, Tally, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mesococktail.research.answer import Step, Value
    from mesococktail.research.scope import Scope
    from mesococktail.research.source import Row

SESSIONS = "sessions"
GIVEN = ("given", "partly", "not_given")
"""What became of a session: the codes of a record."""
PRESCRIBED = (
    "fact_session AS s JOIN entry AS e ON e.id = s.prescription AND e.version = 1 "
    "JOIN fact_prescription AS p ON p.key = +e.seq"
)
"""Sessions ``s`` with the prescriptions ``p`` that they carry out, in a log as in an export.

The sign keeps SQLite from taking what is asked of ``p.key`` for a condition on ``e`` too: it would look there
for each of a hundred thousand prescriptions with some agent, for each session.
"""

SESSION_COLUMNS = (
    COMBINATION,
    COUNT,
    Column("with_plan", "how many of them have a plan that says how many sessions", PRESCRIPTIONS),
    Column("planned_fewest", "sessions these plans add up to, at the fewest", SESSIONS),
    Column("planned_most", "sessions these plans add up to, at the most", SESSIONS),
    Column("given", "sessions given whole, with or without a plan", SESSIONS),
    Column("partly", "sessions given in part", SESSIONS),
    Column("not_given", "sessions recorded as not given", SESSIONS),
    Column("completed", "of those with a plan, how many had at least the fewest sessions", PRESCRIPTIONS),
    Column(
        "completed_share", "part of those with a plan; none where none has one", f"of 1, to {PLACES} places"
    ),
    Column("given_q1", "lower quartile of the sessions of a prescription", SESSIONS),
    Column("given_median", "half of the prescriptions had fewer, half more", SESSIONS),
    Column("given_q3", "upper quartile", SESSIONS),
)
_REMARKS = (
    "a session given in part counts as given; a course that goes on counts as it stands",
    "planned is what a plan adds up to or, where it does not say, the total stated beside it",
)
_GROUP = ("combination", "fewest", "most", *GIVEN)


def sessions(scope: Scope) -> Found:
    """Compare the sessions that were given with those that were planned, for each combination."""
    steps = scope.combined().steps
    named = scope.asked.named("combination")
    whole: Tally[str] = Tally()
    parts: Tally[tuple[str, str]] = Tally()
    had: dict[str, Counter[int]] = defaultdict(Counter)
    each = _each(scope)
    columns = [f"q.{name}" for name in _GROUP]
    for *line, number in _lines(scope):
        combination, fewest, most, *given = line
        name, group = named[combination], tuple(NOTHING if cell is None else cell for cell in line)
        whole.add(name, number, group)
        counted = dict(zip(GIVEN, given, strict=True))
        done = counted["given"] + counted["partly"]
        had[name][done] += number
        cells = {what: times * number for what, times in counted.items()}
        if fewest is None:
            cells["unplanned"] = number
        else:
            cells |= {"with_plan": number, "planned_fewest": fewest * number, "planned_most": most * number}
            cells["completed" if done >= fewest else "uncompleted"] = number
        for what, records in cells.items():
            if records:
                parts.add((name, what), records, group)
    source = f"FROM ({each}) AS q JOIN fact_prescription AS p ON p.key = q.prescription"

    def shown(name: str, *cells: str) -> list[int | None]:
        """Return counts of a combination, all of which may be shown; none of them otherwise."""
        numbers = [
            scope.guard.number(
                parts.counts.get((name, what), 0),
                None
                if scope.guard.least is None
                else scope.people(columns, source).number(parts.groups.get((name, what), ())),
            )
            for what in cells
        ]
        return [None] * len(cells) if None in numbers else numbers

    rows = tuple(
        _row(shown, name, number, had[name])
        for name, number in scope.shown(whole, columns, source).most_first()
    )
    left = sum(number for (_, what), number in parts.counts.items() if what in GIVEN)
    return Found(rows, SESSION_COLUMNS, PRESCRIPTIONS, steps + _steps(scope, left), _REMARKS, dose=None)


def _counts(scope: Scope) -> str:
    return ", ".join(
        f"count(CASE WHEN s.given IN {scope.asked.numbers('term', [code])} THEN 1 END) AS {code}"
        for code in GIVEN
    )


_PLAN = ("coalesce(p.plan_fewest, p.plan_stated)", "coalesce(p.plan_most, p.plan_stated)")
_COUNTED = "p.combination IS NOT NULL"


def _lines(scope: Scope) -> Iterator[Row]:
    """Yield how many prescriptions of a combination and plan had so many sessions of each kind.

    Prescriptions with sessions are found from these, of which there are fewer; the others are what is left.
    """
    asked, planned = scope.asked, f"p.combination, {', '.join(_PLAN)}"
    where = scope.counted(_COUNTED)
    left: dict[Row, int] = {}
    for *plan, number in asked.count(
        f"SELECT {planned}, count(*) FROM fact_prescription AS p{where} GROUP BY {planned}"
    ):
        left[tuple(plan)] = number
    had = (
        f"SELECT s.prescription AS prescription, {_counts(scope)} FROM fact_session AS s "
        f"WHERE s.status <> {VOIDED} GROUP BY s.prescription"
    )
    counts = ", ".join(f"h.{code}" for code in GIVEN)
    for *line, number in asked.count(
        f"SELECT {planned}, {counts}, count(*) FROM ({had}) AS h "
        "JOIN entry AS e ON e.id = h.prescription AND e.version = 1 "
        f"JOIN fact_prescription AS p ON p.key = +e.seq{where} GROUP BY {planned}, {counts}"
    ):
        left[tuple(line[:3])] -= number
        yield *line, number
    for rest, number in left.items():
        if number:
            yield *rest, 0, 0, 0, number


def _each(scope: Scope) -> str:
    """Return the statement that says of each prescription what was planned and what became of it."""
    return (
        f"SELECT p.key AS prescription, p.combination AS combination, "
        f"{_PLAN[0]} AS fewest, {_PLAN[1]} AS most, {_counts(scope)} "
        "FROM fact_prescription AS p JOIN entry AS e ON e.seq = p.key "
        f"LEFT JOIN fact_session AS s ON s.prescription = e.id AND s.status <> {VOIDED}"
        f"{scope.counted(_COUNTED)} "
        "GROUP BY p.key, p.combination, p.plan_fewest, p.plan_most, p.plan_stated"
    )


def _row(
    shown: Callable[..., list[int | None]], name: str, number: int | None, had: Mapping[int, int]
) -> dict[str, Value]:
    row: dict[str, Value] = dict.fromkeys((column.name for column in SESSION_COLUMNS), SUPPRESSED)
    row["combination"] = name
    if number is None:
        return row
    # What a part leaves of the whole could be told from both, so neither is shown if one is of few.
    planned, _, fewest, most = shown(name, "with_plan", "unplanned", "planned_fewest", "planned_most")
    completed, _ = (None, None) if planned is None else shown(name, "completed", "uncompleted")
    counts = sorted(had)
    _, *quartiles, _ = five_numbers(counts, [had[count] for count in counts], 1)
    values: list[Value] = [
        name,
        number,
        *map(told, (planned, fewest, most)),
        *(told(shown(name, how)[0]) for how in GIVEN),
        told(completed),
        None if planned == 0 else share(completed, planned),
        *quartiles,
    ]
    return dict(zip(row, values, strict=True))


def _steps(scope: Scope, left: int) -> tuple[Step, ...]:
    """Return which sessions were read and which were dropped."""
    counts: dict[int, int] = dict(
        scope.asked.count("SELECT s.status, count(*) FROM fact_session AS s GROUP BY s.status"),
    )
    read, voided = sum(counts.values()), counts.get(VOIDED, 0)
    dropped = ("of no prescription that is counted", read - voided - left)
    return trail(SESSIONS, read, ("voided", voided), dropped)
