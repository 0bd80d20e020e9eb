"""Acts of every kind in any order, by two openings of one log, against a plain model of what it should say.

After every step the log is compared with the model; each run ends with everything verified, derived anew
and restored from an export. The machine itself is `tests/log/machine.py`.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING
from unittest import mock

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from mesococktail.log.names import ACTIVE
from tests.campaigns.campaign import Outcome
from tests.log.helpers import damaging
from tests.log.machine import LogMachine

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.campaigns.campaign import Size

TITLE = "Whatever is done in whatever order, the log and a plain model of it agree"
SIZES: dict[Size, dict[str, int]] = {
    "smoke": {"steps": 500},
    "ci": {"steps": 5_000},
    "release": {"steps": 100_000},
}
STEPS_OF_A_RUN = 50
RUNS_OF_A_SEED = 40
FEW_STEPS = 20
"""Enough in one run to meet what was broken on purpose."""
MOST_WRONG = 5
"""More than this and the log is simply wrong; each is made small before it is shown, which takes time."""


def run(steps: int, first_seed: int = 12) -> Outcome:
    """Take at least so many steps; what is wrong comes with its seed and the shortest way to it."""
    outcome = Outcome({"steps": 0, "runs": 0, "first seed": first_seed})
    number = first_seed
    while int(outcome.did["steps"]) < steps and len(outcome.wrong) < MOST_WRONG:
        missing = steps - int(outcome.did["steps"])
        runs = min(RUNS_OF_A_SEED, missing // STEPS_OF_A_RUN + 1)
        _drive(outcome, number, _machine(outcome), runs, STEPS_OF_A_RUN, Phase.shrink)
        outcome.did["last seed"] = number
        number += 1
    return outcome


def _machine(outcome: Outcome, sabotage: Callable[[LogMachine], object] | None = None) -> type[LogMachine]:
    class Machine(LogMachine):
        @invariant()
        def counted(self) -> None:
            outcome.count("steps")

        def whole(self) -> None:
            outcome.count("runs")
            if sabotage is not None:
                sabotage(self)
            super().whole()

    return Machine


def _drive(
    outcome: Outcome, number: int, machine: type[LogMachine], runs: int, steps: int, *more: Phase
) -> None:
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, *more),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(number)(machine), settings=how)
    except Exception as error:  # noqa: BLE001  # whatever differs, or is raised where nothing should be
        way = "\n".join(getattr(error, "__notes__", ()))
        outcome.wrong.append(f"seed {number}: {type(error).__name__}: {error}\n{way}")


def control() -> Outcome:
    """Break the log in several ways, each by itself; the machine must notice every one."""
    seen = {"a trigger is gone": _noticed(_drop_a_trigger)}
    for said, statement in _CHANGES.items():
        seen[said] = _noticed(partial(_change, statement))
    with mock.patch("mesococktail.log.log.VOIDED", ACTIVE):
        seen["void leaves the status"] = _noticed()
    wrong = [line for lines in seen.values() for line in lines]
    return Outcome({said: len(lines) for said, lines in seen.items()}, wrong if all(seen.values()) else [])


_CHANGES = {
    "a row is changed": "UPDATE fact_prescription SET at_month = at_month + 1",
    "a document is edited": "UPDATE payload SET document = replace(document, 'P-', 'Q-')",
}


def _noticed(sabotage: Callable[[LogMachine], object] | None = None) -> list[str]:
    outcome = Outcome()
    _drive(outcome, 1, _machine(outcome, sabotage), RUNS_OF_A_SEED, FEW_STEPS)
    return outcome.wrong


def _drop_a_trigger(machine: LogMachine) -> None:
    with closing(sqlite3.connect(machine.path)) as connection:
        connection.execute("DROP TRIGGER entry_no_update")


def _change(statement: str, machine: LogMachine) -> None:
    with damaging(machine.path) as connection:
        connection.execute(statement)
