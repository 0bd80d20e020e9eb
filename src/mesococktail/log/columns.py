"""How each type of field becomes columns of the star: names, SQL types, and the values of a document.

Amounts are whole millionths of the unit in the column's name, half to even; the exact amount stays in
the document. Times are seconds since 1970 with the offset of the place and its calendar month.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any, assert_never
from uuid import UUID

import attrs

from mesococktail.amounts import Amount
from mesococktail.log.names import COMBINED
from mesococktail.records import Field, FieldType, Plan, month_of, time_of

if TYPE_CHECKING:
    from fractions import Fraction


_MILLION = Decimal(1_000_000)
_EXACT = Context(prec=80)
_NO_OFFSET = timedelta(0)
_LONGEST_DATE = 10

Intern = "Callable[[str, str], int]"
"""Return the number of a text in a dimension: ``intern("patient", "P-014")``."""


@attrs.frozen
class Columns:
    """The columns of one field of a document."""

    field: Field
    names: tuple[str, ...]
    types: tuple[str, ...]
    values: Callable[[Any, Any], tuple[object, ...]]
    """From the value in the document and the interning function, one value a column."""
    shown: tuple[tuple[str, str], ...]
    """For the view: name and SQL expression of each column that a person sees. ``{t}`` is the table."""
    dimension: str | None = None
    """Where the one value is simply the number of the text in this dimension; ``""`` where it is the text."""


def columns_of(field: Field, prefix: str = "") -> tuple[Columns, ...]:  # noqa: C901, PLR0911, PLR0912  # one case a type
    """Return the columns of a field; none for what has tables of its own."""
    name = prefix + field.name
    match field.type:
        case FieldType.TEXT if field.about.at_the_door:
            # The same few over and over, such as the digest of the formulary.
            return (_interned(field, name, "term"),)
        case FieldType.TEXT:
            return (_plain(field, name, "TEXT", lambda text, _: (text,)),)
        case FieldType.TEXTS:
            return (_plain(field, name, "TEXT", lambda texts, _: ("\n".join(texts),)),)
        case FieldType.NUMBER | FieldType.FLAG:
            return (_plain(field, name, "INTEGER", lambda number, _: (int(number),)),)
        case FieldType.DECIMAL:
            return (_decimal(field, name),)
        case FieldType.RECORD:
            return (_record(field, name),)
        case FieldType.CODE:
            return (_interned(field, name, "term"),)
        case FieldType.AGENT:
            return (_interned(field, name, "agent"),)
        case FieldType.CODES:
            return (_codes(field, name),)
        case FieldType.DOCTOR:
            return (_interned(field, name, "doctor"),)
        case FieldType.PATIENT:
            return (_interned(field, name, "patient"),)
        case FieldType.TIME:
            return (_time(field, name),)
        case FieldType.AMOUNT:
            return (_amount(field, name),)
        case FieldType.PLAN:
            return (_plan(field, name),)
        case FieldType.GROUP:
            first, *others = field.fields
            inner = [(first.name, columns_of(attrs.evolve(first, name=name)))]
            inner += [(other.name, columns_of(other, f"{name}_")) for other in others]
            return tuple(_inside(column, key, first.name) for key, columns in inner for column in columns)
        case FieldType.COCKTAIL | FieldType.FINDINGS | FieldType.GROUPS:
            return ()
        case _:
            assert_never(field.type)


def _plain(field: Field, name: str, sql: str, values: Callable[[Any, Any], tuple[object, ...]]) -> Columns:
    as_it_is = "" if field.type is FieldType.TEXT else None
    return Columns(field, (name,), (sql,), values, ((name, "{t}." + name),), as_it_is)


def _interned(field: Field, name: str, dimension: str) -> Columns:
    shown = f"(SELECT {dimension} FROM dim_{dimension} WHERE id = {{t}}.{name})"
    return Columns(
        field,
        (name,),
        (f"INTEGER REFERENCES dim_{dimension} (id)",),
        lambda text, intern: (intern(dimension, text),),
        ((name, shown),),
        dimension,
    )


def _record(field: Field, name: str) -> Columns:
    return Columns(
        field,
        (name,),
        ("BLOB",),
        lambda text, _: (UUID(text).bytes,),
        ((name, f"iif({{t}}.{name} IS NULL, NULL, {shown_id('{t}.' + name)})"),),
    )


def shown_id(blob: str) -> str:
    """Return the SQL of an id in its 36 characters, of the SQL of its 16 bytes."""
    starts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr(lower(hex({blob})), {start}, {length})" for start, length in starts)


def _codes(field: Field, name: str) -> Columns:
    shown = f"(SELECT term FROM dim_term WHERE id = {{t}}.{name})"
    return Columns(
        field,
        (name,),
        ("INTEGER REFERENCES dim_term (id)",),
        lambda codes, intern: (intern("term", COMBINED.join(codes)),),
        ((name, shown),),
    )


def _decimal(field: Field, name: str) -> Columns:
    return Columns(
        field,
        (f"{name}_micro",),
        ("INTEGER",),
        lambda text, _: (millionths(Decimal(text)),),
        ((name, f"{{t}}.{name}_micro / 1000000.0"),),
    )


def _time(field: Field, name: str) -> Columns:
    seconds, offset, month = (f"{name}_{part}" for part in ("utc", "offset", "month"))
    local = f"strftime('%Y-%m-%dT%H:%M:%S', {{t}}.{seconds} + ifnull({{t}}.{offset}, 0) * 60, 'unixepoch')"
    zone = (
        f"printf('%s%02d:%02d', iif({{t}}.{offset} < 0, '-', '+'), "
        f"abs({{t}}.{offset}) / 60, abs({{t}}.{offset}) % 60)"
    )
    exact = f"iif({{t}}.{offset} IS NULL, substr({local}, 1, {{t}}.{name}_digits), {local} || {zone})"
    monthly = f"printf('%04d-%02d', {{t}}.{month} / 100, {{t}}.{month} % 100)"
    return Columns(
        field,
        (seconds, offset, month, f"{name}_digits"),
        ("INTEGER",) * 4,
        lambda text, _: _time_values(text),
        ((name, exact), (month, f"iif({{t}}.{month} IS NULL, NULL, {monthly})")),
    )


def _time_values(text: str) -> tuple[object, ...]:
    """Seconds, offset in minutes, month; and for an imprecise date how many digits of it are known."""
    if len(text) <= _LONGEST_DATE:
        around = time_of(text)
        start = datetime(around.year, around.month or 1, around.day or 1, tzinfo=UTC)
        return int(start.timestamp()), None, month_of(around), len(text)
    time = datetime.fromisoformat(text)
    offset = time.utcoffset() or _NO_OFFSET
    minutes = offset.days * 1440 + offset.seconds // 60
    return int(time.timestamp() // 1), minutes, time.year * 100 + time.month, None


def _amount(field: Field, name: str) -> Columns:
    unit = field.about.unit
    if unit is None:
        return Columns(
            field,
            (f"{name}_micro", f"{name}_unit"),
            ("INTEGER", "TEXT"),
            lambda stored, _: _in_its_own_unit(stored_amount(stored)),
            ((name, f"{{t}}.{name}_micro / 1000000.0"), (f"{name}_unit", f"{{t}}.{name}_unit")),
        )
    said = unit.replace("/", "_per_")
    column = f"{name}_micro_{said}"
    return Columns(
        field,
        (column,),
        ("INTEGER",),
        lambda stored, _: (millionths(stored_amount(stored).to(unit).value),),
        ((f"{name}_{said}", f"{{t}}.{column} / 1000000.0"),),
    )


def _in_its_own_unit(amount: Amount) -> tuple[int, str]:
    return millionths(amount.value), amount.unit


def _plan(field: Field, name: str) -> Columns:
    def values(text: str, _: object) -> tuple[object, ...]:
        plan = Plan.parse(text)
        return (text, *(plan.sessions or (None, None)), plan.stated)

    names = (name, f"{name}_fewest", f"{name}_most", f"{name}_stated")
    return Columns(
        field, names, ("TEXT", "INTEGER", "INTEGER", "INTEGER"), values, tuple((n, "{t}." + n) for n in names)
    )


def _inside(column: Columns, key: str, first: str) -> Columns:
    """Return *column* of a group's field, fed by the group: a bare text stands for its first field."""
    inner, empty = column.values, (None,) * len(column.names)

    def values(raw: Any, intern: Any) -> tuple[object, ...]:  # noqa: ANN401  # what JSON holds
        value = raw if key == first else None
        if isinstance(raw, dict):
            value = raw.get(key)
        return empty if value is None else inner(value, intern)

    return attrs.evolve(column, values=values, dimension=None)


def stored_content(document: str) -> dict[str, Any]:
    """Return the content of a stored document, without the checks that it passed when it was written.

    Raises:
        ValueError: It is not JSON, so it is not what was written.
    """
    try:
        content: dict[str, Any] = _SCAN(document, 0)[0]
    except (StopIteration, IndexError):
        raise ValueError("not a document") from None
    return content


_SCAN = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # the stubs leave it out


def stored_amount(raw: Any) -> Amount:  # noqa: ANN401  # a text, or the object that also says how it was written
    """Return the amount of a stored document."""
    return Amount.from_stored(raw if isinstance(raw, str) else raw["amount"])


def millionths(base: Decimal | Fraction) -> int:
    """Return a number as whole millionths, half to even."""
    if isinstance(base, Decimal):
        scaled = _EXACT.multiply(base, _MILLION)
        return int(scaled.to_integral_value(ROUND_HALF_EVEN, _EXACT))
    return round(base * 1_000_000)
