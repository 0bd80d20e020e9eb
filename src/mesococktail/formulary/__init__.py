"""What is known before a patient comes: agents, coded terms, stock strengths and formulas."""

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
from mesococktail.formulary.formulary import Formula, Formulary, Stock
from mesococktail.formulary.other import other
from mesococktail.formulary.terms import Term, Vocabulary

__all__ = (
    "PREMISES",
    "PURPOSES",
    "Agent",
    "Cited",
    "Code",
    "Composition",
    "Convention",
    "Formula",
    "Formulary",
    "Match",
    "Measure",
    "Member",
    "Status",
    "Stock",
    "Term",
    "Vocabulary",
    "other",
)
