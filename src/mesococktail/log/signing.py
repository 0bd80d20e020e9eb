"""Signatures: a doctor's key signs the hash of each entry, so that a forged one can be told from hers.

Ed25519, by ``cryptography`` (the extra ``signing``). The chain shows that nothing was changed; only a
signature shows that somebody who may write the file did not add an entry in another's name.
"""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import LogError, LogExistsError, LogNotFoundError, LogReadOnlyError, LogUseError

if TYPE_CHECKING:
    from os import PathLike

_SIGNED = b"mesococktail signature 1"
_PUBLIC = re.compile(r"ed25519:([A-Z2-7]{52})")
_NAMED = re.compile(r"(?P<name>[^\s#][^\s]*)\s+(?P<key>ed25519:\S+)")
_LARGEST = 100_000
"""Bytes: of the public keys of a thousand doctors."""
_CURE = "write it as it was printed when the key was made: NAME ed25519:..."


def load_library() -> Any:  # noqa: ANN401  # a module, loaded only where something is signed or checked
    """Return the module that knows Ed25519.

    Raises:
        LogUseError: ``cryptography`` is not installed.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise LogUseError(
            "signatures need the package cryptography", cure="pip install 'mesococktail[signing]'"
        ) from None
    return ed25519


@attrs.frozen
class PublicKey:
    """What a signature is checked with. It may be known to everybody; keep a copy outside the machine."""

    raw: bytes = attrs.field(repr=False)
    """32 bytes."""

    @classmethod
    def parse(cls, text: object) -> PublicKey:
        """Read a printed key: ``ed25519:`` and 52 characters of base32.

        Raises:
            LogError: It is not one.
        """
        match = _PUBLIC.fullmatch(text) if isinstance(text, str) else None
        raw = b"" if match is None else base64.b32decode(match[1] + "====")
        if match is None or str(cls(raw)) != text:
            raise LogError("is not a public key", got=text, cure=_CURE)
        return cls(raw)

    def __str__(self) -> str:
        return "ed25519:" + base64.b32encode(self.raw).decode().rstrip("=")

    def signed(self, hashed: bytes, signature: bytes) -> bool:
        """Whether *signature* is by the owner of this key, over the entry of that hash.

        Raises:
            LogUseError: ``cryptography`` is not installed.
        """
        library = load_library()
        from cryptography.exceptions import InvalidSignature

        try:
            library.Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, _SIGNED + hashed)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key, which signs what its owner writes down. It never goes into a log."""

    def __init__(self, key: Any) -> None:  # noqa: ANN401  # of a library that may not be there
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes_raw())
        """What others check with."""

    @classmethod
    def make(cls, path: str | PathLike[str]) -> Signer:
        """Make a new key and keep it in a file that its owner alone can read.

        Raises:
            LogExistsError: There is already a file.
            LogReadOnlyError: It cannot be written there.
            LogUseError: ``cryptography`` is not installed.
        """
        key = load_library().Ed25519PrivateKey.generate()
        from cryptography.hazmat.primitives import serialization as form

        pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            raise LogExistsError("there is already a file", got=str(path), cure="choose another") from None
        except (OSError, ValueError) as error:
            raise LogReadOnlyError(f"cannot be made: {_why(error)}", got=str(path)) from None
        with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor
            file.write(pem)
        return cls(key)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Signer:
        """Read a key from the file that `make` wrote.

        Raises:
            LogNotFoundError: There is none, or it cannot be read.
            LogReadOnlyError: Others than its owner may read it.
            LogError: It is not an Ed25519 key.
            LogUseError: ``cryptography`` is not installed.
        """
        library = load_library()
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        pem = _read(path)
        if os.name == "posix" and Path(path).stat().st_mode & 0o077:
            raise LogReadOnlyError(
                "is a private key that others may read", got=str(path), cure=f"chmod 600 {path}"
            )
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, library.Ed25519PrivateKey):
            raise LogError("is not an Ed25519 key without a password", got=str(path), cure="make one anew")
        return cls(key)

    def sign(self, hashed: bytes) -> bytes:
        """Return the signature over the entry of that hash: 64 bytes."""
        signature: bytes = self._key.sign(_SIGNED + hashed)
        return signature


def read_keys(path: str | PathLike[str]) -> dict[str, str]:
    """Read a file of public keys, a line for each: whose it is, and the key. ``#`` begins a remark.

    Raises:
        LogNotFoundError: There is no such file, or it cannot be read.
        LogError: A line is none, or names somebody twice; the message has its number.
    """
    try:
        lines = _read(path).decode().splitlines()
    except UnicodeDecodeError:
        raise LogError("is not text", got=str(path)) from None
    keys: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _NAMED.fullmatch(line.strip())
        where = f"line {number}"
        if match is None or not match["name"].isprintable():
            raise LogError("is not a name and a key", path=where, cure=_CURE)
        if match["name"] in keys:
            raise LogError(f"names {match['name']} a second time", path=where, cure="keep one of the lines")
        try:
            keys[match["name"]] = str(PublicKey.parse(match["key"]))
        except LogError as error:
            raise error.at(where) from None
    return keys


def _read(path: str | PathLike[str]) -> bytes:
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise LogNotFoundError(f"cannot be read: {_why(error)}", got=str(path)) from None
    if len(content) > _LARGEST:
        raise LogError(f"has more than {_LARGEST} bytes", got=str(path), cure="give the file of the keys")
    return content


def _why(error: OSError | ValueError) -> object:
    return getattr(error, "strerror", None) or error
