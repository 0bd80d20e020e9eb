"""The file: entries, chain, star, verify, transfer, backup.

Names are loaded on first use: a glance at the tables of a log needs only a part of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.lazy import loader

if TYPE_CHECKING:
    from mesococktail.log.acts import Standing
    from mesococktail.log.chain import Entry, Receipt
    from mesococktail.log.log import PrescriptionLog
    from mesococktail.log.lots import LotUse

__all__ = ("Entry", "LotUse", "PrescriptionLog", "Receipt", "Standing")

_HOME = {
    "Entry": "chain",
    "LotUse": "lots",
    "PrescriptionLog": "log",
    "Receipt": "chain",
    "Standing": "acts",
}
__getattr__ = loader(__name__, _HOME)
