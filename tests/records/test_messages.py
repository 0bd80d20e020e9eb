"""Every refusal of a record in full: the field, what came, the rule, the cure."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail.amounts import Amount
from mesococktail.records import (
    KINDS,
    Around,
    Phase,
    Plan,
    admit,
    complete,
    document,
    given_record,
    stored_record,
    time_of,
)
from tests.records.checking import AT, DAY, OURS, done, knows, preparation, prescription, session, stock
from tests.records.test_hostile import GIVEN, mixed
from tests.records.test_plan import WEEKLY
from tests.refused import refused

if TYPE_CHECKING:
    from collections.abc import Callable

any_phase: Any = Phase
any_plan: Any = Plan
any_date: Any = Around
any_time: Any = time_of
"""What an untyped caller may call with anything."""


def of_kind(kind: str, **fields: Any) -> Any:
    return KINDS[kind](**({"patient": "P-1", "at": AT} | fields))


def whole(record: Any) -> Any:
    return complete(record, OURS, AT + 400 * DAY)


def given(**changes: Any) -> Any:
    return given_record("prescription", GIVEN | changes, OURS)


def stored(**changes: Any) -> Any:
    return stored_record("prescription", json.dumps(GIVEN | changes).encode())


REFUSED: tuple[tuple[Callable[[], object], str], ...] = (
    (
        lambda: prescription(patient="A B"),
        "patient: A B: is not an opaque id; use up to 64 letters, digits and . _ : / - without "
        "spaces, such as P-014; never a name",
    ),
    (lambda: prescription(indication=5), "indication: 5: must be a Indication"),
    (
        lambda: prescription(indication={"colour": "red"}),
        "indication.colour: is not a field of it; it may have code, description, scale, version, "
        "stage, duration",
    ),
    (lambda: prescription(indication={"stage": "II"}), "indication.code: is missing, and needed"),
    (lambda: prescription(cocktail=5), "cocktail: 5: must be a Cocktail"),
    (lambda: prescription(rationale=5), "rationale: 5: must be a text"),
    (lambda: prescription(rationale=""), "rationale: is empty; leave it out or say something"),
    (
        lambda: prescription(rationale="x" * 4001),
        "rationale: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: is longer "
        "than 4000 characters; shorten it",
    ),
    (
        lambda: prescription(rationale="a\x00"),
        "rationale: 'a\\x00': holds a control character or half a letter; remove it",
    ),
    (lambda: prescription(delivery=""), "delivery: '': is not a code or the name of one"),
    (
        lambda: prescription(delivery="x" * 101),
        "delivery: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: is not a "
        "code or the name of one",
    ),
    (lambda: prescription(changes="x"), "changes: x: must be several texts; give a list of texts"),
    (lambda: prescription(changes=["x", 5]), "changes: 5: must be a text"),
    (lambda: prescription(renews="x"), "renews: x: is not the id of a record"),
    (lambda: prescription(renews=SimpleNamespace(id=5)), "renews: 5: is not the id of a record"),
    (lambda: prescription(findings="x"), "findings: x: must be findings"),
    (lambda: prescription(at_defaulted="yes"), "at_defaulted: yes: must be a bool"),
    (
        lambda: prescription(plan=5),
        "plan: 5: a plan is a text of at most 1000 characters; write it like weekly x8, then "
        "every 2 weeks x2, then after 4 weeks",
    ),
    (lambda: prescription(accepted="x"), "accepted: x: must be several; put it in a list"),
    (lambda: prescription(accepted={"x": 5}), "accepted[0].reason: 5: must be a text"),
    (
        lambda: prescription(accepted={"code": "x", "reason": "y"}),
        "accepted: {'code': 'x', 'reason': 'y'}: must be several, and this is one of them; put it in a list",
    ),
    (
        lambda: prescription(patient="A B", doctor=5),
        "patient: A B: is not an opaque id; use up to 64 letters, digits and . _ : / - without "
        "spaces, such as P-014; never a name | doctor: 5: is not an opaque id; use up to 64 "
        "letters, digits and . _ : / - without spaces, such as P-014; never a name",
    ),
    (lambda: session(zones="frontal"), "zones: frontal: must be several; put it in a list"),
    (
        lambda: session(zones={"frontal": "1 mL"}),
        "zones: {'frontal': '1 mL'}: must be a list of groups; name the fields of each: zone, "
        "description, volume, preparation",
    ),
    (lambda: session(zones=[5]), "zones[0]: 5: must be a ZoneTreated"),
    (lambda: session(zones=["frontal"] * 101), "zones: 101: are more than 100"),
    (lambda: session(points=True), "points: True: must be a whole number of at most 9 digits"),
    (lambda: session(points=10**9), "points: 1000000000: must be a whole number of at most 9 digits"),
    (
        lambda: session(volume="5 mg"),
        "volume: 5 mg: must be a volume, and this measures mass; write it in mL",
    ),
    (
        lambda: session(volume=Amount.parse("5 mg") * 1),
        "volume: 5 mg: must be a volume, and this measures mass; write it in mL",
    ),
    (
        lambda: session(volume="9000000000001 mL"),
        "volume: 9000000000001 mL: is more than can be counted; the most is 9000000000000 mL; "
        "check the number and the unit",
    ),
    (
        lambda: session(depth="9000000000001 mm"),
        "depth: 9000000000001 mm: is more than can be counted; the most is 9000000000000 mm; "
        "check the number and the unit",
    ),
    (
        lambda: of_kind("outcome", measure="gais", score="two"),
        "score: two: must be an exact number of at most 12 digits on either side; write it like 7.4",
    ),
    (
        lambda: of_kind("outcome", measure="gais", score=True),
        "score: True: must be an exact number of at most 12 digits on either side; write it like 7.4",
    ),
    (
        lambda: of_kind("outcome", measure="gais", score=Decimal("1e13")),
        "score: 10000000000000: must be an exact number of at most 12 digits on either side; "
        "write it like 7.4",
    ),
    (lambda: preparation(stock=[{"lot": "A"}]), "stock[0].agent: is missing, and needed"),
    (
        lambda: whole(prescription(delivery="by magic")),
        "delivery: by magic: is not in the vocabulary delivery; write nappage, papule, point by "
        "point, mesogun, retrograde, intradermal microinjection, intralesional, subcutaneous "
        "injection, intramuscular injection, mechanical infiltration, dermaroller, dermapen, "
        "tattoo machine (MMP), microneedling or other",
    ),
    (
        lambda: whole(prescription(indication="other")),
        "indication.code: other: needs a description; say in description what it is",
    ),
    (
        lambda: whole(prescription(at=Around(2020))),
        "at: 2020: is imprecise, which only a record transcribed from an old chart may be; give "
        "the time with its zone, or name the chart in transcribed_from",
    ),
    (
        lambda: whole(prescription(cocktail="minoxidil unknown (torn) (principal) + biotin 5 mg")),
        "cocktail.ingredients[0]: torn: the amount of minoxidil is unknown, which only a "
        "prescription transcribed from an old chart may have; give the amount, or name the chart "
        "in transcribed_from",
    ),
    (
        lambda: whole(prescription(cocktail=None)),
        "cocktail: is missing; give the cocktail, or say payload=saline or payload=none for a "
        "session without one",
    ),
    (
        lambda: whole(prescription(payload="saline")),
        "payload: saline: contradicts the cocktail, which has active agents; leave one of the two out",
    ),
    (lambda: whole(prescription(changes=["more"])), "changes: are given, and no formula they depart from"),
    (
        lambda: admit(
            done(preparation(stock=[stock("minoxidil", drawn="1 mL", expiry="2020-01")], total=None), knows())
        ),
        "stock[0].expiry: minoxidil of lot L1 expired 2020-01, before 2025-03-01; change it, or "
        "accept it with a reason: accept={code: reason} for expired_stock",
    ),
    (
        lambda: admit(done(preparation(accepted={"expired_stock": "why"}), knows())),
        "accepted[0]: expired_stock: no check has found that, so there is nothing to accept; leave it out",
    ),
    (
        lambda: any_time(datetime(2025, 3, 1, tzinfo=timezone(timedelta(microseconds=1)))),
        "2025-03-01 00:00:00+00:00:00.000001: has an offset of a part of a second; write it like "
        "2025-03-01T10:00+04:00",
    ),
    (lambda: any_date(2019, None, 5), "2019-5: has a day and no month; give the month, or the year alone"),
    (lambda: any_date(2019, 13), "2019-13: is not a date that exists; write it like 2019-03"),
    (lambda: any_date(1899), "1899: is before 1900; correct the year"),
    (
        lambda: any_date(10**30),
        "1000000000000000000000000000000: is not a date that exists; write it like 2019-03",
    ),
    (
        lambda: any_phase(every=(1, 1), unit="year", times=None),
        "unit: year: is not a unit of a plan; say day, week or month",
    ),
    (lambda: any_phase(every=(0, 1), unit="week", times=None), "every: 0: a number in a plan is 1 to 999"),
    (
        lambda: any_phase(every=(2, 1), unit="week", times=None),
        "every: 2-1 falls; write the smaller number first",
    ),
    (
        lambda: any_phase(every=1, unit="week", times=None),
        "every: 1: must be the fewest and the most; give (3, 5)",
    ),
    (
        lambda: any_phase(every=(1, 1), unit="week", times=(True, 1)),
        "times: True: a number in a plan is 1 to 999",
    ),
    (
        lambda: any_phase(every=(1, 1), unit="week", times=(2, 2), once_after=True),
        "once_after: (2, 2): after an interval comes one session",
    ),
    (
        any_plan,
        "((), ()): has either phases or weeks; write it like weekly x8, then every 2 weeks x2, "
        "then after 4 weeks",
    ),
    (
        lambda: any_plan(phases=(WEEKLY,), weeks=(1,)),
        "((Phase(every=(1, 1), unit='week', times=None, once_after=Fa\u2026: has either phases or "
        "weeks; write it like weekly x8, then every 2 weeks x2, then after 4 weeks",
    ),
    (
        lambda: any_plan(phases=[WEEKLY]),
        "phases: [Phase(every=(1, 1), unit='week', times=None, once_after=Fal\u2026: must be a "
        "tuple of phases",
    ),
    (lambda: any_plan(phases=(WEEKLY,) * 13), "phases: 13: has more than 12 phases"),
    (lambda: any_plan(weeks=[1, 2]), "weeks: [1, 2]: must be a tuple of weeks, 0 to 999"),
    (lambda: any_plan(weeks=(-1,)), "weeks: (-1,): must be a tuple of weeks, 0 to 999"),
    (lambda: any_plan(weeks=(1000,)), "weeks: (1000,): must be a tuple of weeks, 0 to 999"),
    (lambda: any_plan(weeks=tuple(range(101))), "weeks: 101: has more than 100 weeks"),
    (lambda: any_plan(weeks=(2, 1)), "weeks: (2, 1): the weeks must rise; write each week once, in order"),
    (lambda: any_plan(phases=(WEEKLY,), stated="12"), "stated: 12: a number in a plan is 1 to 999"),
    (lambda: any_plan(phases=(WEEKLY,), at_most=0), "at_most: 0: a number in a plan is 1 to 999"),
    (
        lambda: document(5),
        "int: is not a record; use one of adverse_event, aftercare, consent, doctor, outcome, "
        "patient_facts, preparation, prescription, screening, session",
    ),
    (
        lambda: document(prescription(changes=["x" * 4000] * 20)),
        "makes a document of more than 65536 bytes; shorten its texts",
    ),
    (
        lambda: given_record("nothing", {}, OURS),
        "kind: nothing: is not a kind of record; use one of adverse_event, aftercare, consent, "
        "doctor, outcome, patient_facts, preparation, prescription, screening, session",
    ),
    (lambda: given_record("prescription", "[]", OURS), "[]: must be an object with named fields"),
    (lambda: given_record("prescription", {}, OURS), "patient: is missing, and needed"),
    (
        lambda: given(colour="red"),
        "colour: is not a field; it may have patient, doctor, at, at_defaulted, indication, "
        "cocktail, delivery, payload, route, plan, rationale, reference, formula, changes, "
        "accepted, transcribed_from, renews, technique, findings, not_run, formulary",
    ),
    (lambda: given(indication=[]), "indication: []: must be a text, or an object with named fields"),
    (lambda: given(accepted="x"), "accepted: x: must be a list"),
    (lambda: given(findings=5), "findings: 5: must be a list of findings"),
    (lambda: given(cocktail=5), "cocktail: 5: must be a cocktail: its one-line text, or an object"),
    (
        lambda: given(cocktail={"colour": "red", "ingredients": 5}),
        "cocktail.colour: is not a field; it may have adjuncts, deviation, ingredients",
    ),
    (
        lambda: given(cocktail={"ingredients": [5]}),
        "cocktail.ingredients[0]: 5: must be an object with agent and amount",
    ),
    (lambda: given(cocktail=mixed({"role": None})), "cocktail.ingredients[0].role: is missing, and needed"),
    (lambda: given(cocktail=mixed({"agent": None})), "cocktail.ingredients[0].agent: is missing, and needed"),
    (
        lambda: given(cocktail=mixed({"agent": 5})),
        "cocktail.ingredients[0].agent: 5: must be the name of an agent, or an object",
    ),
    (
        lambda: given(cocktail=mixed({"agent": {"name": "zzyzx"}})),
        "cocktail.ingredients[0].agent: zzyzx: no agent of the formulary has that name; write "
        "other(...) with a description, or add it to the clinic's formulary file",
    ),
    (
        lambda: given(cocktail=mixed({"agent": {"colour": "red"}})),
        "cocktail.ingredients[0].agent.colour: is not a field; it may have description, id, "
        "members, name, written",
    ),
    (
        lambda: given(cocktail=mixed({"agent": {"name": 5}})),
        "cocktail.ingredients[0].agent.name: 5: must be a text",
    ),
    (
        lambda: given(cocktail=mixed({"agent": {"id": "biotin", "name": "minoxidil"}})),
        "cocktail.ingredients[0].agent.name: minoxidil: is not a name of biotin",
    ),
    (
        lambda: given(cocktail=mixed({"agent": {"id": "minoxidil", "written": "biotin"}})),
        "cocktail.ingredients[0].agent.id: minoxidil: is not the id of biotin, which is biotin",
    ),
    (
        lambda: given(cocktail=mixed({"agent": {"id": "biotin", "name": "serum", "description": "own"}})),
        "cocktail.ingredients[0].agent.id: biotin: is not the id of serum, which is other:serum",
    ),
    (
        lambda: given(cocktail=mixed({"agent": {"name": "minoxidil", "description": "own"}})),
        "cocktail.ingredients[0].agent.other: minoxidil: is in the formulary; write minoxidil",
    ),
    (lambda: given(cocktail=mixed({"amount": 5})), "cocktail.ingredients[0].amount: 5: must be a text"),
    (
        lambda: given(cocktail=mixed({"strength": {"amount": "5 mg/mL", "written": "6 mg/mL"}})),
        "cocktail.ingredients[0].strength.amount: 5 mg/mL: was written 6 mg/mL, and that is 6 mg/mL",
    ),
    (
        lambda: given(cocktail=mixed({"strength": {"amount": "5 mg/mL", "written": "6,5 mg/mL"}})),
        "cocktail.ingredients[0].strength.written: 6,5 mg/mL: a comma is not read as a decimal "
        "point here; write 6.5 mg/mL",
    ),
    (
        lambda: given(cocktail=mixed({"strength": {"amount": "5 mg/mL", "colour": "red"}})),
        "cocktail.ingredients[0].strength.colour: is not a field; it may have amount, written",
    ),
    (
        lambda: given(cocktail=mixed({"strength": {"amount": 5}})),
        "cocktail.ingredients[0].strength.amount: 5: must be a text",
    ),
    (lambda: given(cocktail=mixed({"unknown": 5})), "cocktail.ingredients[0].unknown: 5: must be a text"),
    (
        lambda: given(cocktail=mixed(adjuncts=[{"agent": "saline", "fills_to": 5}])),
        'cocktail.adjuncts[0].fills_to: 5: must be an amount, written as text; write it like "2.5 mg"',
    ),
    (
        lambda: stored(cocktail="minoxidil 5 mg (principal)"),
        "cocktail: minoxidil 5 mg (principal): must be a cocktail: its one-line text, or an object",
    ),
    (
        lambda: stored(cocktail=mixed({"amount": "1 mL"})),
        "cocktail.ingredients[0].amount: is not a field; it may have agent, dose, each, over, "
        "role, strength, unknown, volume",
    ),
    (lambda: stored(cocktail=mixed({"agent": 5})), "cocktail.ingredients[0].agent: 5: must be an agent"),
    (
        lambda: stored(cocktail=mixed({"agent": {"name": "x"}})),
        "cocktail.ingredients[0].agent.id: must be a text",
    ),
    (
        lambda: stored(cocktail=mixed({"agent": {"id": "x", "members": 5}})),
        "cocktail.ingredients[0].agent.members: 5: must be a tuple of ids",
    ),
    (
        lambda: stored(cocktail=mixed({"volume": "1.0 mL"})),
        "cocktail.ingredients[0].volume: 1.0 mL: not the stored form of an amount; use "
        "Amount.parse for a text",
    ),
    (
        lambda: stored(cocktail=mixed({"volume": 5})),
        'cocktail.ingredients[0].volume: 5: must be an amount, written as text; write it like "2.5 mg"',
    ),
    (
        lambda: stored(cocktail=mixed({"role": "chief"})),
        "cocktail.ingredients[0].role: chief: is not a role; say principal or complementary",
    ),
    (
        lambda: stored(cocktail=mixed(adjuncts=[{"agent": "saline", "volume": "1 mL"}])),
        "cocktail.adjuncts[0].purpose: is missing, and needed",
    ),
    (
        lambda: stored(cocktail=mixed(adjuncts=[{"agent": "saline", "volume": "1 mL", "purpose": 5}])),
        "cocktail.adjuncts[0].purpose: 5: must be a text",
    ),
)


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_says_what_came_the_rule_and_the_cure(make: Callable[[], object], message: str) -> None:
    assert str(refused(make)) == message
