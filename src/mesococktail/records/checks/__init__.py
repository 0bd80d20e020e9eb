"""The checks on a record: what is unusual, what blocks, and which checks could not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.findings import Finding
from mesococktail.records.checks.allergies import tolerated
from mesococktail.records.checks.asked import consented, facts_checked, screened
from mesococktail.records.checks.composition import cocktail_findings
from mesococktail.records.checks.given import (
    PREPARED,
    PRESCRIBED,
    Given,
    add_to,
    agent_of,
    agents_given,
    contradictions,
    doses_given,
    each_given,
    made,
    preparations_of,
    volumes_given,
)
from mesococktail.records.checks.giving import given_checked, until_of
from mesococktail.records.checks.mixture import mixture_checked
from mesococktail.records.checks.plain import CLOCKS_DIFFER, plain_findings
from mesococktail.records.checks.preparing import prepared
from mesococktail.records.checks.ruling import ruled_id
from mesococktail.records.kinds import changed
from mesococktail.records.preparation import Preparation
from mesococktail.records.prescription import Prescription
from mesococktail.records.session import NOT_GIVEN, Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mesococktail.amounts import Amount
    from mesococktail.formulary import Formulary
    from mesococktail.records.known import Known
    from mesococktail.records.preparation import StockUsed

__all__ = (
    "CLOCKS_DIFFER",
    "PREPARED",
    "PRESCRIBED",
    "Given",
    "agents_given",
    "checked",
    "cocktail_findings",
    "contradictions",
    "doses_given",
    "each_given",
    "expected",
    "made",
    "preparations_of",
    "ruled_id",
    "until_of",
    "volumes_given",
)


def checked(
    record: Prescription | Preparation | Session, formulary: Formulary, known: Known, now: datetime
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what the checks found, and the codes of those that lacked an answer.

    Nothing is raised: what blocks is a finding of `Severity.ERROR`. The order in which the patient's
    records are known does not matter.
    """
    found = list(plain_findings(record, formulary, now))
    not_run: dict[str, None] = {}
    for said in _said(record, formulary, known):
        if isinstance(said, Finding):
            found.append(said)
        else:
            not_run[said] = None
    return tuple(dict.fromkeys(found)), tuple(not_run)


def _said(
    record: Prescription | Preparation | Session, formulary: Formulary, known: Known
) -> Iterator[Finding | str]:
    """Yield every finding, and the code of every check that could not run."""
    match record:
        case Prescription():
            yield from screened(record, formulary, known)
            yield from tolerated(record, formulary, known)
            yield from facts_checked(record, formulary, known)
            yield from consented(record, formulary, known)
            yield from mixture_checked(record, formulary)
        case Preparation():
            yield from prepared(record, formulary, known)
        case _:
            yield from given_checked(record, formulary, known)
            if record.given != NOT_GIVEN:
                yield from consented(record, formulary, known)


def expected(record: Preparation, known: Known) -> tuple[StockUsed, ...]:
    """Return the stock with the volume that the prescription asks for beside each."""
    asked = known.linked.get(record.prescription)
    cocktail = asked.record.cocktail if asked and isinstance(asked.record, Prescription) else None
    volumes: dict[str, Amount | None] = {}
    if cocktail is not None:
        for part in cocktail.parts:  # an anaesthetic may be an ingredient as well
            add_to(volumes, {part.agent.id: cocktail.volume(part)})
    return tuple(changed(stock, expected=volumes.get(agent_of(stock, cocktail))) for stock in record.stock)
