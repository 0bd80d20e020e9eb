"""Small logs of courses full of edges: ties, old charts, overlapping courses, split scalps, corrections."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import strategies as st

from mesococktail import AdverseEvent, Cocktail, Outcome, Preparation, Prescription, Session
from mesococktail.errors import MesococktailError
from mesococktail.records import Around, Indication

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog

LINES = (
    "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
    "biotin 5 mg (principal) + dexpanthenol 50 mg (complementary)",
    None,
)
CHART = "chart 7"
"""Everything is transcribed, so that nothing is refused for its order in time."""
FREE = 4
"""Outcomes from this link on are of no prescription in particular."""
PLANS = (None, "weekly x2", "every 2 weeks x1-3", "weekly", "weekly; stated 2", "weeks 0, 1")
START = datetime(2024, 12, 20, 23, 30)  # noqa: DTZ001  # zones are drawn
ZONES = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, 0, 0, 240, -600))
AROUNDS = (
    Around(2024),
    Around(2025),
    Around(2024, 12),
    Around(2025, 1),
    Around(2024, 12, 21),
    Around(2024, 12, 22),
)


def times(*days: int) -> st.SearchStrategy[datetime | Around]:
    """Moments on such days after the start, often the same one, and now and then an imprecise date."""
    exact = [
        (START + timedelta(days=day, seconds=seconds)).replace(tzinfo=zone)
        for day in days
        for seconds in (0, 0, 0, 0, 1, -1, 0.4, 3600)
        for zone in ZONES
    ]
    return st.sampled_from((*exact, *AROUNDS * (len(exact) // 60)))


places = st.integers(0, 9)
patients = st.sampled_from(("P-1", "P-1", "P-2"))


@attrs.frozen
class Step:
    """Something that is written down; *link* chooses what it hangs on, of what is there."""

    kind: str
    said: dict[str, Any]
    link: int = 0
    to_preparation: bool = False


prescribed = st.builds(
    lambda patient, at, line, plan: Step(
        "prescription",
        {
            "patient": patient,
            "doctor": "dr-a",
            "at": at,
            "indication": Indication(code="androgenetic_alopecia"),
            "cocktail": None if line is None else Cocktail.parse(line),
            "payload": "saline" if line is None else None,
            "plan": plan,
        },
    ),
    patients,
    times(0, 0, 0, 1, 20, 30),
    st.sampled_from((*LINES[:1] * 4, *LINES)),
    st.sampled_from(PLANS),
)
prepared = st.builds(
    lambda at, link: Step("preparation", {"at": at, "prepared_by": "nurse"}, link), times(0, 20), places
)
held = st.builds(
    lambda at, given, link, free: Step(
        "session",
        {
            "at": at,
            "given": given,
            "injected_by": None if given == "not_given" else "nurse",
            "reason": None if given == "given" else "as it was",
            "payload": "saline" if free else None,
        },
        link,
    ),
    times(0, 1, 1, 5, 20),
    st.sampled_from(("given", "given", "given", "partly", "not_given")),
    places,
    st.sampled_from((*[False] * 6, True)),
)
ANSWERS: tuple[dict[str, Any], ...] = (
    {"measure": "hair_density", "amount": "100 hairs/cm2"},
    {"measure": "hair_density", "amount": "120.5 hairs/cm2"},
    {"measure": "hair_density", "amount": "133 hairs/cm2"},
    {"measure": "hair_density", "amount": "1 hairs/mm2"},
    {"measure": "hair_density", "score": "0"},
    {"measure": "hair_density"},
    {"measure": "vas_10", "score": "0"},
    {"measure": "vas_10", "score": "4"},
    {"measure": "vas_10", "score": "7.5"},
    {"measure": "regrowth", "words": "some"},
    {"measure": "ludwig", "stage": "II"},
    {"measure": "other", "description": "shine", "score": "3"},
)
RESPONSES = (None, None, "response", "partial_response", "no_response", "worse", "not_assessable")
observed = st.builds(
    lambda at, answer, method, zone, response, link, split: Step(
        "outcome",
        answer | {"at": at, "method": method, "zone": zone, "response": response},
        link,
        to_preparation=split,
    ),
    times(-5, 0, 0, 1, 20, 21, 30, 40, 60),
    st.sampled_from((*ANSWERS[:3] * 5, *ANSWERS)),
    st.sampled_from((*[None] * 8, "photographs")),
    st.sampled_from((*[None] * 8, "vertex")),
    st.sampled_from(RESPONSES),
    places,
    st.booleans(),
)
harmed = st.builds(
    lambda at, term, names, link: Step(
        "adverse_event",
        {
            "at": at,
            "term": term,
            "suspects": [{"suspect": suspect, "name": name} for suspect, name in names],
        },
        link,
    ),
    times(0, 1, 2, 5, 6, 20, 40),
    st.sampled_from(("bruising", "pain", "headache")),
    st.lists(
        st.sampled_from(
            (("agent", "Biotin"), ("agent", "minoxidil"), ("agent", "the blue one"), ("lot", "biotin"))
        ),
        max_size=2,
        unique=True,
    ),
    places,
)
KINDS = {
    "prescription": Prescription,
    "preparation": Preparation,
    "session": Session,
    "outcome": Outcome,
    "adverse_event": AdverseEvent,
}


@attrs.frozen
class CourseStory:
    """What happens to a log, to so many patients alike."""

    steps: list[Step]
    acts: list[tuple[str, int, Step]]
    copies: int = 1

    def tell(self, log: PrescriptionLog) -> None:
        """Let it happen. What the log refuses does not."""
        for copy in range(self.copies):
            there: dict[str, list[Any]] = {"prescription": [], "preparation": []}
            for step in self.steps:
                said = dict(step.said) if step.kind == "prescription" else _linked(step, there, copy)
                if said is None:
                    continue
                said["patient"] += f"-{copy}" if step.kind == "prescription" else ""
                try:
                    entry = log.record(KINDS[step.kind](**said, transcribed_from=CHART))
                except MesococktailError:
                    continue
                if step.kind in there:
                    there[step.kind].append(log.get(entry))
        self._correct(log)

    def _correct(self, log: PrescriptionLog) -> None:
        keys = [one.id for kind in KINDS for one in log.standing(kind)]
        for act, place, step in self.acts:
            now = log.get(keys[place % len(keys)])
            said = {name: value for name, value in step.said.items() if name != "patient"}
            with suppress(MesococktailError):
                if act == "void":
                    log.void(now, reason="wrong")
                elif now.kind == step.kind:
                    log.amend(now, attrs.evolve(now.record, **said), reason="corrected")
                elif now.kind == "prescription":
                    log.stop(now, reason="moved")


def _linked(step: Step, there: dict[str, list[Any]], copy: int) -> dict[str, Any] | None:
    """What is said of a step that hangs on a prescription; None where there is nothing to hang on."""
    if not there["prescription"]:
        return None
    one = there["prescription"][step.link % len(there["prescription"])]
    said = dict(step.said) | {"patient": one.record.patient}
    if copy and str(said.get("amount")).endswith("cm2"):
        said["amount"] = f"{100 + 11 * copy + 3 * step.link} hairs/cm2"
    if step.kind == "preparation":
        if one.record.cocktail is None:
            return None
        agents = [part.agent.id for part in one.record.cocktail.ingredients]
        said["stock"] = [{"agent": agent, "lot_status": "unknown"} for agent in agents]
    if step.kind == "adverse_event" or said.get("payload") or (step.kind == "outcome" and step.link >= FREE):
        return said
    said["prescription"] = one.id
    made = [each for each in there["preparation"] if each.record.patient == said["patient"]]
    if step.to_preparation and made:
        chosen = made[step.link % len(made)]
        said |= {"preparation": chosen.id, "prescription": chosen.record.prescription}
        if step.link % 2:
            del said["prescription"]
    return said


@st.composite
def course_stories(draw: st.DrawFn) -> CourseStory:
    """A few prescriptions, what came of them, and what is done to the records."""
    first = draw(st.lists(prescribed, min_size=1, max_size=6))
    made = draw(st.lists(prepared, max_size=2))
    # Much of one kind in each, so that what is told of belongs together.
    kinds = draw(st.sampled_from(((observed,), (observed, held), (held, harmed), (held, observed, harmed))))
    rest = draw(st.lists(st.one_of(*kinds), min_size=draw(st.sampled_from((0, 6, 12))), max_size=20))
    acts = st.tuples(
        st.sampled_from(["void", "amend"]), st.integers(0, 30), st.one_of(prescribed, held, observed, harmed)
    )
    copies = draw(st.sampled_from((1, 1, 2, 4)))
    return CourseStory([*first, *made, *rest], draw(st.lists(acts, max_size=5)), copies)
