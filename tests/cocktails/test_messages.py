"""Every refusal of a cocktail and its parts in full: where, what came, the rule, the cure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail.amounts import Amount
from mesococktail.cocktails import (
    Adjunct,
    Cocktail,
    Ingredient,
    NamedAgent,
    Part,
    Portion,
    Role,
    adjunct,
    complementary,
    fill,
    principal,
)
from mesococktail.cocktails.portion import portion, portion_of
from tests.refused import refused

if TYPE_CHECKING:
    from collections.abc import Callable

MG = Amount.parse("5 mg")
ML = Amount.parse("1 mL")
AGENT = NamedAgent("minoxidil", "minoxidil")
MINOXIDIL = principal("minoxidil", "1 mL of 5 mg/mL")
BIOTIN = complementary("biotin", "1 mL of 5 mg/mL")
any_portion: Any = Portion
any_part: Any = Part
any_ingredient: Any = Ingredient
any_adjunct: Any = Adjunct
any_agent: Any = NamedAgent
mixed: Any = Cocktail
line: Any = Cocktail.parse
led: Any = principal
both: Any = Cocktail(MINOXIDIL, BIOTIN)
"""What an untyped caller may call with anything."""

REFUSED: tuple[tuple[Callable[[], object], str], ...] = (
    (
        lambda: any_portion(dose=5),
        "dose: 5: must be a mass, a number of IU, a count or a number of product units; write it like 5 mg",
    ),
    (
        lambda: any_portion(dose=ML),
        "dose: 1 mL: must be a mass, a number of IU, a count or a number of product units, and "
        "this measures volume; write it like 5 mg",
    ),
    (
        lambda: any_portion(strength=MG),
        "strength: 5 mg: must be a concentration, and this measures mass; write it like 5 mg/mL",
    ),
    (
        lambda: any_portion(volume=MG),
        "volume: 5 mg: must be a volume, and this measures mass; write it like 1 mL",
    ),
    (
        lambda: any_portion(each=MG),
        "each: 5 mg: must be a volume per point or a volume per area, and this measures mass; "
        "write it like 0.1 mL/cm2",
    ),
    (
        lambda: any_portion(over=MG),
        "over: 5 mg: must be an area or a number of points, and this measures mass; write it like 50 cm2",
    ),
    (lambda: any_portion(over="3"), "over: 3: must be an area or a number of points; write it like 50 cm2"),
    (
        lambda: any_portion(volume=ML * 0),
        "volume: 0 mL: is nothing at all; leave out what does not go in; what is not known is "
        "unknown, with the reason",
    ),
    (lambda: any_portion(over=0), "over: 0: must be a number of points, 1 to 9999"),
    (lambda: any_portion(over=10000), "over: 10000: must be a number of points, 1 to 9999"),
    (
        lambda: any_portion(unknown=1),
        "unknown: 1: the reason why an amount is unknown is a text of at most 200 characters",
    ),
    (
        lambda: any_portion(unknown="x" * 201),
        "unknown: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: the reason "
        "why an amount is unknown is a text of at most 200 characters",
    ),
    (
        lambda: any_portion(unknown="(torn)"),
        "unknown: (torn): the reason why an amount is unknown is one line without parentheses; "
        "write it like not stated",
    ),
    (
        lambda: any_portion(unknown=""),
        "unknown: '': the reason why an amount is unknown is one line without parentheses; write "
        "it like not stated",
    ),
    (portion, "no amount is given; give a dose (5 mg), or a volume of a strength (1 mL of 5 mg/mL)"),
    (
        lambda: portion(strength="5 mg/mL"),
        "5 mg/mL: no amount is given; give a dose (5 mg), or a volume of a strength (1 mL of 5 mg/mL)",
    ),
    (
        lambda: portion(dose="5 mg", unknown="torn"),
        "5 mg: is said to be unknown and is given all the same; give one or the other",
    ),
    (
        lambda: portion(each="1 mL"),
        "over: 1 mL: a volume per point or per area goes with a number of points or an area; "
        "write it like 0.1 mL/cm2 over 50 cm2, or 0.05 mL at 40 points",
    ),
    (
        lambda: portion(over=3),
        "each: 3: a volume per point or per area goes with a number of points or an area; write "
        "it like 0.1 mL/cm2 over 50 cm2, or 0.05 mL at 40 points",
    ),
    (
        lambda: portion(each="1 mL", over="5 cm2"),
        "each: 1 mL over 5 cm2 does not make a volume; use mL/cm2 with an area, mL with a number of points",
    ),
    (
        lambda: portion(each="1 mL", over=3, volume="3 mL"),
        "volume: 3 mL: is given beside what makes it; leave it out: 1 mL over 3 is 3 mL",
    ),
    (
        lambda: portion(dose="5 mg", strength="5 IU/mL"),
        "5 mg of 5 IU/mL: a dose in mass and a strength in activity per volume do not go "
        "together; give both in the same measure",
    ),
    (
        lambda: portion(dose="5 mg", strength="5 mg/mL", volume="2 mL"),
        "dose 5 mg, but 2 mL of 5 mg/mL is 10 mg; correct one of the three, or leave one out",
    ),
    (
        lambda: portion(dose="2,5 mg"),
        "dose: 2,5 mg: a comma is not read as a decimal point here; write 2.5 mg",
    ),
    (
        lambda: portion(volume="2,5 mL"),
        "volume: 2,5 mL: a comma is not read as a decimal point here; write 2.5 mL",
    ),
    (
        lambda: portion(each="2,5 mL", over=3),
        "each: 2,5 mL: a comma is not read as a decimal point here; write 2.5 mL",
    ),
    (
        lambda: portion(each="1 mL/cm2", over="5,5 cm2"),
        "over: 5,5 cm2: a comma is not read as a decimal point here; write 5.5 cm2",
    ),
    (
        lambda: portion(strength="2,5 mg/mL"),
        "strength: 2,5 mg/mL: a comma is not read as a decimal point here; write 2.5 mg/mL",
    ),
    (
        lambda: portion_of("5" * 501),
        "555555555555555555555555555555555555555555555555555555555555\u2026: a portion is at most "
        "500 characters; shorten it",
    ),
    (
        lambda: portion_of("some"),
        "amount: some: does not begin with a number; write a number and a unit, as 5 mg",
    ),
    (
        lambda: portion_of("2,5 mg"),
        "amount: 2,5 mg: a comma is not read as a decimal point here; write 2.5 mg",
    ),
    (
        lambda: portion_of("2,5 mL of 5 mg/mL"),
        "volume: 2,5 mL: a comma is not read as a decimal point here; write 2.5 mL",
    ),
    (
        lambda: portion_of("5 mg in 2,5 mL"),
        "volume: 2,5 mL: a comma is not read as a decimal point here; write 2.5 mL",
    ),
    (
        lambda: portion_of("1 mL of 2,5 mg/mL"),
        "strength: 2,5 mg/mL: a comma is not read as a decimal point here; write 2.5 mg/mL",
    ),
    (
        lambda: portion_of("0.1 mL/cm2 over 5,5 cm2"),
        "over: 5,5 cm2: a comma is not read as a decimal point here; write 5.5 cm2",
    ),
    (
        lambda: any_part(AGENT, "5 mg"),
        "(NamedAgent(id='minoxidil', name='minoxidil', written=None, \u2026: is made of a "
        "NamedAgent and a Portion; use principal(), complementary(), adjunct() and fill()",
    ),
    (
        lambda: any_part("minoxidil", Portion(dose=MG)),
        "('minoxidil', Portion(dose=Amount(value=Decimal('5'), unit='\u2026: is made of a "
        "NamedAgent and a Portion; use principal(), complementary(), adjunct() and fill()",
    ),
    (
        lambda: any_ingredient(AGENT, Portion(dose=MG), "principal"),
        "role: principal: is not a Role; give Role.PRINCIPAL or Role.COMPLEMENTARY",
    ),
    (
        lambda: any_ingredient(AGENT, Portion(), Role.PRINCIPAL),
        "no amount is given; give a dose (5 mg), or a volume of a strength (1 mL of 5 mg/mL)",
    ),
    (
        lambda: any_adjunct(AGENT, Portion(dose=MG), "Diluent!"),
        "purpose: Diluent!: is neither a role nor a purpose of an adjunct; use principal, "
        "complementary, or one of diluent, anaesthetic, ph_adjuster, preservative, activator, "
        "vehicle, placebo",
    ),
    (
        lambda: any_adjunct(AGENT, Portion(dose=MG), "diluent", ML),
        "fills_to: 5 mg: an amount is given of what fills up; give one or the other",
    ),
    (
        lambda: any_adjunct(AGENT, Portion(), "diluent", MG),
        "fills_to: 5 mg: must be a volume above zero; write it like 5 mL",
    ),
    (
        lambda: any_adjunct(AGENT, Portion(), "diluent", "5 mL"),
        "fills_to: 5 mL: must be a volume above zero; write it like 5 mL",
    ),
    (
        lambda: any_agent(5, "x"),
        'id: 5: must be a text of one line without " [ ] ; and without spaces around it',
    ),
    (
        lambda: any_agent("x", ""),
        "name: '': must be a text of one line without \" [ ] ; and without spaces around it",
    ),
    (
        lambda: any_agent("x", "x", 'a "b"'),
        'written: a "b": must be a text of one line without " [ ] ; and without spaces around it',
    ),
    (lambda: any_agent("x", "x", None, ["biotin"]), "members: ['biotin']: must be a tuple of ids"),
    (
        lambda: any_agent("x", "x", None, (5,)),
        'members: 5: must be a text of one line without " [ ] ; and without spaces around it',
    ),
    (
        lambda: any_agent("x", "x", description="a]b"),
        'description: a]b: must be a text of one line without " [ ] ; and without spaces around it',
    ),
    (
        lambda: led("minoxidil", "5 mg", dose="5 mg"),
        "minoxidil: 5 mg: the amount is given twice; give the whole as one text, or each part by name",
    ),
    (
        lambda: led("minoxidil", MG, volume="1 mL"),
        "minoxidil: 5 mg: the amount is given twice; give the whole as one text, or each part by name",
    ),
    (
        lambda: led("minoxidil", "5 IU"),
        "minoxidil.dose: 5 IU: is a dose in activity, and minoxidil is dosed by mass; give it in "
        "that measure",
    ),
    (
        lambda: led("minoxidil", "1 mL"),
        "minoxidil.strength: 1 mL: minoxidil is dosed by mass, and a volume alone does not say "
        "how much that is; add the strength on the label of the stock: 1 mL of ... mg/mL",
    ),
    (
        lambda: led("minoxidil", unknown="torn", dose="5 mg"),
        "minoxidil: 5 mg: is said to be unknown and is given all the same; give one or the other",
    ),
    (
        lambda: led("minoxidil", "5 mg", formulary="clinic.toml"),
        'formulary: clinic.toml: must be a Formulary; read it first: Formulary.load("clinic.toml")',
    ),
    (
        lambda: led("zzyzx", "5 mg"),
        "zzyzx: no agent of the formulary has that name; write other(...) with a description, or "
        "add it to the clinic's formulary file",
    ),
    (
        lambda: adjunct("minoxidil", "5 mg"),
        'purpose: nothing says what minoxidil is in the syringe for; say purpose="diluent", or '
        "give it a role with principal() or complementary()",
    ),
    (
        lambda: fill("saline", to="5,5 mL"),
        "to: 5,5 mL: a comma is not read as a decimal point here; write 5.5 mL",
    ),
    (lambda: fill("saline", to="5 mg"), "to: 5 mg: must be a volume above zero; write it like 5 mL"),
    (lambda: fill("saline", to=ML * 0), "to: 0 mL: must be a volume above zero; write it like 5 mL"),
    (
        lambda: mixed("minoxidil"),
        "('minoxidil',): is made of ingredients and adjuncts only; use principal(), "
        "complementary(), adjunct() and fill()",
    ),
    (
        lambda: mixed(ingredients=[MINOXIDIL]),
        "ingredients: [Ingredient(agent=NamedAgent(id='minoxidil', name='minoxidil\u2026: must be "
        "a tuple of parts",
    ),
    (lambda: mixed(adjuncts=5), "adjuncts: 5: must be a tuple of parts"),
    (lambda: mixed(MINOXIDIL, BIOTIN, deviation=5), "deviation: 5: must be a text of at most 500 characters"),
    (
        lambda: mixed(MINOXIDIL, deviation="x" * 501),
        "deviation: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: must be a "
        "text of at most 500 characters",
    ),
    (
        lambda: mixed(MINOXIDIL, deviation="one\ntwo"),
        "deviation: 'one\\ntwo': must be one line; remove line breaks and control characters",
    ),
    (mixed, "no agent at all; a session without a cocktail is recorded without one"),
    (
        lambda: mixed(MINOXIDIL),
        "1 agents: a cocktail has 2 to 3, adjuncts not counted; change it, or say why it departs "
        "with deviation=\u2026 | no complementary ingredient: a cocktail has at least one; change "
        "it, or say why it departs with deviation=\u2026",
    ),
    (lambda: mixed(BIOTIN, deviation=""), "the deviation is empty; say why the mixture departs from the law"),
    (
        lambda: mixed(MINOXIDIL, BIOTIN, deviation="why not"),
        "a deviation is given and nothing deviates; leave it out",
    ),
    (
        lambda: mixed(MINOXIDIL, MINOXIDIL),
        "minoxidil stands in it twice; write it once, with the whole dose | no complementary "
        "ingredient: a cocktail has at least one; change it, or say why it departs with "
        "deviation=\u2026",
    ),
    (
        lambda: mixed(MINOXIDIL, BIOTIN, *[adjunct("saline", "1 mL")] * 19),
        "21 parts: a cocktail has at most 20",
    ),
    (
        lambda: mixed(MINOXIDIL, BIOTIN, fill("saline", to="5 mL"), fill("water for injection", to="6 mL")),
        "two adjuncts fill up to a total; only one can",
    ),
    (
        lambda: mixed(MINOXIDIL, BIOTIN, fill("saline", to="2 mL")),
        "q.s. to 2 mL, but the other parts already make 2 mL; fill to more, or leave the filling out",
    ),
    (
        lambda: line("minoxidil 5 mg (principal) + biotin 3 mL of 5 mg/mL + saline q.s. to 2 mL"),
        "q.s. to 2 mL, but the other parts already make 3 mL; fill to more, or leave the filling out",
    ),
    (lambda: line(5), "5: must be a text or a Cocktail"),
    (
        lambda: line("x" * 20001),
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: a cocktail is at "
        "most 20000 characters on its one line",
    ),
    (
        lambda: line("minoxidil 5 mg"),
        "part 1: minoxidil 5 mg: nothing says what it is in the mixture for; add (principal) or "
        "(complementary)",
    ),
    (
        lambda: line("minoxidil 5 mg (principal) + zzyzx 1 mL"),
        "part 2: zzyzx: no agent of the formulary has that name; write other(...) with a "
        "description, or add it to the clinic's formulary file",
    ),
    (
        lambda: line("minoxidil 5 mg (principal) + saline q.s. to 5,5 mL"),
        "part 2.to: 5,5 mL: a comma is not read as a decimal point here; write 5.5 mL",
    ),
    (
        lambda: line("minoxidil 5 mg (principal) + biotin q.s. to 5 mL"),
        'part 2.purpose: nothing says what biotin is in the syringe for; say purpose="diluent", '
        "or give it a role with principal() or complementary()",
    ),
    (
        lambda: both.volume("minoxidil"),
        "part: minoxidil: is not a part of a cocktail; give one of cocktail.parts",
    ),
    (
        lambda: both.dose("caffeine"),
        "agent: caffeine: is not an ingredient of this cocktail; it has minoxidil, biotin",
    ),
    (lambda: both.share("minoxidil", "3 mL"), "volume: 3 mL: is more than the 2 mL of the whole mixture"),
    (lambda: both.share("minoxidil", "3 mg"), "volume: 3 mg: must be a volume, and this measures mass"),
    (
        lambda: both.share("minoxidil", "3,5 mL"),
        "volume: 3,5 mL: a comma is not read as a decimal point here; write 3.5 mL",
    ),
    (
        lambda: mixed(principal("minoxidil", "5 mg"), BIOTIN).scale(to="4 mL"),
        "cannot be scaled while its total is not known; add a fill, q.s. to 5 mL",
    ),
    (lambda: both.rounded(graduation="5 mg"), "graduation: 5 mg: must be a volume above zero"),
    (
        lambda: both.rounded(graduation="0,5 mL"),
        "graduation: 0,5 mL: a comma is not read as a decimal point here; write 0.5 mL",
    ),
    (lambda: both.combination("colours"), "level: colours: is not a level; use one of agents, roles, doses"),
    (lambda: both.combination("doses", digits=0), "digits: 0: must be 1 to 28 significant digits"),
    (lambda: both.combination("doses", digits=29), "digits: 29: must be 1 to 28 significant digits"),
)


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_says_what_came_the_rule_and_the_cure(make: Callable[[], object], message: str) -> None:
    assert str(refused(make)) == message
