"""`Study`: a selection of records, asked questions together."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import MesococktailError, QuestionError
from mesococktail.research.answer import COUNTS, Answer
from mesococktail.research.attrition import left_is_hidden, published
from mesococktail.research.conditions import (
    Clinic,
    Condition,
    Containing,
    Indicated,
    Person,
    Technique,
    Transcribed,
    flag_given,
    text_given,
)
from mesococktail.research.dates import Since, Until, bound
from mesococktail.research.people import Age, Sex, Stage
from mesococktail.research.periods import SHIFTED
from mesococktail.research.questions import question_of
from mesococktail.research.scope import Scope
from mesococktail.research.source import Asked, opened, source_given
from mesococktail.research.suppression import LEAST, SUPPRESSED, Guard, least_given

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from mesococktail.formulary import Formulary  # noqa: TC004  # as in answer: attrs keeps the annotation as text; loading it would cost a question its start
    from mesococktail.records import Around

_OF_FEW = "what was selected is of fewer than {} records or patients, so that nothing of it is shown"


@attrs.frozen
class Study:
    """A selection of prescriptions, of one log or many. It counts nothing until it is asked.

    ::

        study = Study("clinic.db").where(since="2025-01-01", contains=Containing("biotin"))
        print(study.combinations())

    Doses are those prescribed. Stopped treatments count; voided prescriptions do not, unless asked for.

    Raises:
        QuestionError: The source is none of these, or the threshold is too low.
    """

    source: Any = attrs.field(converter=source_given)
    """The path of a log, or an open one; a folder of the exports of clinics; or a connection of DuckDB,
    PostgreSQL (psycopg) or Spark that has their tables. A path is opened for each question, and closed."""
    formulary: Formulary | None = attrs.field(default=None, kw_only=True)
    """Where names are looked up; the log's own when left out, or ours."""
    conditions: tuple[Condition, ...] = attrs.field(default=(), kw_only=True)
    """What `where` has set."""
    include_voided: bool = attrs.field(default=False, kw_only=True)
    suppress_below: int | None = attrs.field(default=None, kw_only=True, converter=least_given)
    """Counts of fewer records or patients are not shown, so that answers may be published. Exact when left
    out, in a clinic's own log; what was exported is suppressed below 8 at least."""

    def __attrs_post_init__(self) -> None:
        if not (self.formulary is None or hasattr(self.formulary, "agents")):
            raise QuestionError("must be a Formulary", path="formulary", got=self.formulary)
        some: object = self.conditions
        if not isinstance(some, tuple) or not all(hasattr(each, "filter") for each in some):
            raise QuestionError("are set by where()", path="conditions", got=self.conditions)
        flag_given(self.include_voided, "include_voided")

    def where(
        self,
        *,
        since: str | date | Around | None = None,
        until: str | date | Around | None = None,
        clinic: str | None = None,
        doctor: str | None = None,
        patient: str | None = None,
        indication: str | None = None,
        stage: str | None = None,
        sex: str | None = None,
        age: tuple[int | None, int | None] | None = None,
        technique: str | None = None,
        transcribed: bool | None = None,
        agent: str | None = None,
        contains: Containing | Iterable[Containing] = (),
        include_voided: bool | None = None,
    ) -> Study:
        """Return this study with further conditions; all of them must hold.

        Args:
            since: First day, month or year (by the calendar of the place), or moment with its zone.
            until: Last day, month or year, which is included whole; or a moment, which is not.
            clinic: Name of the clinic, where there are several.
            doctor: Id of the doctor who prescribed.
            patient: Id of the patient.
            indication: Any name of what is treated.
            stage: Scale and stage, such as ``hamilton_norwood IIIv``.
            sex: Any word for a sex, as last recorded of the patient.
            age: Lowest and highest age reached in the year of the prescription, either of them None.
            technique: ``chemical`` or ``mechanical``; a prescription may be both.
            transcribed: Only those copied from old charts, or only the others.
            agent: Any name of an agent that is in the cocktail: short for ``Containing(agent)``.
            contains: Conditions on ingredients; each is met by one and the same ingredient.
            include_voided: Whether what should never have existed is counted as well.

        Raises:
            QuestionError: A condition that cannot be, such as an end before its beginning.
        """
        new = _period(since, until)
        new += [
            Person(dimension, text_given(person, dimension))
            for dimension, person in (("doctor", doctor), ("patient", patient))
            if person is not None
        ]
        if clinic is not None:
            new.append(Clinic(text_given(clinic, "clinic")))
        if indication is not None:
            new.append(Indicated(text_given(indication, "indication")))
        if stage is not None:
            new.append(Stage(text_given(stage, "stage")))
        if sex is not None:
            new.append(Sex(text_given(sex, "sex")))
        if age is not None:
            new.append(Age.of(age))
        if technique is not None:
            new.append(Technique.of(technique))
        if transcribed is not None:
            new.append(Transcribed(flag_given(transcribed, "transcribed")))
        if agent is not None:
            new.append(Containing(text_given(agent, "agent")))
        new += _contained(contains)
        voided = (
            self.include_voided if include_voided is None else flag_given(include_voided, "include_voided")
        )
        return attrs.evolve(self, conditions=(*self.conditions, *new), include_voided=voided)

    @contextmanager
    def opened(self) -> Iterator[Study]:
        """Open the source once for several questions, whose answers are then of one and the same picture.

        What several of them begin with is counted once.

        ::

            with Study("clinic.db").opened() as study:
                print(study.combinations(), study.doses())

        While a log is open like that, whoever writes to it has to wait: do not keep it open for long.

        Raises:
            LogError: The log cannot be read.
            QuestionError: The folder holds no whole exports, or an engine is missing.
        """
        with opened(self.source) as picture:
            yield attrs.evolve(self, source=picture)

    def ask(self, question: str, **options: Any) -> Answer:  # noqa: ANN401  # each option is checked by its question
        """Ask a question by its name, with its options: what the methods below do.

        Raises:
            QuestionError: There is no such question, option, doctor or patient.
            AgentError: A name fits no agent or class, or more than one.
            TermError: A name fits no indication.
            LogError: The log cannot be read.
        """
        declared = question_of(question)
        chosen = declared.chosen(options)
        with opened(self.source) as picture:
            clinics = tuple(each.name for each in self.conditions if isinstance(each, Clinic))
            asked = Asked(picture, self.formulary, clinics)
            if self.include_voided and asked.shifted:
                raise QuestionError(
                    "cannot be counted where an export is pseudonymised: it has no record that is void",
                    path="include_voided",
                    cure="ask the log, or an export that is not pseudonymised",
                )
            filters = tuple(condition.filter(asked) for condition in self.conditions)
            guard = Guard(self.suppress_below or (None if picture.exact else LEAST))
            scope = Scope(asked, filters, guard, self.include_voided)
            try:
                found = declared.ask(scope, **chosen)
            except (LookupError, TypeError, ArithmeticError) as error:
                if not picture.foreign or isinstance(error, MesococktailError):
                    raise
                raise QuestionError(
                    "has tables that do not belong together", path="source", cure="give it whole exports"
                ) from error
            picture.must_be_unchanged()
            source = asked.source
        counts = [column.name for column in found.columns if column.unit in COUNTS]
        hidden = any(row[name] == SUPPRESSED for row in found.rows for name in counts)
        steps = published(found.steps, guard, rows_are_hidden=hidden, narrowed=bool(filters))
        if left_is_hidden(steps):
            # Not even the names of what so few patients had, nor why some of them were dropped.
            found = attrs.evolve(found, rows=(), remarks=(*found.remarks, _OF_FEW.format(guard.least)))
            steps = steps[: len(filters) + 1] if filters else steps
        selection = [each.said for each in filters] + (["voided as well"] if self.include_voided else [])
        return Answer(
            declared.name,
            found.rows,
            found.columns,
            found.counted,
            steps,
            tuple(selection),
            source,
            tuple(asked.sql),
            (*found.remarks, *self._of_exports(asked, found.remarks)),
            found.dose,
            suppress_below=guard.least,
        )

    def _of_exports(self, asked: Asked, remarks: tuple[str, ...]) -> Iterator[str]:
        """Return what is said of any answer: where a period is not of the calendar, and what was left out."""
        dated = any(isinstance(each, Since | Until) for each in self.conditions)
        if asked.shifted and dated and SHIFTED not in remarks:
            yield SHIFTED
        left_out = sorted({name for log in asked.picture.logs for name in log.left_out})
        if left_out:
            yield f"left out of an export: {', '.join(left_out)}"

    def combinations(self, level: str = "agents", digits: int = 2) -> Answer:
        """Say which combinations were prescribed, and how often.

        Args:
            level: What makes two differ: ``agents``; also ``roles``; also ``doses``.
            digits: Significant digits of the grid on which doses are compared.
        """
        return self.ask("combinations", level=level, digits=digits)

    def pairs(self) -> Answer:
        """Say which two agents go together: support, confidence in both directions, lift."""
        return self.ask("pairs")

    def triples(self) -> Answer:
        """Say which three agents go together: support, confidence, lift."""
        return self.ask("triples")

    def doses(self, agent: str | None = None, by: str = "agent") -> Answer:
        """Say how doses are distributed: smallest, quartiles, largest; each agent and measure by itself.

        Args:
            agent: One agent, by any of its names; every agent when left out.
            by: One row an ``agent``, or one an agent in each ``combination``.
        """
        return self.ask("doses", agent=agent, by=by)

    def by_doctor(self, period: str | None = None) -> Answer:
        """Say how many prescriptions each doctor made.

        Args:
            period: ``month``, ``quarter`` or ``year`` for one row a doctor and period.
        """
        return self.ask("by_doctor", period=period)

    def by_indication(self) -> Answer:
        """Say how many prescriptions were made for each indication."""
        return self.ask("by_indication")

    def by_stage(self) -> Answer:
        """Say how many prescriptions were made at each stage of each scale."""
        return self.ask("by_stage")

    def by_class(self) -> Answer:
        """Say how many prescriptions have an agent of each class, such as 5-alpha-reductase inhibitors."""
        return self.ask("by_class")

    def by_premise(self) -> Answer:
        """Say how many prescriptions have an agent said to address each premise of hair loss."""
        return self.ask("by_premise")

    def variation(self) -> Answer:
        """Say how far doctors differ in how much of each agent they prescribe."""
        return self.ask("variation")

    def trends(self, period: str = "year", by: str = "agent") -> Answer:
        """Say what part of the prescriptions of each period had each agent, or combination.

        Args:
            period: ``month``, ``quarter`` or ``year``.
            by: One row a period and ``agent``, or a period and ``combination``.
        """
        return self.ask("trends", period=period, by=by)

    def by_clinic(self) -> Answer:
        """Say how many prescriptions each clinic made."""
        return self.ask("by_clinic")

    def by_period(self, period: str = "month") -> Answer:
        """Say how many prescriptions were made in each ``month``, ``quarter`` or ``year``."""
        return self.ask("by_period", period=period)

    def published(self) -> Answer:
        """Say which of the combinations have been published, and which have not."""
        return self.ask("published")

    def sessions(self) -> Answer:
        """Say how many sessions were given of those planned, for each combination."""
        return self.ask("sessions")

    def outcomes(
        self,
        measure: str | None = None,
        baseline_before: int = 90,
        baseline_after: int = 14,
        follow_up_from: int = 90,
        follow_up_until: int = 365,
        repeated: str = "last",
    ) -> Answer:
        """Say what was measured before and after, and who responded, for each combination.

        Args:
            measure: One measure, by any of its names; every measure when left out.
            baseline_before: How many days before the prescription a baseline may be.
            baseline_after: How many days after it.
            follow_up_from: How many days after the prescription a follow-up is, at the earliest.
            follow_up_until: At the latest.
            repeated: Which counts of several in a window: the ``last``, the ``first``, or their ``mean``.
        """
        return self.ask(
            "outcomes",
            measure=measure,
            baseline_before=baseline_before,
            baseline_after=baseline_after,
            follow_up_from=follow_up_from,
            follow_up_until=follow_up_until,
            repeated=repeated,
        )

    def adverse_events(self, by: str = "combination", window: int = 30) -> Answer:
        """Say how often sessions were followed by harm, and how soon.

        Args:
            by: One row a ``combination`` or an ``agent``, and what happened.
            window: Days after a session in which an event may belong to it.
        """
        return self.ask("adverse_events", by=by, window=window)


def _period(since: object, until: object) -> list[Condition]:
    ends: list[Condition] = []
    begin = None if since is None else bound(since, "since", end=False)
    end = None if until is None else bound(until, "until", end=True)
    if begin is not None and end is not None and begin.local >= end.local:
        raise QuestionError("ends before it begins", path="until", got=end.said, cure="swap them")
    if begin is not None:
        ends.append(Since(begin))
    if end is not None:
        ends.append(Until(end))
    return ends


def _contained(given: Containing | Iterable[Containing]) -> tuple[Containing, ...]:
    some: Any = (given,) if isinstance(given, Containing) else given
    try:
        several = tuple(some)
    except TypeError:
        several = (given,)
    for one in several:
        if not isinstance(one, Containing):
            raise QuestionError(
                "must be a Containing, or several", path="contains", got=one, cure='Containing("minoxidil")'
            )
    return several
