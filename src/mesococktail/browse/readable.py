"""Makes of a statement that counts over numbers one that a person can read: laid out, names for numbers."""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

import attrs

from mesococktail.log.names import MEASURES, ROLES, SCALES, STATUS
from mesococktail.log.tables import layout_of
from mesococktail.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_BREAK = re.compile(r" (?=(?:FROM|LEFT JOIN|(?<!LEFT )JOIN|WHERE|GROUP BY|ORDER BY|HAVING)\b)")
_TABLE = re.compile(r"\b(?:FROM|JOIN) (\w+) AS (\w+)")
_PLAIN = re.compile(r"(?:coalesce\()?(\w)\.(\w+)(?:, ''\))?")
_FIRST = re.compile(r"\b(\w)\.(\w+)")
_DIMENSION = re.compile(r"REFERENCES dim_(\w+)")
_COUNT = re.compile(r"count\((?:DISTINCT \w\.)?(\*|\w+)\)")


@attrs.frozen
class _Item:
    """One column of what a statement returns."""

    name: str
    shown: str | None
    """How a person sees it, as SQL over the column; None where another column shows the same."""
    counts: bool


def laid_out(sql: str) -> str:
    """Return a statement over several lines."""
    return _BREAK.sub("\n", sql)


def readable(sql: str) -> str:
    """Return a statement that gives the same rows with names in the place of numbers, most frequent first.

    Args:
        sql: One of ours: over the star, whose every table has an alias of one letter. What is no plain
            ``SELECT`` is only laid out.
    """
    if not sql.startswith("SELECT "):
        return laid_out(sql)
    items = _items(sql)
    inner = "\n".join(f"  {line}" for line in laid_out(sql).split("\n"))
    names = ", ".join(item.name for item in items)
    lines = ",\n  ".join(item.shown for item in items if item.shown is not None)
    # Counts stand last, and what is counted most often is what somebody looks for first.
    order = f"\nORDER BY counted.{items[-1].name} DESC" if items[-1].counts else ""
    return f"WITH counted ({names}) AS (\n{inner}\n)\nSELECT\n  {lines}\nFROM counted{order}"


def _items(sql: str) -> list[_Item]:
    of = {alias: table for table, alias in reversed(_TABLE.findall(sql))}
    made: dict[str, _Item] = {}
    for text in _columns(sql):
        table, column = _origin(text, sql, of)
        name = _name(text, table, column)
        place = 1
        while (unique := name if place == 1 else f"{name}_{place}") in made:
            place += 1
        # A text that stands beside its number is what the number is shown as.
        again = table.startswith("dim_") and place > 1
        shown = None if again else _shown(text, table, column, unique)
        made[unique] = _Item(unique, shown, _COUNT.fullmatch(text) is not None or column == "prescriptions")
    return list(made.values())


def _columns(sql: str) -> list[str]:
    """Return what stands between SELECT and the FROM that belongs to it, in no bracket of its own."""
    depths = list(accumulate((letter == "(") - (letter == ")") for letter in sql))
    end = next(place for place in range(len(sql)) if not depths[place] and sql.startswith(" FROM ", place))
    commas = [place for place in range(end) if not depths[place] and sql[place] == ","]
    starts = (len("SELECT"), *(place + 1 for place in commas))
    return [sql[start:stop].strip() for start, stop in zip(starts, (*commas, end), strict=True)]


def _origin(text: str, sql: str, of: dict[str, str]) -> tuple[str, str]:
    """Return the table and column that a column comes from, the first where it is made of several."""
    found = _FIRST.search(text)
    if found is None:
        return "", text
    alias, column = found.groups()
    if alias not in of:
        # Of a statement within the statement, which says what it calls the column.
        inner = re.search(rf"\b(\w)\.(\w+) AS {column}\b", sql)
        alias, column = inner.groups() if inner else (alias, column)
    return of.get(alias, ""), column


def _name(text: str, table: str, column: str) -> str:
    counted = _COUNT.fullmatch(text)
    if counted is not None:
        return "number" if counted[1] == "*" else f"number_of_{counted[1]}s"
    if column == "key":
        return table.removeprefix("fact_")
    if text.startswith("(SELECT min("):
        return "earliest_other"
    return column.removesuffix("_micro")


def _shown(text: str, table: str, column: str, name: str) -> str:  # noqa: PLR0911  # one case a kind of number
    value = f"counted.{name}"
    if column == "at_month":
        # Where the month is not known it is the year, as what stands there begins with it.
        year = f"strftime('%Y', -{value}, 'unixepoch')"
        return f"iif({value} > 0, substr({value}, 1, 4) || '-' || substr({value}, 5), {year}) AS {name}"
    if column == "at_utc" or name == "earliest_other":
        return f"datetime({value}, 'unixepoch') AS {name}"
    if "_micro" in text:
        return f"{value} / 1000000.0 AS {name}"
    if _PLAIN.fullmatch(text) is None:
        return value
    if column == "dose_counts":
        scales = " ".join(f"WHEN {place} THEN {scale}.0" for place, scale in enumerate(SCALES))
        return f"{value} / CASE counted.measure {scales} END AS dose"
    if column == "measure" and table == "fact_ingredient":
        return _words(value, tuple(MEASURES.values()), "unit")
    if column in ("status", "role"):
        return _words(value, {"status": STATUS, "role": ROLES}[column], name)
    dimension = dimensions().get((table, column))
    if dimension is not None:
        return f"(SELECT {dimension} FROM dim_{dimension} WHERE id = {value}) AS {name}"
    return value


def _words(value: str, words: Sequence[str], name: str) -> str:
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE {value} {cases} END AS {name}"


@cache
def dimensions() -> dict[tuple[str, str], str]:
    """Return by table and column the dimension in which a number stands for a text."""
    found = {("fact_ingredient", column): column for column in ("agent", "combination")}
    for kind in KINDS:
        layout = layout_of(kind)
        columns = [(layout.table, column) for _, column in layout.columns]
        columns += [(several.table, column) for several in layout.lists for column in several.columns]
        for table, each in columns:
            for name, typed in zip(each.names, each.types, strict=True):
                if (dimension := _DIMENSION.search(typed)) is not None:
                    found[table, name] = dimension[1]
        if layout.has_cocktail:
            found[layout.table, "combination"] = "combination"
    return found
