"""Single values of a clinic's file that its rules, aftercare rules and plans share, each read strictly."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from mesococktail.errors import AgentError, AmountError, FormularyError, TermError
from mesococktail.formulary.names import either

if TYPE_CHECKING:
    from collections.abc import Collection

    from mesococktail.amounts import Amount
    from mesococktail.formulary.formulary import Formulary
    from mesococktail.formulary.toml import Table

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_PLAIN = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")
_MOST_DAYS = 36_500

_Value = TypeVar("_Value")


def read_code(table: Table) -> str:
    """Return the code under ``code``."""
    code = table.needed("code")
    if not _CODE.fullmatch(code):
        rule = "a code is lower-case letters, digits and underscores"
        raise FormularyError(rule, path=table.at("code"), got=code)
    return code


def read_place(table: Table) -> str | None:
    """Return the jurisdiction, if one is given."""
    place = table.text("jurisdiction")
    if place is not None and not _PLACE.fullmatch(place):
        rule, cure = "is not the code of a jurisdiction", "write two capital letters: FR, EU, AE, US-CA"
        raise FormularyError(rule, path=table.at("jurisdiction"), got=place, cure=cure)
    return place


def one_of(table: Table, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
    """Return the text under a key that must be one of *choices*."""
    said = table.text(name) or default or table.needed(name)
    if said not in choices:
        cure = f"choose {either(choices)}"
        raise FormularyError("is not one of the choices", path=table.at(name), got=said, cure=cure)
    return said


def whole_number(table: Table, name: str) -> int | None:
    """Return the whole number under a key; None if there is none."""
    said = table.take(name)
    return None if said is None else counted(said, table.at(name))


def counted(said: object, path: str) -> int:
    """Return *said* if it is a whole number that days or months may be."""
    if type(said) is not int or not 1 <= said <= _MOST_DAYS:
        raise FormularyError(f"must be a whole number, 1 to {_MOST_DAYS}", path=path, got=said)
    return said


def any_needed(table: Table, said: dict[str, _Value]) -> dict[str, _Value]:
    """Return what was said under any of several keys; one of them must be there."""
    if not any(said.values()):
        cure = f"give {either(said)}"
        raise FormularyError("is needed", path=table.at(next(iter(said))), cure=cure)
    return said


def term_codes(table: Table, name: str, vocabulary: str, known: Formulary) -> tuple[str, ...]:
    """Return the codes of the terms under a key."""
    said = enumerate(table.texts(name))
    return tuple(term_code(each, vocabulary, f"{table.at(name)}[{i}]", known) for i, each in said)


def term_code(said: str, vocabulary: str, path: str, known: Formulary) -> str:
    """Return the code of the term that a text is."""
    try:
        return known.term(vocabulary, said).code
    except TermError as error:
        raise fault_at(error, path) from error


def fault_at(error: AgentError | AmountError | TermError, path: str) -> FormularyError:
    """Return what another part refused as a fault of the file, at its place there."""
    return FormularyError(error.rule, path=path, got=error.got, cure=error.cure)


def whole_range(table: Table, name: str) -> tuple[int, int] | None:
    """Return the fewest and the most under a key; None if there are none."""
    said, path = table.take(name), table.at(name)
    if said is None:
        return None
    cure = "write [12, 18]"
    if not isinstance(said, list) or len(said) != 2:  # noqa: PLR2004  # fewest and most
        raise FormularyError("must be the fewest and the most", path=path, got=said, cure=cure)
    fewest, most = (counted(each, f"{path}[{i}]") for i, each in enumerate(said))
    if fewest > most:
        raise FormularyError("the fewest come first", path=path, got=said, cure=cure)
    return fewest, most


def plain_number(text: str, path: str) -> Decimal:
    """Return a text as a number without unit."""
    if not _PLAIN.fullmatch(text):
        raise FormularyError("is not a plain number", path=path, got=text, cure='write for example "7.4"')
    return Decimal(text)


def amount_of(text: str, path: str, fits: Collection[str], units: Collection[str] = ()) -> Amount:
    """Return a text as an amount of one of the dimensions in *fits*."""
    # Amounts cost to read, and few files have a rule with one.
    from mesococktail.amounts import Amount

    try:
        amount = Amount.parse(text, units=units)
    except AmountError as error:
        raise fault_at(error, path) from error
    if amount.dimension.value not in fits:
        rule = f"is {amount.dimension.value}, and what it bounds is {either(fits)}"
        raise FormularyError(rule, path=path, got=text)
    return amount
