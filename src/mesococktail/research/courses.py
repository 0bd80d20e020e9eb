"""How many sessions were given of those that were planned."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from mesococktail.log.names import VOIDED
from mesococktail.research.answer import PRESCRIPTIONS, SESSIONS, Column
from mesococktail.research.attrition import trail
from mesococktail.research.combinations import COMBINATION, COUNT
from mesococktail.research.figures import PLACES, five_numbers, share
from mesococktail.research.scope import Found
from mesococktail.research.suppression import SUPPRESSED, Tally, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mesococktail.research.answer import Step, Value
    from mesococktail.research.scope import Scope
    from mesococktail.research.source import Asked, Row

GIVEN = ("given", "partly", "not_given")
"""What became of a session: the codes of a record."""

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


def sessions(scope: Scope) -> Found:
    """Compare the sessions that were given with those that were planned, for each combination."""
    steps = scope.combined().steps
    named = scope.asked.named("combination")
    whole: Tally[str] = Tally()
    parts: Counter[tuple[str, str]] = Counter()
    behind: Tally[tuple[str, str]] = Tally()
    had: dict[str, Counter[int]] = defaultdict(Counter)
    for combination, fewest, most, *given, number in _lines(scope):
        name, counted = named[combination], dict(zip(GIVEN, given, strict=True))
        done = counted["given"] + counted["partly"]
        followed = _UNPLANNED if fewest is None else _COMPLETED if done >= fewest else _UNCOMPLETED
        group = combination, followed, *(int(times > 0) for times in given)
        whole.add(name, number, group)
        had[name][done] += number
        cells = {what: times * number for what, times in counted.items()}
        if fewest is None:
            cells["unplanned"] = number
        else:
            cells |= {"with_plan": number, "planned_fewest": fewest * number, "planned_most": most * number}
            cells["completed" if done >= fewest else "uncompleted"] = number
        for what, records in cells.items():
            if records:
                parts[name, what] += records
                behind.add((name, what), number, group)
    beside = f"fact_prescription AS p LEFT JOIN ({_had(scope)}) AS h ON h.key = p.key"
    source = f"FROM {beside}{scope.counted(_COUNTED)}"

    def shown(name: str, *cells: str) -> list[int | None]:
        """Return counts of a combination, all of which may be shown; none of them otherwise."""
        numbers = [
            scope.guard.number(parts[name, what], scope.people_behind(behind, (name, what), _GROUP, source))
            for what in cells
        ]
        return [None] * len(cells) if None in numbers else numbers

    rows = tuple(
        _row(shown, name, number, had[name])
        for name, number in scope.shown(whole, _GROUP, source).most_first()
    )
    left = sum(number for (_, what), number in parts.items() if what in GIVEN)
    return Found(rows, SESSION_COLUMNS, PRESCRIPTIONS, steps + _steps(scope, left), _REMARKS, dose=None)


_PLAN = ("coalesce(p.plan_fewest, p.plan_stated)", "coalesce(p.plan_most, p.plan_stated)")
_COUNTED = "p.combination IS NOT NULL"
_UNPLANNED, _UNCOMPLETED, _COMPLETED = range(3)
_GROUP = (
    "p.combination",
    f"CASE WHEN {_PLAN[0]} IS NULL THEN {_UNPLANNED} "
    f"WHEN coalesce(h.given + h.partly, 0) >= {_PLAN[0]} THEN {_COMPLETED} ELSE {_UNCOMPLETED} END",
    *(f"CASE WHEN h.{code} > 0 THEN 1 ELSE 0 END" for code in GIVEN),
)
"""What tells apart who stands behind a number: how the plan was followed, and which sessions there were."""


def _had(scope: Scope) -> str:
    """Return the statement that says of each prescription with sessions how many there were of each kind."""
    prescription = scope.asked.picture.linked("n.prescription")
    counts = ", ".join(
        f"count(CASE WHEN s.given IN {scope.asked.numbers('term', [code])} THEN 1 END) AS {code}"
        for code in GIVEN
    )
    numbers = ", ".join(f"max(n.{code}) AS {code}" for code in GIVEN)
    # Grouped once more, though each is one row: of what was only joined SQLite makes no index, and would look
    # through all of it for each prescription.
    return (
        f"SELECT {prescription.key} AS key, {numbers} FROM "
        f"(SELECT s.prescription AS prescription, {counts} FROM fact_session AS s "
        f"WHERE s.status <> {VOIDED} GROUP BY s.prescription) AS n{prescription.join} "
        f"GROUP BY {prescription.key}"
    )


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
    counts = ", ".join(f"h.{code}" for code in GIVEN)
    for *line, number in asked.count(
        f"SELECT {planned}, {counts}, count(*) FROM ({_had(scope)}) AS h "
        f"JOIN fact_prescription AS p ON p.key = +h.key{where} GROUP BY {planned}, {counts}"
    ):
        left[tuple(line[:3])] -= number
        yield *line, number
    for rest, number in left.items():
        if number:
            yield *rest, 0, 0, 0, number


def _row(
    shown: Callable[..., list[int | None]], name: str, number: int | None, had: Mapping[int, int]
) -> dict[str, Value]:
    row: dict[str, Value] = dict.fromkeys((column.name for column in SESSION_COLUMNS), SUPPRESSED)
    row["combination"] = name
    if number is None:
        return row
    # What a part leaves of the whole could be told from both, so neither is shown if one is of few; sessions
    # given whole and in part are counted together elsewhere.
    planned, _, fewest, most = shown(name, "with_plan", "unplanned", "planned_fewest", "planned_most")
    completed, _ = (None, None) if planned is None else shown(name, "completed", "uncompleted")
    counts = sorted(had)
    _, *quartiles, _ = five_numbers(counts, [had[count] for count in counts], 1)
    values: list[Value] = [
        name,
        number,
        *map(told, (planned, fewest, most)),
        *map(told, (*shown(name, *GIVEN[:2]), *shown(name, GIVEN[2]))),
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
    rest = read - voided - left
    where = f"FROM fact_session AS s WHERE s.status = {VOIDED}"
    kept = f"FROM {prescribed(scope)}{scope.counted(_COUNTED, f's.status <> {VOIDED}')}"
    return trail(
        SESSIONS,
        read,
        ("voided", voided, scope.patients(voided, where, SESSIONS)),
        ("of no prescription that is counted", rest, scope.patients(rest, uncounted(scope), SESSIONS)),
        people=scope.patients(left, kept, SESSIONS),
    )


def prescribed(scope: Scope) -> str:
    """Return where sessions ``s`` come from with the prescriptions ``p`` that they carry out.

    The sign keeps SQLite from taking what is asked of ``p.key`` for a condition on the link: it would look
    there for each of a hundred thousand prescriptions with some agent, for each session.
    """
    prescription = scope.asked.picture.linked("s.prescription")
    return f"fact_session AS s{prescription.join} JOIN fact_prescription AS p ON p.key = +{prescription.key}"


def uncounted(scope: Scope, *tests: str) -> str:
    """Return where sessions come from whose prescriptions are not counted, from FROM on."""
    counted = f"SELECT p.key AS key FROM fact_prescription AS p{scope.counted(_COUNTED)}"
    where = " AND ".join((f"s.status <> {VOIDED}", "c.key IS NULL", *tests))
    prescription = scope.asked.picture.linked("s.prescription", or_none=True)
    return (
        f"FROM fact_session AS s{prescription.join} "
        f"LEFT JOIN ({counted}) AS c ON c.key = {prescription.key} WHERE {where}"
    )


def was_given(asked: Asked) -> tuple[str, str]:
    """Return the conditions on sessions ``s`` that were given, whole or in part."""
    return f"s.status <> {VOIDED}", f"s.given IN {asked.numbers('term', GIVEN[:2])}"
