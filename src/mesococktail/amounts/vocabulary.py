"""Units and how they are spelt, read from ``data/spellings.json``: the accepted and the refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.amounts.dimension import Dimension

if TYPE_CHECKING:
    from collections.abc import Mapping

PERCENT_W_V = "g/dL"
"""UCUM has no ``% w/v``; grams per decilitre is the same thing: 10 mg/mL."""
PRODUCT_UNITS = "{units}"
"""The one code for units a product defines for itself; which product, the agent says."""
COUNTS = "{counts}"
"""What ``/uL`` counts when nothing is named."""


@attrs.frozen
class Unit:
    """One unit an amount may have."""

    code: str
    """UCUM code: what is stored."""
    symbol: str
    """What is printed: safe to read aloud and to handwrite."""
    dimension: Dimension
    definition: str
    """The line that defines it in the closed pint registry; empty for a compound."""
    base: bool
    """Whether its factor to the dimension's base unit is 1, so that pint need not be asked."""
    one: str
    """What is printed after exactly 1."""
    parts: tuple[str, str] | None = None
    """Codes of numerator and denominator of a compound."""

    @property
    def pint_name(self) -> str:
        """Return the name of the unit in the closed pint registry."""
        if self.parts is None:
            return self.definition.partition(" = ")[0]
        above, below = self.parts
        return f"{UNITS[above].pint_name} / {UNITS[below].pint_name}"


@attrs.frozen
class Shape:
    """A way of writing that is refused whatever the unit is."""

    code: str
    pattern: re.Pattern[str]
    example: str
    reason: str
    cure: str
    rewrite: tuple[tuple[re.Pattern[str], str], ...]
    """Substitutions that give what was most likely meant, offered as the cure and never taken unasked."""


@attrs.frozen
class RefusedUnit:
    """A unit that is refused although, or because, people write it."""

    spelling: str
    reason: str
    cure: str
    write: str | None
    """The one accepted unit that must have been meant, where there is one."""


@attrs.frozen
class SpellingRow:
    """One line of the published table of spellings."""

    text: str
    accepted: bool
    reading: str
    """The UCUM code it is read as, or why it is refused."""
    cure: str
    """What to write instead; empty for an accepted spelling."""
    source: str


def _load() -> dict[str, Any]:
    # Not importlib.resources, whose import takes longer than reading it.
    text = (Path(__file__).parent.parent / "data" / "spellings.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


_DATA = _load()


def _simple(row: Mapping[str, Any]) -> Unit:
    return Unit(
        code=row["code"],
        symbol=row["symbol"],
        dimension=Dimension(row["dimension"]),
        definition=row["definition"],
        base=row.get("base", False),
        one=row.get("one", row["symbol"]),
    )


def _compounds(simple: Mapping[str, Unit]) -> dict[str, Unit]:
    named = {row["code"]: row["symbol"] for row in _DATA["named_ratios"]}
    found: dict[str, Unit] = {}
    for ratio in _DATA["ratios"]:
        above_dimension, below_dimension = ratio["over"]
        for above in simple.values():
            for below in simple.values():
                if above.dimension == above_dimension and below.dimension == below_dimension:
                    code = f"{above.code}/{below.code}"
                    found[code] = Unit(
                        code=code,
                        symbol=named.get(code, f"{above.symbol}/{below.symbol}"),
                        dimension=Dimension(ratio["dimension"]),
                        definition="",
                        base=above.base and below.base,
                        one=named.get(code, f"{above.one}/{below.symbol}"),
                        parts=(above.code, below.code),
                    )
    return found


_SIMPLE = {row["code"]: _simple(row) for row in _DATA["units"]}

UNITS: Mapping[str, Unit] = MappingProxyType(_SIMPLE | _compounds(_SIMPLE))
"""Every unit by its UCUM code."""

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {text: row["code"] for row in (*_DATA["units"], *_DATA["named_ratios"]) for text in row["spellings"]}
)
"""UCUM code of every accepted spelling that is not simply numerator/denominator."""

RATIOS: Mapping[tuple[Dimension, Dimension], Dimension] = MappingProxyType(
    {
        (Dimension(row["over"][0]), Dimension(row["over"][1])): Dimension(row["dimension"])
        for row in _DATA["ratios"]
    }
)
"""What one dimension divided by another is."""

REFUSED_UNITS: Mapping[str, RefusedUnit] = MappingProxyType(
    {
        row["spelling"]: RefusedUnit(row["spelling"], row["reason"], row["cure"], row.get("write"))
        for row in _DATA["refused_units"]
    }
)

REFUSED_SHAPES: tuple[Shape, ...] = tuple(
    Shape(
        code=row["code"],
        pattern=re.compile(row["pattern"], re.ASCII),
        example=row["example"],
        reason=row["reason"],
        cure=row["cure"],
        rewrite=tuple((re.compile(old, re.ASCII), new) for old, new in row.get("rewrite", [])),
    )
    for row in _DATA["refused_shapes"]
)


def code_of(spelling: object) -> str | None:
    """Return the UCUM code of an accepted spelling or of a code itself, else None."""
    if not isinstance(spelling, str):
        return None
    if spelling in UNITS:
        return spelling
    known = SPELLINGS.get(spelling)
    if known is not None:
        return known
    above, slash, below = spelling.partition("/")
    if not slash:
        return None
    return compound(
        SPELLINGS.get(above.strip(" ")) if above.strip(" ") else COUNTS, SPELLINGS.get(below.strip(" "))
    )


def compound(above: str | None, below: str | None) -> str | None:
    """Return the code of one unit over another, or None where that is not a quantity of this field."""
    code = f"{above}/{below}"
    return code if code in UNITS else None


def spelling_table() -> tuple[SpellingRow, ...]:
    """Return every accepted and every refused spelling with its reading or reason, cure and source.

    A compound such as ``mg/mL`` is an accepted numerator over an accepted denominator and has no line of
    its own.
    """
    accepted = [
        SpellingRow(text, accepted=True, reading=row["code"], cure="", source=row["source"])
        for row in (*_DATA["units"], *_DATA["named_ratios"])
        for text in row["spellings"]
    ]
    units = [
        SpellingRow(
            row["spelling"], accepted=False, reading=row["reason"], cure=row["cure"], source=row["source"]
        )
        for row in _DATA["refused_units"]
    ]
    shapes = [
        SpellingRow(
            row["example"], accepted=False, reading=row["reason"], cure=row["cure"], source=row["source"]
        )
        for row in _DATA["refused_shapes"]
    ]
    return (*accepted, *units, *shapes)
