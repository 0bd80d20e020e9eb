"""The sum of several amounts, where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.errors import AmountError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesococktail.amounts.amount import Amount


def total_of(amounts: Iterable[Amount | None]) -> Amount | None:
    """Return the sum of *amounts*, in the unit of the first.

    None where there is nothing, where one is not known, and where they do not measure the same: one
    stock of an agent in mg/mL and another in IU/mL have no dose together.
    """
    total: Amount | None = None
    for amount in amounts:
        if amount is None:
            return None
        try:
            total = amount if total is None else total + amount
        except AmountError:
            return None
    return total
