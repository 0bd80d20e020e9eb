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
    from mesococktail.records.prescription import Indication

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
        yield from _staged(record.indication, formulary)
    if isinstance(record.at, datetime) and record.at - CLOCKS_DIFFER > now:
        yield Finding(
            Severity.WARNING, "at_in_the_future", "at", "the time is later than the clock of this machine"
        )


def _staged(indication: Indication, formulary: Formulary) -> Iterator[Finding]:
    """Yield that a stage is not one of its scale: written otherwise in an old chart, or of another scale."""
    if indication.scale is None or indication.stage is None:
        return
    scale = formulary.term("scales", indication.scale)
    if scale.stages and not scale.has_stage(indication.stage):
        yield Finding(
            Severity.WARNING,
            "stage_not_on_scale",
            "indication.stage",
            f"{indication.stage} is not a stage of {scale.label}, which has {', '.join(scale.stages)}",
        )


def _added(sessions: tuple[int, int] | None) -> str:
    low, high = sessions or (0, 0)
    return str(low) if low == high else f"{low}-{high}"
