"""Names that stand for names: the same each time for whoever has the key, and telling others nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import LogStorageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_KEY_BYTES = 32
_LETTERS = 16
"""Of a pseudonym: 80 bits, so that among a million people none meet by chance."""
_HALF = 16
_ROUNDS = 4
_MOST_DAYS = 182
"""Times are shifted by up to so many days, back or forward: half a year."""


@attrs.frozen(slots=False)
class Pseudonyms:
    """Everything that follows from the key. Keep it in the clinic: with it, people can be found again."""

    key: bytes = attrs.field(repr=False)

    @classmethod
    def from_file(cls, path: Path) -> Pseudonyms:
        """Read the key, or make one that only its owner can read.

        Raises:
            LogStorageError: It can be neither read nor made, or is not one.
        """
        try:
            try:
                key = path.read_bytes()
            except FileNotFoundError:
                key = secrets.token_bytes(_KEY_BYTES)
                with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
                    stream.write(key)
                    stream.flush()
                    os.fsync(stream.fileno())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise LogStorageError(f"the key of the pseudonyms: {why}", got=str(path)) from None
        if path.stat().st_mode & 0o077:
            raise LogStorageError(
                "the key of the pseudonyms can be read by others", got=str(path), cure=f"chmod 600 {path}"
            )
        if len(key) != _KEY_BYTES:
            raise LogStorageError(
                "is not a key of pseudonyms", got=str(path), cure="name the file that was made at first use"
            )
        return cls(key)

    def _digest(self, about: str, text: str) -> bytes:
        return hmac.digest(self.key, f"{about}\0{text}".encode(), hashlib.sha256)

    def name(self, about: str, text: str) -> str:
        """Return the pseudonym of somebody or something: ``patient-k3xq…``."""
        letters = base64.b32encode(self._digest(about, text)).decode().lower()
        return f"{about}-{letters[:_LETTERS]}"

    def of_log(self, log_id: str, left_out: Iterable[str] = ()) -> Pseudonyms:
        """Return those of one log: ``P-001`` of one clinic is not ``P-001`` of another.

        Nor is it that of an export with other columns left out: put together, the two would have them all.
        """
        return Pseudonyms(self._digest("key", "\0".join((log_id, *sorted(left_out)))))

    def hash(self, about: str, text: str) -> str:
        """Return what stands for a hash, as a receipt has it."""
        return base64.b32encode(self._digest(about, text)).decode().rstrip("=")

    def log_id(self, log_id: str) -> str:
        """Return what stands for the id of a log: as long as one."""
        return self._digest("log", log_id).hex()[:32]

    def days(self, patient: str) -> int:
        """Return by how many days all times of a patient are shifted: never by none."""
        number = int.from_bytes(self._digest("days", patient)[:8], "big") % (2 * _MOST_DAYS)
        return number - _MOST_DAYS if number < _MOST_DAYS else number - _MOST_DAYS + 1

    def mixed(self, about: str) -> Mixed:
        """Return the numbers that stand for those of one kind, such as patients."""
        tables = []
        for place in range(_ROUNDS):
            key = self._digest(f"order of {about}", str(place))
            stream = hashlib.shake_256(key).digest(2 << _HALF)
            tables.append(list(memoryview(stream).cast("H")))
        return Mixed(tables)


@attrs.frozen
class Mixed:
    """Stands for numbers below 2^32: different ones for different numbers.

    Records are numbered in the order of time, and patients as they came, which would give away what the
    shifted times hide. Each kind has an order of its own, so that nothing follows from equal numbers.
    (A Feistel network of four rounds, so that no table of all numbers is needed.)
    """

    _tables: list[list[int]] = attrs.field(repr=False)
    """For each round, what is mixed into one half of a number for each value of the other half."""

    def of(self, number: int) -> int:
        """Return what stands for a number."""
        left, right = number >> _HALF, number & 0xFFFF
        for table in self._tables:
            left, right = right, left ^ table[right]
        return left << _HALF | right
