"""Text for a terminal."""

from __future__ import annotations

_SPACES = "\u00a0\u2009\u202f"
"""Not printable to Python, and harmless: they keep a number and its unit together."""
_LONGEST_QUOTE = 60


def plain(text: str) -> str:
    """Return *text* as one line that does nothing to a terminal: what cannot be printed is spelt out."""
    return text if text.isprintable() else "".join(map(_spelt, text))


def lines(text: str) -> str:
    """Return *text* with every line of it plain."""
    return "\n".join(map(plain, text.split("\n")))


def quoted(text: str) -> str:
    """Return in quotes what somebody wrote, short and on one line, to say that it was not understood."""
    return repr(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…")


def _spelt(letter: str) -> str:
    return letter if letter.isprintable() or letter in _SPACES else repr(letter)[1:-1]
