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

__all__ = ("Entry", "PrescriptionLog", "Receipt", "Standing")

_HOME = {"Entry": "chain", "PrescriptionLog": "log", "Receipt": "chain", "Standing": "acts"}
__getattr__ = loader(__name__, _HOME)
