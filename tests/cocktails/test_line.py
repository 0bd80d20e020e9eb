"""The one line of a cocktail: what it holds, and where it points when it is wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mesococktail.amounts import Amount
from mesococktail.cocktails import Cocktail, Role, complementary, fill, principal
from mesococktail.errors import AgentError, AmountError, CocktailError
from mesococktail.formulary import Formulary, other
from tests.refused import refused

if TYPE_CHECKING:
    from pathlib import Path

MG = Amount.parse("5 mg")
MINOXIDIL = principal("minoxidil", "1 mL of 5 mg/mL")
BIOTIN = complementary("biotin", "1 mL of 5 mg/mL")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "part 1: '': a name is needed"),
        (
            "minoxidil 5 mg",
            "part 1: minoxidil 5 mg: nothing says what it is in the mixture for; add (principal) or",
        ),
        (
            "minoxidil 5 mg (princpal)",
            "part 1.purpose: princpal: is neither a role nor a purpose of an adjunct; use",
        ),
        ("minoxidil 5 mg (principal) + zzyzx 1 mL", "part 2: zzyzx: no agent of the formulary has that name"),
        ("(+) 5 mg", "part 1: "),
        ("minoxidil 2,5 mg (principal)", "part 1.minoxidil.amount: 2,5 mg"),
        (
            "minoxidil q.s. to 5 mL (principal)",
            "part 1.purpose: principal: is neither a role nor a purpose of an",
        ),
        ("saline q.s. to 5 mg", "part 1.to: 5 mg: must be a volume above zero; write it like 5 mL"),
        ("saline q.s. to 5,5 mL", "part 1.to: 5,5 mL: "),
        (
            "biotin q.s. to 5 mL",
            "part 1.purpose: nothing says what biotin is in the syringe for; say purpose=",
        ),
        (
            "minoxidil 5 mg (principal) + biotin 5 mg (complementary); deviation:",
            "the deviation is empty; say why",
        ),
        ("minoxidil 5 mg (principal); deviation: ", "the deviation is empty; say why"),
        (
            'other "minoxidil" [new] 5 mg (principal)',
            "part 1.other: minoxidil: is in the formulary; write minoxidil",
        ),
    ],
)
def test_the_line_points_at_the_part(line: str, message: str) -> None:
    assert str(refused(Cocktail.parse, line)).startswith(message)


def test_beside_a_principal_an_ingredient_without_a_role_is_complementary() -> None:
    line = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL + saline q.s. to 5 mL"
    cocktail = Cocktail.parse(line)
    assert cocktail == Cocktail(MINOXIDIL, BIOTIN, fill("saline", to="5 mL"))
    assert "biotin 1 mL of 5 mg/mL (complementary)" in str(cocktail)


def test_beside_a_principal_an_agent_with_a_usual_purpose_stays_an_adjunct() -> None:
    cocktail = Cocktail.parse("minoxidil 5 mg (principal) + biotin 5 mg + lidocaine 1 mL of 2 % w/v")
    assert cocktail.agents == ("minoxidil", "biotin")
    assert cocktail.adjuncts[0].purpose == "anaesthetic"


def test_without_a_principal_nothing_is_taken_for_granted() -> None:
    error = refused(Cocktail.parse, "minoxidil 5 mg + biotin 5 mg (complementary)")
    assert "nothing says what it is in the mixture for" in str(error)


def test_purposes_are_read_as_labels_too() -> None:
    line = (
        "minoxidil 5 mg (Principal) + biotin 5 mg (complementary) "
        "+ sodium bicarbonate 1 mL of 8.4% (pH adjuster)"
    )
    cocktail = Cocktail.parse(line)
    assert cocktail.adjuncts[0].purpose == "ph_adjuster"
    assert cocktail.ingredients[0].role is Role.PRINCIPAL


def test_names_with_signs_and_digits_stand_in_the_line() -> None:
    cocktail = Cocktail.parse(
        "vitamin B1 2 mL of 5 mg/mL (principal) + (+)-biotin 5 mg (complementary) "
        "+ vitamin B12 500 mcg (complementary)"
    )
    assert cocktail.agents == ("thiamine", "biotin", "cyanocobalamin")
    assert cocktail.ingredients[1].agent.written == "(+)-biotin"


def test_the_name_as_written_is_kept_and_does_not_make_a_difference() -> None:
    brand = principal("Minoxidil", "5 mg")
    assert brand.agent.written is None
    vitamin = complementary("vitamin B7", "5 mg")
    assert vitamin.agent.written == "vitamin B7"
    assert vitamin == complementary("biotin", "5 mg")
    assert fill("normal saline", to="5 mL").agent.written == "normal saline"


def test_an_agent_no_formulary_knows_is_written_with_what_it_is() -> None:
    serum = other("serum 9 (A/B)", description="the clinic's own, batch-made (x + y)", measure="volume")
    cocktail = Cocktail(principal(serum, "1 mL"), BIOTIN)
    assert str(cocktail).startswith(
        'other "serum 9 (A/B)" [the clinic\'s own, batch-made (x + y)] 1 mL (principal)'
    )
    assert Cocktail.parse(str(cocktail)) == cocktail


def test_an_other_agent_in_product_units_reads_back() -> None:
    serum = other("serum 9", description="own", measure="product units")
    cocktail = Cocktail(principal(serum, "5 units"), BIOTIN)
    assert Cocktail.parse(str(cocktail)) == cocktail


def test_a_fill_may_be_in_another_unit() -> None:
    cocktail = Cocktail(MINOXIDIL, BIOTIN, fill("saline", to="5000 uL"))
    assert cocktail.total == Amount.parse("5 mL")
    assert cocktail.volume(cocktail.adjuncts[0]) == Amount.parse("3 mL")
    assert Cocktail.parse(str(cocktail)) == cocktail


def test_the_clinics_one_stock_is_taken_where_a_volume_is_given(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('[stock]\nminoxidil = "5 mg/mL"\n', encoding="utf-8")
    clinic = Formulary.load(file)
    part = principal("minoxidil", "1 mL", formulary=clinic)
    assert part.dose == MG
    assert principal("minoxidil", each="0.1 mL", over=10, formulary=clinic).dose == MG
    assert principal("minoxidil", "2 mg", formulary=clinic).strength is None
    assert part.strength is not None
    assert part.strength.text is None


def test_the_clinics_stock_may_be_in_the_units_of_its_product(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('[stock]\nonabotulinumtoxina = "50 units/mL"\n', encoding="utf-8")
    part = principal("onabotulinumtoxinA", "2 mL", formulary=Formulary.load(file))
    assert (str(part.dose), str(part.strength)) == ("100 product units", "50 product units/mL")


def test_what_only_the_clinic_knows_stands_in_the_line_as_an_adjunct_too(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(
        '[[agents]]\nname = "house water"\nmeasures = "volume"\ndescription = "x"\npurposes = "diluent"\n',
        encoding="utf-8",
    )
    clinic = Formulary.load(file)
    both = "minoxidil 5 mg (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    for line in (f"{both} + house water 1 mL (diluent)", f"{both} + house water q.s. to 5 mL (diluent)"):
        assert str(Cocktail.parse(line, formulary=clinic)) == line


def test_a_reason_in_parentheses_is_no_role() -> None:
    cocktail = Cocktail.parse("minoxidil 5 mg (principal) + biotin unknown (torn)")
    assert [part.role for part in cocktail.ingredients] == [Role.PRINCIPAL, Role.COMPLEMENTARY]
    assert cocktail.ingredients[1].portion.unknown == "torn"


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        "(" * 20_000,
        '"' * 20_000,
        "minoxidil + " * 1_600,
        " + " * 6_000,
        "minoxidil " + "1 mL of " * 2_000,
        "minoxidil " + " as  in  over  of " * 25,
        "; deviation:" * 1_500,
    ],
    ids=lambda text: text[:12],
)
def test_a_long_text_is_refused_fast(text: str) -> None:
    start = time.perf_counter()
    refused(Cocktail.parse, text)
    assert time.perf_counter() - start < 0.5


def test_a_mistake_is_of_the_class_that_is_documented() -> None:
    with pytest.raises(AgentError):
        Cocktail.parse("zzyzx 5 mg (principal)")
    with pytest.raises(AmountError):
        Cocktail.parse("minoxidil 5 mgg (principal)")
    with pytest.raises(CocktailError):
        Cocktail.parse("minoxidil 5 mg (principal)")
