"""The star: the tables that people query, derived from the log and from nothing else.

A row is a function of its own document alone, plus the numbers that texts get in log order. So the
star that grew with the log and the star that is rebuilt from it are equal by construction: both come
from `Star.put`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.amounts import Dimension
from mesococktail.cocktails import Portion
from mesococktail.log.columns import Columns, columns_of, millionths, stored_amount
from mesococktail.records import KINDS, FieldType, fields_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from mesococktail.amounts import Amount

    Row = tuple[object, ...]
    Slot = tuple[int, int, str | None, Callable[[Any, Any], tuple[object, ...]]]
    """Where the values of a field begin and end in a row, the dimension that numbers it, and how they are made."""

ACTIVE, STOPPED, VOIDED = 0, 1, 2
STATUS = ("active", "stopped", "voided")

DIMENSIONS = ("doctor", "patient", "term", "agent", "combination")
MEASURES = {
    Dimension.MASS: ("mass", "mg"),
    Dimension.ACTIVITY: ("activity", "IU"),
    Dimension.COUNT: ("count", "count"),
    Dimension.PRODUCT_UNITS: ("product units", "units"),
    Dimension.VOLUME: ("volume", "mL"),
}
"""Measure of a dose and the unit it is counted in, by dimension; the number in the star is the place here."""
_DOSES_OF = {Dimension.MASS_CONCENTRATION: 0, Dimension.ACTIVITY_CONCENTRATION: 1}
"""Strengths whose base unit times a millilitre is the unit in which the dose is counted."""
_MILLION = 1_000_000
_PLACE = {dimension: place for place, dimension in enumerate(MEASURES)}
ROLES = ("principal", "complementary")
_ROLE_PLACES = {role: place for place, role in enumerate(ROLES)}
COMBINED = " + "
"""Between the agent ids of a combination's key, which are sorted."""

COCKTAIL_TABLES = {
    "fact_ingredient": (
        "prescription INTEGER NOT NULL",
        "position INTEGER NOT NULL",
        "agent INTEGER NOT NULL REFERENCES dim_agent (id)",
        "role INTEGER NOT NULL",
        "combination INTEGER NOT NULL REFERENCES dim_combination (id)",
        "measure INTEGER",
        "dose_micro INTEGER",
        "volume_micro_mL INTEGER",
        "voided INTEGER NOT NULL",
    ),
    "fact_adjunct": (
        "prescription INTEGER NOT NULL",
        "position INTEGER NOT NULL",
        "agent INTEGER NOT NULL REFERENCES dim_agent (id)",
        "purpose INTEGER NOT NULL REFERENCES dim_term (id)",
        "measure INTEGER",
        "dose_micro INTEGER",
        "volume_micro_mL INTEGER",
        "fills_to_micro_mL INTEGER",
    ),
    "fact_member": (
        "prescription INTEGER NOT NULL",
        "position INTEGER NOT NULL",
        "member INTEGER NOT NULL REFERENCES dim_agent (id)",
    ),
}
_KEYS = {
    "fact_ingredient": "prescription, position",
    "fact_adjunct": "prescription, position",
    "fact_member": "prescription, position, member",
}


@attrs.frozen
class Layout:
    """The main table of one kind: its columns, and how a document fills them."""

    kind: str
    columns: tuple[tuple[str, Columns], ...]
    """By the name of the field in the document."""
    names: tuple[str, ...]
    slots: dict[str, tuple[Slot, ...]] = attrs.field(eq=False)
    """By the name of the field: where its columns begin and end in a row."""
    slots_of_text: dict[str, tuple[Slot, ...]] = attrs.field(eq=False)
    """The same where the document has a bare text: of a group that is its first field."""
    width: int
    has_cocktail: bool
    has_findings: bool

    @property
    def table(self) -> str:
        """Name of the table."""
        return f"fact_{self.kind}"


@cache
def layout_of(kind: str) -> Layout:
    """Return the layout of a kind of record, from its declaration."""
    fields = fields_of(KINDS[kind])
    columns = tuple((field.name, column) for field in fields for column in columns_of(field))
    types = {field.type for field in fields}
    own = ("deviation", "combination") if FieldType.COCKTAIL in types else ()
    names: list[str] = ["key", "status"]
    slots: dict[str, tuple[Slot, ...]] = {}
    for field, column in columns:
        start = len(names)
        names += column.names
        slots[field] = (*slots.get(field, ()), (start, len(names), column.dimension, column.values))
    groups = {field.name: field.fields[0] for field in fields if field.type is FieldType.GROUP}
    of_text = dict(slots)
    for name, first in groups.items():
        start, stop, *_ = slots[name][0]
        [column] = columns_of(attrs.evolve(first, name=name))
        of_text[name] = ((start, stop, column.dimension, column.values),)
    return Layout(
        kind,
        columns,
        (*names, *own),
        slots,
        of_text,
        len(names) + len(own),
        FieldType.COCKTAIL in types,
        FieldType.FINDINGS in types,
    )


def star_tables() -> tuple[str, ...]:
    """Return the statements that make the tables and indexes of the star."""
    made = [
        f"CREATE TABLE dim_{name} (id INTEGER PRIMARY KEY, {name} TEXT NOT NULL UNIQUE"
        f"{', name TEXT NOT NULL' if name == 'agent' else ''}) STRICT"
        for name in DIMENSIONS
    ]
    made.append(
        "CREATE TABLE dim_combination_member (combination INTEGER NOT NULL REFERENCES dim_combination (id), "
        "agent INTEGER NOT NULL REFERENCES dim_agent (id), PRIMARY KEY (combination, agent)) STRICT, "
        "WITHOUT ROWID"
    )
    for kind in KINDS:
        made += _kind_tables(layout_of(kind))
    for table, columns in COCKTAIL_TABLES.items():
        made.append(
            f"CREATE TABLE {table} ({', '.join(columns)}, PRIMARY KEY ({_KEYS[table]})) STRICT, WITHOUT ROWID"
        )
    return (*made, *_INDEXES)


_INDEXES = (
    # In the order of the questions, so that each is answered by walking one index.
    "CREATE INDEX ingredient_dose ON fact_ingredient (agent, combination, measure, dose_micro, voided)",
    "CREATE INDEX prescription_combination ON fact_prescription (combination, status)",
    "CREATE INDEX prescription_doctor ON fact_prescription (doctor, at_month, status)",
    "CREATE INDEX prescription_patient ON fact_prescription (patient)",
    "CREATE UNIQUE INDEX doctor_doctor ON fact_doctor (id)",
)


def _kind_tables(layout: Layout) -> list[str]:
    typed = [
        f"{name} {sql}"
        for _, column in layout.columns
        for name, sql in zip(column.names, column.types, strict=True)
    ]
    if layout.has_cocktail:
        typed += ["deviation TEXT", "combination INTEGER REFERENCES dim_combination (id)"]
    tables = [
        f"CREATE TABLE {layout.table} (key INTEGER PRIMARY KEY REFERENCES entry (seq), "
        f"status INTEGER NOT NULL, {', '.join(typed)}) STRICT"
    ]
    if layout.has_findings:
        tables.append(
            f"CREATE TABLE {layout.table}_finding (key INTEGER NOT NULL, position INTEGER NOT NULL, "
            "severity TEXT NOT NULL, code TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (key, position)) "
            "STRICT, WITHOUT ROWID"
        )
    return tables


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
            slots = layout.slots if type(raw) is not str else layout.slots_of_text
            for start, stop, dimension, values in slots.get(name, ()):
                if dimension is None:
                    row[start:stop] = values(raw, self.intern)
                else:
                    row[start] = known[dimension].get(raw) or self.intern(dimension, raw)
        cocktail = document.get("cocktail")
        if cocktail is not None:
            row[-2] = cocktail.get("deviation")
            row[-1] = self._cocktail(rows, key, status, cocktail)
        findings = document.get("findings")
        if findings is not None:
            rows[f"{layout.table}_finding"] += [
                (key, place, finding["severity"], finding["code"], finding["path"])
                for place, finding in enumerate(findings)
            ]
        rows[layout.table].append(tuple(row))

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
            measure, dose, volume = _numbers(part)
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
        numbers = (None, None, None) if fills is not None else _numbers(part)
        to = None if fills is None else millionths(stored_amount(fills).base)
        agent = self.intern("agent", self._agent(part["agent"]))
        return (key, place, agent, self.intern("term", part["purpose"]), *numbers, to)

    def _agent(self, raw: Any) -> str:  # noqa: ANN401  # an id, or the object that says more
        if isinstance(raw, str):
            return raw
        agent_id: str = raw["id"]
        self.intern("agent", agent_id, raw.get("name"))
        return agent_id


_MOST_REMEMBERED = 20_000
_SAID = ("dose", "strength", "volume", "each", "over")


_COMMON = 4
"""Fields of the commonest part: agent, role or purpose, strength and volume."""


def _numbers(part: dict[str, Any]) -> Row:
    """Return measure, dose and volume of a part, in millionths; None where the record does not know."""
    if len(part) == _COMMON and "strength" in part and "volume" in part:
        strength, volume = part["strength"], part["volume"]
        if (
            type(strength) is str
            and type(volume) is str
            and (found := _product(strength, volume)) is not None
        ):
            return found
    if "unknown" in part:
        return None, None, None
    said = []
    for name in _SAID:
        raw = part.get(name)
        said.append(raw["amount"] if isinstance(raw, dict) else raw)
    return _solved(*said)


def _product(strength: str, volume: str) -> Row | None:
    """Return the numbers of a volume of a strength; None where they are not both whole millionths."""
    place, concentration = _strength(strength)
    drawn = _volume(volume)
    if place is None or concentration is None or drawn is None:
        return None
    dose, rest = divmod(concentration * drawn, _MILLION)
    if rest and (rest * 2 > _MILLION or (rest * 2 == _MILLION and dose % 2)):
        dose += 1
    return place, dose, drawn


@lru_cache(maxsize=8192)
def _strength(stored: str) -> tuple[int | None, int | None]:
    """Return the place of the measure of the doses that a strength gives, and its millionths if whole."""
    amount = stored_amount(stored)
    return _DOSES_OF.get(amount.dimension), _whole_millionths(amount)


@lru_cache(maxsize=8192)
def _volume(stored: str) -> int | None:
    return _whole_millionths(stored_amount(stored))


def _whole_millionths(amount: Amount) -> int | None:
    counted = millionths(amount.base)
    return counted if Fraction(amount.base) * _MILLION == counted else None


@lru_cache(maxsize=4096)
def _solved(dose: Any, strength: Any, volume: Any, each: Any, over: Any) -> Row:  # noqa: ANN401  # texts, or a number of points
    given = [
        None if raw is None else raw if isinstance(raw, int) else stored_amount(raw)
        for raw in (dose, strength, volume, each, over)
    ]
    solved = Portion(*given).solved  # type: ignore[arg-type]  # only `over` may be an int, and is the only one that is
    if solved.dose is None:
        return None, None, None
    drawn = None if solved.volume is None else millionths(solved.volume.base)
    return _PLACE[solved.dose.dimension], millionths(solved.dose.base), drawn


@cache
def fact_tables() -> tuple[str, ...]:
    """Return the names of the tables whose rows come from one record each."""
    return tuple(name for name in star_table_names() if name.startswith("fact_"))


def key_column(table: str) -> str:
    """Return the column of a fact table that holds the record's key."""
    return "prescription" if table in COCKTAIL_TABLES else "key"


@cache
def star_table_names() -> tuple[str, ...]:
    """Return the names of the star's tables, in the order in which they can be filled."""
    return tuple(statement.split()[2] for statement in star_tables() if statement.startswith("CREATE TABLE"))


def insert(connection: sqlite3.Connection, rows: dict[str, list[Row]], order: Iterable[str]) -> None:
    """Insert rows table by table, dimensions first."""
    for table in order:
        some = rows.get(table)
        if some:
            marks = ",".join("?" * len(some[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", some)
