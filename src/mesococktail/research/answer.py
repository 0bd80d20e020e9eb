"""What a question returns: rows, what their columns mean, and everything needed to trust or repeat them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.research import frames
from mesococktail.research.suppression import Guard

if TYPE_CHECKING:
    from mesococktail.log import Receipt  # noqa: TC004  # attrs keeps the annotation as text; loading it would cost a question its start

Value = str | int | Decimal | None
"""What a row holds: a text, a count, an exact decimal, or None where there is nothing to say."""

WIDEST = 44
"""Letters of a column of words before they go on in the next line."""
PRESCRIPTIONS, INGREDIENTS, SESSIONS = "prescriptions", "ingredients", "sessions"
PATIENTS, EVENTS, OUTCOMES = "patients", "adverse events", "outcomes"
COUNTS = frozenset((PRESCRIPTIONS, INGREDIENTS, SESSIONS, PATIENTS, EVENTS))
"""What columns count."""


@attrs.frozen
class Column:
    """One column of an answer."""

    name: str
    meaning: str
    unit: str | None = None
    """Unit of its numbers; None for words."""


@attrs.frozen
class Step:
    """One step of the way from everything in the log to what was counted."""

    counted: str
    """What is counted here: prescriptions or ingredients."""
    what: str
    """Why some were dropped; for the first step of each kind, what was read."""
    dropped: int | str
    left: int | str
    """Numbers; or the word that stands for one that is suppressed."""
    people: int = attrs.field(default=0, repr=False, eq=False)
    """Patients that what was dropped is of, at least, where it has to be known whether they are enough."""
    left_people: int = attrs.field(default=0, repr=False, eq=False)
    """The same of what is left."""

    def __str__(self) -> str:
        if not self.dropped and self.what.startswith("read"):
            return f"{self.counted} {self.what}: {self.left}"
        return f"dropped {self.dropped} ({self.what}): {self.left} left"


@attrs.frozen
class LogRead:
    """A log that was counted."""

    number: int
    """Stands above the numbers of its records, where the records of several logs are counted; else 0."""
    clinic: str
    log: str
    """Id of the log."""
    head: Receipt
    """The newest entry at the moment of counting, or of the export; counts and head come from one picture."""
    made_with: str
    """Version of this library that counted, or made the export."""
    pseudonymised: bool = False
    """Whether its times were shifted and its people renamed when it was exported."""
    left_out: tuple[str, ...] = ()
    """Of sex, birth year, indication and stage what was left out then."""

    def __str__(self) -> str:
        how = ", pseudonymised" if self.pseudonymised else ""
        return f"log {self.log} of {self.clinic}, head {self.head}{how}"


@attrs.frozen
class Source:
    """What an answer was computed from."""

    logs: tuple[LogRead, ...]
    made_with: str
    """Name and version of this library."""
    formulary: str | None = None
    """Digest of the formulary, where the question had to consult one."""

    def __str__(self) -> str:
        known = f", formulary {self.formulary}" if self.formulary else ""
        exported = sorted({each.made_with for each in self.logs} - {self.made_with})
        by = f" (exported by {', '.join(exported)})" if exported else ""
        return f"{'; '.join(map(str, self.logs))}, {self.made_with}{by}{known}"


@attrs.frozen
class Answer:
    """The answer to one question. ``print`` draws it as a table with its notes."""

    question: str
    rows: tuple[dict[str, Value], ...] = attrs.field(repr=False)
    """One mapping a row, from the names of `columns`."""
    columns: tuple[Column, ...] = attrs.field(repr=False)
    counted: str
    """The unit that is counted: prescriptions or ingredients."""
    attrition: tuple[Step, ...] = attrs.field(repr=False)
    """Records read, dropped at each step and why, and left."""
    selection: tuple[str, ...]
    """The conditions of the study, as they were understood."""
    source: Source
    sql: tuple[str, ...] = attrs.field(repr=False)
    """Every statement that counted, in order; the numbers in it are those of the named log."""
    remarks: tuple[str, ...] = attrs.field(default=(), repr=False)
    """What a reader of this answer should know."""
    dose: str | None = "prescribed"
    """Which dose is meant; what was prepared and given are other facts. None where it speaks of none."""
    suppress_below: int | None = None
    """Counts of fewer are suppressed; None where everything is exact, and not for publication."""

    @property
    def notice(self) -> str:
        """Whether it may be published, and what was done so that it may."""
        return Guard(self.suppress_below).notice

    @property
    def texts(self) -> tuple[dict[str, str | int | None], ...]:
        """The rows with decimals as exact text, for JSON and CSV."""
        return tuple(
            {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in row.items()}
            for row in self.rows
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything but the rows, as lines for a person."""
        return (
            f"counted: {self.counted}" + (f"; dose: {self.dose}" if self.dose else ""),
            *(f"only: {condition}" for condition in self.selection),
            *map(str, self.attrition),
            *self.remarks,
            f"from: {self.source}",
            self.notice,
        )

    def table(self, tablefmt: str = "simple") -> str:
        """Draw the rows.

        Args:
            tablefmt: What it is drawn for, as ``tabulate`` names it: ``github``, ``html``, ``latex``.
        """
        if not self.rows:
            return "nothing to count"
        from tabulate import tabulate  # not needed until something is drawn

        names = [column.name for column in self.columns]
        cells = [["" if (value := row[name]) is None else str(value) for name in names] for row in self.texts]
        sides = ["right" if column.unit else "left" for column in self.columns]
        widths = None if tablefmt == "html" else [None if column.unit else WIDEST for column in self.columns]
        drawn: str = tabulate(
            cells, names, tablefmt=tablefmt, disable_numparse=True, colalign=sides, maxcolwidths=widths
        )
        return drawn

    def to_arrow(self) -> Any:  # noqa: ANN401  # pyarrow ships no types
        """Return the rows as a table of Arrow; suppressed numbers are null, and column `suppressed` says so.

        Raises:
            QuestionError: pyarrow is not installed.
        """
        return frames.to_arrow(self)

    def to_pandas(self) -> Any:  # noqa: ANN401  # pandas ships no types
        """Return the rows as a frame of pandas; decimals are exact objects, notes are in ``attrs``.

        Raises:
            QuestionError: pandas is not installed.
        """
        return frames.to_pandas(self)

    def to_polars(self) -> Any:  # noqa: ANN401  # loaded only here
        """Return the rows as a frame of polars.

        Raises:
            QuestionError: polars or pyarrow is not installed.
        """
        return frames.to_polars(self)

    def _repr_html_(self) -> str:
        return frames.html(self)

    def plot(self) -> Any:  # noqa: ANN401  # Altair's chart
        """Draw it, with Altair: which agents go together, how doses lie, how outcomes changed.

        Raises:
            QuestionError: There is nothing to draw of this question, or Altair is not installed.
        """
        from mesococktail.research.plots import plot  # only where something is drawn

        return plot(self)

    def __str__(self) -> str:
        return "\n".join((self.table(), "", *self.notes))
