"""How doses are counted in whole numbers. Nothing heavy is imported here, so that questions start fast.

Growth factors are given in tenths of a nanogram, so masses are counted in picograms: no dose that
somebody could draw up is counted as nothing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

PER_UNIT = {
    "mass": 10**9,
    "activity": 10**6,
    "count": 10**6,
    "product units": 10**6,
    "volume": 10**6,
}
"""By measure, how many counts make one unit (mg, IU, 1, product unit, mL); each is a power of ten."""
MOST_COUNTS = 10**18
"""The most that is counted of anything, far beyond any syringe: SQLite holds whole numbers below 2**63."""


def counts(base: Decimal | Fraction, per_unit: int) -> int:
    """Return a number of units as a whole number of counts, half to even."""
    return round(Fraction(base) * per_unit)
