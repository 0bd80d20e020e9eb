"""Entries and the hashes that link them.

The hash of an entry covers the hash before it and every stored field, each with its length. Its
payload is covered through a salted commitment, so that the payload can be erased and the chain still
verifies. What is hashed is what is stored; nothing is written anew to verify it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from struct import Struct
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import LogBrokenError, LogError

if TYPE_CHECKING:
    from collections.abc import Callable

_ENTRY = b"mesococktail entry 1"
_PAYLOAD = b"mesococktail payload 1"
_LOG = b"mesococktail log 1"
_BACKUP = b"mesococktail backup 1"
_LENGTH = Struct(">I").pack
_NUMBER = Struct(">q").pack
_ABSENT = b"\xff\xff\xff\xff"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECEIPT = re.compile(r"(0|[1-9][0-9]{0,18})-([A-Z2-7]{10}|[A-Z2-7]{52})")
SALT_BYTES = 16
SHORT = 10
ERASE = "erase"


@attrs.frozen
class Receipt:
    """Sequence and hash of one entry, to be kept outside the file: it proves that entry later.

    Its printed form, ``17-3XG2QK5VTB``, carries the first 50 bits of the hash.
    """

    seq: int
    hash: str
    """In base32: 52 characters when it comes from an entry, 10 when it was read from paper."""

    @classmethod
    def of(cls, seq: int, hashed: object) -> Receipt:
        """Return the receipt of an entry.

        Raises:
            LogBrokenError: Damage left no hash there.
        """
        if not isinstance(hashed, bytes):
            raise damaged(f"entry {seq}")
        return cls(seq, base64.b32encode(hashed).decode().rstrip("="))

    @classmethod
    def parse(cls, text: object) -> Receipt:
        """Read a printed receipt.

        Raises:
            LogError: It is not one.
        """
        match = _RECEIPT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise LogError("is not a receipt", got=text, cure="write it as printed, such as 17-3XG2QK5VTB")
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        return f"{self.seq}-{self.hash[:SHORT]}"

    def matches(self, other: Receipt) -> bool:
        """Whether both speak of the same entry, as far as the shorter of them says."""
        known = min(len(self.hash), len(other.hash))
        return self.seq == other.seq and self.hash[:known] == other.hash[:known]


@attrs.frozen(slots=False)
class Entry:
    """One act in the log: what was written down, by whom, when."""

    seq: int
    act: str
    """``record``, ``amend``, ``void``, ``stop``; and ``erase``."""
    kind: str
    schema: int
    id: str
    """Of the record it is about."""
    version: int
    recorded_by: str | None
    """Who wrote it down; None where nobody said."""
    recorded_at: datetime
    """When it was written down, in UTC, by the clock of the machine that did."""
    reason: str | None
    receipt: Receipt
    """Keep it elsewhere, and it proves this entry."""
    document: bytes | None = attrs.field(repr=False)
    """The record's canonical bytes; None for an act that has none, or where it was erased. Of an erasure,
    on what authority it was done."""

    def keep(self, record: object) -> None:
        """Take *record* for what `record` reads out of the document, which was made of it."""
        self.__dict__["record"] = record

    @cached_property
    def record(self) -> Any:  # noqa: ANN401  # any kind of record
        """The record that was written down; None for an act that has none.

        Raises:
            DocumentError: The stored document is not one: the log is damaged, see ``verify``.
        """
        if self.document is None or self.act == ERASE:
            return None
        from mesococktail.records import stored_record  # cattrs, only where documents are read

        return stored_record(self.kind, self.document)

    @property
    def authority(self) -> str | None:
        """On what authority the record was erased; None for every other act."""
        return authority_of(self.document) if self.act == ERASE and self.document is not None else None


def damaged(where: str) -> LogBrokenError:
    """Return the error that says that a row cannot be read."""
    return LogBrokenError("is damaged", path=where, cure="verify the log, and restore the newest backup")


def erasure(authority: str) -> bytes:
    """Return the document of an erasure."""
    return json.dumps({"authority": authority}, ensure_ascii=False).encode()


def authority_of(document: bytes) -> str:
    """Read the document of an erasure.

    Raises:
        LogError: It is not one.
    """
    try:
        said = json.loads(document)
        authority = said["authority"]
    except (ValueError, KeyError, TypeError, RecursionError):
        authority = None
    if not isinstance(authority, str) or erasure(authority) != document:
        raise LogError("is not the document of an erasure", cure="verify the log")
    return authority


def microseconds(time: datetime) -> int:
    """Return *time* as whole microseconds since 1970, UTC."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def moment(recorded: int) -> datetime:
    """Return the time of a number of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=recorded)


def origin(clinic: str, log_id: bytes, created_at: int) -> bytes:
    """Return what the first entry is linked to: the identity of the log itself."""
    return hashlib.sha256(
        b"".join(map(_framed, (_LOG, clinic.encode(), log_id, _NUMBER(created_at))))
    ).digest()


def newest(rows: Callable[[str], list[tuple[Any, ...]]], start: bytes) -> Receipt:
    """Return the receipt of the newest entry; of an empty log, the hash *start* that it begins with."""
    found = rows("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
    return Receipt.of(*(found[0] if found else (0, start)))


def commitment(salt: bytes, document: bytes) -> bytes:
    """Return the hash by which an entry commits to its payload."""
    framed = (_PAYLOAD, _LENGTH(len(salt)), salt, _LENGTH(len(document)), document)
    return hashlib.sha256(b"".join(framed)).digest()


def backup_hash(number: int, path: str, made_at: int, seq: int) -> bytes:
    """Return the hash of a noted backup. It shows damage; no entry covers it."""
    numbers = _NUMBER(number), _NUMBER(made_at), _NUMBER(seq)
    return hashlib.sha256(b"".join((_BACKUP, *numbers, path.encode()))).digest()


def entry_hash(
    previous: bytes,
    seq: int,
    act: str,
    kind: str,
    schema: int,
    record_id: bytes,
    version: int,
    recorded_by: str | None,
    recorded_at: int,
    reason: str | None,
    committed: bytes | None,
) -> bytes:
    """Return the hash of an entry, over the hash before it and each stored field with its length."""
    return hashlib.sha256(
        b"".join(
            (
                _ENTRY,
                previous,
                _NUMBER(seq),
                _framed_text(act),
                _framed_text(kind),
                _NUMBER(schema),
                record_id,
                _NUMBER(version),
                _framed_text(recorded_by),
                _NUMBER(recorded_at),
                _framed_text(reason),
                _ABSENT if committed is None else committed,
            )
        )
    ).digest()


@lru_cache(maxsize=256)
def _framed_text(text: str | None) -> bytes:
    return _ABSENT if text is None else _framed(text.encode())


def _framed(part: bytes) -> bytes:
    return _LENGTH(len(part)) + part
