"""Amounts: the one door by which a text becomes a quantity, and the one by which it leaves again."""

from mesococktail.amounts.amount import Amount, AmountLike
from mesococktail.amounts.dimension import Dimension
from mesococktail.amounts.range import AmountRange
from mesococktail.amounts.refusal import Refusal, refusal_of
from mesococktail.amounts.total import total_of
from mesococktail.amounts.vocabulary import SpellingRow, spelling_table

__all__ = (
    "Amount",
    "AmountLike",
    "AmountRange",
    "Dimension",
    "Refusal",
    "SpellingRow",
    "refusal_of",
    "spelling_table",
    "total_of",
)
