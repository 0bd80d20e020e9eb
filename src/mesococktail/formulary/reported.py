"""One figure of a publication, as it was printed, and how far it can be read.

A record holds amounts that have exactly one reading. A paper need not: what it prints is kept to the
letter, what it means is our judgement and says so, and what cannot be read stays unread with the reason.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from mesococktail.amounts import Amount, AmountRange
from mesococktail.errors import AmountError


class Means(StrEnum):
    """What a printed figure is a figure of."""

    DOSE = "dose"
    """How much of the agent went in."""
    STOCK = "stock strength"
    """The concentration in the product, before anything was added."""
    FINAL = "final concentration"
    """The concentration in what was injected or applied."""
    PER_POINT = "per point"
    PER_AREA = "per area"
    TOTAL = "total volume"
    UNSTATED = "unstated"
    """The text does not say, and we do not guess."""


@attrs.frozen
class Reported:
    """One printed figure, verbatim."""

    text: str
    """As printed, never mended."""
    means: Means
    """What we take it to be a figure of; `why` says on what ground."""
    source: str
    """Where it was read."""
    why: str
    read_as: str | None = None
    """A text that our grammar reads and that says the same, where that can be told."""
    read_why: str | None = None
    """On what ground `read_as` says the same."""

    @property
    def reading(self) -> Amount | AmountRange | None:
        """The amount it is, or the range; None where no reading is honest, and `refusal` says why."""
        if self.read_as is not None:
            return _read(self.read_as)
        try:
            return _read(self.text)
        except AmountError:
            return None

    @property
    def shown(self) -> str:
        """How it was read, for a person; a reading that is ours rather than the text's own says so."""
        if self.reading is None:
            return f"not read: {self.refusal}"
        return str(self.reading) if self.read_as is None else f"{self.reading} (inferred)"

    @property
    def refusal(self) -> str | None:
        """Why the printed text itself is refused, and its cure; None where it can be read as it stands."""
        try:
            _read(self.text)
        except AmountError as error:
            return f"{error.rule}; {error.cure}" if error.cure else error.rule
        return None

    @property
    def amount(self) -> Amount | None:
        """The reading, where it is one amount and not a range."""
        reading = self.reading
        return reading if isinstance(reading, Amount) else None


def _read(text: str) -> Amount | AmountRange:
    """Read one amount or, failing that, a range; what is neither is refused as an amount."""
    try:
        return Amount.parse(text)
    except AmountError as refused:
        try:
            return AmountRange.parse(text)
        except AmountError:
            raise refused from None
