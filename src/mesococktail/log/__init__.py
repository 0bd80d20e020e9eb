"""The file: entries, chain, star, verify, transfer, backup.

Names are loaded on first use: a glance at the tables of a log needs only a part of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.lazy import loader

if TYPE_CHECKING:
    from mesococktail.log.acts import Standing
    from mesococktail.log.backup import Backup
    from mesococktail.log.chain import Entry, Receipt
    from mesococktail.log.erasing import Erasure
    from mesococktail.log.log import PrescriptionLog
    from mesococktail.log.lots import LotUse
    from mesococktail.log.signing import PublicKey, Signer, read_keys

__all__ = (
    "Backup",
    "Entry",
    "Erasure",
    "LotUse",
    "PrescriptionLog",
    "PublicKey",
    "Receipt",
    "Signer",
    "Standing",
    "read_keys",
)

_HOME = {
    "Backup": "backup",
    "Erasure": "erasing",
    "PublicKey": "signing",
    "Signer": "signing",
    "read_keys": "signing",
    "Entry": "chain",
    "LotUse": "lots",
    "PrescriptionLog": "log",
    "Receipt": "chain",
    "Standing": "acts",
}
__getattr__ = loader(__name__, _HOME)
