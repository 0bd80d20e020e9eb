"""What the tables of an export are: those of the star, with numbers that are unique among all clinics.

The columns are read off the statements that make the star, so that they are declared nowhere else.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from mesococktail.log.names import LOG_BITS
from mesococktail.log.tables import COCKTAIL_TABLES, key_column, layout_of, star_tables
from mesococktail.records import KINDS, FieldType, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_MADE = re.compile(r"CREATE TABLE (\w+) \((.*)\) STRICT")
_REFERENCE = re.compile(r"REFERENCES dim_(\w+)")
_LOG_NUMBER_BITS = 30
"""So many bits of a digest of its id number a log: with those of its records, a whole number below 2^62."""


class Holds(Enum):
    """What stands in a column."""

    NUMBER = auto()
    """A plain whole number."""
    KEY = auto()
    """The key of the record of the row."""
    NAME = auto()
    """The number of a text in a dimension."""
    LINK = auto()
    """The key of another record."""
    TEXT = auto()


@attrs.frozen
class LakeColumn:
    """A column of an export."""

    name: str
    holds: Holds
    dimension: str | None = None
    """Whose number it is, where it is the number of a name."""

    @property
    def type(self) -> str:
        """Its type in SQL."""
        return "TEXT" if self.holds is Holds.TEXT else "BIGINT"

    @property
    def counts_in_log(self) -> bool:
        """Whether its numbers count within one log, so that they are made unique among logs."""
        return self.holds in (Holds.KEY, Holds.NAME, Holds.LINK)


@attrs.frozen(slots=False)
class LakeTable:
    """A table of an export."""

    name: str
    columns: tuple[LakeColumn, ...]
    parent: str | None = None
    """The table whose records its rows belong to; None where it has records, or texts, of its own."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def key(self) -> str | None:
        """The column with the key of a record; None of a dimension."""
        return next((column.name for column in self.columns if column.holds is Holds.KEY), None)

    @property
    def has_years(self) -> bool:
        """Whether its records have a time, and so a year, which what belongs to them shares."""
        return self.parent is None and "at_utc" in self.names


def number_of_log(log_id: bytes) -> int:
    """Return what stands above the numbers of a log where several stand together."""
    return int.from_bytes(sha256(log_id).digest()[:4], "big") >> (32 - _LOG_NUMBER_BITS)


def base_of(number: int) -> int:
    """Return what is added to the numbers of a log."""
    return number << LOG_BITS


def _parents() -> dict[str, str]:
    """Return the table of the records that the rows of another table belong to."""
    parents = dict.fromkeys(COCKTAIL_TABLES, "fact_prescription")
    for kind in KINDS:
        layout = layout_of(kind)
        names = [several.table for several in layout.lists] + [
            f"{layout.table}_finding"
        ] * layout.has_findings
        dated = any(field.type is FieldType.TIME and field.name == "at" for field in fields_of(KINDS[kind]))
        parents |= dict.fromkeys(names, layout.table) if dated else {}
    return parents


def _column(table: str, said: str) -> LakeColumn:
    name, kind = said.split()[:2]
    reference = _REFERENCE.search(said)
    if reference is not None:
        return LakeColumn(name, Holds.NAME, reference[1])
    if table.startswith("dim_") and name == "id":
        return LakeColumn(name, Holds.NAME, table.removeprefix("dim_"))
    if table.startswith("fact_") and name == key_column(table):
        return LakeColumn(name, Holds.KEY)
    holds = {"BLOB": Holds.LINK, "TEXT": Holds.TEXT}.get(kind, Holds.NUMBER)
    return LakeColumn(name, holds)


def _tables() -> Iterator[LakeTable]:
    parents = _parents()
    for statement in star_tables():
        made = _MADE.match(statement)
        if made is None:
            continue
        name, inside = made[1], made[2]
        said = re.sub(r",? *PRIMARY KEY \([^)]*\)", "", inside)
        columns = tuple(_column(name, one) for one in said.split(", "))
        yield LakeTable(name, columns, parents.get(name))
    names = ("number", "log", "name", "seq", "hash", "made_with", "pseudonymised", "left_out")
    words = {"log", "name", "hash", "made_with", "left_out"}
    yield LakeTable(
        LOG, tuple(LakeColumn(one, Holds.TEXT if one in words else Holds.NUMBER) for one in names)
    )


LOG = "lake_log"
"""The log that was exported, of which there is one row."""
LAKE_TABLES = {table.name: table for table in _tables()}
"""Every table of an export, by name; dimensions first."""
