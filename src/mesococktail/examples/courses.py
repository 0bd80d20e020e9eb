"""The synthetic year as whole courses: asked, consented, prepared, given or not, with what came of it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mesococktail.cocktails import Adjunct, Cocktail
from mesococktail.examples.dates import dates_of
from mesococktail.examples.ids import id_of
from mesococktail.examples.year import SEED, clinic_data, synthetic_year, year_end
from mesococktail.formulary import Formulary
from mesococktail.records import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

_SYNTHETIC = "synthetic"
_WOMENS = "female_pattern_hair_loss"
_ITEMS = (
    "allergy_to_ingredient",
    "diabetes",
    "liver_problem",
    "kidney_problem",
    "heart_problem",
    "pregnant",
    "lactating",
    "anticoagulants",
    "area_infection",
    "area_lesion",
)
_FIVE = 5
"""Sessions before which the article expects nothing to be seen."""


def synthetic_courses(*, seed: int = SEED) -> Iterator[dict[str, object]]:
    """Yield a year of whole courses, in the order of time, for ``append_many``.

    The prescriptions are those of `synthetic_year`. Some of the patients are followed: asked, consented,
    treated along the plan, measured before and after. Equal seeds give equal years.
    """
    year = list(synthetic_year(seed=seed))
    women = {each["patient"] for each in year if _indication(each) == _WOMENS}
    followed: set[object] = set()
    records: list[dict[str, object]] = []
    for number, prescription in enumerate(year):
        patient = prescription["patient"]
        course = _Course(prescription, f"{seed} {number}", woman=patient in women)
        if patient not in followed and course.chance(clinic_data()["courses"]["followed"]):
            followed.add(patient)
            records += course.records()
        else:
            records.append(prescription)
    yield from sorted(records, key=lambda record: datetime.fromisoformat(str(record["at"])))


def _indication(prescription: dict[str, object]) -> object:
    return prescription["indication"]


class _Course:
    """One prescription and what follows from it, made up from its own seed."""

    def __init__(self, prescription: dict[str, object], seed: str, *, woman: bool) -> None:
        self._rng = random.Random(f"{seed} course")  # noqa: S311  # a demonstration, not a secret
        self._seed = seed
        self._made = 0
        self._woman = woman
        self._rates: dict[str, Any] = clinic_data()["courses"]
        self._at = datetime.fromisoformat(str(prescription["at"]))
        self._patient = str(prescription["patient"])
        self._doctor = str(prescription["doctor"])
        self.prescription = {"kind": "prescription", "id": self._id(self._at), **prescription}

    @cached_property
    def _cocktail(self) -> Cocktail:
        return Cocktail.parse(str(self.prescription["cocktail"]))

    def chance(self, rate: float) -> bool:
        """Whether something happens that happens at that rate."""
        return self._rng.random() < rate

    def records(self) -> Iterator[dict[str, object]]:
        """Yield the records of the whole course."""
        yield self._facts()
        yield self._screening()
        if self.chance(self._rates["consent"]):
            yield self._consent()
        yield self.prescription
        given: list[datetime] = []
        prepared = self.chance(self._rates["prepared"])
        for at, how in self._sessions():
            if how == "not_given":
                yield self._session(at, len(given) + 1, None, how)
                continue
            preparation = self._preparation(at) if prepared else None
            if preparation is not None:
                yield preparation
            given.append(at)
            session = self._session(at, len(given), preparation, how)
            yield session
            if len(given) == 1:
                yield self._aftercare(session, at)
            yield from self._events(at)
        yield from self._outcomes(given)

    def _id(self, at: datetime) -> str:
        self._made += 1
        return id_of(f"{self._seed} {self._made}", at)

    def _record(self, kind: str, at: datetime, **fields: object) -> dict[str, object]:
        given = {name: value for name, value in fields.items() if value is not None}
        return {
            "kind": kind,
            "id": self._id(at),
            "patient": self._patient,
            "at": at.isoformat(),
            **given,
            **({} if kind == "aftercare" else {"note": _SYNTHETIC}),
        }

    def _facts(self) -> dict[str, object]:
        facts: dict[str, object] = {"birth_year": self._rng.randint(1960, 2000)}
        if self._woman:
            facts |= {
                "sex": "female",
                "could_become_pregnant": "no",
                "pregnancy": "not_pregnant",
                "pregnancy_established": self._rng.choice(("urine_test", "told")),
            }
        else:
            partner = self._rng.choice(("no", "no", "unknown", "not_asked"))
            facts |= {"sex": "male", "partner_could_become_pregnant": partner}
        return self._record("patient_facts", self._at - timedelta(minutes=30), told_by="patient", **facts)

    def _screening(self) -> dict[str, object]:
        answers = dict.fromkeys(_ITEMS, "no")
        if self.chance(self._rates["not_all_asked"]):
            answers[self._rng.choice(_ITEMS)] = self._rng.choice(("unknown", "not_asked"))
        return self._record(
            "screening", self._at - timedelta(minutes=25), asked_by="synthetic nurse", answers=answers
        )

    def _consent(self) -> dict[str, object]:
        return self._record(
            "consent",
            self._at - timedelta(minutes=20),
            version="synthetic-1",
            obtained_by=self._doctor,
            off_label_told="yes",
            photographs=self._rng.choice(("yes", "no")),
        )

    def _sessions(self) -> Iterator[tuple[datetime, str]]:
        """Yield when the sessions are, as far as the year goes, and how each went: some are made up for."""
        dates = dates_of(Plan.parse(str(self.prescription["plan"])), self._at + timedelta(minutes=30))
        late = timedelta(0)
        for at in dates:
            while self.chance(self._rates["not_given"]) and at + late < year_end():
                yield at + late, "not_given"
                late += timedelta(weeks=1)
            if at + late >= year_end():
                return
            yield at + late, "partly" if self.chance(self._rates["partly"]) else "given"

    def _preparation(self, at: datetime) -> dict[str, object]:
        at -= timedelta(minutes=15)
        stock = [self._stock(part, at) for part in self._cocktail.parts]
        own = {"prp": self._prp(at)} if "prp" in self._cocktail.agents else {}
        return self._record(
            "preparation",
            at,
            prescription=self.prescription["id"],
            prepared_by="synthetic nurse",
            checked_by=self._doctor,
            place="treatment_room",
            stock=stock,
            total=str(self._cocktail.total),
            discard_by=(at + timedelta(hours=4)).isoformat(),
            **own,
        )

    def _stock(self, part: Any, at: datetime) -> dict[str, object]:  # noqa: ANN401  # an ingredient or an adjunct
        """Return what was drawn of one part, out of a lot that lasts two months."""
        drawn = {"agent": part.agent.id, "drawn": str(self._cocktail.volume(part))}
        if part.portion.strength is not None:
            drawn["strength"] = str(part.portion.strength)
        if part.agent.id == "prp":
            return drawn | {"lot_status": "not_applicable"}
        lot = f"SYN-{part.agent.id[:4].upper()}-{at.year}-{(at.month + 1) // 2}"
        return drawn | {
            "product": f"synthetic {part.agent.name}"
            + (" for dilution" if isinstance(part, Adjunct) else ""),
            "maker": "synthetic pharmacy",
            "lot": lot,
            "expiry": f"{at.year + 1}-{at.month:02d}",
        }

    def _prp(self, at: datetime) -> dict[str, object]:
        before = self._rng.randint(180, 320)
        return {
            "blood_volume": "20 mL",
            "drawn_at": (at - timedelta(minutes=30)).isoformat(),
            "anticoagulant": "acd_a",
            "spins": [{"speed": "400 x g", "duration": "10 min"}, {"speed": "800 x g", "duration": "10 min"}],
            "activation": "not activated",
            "baseline": f"{before} x10^3 platelets/uL",
            "concentrate": f"{before * self._rng.randint(3, 5)} x10^3 platelets/uL",
        }

    def _session(
        self, at: datetime, number: int, preparation: dict[str, object] | None, given: str
    ) -> dict[str, object]:
        fields: dict[str, object] = {"prescription": self.prescription["id"], "number": number}
        if given != "given":
            fields["reason"] = self._rng.choice(self._rates["reasons"][given])
        if given != "not_given":
            # Every mixture of the clinic has volumes that add up.
            volume = Decimal(str(self._cocktail.total).removesuffix(" mL"))
            volume = volume / 2 if given == "partly" else volume
            vertex = (volume / 4).quantize(Decimal("0.05"))
            fields |= {
                "preparation": preparation and preparation["id"],
                "injected_by": self._doctor,
                "delivery": self.prescription["delivery"],
                "needle": "30 G x 4 mm",
                "volume": f"{volume} mL",
                "zones": [
                    {"zone": "frontal", "volume": f"{volume - vertex} mL"},
                    {"zone": "vertex", "volume": f"{vertex} mL"},
                ],
                "duration": f"{self._rng.choice((20, 25, 30, 30, 35))} min",
                "pain": self._rng.randint(0, 6),
            }
        return self._record("session", at, given=given, **fields)

    def _aftercare(self, session: dict[str, object], at: datetime) -> dict[str, object]:
        instructions = []
        for rule in Formulary.shipped().aftercare:
            until = rule.until(at.date())
            told = {"rule": rule.code, "text": rule.text, "version": rule.version}
            instructions.append(told | ({"until": str(until)} if until else {}))
        return self._record(
            "aftercare",
            at + timedelta(minutes=40),
            session=session["id"],
            given_by="synthetic nurse",
            language="en",
            instructions=instructions,
        )

    def _events(self, session: datetime) -> Iterator[dict[str, object]]:
        for event in self._rates["events"]:
            if not self.chance(event["rate"]):
                continue
            at = session + timedelta(hours=self._rng.randint(*event["hours"]))
            days = self._rng.randint(1, event["days"])
            over = self.chance(self._rates["over"])
            yield self._record(
                "adverse_event",
                at,
                term=event["term"],
                grade=self._rng.choice(event["grades"]),
                seriousness="not_serious",
                suspects=[{"suspect": "procedure", "causality": "probable"}],
                action="observed",
                result="recovered" if over else "unknown",
                duration=f"{days} d" if over else None,
                resolved_at=(at + timedelta(days=days)).isoformat() if over else None,
                reported_by="patient",
            )

    def _outcomes(self, given: list[datetime]) -> Iterator[dict[str, object]]:
        """Yield the density before and after, and what the patient says; nobody is seen after one session."""
        if len(given) < 2:  # noqa: PLR2004  # before and after
            return
        before = self._rng.randint(90, 150)
        response = self._rng.choices(
            tuple(self._rates["responses"]), [each["rate"] for each in self._rates["responses"].values()]
        )[0]
        after = before + self._rng.randint(*self._rates["responses"][response]["gain"])
        measured = {
            "prescription": self.prescription["id"],
            "measure": "hair_density",
            "method": "phototrichogram",
            "zone": "vertex",
            "assessed_by": "independent_doctor",
            "blinded": "yes",
        }
        yield self._record(
            "outcome", given[0] - timedelta(minutes=5), amount=f"{before} hairs/cm2", **measured
        )
        last = given[-1] + timedelta(weeks=4)
        yield self._record("outcome", last, amount=f"{after} hairs/cm2", response=response, **measured)
        if len(given) >= _FIVE or self.chance(self._rates["asked_again"]):
            claim = self._rng.choice(self._rates["claims"])
            yield self._record(
                "outcome",
                last,
                prescription=self.prescription["id"],
                measure=claim,
                words=self._rates["responses"][response]["words"],
                response=response,
                assessed_by="patient",
            )
