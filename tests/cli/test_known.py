"""``amount``, ``agents``, ``published`` and ``study``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mesococktail import Formulary
from mesococktail.research import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.research import Question
    from tests.cli.conftest import Run

PROMISE = "It records, and never recommends a treatment."


def test_an_amount_is_read(run: Run) -> None:
    assert json.loads(run("amount", "250 mcg", "--json").stdout) == {
        "text": "250 mcg",
        "read as": "250 mcg",
        "dimension": "mass",
        "value": "250",
        "UCUM": "ug",
        "base": "0.25 mg",
    }
    assert run("amount", "10 mg/3 mL").stdout == (
        "text:      10 mg/3 mL\nread as:   10 mg/3 mL\ndimension: mass per volume\n"
        "value:     10/3\nUCUM:      mg/mL\nbase:      10/3 mg/mL\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2,5 mg", "2,5 mg: a comma is not read as a decimal point here; write 2.5 mg"),
        ("-5 mg", "-5 mg: an amount has no sign; write the number alone"),
        ("- 5 mL/h", "- 5 mL/h: "),
        ("-.5 mg", "-.5 mg: "),
        ("5", "5: a number without a unit"),
        ("", "'': nothing is written"),
        ("5 mg\x1b[2J", "'5 mg\\x1b[2J'"),
    ],
)
def test_an_amount_is_refused_with_its_cure(run: Run, text: str, said: str) -> None:
    result = run("amount", text, code=3)
    assert result.stderr.startswith(f"Error: {said}")
    assert result.stdout == ""


def test_a_refusal_is_data_as_well(run: Run) -> None:
    result = run("amount", "-5 mg", "--json", code=3)
    assert json.loads(result.stdout)["refused"]
    assert json.loads(run("amount", "2,5 mg", "--json", code=3).stdout)["suggestion"] == "2.5 mg"
    assert json.loads(run("amount", "--json", "--", "-5 mg", code=3).stdout)["text"] == "-5 mg"


def test_agents_are_listed(run: Run) -> None:
    result = run("agents")
    assert [row["id"] for row in json.loads(result.stdout)] == list(Formulary.shipped().agents)
    assert result.stderr == f"{PROMISE}\n"


@pytest.mark.parametrize("agent", Formulary.shipped().agents)
def test_everything_known_of_an_agent_is_shown(run: Run, agent: str) -> None:
    known = Formulary.shipped().agents[agent]
    facts = json.loads(run("agents", agent).stdout)
    said = [(fact["fact"], fact["value"]) for fact in facts]
    texts = " ".join(value for _, value in said)
    for name in (*known.synonyms, *known.brands, *known.sources, *(code.value for code in known.codes)):
        assert name in texts
    assert [value for fact, value in said if fact == "caution"] == [each.text for each in known.cautions]
    for status in known.status:
        assert status.status in texts
    for member in known.composition.members if known.composition else ():
        assert member.as_printed in texts


def test_how_a_name_was_read_is_told(run: Run) -> None:
    assert "vitamin B7 is read as biotin (synonym)" in run("agents", "vitamin B7").stderr
    said = run("agents", "minoxidil sulfate").stderr
    assert (
        "minoxidil sulfate is read as minoxidil (form)\nminoxidil sulfate is counted as minoxidil but" in said
    )
    assert "did you mean minoxidil?" in run("agents", "minoxidl", code=3).stderr


def test_the_clinics_own_agents_and_stock_are_known(run: Run, folder: Path) -> None:
    (folder / "clinic.toml").write_text(
        '[stock]\nminoxidil = "5 mg/mL"\n[[agents]]\nname = "house mix"\n'
        'measures = "volume"\ndescription = "a mix"\n'
    )
    said = run("agents", "minoxidil", "--formulary", "clinic.toml").stdout
    assert {"fact": "stock of the clinic", "value": "5 mg/mL", "source": None} in json.loads(said)
    assert "a mix" in run("agents", "house mix", "--formulary", "clinic.toml").stdout
    assert "nope.toml" in run("agents", "--formulary", "nope.toml", code=3).stderr


def test_every_published_figure_is_shown_as_printed(run: Run) -> None:
    result = run("published")
    rows = json.loads(result.stdout)
    printed = [(f.id, said.text) for f in Formulary.shipped().published for _, said in f.reported]
    assert [(row["formula"], row["printed"]) for row in rows] == printed
    assert all(row["read_as"] or row["refused_because"] for row in rows)
    assert (
        "contradiction in print: moftah-2013.ingredients[0]: 0.5 mg in 2 mL is 0.025 % w/v" in result.stderr
    )
    assert result.stderr.endswith(f"{PROMISE}\n")


def test_whether_a_combination_has_been_published_is_answered(run: Run) -> None:
    result = run("published", "minoxidil + Dutasteride")
    matches = {(row["match"], row["formula"]) for row in json.loads(result.stdout)}
    assert ("exact", "merino-2018") in matches
    assert "dutasteride + minoxidil: 2 published with exactly these agents" in result.stderr
    assert "no agent of the formulary has that name" in run("published", "minoxidil + x", code=3).stderr


def test_one_published_formula_is_shown(run: Run) -> None:
    result = run("published", "moftah-2013")
    assert {row["formula"] for row in json.loads(result.stdout)} == {"moftah-2013"}
    assert "Moftah 2013: " in result.stderr
    assert "patients: " in result.stderr


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.command)
def test_every_question_can_be_asked(run: Run, question: Question) -> None:
    result = run("study", question.command)
    assert isinstance(json.loads(result.stdout), list)
    assert "not for publication" in result.stderr


def test_options_of_a_question_are_its_own(run: Run) -> None:
    rows = json.loads(run("study", "combinations", "--level", "doses").stdout)
    assert rows[0]["combination"] == "biotin 5 mg (complementary) + minoxidil 5 mg (principal)"
    assert "Invalid value for '--level'" in run("study", "combinations", "--level", "x", code=2).stderr
    assert "No such option" in run("study", "pairs", "--level", "roles", code=2).stderr


def test_conditions_narrow_a_study(run: Run) -> None:
    conditions = (
        "--since",
        "2025-03",
        "--until",
        "2025",
        "--doctor",
        "dr-a",
        "--indication",
        "androgenetic alopecia",
    )
    result = run(
        "study",
        "combinations",
        *conditions,
        "--technique",
        "chemical",
        "--containing",
        "biotin",
        "--not-transcribed",
    )
    assert json.loads(result.stdout)[0]["prescriptions"] == 3
    assert "contains biotin, also inside a premix" in result.stderr
    assert json.loads(run("study", "combinations", "--patient", "P-1").stdout)[0]["prescriptions"] == 1
    assert "no doctor of that id" in run("study", "pairs", "--doctor", "dr-b", code=3).stderr


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("minoxidil", "contains minoxidil, also inside a premix"),
        (
            "agent=minoxidil, role=principal, from=1 mg, to=5 mg",
            "contains minoxidil, as principal, of 1 mg to 5 mg",
        ),
        ("class=vitamin,directly", "contains an agent of class vitamin ("),
        ("role=complementary, from=1 mg", "contains a complementary ingredient, of 1 mg or more"),
    ],
)
def test_a_condition_is_met_by_one_ingredient(run: Run, condition: str, said: str) -> None:
    result = run("study", "combinations", "--contains", condition)
    assert f"only: {said}" in result.stderr
    assert json.loads(result.stdout)[0]["prescriptions"] == 3


def test_a_condition_that_cannot_be_read_is_refused(run: Run) -> None:
    twice = run("study", "pairs", "--contains", "agent=x, agent=y", code=2).stderr
    assert "says a word twice; give --contains once for each ingredient" in twice
    assert "begin with agent=" in run("study", "pairs", "--contains", "x, role=principal", code=2).stderr
    assert "role: x: is not a role" in run("study", "pairs", "--contains", "role=x", code=3).stderr


def test_voided_prescriptions_are_counted_when_asked_for(run: Run) -> None:
    run("void", "last", "--reason", "x")
    assert json.loads(run("study", "combinations").stdout)[0]["prescriptions"] == 2
    assert json.loads(run("study", "combinations", "--include-voided").stdout)[0]["prescriptions"] == 3


def test_the_statements_can_be_seen(run: Run) -> None:
    said = run("study", "pairs", "--sql").stdout
    assert said.startswith("SELECT")
    assert said.endswith(";\n")
