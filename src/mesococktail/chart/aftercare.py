"""The instructions a patient is given after a session, dated from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.errors import RecordError
from mesococktail.formulary import Formulary, RuleType
from mesococktail.records import Around, Instruction, Prescription, Session, days_of
from mesococktail.records.checks import ruled_id, until_of
from mesococktail.records.session import NOT_GIVEN, WITHOUT_AGENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from mesococktail.formulary import Rule


def instructions(
    session: Session,
    formulary: Formulary | None = None,
    prescription: Prescription | None = None,
    *,
    agents: Iterable[str] | None = None,
) -> tuple[Instruction, ...]:
    """Return what the patient is told after a session, to be recorded with ``Aftercare(instructions=…)``.

    They are the aftercare rules of the formulary, the clinic's own among them, then what the rules have
    to say on the agents given, such as how long not to give blood. Each has the last day it holds,
    counted from the day of the session (from the last day it may have been, where that is not known
    exactly).

    Args:
        session: The session that was given.
        formulary: What is known; ours when left out.
        prescription: What it carried out, for what follows from its agents.
        agents: Ids of the agents it gave, in place of those of the prescription: one half of a split scalp
            may have had what another prescription asked for. `Chart.instructions` finds them in the log.

    Returns:
        Nothing after a session that was not given.

    Raises:
        RecordError: One of them is not a record of its kind.
    """
    known = Formulary.of(formulary)
    if not isinstance(session, Session):
        raise RecordError("must be a Session", path="session", got=session, cure="give entry.record")
    if prescription is not None and not isinstance(prescription, Prescription):
        raise RecordError(
            "must be a Prescription", path="prescription", got=prescription, cure="give entry.record"
        )
    if session.given == NOT_GIVEN:
        return ()
    day = days_of(session.at)[1]
    made: Any = Instruction
    told = [
        made(rule=rule.code, text=rule.text, version=rule.version, until=_around(rule.until(day)))
        for rule in known.aftercare
    ]
    told += [
        made(rule=rule.code, text=rule.message, version=rule.version, until=_around(_until(rule, day)))
        for rule in _on_agents(_prescribed(session, prescription) if agents is None else agents, known)
    ]
    return tuple(told)


def _prescribed(session: Session, prescription: Prescription | None) -> Iterator[str]:
    cocktail = prescription.cocktail if prescription else None
    if cocktail is not None and session.payload not in WITHOUT_AGENT:
        yield from (part.agent.id for part in cocktail.parts)


def _on_agents(agents: Iterable[str], formulary: Formulary) -> Iterator[Rule]:
    told: set[str] = set()
    for agent in agents:
        for rule in ruled_id(formulary, agent).of(RuleType.INSTRUCTION):
            if rule.code not in told:
                told.add(rule.code)
                yield rule


def _until(rule: Rule, day: date) -> date | None:
    return None if rule.until_months is None and rule.until_days is None else until_of(rule, day)


def _around(day: date | None) -> Around | None:
    return None if day is None else Around(day.year, day.month, day.day)
