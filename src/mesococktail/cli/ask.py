"""What is asked of a person on a terminal. Nothing is ever taken unasked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesococktail.amounts import refusal_of
from mesococktail.cli.output import is_terminal
from mesococktail.cli.shared import say
from mesococktail.cocktails import Cocktail, complementary, fill, principal
from mesococktail.errors import AmountError, MesococktailError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.cocktails import Adjunct, Ingredient
    from mesococktail.formulary import Formulary

    Made = TypeVar("Made")

_MOST, _FEWEST = 3, 2


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def read_or_offer(text: str, read: Callable[[str], Made]) -> Made:
    """Read a text; where an amount in it has an obvious cure, offer that on a terminal.

    Raises:
        MesococktailError: It cannot be read, and no cure was offered or accepted.
    """
    while True:
        try:
            return read(text)
        except AmountError as error:
            cured = _cured(text, error) if can_ask() else None
            if cured is None:
                raise
            say(f"Error: {error}")
            if not click.confirm(f"Is this meant: {cured} ?", default=False, err=True):
                raise
            text = cured


def _cured(text: str, error: AmountError) -> str | None:
    wrong = error.got
    refusal = refusal_of(wrong) if wrong else None
    if wrong is None or refusal is None or refusal.suggestion is None or text.count(wrong) != 1:
        return None
    return text.replace(wrong, refusal.suggestion)


def ask_cocktail(formulary: Formulary) -> Cocktail:
    """Ask for a cocktail, part by part, until it is one."""
    say("What goes in? Two or three agents; leave the name empty when that is all.")
    while True:
        parts: list[Any] = []
        while len(parts) < _MOST:
            part = _ingredient(len(parts) + 1, formulary)
            if part is not None:
                parts.append(part)
            elif len(parts) >= _FEWEST:
                break
            else:
                say(f"Error: a cocktail has at least {_FEWEST} agents")
        filled = _fill(formulary)
        try:
            return Cocktail(*parts, *([filled] if filled else ()))
        except MesococktailError as error:
            say(f"Error: {error}\nOnce more, from the beginning.")


def _ask(question: str, default: str | None = None) -> str:
    answer: str = click.prompt(
        question, default=default, err=True, type=str, show_default=bool(default), value_proc=str
    )
    return answer.strip()


def _again(question: str, read: Callable[[str], Made], default: str | None = None) -> Made:
    """Ask until the answer can be read."""
    while True:
        try:
            return read_or_offer(_ask(question, default), read)
        except MesococktailError as error:
            say(f"Error: {error}")


def _ingredient(number: int, formulary: Formulary) -> Ingredient | None:
    match = _again(f"Agent {number}", lambda text: formulary.find(text) if text else None, "")
    if match is None:
        return None
    if match.written.casefold() != match.agent.name.casefold():
        say(f"{match.written} is read as {match.agent.name}")
    roles = {"principal": principal, "complementary": complementary}
    usual = "principal" if number == 1 else "complementary"

    def role(text: str) -> str:
        found = [name for name in roles if text and name.startswith(text.lower())]
        if len(found) == 1:
            return found[0]
        raise MesococktailError("is neither principal nor complementary", path="role", got=text)

    # The amount is read as an ingredient, which knows how its agent is measured.
    written: list[str] = []

    def amount(text: str) -> Ingredient:
        made = principal(match.written, text, formulary=formulary)
        written[:] = [text]
        return made

    _again(f"How much {match.agent.name} (as 1 mL of 5 mg/mL, or 5 mg)", amount)
    chosen = _again("Role: principal or complementary", role, usual)
    return roles[chosen](match.written, written[0], formulary=formulary)


def _fill(formulary: Formulary) -> Adjunct | None:
    name = _again("Diluent that fills up (empty for none)", lambda text: _diluent(text, formulary), "")
    if not name:
        return None
    return _again("Fill up to (as 5 mL)", lambda text: fill(name, to=text, formulary=formulary))


def _diluent(text: str, formulary: Formulary) -> str:
    if not text:
        return ""
    match = formulary.find(text)
    if match.agent.purposes:
        return match.written
    raise MesococktailError("is not known as a diluent", path="diluent", got=text, cure="write saline")
