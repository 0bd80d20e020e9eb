"""A table of text, drawn so that it fits the terminal: nothing is left out, and no id is broken in two."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Line = Sequence[str]

_GAP = "  "
_NARROW = 24
"""A column of prose is not squeezed below this, or a sentence becomes a tower."""


def drawn(cells: list[list[str]], headers: Line, width: int | None) -> Iterator[str]:
    """Yield the lines of what tabulate calls ``simple``, without the time it takes to load.

    Args:
        cells: Each of one printable line.
        headers: May be empty.
        width: Of the terminal; None where there is none. A table that is wider has its prose wrapped, and
            where that is not enough its columns folded: the rest of each row stands indented below its
            beginning.
    """
    lines = [headers, *cells] if headers else cells
    wide = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    if width is None or _together(wide) <= width:
        yield from _lines(lines, [(0, wide)], headed=bool(headers))
        return
    words = [max(_longest_word(cell) for cell in column) for column in zip(*lines, strict=True)]
    least = [min(full, max(word, _NARROW)) for full, word in zip(wide, words, strict=True)]
    yield from _lines(lines, _folded(wide, least, width), headed=bool(headers))


def _lines(lines: Sequence[Line], groups: Sequence[tuple[int, list[int]]], *, headed: bool) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield from _row(line, groups)
        if headed and number == 0:
            yield from _row(["-" * width for _, widths in groups for width in widths], groups)


def _row(line: Line, groups: Sequence[tuple[int, list[int]]]) -> Iterator[str]:
    for first, widths in groups:
        wrapped = [
            _wrapped(cell, width)
            for cell, width in zip(line[first : first + len(widths)], widths, strict=True)
        ]
        if first and not any(map(any, wrapped)):
            continue
        for parts in zip_longest(*wrapped, fillvalue=""):
            padded = (part + " " * (width - _width(part)) for part, width in zip(parts, widths, strict=True))
            yield (_GAP * bool(first) + _GAP.join(padded)).rstrip()


def _folded(wide: list[int], least: list[int], width: int) -> list[tuple[int, list[int]]]:
    """Return the columns in groups that fit: the number of the first column of each, and their widths."""
    groups: list[tuple[int, list[int]]] = []
    first = 0
    while first < len(wide):
        room = width - len(_GAP) * bool(first)
        count = 1
        while first + count < len(wide) and _together(least[first : first + count + 1]) <= room:
            count += 1
        groups.append((first, _shared(wide[first : first + count], least[first : first + count], room)))
        first += count
    return groups


def _shared(wide: list[int], least: list[int], room: int) -> list[int]:
    """Give what is left of a line to the columns that need it, to the one in the direst need first."""
    widths = [min(narrow, room) for narrow in least]
    for _ in range(room - _together(widths)):
        needy = [place for place, width in enumerate(widths) if width < wide[place]]
        if not needy:
            break
        widths[max(needy, key=lambda place: wide[place] / widths[place])] += 1
    return widths


def _together(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _wrapped(cell: str, width: int) -> list[str]:
    if _width(cell) <= width:
        return [cell]
    lines = [""]
    for word in cell.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(longer) <= width:
            lines[-1] = longer
            continue
        pieces = list(_pieces(word, width))
        lines[-1:] = [*filter(None, lines[-1:]), *pieces]
    return lines


def _pieces(word: str, width: int) -> Iterator[str]:
    """Break a word that is longer than a whole line."""
    piece = ""
    for letter in word:
        if _width(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _longest_word(cell: str) -> int:
    return max(map(_width, cell.split(" ")))


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
