"""The file: entries, chain, star, verify, transfer, backup."""

from __future__ import annotations

from mesococktail.log.acts import Standing
from mesococktail.log.chain import Entry, Receipt
from mesococktail.log.log import PrescriptionLog

__all__ = ("Entry", "PrescriptionLog", "Receipt", "Standing")
