"""Rules: what somebody says must or should not be, each with who says it and where it holds.

A rule is data. It never changes what may be recorded by itself: it yields a finding, and one that
blocks can be accepted with a reason. Nothing that no source states is here: there is no rule for the
most volume of a session or for the order of drawing, because nothing authoritative was read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.findings import Severity
from mesococktail.formulary.names import key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from mesococktail.formulary.agent import Agent, Status

SEVERITIES = {"block": Severity.ERROR, "warn": Severity.WARNING, "info": Severity.INFO}
"""How the data and a clinic's file say how much a rule matters."""

GRADES = (
    "label",
    "guideline",
    "consensus",
    "study",
    "teaching",
    "custom",
    "seller",
    "register",
    "law",
)
"""What kind of source states a rule: a product's label, a society or agency, agreeing experts, one
trial or its authors, a review or course, habit, somebody who sells, an official list, a law."""

FACTS = ("pregnancy", "could_become_pregnant", "partner_could_become_pregnant")
"""Which facts of a patient a rule may look at."""

WHERE = ("here", "elsewhere")
"""Where the decision on a status was taken, seen from the clinic."""

CONSENTS = ("missing", "off_label")
"""What a rule on consent may be about."""


class RuleType(StrEnum):
    """What a rule looks at, which also says which of its parameters it has."""

    CONTRAINDICATION = "contraindication"
    """The answer yes to an item of the screening."""
    FACT = "fact"
    """What is known of the patient, for some agents."""
    COMPONENT = "component"
    """A substance that agents hold without saying so, against the patient's allergies."""
    STATUS = "status"
    """What a jurisdiction decided about an agent, on the day of the act."""
    LIMIT = "limit"
    """A dose, concentration or volume of an agent, by session or over some days."""
    PAIR = "pair"
    """Two agents that do not go together."""
    PH = "ph"
    EXCLUDED = "excluded"
    """Agents that do not belong in a mixture at all."""
    NUMBER_OF_AGENTS = "number_of_agents"
    DEPTH = "depth"
    PER_POINT = "per_point"
    """The volume at one point."""
    INTERVAL = "interval"
    """Days between two sessions."""
    PLACE = "place"
    """Where mixing is not allowed."""
    INSTRUCTION = "instruction"
    """Something the patient is told, with a date until which it holds."""
    CONSENT = "consent"


@attrs.frozen(kw_only=True)
class Rule:
    """One rule. Which parameters it has depends on its type; the others are empty."""

    code: str
    """Never changes its meaning: ``ph_5_8``. The code of the finding it yields."""
    version: str
    type: RuleType
    severity: Severity
    message: str
    """What to tell the clinician (the patient, for an instruction), in our own words."""
    source: str
    grade: str
    """One of `GRADES`."""
    jurisdiction: str | None = None
    """Where it holds: ``FR``, ``EU``; None for everywhere. See `Formulary.holds`."""
    agents: tuple[str, ...] = ()
    """Ids of the agents it speaks of; with `classes` empty too, it speaks of every agent."""
    classes: tuple[str, ...] = ()
    item: str | None = None
    """Contraindication: the code of the term whose yes fires it. Consent: one of `CONSENTS`."""
    fact: str | None = None
    """One of `FACTS`."""
    answers: tuple[str, ...] = ()
    """The values of the fact that fire it."""
    substances: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    """How a status that fires begins, up to its first comma: ``suspended``."""
    where: str | None = None
    """Status: ``here``, decided where the clinic is; ``elsewhere``; None for either."""
    of: str | None = None
    """Limit: ``dose``, ``concentration`` or ``volume``."""
    least: str | None = None
    """An amount, or a plain number for a pH or a number of agents."""
    most: str | None = None
    per: str | None = None
    """Limit: ``session``, or None."""
    days: int | None = None
    """Limit: over so many days together. Interval: fewest days between two sessions."""
    routes: tuple[str, ...] = ()
    """Codes of the routes it holds for; empty for all."""
    with_agents: tuple[str, ...] = ()
    """Pair: the other side."""
    with_classes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Codes of the places where mixing is not allowed."""
    until_days: int | None = None
    """Instruction: how long it holds after the last session."""
    until_months: int | None = None

    @property
    def text(self) -> str:
        """How a finding or a record names it: ``ph_5_8 1``."""
        return f"{self.code} {self.version}"

    def speaks_of(self, agent: Agent) -> bool:
        """Whether it is about an agent, or about one that the agent says it holds.

        A member of a premix is known by its id here: for a rule that goes by class ask again with the
        member itself.
        """
        if not self.agents and not self.classes:
            return True
        return _among(agent, self.agents, self.classes)

    def pairs_with(self, agent: Agent) -> bool:
        """Whether an agent is on the other side of a pair."""
        return _among(agent, self.with_agents, self.with_classes)

    def status_of(self, agent: Agent, on: date, here: Collection[str] = ()) -> Status | None:
        """Return the status of an agent that fires this rule on a day; None if none does.

        In each jurisdiction the newest decision counts. One of which only the month is known counts
        from the first of that month. *here* is `Formulary.jurisdictions`.
        """
        for status in _standing(agent, on):
            if self.jurisdiction not in (None, status.jurisdiction):
                continue
            if self.where is not None and (self.where == "here") is not (status.jurisdiction in here):
                continue
            if status.status.partition(",")[0] in self.statuses:
                return status
        return None


def _among(agent: Agent, ids: tuple[str, ...], classes: tuple[str, ...]) -> bool:
    if agent.id in ids or any(member in ids for member in agent.members):
        return True
    return bool(classes) and not {key(each) for each in classes}.isdisjoint(map(key, agent.classes))


def _standing(agent: Agent, on: date) -> list[Status]:
    """Return the newest status of each jurisdiction on a day."""
    day = on.isoformat()
    newest: dict[str, Status] = {}
    for status in sorted(agent.status, key=lambda status: status.since or ""):
        since = status.since or ""
        # "2011-02" is compared with the month of the day only.
        if since <= day[: len(since)]:
            newest[status.jurisdiction] = status
    return list(newest.values())


def read_rules(data: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Build the rules of the packaged file, which a test holds to its form."""
    sources: Mapping[str, str] = data["sources"]

    def rule(line: Mapping[str, Any]) -> Rule:
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in line.items()}
        given["type"] = RuleType(given["type"])
        given["severity"] = SEVERITIES[given["severity"]]
        given["source"] = sources.get(given["source"], given["source"])
        return Rule(**given)

    return tuple(rule(line) for line in data["rules"])


def jurisdictions_of(place: str | None, unions: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return a jurisdiction and those it lies in: ``FR`` is in ``EU``, ``US-CA`` in ``US``."""
    if place is None:
        return ()
    country = place.partition("-")[0]
    around = tuple(union for union, members in unions.items() if country in members)
    return tuple(dict.fromkeys((place, country, *around)))
