"""Keep the record of mesotherapy hair-loss cocktails. It records; it never recommends a treatment.

Public names are loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.lazy import loader

if TYPE_CHECKING:
    from mesococktail.amounts import Amount, AmountRange
    from mesococktail.chart import Chart
    from mesococktail.cocktails import (
        Adjunct,
        Cocktail,
        Ingredient,
        Role,
        adjunct,
        complementary,
        fill,
        principal,
    )
    from mesococktail.findings import Finding, Severity
    from mesococktail.formulary import Agent, Formulary, other
    from mesococktail.log import PrescriptionLog
    from mesococktail.records import (
        AdverseEvent,
        Aftercare,
        Consent,
        Doctor,
        Outcome,
        PatientFacts,
        Preparation,
        Prescription,
        Screening,
        Session,
        check,
    )
    from mesococktail.research import Containing, Study

__version__ = "0.1.0"

_HOME = {
    "Adjunct": "cocktails",
    "AdverseEvent": "records",
    "Aftercare": "records",
    "Agent": "formulary",
    "Amount": "amounts",
    "AmountRange": "amounts",
    "Chart": "chart",
    "Cocktail": "cocktails",
    "Consent": "records",
    "Containing": "research",
    "Doctor": "records",
    "Finding": "findings",
    "Formulary": "formulary",
    "Ingredient": "cocktails",
    "Outcome": "records",
    "PatientFacts": "records",
    "Preparation": "records",
    "Prescription": "records",
    "PrescriptionLog": "log",
    "Role": "cocktails",
    "Screening": "records",
    "Session": "records",
    "Severity": "findings",
    "Study": "research",
    "adjunct": "cocktails",
    "check": "records",
    "complementary": "cocktails",
    "fill": "cocktails",
    "other": "formulary",
    "principal": "cocktails",
}

__all__ = (
    "Adjunct",
    "AdverseEvent",
    "Aftercare",
    "Agent",
    "Amount",
    "AmountRange",
    "Chart",
    "Cocktail",
    "Consent",
    "Containing",
    "Doctor",
    "Finding",
    "Formulary",
    "Ingredient",
    "Outcome",
    "PatientFacts",
    "Preparation",
    "Prescription",
    "PrescriptionLog",
    "Role",
    "Screening",
    "Session",
    "Severity",
    "Study",
    "__version__",
    "adjunct",
    "check",
    "complementary",
    "fill",
    "other",
    "principal",
)


__getattr__ = loader(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
