"""Prescriptions by what they are for, and by what their agents are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.log.names import VOIDED
from mesococktail.research.answer import PRESCRIPTIONS, Column, Step
from mesococktail.research.attrition import dropping
from mesococktail.research.combinations import COUNT, SHARE, counted_rows
from mesococktail.research.figures import share
from mesococktail.research.scope import Found
from mesococktail.research.suppression import SUPPRESSED, Tally, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mesococktail.research.answer import Value
    from mesococktail.research.scope import Scope

INDICATION_COLUMNS = (Column("indication", "what is treated"), COUNT, SHARE)
STAGE_COLUMNS = (
    Column("scale", "the staging scale"),
    Column("version", "version of the scale; empty where it has none, or none is stated"),
    Column("stage", "the stage, as it was written"),
    COUNT,
    Column("share", "part of all prescriptions that state a stage", SHARE.unit),
)
_OVERLAPPING = (
    "a prescription counts once in each row that any of its agents is of, so that rows add up to more"
)
_AS_KNOWN = "the formulary named below says what its agents are; an agent that it does not know is nowhere"
CLASS_COLUMNS = (Column("class", "class of agents"), COUNT, SHARE)
PREMISE_COLUMNS = (Column("premise", "premise of hair loss that an agent is said to address"), COUNT, SHARE)


def by_indication(scope: Scope) -> Found:
    """Count the prescriptions for each indication."""
    terms = scope.asked.named("term")
    tally: Tally[str] = Tally()
    without = 0

    def add(number: int, key: tuple[Any, ...]) -> None:
        nonlocal without
        if key[0] is None:
            without += number
        else:
            tally.add(terms[key[0]], number, key)

    steps = _walked(scope, ("p.indication",), add)
    steps += _stating(scope, steps, "an indication", without, "p.indication IS NOT NULL")
    shown = scope.shown(tally, ("p.indication",), f"FROM fact_prescription AS p{scope.counted()}")
    return Found(counted_rows(shown, "indication"), INDICATION_COLUMNS, PRESCRIPTIONS, steps)


def _stating(scope: Scope, steps: tuple[Step, ...], what: str, without: int, states: str) -> tuple[Step, ...]:
    """Return that prescriptions were dropped that do not state something; none where all do."""
    counted, table = int(steps[-1].left), "FROM fact_prescription AS p"
    return dropping(
        PRESCRIPTIONS,
        counted,
        (f"without {what}", without, scope.patients(without, f"{table}{scope.counted(f'NOT ({states})')}")),
        people=scope.patients(counted - without, f"{table}{scope.counted(states)}"),
    )


def by_stage(scope: Scope) -> Found:
    """Count the prescriptions for each stage of each scale."""
    terms = scope.asked.named("term")
    columns = ("p.indication_scale", "coalesce(p.indication_version, '')", "coalesce(p.indication_stage, '')")
    tally: Tally[tuple[str, str, str]] = Tally()
    unstaged = 0

    def add(number: int, key: tuple[Any, ...]) -> None:
        nonlocal unstaged
        scale, version, stage = key
        if scale is None or not stage:
            unstaged += number
        else:
            tally.add((terms[scale], version, stage), number, key)

    steps = _walked(scope, columns, add)
    staged = "p.indication_scale IS NOT NULL AND coalesce(p.indication_stage, '') <> ''"
    steps += _stating(scope, steps, "a stage", unstaged, staged)
    source = f"FROM fact_prescription AS p{scope.counted('p.indication_scale IS NOT NULL')}"
    shown = scope.shown(tally, columns, source, lambda cell: (cell[:2], "all"))
    rows: list[dict[str, Value]] = [
        {
            "scale": scale,
            # Whatever somebody wrote may be of one record.
            "version": SUPPRESSED if version and number is None else version or None,
            "stage": SUPPRESSED if number is None else stage,
            "prescriptions": told(number),
            "share": share(number, shown.total),
        }
        # The hidden last, as their places would name them.
        for (scale, version, stage), number in sorted(
            shown.cells.items(), key=lambda item: (item[0][0], item[1] is None, item[0])
        )
    ]
    return Found(tuple(rows), STAGE_COLUMNS, PRESCRIPTIONS, steps)


def _walked(
    scope: Scope, columns: tuple[str, ...], add: Callable[[int, tuple[Any, ...]], None]
) -> tuple[Step, ...]:
    """Count prescriptions by some columns; hand on those that are counted, and return the steps."""
    order = ", ".join((*columns, "p.status"))
    selected = voided = 0
    for *key, status, number in scope.asked.count(
        f"SELECT {order}, count(*) FROM fact_prescription AS p{scope.where()} GROUP BY {order}"
    ):
        selected += number
        if status == VOIDED:
            voided += number
            if not scope.include_voided:
                continue
        add(number, tuple(key))
    return scope.steps(selected, voided)


def by_class(scope: Scope) -> Found:
    """Count the prescriptions that have an agent of each class."""
    agents = scope.asked.formulary.agents
    return _by_agents(
        scope, "class", CLASS_COLUMNS, lambda agent: agents[agent].classes if agent in agents else ()
    )


def by_premise(scope: Scope) -> Found:
    """Count the prescriptions that have an agent said to address each premise."""
    agents = scope.asked.formulary.agents
    return _by_agents(
        scope, "premise", PREMISE_COLUMNS, lambda agent: agents[agent].premises if agent in agents else ()
    )


def _by_agents(
    scope: Scope, name: str, columns: tuple[Column, ...], of: Callable[[str], Iterable[str]]
) -> Found:
    combined = scope.combined()
    tally: Tally[str] = Tally()
    for key, number in combined.tally.counts.items():
        for group in {each for agent in combined.agents[key] for each in of(agent)}:
            tally.add(group, number, *combined.tally.groups[key])
    total = scope.whole(combined)
    rows: tuple[dict[str, Value], ...] = tuple(
        {name: group, "prescriptions": told(number), "share": share(number, total)}
        for group, number in scope.of_combinations(tally).most_first()
    )
    return Found(rows, columns, PRESCRIPTIONS, combined.steps, (_OVERLAPPING, _AS_KNOWN))
