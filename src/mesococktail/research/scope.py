"""What a question is asked about: the conditions, statements over them, and the trail of what was dropped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs

from mesococktail.log.names import VOIDED
from mesococktail.research.answer import EVENTS, INGREDIENTS, PRESCRIPTIONS, SESSIONS, Column, Step, Value
from mesococktail.research.conditions import Filter
from mesococktail.research.source import Asked
from mesococktail.research.suppression import Group, Guard, People, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import TypeVar

    from mesococktail.research.suppression import Shown

    Cell = TypeVar("Cell", bound=Hashable)

WITH_INGREDIENTS = "fact_prescription AS p JOIN fact_ingredient AS i ON i.prescription = p.key"
_BARE = "p.combination IS NULL"
_TABLES = {
    PRESCRIPTIONS: "fact_prescription",
    SESSIONS: "fact_session",
    EVENTS: "fact_adverse_event",
}
_PATIENTS = {PRESCRIPTIONS: "p.patient", INGREDIENTS: "p.patient", SESSIONS: "s.patient", EVENTS: "a.patient"}
"""The column of the patient where records are counted."""
NOTHING = -1
"""Stands for NULL where groups are compared, as nothing equals NULL."""
_ENDINGS = 16
"""How many times as many endings of numbers as patients are needed, so that many hardly ever share few."""


@attrs.frozen
class Found:
    """What a question found out; the study adds where it comes from."""

    rows: tuple[dict[str, Value], ...]
    columns: tuple[Column, ...]
    counted: str
    steps: tuple[Step, ...]
    remarks: tuple[str, ...] = ()
    dose: str | None = "prescribed"
    """Which dose it speaks of, if any."""


@attrs.frozen
class Combined:
    """How many prescriptions have each combination, by its key."""

    tally: Tally[str]
    """Each of one group or several: the combination's number in each log."""
    agents: dict[str, tuple[str, ...]]
    """Sorted ids of the agents of each combination that the log ever had."""
    steps: tuple[Step, ...]


@attrs.frozen
class Scope:
    """The conditions of a study while one question is asked."""

    asked: Asked
    filters: tuple[Filter, ...]
    guard: Guard
    include_voided: bool
    _people: dict[str, People] = attrs.field(factory=dict, init=False, repr=False)
    """What was found out about who stands behind groups, by the statement."""
    _most: dict[str, int] = attrs.field(factory=dict, init=False, repr=False)
    """How many records of a sort one patient has at most."""

    def where(self, *more: str) -> str:
        """Return the conditions, and *more*, as the end of a statement over ``fact_prescription AS p``."""
        return _where([*(each.sql for each in self.filters), *more])

    def counted(self, *more: str) -> str:
        """Return the same, without what is void unless that is to be counted."""
        return self.where(*([] if self.include_voided else [f"p.status <> {VOIDED}"]), *more)

    def of_ingredients(self, *more: str) -> str:
        """Return where the ingredients ``i`` of the prescriptions come from, from FROM on.

        Without conditions that is the table of ingredients alone, which knows for itself what is void.
        """
        tests = [
            *(each.sql for each in self.filters),
            *([] if self.include_voided else ["i.voided = 0"]),
            *more,
        ]
        if not self.filters:
            return f"FROM fact_ingredient AS i{_where(tests)}"
        return f"FROM {WITH_INGREDIENTS}{_where(tests)}"

    def shown(
        self,
        tally: Tally[Cell],
        columns: Sequence[str],
        source: str,
        lines: Callable[[Cell], Iterable[Hashable]] | None = None,
        of: str = PRESCRIPTIONS,
    ) -> Shown[Cell]:
        """Return counts as they may be shown.

        Args:
            tally: The true counts; a cell counts no record twice.
            columns: What its groups are made of, in SQL.
            source: Where prescriptions ``p`` and what else the columns name come from, from FROM on.
            lines: As in `Guard.shown`.
            of: What is counted.
        """
        more = {} if lines is None else {"lines": lines}
        people, enough = partial(self.people, columns, source), partial(self.are_enough, of=of)
        return self.guard.shown(tally, people, enough=enough, **more)

    def are_enough(self, number: int, of: str = PRESCRIPTIONS) -> bool:
        """Whether so many records are certainly of enough patients, as none has so large a part of them.

        True of most cells of a large log, so that their patients need not be counted for each.
        """
        return number >= (self.guard.least or 0) * self._most_of_one(of)

    def _most_of_one(self, of: str) -> int:
        """Return how many records one patient has at most, asking for it once."""
        if of not in self._most:
            if of == INGREDIENTS:
                [(last,)] = self.asked.count("SELECT max(i.position) FROM fact_ingredient AS i")
                most = 0 if last is None else (last + 1) * self._most_of_one(PRESCRIPTIONS)
            else:
                each = f"SELECT count(*) AS records FROM {_TABLES[of]} AS t GROUP BY t.patient"
                [(most,)] = self.asked.count(f"SELECT max(n.records) FROM ({each}) AS n")
            self._most[of] = most or 0
        return self._most[of]

    def people(self, columns: Sequence[str], source: str) -> People:
        """Find out which patients stand behind groups, one by one only where they may be few."""
        least = self.guard.least or 0
        names = [f"g{place}" for place in range(len(columns))]
        # A column of texts says for itself what stands for NULL.
        parts = [
            column if column.startswith("coalesce(") else f"coalesce({column}, {NOTHING})"
            for column in columns
        ]
        named = ", ".join(f"{part} AS {name}" for part, name in zip(parts, names, strict=True))
        grouped = ", ".join(f"e.{name}" for name in names)

        def few(who: str) -> tuple[str, str]:
            each = f"SELECT {named}, {who} AS patient {source} GROUP BY {', '.join([*parts, who])}"
            return each, f"SELECT {grouped} FROM e GROUP BY {grouped} HAVING count(*) < {least}"

        # As many different endings of their numbers are as many patients at least, and far cheaper to find.
        each, of_few = few(self._ending("p.patient"))
        sql = f"WITH e AS ({each}) {of_few}"
        if sql in self._people:
            return self._people[sql]
        found: dict[Group, set[int]] = {}
        if any(True for _ in self.asked.count(sql)):
            each, of_few = few("p.patient")
            same = " AND ".join(f"f.{name} = e.{name}" for name in names)
            for *group, patient in self.asked.count(
                f"WITH e AS ({each}) SELECT {grouped}, e.patient FROM e JOIN ({of_few}) AS f ON {same}"
            ):
                found.setdefault(tuple(group), set()).add(patient)
        few_of = {group: frozenset(patients) for group, patients in found.items()}
        self._people[sql] = People(few_of, least)
        return self._people[sql]

    def people_behind(
        self, tally: Tally[Cell], cell: Cell, columns: Sequence[str], source: str, of: str = PRESCRIPTIONS
    ) -> int | None:
        """Return how many patients stand behind one cell, as far as it matters; None where it does not.

        The arguments are those of `shown`.
        """
        if self.guard.least is None:
            return None
        if cell not in tally.counts:
            return 0
        if self.are_enough(tally.counts[cell], of):
            return self.guard.least
        return self.people(columns, source).number(tally.groups[cell])

    def steps(self, selected: int, voided: int, bare: int = 0) -> tuple[Step, ...]:
        """Return what was read and what was dropped.

        Args:
            selected: Prescriptions that meet every condition, voided or not.
            voided: How many of them are void.
            bare: How many of the others have no cocktail, where the question is about cocktails.
        """
        left = self._number(0) if self.filters else selected
        steps = [Step(PRESCRIPTIONS, "read", 0, left)]

        def drop(why: str, number: int, source: str) -> None:
            nonlocal left
            left -= number
            steps.append(Step(PRESCRIPTIONS, why, number, left, people=self.patients(number, source)))

        for place, each in enumerate(self.filters):
            left_then = selected if place + 1 == len(self.filters) else self._number(place + 1)
            drop(f"not: {each.said}", left - left_then, self._unmet(place))
        if voided and not self.include_voided:
            drop("voided", voided, self._first(len(self.filters), f"p.status = {VOIDED}"))
        if bare:
            drop("without a cocktail", bare, f"FROM fact_prescription AS p{self.counted(_BARE)}")
        kept = self.counted(*([f"NOT {_BARE}"] if bare else []))
        steps[-1] = attrs.evolve(
            steps[-1], left_people=self.patients(left, f"FROM fact_prescription AS p{kept}")
        )
        return tuple(steps)

    def _number(self, conditions: int) -> int:
        """Count the prescriptions that meet the first so many conditions."""
        [(number,)] = self.asked.count(f"SELECT count(*) {self._first(conditions)}")
        return int(number)

    def _first(self, conditions: int, *more: str) -> str:
        """Return where the prescriptions come from that meet the first so many conditions, from FROM on."""
        return (
            f"FROM fact_prescription AS p{_where([*(each.sql for each in self.filters[:conditions]), *more])}"
        )

    def _unmet(self, place: int) -> str:
        """Return where those come from that meet every condition before one, and not that, from FROM on.

        Joined and not denied, as an engine may look through all that meet it for each that does not.
        """
        met = f"SELECT p.key AS key {self._first(place + 1)}"
        tests = [*(each.sql for each in self.filters[:place]), "c.key IS NULL"]
        return f"FROM fact_prescription AS p LEFT JOIN ({met}) AS c ON c.key = p.key{_where(tests)}"

    def patients(self, number: int, source: str, of: str = PRESCRIPTIONS, *, less: int = 0) -> int:
        """Return how many patients records are of at least, as far as it matters to what may be shown.

        Args:
            number: How many records there are.
            source: Where the records come from, and maybe others, from FROM on.
            of: What they are.
            less: How many patients have only others, at most.
        """
        least = self.guard.least
        if least is None or number < least:
            return 0
        if self.are_enough(number, of):
            return least
        patients, who = 0, _PATIENTS[of]
        for column in (self._ending(who), who):
            [(patients,)] = self.asked.count(f"SELECT count(DISTINCT {column}) {source}")
            if patients - less >= least:
                break
        return int(patients) - less

    def _ending(self, who: str) -> str:
        """Return what a patient's number ends in, in SQL."""
        return f"({who} & {(1 << ((self.guard.least or 0) * _ENDINGS).bit_length()) - 1})"

    def combined(self) -> Combined:
        """Count the prescriptions of each combination, by walking one index where there is no condition."""
        tally: Tally[str] = Tally()
        selected = voided = bare = 0
        for number, combination, status, prescriptions in self.asked.count(
            "SELECT n.combination, c.combination, n.status, n.prescriptions FROM "
            "(SELECT p.combination AS combination, p.status AS status, count(*) AS prescriptions "
            f"FROM fact_prescription AS p{self.where()} GROUP BY p.combination, p.status) AS n "
            "LEFT JOIN dim_combination AS c ON c.id = n.combination"
        ):
            selected += prescriptions
            if status == VOIDED:
                voided += prescriptions
                if not self.include_voided:
                    continue
            if combination is None:
                bare += prescriptions
            else:
                tally.add(combination, prescriptions, (number,))
        agents: dict[str, set[str]] = {}
        for combination, agent in self.asked.count(
            "SELECT c.combination, a.agent FROM dim_combination_member AS m "
            "JOIN dim_combination AS c ON c.id = m.combination JOIN dim_agent AS a ON a.id = m.agent"
        ):
            agents.setdefault(combination, set()).add(agent)
        members = {combination: tuple(sorted(ids)) for combination, ids in agents.items()}
        return Combined(tally, members, self.steps(selected, voided, bare))

    def of_combinations(self, tally: Tally[Cell]) -> Shown[Cell]:
        """Return counts of prescriptions, made of groups as `combined` has them, as they may be shown."""
        return self.shown(tally, ("p.combination",), f"FROM fact_prescription AS p{self.counted()}")

    def whole(self, combined: Combined) -> int | None:
        """Return how many prescriptions have a cocktail, as may be shown: rows that overlap are of it."""
        tally: Tally[str] = Tally()
        for key, number in combined.tally.counts.items():
            tally.add("", number, *combined.tally.groups[key])
        return self.of_combinations(tally).cells.get("", 0)


def _where(tests: list[str]) -> str:
    return f" WHERE {' AND '.join(tests)}" if tests else ""
