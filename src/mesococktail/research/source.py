"""Where a study's counts come from: a log, or the exports of many, in whichever engine holds them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

import mesococktail
from mesococktail.errors import AgentError, LogNotFoundError, MesococktailError, QuestionError, TermError
from mesococktail.log.glance import glance
from mesococktail.log.merged import is_merged
from mesococktail.log.names import LOG_BITS
from mesococktail.research.answer import LogRead, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mesococktail.formulary import Formulary  # noqa: TC004  # attrs keeps the annotation as text; loading it would cost a question its start
    from mesococktail.log import PrescriptionLog
    from mesococktail.log.glance import Tables


Row = tuple[Any, ...]
NOBODY = 0
"""Stands for a name that never came up: numbers of names begin at 1."""
MADE_WITH = f"mesococktail {mesococktail.__version__}"
_FEW = 2000
"""So many rows of a statement are remembered, as several questions begin with the same counts."""


@attrs.frozen
class Link:
    """How a record is found that another points to, in a statement."""

    join: str
    """What is joined for it, with a space in front; nothing where a link is the key."""
    key: str
    """What is then its key."""


class Picture(ABC):
    """One consistent picture of what is to be counted."""

    exact: bool
    """Whether it is a clinic's own log, of which everything may be counted exactly."""
    closed = False
    """Whether what it is of was closed."""
    formulary: Formulary | None = None
    """The formulary it was opened with; None for ours."""
    marker = "?"
    """What stands for a bound text."""
    foreign = False
    """Whether it is of tables that somebody else keeps, and may change meanwhile."""

    def __init__(self) -> None:
        self._remembered: dict[tuple[str, tuple[str, ...]], tuple[Row, ...]] = {}

    def count(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement as `rows` does, but only once where its rows are few: a picture stays the same."""
        known = self._remembered.get((sql, texts))
        if known is not None:
            return known
        rows = iter(self.rows(sql, texts))
        if self.foreign:
            return rows
        first = tuple(islice(rows, _FEW))
        if len(first) == _FEW:
            return chain(first, rows)
        self._remembered[sql, texts] = first
        return first

    def numbers(self, dimension: str, text: str) -> list[int]:
        """Return the numbers that stand for *text* in a dimension: one a log that ever used it.

        The text is bound: it may be anything.
        """
        sql = f"SELECT d.id FROM dim_{dimension} AS d WHERE d.{dimension} = {self.marker}"
        return sorted(row[0] for row in self.count(sql, (text,)))

    def texts(self, dimension: str) -> list[str]:
        """Return every text of a dimension."""
        return sorted({row[0] for row in self.count(f"SELECT d.{dimension} FROM dim_{dimension} AS d")})

    def must_be_unchanged(self) -> None:  # noqa: B027  # most see to it in another way
        """Look whether what it is a picture of is still the same, where nothing else sees to that.

        Raises:
            QuestionError: It is not.
        """

    @property
    @abstractmethod
    def logs(self) -> tuple[LogRead, ...]:
        """The logs whose records it holds."""

    @abstractmethod
    def rows(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement that only filters, joins and counts, and yield its rows as they come."""

    @abstractmethod
    def linked(self, column: str, alias: str = "e", *, or_none: bool = False) -> Link:
        """Return how the record is found that *column* points to.

        Args:
            column: Where the link stands.
            alias: What a table that is joined for it is called.
            or_none: Whether rows stay that point to nothing.
        """


class LogPicture(Picture):
    """A clinic's own log, read inside one short transaction."""

    exact = True

    def __init__(self, log: Tables | PrescriptionLog, run: Callable[..., Iterable[Row]]) -> None:
        super().__init__()
        self._run = run
        self._read = LogRead(0, log.clinic, log.id, log.head(), MADE_WITH)
        self.formulary = getattr(log, "formulary", None)

    @property
    def logs(self) -> tuple[LogRead, ...]:
        """The one log."""
        return (self._read,)

    def rows(self, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        """Run a statement, as `Picture` says."""
        return self._run(sql, texts)

    def linked(self, column: str, alias: str = "e", *, or_none: bool = False) -> Link:
        """Return how a record is found by its id, as `Picture` says."""
        how = "LEFT JOIN" if or_none else "JOIN"
        return Link(
            f" {how} entry AS {alias} ON {alias}.id = {column} AND {alias}.version = 1", f"{alias}.seq"
        )


@contextmanager
def opened(source: Any) -> Iterator[Picture]:  # noqa: ANN401  # what `source_given` let pass
    """Take a picture of a source, and close afterwards what was opened for it.

    Raises:
        LogError: The log at a path cannot be read.
        QuestionError: What is there is no lake, or its engine is missing or fails; or what was opened for
            several questions was closed.
    """
    if isinstance(source, Picture):
        if source.closed:
            raise QuestionError("is closed", path="source", cure="ask inside `with study.opened()`")
        yield source
        return
    with _opened(source) as picture:
        try:
            yield picture
        finally:
            picture.closed = True


@contextmanager
def _opened(source: Any) -> Iterator[Picture]:  # noqa: ANN401  # as above
    if isinstance(source, Path):
        if not _is_folder(source) and not is_merged(source):
            with glance(source) as log, log.snapshot() as run:
                yield LogPicture(log, run)
            return
    elif hasattr(source, "snapshot"):
        with source.snapshot() as run:
            yield LogPicture(source, run)
        return
    from mesococktail.research.engines import lake  # only where there is more than one log

    with lake(source) as picture:
        yield picture


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise LogNotFoundError(
            f"cannot be opened: {error.strerror}", got=str(path), cure="check it"
        ) from None


@attrs.define
class Asked:
    """One question while it is asked: runs the statements and remembers them, and looks names up."""

    picture: Picture
    given: Formulary | None = None
    """Where names are to be looked up; where the picture says, or ours, when left out."""
    clinics: tuple[str, ...] = ()
    """The clinics that a study is narrowed to, so that a doctor's id means one doctor."""
    sql: list[str] = attrs.field(factory=list)
    consulted: Formulary | None = None

    @property
    def formulary(self) -> Formulary:
        """The formulary, which the answer then names."""
        if self.consulted is None:
            from mesococktail.formulary import Formulary  # only where a name is looked up

            self.consulted = self.given or self.picture.formulary or Formulary.shipped()
        return self.consulted

    def must_have(self, path: str, *names: str) -> None:
        """Refuse a condition on what an export does not have.

        Raises:
            QuestionError: One of these was left out of some.
        """
        without = sorted({each.clinic for each in self.picture.logs if set(names) & set(each.left_out)})
        if without:
            raise QuestionError(
                f"was left out of the export of {', '.join(without)}",
                path=path,
                cure="ask the log, or an export that has it",
            )

    @property
    def shifted(self) -> bool:
        """Whether an export is pseudonymised: times are shifted for each patient, and whole days."""
        return any(each.pseudonymised for each in self.picture.logs)

    def count(self, sql: str) -> Iterable[Row]:
        """Run a counting statement."""
        self.sql.append(sql)
        return self.picture.count(sql)

    def of_clinic(self, name: str) -> list[LogRead]:
        """Return the logs of a clinic.

        Raises:
            QuestionError: There is none; the message has the clinics there are.
        """
        found = [each for each in self.picture.logs if each.clinic == name]
        if not found:
            names = ", ".join(sorted({each.clinic for each in self.picture.logs}))
            raise QuestionError(
                "no clinic of that name is here", path="clinic", got=name, cure=f"name one of {names}"
            )
        return found

    def person(self, dimension: str, text: str) -> int:
        """Return the number of a doctor or patient.

        Raises:
            QuestionError: Nobody of that id is there, for a doctor with the nearest one; or several are,
                in clinics that know nothing of each other.
        """
        numbers = self.picture.numbers(dimension, text)
        if self.clinics:
            allowed = {each.number for name in self.clinics for each in self.of_clinic(name)}
            numbers = [number for number in numbers if number >> LOG_BITS in allowed]
        if len(numbers) > 1:
            cure = "name the clinic as well"
            raise QuestionError(
                f"is the id of a {dimension} in several clinics", path=dimension, got=text, cure=cure
            )
        if numbers:
            return numbers[0]
        unknown = None
        if dimension == "doctor":
            from difflib import get_close_matches  # only to say who was probably meant

            near = get_close_matches(text, self.picture.texts(dimension), 1)
            unknown = f"did you mean {near[0]}?" if near else "mesococktail study by-doctor lists them"
        raise QuestionError(
            f"no {dimension} of that id is in this log", path=dimension, got=text, cure=unknown
        )

    def agent(self, name: str) -> str:
        """Return the id of the agent that a name means: to the formulary, or as the log has it.

        Raises:
            AgentError: It is neither a name in the formulary nor the id of an agent in this log.
        """
        try:
            return self.formulary.find(name).agent.id
        except AgentError:
            # An agent that no formulary knows (`other`), or that only a clinic's own file had.
            if not self.picture.numbers("agent", name):
                raise
            return name

    def indication(self, name: str) -> tuple[str, str]:
        """Return the numbers of an indication as SQL that can follow ``IN``, and its code.

        Raises:
            TermError: It is neither in the vocabulary nor a code that this log uses.
        """
        try:
            code = self.formulary.term("indications", name).code
        except TermError:
            if not self.picture.numbers("term", name):
                raise
            code = name
        return self.numbers("term", [code]), code

    def numbers(self, dimension: str, texts: Iterable[str]) -> str:
        """Return the numbers of texts as SQL that can follow ``IN``; `NOBODY` if they never came up."""
        known = {number for text in texts for number in self.picture.numbers(dimension, text)}
        return f"({', '.join(map(str, sorted(known or {NOBODY})))})"

    def named(self, dimension: str) -> dict[int, str]:
        """Return the texts of a dimension by number."""
        return dict(self.count(f"SELECT d.id, d.{dimension} FROM dim_{dimension} AS d"))

    @property
    def source(self) -> Source:
        """What the answer was computed from."""
        digest = None if self.consulted is None else self.consulted.digest
        return Source(self.picture.logs, MADE_WITH, digest)


def source_given(given: object) -> Any:  # noqa: ANN401  # a path, a log, or the connection of one of several libraries
    """Return the source of a study.

    Raises:
        QuestionError: It is none of the things that can be counted.
    """
    try:
        return Path(given)  # type: ignore[arg-type]  # anything may come; what is no path is looked at below
    except (TypeError, MesococktailError):
        from mesococktail.log import PrescriptionLog  # a path needs none of it
        from mesococktail.research.engines import is_connection  # likewise

        if isinstance(given, PrescriptionLog | Picture) or is_connection(given):
            return given
        raise QuestionError(
            "must be a path, an open log, or a connection of DuckDB, PostgreSQL or Spark",
            path="source",
            got=given,
            cure='Study("clinic.db")',
        ) from None
