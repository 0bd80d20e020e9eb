"""What a clinic can mail: one file with what was used, how doses vary, and what came of it; suppressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import QuestionError
from mesococktail.pages.drawing import as_html
from mesococktail.research.plots import plot, svg
from mesococktail.research.suppression import LEAST, SUPPRESSED

if TYPE_CHECKING:
    from mesococktail.research import Answer, Study

_LONGEST = 60
"""Rows of a table: more is for a spreadsheet."""
_EMPTY = "nothing that is recorded falls into this question"
NOT_ADVICE = "This report says what was recorded. It does not say whether a mixture is safe or works."


@attrs.frozen
class Part:
    """One question of the report, with what a reader should take from it."""

    title: str
    question: str
    sentence: str
    columns: tuple[str, ...]
    options: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Section:
    """A heading, and the questions under it."""

    title: str
    parts: tuple[Part, ...]


SECTIONS = (
    Section(
        "What was used",
        (
            Part(
                "Combinations",
                "combinations",
                "Which agents were prescribed together, most frequent first.",
                ("combination", "prescriptions", "share"),
            ),
            Part(
                "Pairs",
                "pairs",
                "Which two agents go together. A lift above 1 is more often than by chance, and says nothing "
                "of effect.",
                ("agent", "other_agent", "prescriptions", "support", "lift"),
            ),
            Part(
                "Indications",
                "by_indication",
                "What was treated.",
                ("indication", "prescriptions", "share"),
            ),
            Part(
                "Over time",
                "trends",
                "In how many of each year's prescriptions each agent was.",
                ("period", "agent", "prescriptions", "share"),
            ),
            Part(
                "Published",
                "published",
                "Whether a combination has been published, by its agents alone.",
                ("combination", "prescriptions", "match", "exact"),
            ),
        ),
    ),
    Section(
        "How doses vary",
        (
            Part(
                "Doses",
                "doses",
                "Doses prescribed. The smallest and the largest are those of one person, and are not shown.",
                ("agent", "unit", "ingredients", "q1", "median", "q3", "mean", "sd"),
            ),
            Part(
                "Between doctors",
                "variation",
                "How far the median doses of doctors lie apart, and which part of all variance that is.",
                ("agent", "unit", "doctors", "ingredients", "q1", "median", "q3", "between"),
            ),
        ),
    ),
    Section(
        "What came of it",
        (
            Part(
                "Sessions",
                "sessions",
                "How many sessions were given of those that were planned.",
                (
                    "combination",
                    "prescriptions",
                    "with_plan",
                    "given",
                    "partly",
                    "not_given",
                    "completed_share",
                ),
            ),
            Part(
                "Outcomes",
                "outcomes",
                "Change from baseline. That a change came after a treatment does not say that it came of it.",
                (
                    "combination",
                    "measure",
                    "unit",
                    "patients",
                    "baseline_mean",
                    "change_mean",
                    "change_low",
                    "change_high",
                    "assessed",
                    "response_rate",
                    "alone",
                ),
            ),
            Part(
                "Adverse events",
                "adverse_events",
                "Sessions that were followed by harm. What nobody recorded is not here.",
                (
                    "combination",
                    "term",
                    "sessions",
                    "sessions_with_event",
                    "session_rate",
                    "session_low",
                    "session_high",
                    "onset_median",
                ),
            ),
        ),
    ),
)
"""The whole report, from top to bottom."""


@attrs.frozen(kw_only=True)
class DrawnPart:
    """A question as it stands in the report."""

    title: str
    sentence: str
    picture: str | None
    """SVG."""
    columns: tuple[tuple[str, str, bool], ...]
    """Name, meaning, and whether it is of numbers."""
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    """Cells, each with whether it is suppressed."""
    left_out: int
    notes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class DrawnSection:
    """A heading and what stands under it."""

    title: str
    parts: tuple[DrawnPart, ...]


@attrs.frozen(kw_only=True)
class ReportPage:
    """Everything that stands in a report, from top to bottom."""

    title: str
    clinics: str
    selection: tuple[str, ...]
    notice: str
    sections: tuple[DrawnSection, ...]
    foot: tuple[str, ...]


def report_page(study: Study) -> str:
    """Return the report on a study, as one HTML file that needs nothing from elsewhere.

    What leaves the clinic is suppressed, whatever the study says, below 8 at least.

    Raises:
        QuestionError: A library that draws is missing (the extra ``report``), or a condition cannot be.
        LogError: The log cannot be read.
    """
    leaving = attrs.evolve(study, suppress_below=study.suppress_below or LEAST)
    with leaving.opened() as asked:
        answers = {
            part.question: asked.ask(part.question, **part.options)
            for section in SECTIONS
            for part in section.parts
        }
    sections = [
        DrawnSection(
            title=section.title, parts=tuple(_drawn(part, answers[part.question]) for part in section.parts)
        )
        for section in SECTIONS
    ]
    first = next(iter(answers.values()))
    clinics = ", ".join(sorted({read.clinic for read in first.source.logs}))
    page = ReportPage(
        title="Mesotherapy cocktails: what was recorded",
        clinics=clinics,
        selection=first.selection,
        notice=first.notice,
        sections=tuple(sections),
        foot=(NOT_ADVICE, f"Computed from {first.source}."),
    )
    return as_html("report.html", page)


def _drawn(part: Part, answer: Answer) -> DrawnPart:
    chosen = [column for column in answer.columns if column.name in part.columns]
    rows = [
        tuple((_said(row[column.name]), row[column.name] == SUPPRESSED) for column in chosen)
        for row in answer.texts[:_LONGEST]
    ]
    return DrawnPart(
        title=part.title,
        sentence=part.sentence if rows else _EMPTY,
        picture=_picture(answer),
        columns=tuple((_words(each.name), each.meaning, each.unit is not None) for each in chosen),
        rows=tuple(rows),
        left_out=len(answer.rows) - len(rows),
        notes=(*map(str, answer.attrition), *answer.remarks),
    )


def _said(value: str | int | None) -> str:
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return "" if value is None else value


def _words(name: str) -> str:
    return name.replace("_", " ")


def _picture(answer: Answer) -> str | None:
    """Draw an answer, if it is one that is drawn and has anything that may be."""
    try:
        return svg(plot(answer))
    except QuestionError as error:
        if error.path == "question":
            return None
        raise
