"""What was recorded, in words and figures that are safe on paper.

A number and its unit are joined by a no-break space, so that no line ends between them. Characters that
nobody sees, and those that reorder what stands beside them, are spelt out.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mesococktail.amounts.vocabulary import UNITS
from mesococktail.records import FieldType

if TYPE_CHECKING:
    from mesococktail.amounts import Amount
    from mesococktail.formulary import Formulary
    from mesococktail.records import Around, Field

NO_BREAK = "\N{NO-BREAK SPACE}"
BLANK = "________"
"""A place to write on, in text."""
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Invisible, and part of correct spelling in Persian and Indian languages."""
_SYMBOLS = sorted(
    {name for unit in UNITS.values() for name in (unit.symbol, unit.one)}, key=len, reverse=True
)
_BESIDE_A_UNIT = re.compile(rf"(?<=[0-9]) (?=(?:{'|'.join(map(re.escape, _SYMBOLS))})(?![A-Za-z0-9]))")


def plain(text: str) -> str:
    """Return *text* as one line that hides nothing: what cannot be seen is spelt out."""
    one_line = re.sub(r"[ \t\r\n]+", " ", text).strip()
    return one_line if one_line.isprintable() else "".join(map(_spelt, one_line))


def _spelt(letter: str) -> str:
    seen = letter.isprintable() or letter == NO_BREAK or letter in _JOINERS
    return letter if seen else repr(letter)[1:-1]


def kept(text: str) -> str:
    """Return a free text as `plain` does, with every number held to the unit after it."""
    return _BESIDE_A_UNIT.sub(NO_BREAK, plain(text))


def paper(amount: Amount) -> str:
    """Return an amount for paper, in one piece."""
    return amount.display().replace(" ", NO_BREAK)


def figure(amount: Amount | None, otherwise: str = "") -> str:
    """Return an amount for paper, or *otherwise* where there is none."""
    return otherwise if amount is None else paper(amount)


def when(time: datetime | Around) -> str:
    """Return a time with its offset, ``2025-03-01 10:00 +04:00``, to the second where there are any.

    An imprecise date is shown as far as it is known.
    """
    if not isinstance(time, datetime):
        return str(time)
    clock = time.strftime("%H:%M:%S" if time.second or time.microsecond else "%H:%M")
    offset = time.isoformat("T", "seconds")[len("2025-03-01T10:00:00") :]
    return NO_BREAK.join((time.date().isoformat(), clock, offset))


def worded(code: str, vocabulary: str | None, formulary: Formulary) -> str:
    """Return how a code is said; one that the formulary does not know says itself."""
    label = label_of(code, vocabulary, formulary) if vocabulary else None
    return plain(code.replace("_", " ")) if label is None else label


def label_of(code: str, vocabulary: str, formulary: Formulary) -> str | None:
    """Return the label of a code, or None where the vocabulary does not have it."""
    labels = (term.label for term in formulary.terms(vocabulary) if term.code == code)
    label = next(labels, None)
    return None if label is None else plain(label)


def said(field: Field, value: Any, formulary: Formulary) -> str:  # noqa: ANN401  # a field's value may be anything
    """Return the value of any field for paper."""
    if value is None:
        return ""
    several = value if isinstance(value, tuple) else (value,)
    return "; ".join(_one(field, one, formulary) for one in several)


def _one(field: Field, value: Any, formulary: Formulary) -> str:  # noqa: ANN401  # see said
    match field.type:
        case FieldType.GROUP | FieldType.GROUPS:
            parts = (said(part, getattr(value, part.name), formulary) for part in field.fields)
            text = ", ".join(filter(None, parts))
        case FieldType.CODE | FieldType.CODES:
            text = worded(str(value), field.about.codes, formulary)
        case FieldType.TIME:
            text = when(value)
        case FieldType.AMOUNT:
            text = paper(value)
        case FieldType.DECIMAL:
            text = f"{value:f}"
        case FieldType.FLAG:
            text = "yes" if value else "no"
        case _:
            text = kept(str(value))
    return text


def named(name: str) -> str:
    """Return the name of a field as a label: ``blood_volume`` is blood volume."""
    return {"ph": "pH", "prp": "PRP"}.get(name, name.replace("_", " "))
