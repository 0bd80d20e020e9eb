"""Which stock went into a patient, with lots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.chart.reading import Records, joined, word
from mesococktail.errors import counted
from mesococktail.records import Preparation, Session, StockUsed

if TYPE_CHECKING:
    from collections.abc import Iterator


@attrs.frozen
class LotRead:
    """One stock that was drawn for the patient."""

    stock: StockUsed
    preparation: str
    """Id of the preparation it went into."""
    sessions: tuple[str, ...]
    """Ids of the sessions that gave it; none where no session is recorded to have used it."""

    @property
    def lot(self) -> str:
        """The lot number, or why there is none."""
        return self.stock.lot or word(self.stock.lot_status)

    def __str__(self) -> str:
        expiry = f"expiry {self.stock.expiry}" if self.stock.expiry else ""
        used = (
            f"given in {counted(len(self.sessions), 'session')}" if self.sessions else "not recorded as given"
        )
        stock = self.stock
        return joined((stock.agent, stock.product, stock.maker, f"lot {self.lot}", expiry, used))


def lots_of(records: Records) -> Iterator[LotRead]:
    """Yield every stock that was drawn for the patient, in order of preparation and drawing."""
    used: dict[str, list[str]] = {}
    for one in records.carried_out:
        for link, _ in records.preparations(one.record):
            used.setdefault(link, []).append(one.id)
    for one in records.of(Preparation):
        for stock in one.record.stock:
            yield LotRead(stock, one.id, tuple(used.get(one.id, ())))


def lots_in(session: Session, records: Records) -> tuple[str, ...]:
    """Return agent and lot of every stock with a lot number that a session gave."""
    found = [
        f"{stock.agent} {stock.lot}"
        for _, preparation in records.preparations(session)
        for stock in preparation.stock
        if stock.lot is not None
    ]
    return tuple(dict.fromkeys(found))
