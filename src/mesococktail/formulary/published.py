"""Formulas that somebody published, verbatim and with their citation, and how to find them by content.

They are what was printed, not what should be given. Nothing that the sources left out is filled in.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.findings import Finding, Severity
from mesococktail.formulary.crosscheck import Check, Elsewhere, Phase, Points, Schedule, Sum, checks
from mesococktail.formulary.reported import Means, Reported
from mesococktail.formulary.shipped import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable


class Place(StrEnum):
    """Where a printed ingredient belongs."""

    MIXTURE = "mixture"
    OTHER_ARM = "other arm"
    """Given to other patients, for comparison."""
    OTHER_DAY = "other day"
    """Given to the same patients in the same course, but not in the same session."""
    BESIDE = "beside"
    """Used at the same time by another way, such as a lotion at home."""


@attrs.frozen
class PublishedIngredient:
    """One line of a published formula."""

    name: str
    """As printed."""
    agent: str | None
    """The id of the agent it is; None where the print does not let us say."""
    amounts: tuple[Reported, ...] = ()
    adjunct: str | None = None
    """What it is in the syringe for, if not as an active agent: ``diluent``."""
    place: Place = Place.MIXTURE
    role: str | None = None
    """Principal or complementary, in the words of the source; hardly any source says."""
    note: str | None = None


@attrs.frozen
class PublishedFormula:
    """What one publication (or one arm of it) says was given, to whom, and with what result.

    Every text is as printed in the source that was read; None means that this source did not say.
    """

    id: str
    label: str
    """Short name for a list: ``Moftah 2013``."""
    citation: str
    provenance: str
    """Where the facts were read."""
    provenance_kind: str
    """``read``, or ``known`` for what is cited from memory and was not read again."""
    indication: str
    indication_code: str
    technique: str
    ingredients: tuple[PublishedIngredient, ...]
    doi: str | None = None
    registry: str | None = None
    """Number in a trial registry."""
    arm: str | None = None
    patients: str | None = None
    product: str | None = None
    """The id of the premix that the whole mixture is."""
    undisclosed: str | None = None
    """What is known to be missing from the ingredients."""
    vehicle: str | None = None
    total_volume: Reported | None = None
    per_point: Reported | None = None
    sessions: str | None = None
    interval: str | None = None
    schedule: Schedule | None = None
    outcomes: tuple[str, ...] = ()
    adverse_events: tuple[str, ...] = ()
    discrepancies: tuple[str, ...] = ()
    """Contradictions that readers of the publication noted, in words; `contradictions` computes."""
    notes: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    points: Points | None = None
    elsewhere: Elsewhere | None = None

    @property
    def combination(self) -> tuple[str, ...]:
        """Ids of the active agents of the mixture, sorted; adjuncts do not count."""
        return self._active(Place.MIXTURE)

    @property
    def agents(self) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.combination)

    @property
    def complete(self) -> bool:
        """Whether `combination` is all that was in the mixture, as far as the print tells."""
        return self.undisclosed is None and all(
            each.agent is not None
            for each in self.ingredients
            if each.place is Place.MIXTURE and not each.adjunct
        )

    @property
    def combinations(self) -> tuple[tuple[str, ...], ...]:
        """Every combination that was given: the mixture, the product it is, other arms, other days."""
        found = [self.combination, (self.product,) if self.product else ()]
        found += [self._active(place) for place in (Place.OTHER_ARM, Place.OTHER_DAY)]
        return tuple(dict.fromkeys(each for each in found if each))

    def _active(self, place: Place) -> tuple[str, ...]:
        return tuple(
            sorted({i.agent for i in self.ingredients if i.agent and not i.adjunct and i.place is place})
        )

    @property
    def plan(self) -> str | None:
        """The printed schedule as one line that ``Plan.parse`` reads; None if it cannot be taken apart."""
        return self.schedule.plan(self.sessions) if self.schedule else None

    @property
    def reported(self) -> tuple[tuple[str, Reported], ...]:
        """Every printed figure with the name of what it belongs to, in the order of the print."""
        figures = [(each.name, amount) for each in self.ingredients for amount in each.amounts]
        figures += [("total volume", self.total_volume)] if self.total_volume else []
        figures += [("per point", self.per_point)] if self.per_point else []
        return tuple(figures)

    def checks(self) -> tuple[Check, ...]:
        """Compare the printed figures with each other, exactly, and return every comparison."""
        return tuple(checks(self))

    def contradictions(self) -> tuple[Finding, ...]:
        """Return the comparisons that do not come out, as findings; empty when the print is consistent."""
        return tuple(
            Finding(Severity.WARNING, "contradiction_in_print", check.path, check.message)
            for check in self.checks()
            if not check.agrees
        )


@attrs.frozen
class PublishedMatches:
    """The published formulas that have something to do with a combination, each in one place only."""

    asked: tuple[str, ...]
    exact: tuple[PublishedFormula, ...]
    """These agents and no other."""
    wider: tuple[PublishedFormula, ...]
    """These agents and others, or others that the print does not disclose."""
    sharing: tuple[PublishedFormula, ...]
    """Some of these agents."""


def published_for(agents: Iterable[str], formulas: Iterable[PublishedFormula]) -> PublishedMatches:
    """Say whether a combination has been published.

    Args:
        agents: Ids of the active agents asked about; leave adjuncts out.
        formulas: Where to look, as ``Formulary.published``.

    Returns:
        The formulas with exactly these agents, with more, and with some of them. A premix is found under
        its own id and under its disclosed contents.
    """
    asked = frozenset(agents)
    exact, wider, sharing = [], [], []
    for formula in formulas:
        given = [frozenset(each) for each in formula.combinations]
        known = [each for each in given if formula.complete or each != formula.agents]
        if asked in known:
            exact.append(formula)
        elif asked and any(asked <= each for each in given):
            wider.append(formula)
        elif any(asked & each for each in given):
            sharing.append(formula)
    return PublishedMatches(tuple(sorted(asked)), tuple(exact), tuple(wider), tuple(sharing))


@attrs.frozen
class LeftOut:
    """A publication that was considered and is not among the formulas, and why."""

    id: str
    citation: str
    provenance: str
    why: str
    printed: tuple[str, ...]


@cache
def shipped_published() -> tuple[PublishedFormula, ...]:
    """Return every published scalp formulation that comes with the package."""
    return tuple(_formula(line) for line in _data()["formulas"])


@cache
def left_out() -> tuple[LeftOut, ...]:
    """Return what was considered and left out, so that nothing is dropped in silence."""
    return tuple(LeftOut(**line | {"printed": tuple(line["printed"])}) for line in _data()["left_out"])


def _data() -> dict[str, Any]:
    """Read our own file, which a test holds to its form."""
    data: dict[str, Any] = json.loads(packaged("published.json"))
    return data


def _formula(line: dict[str, Any]) -> PublishedFormula:
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in line.items()
    }
    source = line["provenance"]
    given["ingredients"] = tuple(_ingredient(each, source) for each in line["ingredients"])
    for key in ("total_volume", "per_point"):
        if key in line:
            given[key] = _reported(line[key], source)
    given["sums"] = tuple(Sum(s["of"], s["total"], tuple(s["parts"])) for s in line.get("sums", ()))
    if "schedule" in line:
        given["schedule"] = _schedule(line["schedule"])
    if "points" in line:
        given["points"] = Points(**line["points"] | {"usual": tuple(line["points"]["usual"])})
    if "elsewhere" in line:
        given["elsewhere"] = Elsewhere(**line["elsewhere"])
    return PublishedFormula(**given)


def _ingredient(line: dict[str, Any], source: str) -> PublishedIngredient:
    amounts = tuple(_reported(each, source) for each in line.get("amounts", ()))
    place = Place(line.get("place", Place.MIXTURE))
    return PublishedIngredient(**line | {"amounts": amounts, "place": place})


def _reported(line: dict[str, Any], source: str) -> Reported:
    return Reported(**{"source": source} | line | {"means": Means(line["means"])})


def _schedule(line: dict[str, Any]) -> Schedule:
    phases = tuple(Phase(**each) for each in line.get("phases", ()))
    return Schedule(phases, tuple(line.get("weeks", ())), line.get("at_most"), line.get("why"))
