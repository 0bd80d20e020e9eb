"""The hot path of an import: a plain given prescription becomes its stored form without becoming objects.

It is the plain path (`reading`, `door`, `encoding`), remembered: what a value of one field becomes is worked
out once by the plain path and looked up afterwards. Only fields that no check relates to another
(`About.alone`) and ingredients of the commonest shape are taken. For anything else, and for whatever has a
fault, the answer is None and the plain path speaks. A property shows that both give the same.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from mesococktail.amounts import Amount, Dimension
from mesococktail.cocktails import Cocktail, Ingredient, NamedAgent, Portion, Role
from mesococktail.cocktails.counting import MOST_COUNTS, PER_UNIT, counts
from mesococktail.cocktails.making import MEASURED_AS
from mesococktail.errors import MesococktailError
from mesococktail.findings import Severity
from mesococktail.formulary import RuleType
from mesococktail.records.checks import CLOCKS_DIFFER, checked
from mesococktail.records.door import complete
from mesococktail.records.encoding import amount_json, document, encoder_of, part_json
from mesococktail.records.fields import FieldType, fields_of
from mesococktail.records.json_text import json_text
from mesococktail.records.kinds import ID, changed, conformer
from mesococktail.records.known import NOTHING
from mesococktail.records.prescription import Indication, Prescription
from mesococktail.records.times import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.formulary import Formulary, Measure
    from mesococktail.records.fields import Field

    Taken = tuple[Any, str]
    """The value as a stored document holds it, and the JSON of it."""
    Parts = tuple[tuple[str, str, Dimension], ...]
    """Agent, role and what its strength measures, of each ingredient."""

MOST_REMEMBERED = 8192
_SIMPLE = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})? [A-Za-z/]+")
"""Amounts of which every product is exact."""
_SPREAD = 1000
"""A volume within this factor of a millilitre makes countable doses of a strength that leaves room for it."""
_DOSE_OF = {
    Dimension.MASS_CONCENTRATION: Dimension.MASS,
    Dimension.ACTIVITY_CONCENTRATION: Dimension.ACTIVITY,
}
_LONGEST_TIME = 40


class _Memory(dict[Any, Any]):
    """What was worked out before; bounded, so that an import of anything keeps its size."""

    def __init__(self, work_out: Callable[[Any], Any]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, value: object) -> Any:  # noqa: ANN401  # whatever is worked out
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        result = self[value] = self._work_out(value)
        return result


class Compiled:
    """Turns given prescriptions into stored ones, for one formulary and one present."""

    def __init__(self, formulary: Formulary, now: datetime) -> None:
        self._formulary = formulary
        self._now = now
        self._latest = now + CLOCKS_DIFFER
        self._doors: dict[tuple[str | None, Parts, tuple[int, ...]], dict[str, Taken] | None] = {}
        self._plain_doors = _Memory(self._plain_door)
        self._decisions = _Memory(self._decisions_on)
        made: Any = Prescription
        self._any = made(patient="P", doctor="D", at=now, indication=_ANY, cocktail=_SAMPLE)
        self._agents = _Memory(self._agent)
        self._strengths = _Memory(_strength)
        self._volumes = _Memory(_volume)
        self._takers = {
            field.name: self._taker(field)
            for field in fields_of(Prescription)
            if field.about.alone and field.type is not FieldType.COCKTAIL
        }
        self._at_the_door = {field.name for field in fields_of(Prescription) if field.about.at_the_door}
        self._encode = {
            field.name: encoder_of(field)
            for field in fields_of(Prescription)
            if field.name in ("findings", "not_run")
        }
        """Of what the checks say of a mixture."""

    def stored(self, given: dict[str, Any]) -> tuple[dict[str, Any], bytes] | None:
        """Return the stored document as a dict and as bytes; None where the plain path must look at it."""
        takers = self._takers
        try:
            mixed = self._cocktail(given.get("cocktail"))
            if mixed is None or not given.keys() >= _REQUIRED:
                return None
            cocktail, parts = mixed
            taken = {"cocktail": cocktail}
            for name, value in given.items():
                if name == "cocktail":
                    continue
                taker = takers.get(name)
                one = None if taker is None else taker(value)
                if one is None:
                    return None
                taken[name] = one
            filled_in = self._door(given.get("delivery"), parts, given["at"])
        except TypeError:
            # A list or an object stands where a text is expected: it cannot be looked up.
            return None
        if filled_in is None:
            return None
        taken.update(filled_in)
        kept: dict[str, Any] = {}
        said = []
        for name in sorted(taken):
            kept[name], text = taken[name]
            said.append(f'"{name}":{text}')
        return kept, f"{{{','.join(said)}}}".encode()

    def _taker(self, field: Field) -> Callable[[Any], Taken | None]:
        match field.type:
            case FieldType.PATIENT:
                return _opaque
            case FieldType.TIME:
                return self._time
            case FieldType.TEXT:
                conform = conformer(field)
                return lambda value: _text(value, conform)
            case _:
                return _Memory(partial(self._by_the_plain_path, field.name)).__getitem__

    def _by_the_plain_path(self, name: str, value: object) -> Taken | None:
        """Return what one field becomes in a prescription that has nothing else to say."""
        if type(value) is not str:
            return None
        made = self._document({name: value})
        return None if made is None else (made[name], _json(made[name]))

    def _door(self, delivery: str | None, parts: Parts, at: str) -> dict[str, Taken] | None:
        """Return what the door fills in for these agents in these roles at that time.

        It depends on the time by the decisions on the agents alone: on which had been taken by then.
        """
        month, taken = at[:_MONTH], []
        for agent, _, _ in parts:
            dates = self._decisions[agent]
            if any(month.startswith(since) for since in dates):
                return None  # the day would matter
            taken.append(sum(since < month for since in dates))
        key = delivery, parts, tuple(taken)
        if key not in self._doors:
            if len(self._doors) >= MOST_REMEMBERED:
                self._doors.clear()
            self._doors[key] = self._filled_in(delivery, parts, at)
        return self._doors[key]

    def _decisions_on(self, agent: str) -> tuple[str, ...]:
        return tuple(status.since[:_MONTH] for status in self._formulary.agents[agent].status if status.since)

    def _filled_in(self, delivery: str | None, parts: Parts, at: str) -> dict[str, Taken] | None:
        agents = self._formulary.agents
        try:
            cocktail = Cocktail(
                *(
                    Ingredient(NamedAgent.of(agents[agent]), Portion(dose=_DOSES[of]), Role(role))
                    for agent, role, of in parts
                )
            )
        except MesococktailError:
            return None
        plain: dict[str, Taken] = self._plain_doors[delivery]
        mixed = changed(self._any, cocktail=cocktail, at=at)
        found, not_run = checked(mixed, self._formulary, NOTHING, self._now)
        if any(finding.severity is Severity.ERROR for finding in found):
            return None  # it is refused, or accepted with a reason
        said = {"findings": found, "not_run": not_run}
        texts = {name: self._encode[name](value) for name, value in said.items() if value}
        return plain | {name: (json.loads(text), text) for name, text in texts.items()}

    def _plain_door(self, delivery: str | None) -> dict[str, Taken]:
        """Return what the door fills in whatever is mixed."""
        made = self._document({} if delivery is None else {"delivery": delivery})
        assert made is not None  # noqa: S101  # indication and delivery were each taken that way before
        names = self._at_the_door - self._encode.keys()
        return {name: (value, _json(value)) for name, value in made.items() if name in names}

    def _document(self, fields: dict[str, Any]) -> dict[str, Any] | None:
        try:
            record = complete(changed(self._any, **fields), self._formulary, self._now)
        except MesococktailError:
            return None
        if record.findings:
            return None
        read: dict[str, Any] = json.loads(document(record))
        return read

    def _time(self, value: object) -> Taken | None:
        if type(value) is not str or len(value) > _LONGEST_TIME:
            return None
        try:
            time = datetime.fromisoformat(value)
            written_so = time.isoformat() == value
        except ValueError:
            return None
        if not written_so or time.tzinfo is None or time.year < EARLIEST or time > self._latest:
            return None
        return value, f'"{value}"'

    def _cocktail(self, value: object) -> tuple[Taken, Parts] | None:
        if (
            type(value) is not dict
            or value.keys() != _ONLY_INGREDIENTS
            or type(value["ingredients"]) is not list
        ):
            return None
        kept, said, parts = [], [], []
        for part in value["ingredients"]:
            taken = self._ingredient(part) if type(part) is dict else None
            if taken is None:
                return None
            stored, text, agent, dimension = taken
            kept.append(stored)
            said.append(text)
            parts.append((agent, stored["role"], dimension))
        return ({"ingredients": kept}, f'{{"ingredients":[{",".join(said)}]}}'), tuple(parts)

    def _ingredient(self, part: dict[str, Any]) -> tuple[dict[str, Any], str, str, Dimension] | None:
        if len(part) != len(_SHAPE) or part.keys() != _SHAPE:
            return None
        agent = self._agents[part["agent"]]
        strength = self._strengths[part["strength"]]
        volume = self._volumes[part["volume"]]
        role = part["role"]
        if agent is None or strength is None or volume is None or role not in _ROLES:
            return None
        agent_id, measures, stored_agent, agent_text = agent
        dimension, stored_strength, strength_text = strength
        if dimension not in measures:
            return None
        stored = {"agent": stored_agent, "role": role, "strength": stored_strength, "volume": volume[0]}
        text = f'{{"agent":{agent_text},"role":"{role}","strength":{strength_text},"volume":{volume[1]}}}'
        return stored, text, agent_id, dimension

    def _agent(self, name: object) -> tuple[str, frozenset[Dimension], Any, str] | None:
        """Return id, the dimensions that its strengths may have, and what is stored of an agent's name."""
        if type(name) is not str:
            return None
        try:
            match = self._formulary.find(name)
        except MesococktailError:
            return None
        agent = match.agent
        if agent.members or agent.units or match.note is not None:
            return None
        if any(rule.type is RuleType.LIMIT and rule.speaks_of(agent) for rule in self._formulary.rules):
            return None  # how much there is of it matters to the checks
        measures: tuple[Measure, ...] = agent.measures
        fits = frozenset(of for of, dose in _DOSE_OF.items() if MEASURED_AS[dose] in measures)
        stored = json.loads(
            part_json(Ingredient(NamedAgent.of(agent, name), Portion(dose=_DOSE), Role.PRINCIPAL))
        )
        return agent.id, fits, stored["agent"], _json(stored["agent"])


def _opaque(value: object) -> Taken | None:
    if type(value) is not str or not ID.fullmatch(value):
        return None
    return value, f'"{value}"'


def _text(value: object, conform: Callable[[Any], object]) -> Taken | None:
    try:
        text = conform(value)
    except MesococktailError:
        return None
    return (text, json_text(text)) if isinstance(text, str) else None


def _simple(value: object) -> Amount | None:
    if type(value) is not str or not _SIMPLE.fullmatch(value):
        return None
    try:
        amount = Amount.parse(value)
    except MesococktailError:
        return None
    return amount


def _strength(value: object) -> tuple[Dimension, Any, str] | None:
    amount = _simple(value)
    if amount is None or amount.dimension not in _DOSE_OF:
        return None
    counted = counts(amount.base, PER_UNIT[_DOSE_OF[amount.dimension]])
    if not _SPREAD <= counted <= MOST_COUNTS // _SPREAD:
        return None
    text = amount_json(amount)
    return amount.dimension, json.loads(text), text


def _volume(value: object) -> Taken | None:
    amount = _simple(value)
    if amount is None or amount.dimension is not Dimension.VOLUME:
        return None
    if not 1 <= amount.base * _SPREAD <= _SPREAD**2:
        return None
    text = amount_json(amount)
    return json.loads(text), text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_DOSE = Amount.parse("1 mg")
_DOSES = {Dimension.MASS_CONCENTRATION: _DOSE, Dimension.ACTIVITY_CONCENTRATION: Amount.parse("1 IU")}
_MONTH = len("2025-03")
_REQUIRED = frozenset(field.name for field in fields_of(Prescription) if field.required) | {"cocktail"}
_ROLES = frozenset(role.value for role in Role)
_SHAPE = frozenset(("agent", "role", "strength", "volume"))
_ONLY_INGREDIENTS = frozenset(("ingredients",))
_ANY = Indication(code="other", description="any")
_SAMPLE = Cocktail(
    Ingredient(NamedAgent("a", "a"), Portion(dose=_DOSE), Role.PRINCIPAL),
    Ingredient(NamedAgent("b", "b"), Portion(dose=_DOSE), Role.COMPLEMENTARY),
)
