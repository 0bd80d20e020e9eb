"""Ids of records: UUIDv7 (RFC 9562), which sort by the time they were made."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

from mesococktail.errors import RecordError
from mesococktail.records.kinds import uuid_of

_MILLION = 1_000_000
_BLOCK = 1024


class RandomBytes:
    """Unguessable bytes, drawn from the system a block at a time."""

    def __init__(self) -> None:
        self._block = b""

    def take(self, count: int) -> bytes:
        """Return *count* bytes that were never returned before."""
        if len(self._block) < count:
            self._block = secrets.token_bytes(_BLOCK)
        taken, self._block = self._block[:count], self._block[count:]
        return taken


class Maker:
    """Makes ids that rise, also within one millisecond and when the clock steps back."""

    def __init__(self) -> None:
        self._last = 0
        self._random = RandomBytes()

    def new(self) -> bytes:
        """Return the 16 bytes of a new id."""
        # 48 bits of milliseconds, then 12 of a counter that starts anew with each of them.
        moment = (time.time_ns() // _MILLION) << 12
        self._last = max(moment, self._last + 1)
        head = ((self._last >> 12) << 16) | 0x7000 | (self._last & 0xFFF)
        tail = self._random.take(8)
        return head.to_bytes(8, "big") + bytes((0x80 | tail[0] & 0x3F,)) + tail[1:]


def text_of(record_id: bytes) -> str:
    """Return the 36 characters in which an id is shown."""
    digits = record_id.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def bytes_of(text: object) -> bytes:
    """Return the 16 bytes of an id.

    Raises:
        RecordError: It is not one.
    """
    if isinstance(text, UUID):
        return text.bytes
    try:
        return uuid_of(text).bytes
    except (ValueError, AttributeError, TypeError):
        raise RecordError(
            "is not the id of a record",
            path="id",
            got=text,
            cure="use an id as it was printed, all 36 characters",
        ) from None
