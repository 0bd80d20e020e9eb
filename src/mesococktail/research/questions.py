"""Every question a study can be asked, each declared once.

From a declaration come the method's checks, the command with its options, and the reference page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from mesococktail.cocktails.combination import GRID_DIGITS, Level
from mesococktail.errors import QuestionError
from mesococktail.research.answer import INGREDIENTS, PATIENTS, PRESCRIPTIONS, SESSIONS, Column
from mesococktail.research.combinations import (
    BY_AGENT,
    BY_COMBINATION,
    COMBINATION_COLUMNS,
    PAIR_COLUMNS,
    PUBLISHED_COLUMNS,
    TRIPLE_COLUMNS,
    combinations,
    pairs,
    published,
    triples,
)
from mesococktail.research.courses import SESSION_COLUMNS, sessions
from mesococktail.research.doses import DOSE_COLUMNS, doses
from mesococktail.research.events import EVENT_COLUMNS, adverse_events
from mesococktail.research.following import LAST, REPEATED
from mesococktail.research.groups import (
    CLASS_COLUMNS,
    INDICATION_COLUMNS,
    PREMISE_COLUMNS,
    STAGE_COLUMNS,
    by_class,
    by_indication,
    by_premise,
    by_stage,
)
from mesococktail.research.outcomes import LONGEST, OUTCOME_COLUMNS, outcomes
from mesococktail.research.periods import (
    CLINIC_COLUMNS,
    DOCTOR_COLUMNS,
    MONTH,
    PERIOD_COLUMNS,
    PERIODS,
    YEAR,
    by_clinic,
    by_doctor,
    by_period,
)
from mesococktail.research.scope import Found
from mesococktail.research.trends import TREND_COLUMNS, trends
from mesococktail.research.variation import VARIATION_COLUMNS, variation


@attrs.frozen
class Option:
    """What can be chosen about a question: one of some words, a whole number, or the name of an agent."""

    name: str
    meaning: str
    default: str | int | None = None
    choices: tuple[str, ...] = ()
    """The words; empty for a number or a name."""
    least: int | None = None
    most: int | None = None
    """Bounds of a number, both included; None where it is no number."""

    def checked(self, given: Any) -> str | int | None:  # noqa: ANN401  # anything may come
        """Return the choice that was made.

        Raises:
            QuestionError: There is no such choice.
        """
        if given is None and self.default is None:
            return None
        if self.choices:
            for choice in self.choices:
                if given == choice:
                    return choice
            rule, cure = "is not one of the choices", f"choose {' or '.join(self.choices)}"
        elif self.least is not None and self.most is not None:
            if type(given) is int and self.least <= given <= self.most:
                return given
            rule, cure = f"must be a whole number from {self.least} to {self.most}", None
        else:
            if isinstance(given, str) and given and given.isprintable():
                return given
            rule, cure = "must be a name", None
        raise QuestionError(rule, path=self.name, got="None" if given is None else given, cure=cure)


@attrs.frozen
class Question:
    """One question: what it counts, what can be chosen, what comes back, and what finds out."""

    name: str
    """As a method of `Study`; a command has hyphens instead."""
    summary: str
    counted: str
    """The unit that is counted."""
    columns: tuple[Column, ...]
    """Every column it may have; some only with one of the options."""
    ask: Callable[..., Found] = attrs.field(repr=False)
    options: tuple[Option, ...] = ()

    @property
    def command(self) -> str:
        """Its name on the command line."""
        return self.name.replace("_", "-")

    def chosen(self, given: dict[str, Any]) -> dict[str, str | int | None]:
        """Return every option with what was chosen, or its default.

        Raises:
            QuestionError: There is no such option or choice.
        """
        known = {option.name: option for option in self.options}
        for name in given:
            if name not in known:
                cure = f"its options are {', '.join(known)}" if known else "it has none"
                raise QuestionError(f"is not an option of {self.name}", path=name, cure=cure)
        return {name: option.checked(given.get(name, option.default)) for name, option in known.items()}


_DECLARED = (
    Question(
        "combinations",
        "Which combinations of agents were prescribed, and how often.",
        PRESCRIPTIONS,
        COMBINATION_COLUMNS,
        combinations,
        (
            Option(
                "level",
                "What makes two combinations differ: agents; also roles; also doses.",
                Level.AGENTS.value,
                tuple(level.value for level in Level),
            ),
            Option("digits", "Significant digits of doses, at level doses.", GRID_DIGITS, least=1, most=12),
        ),
    ),
    Question(
        "pairs",
        "Which two agents go together: support, confidence in both directions, lift.",
        PRESCRIPTIONS,
        PAIR_COLUMNS,
        pairs,
    ),
    Question(
        "triples",
        "Which three agents go together: support, confidence, lift.",
        PRESCRIPTIONS,
        TRIPLE_COLUMNS,
        triples,
    ),
    Question(
        "doses",
        "How doses are distributed: smallest, quartiles, largest; each agent and measure by itself.",
        INGREDIENTS,
        DOSE_COLUMNS,
        doses,
        (
            Option("agent", "One agent, by any of its names; every agent when left out."),
            Option(
                "by",
                "One row an agent, or one an agent in each combination.",
                BY_AGENT,
                (BY_AGENT, BY_COMBINATION),
            ),
        ),
    ),
    Question(
        "by_doctor",
        "How many prescriptions each doctor made, in all or in each period.",
        PRESCRIPTIONS,
        DOCTOR_COLUMNS,
        by_doctor,
        (Option("period", "One row a doctor and period; one a doctor when left out.", None, PERIODS),),
    ),
    Question(
        "by_clinic",
        "How many prescriptions each clinic made.",
        PRESCRIPTIONS,
        CLINIC_COLUMNS,
        by_clinic,
    ),
    Question(
        "by_period",
        "How many prescriptions were made in each month, quarter or year.",
        PRESCRIPTIONS,
        PERIOD_COLUMNS,
        by_period,
        (Option("period", "How long a period is.", MONTH, PERIODS),),
    ),
    Question(
        "by_indication",
        "How many prescriptions were made for each indication.",
        PRESCRIPTIONS,
        INDICATION_COLUMNS,
        by_indication,
    ),
    Question(
        "by_stage",
        "How many prescriptions were made at each stage of each scale.",
        PRESCRIPTIONS,
        STAGE_COLUMNS,
        by_stage,
    ),
    Question(
        "by_class",
        "How many prescriptions have an agent of each class, such as 5-alpha-reductase inhibitors.",
        PRESCRIPTIONS,
        CLASS_COLUMNS,
        by_class,
    ),
    Question(
        "by_premise",
        "How many prescriptions have an agent said to address each premise of hair loss.",
        PRESCRIPTIONS,
        PREMISE_COLUMNS,
        by_premise,
    ),
    Question(
        "variation",
        "How far doctors differ in how much of each agent they prescribe.",
        INGREDIENTS,
        VARIATION_COLUMNS,
        variation,
    ),
    Question(
        "trends",
        "What part of the prescriptions of each period had each agent, or combination.",
        PRESCRIPTIONS,
        TREND_COLUMNS,
        trends,
        (
            Option("period", "How long a period is.", YEAR, PERIODS),
            Option(
                "by",
                "One row a period and agent, or a period and combination.",
                BY_AGENT,
                (BY_AGENT, BY_COMBINATION),
            ),
        ),
    ),
    Question(
        "published",
        "Which of the combinations have been published, and which have not.",
        PRESCRIPTIONS,
        PUBLISHED_COLUMNS,
        published,
    ),
    Question(
        "sessions",
        "How many sessions were given of those planned, for each combination.",
        PRESCRIPTIONS,
        SESSION_COLUMNS,
        sessions,
    ),
    Question(
        "outcomes",
        "What was measured before and after, and who responded, for each combination.",
        PATIENTS,
        OUTCOME_COLUMNS,
        outcomes,
        (
            Option("measure", "One measure, by any of its names; every measure when left out."),
            Option(
                "baseline_before",
                "How many days before the prescription a baseline may be.",
                90,
                least=0,
                most=LONGEST,
            ),
            Option("baseline_after", "How many days after it.", 14, least=0, most=LONGEST),
            Option(
                "follow_up_from",
                "How many days after the prescription a follow-up is, at the earliest.",
                90,
                least=1,
                most=LONGEST,
            ),
            Option("follow_up_until", "At the latest.", 365, least=1, most=LONGEST),
            Option("repeated", "Which counts of several in a window.", LAST, REPEATED),
        ),
    ),
    Question(
        "adverse_events",
        "How often sessions were followed by harm, and how soon.",
        SESSIONS,
        EVENT_COLUMNS,
        adverse_events,
        (
            Option(
                "by",
                "One row a combination, or one an agent, and what happened.",
                BY_COMBINATION,
                (BY_COMBINATION, BY_AGENT),
            ),
            Option(
                "window",
                "Days after a session in which an event may belong to it.",
                30,
                least=0,
                most=LONGEST,
            ),
        ),
    ),
)

QUESTIONS = {question.name: question for question in _DECLARED}
"""By name, in the order in which they are listed."""


def question_of(name: object) -> Question:
    """Return the question of that name, as a method or as a command has it.

    Raises:
        QuestionError: There is none; the message has all of them.
    """
    for question in QUESTIONS.values():
        if name in (question.name, question.command):
            return question
    names = ", ".join(question.command for question in QUESTIONS.values())
    raise QuestionError("is not a question", path="question", got=name, cure=f"ask one of {names}")
