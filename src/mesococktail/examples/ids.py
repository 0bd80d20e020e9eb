"""Ids that are the same each time, so that examples can name each other before they are written."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def id_of(name: str, at: datetime) -> str:
    """Return a UUIDv7 that follows from a name and a time: as good as any other, and never random."""
    moment = int(at.timestamp() * 1000)
    digest = sha256(name.encode()).digest()
    head = (moment << 16) | 0x7000 | int.from_bytes(digest[:2], "big") & 0xFFF
    digits = (head.to_bytes(8, "big") + bytes((0x80 | digest[2] & 0x3F,)) + digest[3:10]).hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
