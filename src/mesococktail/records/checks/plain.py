"""What a record says that is unusual by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mesococktail.findings import Finding, Severity
from mesococktail.records.checks.composition import cocktail_findings
from mesococktail.records.prescription import Prescription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.formulary import Formulary

CLOCKS_DIFFER = timedelta(minutes=10)


def plain_findings(record: Any, formulary: Formulary, now: datetime) -> Iterator[Finding]:  # noqa: ANN401  # any kind with findings
    """Yield what is unusual in a record, whatever else is known."""
    if isinstance(record, Prescription):
        if record.cocktail is not None:
            for finding in cocktail_findings(record.cocktail, formulary):
                yield finding.under("cocktail")
        if record.plan is not None and not record.plan.agrees:
            yield Finding(
                Severity.WARNING,
                "plan_total",
                "plan",
                f"{record.plan.stated} sessions are stated, and it adds up to {_added(record.plan.sessions)}",
            )
    if isinstance(record.at, datetime) and record.at - CLOCKS_DIFFER > now:
        yield Finding(
            Severity.WARNING, "at_in_the_future", "at", "the time is later than the clock of this machine"
        )


def _added(sessions: tuple[int, int] | None) -> str:
    low, high = sessions or (0, 0)
    return str(low) if low == high else f"{low}-{high}"
