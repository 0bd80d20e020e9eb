"""What verify finds out about signatures: unsigned, valid, of an unknown key, bad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mesococktail.errors import LogError, LogUseError, RecordError
from mesococktail.findings import Finding, Severity
from mesococktail.log.signing import PublicKey, load_library

if TYPE_CHECKING:
    from collections.abc import Iterator


class Signatures:
    """Checks the signature of each entry, in log order."""

    def __init__(self, keys: Mapping[str, PublicKey], signed_from: int) -> None:
        self._keys = keys
        self._names = {key.raw: name for name, key in keys.items()}
        self._from = signed_from
        self._unsigned: list[int] | None = None
        """First and last of a run of unsigned entries."""

    @classmethod
    def of(cls, keys: object, signed_from: object) -> Signatures:
        """Return what checks against these keys; without any, that signatures fit the keys beside them.

        Raises:
            RecordError: *keys* or *signed_from* is not what it must be.
            LogError: A key is none.
            LogUseError: There are keys, and ``cryptography`` is not installed.
        """
        if type(signed_from) is not int or signed_from < 1:
            raise RecordError("must be the number of an entry", path="signed_from", got=signed_from)
        if keys is None:
            return cls({}, signed_from)
        if not isinstance(keys, Mapping) or not keys:
            cure = "give a mapping: whose key it is, and the key; read_keys reads a file of them"
            raise RecordError("must be public keys by name", path="keys", got=keys, cure=cure)
        load_library()
        known = {}
        for name, key in keys.items():
            try:
                known[name] = PublicKey.parse(key)
            except LogError as error:
                raise error.at(f"keys[{name!r}]") from None
        return cls(known, signed_from)

    def entry(
        self, seq: int, hashed: bytes, by: str | None, key: bytes | None, signature: bytes | None
    ) -> Iterator[Finding]:
        """Yield what is wrong with the signature of one entry."""
        if key is None or signature is None:
            if self._keys and seq >= self._from:
                yield from self._one_more_unsigned(seq)
            return
        yield from self.end()
        where = f"entry {seq}"
        if not self._fits(key, hashed, signature):
            yield _finding("bad_signature", where, "its signature is not one of this entry")
        elif self._keys and key not in self._names:
            said = f"is signed with a key that is not among those given: {PublicKey(key)}"
            yield _finding("unknown_key", where, said)
        elif by is not None and by in self._keys and key != self._keys[by].raw:
            said = f"says it was recorded by {by}, and {self._names[key]} signed it"
            yield _finding("other_signer", where, said)

    def _one_more_unsigned(self, seq: int) -> Iterator[Finding]:
        if self._unsigned is not None and self._unsigned[1] == seq - 1:
            self._unsigned[1] = seq
            return
        yield from self.end()
        self._unsigned = [seq, seq]

    def end(self) -> Iterator[Finding]:
        """Yield the run of unsigned entries that has just ended, if any."""
        if self._unsigned is not None:
            first, last = self._unsigned
            self._unsigned = None
            where = f"entry {first}" if first == last else f"entries {first} to {last}"
            yield _finding("unsigned", where, "not signed")

    def _fits(self, key: bytes, hashed: bytes, signature: bytes) -> bool:
        try:
            return PublicKey(key).signed(hashed, signature)
        except LogUseError:
            # Nobody asked for signatures, and the library that knows them is not here.
            return True


def _finding(code: str, path: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, path, message)
