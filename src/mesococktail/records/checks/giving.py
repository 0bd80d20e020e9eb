"""The checks on a session: what it used, when it came, how it was done, and what it adds up to."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from mesococktail.amounts import total_of
from mesococktail.errors import counted
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import RuleType
from mesococktail.records.checks.given import agents_given, by_id, doses_given, preparations_of
from mesococktail.records.checks.mixture import held_against
from mesococktail.records.checks.preparing import expired
from mesococktail.records.checks.ruling import by_rule, in_order, outside, ruled_id, rules, speaks_itself
from mesococktail.records.prescription import Prescription
from mesococktail.records.session import NOT_GIVEN, Session
from mesococktail.records.times import earliest, is_before, latest, months_later, to_the_minute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.amounts import Amount
    from mesococktail.formulary import Agent, Formulary, Rule
    from mesococktail.records.checks.given import Records
    from mesococktail.records.known import Known, Stands
    from mesococktail.records.plan import Plan
    from mesococktail.records.times import Around

_DAYS = {"day": 1, "week": 7, "month": 28}
"""Fewest days of a unit of a plan."""


def given_checked(record: Session, formulary: Formulary, known: Known) -> Iterator[Finding | str]:
    """Yield what there is to say about a session that was given, wholly or partly."""
    if record.given == NOT_GIVEN:
        return
    records = by_id(known)
    earlier = [one for one in in_order(known, Session, record.at) if one.record.given != NOT_GIVEN]
    for path, _, preparation in preparations_of(record, records):
        if preparation.discard_by is not None and is_before(preparation.discard_by, record.at):
            yield Finding(
                Severity.ERROR,
                "after_discard_by",
                path,
                f"it was to be discarded by {preparation.discard_by.isoformat(' ', 'minutes')}, "
                f"and this session was {to_the_minute(record.at)}",
            )
        for stock in preparation.stock:
            yield from expired(stock, record.at, path)
    yield from _course(record, records, earlier)
    yield from _points(record)
    yield from _technique(record, formulary)
    for agent in agents_given(record, records):
        held = ruled_id(formulary, agent)
        for rule in held.of(RuleType.INTERVAL):
            yield from _interval(rule, agent, record, records, earlier, formulary)
        for rule in held.of(RuleType.LIMIT):
            yield from _limit(rule, agent, held.agents[0], record, records, earlier)
        for rule in held.of(RuleType.INSTRUCTION):
            yield by_rule(rule, "at", f"{_until(rule, record.at)}, for {agent}:")


def _course(record: Session, records: Records, earlier: list[Stands]) -> Iterator[Finding]:
    """Compare a session with the prescription it carries out and with the plan in it."""
    one = records.get(record.prescription or "")
    if one is None or not isinstance(one.record, Prescription):
        return
    if one.status == "stopped":
        yield Finding(
            Severity.WARNING, "prescription_stopped", "prescription", "the prescription was stopped"
        )
    plan = one.record.plan
    if plan is None:
        return
    same = [each for each in earlier if each.record.prescription == record.prescription]
    most = (plan.sessions or (0, 0))[1]
    if most and len(same) >= most:
        yield Finding(
            Severity.WARNING,
            "more_than_planned",
            "prescription",
            f"this is session {len(same) + 1}, and {most} are planned",
        )
    days, fewest = _days_since(same, record.at), _shortest(plan)
    if days is not None and fewest is not None and days < fewest:
        yield Finding(
            Severity.WARNING,
            "too_soon",
            "at",
            f"{counted(days, 'day')} after the session before it, and the plan says {fewest} or more: {plan}",
        )


def _shortest(plan: Plan) -> int | None:
    """Return the fewest days that the plan leaves between two sessions."""
    if plan.weeks:
        gaps = [after - before for before, after in zip(plan.weeks, plan.weeks[1:], strict=False)]
        return min(gaps) * _DAYS["week"] if gaps else None
    return min(phase.every[0] * _DAYS[phase.unit] for phase in plan.phases)


def _days_since(earlier: list[Stands], at: datetime | Around) -> int | None:
    """Return the most days it may be since the last session; None where there was none."""
    return min((_between(one.at, at) for one in earlier), default=None)


def _between(before: datetime | Around, after: datetime | Around) -> int:
    """Return the days between two times by the calendar, the most where one is imprecise."""
    if isinstance(before, datetime) and isinstance(after, datetime):
        return (after.date() - before.astimezone(after.tzinfo).date()).days
    return math.ceil((latest(after) - earliest(before)) / timedelta(days=1))


def _points(record: Session) -> Iterator[Finding]:
    volume = record.injected
    if record.points is None or record.per_point is None or volume is None:
        return
    product = record.per_point * record.points
    if product != volume:
        yield Finding(
            Severity.WARNING,
            "points_differ",
            "points",
            f"{record.points} points of {record.per_point} are {product}, and {volume} was injected",
        )


def _technique(record: Session, formulary: Formulary) -> Iterator[Finding | str]:
    for kind, path, amount in (
        (RuleType.DEPTH, "depth", record.depth),
        (RuleType.PER_POINT, "per_point", _per_point(record)),
    ):
        for rule in rules(formulary, kind):
            if amount is None:
                yield rule.code
                continue
            said = outside(rule, amount)
            if said is not None:
                yield by_rule(rule, path, f"{path.replace('_', ' ')} {amount} {said}")


def _per_point(record: Session) -> Amount | None:
    if record.per_point is not None or record.points is None or record.injected is None:
        return record.per_point
    return record.injected / record.points


def _interval(
    rule: Rule, agent: str, record: Session, records: Records, earlier: list[Stands], formulary: Formulary
) -> Iterator[Finding]:
    same = [
        one
        for one in earlier
        if any(rule in ruled_id(formulary, each).of(rule.type) for each in agents_given(one.record, records))
    ]
    days = _days_since(same, record.at)
    if days is not None and rule.days is not None and days < rule.days:
        yield by_rule(rule, "at", f"{agent} {counted(days, 'day')} after the session before it falls under")


def _limit(
    rule: Rule, agent: str, known_as: Agent, record: Session, records: Records, earlier: list[Stands]
) -> Iterator[Finding | str]:
    """Hold the dose given, alone or with those of the days before, against a limit on doses."""
    if rule.of != "dose":
        return
    asked = records.get(record.prescription or "")
    route = asked.record.route if asked and isinstance(asked.record, Prescription) else None
    if rule.routes and route not in rule.routes:
        if route is None:
            yield rule.code
        return
    doses = [doses_given(record, records)[agent] if speaks_itself(rule, known_as) else None]
    for one, certain in _within(rule.days, record.at, earlier):
        given = doses_given(one.record, records)
        if agent in given:
            doses.append(given[agent] if certain else None)
    known = [each for each in doses if each is not None]
    called = f"the dose of {agent} given" + ("" if rule.days is None else f" in {counted(rule.days, 'day')}")
    found = list(held_against(rule, total_of(known), known_as, "volume", f"{called},"))
    # What is known may be too much already; that it is not can be said only of the whole.
    whole = len(known) == len(doses)
    yield from found if whole or any(isinstance(one, Finding) for one in found) else [rule.code]


def _within(days: int | None, at: datetime | Around, earlier: list[Stands]) -> Iterator[tuple[Stands, bool]]:
    """Yield the sessions of the days before, and whether an imprecise date leaves no doubt of it."""
    if days is None:
        return
    for one in earlier:
        certain = _between(one.at, at) < days
        precise = isinstance(at, datetime) and isinstance(one.at, datetime)
        if certain or not (precise or is_before(one.at, earliest(at) - timedelta(days=days))):
            yield one, certain


def until_of(rule: Rule, day: date) -> date:
    """Return the last day on which an instruction holds, counted from the day of a session."""
    later = months_later(day, rule.until_months or 0)
    return later + min(timedelta(days=rule.until_days or 0), date.max - later)


def _until(rule: Rule, at: datetime | Around) -> str:
    last = latest(at) - timedelta(days=1) if not isinstance(at, datetime) else at
    return f"until {until_of(rule, last.date()).isoformat()}"
