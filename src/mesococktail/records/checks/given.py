"""How much of what was prepared went into the patient: volumes by preparation, doses by agent.

A dose given is the volume given times the concentration in the preparation; where that was not
measured, times the prescribed one. Whoever adds doses up over a course takes them from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from mesococktail.amounts import Amount, total_of
from mesococktail.errors import MesococktailError, RecordError
from mesococktail.records.preparation import Preparation
from mesococktail.records.prescription import Prescription
from mesococktail.records.session import NOT_GIVEN, WITHOUT_AGENT, Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mesococktail.cocktails import Cocktail
    from mesococktail.records.known import Known, Stands
    from mesococktail.records.preparation import StockUsed

PREPARED, PRESCRIBED = "prepared", "prescribed"
"""What a dose given was counted from: what was measured when it was prepared, or what was asked for."""

Records: TypeAlias = "Mapping[str, Stands]"
"""By id."""


def by_id(known: Known) -> dict[str, Stands]:
    """Return every record that is known, by its id."""
    return {one.id: one for one in known.of_patient} | dict(known.linked)


def preparations_of(session: Session, records: Records) -> list[tuple[str, str, Preparation]]:
    """Return path, id and record of every preparation that a session used, each once."""
    named = [("preparation", session.preparation)]
    named += [(f"zones[{place}].preparation", zone.preparation) for place, zone in enumerate(session.zones)]
    found: dict[str, tuple[str, str, Preparation]] = {}
    for path, link in named:
        one = records.get(link) if link is not None else None
        if link is not None and one is not None and isinstance(one.record, Preparation):
            found.setdefault(link, (path, link, one.record))
    return list(found.values())


def volumes_given(session: Session) -> dict[str | None, tuple[Amount | None, bool]]:
    """Return the volume given out of each preparation, by its id, and whether that is all of it.

    What went in without a preparation that is named stands under None. A volume that is not all is the
    least it can have been; it is None where nothing was said at all.
    """
    if session.given == NOT_GIVEN:
        return {}
    own: dict[str | None, list[Amount | None]] = {}
    for zone in session.zones:
        own.setdefault(zone.preparation or session.preparation, []).append(zone.volume)
    given = {link: (_known(volumes), None not in volumes) for link, volumes in own.items()}
    main = session.preparation
    others = [found for link, found in given.items() if link != main]
    stated = session.stated
    if stated is not None and all(whole for _, whole in others):
        apart = total_of(volume for volume, _ in others)
        if apart is None:
            given[main] = (stated, True)
        elif apart < stated:
            given[main] = (stated - apart, True)
    elif main is not None or not given:
        given.setdefault(main, (None, False))
    return given


def _known(amounts: Iterable[Amount | None]) -> Amount | None:
    """Return the sum of those that are known: the least it can be in all."""
    return total_of(amount for amount in amounts if amount is not None)


def made(preparation: Preparation) -> Amount | None:
    """Return the volume that was made: stated, or what was drawn; None where that is not known."""
    if preparation.total is not None:
        return preparation.total
    return total_of(stock.drawn for stock in preparation.stock)


def agent_of(stock: StockUsed, cocktail: Cocktail | None) -> str:
    """Return the id of the agent that a stock is; one no formulary knows may be given by its name."""
    for part in cocktail.parts if cocktail else ():
        if stock.agent in (part.agent.id, part.agent.name, part.agent.written):
            return part.agent.id
    return stock.agent


def agents_given(session: Session, records: Records) -> tuple[str, ...]:
    """Return the ids of the agents that a session gave, adjuncts too, each once."""
    given: dict[str, None] = {}
    for _, preparation, cocktail in _mixtures(session, records):
        given |= dict.fromkeys(_agents_of(preparation, cocktail))
    return tuple(given)


@attrs.frozen
class Given:
    """How much of one agent a session gave out of one mixture."""

    agent: str
    """Its id."""
    amount: Amount | None
    """None where it is not known, which is never nothing."""
    basis: str | None
    """`PREPARED` or `PRESCRIBED`; None where the amount is not known."""
    preparation: str | None
    """Id of the preparation it came from; None where none is named."""


def doses_given(session: Session, records: Records) -> dict[str, Amount | None]:
    """Return the dose of each agent that a session gave, by agent id; None where it is not known.

    Adjuncts are agents here too: an anaesthetic has a limit as well. An agent that is measured by
    nothing else has its volume as its dose.

    Args:
        session: The session.
        records: Its preparations and its prescription, by id; others do no harm.
    """
    doses: dict[str, Amount | None] = {}
    for given in each_given(session, records):
        add_to(doses, {given.agent: given.amount})
    return doses


def each_given(session: Session, records: Records) -> Iterator[Given]:
    """Yield what `doses_given` adds up: each agent of each mixture, and what its dose was counted from."""
    volumes = volumes_given(session)
    for link, preparation, cocktail in _mixtures(session, records):
        volume, whole = volumes.get(link, (None, False))
        for agent, (amount, basis) in _doses_of(preparation, cocktail, volume if whole else None).items():
            yield Given(agent, amount, basis if amount is not None else None, link)


def _mixtures(
    session: Session, records: Records
) -> Iterator[tuple[str | None, Preparation | None, Cocktail | None]]:
    """Yield every mixture that went in: id and record of its preparation, and what was prescribed."""
    asked = records.get(session.prescription or "")
    cocktail = asked.record.cocktail if asked and isinstance(asked.record, Prescription) else None
    if session.payload in WITHOUT_AGENT:
        cocktail = None  # whatever was prescribed, it is not what was delivered
    for link in volumes_given(session):
        one = records.get(link) if link is not None else None
        if one is None or not isinstance(one.record, Preparation):
            yield link, None, cocktail
            continue
        made_for = records.get(one.record.prescription)
        known = made_for is not None and isinstance(made_for.record, Prescription)
        yield link, one.record, made_for.record.cocktail if made_for and known else cocktail


def _agents_of(preparation: Preparation | None, cocktail: Cocktail | None) -> Iterator[str]:
    if preparation is not None:
        for stock in preparation.stock:
            yield agent_of(stock, cocktail)
    elif cocktail is not None:
        for part in cocktail.parts:
            yield part.agent.id


def _doses_of(
    preparation: Preparation | None, cocktail: Cocktail | None, volume: Amount | None
) -> dict[str, tuple[Amount | None, str]]:
    """Return the doses in a volume of one preparation, or of what was prescribed, each with its basis."""
    prescribed = _prescribed(cocktail, volume) if cocktail is not None else {}
    if preparation is None:
        return {agent: (dose, PRESCRIBED) for agent, dose in prescribed.items()}
    total = made(preparation)
    doses: dict[str, Amount | None] = {}
    asked: set[str] = set()
    agents = [agent_of(stock, cocktail) for stock in preparation.stock]
    for stock, agent in zip(preparation.stock, agents, strict=True):
        dose, measured = _drawn_dose(stock, cocktail)
        if stock.drawn is None and agents.count(agent) > 1:
            dose = None  # what is asked for is asked of all its vials together
        add_to(doses, {agent: _share(dose, volume, total)})
        if not measured:
            asked.add(agent)
    return {
        agent: (prescribed.get(agent), PRESCRIBED)
        if dose is None
        else (dose, PRESCRIBED if agent in asked else PREPARED)
        for agent, dose in doses.items()
    }


def _prescribed(cocktail: Cocktail, volume: Amount | None) -> dict[str, Amount | None]:
    doses: dict[str, Amount | None] = {}
    for part in cocktail.parts:
        add_to(doses, {part.agent.id: _share(part.dose or cocktail.volume(part), volume, cocktail.total)})
    return doses


def add_to(doses: dict[str, Amount | None], more: Mapping[str, Amount | None]) -> None:
    """Add amounts to those by the same key; with one that is not known the sum is not known."""
    for agent, dose in more.items():
        doses[agent] = _added(doses[agent], dose) if agent in doses else dose


def _drawn_dose(stock: StockUsed, cocktail: Cocktail | None) -> tuple[Amount | None, bool]:
    """Return the dose in what was drawn, and whether all of it was measured or printed, not asked for."""
    parts = (
        [part for part in cocktail.parts if part.agent.id == agent_of(stock, cocktail)] if cocktail else []
    )
    strength = stock.strength or (parts[0].strength if len(parts) == 1 else None)
    volume = stock.drawn or stock.expected
    if volume is None:
        return None, False
    if strength is None:
        # Its volume measures it only where nothing else does, as with platelet-rich plasma.
        counted = any(part.dose is not None and part.dose.dimension is not volume.dimension for part in parts)
        return None if counted else volume, stock.drawn is not None
    try:
        return volume * strength, stock.drawn is not None and stock.strength is not None
    except MesococktailError:
        return None, False


def _share(dose: Amount | None, volume: Amount | None, total: Amount | None) -> Amount | None:
    if dose is None or volume is None or total is None:
        return None
    try:
        return dose * volume.ratio(total)
    except MesococktailError:
        return None


def _added(one: Amount | None, other: Amount | None) -> Amount | None:
    if one is None or other is None:
        return None
    try:
        return one + other
    except MesococktailError:
        return None  # one is known in mg, the other in mL only


def contradictions(record: object, known: Known) -> Iterator[RecordError]:
    """Yield what can never be true of a record beside what is known, so that no reason can accept it."""
    if not isinstance(record, Session) or record.given == NOT_GIVEN:
        return
    records = by_id(known)
    used = preparations_of(record, records)
    for path, _, preparation in used:
        # A zone of a split scalp may have had what another prescription of the patient asked for.
        if path == "preparation" and preparation.prescription != record.prescription:
            yield RecordError(
                "was made for another prescription than the one this session carries out",
                path=path,
                cure="name the preparation made for it, or the prescription it was made for",
            )
    sessions = [one.record for one in known.of_patient if isinstance(one.record, Session)]
    for path, link, preparation in used:
        total, waste = made(preparation), preparation.waste
        given = _from(record, link)
        if total is None or given is None:
            continue
        before = _known(_from(session, link) for session in sessions if _uses(session, link))
        together = given if before is None else before + given
        if (together if waste is None else together + waste) > total:
            earlier = f", and the patient's other sessions had {before} of it" if before is not None else ""
            thrown = f", of which {waste} was thrown away" if waste is not None else ""
            yield RecordError(
                f"{given} was given{earlier}, and only {total} was prepared{thrown}",
                path=path,
                cure="correct the volume, or name the preparation it came from",
            )


def _uses(session: Session, link: str) -> bool:
    return session.preparation == link or any(zone.preparation == link for zone in session.zones)


def _from(session: Session, link: str) -> Amount | None:
    return volumes_given(session).get(link, (None, False))[0]
