"""The conditions a study can set on prescriptions, each turned into plain SQL over the star.

A condition speaks of `p`, a row of `fact_prescription`. It holds nothing but whole numbers and our own
words, so that its text is the same for every engine and no name from outside ever stands in it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import attrs

from mesococktail.errors import MesococktailError, QuestionError
from mesococktail.log.names import LOG_BITS, MEASURES, ROLES, SCALES

if TYPE_CHECKING:
    from mesococktail.amounts import Amount, AmountLike  # noqa: TC004  # attrs keeps the annotation as text; loading it would cost a question its start
    from mesococktail.research.source import Asked

LARGEST = 2**63 - 1
"""The largest number that every engine holds in a whole-number column."""
TECHNIQUES = ("chemical", "mechanical")


@attrs.frozen
class Filter:
    """A condition as it was understood."""

    sql: str
    said: str
    """For a person, with every name resolved: ``contains an agent of class vitamin (biotin, thiamine)``."""


class Condition(Protocol):
    """Anything that can narrow a study."""

    def filter(self, asked: Asked) -> Filter:
        """Return the condition with its names looked up."""


def text_given(given: object, path: str) -> str:
    """Return a name or id that was given.

    Raises:
        QuestionError: It is not a text that a record could hold.
    """
    if isinstance(given, str) and given and given.isprintable():
        return given
    raise QuestionError("must be a name or an id", path=path, got=given)


def flag_given(given: object, path: str) -> bool:
    """Return a choice that was given.

    Raises:
        QuestionError: It is neither True nor False.
    """
    if isinstance(given, bool):
        return given
    raise QuestionError("must be True or False", path=path, got=given)


@attrs.frozen
class Person:
    """Prescribed by one doctor, or to one patient."""

    dimension: str
    id: str

    def filter(self, asked: Asked) -> Filter:
        """Return the condition; an id that is not in the log is refused rather than counted as nobody."""
        number = asked.person(self.dimension, self.id)
        return Filter(f"p.{self.dimension} = {number}", f"{self.dimension} {self.id}")


@attrs.frozen
class Clinic:
    """Prescribed in one clinic."""

    name: str

    def filter(self, asked: Asked) -> Filter:
        """Return the condition: the records of a log are numbered next to each other."""
        logs = asked.of_clinic(self.name)
        ranges = [
            f"p.key BETWEEN {each.number << LOG_BITS} AND {((each.number + 1) << LOG_BITS) - 1}"
            for each in logs
        ]
        return Filter(f"({' OR '.join(ranges)})", f"clinic {self.name}")


@attrs.frozen
class Indicated:
    """Prescribed for one indication."""

    name: str

    def filter(self, asked: Asked) -> Filter:
        """Return the condition."""
        asked.must_have("indication", "indication")
        numbers, code = asked.indication(self.name)
        return Filter(f"p.indication IN {numbers}", f"indication {code}")


@attrs.frozen
class Technique:
    """The article's chemical or mechanical technique; a prescription may be both."""

    name: str

    @classmethod
    def of(cls, given: object) -> Technique:
        """Read a technique.

        Raises:
            QuestionError: It is neither of the two.
        """
        for name in TECHNIQUES:
            if given == name:
                return cls(name)
        raise QuestionError(
            "is not a technique", path="technique", got=given, cure="write chemical or mechanical"
        )

    def filter(self, asked: Asked) -> Filter:  # noqa: ARG002  # needs no look-up
        """Return the condition."""
        # What both techniques have is one text, in which each is named; chemical is no part of mechanical.
        sql = f"p.technique IN (SELECT id FROM dim_term WHERE term LIKE '%{self.name}%')"
        return Filter(sql, f"technique {self.name}")


@attrs.frozen
class Transcribed:
    """Copied from an old chart, or not."""

    yes: bool

    def filter(self, asked: Asked) -> Filter:  # noqa: ARG002  # needs no look-up
        """Return the condition."""
        test = "IS NOT NULL" if self.yes else "IS NULL"
        said = "transcribed from an old chart" if self.yes else "not transcribed from an old chart"
        return Filter(f"p.transcribed_from {test}", said)


def _dose(given: object) -> tuple[Amount | None, Amount | None] | None:
    """Read the two ends of a range of doses."""
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) != 2 or given[0] is given[1] is None:  # noqa: PLR2004  # two ends
        raise QuestionError(
            "must be the lowest and the highest dose, either of them None for no limit",
            path="dose",
            got=given,
            cure='dose=("1 mg", "2.5 mg")',
        )
    low, high = (None if end is None else _end(end) for end in given)
    if low is not None and high is not None:
        if low.dimension is not high.dimension:
            raise QuestionError(
                f"has its ends in {low.dimension} and in {high.dimension}, which cannot be compared",
                path="dose",
                got=f"{low} to {high}",
                cure="give both in one measure",
            )
        if low > high:
            raise QuestionError("begins above its end", path="dose", got=f"{low} to {high}", cure="swap them")
    return low, high


def _end(given: AmountLike) -> Amount:
    from mesococktail.amounts import Amount  # shadows only the annotation

    try:
        amount = Amount.of(given)
    except MesococktailError as error:
        raise error.at("dose") from None
    if amount.dimension not in MEASURES:
        raise QuestionError(
            f"is a {amount.dimension}, which no dose is counted in",
            path="dose",
            got=str(amount),
            cure="give a mass, an activity, a count, product units or a volume",
        )
    return amount


def _role(given: object) -> str | None:
    if given is None:
        return None
    for role in ROLES:
        if given == role:
            return role
    raise QuestionError("is not a role", path="role", got=given, cure=f"write {' or '.join(ROLES)}")


@attrs.frozen
class Containing:
    """Has an ingredient on which all of this is true: one and the same ingredient meets every part.

    An agent or class is also found inside a premix that says it holds it, as the record has its
    composition; with *directly* it is not. Where a dose is asked for, premixes never match: the dose
    of what is inside one is not known.

    Raises:
        QuestionError: It sets no condition, two of agent, class and premise, or a range that cannot be.
        AmountError: A dose is not an amount.
    """

    agent: str | None = None
    """Any name that the formulary knows."""
    class_: str | None = None
    """A class of agents, such as ``vitamin``; the formulary says which they are."""
    premise: str | None = None
    """A premise that an agent addresses, such as ``hormonal``; the formulary says which do."""
    role: str | None = attrs.field(default=None, converter=_role)
    dose: tuple[Amount | None, Amount | None] | None = attrs.field(default=None, converter=_dose)
    """Lowest and highest dose of that ingredient, both included; None for no limit on that side."""
    directly: bool = False

    def __attrs_post_init__(self) -> None:
        named = {"agent": self.agent, "class_": self.class_, "premise": self.premise}
        given = [path for path, said in named.items() if said is not None]
        if not given and self.role is None and self.dose is None:
            raise QuestionError(
                "sets no condition", path="contains", cure='name an agent: Containing("minoxidil")'
            )
        if len(given) > 1:
            rule = f"has both {' and '.join(path.rstrip('_') for path in given)}"
            raise QuestionError(rule, path="contains", cure="give one; the agent says the others")
        for path in given:
            text_given(named[path], path)
        flag_given(self.directly, "directly")

    def filter(self, asked: Asked) -> Filter:
        """Return the condition.

        Raises:
            AgentError: The name fits no agent or class, or more than one.
        """
        tests, said = [], []
        ids = self._ids(asked)
        numbers = None if ids is None else asked.numbers("agent", ids)
        if ids is not None:
            said.append(self._named(ids))
        if self.role is not None:
            tests.append(f"i.role = {ROLES.index(self.role)}")
            said.append(f"as {self.role}" if ids is not None else f"a {self.role} ingredient")
        if self.dose is not None:
            tests += _dose_tests(*self.dose)
            said.append(_dose_said(*self.dose) if said else f"an ingredient {_dose_said(*self.dose)}")
        itself = tests if numbers is None else [f"i.agent IN {numbers}", *tests]
        found = f"SELECT i.prescription FROM fact_ingredient AS i WHERE {' AND '.join(itself)}"
        if numbers is not None and not self.directly and self.dose is None:
            inside = " AND ".join([f"m.member IN {numbers}", *tests])
            found += (
                " UNION ALL SELECT m.prescription FROM fact_member AS m JOIN fact_ingredient AS i "
                f"ON i.prescription = m.prescription AND i.position = m.position WHERE {inside}"
            )
            said.append("also inside a premix")
        return Filter(f"p.key IN ({found})", f"contains {', '.join(said)}")

    def _ids(self, asked: Asked) -> tuple[str, ...] | None:
        if self.agent is not None:
            return (asked.agent(self.agent),)
        if self.premise is not None:
            from mesococktail.formulary import agents_for  # slow to load, and seldom asked

            return agents_for(asked.formulary, self.premise)
        return None if self.class_ is None else asked.formulary.with_class(self.class_)

    def _named(self, ids: tuple[str, ...]) -> str:
        if self.agent is not None:
            return ids[0]
        of = f"class {self.class_}" if self.class_ is not None else f"premise {self.premise}"
        return f"an agent of {of} ({', '.join(ids)})"


def _dose_tests(low: Amount | None, high: Amount | None) -> list[str]:
    """Compare in whole counts, as the star does: first at or above, last at or below."""
    end = low if low is not None else high
    assert end is not None  # noqa: S101  # a range without any end was refused
    measure = list(MEASURES).index(end.dimension)
    tests = [f"i.measure = {measure}"]
    if low is not None:
        tests.append(f"i.dose_counts >= {min(-(-Fraction(low.base) * SCALES[measure] // 1), LARGEST)}")
    if high is not None:
        tests.append(f"i.dose_counts <= {min(Fraction(high.base) * SCALES[measure] // 1, LARGEST)}")
    return tests


def _dose_said(low: Amount | None, high: Amount | None) -> str:
    if high is None:
        return f"of {low} or more"
    return f"of at most {high}" if low is None else f"of {low} to {high}"
