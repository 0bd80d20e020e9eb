"""Our own agents and terms, as they come with the package. Read when first needed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesococktail.formulary.aftercare import read_aftercare
from mesococktail.formulary.agent import (
    Agent,
    Cited,
    Code,
    Composition,
    Convention,
    Measure,
    Member,
    Status,
)
from mesococktail.formulary.plans import read_plans
from mesococktail.formulary.rules import read_rules
from mesococktail.formulary.terms import Vocabulary, read_vocabularies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesococktail.formulary.aftercare import AftercareRule
    from mesococktail.formulary.plans import NamedPlan
    from mesococktail.formulary.rules import Rule


# Not importlib.resources, whose import takes longer than reading and building all of it.
_DATA = Path(__file__).parent.parent / "data"


def packaged(name: str) -> bytes:
    """Return one of our data files."""
    return (_DATA / name).read_bytes()


@cache
def shipped_vocabularies() -> Mapping[str, Vocabulary]:
    """Return our own vocabularies by name."""
    return read_vocabularies(json.loads(packaged("terms.json")))


@cache
def shipped_agents() -> Mapping[str, Agent]:
    """Return our own agents by id."""
    data = json.loads(packaged("agents.json"))
    said = _Sources(data["sources"])
    return {line["id"]: _agent(line, said) for line in data["agents"]}


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return our own rules, in the order of the data."""
    return read_rules(_rules_file())


@cache
def shipped_unions() -> Mapping[str, tuple[str, ...]]:
    """Return the jurisdictions that others lie in, with these."""
    return {union: tuple(members) for union, members in _rules_file()["unions"].items()}


@cache
def _rules_file() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(packaged("rules.json"))
    return data


@cache
def shipped_aftercare() -> tuple[AftercareRule, ...]:
    """Return our own aftercare rules, in the order of the data."""
    return read_aftercare(json.loads(packaged("aftercare.json")))


@cache
def shipped_plans() -> tuple[NamedPlan, ...]:
    """Return the plans that come with the package."""
    return read_plans(json.loads(packaged("plans.json")))


class _Sources(dict[str, str]):
    """A source given by its short name is that source; any other text is the source itself."""

    def __missing__(self, source: str) -> str:
        return source


def _agent(line: dict[str, Any], said: _Sources) -> Agent:
    """Build an agent from its line in the data. A key we do not know is a ``TypeError`` in our own tests."""
    given = dict(line)
    given["measures"] = tuple(Measure(measure) for measure in given["measures"])
    given["sources"] = tuple(said[source] for source in given["sources"])
    given["languages"] = tuple((language, name) for language, name in given.pop("languages", ()))
    for key in ("inferred", "confused"):
        given[key] = tuple((e["name"], Cited(e["why"], said[e["source"]])) for e in given.pop(key, ()))
    for key in ("strengths", "cautions", "notes"):
        given[key] = tuple(Cited(e["text"], said[e["source"]]) for e in given.pop(key, ()))
    for key, kind in (("codes", Code), ("conventions", Convention), ("status", Status)):
        given[key] = tuple(kind(**e | {"source": said[e["source"]]}) for e in given.pop(key, ()))
    if "composition" in given:
        given["composition"] = _composition(given["composition"], said)
    for key, value in given.items():
        if isinstance(value, list):
            given[key] = tuple(value)
    return Agent(**given)


def _composition(table: dict[str, Any], said: _Sources) -> Composition:
    members = tuple(Member(**member) for member in table["members"])
    return Composition(**table | {"members": members, "source": said[table["source"]]})
