"""Every published scalp formulation as the course of one synthetic patient, as far as print allows.

The facts are those that were printed. The patient is made up and stands for those of the publication,
the first day is the same for all, and what was not printed is written as unknown, as out of an old chart.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mesococktail.cocktails import Cocktail
from mesococktail.errors import RecordNotFoundError
from mesococktail.examples.dates import dates_of
from mesococktail.examples.ids import id_of
from mesococktail.formulary import Formulary
from mesococktail.records import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mesococktail.formulary import PublishedFormula

DOCTOR = {"kind": "doctor", "id": "syn-pub", "name": "Synthetic: stands for the authors of publications"}
SYNTHETIC = "synthetic: this patient stands for those of the publication; the dates are made up"
_NOT_PRINTED = "not stated in print"
_SAME = ("sessions", "undated", "plan", "week")


@cache
def _data() -> dict[str, Any]:
    text = files("mesococktail.data").joinpath("courses.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def published_course(formula_id: str) -> list[dict[str, object]]:
    """Return a published formulation as the records of one synthetic patient, for ``append_many``.

    The first is the doctor who stands for the authors; the others are the prescriptions, what was prepared,
    the sessions, the outcomes and the adverse events, all transcribed from the publication.

    Raises:
        RecordNotFoundError: There is no such formulation, or it describes no course; the message says why.
    """
    course = next((one for one in _data()["courses"] if one["id"] == formula_id), None)
    if course is None:
        raise RecordNotFoundError(
            not_a_course().get(formula_id, "is not a published formulation"), got=formula_id
        )
    formula = next(one for one in Formulary.shipped().published if one.id == formula_id)
    return [dict(DOCTOR), *_Course(formula, course).records()]


def published_courses() -> tuple[str, ...]:
    """Return the ids of the published formulations that `published_course` has."""
    return tuple(one["id"] for one in _data()["courses"])


def not_a_course() -> dict[str, str]:
    """Return why a published formulation is not recorded as a course, by its id."""
    return {one["id"]: one["why"] for one in _data()["left_out"]}


def not_recorded(formula_id: str) -> list[tuple[str, str]]:
    """Return what is printed of a formulation and not, or only in part, in its course, with reasons."""
    reasons: Mapping[str, str] = _data()["reasons"]
    return [
        (fact["what"], reasons.get(fact["why"], fact["why"]))
        for course in _data()["courses"]
        if course["id"] == formula_id
        for fact in course["cannot"]
    ]


class _Course:
    """The records of one course, made one after the other."""

    def __init__(self, formula: PublishedFormula, course: dict[str, Any]) -> None:
        self._formula = formula
        self._course = course
        self._start = datetime.fromisoformat(_data()["start"])
        self._made = 0
        self._common = {"patient": f"SYN-PUB-{formula.id}", "transcribed_from": formula.citation}

    def records(self) -> list[dict[str, object]]:
        course = self._course
        made = [*self._facts(), *self._stage(course, None)]
        first = next(str(one["id"]) for one in made if one["kind"] == "prescription")
        if "then" in course:
            shared = {key: value for key, value in course.items() if key not in _SAME}
            made += self._stage(shared | course["then"], first)
        made += [self._observed("outcome", one, first) for one in course.get("outcomes", ())]
        made += [self._observed("adverse_event", one, None) for one in course.get("events", ())]
        return made

    def _record(self, kind: str, at: datetime | str, **fields: object) -> dict[str, object]:
        self._made += 1
        said = at if isinstance(at, str) else at.isoformat()
        own = id_of(f"{self._formula.id} {self._made}", self._start)
        given = {name: value for name, value in fields.items() if value is not None}
        return {"kind": kind, "id": own, "at": said, **self._common, **given}

    def _facts(self) -> Iterator[dict[str, object]]:
        facts = {
            "sex": self._course.get("sex"),
            "treatments_elsewhere": self._course.get("treatments"),
        }
        if any(facts.values()):
            yield self._record("patient_facts", self._start, **facts, note=SYNTHETIC)

    def _stage(self, stage: dict[str, Any], renews: str | None) -> Iterator[dict[str, object]]:
        start = self._start + timedelta(weeks=stage.get("week", 0))
        plan = stage.get("plan", self._formula.plan)
        prescription = self._record(
            "prescription",
            start,
            doctor=DOCTOR["id"],
            indication={"code": self._formula.indication_code},
            cocktail=stage.get("cocktail"),
            delivery=stage.get("delivery"),
            payload=stage.get("payload"),
            route=stage.get("route"),
            plan=plan,
            rationale=SYNTHETIC,
            formula=f"published:{self._formula.id}",
            changes=["which agent is principal is ours; the print does not say"],
            renews=renews,
        )
        yield prescription
        for number, at in enumerate(self._dates(stage, plan, start), start=1):
            yield from self._session(stage, prescription, number, at)

    def _dates(self, stage: dict[str, Any], plan: str | None, start: datetime) -> Sequence[datetime | str]:
        if "undated" in stage:
            return [f"{start.year}"] * stage["undated"]
        sessions = stage.get("sessions")
        if plan is None:
            return [start][:sessions]
        return dates_of(Plan.parse(plan), start, sessions)

    def _session(
        self, stage: dict[str, Any], prescription: dict[str, object], number: int, at: datetime | str
    ) -> Iterator[dict[str, object]]:
        prepared = None
        if "preparation" in stage:
            made = self._preparation(stage, prescription, at)
            yield made
            prepared = made["id"]
        zones = []
        for half in stage.get("halves", ()):
            zone = {"zone": "other", "description": half["half"]}
            if "stock" in half:
                stock = [{"agent": agent, "lot_status": "unknown"} for agent in half["stock"]]
                made = self._prepared(prescription, at, stock, accepted=half.get("accepted"))
                yield made
                zone["preparation"] = made["id"]
            zones.append(zone)
        yield self._record(
            "session",
            at,
            prescription=prescription["id"],
            preparation=prepared,
            number=number,
            injected_by=_NOT_PRINTED,
            delivery=stage.get("delivery"),
            payload=stage.get("payload"),
            zones=zones or None,
            note=SYNTHETIC,
            **stage.get("session", {}),
        )

    def _preparation(
        self, stage: dict[str, Any], prescription: dict[str, object], at: datetime | str
    ) -> dict[str, object]:
        given = stage["preparation"]
        stock = [
            {"agent": part.agent.id, "lot_status": "unknown"} | given.get("stock", {}).get(part.agent.id, {})
            for part in Cocktail.parse(stage["cocktail"]).parts
        ]
        return self._prepared(prescription, at, stock, total=given.get("total"), prp=given.get("prp"))

    def _prepared(
        self,
        prescription: dict[str, object],
        at: datetime | str,
        stock: list[dict[str, object]],
        **fields: object,
    ) -> dict[str, object]:
        return self._record(
            "preparation",
            at,
            prescription=prescription["id"],
            prepared_by=_NOT_PRINTED,
            stock=stock,
            note=SYNTHETIC,
            **fields,
        )

    def _observed(self, kind: str, given: dict[str, Any], prescription: str | None) -> dict[str, object]:
        """Return an outcome or an event; where the time is not printed, its year is all that is known."""
        fields = {name: value for name, value in given.items() if name != "week"}
        week = given.get("week")
        at = f"{self._start.year}" if week is None else self._start + timedelta(weeks=week)
        note = f"{given['note']}; {SYNTHETIC}" if "note" in given else SYNTHETIC
        return self._record(kind, at, **fields | {"note": note}, prescription=prescription)
