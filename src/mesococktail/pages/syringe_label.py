"""The syringe label: what is in it, for whom, and until when.

Its type has one width, so that what fits can be counted: a number is never cut, and what does not fit is
left out whole, with words that say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import RecordError
from mesococktail.pages.drawing import as_html, broken, label_text, width
from mesococktail.pages.page import LabelPage
from mesococktail.pages.preparation_sheet import lot_of
from mesococktail.pages.syringe import contents, final, made
from mesococktail.pages.words import NO_BREAK, figure, kept, paper, plain, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.amounts import Amount
    from mesococktail.formulary import Formulary
    from mesococktail.log import Entry, PrescriptionLog
    from mesococktail.log.acts import Standing
    from mesococktail.pages.syringe import Content
    from mesococktail.records import Preparation, Prescription, StockUsed

_WIDTH, _HEIGHT = 66.0, 34.0
"""Millimetres to print on: a label of 70 mm by 37 mm, less its margins."""
_SIZES = (9, 8, 7, 6)
"""Points. Smaller type than the last cannot be read on a syringe."""
_COMFORTABLE = 7
"""Points down to which type is made smaller so that no line need be broken."""
_POINT = 25.4 / 72
_ADVANCE = 0.62
"""Width of a letter over the size of a type of one width; 0.60 in the common ones."""
_LEADING = 1.15
_INDENT = "  "
"""Before the second line of a text, so that it is not taken for a text of its own."""


@attrs.frozen
class _Block:
    """What stays together: it is printed whole, or something shorter that says so."""

    texts: tuple[str, ...]
    bold: bool = False
    shorter: _Block | None = None
    """What stands there where it does not fit; None for what is never left out."""

    @property
    def length(self) -> int:
        """How much there is of it."""
        return sum(map(len, self.texts))


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
    agents = [_agent(content, total) for content in drawn]
    lots = [", ".join(dict.fromkeys(_lot(stock, formulary) for stock in one.stocks)) for one in drawn]
    none = _Block((f"{len(drawn)} AGENTS AND LOTS DO NOT FIT; SEE SHEET",), bold=True)
    without_lots = _Block((*agents, "LOTS DO NOT FIT; SEE SHEET"), bold=True, shorter=none)
    both = tuple(f"{agent}, {lot}" for agent, lot in zip(agents, lots, strict=True))
    by = f"prepared {when(preparation.at)} by"
    discard = when(preparation.discard_by) if preparation.discard_by else "not recorded"
    return [
        _Block(both, bold=True, shorter=without_lots),
        _Block((f"total {figure(total, 'not known')}",), bold=True),
        _Block((f"patient {plain(preparation.patient)}",), bold=True),
        _Block((f"{by} {kept(preparation.prepared_by)}",), shorter=_Block((f"{by}: SEE SHEET",))),
        _Block((f"discard by {discard}",), bold=True),
    ]


def _agent(content: Content, total: Amount | None) -> str:
    concentration = final(content, total)
    if concentration is not None:
        shown = paper(concentration) + (" (strength as prescribed)" if content.as_prescribed else "")
    elif content.by_volume:
        shown = figure(content.drawn, "volume not measured")
    else:
        shown = "concentration not known"
    return f"{kept(content.name)} {shown}"


def _lot(stock: StockUsed, formulary: Formulary) -> str:
    return f"lot {lot_of(stock, formulary)}".replace(" ", NO_BREAK)


def _fitted(blocks: list[_Block]) -> LabelPage:
    """Lay the blocks out, in the most readable way in which they fit; what is shortened is the longest first.

    Something always fits: what is never left out is short, an id of 64 letters, two times and a volume.
    """
    for page in _in_every_size(blocks):
        return page
    longest = max((block for block in blocks if block.shorter), key=lambda block: block.length)
    return _fitted([block.shorter if block is longest and block.shorter else block for block in blocks])


def _in_every_size(blocks: list[_Block]) -> Iterator[LabelPage]:
    """Yield the layouts that fit, the most readable first: in one line each, and then in large type."""
    fitting = [page for points in _SIZES if (page := _laid(blocks, points)) is not None]
    texts = sum(len(block.texts) for block in blocks)
    yield from (page for page in fitting if page.points >= _COMFORTABLE and len(page.lines) == texts)
    yield from fitting


def _laid(blocks: list[_Block], points: int) -> LabelPage | None:
    """Return the lines in a size of type, or None where they are too many or one is too wide."""
    columns = int(_WIDTH / (points * _POINT * _ADVANCE))
    lines = [
        (line, block.bold)
        for block in blocks
        for text in block.texts
        for line in broken(text, columns, within_words=block.shorter is None, indent=_INDENT)
    ]
    fits = len(lines) * points * _POINT * _LEADING <= _HEIGHT
    if not fits or any(width(line) > columns for line, _ in lines):
        return None
    return LabelPage(lines=tuple(lines), points=points)
