"""A seeded synthetic clinic and a year of its prescriptions. Nothing in it is real, and it says so."""

from __future__ import annotations

import json
import random
from datetime import datetime, time, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 2025
ZONE = timezone(timedelta(hours=4))
"""The synthetic clinic's clock."""


@cache
def clinic_data() -> dict[str, Any]:
    """Return what the clinic is made of, from our own file."""
    text = files("mesococktail.data").joinpath("synthetic.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def clinic_name() -> str:
    """Return the name of the synthetic clinic, which says that it is synthetic."""
    name: str = clinic_data()["clinic"]
    return name


def doctors() -> list[dict[str, str]]:
    """Return the fields of the synthetic doctors."""
    return [{"kind": "doctor", **doctor} for doctor in clinic_data()["doctors"]]


def year_end() -> datetime:
    """Return the first moment after the synthetic year."""
    data = clinic_data()
    first = datetime.combine(datetime.fromisoformat(data["first_day"]), time(0), ZONE)
    return first + timedelta(days=data["days"])


def synthetic_year(*, seed: int = SEED, prescriptions: int | None = None) -> Iterator[dict[str, object]]:
    """Yield the fields of a year's prescriptions, in the order of time, for ``append_many``.

    Each mixture starts from a published formula, which it names. Equal seeds give equal years.
    """
    data, rng = clinic_data(), random.Random(seed)  # noqa: S311  # a demonstration, not a secret
    count = data["prescriptions"] if prescriptions is None else prescriptions
    first = datetime.combine(datetime.fromisoformat(data["first_day"]), time(9), ZONE)
    names = [doctor["id"] for doctor in data["doctors"]]
    for number in range(count):
        doctor = rng.choice(names)
        mixtures = data["mixtures"]
        mixture = rng.choices(mixtures, [one["weights"][doctor] for one in mixtures])[0]
        at = first + timedelta(days=data["days"] * number // count, minutes=5 * rng.randrange(96))
        yield _prescription(mixture, doctor, at, rng, data["patients"])


def _prescription(
    mixture: dict[str, Any], doctor: str, at: datetime, rng: random.Random, patients: int
) -> dict[str, object]:
    volumes = {place: rng.choice(mixture[place]) for place in ("first", "second")}
    fields = {
        "patient": f"SYN-{rng.randrange(1, patients + 1):03d}",
        "doctor": doctor,
        "at": at.isoformat(),
        "indication": mixture["indication"],
        "delivery": mixture["delivery"],
        "cocktail": mixture["text"].format(**volumes),
        "plan": mixture["plan"],
        "formula": f"published:{mixture['starts_from']}",
        "rationale": "synthetic: made up for a demonstration",
    }
    return fields | ({"changes": mixture["changes"]} if mixture["changes"] else {})
