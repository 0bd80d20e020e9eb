"""A cocktail out of a document: every part with its place, every fault with its path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mesococktail.amounts import Amount
from mesococktail.cocktails import Adjunct, Cocktail, Ingredient, NamedAgent, Portion, Role
from mesococktail.cocktails.making import Given, any_measure, looked_up, portion_for, purpose_of
from mesococktail.errors import AmountError, DocumentError, MesococktailError, quote
from mesococktail.formulary import Formulary, other
from mesococktail.records.kinds import check_number, together

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.formulary import Agent

_PORTION = frozenset(("dose", "strength", "volume", "each", "over", "unknown"))
_AGENT = frozenset(("id", "name", "written", "members", "description"))
_AMOUNT = frozenset(("amount", "written"))
_COCKTAIL = frozenset(("ingredients", "adjuncts", "deviation"))


def stored_amount(raw: object) -> Amount:
    """Read an amount as `encoding.amount_json` wrote it, with the text it was written as."""
    if isinstance(raw, str):
        return Amount.from_stored(raw, str(Amount.from_stored(raw)))
    if not isinstance(raw, Mapping):
        raise DocumentError("must be an amount, written as text", got=raw, cure='write it like "2.5 mg"')
    _only(raw, _AMOUNT)
    return Amount.from_stored(_plain(raw, "amount"), _plain(raw, "written") if "written" in raw else None)


def given_amount(raw: object, units: tuple[str, ...] = ()) -> Amount:
    """Read an amount as a person writes it, or as a document that was stored says it."""
    if isinstance(raw, str):
        try:
            return Amount.parse(raw, units=units)
        except AmountError as error:
            # A document that was stored says ``1 [iU]`` where a person writes ``1 IU``.
            try:
                return stored_amount(raw)
            except AmountError:
                raise error from None
    amount = stored_amount(raw)
    if amount.text is not None:
        _agrees(amount, amount.text, units)
    return amount


def _agrees(amount: Amount, written: str, units: tuple[str, ...]) -> None:
    """Refuse an amount beside a text that says another: nobody could tell which was meant."""
    try:
        read = said_by(written, amount, units)
    except AmountError as error:
        raise error.at("written") from None
    if amount != read:
        raise DocumentError(
            f"was written {quote(written)}, and that is {read}", path="amount", got=str(amount)
        )


def said_by(written: str, amount: Amount, units: tuple[str, ...]) -> Amount:
    """Return what the text beside *amount* says; a bare ``%`` beside a strength is % w/v."""
    read = Amount.parse(written, units=units)
    return read.as_strength() if read.unit == "%" and amount.unit != "%" else read


def read_cocktail(raw: object, formulary: Formulary | None) -> Cocktail:
    """Read a cocktail: an object, or from a person its one-line text.

    Raises:
        MesococktailError: It is not one; the error carries every fault with its path.
    """
    if isinstance(raw, str) and formulary is not None:
        return _shared_line(raw, formulary)
    if not isinstance(raw, Mapping):
        raise DocumentError("must be a cocktail: its one-line text, or an object", got=raw)
    wrong: list[MesococktailError] = list(_extra(raw, _COCKTAIL))
    parts: list[Ingredient | Adjunct] = []
    for name in ("ingredients", "adjuncts"):
        listed = raw.get(name, [])
        if not isinstance(listed, list):
            wrong.append(DocumentError("must be a list", path=name, got=listed))
            continue
        check_number(listed, path=name)
        for place, part in enumerate(listed):
            try:
                parts.append(_part(part, name, formulary))
            except MesococktailError as error:
                wrong.append(error.at(f"{name}[{place}]"))
    if wrong:
        raise together(wrong)
    return Cocktail(*parts, deviation=raw.get("deviation"))


@lru_cache(maxsize=1024)
def _shared_line(text: str, formulary: Formulary) -> Cocktail:
    return Cocktail.parse(text, formulary=formulary)


def _part(raw: object, name: str, formulary: Formulary | None) -> Ingredient | Adjunct:
    if not isinstance(raw, Mapping):
        raise DocumentError("must be an object with agent and amount", got=raw)
    check_number(raw)
    # Texts only: to a look-up ``true`` and 1 are the same, and to us they are not.
    if all(type(value) is str for value in raw.values()):
        return _shared_part(tuple(raw.items()), name, formulary)
    return _read_part(raw, name, formulary)


@lru_cache(maxsize=4096)
def _shared_part(
    items: tuple[tuple[str, object], ...], name: str, formulary: Formulary | None
) -> Ingredient | Adjunct:
    return _read_part(dict(items), name, formulary)


def _read_part(raw: Mapping[str, object], name: str, formulary: Formulary | None) -> Ingredient | Adjunct:
    known = _PORTION | ({"agent", "role"} if name == "ingredients" else {"agent", "purpose", "fills_to"})
    needed = ["agent", "role"] if name == "ingredients" else ["agent"] if formulary else ["agent", "purpose"]
    wrong = _extra(raw, known | {"amount"} if formulary else known)
    wrong += [DocumentError("is missing, and needed", path=one) for one in needed if one not in raw]
    if wrong:
        raise together(list(wrong))
    return _stored_part(raw) if formulary is None else _given_part(raw, formulary)


def _stored_part(raw: Mapping[str, object]) -> Ingredient | Adjunct:
    found = _Values(raw)
    agent = found.read("agent", _stored_agent)
    given = found.portion(stored_amount)
    role = found.read("role", _role)
    to = found.read("fills_to", stored_amount)
    found.check()
    portion = Portion(**given)
    if role is not None:
        return Ingredient(agent, portion, role)
    return Adjunct(agent, portion, _plain(raw, "purpose"), to)


def _given_part(raw: Mapping[str, object], formulary: Formulary) -> Ingredient | Adjunct:
    found = _Values(raw)
    agent_as_written = found.read("agent", lambda one: _given_agent(one, formulary))
    units = agent_as_written[0].units if agent_as_written else ()
    given = found.portion(lambda one: given_amount(one, units))
    if raw.get("amount") is not None:
        given["amount"] = found.read("amount", _text)
    role = found.read("role", _role)
    to = found.read("fills_to", given_amount)
    purpose: Any = raw.get("purpose")
    found.check()
    agent, written = agent_as_written
    named = NamedAgent.of(agent, written)
    if to is not None and not given:
        return Adjunct(named, Portion(), purpose_of(agent, purpose), to)
    portion = portion_for(agent, Given(**given), formulary)
    if role is not None:
        return Ingredient(named, portion, role)
    return Adjunct(named, portion, purpose_of(agent, purpose), to)


class _Values:
    """Reads the values of an object one by one, and keeps what is wrong with each."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self._wrong: list[MesococktailError] = []

    def read(self, key: str, read: Callable[[object], Any]) -> Any:  # noqa: ANN401  # what *read* returns
        """Return what *read* makes of the value; None where it is not there, null, or wrong."""
        value = self._raw.get(key)
        if value is None and (key not in ("agent", "role") or key not in self._raw):
            return None
        try:
            return read(value)
        except MesococktailError as error:
            self._wrong.append(error.at(key))
            return None

    def portion(self, amount: Callable[[object], Amount]) -> dict[str, Any]:
        """Return what is given of a portion, by name."""
        given = {}
        for key in self._raw:
            if key == "unknown":
                given[key] = self.read(key, _text)
            elif key == "over":
                given[key] = self.read(key, lambda one: one if isinstance(one, int) else amount(one))
            elif key in _PORTION:
                given[key] = self.read(key, amount)
        return {key: value for key, value in given.items() if value is not None}

    def check(self) -> None:
        """Raise everything that was wrong."""
        if self._wrong:
            raise together(self._wrong)


def _stored_agent(raw: object) -> NamedAgent:
    if isinstance(raw, str):
        return NamedAgent(raw, raw)
    if not isinstance(raw, Mapping):
        raise DocumentError("must be an agent", got=raw)
    _only(raw, _AGENT)
    id_ = _plain(raw, "id")
    members: Any = raw.get("members", [])
    return NamedAgent(
        id_,
        raw.get("name", id_),
        raw.get("written"),
        tuple(members) if isinstance(members, list) else members,
        raw.get("description"),
    )


def _given_agent(raw: object, formulary: Formulary) -> tuple[Agent, str | None]:
    """Return the agent, and how it was written; refuse an id or a name that means another agent."""
    if isinstance(raw, str):
        return looked_up(raw, formulary), raw
    if not isinstance(raw, Mapping):
        raise DocumentError("must be the name of an agent, or an object", got=raw)
    _only(raw, _AGENT)
    if "description" in raw:
        described = _plain(raw, "description")
        agent, written = (
            any_measure(other(_plain(raw, "name"), description=described, formulary=formulary)),
            None,
        )
    else:
        written = _plain(raw, next((key for key in ("written", "id") if key in raw), "name"))
        agent = looked_up(written, formulary)
    if raw.get("id", agent.id) != agent.id:
        raise DocumentError(f"is not the id of {agent.name}, which is {agent.id}", path="id", got=raw["id"])
    if (
        "name" in raw
        and "description" not in raw
        and looked_up(_plain(raw, "name"), formulary).id != agent.id
    ):
        raise DocumentError(f"is not a name of {agent.name}", path="name", got=raw["name"])
    return agent, written


def _extra(raw: Mapping[Any, object], known: frozenset[str] | set[str]) -> list[MesococktailError]:
    check_number(raw)
    may = ", ".join(sorted(known))
    return [
        DocumentError(f"is not a field; it may have {may}", path=quote(key))
        for key in sorted(raw.keys() - known, key=str)
    ]


def _only(raw: Mapping[Any, object], known: frozenset[str]) -> None:
    if wrong := _extra(raw, known):
        raise together(wrong)


def _plain(raw: Mapping[str, object], key: str) -> str:
    try:
        return _text(raw.get(key))
    except DocumentError as error:
        raise error.at(key) from None


def _text(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    raise DocumentError("must be a text", got=raw)


def _role(raw: object) -> Role:
    for role in Role:
        if raw == role:
            return role
    raise DocumentError("is not a role", got=raw, cure="say principal or complementary")
