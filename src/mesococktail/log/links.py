"""What records point to and what hangs on them: looked up when a record is written, and never again."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from mesococktail.errors import ConflictError, RecordError, RecordNotFoundError
from mesococktail.log.acts import STANDING, Standing, standing, standing_of
from mesococktail.log.ids import bytes_of
from mesococktail.log.names import VOIDED
from mesococktail.log.tables import layout_of
from mesococktail.records import (
    KINDS,
    READ_BY,
    FieldType,
    Known,
    Stands,
    fields_of,
    is_before,
    time_text,
    values_of,
)
from mesococktail.records.checks import contradictions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

_MOST_NAMED = 3


def links_of(
    connection: sqlite3.Connection, record: object, kind: str, own: str | None = None
) -> dict[str, Standing]:
    """Return the records that a record points to, as they stand, by their ids.

    Args:
        connection: To look them up.
        record: What is to be written.
        kind: Of the record.
        own: Id of the record itself, where it is there already.

    Raises:
        RecordNotFoundError: A doctor is not registered (the nearest is named), or a link points nowhere.
        RecordError: A link points to a record that was voided, of another kind or another patient, or that
            happened later than this one.
    """
    linked: dict[str, Standing] = {}
    for path, field, value in values_of(record):
        if field.type is FieldType.DOCTOR and kind != "doctor":
            doctor_registered(connection, value, path)
        elif field.type is FieldType.RECORD:
            if value == own:
                raise RecordError("is this record itself", path=path, got=value)
            there = linked.get(value) or _there(connection, path, value)
            _fits(record, there, path, field.about.link)
            if own is not None and there.kind == kind:
                _no_circle(connection, there, own, path)
            linked[value] = there
    return linked


def known_around(
    connection: sqlite3.Connection,
    record: object,
    kind: str,
    linked: dict[str, Standing],
    own: str | None = None,
) -> Known:
    """Return what checks on a new record need: what it points to, and what stands of its patient."""
    stands = {one.id: Stands(one.id, one.record, one.status) for one in linked.values()}
    patient = _said(record, "patient")
    of_patient = tuple(
        Stands(one.id, one.record, one.status)
        for one in standing_of_patient(connection, patient, READ_BY.get(kind, ()))
        if one.id != own
    )
    return Known(stands, of_patient)


def standing_of_patient(
    connection: sqlite3.Connection, patient: str, kinds: tuple[str, ...]
) -> Iterator[Standing]:
    """Yield the records of one patient as they stand, in log order; voided ones left out."""
    number = connection.execute("SELECT id FROM dim_patient WHERE patient = ?", (patient,)).fetchone()
    if number is None or not kinds:
        return
    keys = " UNION ALL ".join(
        f"SELECT key FROM fact_{kind} WHERE patient = :patient AND status <> {VOIDED}" for kind in kinds
    )
    of_patient = {"patient": number[0]}
    found = connection.execute(f"SELECT key FROM ({keys}) ORDER BY key", of_patient).fetchall()
    for (key,) in found:
        yield standing_of(connection.execute(f"{STANDING} f.seq = ?", (key,)).fetchone())


def any_read_by(connection: sqlite3.Connection, kind: str) -> bool:
    """Whether the log has any record that checks on that kind read."""
    return any(
        connection.execute(f"SELECT 1 FROM fact_{other} LIMIT 1").fetchone()
        for other in READ_BY.get(kind, ())
    )


def _there(connection: sqlite3.Connection, path: str, link: str) -> Standing:
    try:
        return standing(connection, bytes_of(link))
    except RecordNotFoundError as error:
        raise error.at(path) from None


def _fits(record: object, there: Standing, path: str, wanted: str | None) -> None:
    if there.kind != wanted:
        raise RecordError(f"is a {there.kind}, not a {wanted}", path=path, got=there.id)
    if there.status == "voided":
        raise RecordError(
            f"is a {wanted} that was voided", path=path, got=there.id, cure="name the one that stands"
        )
    if _said(there.record, "patient") != _said(record, "patient"):
        raise RecordError("belongs to another patient", path=path, got=there.id)
    if _too_early(record, there.record):
        raise RecordError(
            f"is a {wanted} of {time_text(there.record.at)}, later than this record itself",
            path=path,
            got=there.id,
            cure="correct the time of one of them; only a transcription may be out of order",
        )


def _no_circle(connection: sqlite3.Connection, there: Standing, own: str, path: str) -> None:
    """Refuse a link whose own links lead back to the record that is amended."""
    seen: dict[str, Standing] = {}
    more = [there]
    while more:
        one = more.pop()
        seen[one.id] = one
        more += [
            next_
            for link, next_ in _linked(connection, one).items()
            if next_.kind == there.kind and link not in seen
        ]
    if own in seen:
        raise RecordError(f"points to this {there.kind} itself, if not at once", path=path, got=there.id)


def _too_early(record: object, pointed_to: object) -> bool:
    own, other = _said(record, "at"), _said(pointed_to, "at")
    return (
        own is not None
        and other is not None
        and _said(record, "transcribed_from") is None
        and is_before(own, other)
    )


def _said(record: object, name: str) -> Any:  # noqa: ANN401  # what is left out is None
    return getattr(record, name, None)


def nothing_hangs_on(connection: sqlite3.Connection, now: Standing) -> None:
    """Refuse to void a record that others point to.

    Raises:
        ConflictError: Some do; the cure names them.
    """
    hanging = list(hanging_on(connection, bytes_of(now.id)))
    if hanging:
        cure = f"void or correct them first: {named(hanging)}"
        raise ConflictError("has records that point to it", got=f"{now.kind} {now.id}", cure=cure)


def named(records: list[Standing]) -> str:
    """Return what some records are called by, at most the first few of them."""
    first = ", ".join(f"{one.kind} {one.id}" for one in records[:_MOST_NAMED])
    return f"{first} and {len(records) - _MOST_NAMED} more" if len(records) > _MOST_NAMED else first


def still_fits(connection: sqlite3.Connection, now: Standing, amended: object) -> None:
    """Refuse new content of a record that what points to it contradicts.

    Raises:
        RecordError: It would happen later than what points to it, or less was prepared than was given.
    """
    if now.kind == "doctor":
        return
    around: dict[str, tuple[Stands, ...]] = {}
    """What stands of the patient, read once for each kind: whatever points to it is of the same patient."""
    for one in hanging_on(connection, bytes_of(now.id)):
        if one.kind not in around:
            around[one.kind] = known_around(connection, one.record, one.kind, {}, now.id).of_patient
        linked = {
            link: Stands(there.id, there.record, there.status)
            for link, there in _linked(connection, one).items()
        }
        instead = Known(
            linked | {now.id: Stands(now.id, amended, now.status)},
            tuple(other for other in around[one.kind] if other.id != one.id),
        )
        for error in contradictions(one.record, instead):
            raise RecordError(
                error.rule, path=f"{one.kind} {one.id}: {error.path}", cure=f"correct the {one.kind} first"
            )
        if _too_early(one.record, amended):
            raise RecordError(
                f"is later than the {one.kind} {one.id} of {time_text(one.record.at)} that points to it",
                path="at",
                got=time_text(_said(amended, "at")),
                cure=f"correct the {one.kind} first",
            )


def _linked(connection: sqlite3.Connection, one: Standing) -> dict[str, Standing]:
    links = {value for _, field, value in values_of(one.record) if field.type is FieldType.RECORD}
    return {link: standing(connection, bytes_of(link)) for link in links}


def hanging_on(connection: sqlite3.Connection, record_id: bytes) -> Iterator[Standing]:
    """Yield the records that stand and point to a record, in log order; to a doctor, those of the doctor."""
    doctor = connection.execute(
        "SELECT f.id FROM fact_doctor AS f JOIN entry AS e ON e.seq = f.key WHERE e.id = ?", (record_id,)
    ).fetchone()
    columns = _columns(FieldType.DOCTOR if doctor else FieldType.RECORD)
    sought = doctor[0] if doctor else record_id
    keys: set[int] = set()
    for kind, table, name in columns:
        rows = connection.execute(
            f"SELECT f.key FROM {table} AS t JOIN fact_{kind} AS f ON f.key = t.key "
            f"WHERE t.{name} = ? AND f.status <> {VOIDED}",
            (sought,),
        )
        keys.update(key for (key,) in rows)
    for key in sorted(keys):
        yield standing_of(connection.execute(f"{STANDING} f.seq = ?", (key,)).fetchone())


@cache
def _columns(wanted: FieldType) -> tuple[tuple[str, str, str], ...]:
    """Return kind, table and name of every column of a type of field, but a doctor's own."""
    found = []
    for kind in KINDS:
        layout = layout_of(kind)
        tables = [(layout.table, [column for _, column in layout.columns])]
        tables += [(several.table, list(several.columns)) for several in layout.lists]
        found += [
            (kind, table, column.names[0])
            for table, columns in tables
            for column in columns
            if column.field.type is wanted and kind != "doctor"
        ]
    return tuple(found)


@cache
def kinds_of_patients() -> tuple[str, ...]:
    """Return the kinds of record that belong to a patient."""
    return tuple(
        kind
        for kind, cls in KINDS.items()
        if any(field.type is FieldType.PATIENT for field in fields_of(cls))
    )


def records_of_patient(rows: Callable[..., Iterable[tuple[Any, ...]]], patient: str) -> list[bytes]:
    """Return the ids of all that a patient has, voided as well, in log order.

    Args:
        rows: Runs a statement with its parameters.
        patient: Whose.
    """
    keys = " UNION ALL ".join(
        f"SELECT key FROM fact_{kind} WHERE patient = (SELECT id FROM dim_patient WHERE patient = ?1)"
        for kind in kinds_of_patients()
    )
    sql = f"SELECT e.id FROM ({keys}) AS f JOIN entry AS e ON e.seq = f.key ORDER BY e.seq"
    return [record_id for (record_id,) in rows(sql, (patient,))]


def doctor_registered(connection: sqlite3.Connection, doctor: str, path: str) -> None:
    """Refuse a doctor who is not registered, naming the nearest who is."""
    found = connection.execute(
        "SELECT 1 FROM fact_doctor AS f JOIN dim_doctor AS d ON d.id = f.id WHERE d.doctor = ? AND "
        "f.status <> ?",
        (doctor, VOIDED),
    ).fetchone()
    if found is not None:
        return
    from difflib import get_close_matches  # only to say who was probably meant

    known = [
        row[0]
        for row in connection.execute(
            "SELECT d.doctor FROM fact_doctor AS f JOIN dim_doctor AS d ON d.id = f.id "
            "WHERE f.status <> ? ORDER BY 1",
            (VOIDED,),
        )
    ]
    near = get_close_matches(doctor, known, 1)
    cure = f"did you mean {near[0]}?" if near else "register the doctor first: mesococktail doctor ID NAME"
    raise RecordNotFoundError(
        "no doctor of that id is registered in this log", path=path, got=doctor, cure=cure
    )
