"""What a question is asked about: the conditions, statements over them, and the trail of what was dropped."""

from __future__ import annotations

import attrs

from mesococktail.log.names import VOIDED
from mesococktail.research.answer import PRESCRIPTIONS, Column, Step, Value
from mesococktail.research.conditions import Filter
from mesococktail.research.source import Asked


@attrs.frozen
class Found:
    """What a question found out; the study adds where it comes from."""

    rows: tuple[dict[str, Value], ...]
    columns: tuple[Column, ...]
    counted: str
    steps: tuple[Step, ...]
    remarks: tuple[str, ...] = ()


@attrs.frozen
class Combined:
    """How many prescriptions have each combination."""

    counts: dict[str, int]
    """By the key of the combination."""
    agents: dict[str, tuple[str, ...]]
    """Sorted ids of the agents of each combination that the log ever had."""
    steps: tuple[Step, ...]

    @property
    def total(self) -> int:
        """How many prescriptions were counted."""
        return sum(self.counts.values())


@attrs.frozen
class Scope:
    """The conditions of a study while one question is asked."""

    asked: Asked
    filters: tuple[Filter, ...]
    include_voided: bool

    def where(self, *more: str) -> str:
        """Return the conditions, and *more*, as the end of a statement over ``fact_prescription AS p``."""
        return _where([*(each.sql for each in self.filters), *more])

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
        joined = "fact_prescription AS p JOIN fact_ingredient AS i ON i.prescription = p.key"
        return f"FROM {joined}{_where(tests)}"

    def steps(self, selected: int, voided: int, bare: int = 0) -> tuple[Step, ...]:
        """Return what was read and what was dropped.

        Args:
            selected: Prescriptions that meet every condition, voided or not.
            voided: How many of them are void.
            bare: How many of the others have no cocktail, where the question is about cocktails.
        """
        read = self._number(0) if self.filters else selected
        steps = [Step(PRESCRIPTIONS, "read", 0, read)]
        for place, each in enumerate(self.filters, start=1):
            left = selected if place == len(self.filters) else self._number(place)
            steps.append(Step(PRESCRIPTIONS, f"not: {each.said}", steps[-1].left - left, left))
        dropped = (("voided", 0 if self.include_voided else voided), ("without a cocktail", bare))
        for what, number in dropped:
            if number:
                steps.append(Step(PRESCRIPTIONS, what, number, steps[-1].left - number))
        return tuple(steps)

    def _number(self, conditions: int) -> int:
        """Count the prescriptions that meet the first so many conditions."""
        tests = [each.sql for each in self.filters[:conditions]]
        [(number,)] = self.asked.count(f"SELECT count(*) FROM fact_prescription AS p{_where(tests)}")
        return int(number)

    def combined(self) -> Combined:
        """Count the prescriptions of each combination, by walking one index where there is no condition."""
        counts: dict[str, int] = {}
        selected = voided = bare = 0
        for combination, status, number in self.asked.count(
            "SELECT c.combination, n.status, n.prescriptions FROM "
            "(SELECT p.combination AS combination, p.status AS status, count(*) AS prescriptions "
            f"FROM fact_prescription AS p{self.where()} GROUP BY p.combination, p.status) AS n "
            "LEFT JOIN dim_combination AS c ON c.id = n.combination"
        ):
            selected += number
            if status == VOIDED:
                voided += number
                if not self.include_voided:
                    continue
            if combination is None:
                bare += number
            else:
                counts[combination] = counts.get(combination, 0) + number
        agents: dict[str, list[str]] = {}
        for combination, agent in self.asked.count(
            "SELECT c.combination, a.agent FROM dim_combination_member AS m "
            "JOIN dim_combination AS c ON c.id = m.combination JOIN dim_agent AS a ON a.id = m.agent"
        ):
            agents.setdefault(combination, []).append(agent)
        members = {combination: tuple(sorted(ids)) for combination, ids in agents.items()}
        return Combined(counts, members, self.steps(selected, voided, bare))


def _where(tests: list[str]) -> str:
    return f" WHERE {' AND '.join(tests)}" if tests else ""
