"""What may leave a clinic: counts of few are hidden and the rest rounded, so that nothing follows from it.

A count may be shown only if it is of enough records *and* of enough patients: eight prescriptions may be
those of one person.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from mesococktail.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

SUPPRESSED = "suppressed"
"""Stands in an answer for a number that must not be shown: it is neither zero nor nothing."""
LEAST = 8
"""Counts below this are suppressed unless a larger threshold is set; a smaller one cannot be."""
ROUNDED_TO = 5
EXACT = "not for publication: exact counts of one clinic"

Cell = TypeVar("Cell", bound="Hashable")
Group = tuple[int | str, ...]
"""What a statement groups by: the numbers of doctor and month, say. A cell is of one or several groups."""


def least_given(given: object) -> int | None:
    """Return the threshold that is kept to, at least what was asked for; None for exact counts.

    It rises in the steps of the rounding (8, 13, 18 …): from where a count disappears as it is raised one by
    one, the exact count could be told.

    Raises:
        QuestionError: It is no whole number, or lower than `LEAST`.
    """
    if given is None:
        return None
    if type(given) is int and given >= LEAST:
        return given + (LEAST - given) % ROUNDED_TO
    raise QuestionError(
        f"must be a whole number from {LEAST}: it can be raised, not lowered",
        path="suppress_below",
        got=given,
    )


@attrs.frozen
class People:
    """Which patients stand behind each group; those of a group of many need not be known one by one."""

    few: dict[Group, frozenset[int]]
    """Patients of the groups that have fewer than are needed; every other group has enough."""
    enough: int

    def number(self, groups: Iterable[Group]) -> int:
        """Return how many different patients some groups have together, as far as it matters."""
        together: set[int] = set()
        for group in groups:
            if group not in self.few:
                return self.enough
            together |= self.few[group]
            if len(together) >= self.enough:
                break
        return len(together)


@attrs.frozen
class Tally(Generic[Cell]):
    """Counts of an answer's cells, and of which groups of records each is made."""

    counts: dict[Cell, int] = attrs.field(factory=dict)
    groups: dict[Cell, set[Group]] = attrs.field(factory=lambda: defaultdict(set))

    def add(self, cell: Cell, number: int, *groups: Group) -> None:
        """Count more records of a cell."""
        self.counts[cell] = self.counts.get(cell, 0) + number
        self.groups[cell].update(groups)

    @property
    def total(self) -> int:
        """The sum of all cells."""
        return sum(self.counts.values())


@attrs.frozen
class Shown(Generic[Cell]):
    """The cells of an answer as they may be shown: None for a suppressed one."""

    cells: dict[Cell, int | None]
    total: int
    """Sum of what is shown, so that nothing hidden follows from it."""

    def most_first(self) -> list[tuple[Cell, int | None]]:
        """Return cells and counts: the largest first, the suppressed last, equal ones in order."""
        return sorted(self.cells.items(), key=lambda item: (item[1] is None, -(item[1] or 0), item[0]))


def _one_line(_: object) -> tuple[Hashable, ...]:
    return ("all",)


def _not_known(_: int) -> bool:
    return False


@attrs.frozen
class Guard:
    """Decides what of an answer may be shown. Without a threshold that is everything, exactly."""

    least: int | None = None

    def shown(
        self,
        tally: Tally[Cell],
        people: Callable[[], People],
        lines: Callable[[Cell], Iterable[Hashable]] = _one_line,
        enough: Callable[[int], bool] = _not_known,
    ) -> Shown[Cell]:
        """Return counts as they may be shown.

        Args:
            tally: The true counts.
            people: Finds out who stands behind them; asked only where something may have to be hidden.
            lines: The rows and columns of a table that a cell lies in, whose sums a reader may know: where
                one cell of a line is hidden, or all hidden ones together are few, another is hidden too.
            enough: Whether the records of one cell are so many that they are certainly of enough patients.
        """
        if self.least is None:
            return Shown(dict(tally.counts), tally.total)
        known, least = cache(people), self.least

        def few(cells: Iterable[Cell]) -> bool:
            some = tuple(cells)
            counts = [tally.counts[cell] for cell in some]
            if sum(counts) < least or enough(max(counts)):
                return sum(counts) < least
            groups = {group for cell in some for group in tally.groups[cell]}
            return known().number(groups) < least

        hidden = {cell for cell in tally.counts if few((cell,))}
        _hide_more(tally.counts, hidden, lines, few)
        cells = {cell: None if cell in hidden else rounded(n) for cell, n in tally.counts.items()}
        return Shown(cells, sum(number for number in cells.values() if number is not None))

    def number(self, number: int, people: int | None = None) -> int | None:
        """Return a single count as it may be shown; None if it may not.

        Args:
            number: The true count.
            people: How many patients stand behind it; as many as it counts when left out.
        """
        if self.least is None:
            return number
        few = 0 < number < self.least or (people is not None and number and people < self.least)
        return None if few else rounded(number)

    @property
    def notice(self) -> str:
        """What an answer says of itself."""
        if self.least is None:
            return EXACT
        return (
            f"counts of fewer than {self.least} records or patients are suppressed, and others where these "
            f"would follow from them; the rest are rounded to {ROUNDED_TO}, totals are sums of what is shown"
        )


def _hide_more(
    counts: Mapping[Cell, int],
    hidden: set[Cell],
    lines: Callable[[Cell], Iterable[Hashable]],
    few: Callable[[Iterable[Cell]], bool],
) -> None:
    """Hide further cells until no line lets what is hidden in it be told from its sum."""
    table: dict[Hashable, list[Cell]] = {}
    for cell in sorted(counts, key=lambda cell: (counts[cell], cell)):
        for line in lines(cell):
            table.setdefault(line, []).append(cell)
    changed = bool(hidden)
    while changed:
        changed = False
        for cells in table.values():
            secret = [cell for cell in cells if cell in hidden]
            open_ = [cell for cell in cells if cell not in hidden]
            if secret and open_ and (len(secret) == 1 or few(secret)):
                hidden.add(open_[0])
                changed = True


def rounded(number: int) -> int:
    """Return a count rounded to `ROUNDED_TO`."""
    return (number + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def told(number: int | None) -> int | str:
    """Return a number, or what stands for one that may not be shown."""
    return SUPPRESSED if number is None else number
