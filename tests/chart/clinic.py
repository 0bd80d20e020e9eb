"""Records of one patient, with plain values wherever a test does not say otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from mesococktail.chart.course import Course, course_of
from mesococktail.chart.events import EventRead, read_event
from mesococktail.chart.reading import Records
from mesococktail.formulary import Formulary
from mesococktail.records import (
    AdverseEvent,
    Outcome,
    Preparation,
    Prescription,
    Session,
    Stands,
    complete,
)

OURS = Formulary.shipped()
AT = datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=4)))
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary) + saline q.s. to 5 mL"
STOCK = [
    {"agent": "minoxidil", "lot": "M-1", "strength": "5 mg/mL", "drawn": "1 mL"},
    {"agent": "biotin", "lot": "B-1", "strength": "5 mg/mL", "drawn": "1.2 mL"},
    {"agent": "saline", "lot": "S-1", "drawn": "2.8 mL"},
]


class Patient:
    """Gathers records as a log would hold them."""

    def __init__(self) -> None:
        self.each: list[Stands] = []
        self._ids = (f"00000000-0000-7000-8000-{number:012}" for number in count(1))

    @property
    def records(self) -> Records:
        return Records(tuple(self.each))

    def add(self, kind: Any, *, status: str = "active", **fields: Any) -> str:
        record = kind(**({"patient": "P-1", "at": AT} | fields))
        one = Stands(next(self._ids), complete(record, OURS, AT + 9999 * DAY), status)
        self.each.append(one)
        return one.id

    def prescribe(self, cocktail: str | None = LINE, **fields: Any) -> str:
        plain = {"doctor": "dr-a", "indication": "alopecia areata", "cocktail": cocktail}
        return self.add(Prescription, **(plain | fields))

    def prepare(self, prescription: str, **fields: Any) -> str:
        plain = {"prepared_by": "nurse", "stock": STOCK, "total": "5 mL"}
        return self.add(Preparation, prescription=prescription, **(plain | fields))

    def give(self, prescription: str | None, at: Any = AT, **fields: Any) -> str:
        plain: dict[str, Any] = {"injected_by": "dr-a"}
        if fields.get("given") == "not_given":
            plain = {"reason": "did not come"}
        elif fields.get("given") == "partly":
            plain["reason"] = "it hurt"
        return self.add(Session, prescription=prescription, at=at, **(plain | fields))

    def observe(self, measure: str, at: Any = AT, **fields: Any) -> str:
        return self.add(Outcome, measure=measure, at=at, **fields)

    def course(self, id_: str, now: datetime = AT) -> Course:
        return course_of(self.records.by_id[id_], self.records, OURS, now)

    def suffer(self, term: str, at: Any = AT, now: datetime = AT, **fields: Any) -> EventRead:
        id_ = self.add(AdverseEvent, term=term, at=at, **fields)
        return read_event(self.records.by_id[id_], self.records, OURS, now)
