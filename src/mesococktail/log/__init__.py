"""The file: entries, chain, star, verify, transfer, backup.

Names are loaded on first use: a glance at the tables of a log needs only a part of this.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesococktail.log.acts import Standing
    from mesococktail.log.chain import Entry, Receipt
    from mesococktail.log.log import PrescriptionLog

__all__ = ("Entry", "PrescriptionLog", "Receipt", "Standing")

_HOME = {"Entry": "chain", "PrescriptionLog": "log", "Receipt": "chain", "Standing": "acts"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
