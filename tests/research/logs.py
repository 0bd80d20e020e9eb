"""Small logs full of edges: voids, stops, amendments, unknown amounts, ties, premixes, old charts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import strategies as st

from mesococktail import Cocktail, Containing, Doctor, Prescription, PrescriptionLog, Role, other
from mesococktail.cocktails import Ingredient, complementary
from mesococktail.records import Around, Indication, PatientFacts

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

SERUM = other("house serum", description="made in the house")
PORTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    ("minoxidil", ("1 mL of 5 mg/mL", "5 mg", "2.5 mg", "1 mL of 10 mg/3 mL", "0.0000004 mg", "0.1 ng")),
    ("biotin", ("5 mg", "1 mL of 10 mg/3 mL", "1.25 mg", "1.35 mg")),
    ("retinol", ("1000 IU", "2 mg", "5 mg")),
    ("vitamin B complex", ("1 mL", "2 mL")),
    ("PRP", ("4 mL", "1000000 platelets")),
    ("botulinum toxin A", ("10 U",)),
    ("finasteride", ("0.5 mg",)),
    (SERUM, ("3 mg", "7 mg")),
)
DOCTORS, PATIENTS = ("dr-a", "dr-b", "dr-c"), ("P-1", "P-2", "P-3")
INDICATIONS = ("androgenetic_alopecia", "alopecia_areata", "telogen_effluvium")
STAGES = st.builds(
    lambda scale, version: Indication(
        code="androgenetic_alopecia", scale=scale[0], stage=scale[1], version=version
    ),
    st.sampled_from([("hamilton_norwood", "III"), ("hamilton_norwood", "IV"), ("ludwig", "I")]),
    st.none() | st.just("1975"),
)
DOSES = (
    ("1 mg", "5 mg"),
    ("3.3333331 mg", None),
    ("0.0000001 mg", "0.4 ng"),
    (None, "1.25 mg"),
    ("1 IU", "2000 IU"),
    ("2 mL", "4 mL"),
)


@st.composite
def cocktails(draw: st.DrawFn, *, unknown: bool) -> Cocktail:
    """Cocktails of one to five ingredients in any order."""
    chosen = draw(
        st.lists(st.sampled_from(PORTIONS), min_size=1, max_size=5, unique_by=lambda one: str(one[0]))
    )
    parts = []
    for agent, portions in chosen:
        part = complementary(agent, draw(st.sampled_from(portions)))
        if unknown and draw(st.booleans()):
            part = complementary(agent, unknown="torn")
        parts.append(attrs.evolve(part, role=draw(st.sampled_from(list(Role)))))
    return Cocktail(*parts, deviation=None if lawful(parts) else "as it was")


def lawful(parts: list[Ingredient]) -> bool:
    """Whether the composition law holds."""
    return len(parts) in {2, 3} and len({part.role for part in parts}) == 2


def times() -> SearchStrategy[datetime]:
    """Moments around the turns of months and years, in several zones."""
    zones = st.sampled_from([-600, 0, 240, 330]).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    near = st.sampled_from([datetime(2024, 12, 31, 23), datetime(2025, 3, 1), datetime(2025, 3, 31, 22)])  # noqa: DTZ001
    late = st.integers(-7200, 7200).map(lambda seconds: timedelta(seconds=seconds))
    return st.builds(lambda start, later, zone: (start + later).replace(tzinfo=zone), near, late, zones)


AROUNDS = st.sampled_from([Around(2024), Around(2025), Around(2025, 2), Around(2025, 3), Around(2025, 3, 1)])


@st.composite
def prescriptions(draw: st.DrawFn) -> Prescription:
    """Prescriptions, some of them transcribed, some without a cocktail."""
    chart = draw(st.sampled_from([None, "chart 7"]))
    cocktail = draw(st.none() | cocktails(unknown=chart is not None))
    return Prescription(
        patient=draw(st.sampled_from(PATIENTS)),
        doctor=draw(st.sampled_from(DOCTORS)),
        at=draw(times() if chart is None else times() | AROUNDS),
        indication=draw(st.sampled_from(INDICATIONS).map(lambda code: Indication(code=code)) | STAGES),
        cocktail=cocktail,
        payload="saline" if cocktail is None else None,
        delivery=draw(st.sampled_from([None, "nappage", "microneedling"])),
        transcribed_from=chart,
    )


@attrs.frozen
class Story:
    """What happens to a log."""

    records: list[Prescription]
    acts: list[tuple[str, int, Any]]
    facts: list[PatientFacts] = attrs.field(factory=list)

    def tell(self, log: PrescriptionLog) -> None:
        """Let it happen."""
        log.append_many(self.records)
        log.append_many(self.facts)
        keys = [one.id for one in log.prescriptions(include_voided=True)]
        for act, place, record in self.acts:
            now = log.get(keys[place % len(keys)])
            if now.status == "voided" or (act == "stop" and now.status == "stopped"):
                continue
            if act == "void":
                log.void(now, reason="wrong")
            elif act == "stop":
                log.stop(now, reason="moved")
            else:
                log.amend(now, attrs.evolve(record, patient=now.record.patient), reason="corrected")


def patient_facts() -> SearchStrategy[PatientFacts]:
    """Facts of a patient, which may contradict earlier ones."""
    return st.builds(
        PatientFacts,
        patient=st.sampled_from(PATIENTS),
        at=times(),
        sex=st.sampled_from([None, "female", "male"]),
        birth_year=st.sampled_from([None, 1960, 1980, 2000]),
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Up to ten prescriptions and what is done to them."""
    records = draw(st.lists(prescriptions(), max_size=10))
    acts = st.tuples(st.sampled_from(["void", "stop", "amend"]), st.integers(0, 9), prescriptions())
    known = st.lists(patient_facts(), max_size=4)
    return Story(records, draw(st.lists(acts, max_size=4)) if records else [], draw(known))


def make(path: Path) -> PrescriptionLog:
    """Make a log with the doctors and nothing else."""
    log = PrescriptionLog.create(path, clinic="riverside")
    for doctor in DOCTORS:
        log.register(Doctor(id=doctor, name=doctor.upper()))
    return log


@st.composite
def containing(draw: st.DrawFn) -> Containing:
    """Conditions on one ingredient."""
    which = draw(
        st.sampled_from(
            [
                {},
                {"agent": "biotin"},
                {"agent": "minoxidil"},
                {"agent": "vitamin B complex"},
                {"class_": "vitamin"},
            ]
        )
    )
    role = draw(st.sampled_from([None, "principal", "complementary"]))
    dose = draw(st.none() | st.sampled_from(DOSES))
    if not which and role is None and dose is None:
        role = "principal"
    return Containing(**which, role=role, dose=dose, directly=draw(st.booleans()))


CONDITIONS: dict[str, SearchStrategy[Any]] = {
    "contains": st.lists(containing(), min_size=1, max_size=2),
    "since": st.sampled_from(
        ["2023-05", "2024-12-31", "2025", "2025-02-28", "2025-01-01T00:00+04:00", "2025-03-01T00:00:01+00:00"]
    ),
    "until": st.sampled_from(["2025-03-01", "2025-03-31", "2025-04", "2026", "2025-04-01T01:00+04:00"]),
    "doctor": st.just("dr-a"),
    "indication": st.sampled_from(["AGA", "alopecia areata"]),
    "technique": st.sampled_from(["chemical", "mechanical"]),
    "transcribed": st.booleans(),
    "agent": st.sampled_from(["biotin", "finasteride", "caffeine"]),
    "include_voided": st.booleans(),
    "sex": st.sampled_from(["female", "male"]),
    "age": st.sampled_from([(20, 40), (None, 45), (44, None), (45, 45)]),
    "stage": st.sampled_from(["hamilton_norwood III", "ludwig I"]),
    "clinic": st.just("riverside"),
}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """What `Study.where` may be given: one or two conditions, as more would leave nothing to count."""
    names = draw(st.lists(st.sampled_from(list(CONDITIONS)), min_size=1, max_size=2, unique=True))
    return {name: draw(CONDITIONS[name]) for name in names}
