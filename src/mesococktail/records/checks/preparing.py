"""The checks on a preparation: its stock, its amounts beside the prescribed ones, its people and place."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mesococktail.amounts import total_of
from mesococktail.errors import MesococktailError
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import RuleType
from mesococktail.records.checks.given import agent_of
from mesococktail.records.checks.ruling import by_rule, rules
from mesococktail.records.prescription import Prescription
from mesococktail.records.times import days_of, is_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cocktails import Adjunct, Cocktail, Ingredient
    from mesococktail.formulary import Formulary
    from mesococktail.records.known import Known
    from mesococktail.records.preparation import Preparation, Prp, StockUsed
    from mesococktail.records.times import Around

NO_LOT = "lot"
NO_EXPIRY = "expiry"

_DECIMALS = re.compile(r"[0-9]+(?:\.([0-9]+))?")


def prepared(record: Preparation, formulary: Formulary, known: Known) -> Iterator[Finding | str]:
    """Yield what there is to say about a preparation, beside its prescription and by the rules."""
    for place, stock in enumerate(record.stock):
        if stock.lot_status == "unknown":
            yield NO_LOT
        if stock.expiry is None and stock.lot_status != "not_applicable":
            yield NO_EXPIRY
        yield from expired(stock, record.at, f"stock[{place}].expiry")
    linked = known.linked.get(record.prescription)
    if linked is not None and isinstance(linked.record, Prescription) and linked.record.cocktail is not None:
        yield from _beside(record, linked.record.cocktail)
    yield from _sum(record)
    if record.checked_by is not None and record.checked_by == record.prepared_by:
        yield Finding(
            Severity.WARNING,
            "checked_by_preparer",
            "checked_by",
            f"{record.checked_by} prepared it and checked it as well; a check is made by another person",
        )
    yield from _by_rules(record, formulary)
    if record.prp is not None:
        yield from _fold(record.prp)


def expired(stock: StockUsed, at: datetime | Around, path: str) -> Iterator[Finding]:
    """Yield that a stock had expired: one good until a month is good to its end."""
    expiry = stock.expiry
    if expiry is None:
        return
    precise = isinstance(expiry, datetime) and isinstance(at, datetime)
    # What is printed is a day or a month of the calendar of the place where it is used.
    over = is_before(expiry, at) if precise else days_of(expiry)[1] < days_of(at)[0]
    if over:
        yield Finding(
            Severity.ERROR,
            "expired_stock",
            path,
            f"{stock.agent} of {_lot(stock)} expired {str(expiry)[:10]}, before {str(at)[:10]}",
        )


def _lot(stock: StockUsed) -> str:
    return f"lot {stock.lot}" if stock.lot else "an unknown lot"


def _beside(record: Preparation, cocktail: Cocktail) -> Iterator[Finding]:
    parts: dict[str, list[Ingredient | Adjunct]] = {}
    for part in cocktail.parts:
        parts.setdefault(part.agent.id, []).append(part)
    drawn: dict[str, list[tuple[int, StockUsed]]] = {}
    for place, stock in enumerate(record.stock):
        drawn.setdefault(agent_of(stock, cocktail), []).append((place, stock))
    for ingredient in cocktail.ingredients:
        if ingredient.agent.id not in drawn:
            yield Finding(
                Severity.WARNING,
                "not_prepared",
                "stock",
                f"{ingredient.agent.name} is prescribed, and nothing was drawn of it",
            )
    for agent, stocks in drawn.items():
        first = stocks[0][0]
        if agent not in parts:
            yield Finding(
                Severity.ERROR,
                "not_prescribed",
                f"stock[{first}].agent",
                f"{agent} was drawn, and the prescription has {', '.join(parts)}",
            )
            continue
        yield from _drawn(stocks)
        for place, stock in stocks:
            yield from _strength(stock, parts[agent], f"stock[{place}].strength")


def _drawn(stocks: list[tuple[int, StockUsed]]) -> Iterator[Finding]:
    """Compare what was drawn of one agent, out of however many vials, with what was asked for."""
    place, stock = stocks[0]
    together = total_of(each.drawn for _, each in stocks)
    if together is None or stock.expected is None or together == stock.expected:
        return
    yield Finding(
        Severity.INFO,
        "drawn_differs",
        f"stock[{place}].drawn",
        f"{together} of {stock.agent} was drawn, and the prescription asks for {stock.expected}",
    )


def _strength(stock: StockUsed, parts: list[Ingredient | Adjunct], path: str) -> Iterator[Finding]:
    asked = parts[0].strength
    if stock.strength is None or asked is None or stock.strength == asked or len(parts) > 1:
        return
    volume = stock.drawn or stock.expected
    try:
        arithmetic = (
            f"; {volume} of it is {volume * stock.strength}, of {asked} {volume * asked}" if volume else ""
        )
    except MesococktailError:
        arithmetic = ""
    yield Finding(
        Severity.WARNING,
        "strength_differs",
        path,
        f"{stock.agent} of {stock.strength} was drawn, and {asked} is prescribed{arithmetic}",
    )


def _sum(record: Preparation) -> Iterator[Finding]:
    together = total_of(stock.drawn for stock in record.stock)
    if together is None or record.total is None or together == record.total:
        return
    yield Finding(
        Severity.WARNING,
        "total_differs",
        "total",
        f"{record.total} was made, and what was drawn adds up to {together}",
    )


def _by_rules(record: Preparation, formulary: Formulary) -> Iterator[Finding | str]:
    for rule in rules(formulary, RuleType.PH):
        if record.ph is None:
            yield rule.code
        elif rule.most is not None and record.ph > Decimal(rule.most):
            yield by_rule(rule, "ph", f"pH {record.ph} is more than the {rule.most} of")
        elif rule.least is not None and record.ph < Decimal(rule.least):
            yield by_rule(rule, "ph", f"pH {record.ph} is less than the {rule.least} of")
    for rule in rules(formulary, RuleType.PLACE):
        if record.place is None:
            yield rule.code
        elif record.place in rule.places:
            yield by_rule(rule, "place", f"preparing in {record.place.replace('_', ' ')} falls under")


def _fold(prp: Prp) -> Iterator[Finding]:
    """Compare the stated concentration with the counted one, to the digits that were stated."""
    computed, stated = prp.fold, prp.stated_fold
    if computed is None or stated is None:
        return
    written = _DECIMALS.match(stated.text or str(stated))
    digits = len(written[1] or "") if written else 0
    difference = abs(Fraction(computed.base) - Fraction(stated.base))
    if difference * 2 * 10**digits > 1:
        yield Finding(
            Severity.WARNING,
            "fold_differs",
            "prp.stated_fold",
            f"{stated} is stated, and {prp.concentrate} over {prp.baseline} is {computed.display()}",
        )
