"""A TOML file read strictly: nothing ignored, nothing turned into something else, every fault with its path.

A key nobody asked for is a fault, because it is most often a misspelt one. A number is not taken where
a text is needed: TOML's 2.50 is a binary float, and 2.5 mg is not.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import FormularyError, quote
from mesococktail.findings import join
from mesococktail.formulary.names import either

if TYPE_CHECKING:
    from os import PathLike

_LARGEST = 1_000_000
"""Bytes. A clinic's formulary is a few pages; more is another file by mistake."""
_PART = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*"|'[^'\n]*')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(f"(?:{_PART}){{32}}", re.ASCII)
"""A key of so many parts is no key of ours, and the time to read it grows with the square of their number."""
_SHOWN = 50
_LONGEST_TEXT = 2_000


def read_toml(path: str | PathLike[str]) -> tuple[Table, bytes]:
    """Return what a file says and its bytes.

    Raises:
        FormularyError: It cannot be read, is too large, or is not TOML.
    """
    shown = str(path)
    # The end of a path tells more than its beginning.
    shown = shown if len(shown) <= _SHOWN else f"…{shown[-_SHOWN:]}"
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FormularyError("the formulary file cannot be read", got=shown, cure=reason) from error
    if len(data) > _LARGEST:
        raise FormularyError(f"a formulary file has at most {_LARGEST} bytes", got=shown)
    try:
        text = data.decode()
        said = None if _LONG_KEY.search(text) else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Both of tomllib's and of the decoding are ValueErrors; deep nesting ends in RecursionError.
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
        raise FormularyError("is not a TOML file in UTF-8", got=shown, cure=why) from error
    if said is None:
        raise FormularyError("holds a key of too many parts", got=shown)
    return Table(said, ""), data


@attrs.define
class Table:
    """One table of the file; it knows where it is and what has been asked for."""

    said: Mapping[str, object]
    path: str
    _asked: set[str] = attrs.field(factory=set, init=False)

    def at(self, key: str) -> str:
        """Return the path of one of its keys, safe to show."""
        return join(self.path, quote(key))

    def take(self, key: str) -> object:
        """Return what stands under a key, or None; the key counts as known from now on."""
        self._asked.add(key)
        return self.said.get(key)

    def text(self, key: str) -> str | None:
        """Return the text under a key, without spaces around it; None if there is none."""
        value = self.take(key)
        return None if value is None else plain_text(value, self.at(key))

    def needed(self, key: str) -> str:
        """Return the text under a key that must be there."""
        value = self.text(key)
        if value is None:
            raise FormularyError("is needed", path=self.at(key), cure=f'add {key} = "…"')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; one text stands for a list of one."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            return (plain_text(value, self.at(key)),)
        return tuple(plain_text(each, f"{self.at(key)}[{i}]") for i, each in enumerate(value))

    def chosen(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """Return texts that are each one of *choices*."""
        found = self.texts(key)
        for each in found:
            if each not in choices:
                raise FormularyError(
                    "is not one of the choices", path=self.at(key), got=each, cure=f"choose {either(choices)}"
                )
        return found

    def table(self, key: str) -> Table | None:
        """Return the table under a key; None if there is none."""
        value = self.take(key)
        return None if value is None else as_table(value, self.at(key))

    def tables(self, key: str) -> Iterator[Table]:
        """Yield each ``[[key]]``."""
        value = self.take(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise FormularyError(
                "must be a list of tables", path=self.at(key), cure=f"write [[{key}]] above each"
            )
        for i, each in enumerate(value):
            yield as_table(each, f"{self.at(key)}[{i}]")

    def done(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self.said:
            if key not in self._asked:
                known = either(sorted(self._asked), "and") if self._asked else "none"
                raise FormularyError("no such key is known here", path=self.at(key), cure=f"keys: {known}")


def as_table(value: object, path: str) -> Table:
    """Return *value* as a table, or refuse it."""
    if not isinstance(value, dict):
        raise FormularyError("must be a table", path=path, got=value)
    return Table(value, path)


def plain_text(value: object, path: str) -> str:
    """Return *value* in NFC if it is a text of printable characters, or refuse it."""
    if not isinstance(value, str):
        raise FormularyError("is not a text", path=path, got=value, cure="put it in quotes")
    text = value.strip()
    if not text:
        raise FormularyError("is empty", path=path, cure="fill it in or leave the key out")
    if len(text) > _LONGEST_TEXT:
        raise FormularyError(f"has more than {_LONGEST_TEXT} characters", path=path, got=text)
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        raise FormularyError("holds control characters or line breaks", path=path, got=text)
    return text
