"""Where a study's counts come from. One log now; another engine is another `Picture`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

import mesococktail
from mesococktail.errors import AgentError, MesococktailError, QuestionError, TermError
from mesococktail.log.glance import Tables, glance
from mesococktail.research.answer import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.formulary import Formulary  # noqa: TC004  # attrs keeps the annotation as text; loading it would cost a question its start
    from mesococktail.log import PrescriptionLog


Row = tuple[Any, ...]
NOBODY = 0
"""Stands for a name that this log never used: numbers of names begin at 1."""


class Picture(Protocol):
    """One consistent picture of what is to be counted."""

    def rows(self, sql: str) -> Iterable[Row]:
        """Run a statement that only filters, joins and counts, and yield its rows as they come."""

    def number(self, dimension: str, text: str) -> int | None:
        """Return the number that stands for *text* in a dimension; None if it never came up."""

    def texts(self, dimension: str) -> list[str]:
        """Return every text of a dimension."""


class LogPicture:
    """A log, read inside one short transaction."""

    def __init__(self, run: Callable[..., Iterable[Row]]) -> None:
        self._run = run

    def rows(self, sql: str) -> Iterable[Row]:
        """Run a statement, as `Picture` says."""
        return self._run(sql)

    def number(self, dimension: str, text: str) -> int | None:
        """Look a text up, as `Picture` says. The text is bound: it may be anything."""
        found = list(self._run(f"SELECT id FROM dim_{dimension} WHERE {dimension} = ?", (text,)))
        return found[0][0] if found else None

    def texts(self, dimension: str) -> list[str]:
        """Return every text of a dimension, as `Picture` says."""
        return [row[0] for row in self._run(f"SELECT {dimension} FROM dim_{dimension}")]


@contextmanager
def opened(source: Path | PrescriptionLog) -> Iterator[Tables | PrescriptionLog]:
    """Open the log at a path for reading, and close it; leave an open log as it is."""
    if not isinstance(source, Path):
        yield source
        return
    with glance(source) as tables:
        yield tables


@attrs.define
class Asked:
    """One question while it is asked: runs the statements and remembers them, and looks names up."""

    picture: Picture
    look: Callable[[], Formulary]
    """Returns the formulary; called only where a name needs it."""
    sql: list[str] = attrs.field(factory=list)
    consulted: Formulary | None = None

    @property
    def formulary(self) -> Formulary:
        """The formulary, which the answer then names."""
        self.consulted = self.look()
        return self.consulted

    def count(self, sql: str) -> Iterable[Row]:
        """Run a counting statement."""
        self.sql.append(sql)
        return self.picture.rows(sql)

    def person(self, dimension: str, text: str) -> int:
        """Return the number of a doctor or patient.

        Raises:
            QuestionError: Nobody of that id is in the log; for a doctor with the nearest one.
        """
        number = self.picture.number(dimension, text)
        if number is not None:
            return number
        cure = None
        if dimension == "doctor":
            from difflib import get_close_matches  # only to say who was probably meant

            near = get_close_matches(text, self.picture.texts(dimension), 1)
            cure = f"did you mean {near[0]}?" if near else "mesococktail study by-doctor lists them"
        raise QuestionError(f"no {dimension} of that id is in this log", path=dimension, got=text, cure=cure)

    def agent(self, name: str) -> str:
        """Return the id of the agent that a name means: to the formulary, or as the log has it.

        Raises:
            AgentError: It is neither a name in the formulary nor the id of an agent in this log.
        """
        try:
            return self.formulary.find(name).agent.id
        except AgentError:
            # An agent that no formulary knows (`other`), or that only a clinic's own file had.
            if self.picture.number("agent", name) is None:
                raise
            return name

    def indication(self, name: str) -> tuple[int, str]:
        """Return the number of an indication, and its code.

        Raises:
            TermError: It is neither in the vocabulary nor a code that this log uses.
        """
        try:
            code = self.formulary.term("indications", name).code
        except TermError:
            number = self.picture.number("term", name)
            if number is None:
                raise
            return number, name
        return self.number("term", code), code

    def number(self, dimension: str, text: str) -> int:
        """Return the number of a text; `NOBODY` if it never came up."""
        number = self.picture.number(dimension, text)
        return NOBODY if number is None else number

    def numbers(self, dimension: str, texts: Iterable[str]) -> str:
        """Return the numbers of texts as SQL that can follow ``IN``."""
        known = {self.number(dimension, text) for text in texts}
        return f"({', '.join(map(str, sorted(known)))})"


def source_of(log: Tables | PrescriptionLog, asked: Asked) -> Source:
    """Say what an answer was computed from."""
    digest = None if asked.consulted is None else asked.consulted.digest
    return Source(log.clinic, log.id, log.head(), f"mesococktail {mesococktail.__version__}", digest)


def source_given(given: object) -> Path | PrescriptionLog:
    """Return the source of a study.

    Raises:
        QuestionError: It is neither a path nor an open log.
    """
    try:
        return Path(given)  # type: ignore[arg-type]  # anything may come; what is no path is looked at below
    except (TypeError, MesococktailError):
        from mesococktail.log import PrescriptionLog  # a path needs none of it

        if isinstance(given, PrescriptionLog):
            return given
        raise QuestionError(
            "must be the path of a log or an open log", path="source", got=given, cure='Study("clinic.db")'
        ) from None
