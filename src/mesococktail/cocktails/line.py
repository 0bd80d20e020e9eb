"""The one-line text of a cocktail, lossless both ways.

``minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary) + saline q.s. to 5 mL``

Parts are joined by `` + ``; each is a name the formulary knows, a portion (see `portion`), and in
parentheses its role, or the purpose of an adjunct. Where one ingredient says that it is the principal one,
another that says nothing is complementary; what is written always says it. An agent that no formulary
knows is written ``other "name" [what it is]``. A deviation from the composition law stands last:
``; deviation: why``.
"""

from __future__ import annotations

import re

from mesococktail.cocktails.cocktail import Cocktail
from mesococktail.cocktails.making import adjunct, any_measure, complementary, fill, principal
from mesococktail.cocktails.part import Adjunct, Ingredient, Role
from mesococktail.errors import CocktailError, MesococktailError
from mesococktail.formulary import Agent, Formulary, other

LONGEST = 20_000
_DEVIATION = "; deviation:"
_OTHER = re.compile(r'other "(?P<name>[^"]{1,100})" \[(?P<description>[^\[\]]{1,300})\] ?')
_PURPOSE = re.compile(r"(?P<portion>.*?) ?\((?P<role>[A-Za-z][A-Za-z_ ]*)\)")
_FILL = re.compile(r"(?:q\.s\.|qs) to (?P<to>.+)")
_MAKE = {Role.PRINCIPAL.value: principal, Role.COMPLEMENTARY.value: complementary}
_PRINCIPAL = f"({Role.PRINCIPAL.value})"
_CLOSING = {"(": ")", "[": "]", '"': '"'}


def write_line(cocktail: Cocktail) -> str:
    """Write *cocktail* as one line that `read_line` reads back to an equal one."""
    line = " + ".join(map(_part_text, cocktail.parts))
    return f"{line}{_DEVIATION} {cocktail.deviation}" if cocktail.deviation else line


def _part_text(part: Ingredient | Adjunct) -> str:
    name = part.agent.name
    if part.agent.description is not None:
        name = f'other "{name}" [{part.agent.description}]'
    if isinstance(part, Adjunct):
        amount = f"q.s. to {part.fills_to}" if part.fills_to is not None else str(part.portion)
        return f"{name} {amount} ({part.purpose})"
    return f"{name} {part.portion} ({part.role})"


def read_line(text: str, formulary: Formulary | None = None) -> Cocktail:
    """Read one line; see `Cocktail.parse` for the errors."""
    if not isinstance(text, str):
        raise CocktailError("must be a text or a Cocktail", got=text)
    if len(text) > LONGEST:
        raise CocktailError(f"a cocktail is at most {LONGEST} characters on its one line", got=text)
    known = Formulary.of(formulary)
    mixture, deviation = _split(text)
    led = any(part.rstrip().lower().endswith(_PRINCIPAL) for part in mixture)
    parts = []
    for number, part in enumerate(mixture):
        try:
            parts.append(_read_part(part, known, Role.COMPLEMENTARY if led else None))
        except MesococktailError as error:
            raise error.at(f"part {number + 1}") from None
    return Cocktail(*parts, deviation=deviation)


def _split(text: str) -> tuple[list[str], str | None]:
    """Split into parts and deviation, at what stands outside quotes, brackets and parentheses.

    ``unknown (torn + wet; deviation: none)`` stays whole.
    """
    parts: list[str] = []
    awaited: list[str] = []
    start = 0
    for place, letter in enumerate(text):
        if awaited and letter == awaited[-1]:
            awaited.pop()
        elif letter in _CLOSING and (not awaited or (letter == "(" and awaited[-1] == ")")):
            awaited.append(_CLOSING[letter])
        elif awaited:
            continue
        elif letter == "+" and text[place - 1 : place + 2] == " + ":
            parts.append(text[start : place - 1])
            start = place + 2
        elif letter == ";" and text.startswith(_DEVIATION, place):
            return [*parts, text[start:place]], text[place + len(_DEVIATION) :].strip()
    return [*parts, text[start:]], None


def _read_part(text: str, formulary: Formulary, unsaid: Role | None) -> Ingredient | Adjunct:
    """Read one part; *unsaid* is the role of an ingredient that names none."""
    agent, rest = _name(text.strip(), formulary)
    if filled := _FILL.fullmatch(rest):
        to, purpose = _role_off(filled["to"])
        return fill(agent, to=to, purpose=purpose, formulary=formulary)
    amount, role = _role_off(rest)
    if role is None and not _purposes(agent, formulary):
        role = unsaid
    if role in _MAKE:
        return _MAKE[role](agent, amount, formulary=formulary)
    if role is None and not _purposes(agent, formulary):
        raise CocktailError(
            "nothing says what it is in the mixture for", got=text, cure="add (principal) or (complementary)"
        )
    return adjunct(agent, amount, purpose=role, formulary=formulary)


def _name(text: str, formulary: Formulary) -> tuple[str | Agent, str]:
    if match := _OTHER.match(text):
        agent = other(match["name"], description=match["description"], formulary=formulary)
        return any_measure(agent), text[match.end() :]
    found = formulary.longest(text)
    if found is None:
        # No name of the formulary begins here; the look-up of the first word says so, with the nearest ones.
        word, _, rest = text.partition(" ")
        return formulary.find(word).written, rest
    named, rest = found
    return named.written, rest.strip()


def _role_off(text: str) -> tuple[str, str | None]:
    match = _PURPOSE.fullmatch(text)
    if match is None or match["portion"].endswith("unknown"):
        return text, None
    # ``pH adjuster`` is how the label of a purpose is printed, ``ph_adjuster`` its code.
    return match["portion"], match["role"].lower().replace(" ", "_")


def _purposes(agent: str | Agent, formulary: Formulary) -> tuple[str, ...]:
    return (agent if isinstance(agent, Agent) else formulary.find(agent).agent).purposes
