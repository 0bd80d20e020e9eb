"""The syringe label: what is in it, for whom, and until when.

Its type has one width, so that what fits can be counted: a number is never cut, and what does not fit is
left out whole, with words that say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import RecordError
from mesococktail.pages.drawing import as_html, label_text
from mesococktail.pages.page import LabelPage
from mesococktail.pages.preparation_sheet import lot_of
from mesococktail.pages.syringe import contents, final, made
from mesococktail.pages.words import NO_BREAK, figure, kept, paper, plain, when

if TYPE_CHECKING:
    from mesococktail.amounts import Amount
    from mesococktail.formulary import Formulary
    from mesococktail.log import Entry, PrescriptionLog
    from mesococktail.log.acts import Standing
    from mesococktail.pages.syringe import Content
    from mesococktail.records import Preparation, Prescription

_WIDTH, _HEIGHT = 66.0, 34.0
"""Millimetres to print on: a label of 70 mm by 37 mm, less its margins."""
_SIZES = (9, 8, 7, 6)
"""Points. Smaller type than the last cannot be read on a syringe."""
_POINT = 25.4 / 72
_ADVANCE = 0.62
"""Width of a letter over the size of a type of one width; 0.60 in the common ones."""
_LEADING = 1.15
_INDENT = "  "
"""Before the second line of a text, so that it is not taken for a text of its own."""
_KNOWN_WIDTH = 0x2000
"""Letters up to here, Latin, Greek, Cyrillic and their like, are one wide in such a type."""


@attrs.frozen
class _Block:
    """What stays together: it is printed whole, or replaced by the words that it is not."""

    text: tuple[str, ...]
    bold: bool = False
    instead: str | None = None
    """What stands there where it does not fit; None for what is never left out."""


def label(log: PrescriptionLog, which: str | Entry | Standing, *, html: bool = False) -> str:
    """Return the label of a preparation, 70 mm by 37 mm.

    It has the agents with their final concentrations (the dose that was measured over the total that was
    made), total volume, patient id, who prepared it and when, lots, and when to discard it; nothing else.

    Args:
        log: Where it is recorded.
        which: Id of the preparation, or the preparation as it was read.
        html: As one self-contained HTML file of the size of the label; else as text.

    Raises:
        RecordNotFoundError: The log has no record of that id.
        RecordError: The record is no preparation, or is void.
    """
    found = log.get(which)
    if found.kind != "preparation":
        raise RecordError(
            f"is of the kind {found.kind}", path="id", got=found.id, cure="a label is made of a preparation"
        )
    if found.status == "voided":
        raise RecordError("is void: nothing may be labelled with it", path="id", got=found.id)
    preparation: Preparation = found.record
    prescription: Prescription = log.get(preparation.prescription).record
    page = _fitted(_blocks(preparation, prescription, log.formulary))
    return as_html("label.html", page) if html else label_text(page)


def _blocks(preparation: Preparation, prescription: Prescription, formulary: Formulary) -> list[_Block]:
    drawn = [one for one in contents(preparation, prescription.cocktail) if one.stocks]
    total = made(preparation)
    discard = when(preparation.discard_by) if preparation.discard_by else "not recorded"
    return [
        _Block(
            tuple(_line(content, total, formulary) for content in drawn),
            bold=True,
            instead=f"{len(drawn)} AGENTS AND THEIR LOTS DO NOT FIT: READ THE PREPARATION SHEET",
        ),
        _Block((f"total {figure(total, 'not known')}",), bold=True),
        _Block((f"patient {plain(preparation.patient)}",), bold=True),
        _Block(
            (f"prepared {when(preparation.at)} by {kept(preparation.prepared_by)}",),
            instead="prepared: see the sheet",
        ),
        _Block((f"discard by {discard}",), bold=True),
    ]


def _line(content: Content, total: Amount | None, formulary: Formulary) -> str:
    lots = dict.fromkeys(f"lot {lot_of(stock, formulary)}" for stock in content.stocks)
    concentration = final(content, total)
    if concentration is not None:
        shown = paper(concentration) + (" (strength as prescribed)" if content.as_prescribed else "")
    elif content.by_volume:
        shown = figure(content.drawn, "volume not measured")
    else:
        shown = "concentration not known"
    return f"{kept(content.name)} {shown}, {', '.join(lots)}"


def _fitted(blocks: list[_Block]) -> LabelPage:
    """Lay the blocks out in the largest type in which they fit; what is left out is the longest first."""
    versions = [blocks]
    for left_out in sorted((one for one in blocks if one.instead), key=lambda one: -sum(map(len, one.text))):
        versions.append([_replaced(one) if one is left_out else one for one in versions[-1]])
    # What is never left out is short: an id of 64 letters, two times and a volume fit in the largest type.
    return next(
        page for version in versions for points in _SIZES if (page := _laid(version, points)) is not None
    )


def _replaced(block: _Block) -> _Block:
    return _Block((block.instead or "",), bold=True)


def _laid(blocks: list[_Block], points: int) -> LabelPage | None:
    """Return the lines in a size of type, or None where they are too many or one is too wide."""
    columns = int(_WIDTH / (points * _POINT * _ADVANCE))
    lines = [
        (line, block.bold)
        for block in blocks
        for text in block.text
        for line in _broken(text, columns, within_words=block.instead is None)
    ]
    fits = len(lines) * points * _POINT * _LEADING <= _HEIGHT
    if not fits or any(_width(line) > columns for line, _ in lines):
        return None
    return LabelPage(lines=tuple(lines), points=points)


def _broken(text: str, columns: int, *, within_words: bool) -> list[str]:
    """Break a text between words; between a number and its unit never, and within a long id if need be."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        indented = f"{_INDENT}{word}" if lines else word
        if _width(longer) <= columns:
            lines[-1:] = [longer]
        elif within_words and NO_BREAK not in word:
            lines += [word[start : start + columns] for start in range(0, len(word), columns)]
        else:
            lines.append(indented)
    return lines


def _width(line: str) -> int:
    """Return how many letters' widths a line takes at most."""
    return sum(1 if ord(letter) < _KNOWN_WIDTH else 2 for letter in line)
