"""Everything that happened to a patient, in order of time, one line each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.chart.outcomes import value_of
from mesococktail.chart.reading import Records, in_order, joined, word
from mesococktail.errors import counted
from mesococktail.records import (
    AdverseEvent,
    Around,
    FieldType,
    Outcome,
    Preparation,
    Prescription,
    Session,
    fields_of,
    name_of,
    shown,
    to_the_minute,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 110
_WORDS = (FieldType.TEXT, FieldType.TEXTS)
"""Fields that are printed as they were written; codes are printed as words."""
_ASIDE = (FieldType.PATIENT, FieldType.RECORD)


@attrs.frozen
class Moment:
    """One record, in a line."""

    at: datetime | Around
    kind: str
    id: str
    line: str

    def __str__(self) -> str:
        return f"{to_the_minute(self.at)}  {word(self.kind)}: {self.line}"


def moments(records: Records) -> Iterator[Moment]:
    """Yield every record in order of time; of two at once, the one written down first."""
    for one in sorted(records.each, key=lambda one: in_order(one.at)):
        line = joined((_line(one.record), "stopped" if one.status == "stopped" else None))
        yield Moment(one.at, name_of(one.record), one.id, _short(line))


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _line(record: object) -> str:
    match record:
        case Prescription():
            what = str(record.cocktail.combination()) if record.cocktail else word(record.payload)
            doctor = f"by {record.doctor}"
            return joined((what, word(record.indication.code), word(record.delivery), record.plan, doctor))
        case Preparation():
            agents = " + ".join(stock.agent for stock in record.stock)
            total = f"{record.total.display()} in all" if record.total is not None else None
            return joined((agents, total, f"by {record.prepared_by}"))
        case Session():
            return joined(_session(record))
        case Outcome():
            place = joined((word(record.zone), record.site))
            where = f"at {place}" if place else None
            return joined((f"{word(record.measure)} {value_of(record)}", record.description, where))
        case AdverseEvent():
            return joined(
                (
                    word(record.term),
                    record.description,
                    word(record.grade),
                    word(record.zone),
                    word(record.result),
                )
            )
    return _any(record)


def _session(session: Session) -> Iterator[str | None]:
    yield word(session.given)
    yield session.reason
    yield word(session.delivery)
    yield word(session.payload)
    injected = session.injected
    yield injected.display() if injected is not None else None
    yield joined(word(zone.zone) for zone in session.zones)
    yield counted(session.points, "point") if session.points else None
    yield f"by {session.injected_by}" if session.injected_by else None


def _any(record: Any) -> str:  # noqa: ANN401  # any kind, also one that is declared later
    """Return the fields that say something, in the order they were declared."""
    cls: type = type(record)
    said = []
    for field in fields_of(cls):
        if field.name == "at" or field.type in _ASIDE or field.about.at_the_door:
            continue
        text = shown(field, getattr(record, field.name))
        if text is not None and not (text == "no" and field.type is FieldType.FLAG):
            said.append(f"{word(field.name)} {text if field.type in _WORDS else word(text)}")
    return joined(said)
