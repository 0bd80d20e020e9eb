"""Synthetic prescriptions as JSON lines: one clinic that repeats itself, and one that never does."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AGENTS = (
    "minoxidil",
    "finasteride",
    "dutasteride",
    "biotin",
    "dexpanthenol",
    "pyridoxine",
    "thiamine",
    "ascorbic-acid",
    "buflomedil",
    "caffeine",
    "copper-tripeptide-1",
    "hyaluronic-acid",
)
DOCTORS = tuple(f"dr-{number:02d}" for number in range(20))
INDICATIONS = ("androgenetic_alopecia", "telogen_effluvium", "alopecia_areata", "female_pattern_hair_loss")
START = datetime(2023, 1, 1, 9, tzinfo=UTC)


def doctors() -> list[dict[str, object]]:
    """Return the doctors that the prescriptions name."""
    return [{"kind": "doctor", "id": doctor, "name": f"Doctor {doctor[3:]}"} for doctor in DOCTORS]


def prescriptions(count: int, *, varied: bool, seed: int = 7) -> Iterator[dict[str, object]]:
    """Yield *count* prescriptions of 2-3 ingredients; *varied* has thousands of strengths and volumes."""
    rng = random.Random(seed)
    step = timedelta(days=3 * 365) / count
    for number in range(count):
        agents = rng.sample(AGENTS, rng.choice((2, 2, 3)))
        ingredients = [
            {
                "agent": agent,
                "role": "principal" if place == 0 else "complementary",
                **_amounts(rng, varied=varied),
            }
            for place, agent in enumerate(agents)
        ]
        yield {
            "at": (START + number * step).replace(microsecond=0).isoformat(),
            "cocktail": {"ingredients": ingredients},
            "delivery": "nappage",
            "doctor": rng.choice(DOCTORS),
            "indication": rng.choice(INDICATIONS),
            "patient": f"P-{rng.randrange(count // 5 + 1):06d}",
        }


def _amounts(rng: random.Random, *, varied: bool) -> dict[str, str]:
    if varied:
        return {
            "strength": f"{rng.randrange(1, 5000) / 100:g} mg/mL",
            "volume": f"{rng.randrange(1, 300) / 100:g} mL",
        }
    return {
        "strength": f"{rng.choice((0.5, 1, 2, 5, 10))} mg/mL",
        "volume": f"{rng.choice((0.5, 1, 1.5, 2))} mL",
    }


def lines(count: int, *, varied: bool, seed: int = 7) -> list[str]:
    """Return the prescriptions as lines of JSON."""
    return [json.dumps(one) for one in prescriptions(count, varied=varied, seed=seed)]
