"""What is known before a patient comes: agents, terms, rules, aftercare, plans, stock and formulas.

The published formulas are loaded on first use: looking a name up does not need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.formulary.aftercare import AftercareRule
from mesococktail.formulary.agent import (
    PREMISES,
    PURPOSES,
    Agent,
    Cited,
    Code,
    Composition,
    Convention,
    Match,
    Measure,
    Member,
    Status,
)
from mesococktail.formulary.claims import agents_for, effects_of, premises_of
from mesococktail.formulary.formulary import Formula, Formulary, Stock
from mesococktail.formulary.other import other
from mesococktail.formulary.plans import NamedPlan
from mesococktail.formulary.rules import Rule, RuleType
from mesococktail.formulary.terms import Term, Vocabulary

if TYPE_CHECKING:
    from mesococktail.formulary.published import PublishedFormula, PublishedIngredient, published_for
    from mesococktail.formulary.reported import Means, Reported

__all__ = (
    "PREMISES",
    "PURPOSES",
    "AftercareRule",
    "Agent",
    "Cited",
    "Code",
    "Composition",
    "Convention",
    "Formula",
    "Formulary",
    "Match",
    "Means",
    "Measure",
    "Member",
    "NamedPlan",
    "PublishedFormula",
    "PublishedIngredient",
    "Reported",
    "Rule",
    "RuleType",
    "Status",
    "Stock",
    "Term",
    "Vocabulary",
    "agents_for",
    "effects_of",
    "other",
    "premises_of",
    "published_for",
)

_PUBLISHED = ("Means", "PublishedFormula", "PublishedIngredient", "Reported", "published_for")


def __getattr__(name: str) -> object:
    if name not in _PUBLISHED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # The published formulas bring amounts and their own checks with them.
    from mesococktail.formulary import published

    value: object = getattr(published, name)
    globals()[name] = value
    return value
