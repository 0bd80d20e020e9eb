"""The checks on a record: what is unusual, what blocks, and which checks could not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.records.checks.composition import cocktail_findings
from mesococktail.records.checks.plain import CLOCKS_DIFFER, plain_findings
from mesococktail.records.kinds import changed

if TYPE_CHECKING:
    from datetime import datetime

    from mesococktail.findings import Finding
    from mesococktail.formulary import Formulary
    from mesococktail.records.known import Known
    from mesococktail.records.preparation import Preparation, StockUsed
    from mesococktail.records.prescription import Prescription
    from mesococktail.records.session import Session

__all__ = ("CLOCKS_DIFFER", "checked", "cocktail_findings", "expected")


def checked(
    record: Prescription | Preparation | Session, formulary: Formulary, known: Known, now: datetime
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what the checks found, and the codes of those that lacked an answer.

    Nothing is raised: what blocks is a finding of `Severity.ERROR`.
    """
    _ = known
    return tuple(plain_findings(record, formulary, now)), ()


def expected(record: Preparation, known: Known) -> tuple[StockUsed, ...]:
    """Return the stock with the volume that the prescription asks for beside each."""
    asked = known.linked.get(record.prescription)
    cocktail = asked.record.cocktail if asked else None
    volumes = {part.agent.id: cocktail.volume(part) for part in cocktail.parts} if cocktail else {}
    return tuple(changed(stock, expected=volumes.get(stock.agent)) for stock in record.stock)
