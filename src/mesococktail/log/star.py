"""The star: the rows that people query, derived from the log and from nothing else.

A row is a function of its own document alone, plus the numbers that texts get in log order. So the
star that grew with the log and the star that is rebuilt from it are equal by construction: both come
from `Star.put`.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mesococktail.log.columns import millionths, stored_amount
from mesococktail.log.names import COMBINED, DIMENSIONS, ROLES, SEVERITIES, VOIDED
from mesococktail.log.numbers import numbers_of
from mesococktail.log.tables import layout_of, wide_tables

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from mesococktail.log.tables import ListLayout

    Row = tuple[object, ...]

_ROLE_PLACES = {role: place for place, role in enumerate(ROLES)}
_MOST_REMEMBERED = 20_000


class Star:
    """Turns documents into rows, and remembers the numbers it gave to texts."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, int]] = {dimension: {} for dimension in DIMENSIONS}
        self._combined: dict[tuple[str, ...], int] = {}
        """Numbers of combinations by their agents as written, so that an import need not sort them."""
        self._next: dict[str, int] = {}
        self._new: dict[str, list[Row]] = {}
        self._connection: sqlite3.Connection | None = None

    def attach(self, connection: sqlite3.Connection | None) -> None:
        """Look up numbers through *connection* from now on; None to give them out from 1."""
        self._connection = connection
        self.forget()

    def forget(self) -> None:
        """Drop what is remembered: a transaction was rolled back, or somebody else wrote."""
        for known in self._known.values():
            known.clear()
        self._combined.clear()
        self._next.clear()
        self._new.clear()

    def intern(self, dimension: str, text: str, name: str | None = None) -> int:
        """Return the number of *text* in a dimension; a new text gets the next one."""
        known = self._known[dimension]
        number = known.get(text)
        if number is not None:
            return number
        if len(known) >= _MOST_REMEMBERED and self._connection is not None:
            self._shrink(dimension)
        number = self.number_of_new(dimension, text, name)
        self._known[dimension][text] = number
        return number

    def number_of_new(self, dimension: str, text: str, name: str | None) -> int:
        """Return the number of a text that is not remembered: the stored one, or the next."""
        number = self.looked_up(dimension, text)
        if number is None:
            number = self._next_of(dimension)
            self._next[dimension] = number + 1
            row = (number, text, name or text) if dimension == "agent" else (number, text)
            self._new.setdefault(f"dim_{dimension}", []).append(row)
            if dimension == "combination":
                members = self._new.setdefault("dim_combination_member", [])
                members += [
                    (number, self.intern("agent", agent)) for agent in sorted(set(text.split(COMBINED)))
                ]
        return number

    def _shrink(self, dimension: str) -> None:
        """Forget what can be looked up again: all but what is not written yet."""
        unwritten: list[Any] = self._new.get(f"dim_{dimension}", [])
        self._known[dimension] = {row[1]: row[0] for row in unwritten}

    def looked_up(self, dimension: str, text: str) -> int | None:
        """Return the stored number of a text."""
        if self._connection is None:
            return None
        found = self._connection.execute(
            f"SELECT id FROM dim_{dimension} WHERE {dimension} = ?", (text,)
        ).fetchone()
        return None if found is None else int(found[0])

    def _next_of(self, dimension: str) -> int:
        number = self._next.get(dimension)
        if number is None:
            number = 1
            if self._connection is not None:
                top = self._connection.execute(f"SELECT ifnull(max(id), 0) FROM dim_{dimension}").fetchone()
                number = int(top[0]) + 1
        return number

    def new_rows(self) -> dict[str, list[Row]]:
        """Return and forget the rows of the dimensions that came up since the last call."""
        new, self._new = self._new, {}
        return new

    def put(
        self, rows: dict[str, list[Row]], kind: str, key: int, status: int, document: dict[str, Any]
    ) -> None:
        """Add the rows of one record to *rows*, by table.

        Args:
            rows: Where they go; a `defaultdict` of lists.
            kind: Of the record.
            key: Sequence of its first entry.
            status: `ACTIVE`, `STOPPED` or `VOIDED`.
            document: Its newest content, as read from its canonical bytes.
        """
        layout = layout_of(kind)
        row: list[object] = [None] * layout.width
        row[0], row[1] = key, status
        known = self._known
        for name, raw in document.items():
            if type(raw) is str:
                start, stop, dimension, values = layout.slots_of_text[name]
                if dimension:
                    row[start] = known[dimension].get(raw) or self.intern(dimension, raw)
                elif dimension is None:
                    row[start:stop] = values(raw, self.intern)
                else:
                    row[start] = raw
            else:
                for start, stop, _, values in layout.slots.get(name, ()):
                    row[start:stop] = values(raw, self.intern)
        cocktail = document.get("cocktail")
        if cocktail is not None:
            row[-2] = cocktail.get("deviation")
            row[-1] = self._cocktail(rows, key, status, cocktail)
        for several in layout.lists:
            groups = _at(document, several.path)
            if groups:
                rows[several.table] += [
                    self._group(key, place, several, raw) for place, raw in enumerate(groups)
                ]
        findings = document.get("findings")
        if findings is not None:
            rows[f"{layout.table}_finding"] += [
                (
                    key,
                    place,
                    SEVERITIES.index(finding["severity"]),
                    self.intern("term", finding["code"]),
                    self.intern("term", finding["path"]),
                )
                for place, finding in enumerate(findings)
            ]
        rows[layout.table].append(tuple(row))

    def _group(self, key: int, place: int, several: ListLayout, raw: Any) -> Row:  # noqa: ANN401  # a text or an object
        row: list[object] = [None] * several.width
        row[0], row[1] = key, place
        said = raw if type(raw) is dict else {several.first: raw}
        for name, start, stop, values in several.slots:
            value = said.get(name)
            if value is not None:
                row[start:stop] = values(value, self.intern)
        return tuple(row)

    def _cocktail(self, rows: dict[str, list[Row]], key: int, status: int, cocktail: dict[str, Any]) -> int:
        parts = cocktail["ingredients"]
        known = self._known["agent"]
        agents = [agent if type(agent := part["agent"]) is str else self._agent(agent) for part in parts]
        agents_key = tuple(agents)
        combination = self._combined.get(agents_key)
        if combination is None:
            combination = self.intern("combination", COMBINED.join(sorted(agents)))
            if len(self._combined) < _MOST_REMEMBERED:
                self._combined[agents_key] = combination
        voided = int(status == VOIDED)
        ingredients = rows["fact_ingredient"]
        for place, (part, agent) in enumerate(zip(parts, agents, strict=True)):
            number = known.get(agent) or self.intern("agent", agent)
            measure, dose, volume = numbers_of(part)
            role = _ROLE_PLACES[part["role"]]
            ingredients.append((key, place, number, role, combination, measure, dose, volume, voided))
            if type(part["agent"]) is not str:
                inside = sorted(set(part["agent"].get("members", ())))
                rows["fact_member"] += [(key, place, self.intern("agent", member)) for member in inside]
        for place, part in enumerate(cocktail.get("adjuncts", ())):
            rows["fact_adjunct"].append(self._adjunct(key, place, part))
        return combination

    def _adjunct(self, key: int, place: int, part: dict[str, Any]) -> Row:
        fills = part.get("fills_to")
        numbers = (None, None, None) if fills is not None else numbers_of(part)
        to = None if fills is None else millionths(stored_amount(fills).base)
        agent = self.intern("agent", self._agent(part["agent"]))
        return (key, place, agent, self.intern("term", part["purpose"]), *numbers, to)

    def _agent(self, raw: Any) -> str:  # noqa: ANN401  # an id, or the object that says more
        if isinstance(raw, str):
            return raw
        agent_id: str = raw["id"]
        self.intern("agent", agent_id, raw.get("name"))
        return agent_id


def _at(document: dict[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401  # what stands there
    found: Any = document
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def insert(connection: sqlite3.Connection, rows: dict[str, list[Row]], order: Iterable[str]) -> None:
    """Insert rows table by table, dimensions first."""
    for table in order:
        some = rows.get(table)
        if some:
            wide = wide_tables().get(table)
            names, some = _used(wide, some) if wide else ("", some)
            marks = ",".join("?" * len(some[0]))
            connection.executemany(f"INSERT INTO {table}{names} VALUES ({marks})", some)


def _used(columns: tuple[str, ...], rows: list[Row]) -> tuple[str, list[Row]]:
    """Leave out the columns that none of *rows* uses: binding their nulls would double the time."""
    used = [place for place in range(len(columns)) if any(row[place] is not None for row in rows)]
    project = itemgetter(*used)
    return f" ({', '.join(columns[place] for place in used)})", [project(row) for row in rows]
