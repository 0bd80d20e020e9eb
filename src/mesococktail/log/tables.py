"""The tables of the star and their columns, made from the declarations of the kinds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.log.columns import Columns, columns_of
from mesococktail.log.names import DIMENSIONS
from mesococktail.records import KINDS, FieldType, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesococktail.records import Field

    Slot = tuple[int, int, str | None, Callable[[Any, Any], tuple[object, ...]]]
    """Where a field begins and ends in a row, the dimension that numbers it, and how its values are made."""

COCKTAIL_TABLES = {
    "fact_ingredient": (
        "prescription INTEGER NOT NULL",
        "position INTEGER NOT NULL",
        "agent INTEGER NOT NULL REFERENCES dim_agent (id)",
        "role INTEGER NOT NULL",
        "combination INTEGER NOT NULL REFERENCES dim_combination (id)",
        "measure INTEGER",
        "dose_counts INTEGER",
        "volume_micro_mL INTEGER",
        "voided INTEGER NOT NULL",
    ),
    "fact_adjunct": (
        "prescription INTEGER NOT NULL",
        "position INTEGER NOT NULL",
        "agent INTEGER NOT NULL REFERENCES dim_agent (id)",
        "purpose INTEGER NOT NULL REFERENCES dim_term (id)",
        "measure INTEGER",
        "dose_counts INTEGER",
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
class ListLayout:
    """The table of several groups of one kind: a row for each, in their order."""

    name: str
    """``session_zones``."""
    path: tuple[str, ...]
    """Where they stand in the document: the names of the fields that lead there."""
    first: str
    """The field that a bare text stands for."""
    columns: tuple[Columns, ...]
    slots: tuple[tuple[str, int, int, Callable[[Any, Any], tuple[object, ...]]], ...] = attrs.field(eq=False)
    """Field, where its columns begin and end in a row, and how its values are made."""
    width: int

    @property
    def table(self) -> str:
        """Name of the table."""
        return f"fact_{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return ("key", "position", *(name for column in self.columns for name in column.names))


@attrs.frozen
class Layout:
    """The main table of one kind: its columns, and how a document fills them."""

    kind: str
    columns: tuple[tuple[str, Columns], ...]
    """By the name of the field in the document."""
    names: tuple[str, ...]
    slots: dict[str, tuple[Slot, ...]] = attrs.field(eq=False)
    """By the name of the field: where its columns begin and end in a row."""
    slots_of_text: dict[str, Slot] = attrs.field(eq=False)
    """The same where the document has a bare text: of a group that is its first field."""
    width: int
    lists: tuple[ListLayout, ...]
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
    of_text = {name: several[0] for name, several in slots.items()}
    for name, first in groups.items():
        start, stop, *_ = slots[name][0]
        [column] = columns_of(attrs.evolve(first, name=name))
        of_text[name] = (start, stop, column.dimension, column.values)
    return Layout(
        kind,
        columns,
        (*names, *own),
        slots,
        of_text,
        len(names) + len(own),
        tuple(_lists(kind, fields, ())),
        FieldType.COCKTAIL in types,
        FieldType.FINDINGS in types,
    )


def _lists(kind: str, fields: tuple[Field, ...], path: tuple[str, ...]) -> Iterator[ListLayout]:
    for field in fields:
        here = (*path, field.name)
        if field.type is FieldType.GROUP:
            yield from _lists(kind, field.fields, here)
        elif field.type is FieldType.GROUPS:
            slots, columns, stop = [], list[Columns](), 2
            for inner in field.fields:
                for column in columns_of(inner):
                    start, stop = stop, stop + len(column.names)
                    columns.append(column)
                    slots.append((inner.name, start, stop, column.values))
            name = "_".join((kind, *here))
            yield ListLayout(name, here, field.fields[0].name, tuple(columns), tuple(slots), stop)


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
    "CREATE INDEX ingredient_dose ON fact_ingredient (agent, combination, measure, dose_counts, voided)",
    "CREATE INDEX prescription_combination ON fact_prescription (combination, status)",
    "CREATE INDEX prescription_doctor ON fact_prescription (doctor, at_month, status)",
    "CREATE UNIQUE INDEX doctor_doctor ON fact_doctor (id)",
)


def _kind_tables(layout: Layout) -> list[str]:
    key = "key INTEGER PRIMARY KEY REFERENCES entry (seq), status INTEGER NOT NULL"
    columns = [column for _, column in layout.columns]
    own = ["deviation TEXT", "combination INTEGER REFERENCES dim_combination (id)"]
    typed = ", ".join([key, *_typed(columns), *own * layout.has_cocktail])
    tables = [
        f"CREATE TABLE {layout.table} ({typed}) STRICT",
        *_found_by(layout.table, columns),
    ]
    place = "key INTEGER NOT NULL, position INTEGER NOT NULL"
    shape = "PRIMARY KEY (key, position)) STRICT, WITHOUT ROWID"
    for several in layout.lists:
        typed = ", ".join([place, *_typed(several.columns)])
        tables += [
            f"CREATE TABLE {several.table} ({typed}, {shape}",
            *_found_by(several.table, several.columns),
        ]
    if layout.has_findings:
        tables.append(
            f"CREATE TABLE {layout.table}_finding ({place}, "
            "severity INTEGER NOT NULL, code INTEGER NOT NULL REFERENCES dim_term (id), "
            f"path INTEGER NOT NULL REFERENCES dim_term (id), {shape}"
        )
    return tables


def _typed(columns: Iterable[Columns]) -> list[str]:
    return [
        f"{name} {sql}" for column in columns for name, sql in zip(column.names, column.types, strict=True)
    ]


def _found_by(table: str, columns: Iterable[Columns]) -> Iterator[str]:
    """Yield an index for each column that a person's records, or what hangs on a record, are found by."""
    for column in columns:
        if column.field.type in (FieldType.PATIENT, FieldType.RECORD):
            [name] = column.names
            yield f"CREATE INDEX {table[5:]}_{name} ON {table} ({name}) WHERE {name} IS NOT NULL"


@cache
def wide_tables() -> dict[str, tuple[str, ...]]:
    """Return the columns of the tables made from declarations; most records leave most of them empty."""
    layouts = [layout_of(kind) for kind in KINDS]
    tables: list[Layout | ListLayout] = [*layouts, *(one for layout in layouts for one in layout.lists)]
    return {one.table: one.names for one in tables}


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
