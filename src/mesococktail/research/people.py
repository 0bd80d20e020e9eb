"""Conditions on who was treated, and at which stage, as far as that was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import QuestionError, TermError
from mesococktail.log.names import VOIDED
from mesococktail.research.conditions import Filter

if TYPE_CHECKING:
    from mesococktail.research.source import Asked

_OLDEST = 130
_CENTURY = 100
"""Months are counted as 202503, so that years are hundreds in them."""


def _newest(column: str) -> str:
    """Return the SQL of what was last recorded of a patient, of facts ``f`` that state a column."""
    states = "{0}.status <> " + str(VOIDED) + " AND {0}." + column + " IS NOT NULL"
    later = "g.at_utc > f.at_utc OR (g.at_utc = f.at_utc AND g.key > f.key)"
    return (
        f"{states.format('f')} AND NOT EXISTS (SELECT 1 FROM fact_patient_facts AS g "
        f"WHERE g.patient = f.patient AND {states.format('g')} AND ({later}))"
    )


@attrs.frozen
class Sex:
    """Prescribed to patients of one sex, by what was last recorded."""

    name: str

    def filter(self, asked: Asked) -> Filter:
        """Return the condition.

        Raises:
            TermError: It is not a word for a sex.
            QuestionError: It was left out of an export.
        """
        asked.must_have("sex", "sex")
        code = asked.formulary.term("sexes", self.name).code
        numbers = asked.numbers("term", [code])
        found = f"SELECT f.patient FROM fact_patient_facts AS f WHERE f.sex IN {numbers} AND {_newest('sex')}"
        return Filter(f"p.patient IN ({found})", f"sex {code}, where recorded")


def _bound(given: object) -> int | None:
    if given is None or (type(given) is int and 0 <= given <= _OLDEST):
        return given
    raise QuestionError(f"must be whole years from 0 to {_OLDEST}", path="age", got=given)


@attrs.frozen
class Age:
    """Prescribed at an age. Only the year of birth is recorded, so it is the age reached in that year.

    Raises:
        QuestionError: It is no band of ages.
    """

    low: int | None = attrs.field(converter=_bound)
    high: int | None = attrs.field(converter=_bound)

    def __attrs_post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise QuestionError("sets no bound", path="age", cure="age=(18, 40)")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise QuestionError(
                "begins above its end", path="age", got=f"{self.low} to {self.high}", cure="swap them"
            )

    @classmethod
    def of(cls, given: object) -> Age:
        """Read a band: the lowest and the highest age, either of them None.

        Raises:
            QuestionError: It is none.
        """
        if isinstance(given, tuple | list) and len(given) == 2:  # noqa: PLR2004  # two ends
            return cls(*given)
        raise QuestionError(
            "must be the lowest and the highest age", path="age", got=given, cure="age=(18, 40)"
        )

    def filter(self, asked: Asked) -> Filter:
        """Return the condition; where only the year of a prescription is known, it is not met.

        Raises:
            QuestionError: The source is pseudonymised, so that it has no years of birth.
        """
        if asked.shifted:
            raise QuestionError(
                "cannot be told where an export is pseudonymised: it has the decade of birth alone",
                path="age",
                cure="ask the log, or an export that is not pseudonymised",
            )
        reached = f"p.at_month - p.at_month % {_CENTURY} - f.birth_year * {_CENTURY}"
        tests = [
            f"{reached} {sign} {age * _CENTURY}"
            for sign, age in ((">=", self.low), ("<=", self.high))
            if age is not None
        ]
        found = f"f.patient = p.patient AND {_newest('birth_year')} AND {' AND '.join(tests)}"
        low, high = (0 if self.low is None else self.low), self.high
        said = f"aged {low} or more" if high is None else f"aged {low} to {high}"
        return Filter(
            f"EXISTS (SELECT 1 FROM fact_patient_facts AS f WHERE {found})",
            f"{said} in the year of the prescription, where the year of birth is recorded",
        )


@attrs.frozen
class Stage:
    """Prescribed at one stage of one scale."""

    text: str
    """Scale and stage: ``hamilton_norwood IIIv``."""

    def filter(self, asked: Asked) -> Filter:
        """Return the condition.

        Raises:
            QuestionError: It does not begin with a scale, or the scale has no such stage; or it was left out
                of an export.
        """
        asked.must_have("stage", "stage", "indication", "sex")
        words = self.text.split()
        for place in range(len(words) - 1, 0, -1):
            try:
                scale = asked.formulary.term("scales", " ".join(words[:place]))
            except TermError:
                continue
            stage = " ".join(words[place:])
            if not scale.has_stage(stage):
                listed = ", ".join(scale.stages) or "not laid down"
                raise QuestionError(
                    f"is not a stage of {scale.label}",
                    path="stage",
                    got=stage,
                    cure=f"its stages are {listed}",
                )
            quoted = stage.replace("'", "''")
            return Filter(
                f"p.indication_scale IN {asked.numbers('term', [scale.code])} "
                f"AND p.indication_stage = '{quoted}'",
                f"stage {stage} of {scale.code}",
            )
        scales = ", ".join(term.code for term in asked.formulary.terms("scales"))
        raise QuestionError(
            "does not begin with a scale",
            path="stage",
            got=self.text,
            cure=f"write one of {scales}, and the stage: hamilton_norwood III",
        )
