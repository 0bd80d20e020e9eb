"""One way to look a name up: fold what does not matter, refuse what only looks right.

Case, accents of Latin letters, spaces, hyphens and the like do not matter. A letter of another script
that looks like a Latin one is refused: `minoxidil` with a Cyrillic o is not minoxidil to a program, and
a record must not hold two of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from mesococktail.errors import AgentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_NAME = 100
"""Characters; the longest name we ship has fewer than 70."""

# What print and keyboards put in place of a plain character without meaning anything else.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212_", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\t\n\r", " "),
        **dict.fromkeys("\u2018\u2019\u2032", "'"),
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u00ae": "",
        "\u2122": "",
        "\u03b1": "alpha",
        "\u03b2": "beta",
        **{chr(0x2080 + digit): str(digit) for digit in range(10)},
    }
)
_IGNORED = str.maketrans("", "", " -")
# Between two digits a space is not nothing: `vitamin B1 2 mL` must never become vitamin B12.
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")
# Where a name may stop inside a longer text. A hyphen is not among them: `biotin-x` is another name.
_STOP = re.compile(r"(?<=\S)(?=[\s,;:()=+]|$)")


def key(text: str) -> str:
    """Return what two spellings of one name have in common.

    Raises:
        AgentError: The text is empty, too long, or holds a letter or sign that is not of this alphabet.
    """
    given: object = text
    if not isinstance(given, str):
        raise AgentError("a name is a text", got=given)
    if len(text) > LONGEST_NAME:
        raise AgentError(f"a name has at most {LONGEST_NAME} characters", got=text)
    folded = text if text.isascii() else _latin(text)
    folded = folded.lower().translate(_PLAIN)
    if not folded.isprintable():
        raise AgentError("a name holds no control characters", got=text, cure="type it again")
    folded = _BETWEEN_DIGITS.sub("/", folded).translate(_IGNORED)
    if not folded:
        raise AgentError("a name is needed", got=text)
    return folded


def _latin(text: str) -> str:
    """Take the accents off Latin letters; refuse every other letter, digit or sign."""
    plain = unicodedata.normalize("NFC", text).lower().translate(_PLAIN)
    return "".join(char if char.isascii() else _letter(char, text) for char in plain)


def _letter(char: str, text: str) -> str:
    # An accent that belongs to no letter (a name struck through) is no letter, and is refused as well.
    letter = unicodedata.normalize("NFD", char)[0]
    if letter.isascii() and letter.isalpha():
        return letter
    called = unicodedata.name(char, f"U+{ord(char):04X}")
    rule = f"holds {called}, which is not a letter or sign of this alphabet"
    raise AgentError(rule, got=text, cure="type the name again")


def stops(text: str) -> Iterator[int]:
    """Yield where a name at the start of *text* may end, the furthest first."""
    ends = [found.start() for found in _STOP.finditer(text, 0, LONGEST_NAME + 1)]
    return reversed(ends)


_NUMBER_LAST = re.compile(r"\s[0-9]+$")
_UNIT_FIRST = re.compile(r"\s*[^\W\d]")


def without_number(name: str, rest: str) -> str | None:
    """Return *name* without its last number, if that number may as well belong to the amount after it.

    In ``vitamin B 12 mL`` nobody can say whether it is vitamin B12 or 12 mL.
    """
    number = _NUMBER_LAST.search(name)
    return name[: number.start()] if number and _UNIT_FIRST.match(rest) else None


# What parts of a cocktail's one line are told apart by, and how an agent outside the formulary begins.
_MARKS = re.compile(r"\s\+\s|[\"\[\]{}|;:=]|^other\b", re.IGNORECASE)
_DESCRIPTION_MARKS = re.compile(r"[\"\[\];]")
LONGEST_DESCRIPTION = 300
_LONGEST_WITH_SPACES = 3000
"""A longer text is refused as it came: putting it in order would take its time."""


def new_name(name: str) -> str:
    """Return *name* in NFC, with single spaces, if an agent may be called so.

    Raises:
        AgentError: It cannot be looked up, or a cocktail's one line could not be read back.
    """
    if not re.search("[a-z]", key(name)):
        raise AgentError("a name needs a letter", got=name)
    if _MARKS.search(name) or name.count("(") != name.count(")"):
        rule = 'a name holds none of " [ ] { } | ; : =, no plus between spaces, and does not begin with other'
        raise AgentError(rule, got=name)
    return " ".join(unicodedata.normalize("NFC", name).split())


def new_description(text: str) -> str:
    """Return *text* in NFC, with single spaces, if it may describe an agent.

    Raises:
        AgentError: It is empty, too long, or a cocktail's one line could not be read back.
    """
    plain = text
    if len(text) <= _LONGEST_WITH_SPACES:
        plain = " ".join(unicodedata.normalize("NFC", text).split())
    if not plain:
        raise AgentError("an agent no formulary knows needs a description", path="description")
    if len(plain) > LONGEST_DESCRIPTION:
        raise AgentError(f"has more than {LONGEST_DESCRIPTION} characters", path="description", got=plain)
    if _DESCRIPTION_MARKS.search(plain) or plain.count("(") != plain.count(")") or not plain.isprintable():
        rule = 'a description holds none of " [ ] ;, no control character and no open bracket'
        raise AgentError(rule, path="description", got=plain)
    return plain


def slug(name: str) -> str:
    """Return *name* as an id: lower-case letters and digits with single hyphens between."""
    return re.sub(r"[^a-z0-9]+", "-", _latin(name).lower()).strip("-")


def near(text: str, names: Iterable[str]) -> list[str]:
    """Return up to three of *names* that *text* may be a slip of, the closest first."""
    # difflib takes longer to import than the whole look-up, and most names are right.
    from difflib import get_close_matches

    by_key = {key(name): name for name in names}
    return list(dict.fromkeys(by_key[k] for k in get_close_matches(key(text), by_key, n=3, cutoff=0.72)))


def either(names: Iterable[str], last: str = "or") -> str:
    """Join names for a sentence: ``a, b or c``."""
    *most, end = names
    return f"{', '.join(most)} {last} {end}" if most else end
