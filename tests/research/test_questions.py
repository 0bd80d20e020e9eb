"""The questions, their declarations, and what comes with an answer."""

from __future__ import annotations

import inspect
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Cocktail, Containing, PrescriptionLog, Study, complementary, principal
from mesococktail.research import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.research import Question

every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))


@every_question
def test_the_method_has_the_options_of_the_declaration(question: Question) -> None:
    parameters = list(inspect.signature(getattr(Study, question.name)).parameters.values())[1:]
    assert [(one.name, one.default) for one in parameters] == [(o.name, o.default) for o in question.options]


@every_question
def test_the_method_asks_the_question(question: Question, study: Study) -> None:
    assert getattr(study, question.name)().question == question.name


@every_question
def test_the_columns_are_among_those_declared(question: Question, study: Study) -> None:
    answer = study.ask(question.name)
    assert set(answer.columns) <= set(question.columns)
    assert answer.counted == question.counted
    assert all(column.meaning for column in question.columns)


SORTED = {"sessions", "outcomes", "adverse_events", "by_indication", "by_stage", "variation", "trends"}
"""Questions that no one index has in order: on records of several kinds, or on what is seldom asked."""


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in SORTED])
def test_no_engine_sorts_what_an_index_has_in_order(name: str, study: Study, clinic: Path) -> None:
    statements = study.ask(name).sql
    with closing(sqlite3.connect(clinic)) as connection:
        plans = [
            " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")) for sql in statements
        ]
    assert not any("TEMP B-TREE" in plan for plan in plans)
    walked = [plan for sql, plan in zip(statements, plans, strict=True) if "fact_" in sql]
    assert walked
    assert all("USING COVERING INDEX" in plan for plan in walked)


@every_question
def test_the_statements_are_plain(question: Question, study: Study) -> None:
    answer = study.where(since="2025", agent="biotin", doctor="dr-b", technique="chemical").ask(question.name)
    for sql in answer.sql:
        words = sql.upper()
        assert not any(
            word in words for word in ("PERCENTILE", "AVG(", "CONCAT", "STRFTIME", "OVER (", ";", "?")
        )


def test_no_text_from_outside_stands_in_the_statements(study: Study) -> None:
    answer = study.where(doctor="dr-a", patient="P-1", agent="biotin").combinations()
    assert not any(word in sql for sql in answer.sql for word in ("dr-a", "P-1", "biotin"))


def test_combinations_are_counted_most_first(study: Study) -> None:
    assert study.combinations().rows == (
        {"combination": "biotin + minoxidil", "prescriptions": 3, "share": Decimal("0.5000")},
        {"combination": "biotin + retinol", "prescriptions": 2, "share": Decimal("0.3333")},
        {"combination": "minoxidil + vitamin-b-complex", "prescriptions": 1, "share": Decimal("0.1667")},
    )


def test_combinations_with_roles_and_doses_are_those_of_cocktails(study: Study, clinic: Path) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        mixed = [one.record.cocktail for one in log.prescriptions() if one.record.cocktail]
    for level in ("agents", "roles", "doses"):
        keys = {row["combination"] for row in study.combinations(level=level).rows}
        assert keys == {str(cocktail.combination(level)) for cocktail in mixed}


def test_combinations_of_two_and_of_three_stand_side_by_side(log: PrescriptionLog) -> None:
    two = "minoxidil 5 mg (principal) + biotin 5 mg (complementary)"
    for line in (two, f"{two} + caffeine 5 mg (complementary)"):
        log.prescribe(line, doctor="dr-a", patient="P-1", indication="AGA")
    assert [row["combination"] for row in Study(log).combinations(level="roles").rows] == [
        "biotin (complementary) + caffeine (complementary) + minoxidil (principal)",
        "biotin (complementary) + minoxidil (principal)",
    ]


def test_pairs_have_support_confidence_and_lift(study: Study) -> None:
    assert study.pairs().texts[0] == {
        "agent": "biotin",
        "other_agent": "minoxidil",
        "prescriptions": 3,
        "support": "0.5000",
        "confidence": "0.6000",
        "confidence_back": "0.7500",
        "lift": "0.9000",
    }


def test_doses_of_one_agent_in_two_measures_are_never_mixed(study: Study) -> None:
    rows = study.doses("vitamin A").texts
    assert [(row["measure"], row["unit"], row["ingredients"], row["median"]) for row in rows] == [
        ("activity", "IU", 1, "1000"),
        ("mass", "mg", 1, "2"),
    ]


def test_doses_by_combination_have_a_row_for_each(study: Study) -> None:
    rows = study.doses("minoxidil", by="combination").texts
    assert [(row["combination"], row["min"], row["q1"], row["max"]) for row in rows] == [
        ("biotin + minoxidil", "2.5", "3.75", "5"),
        ("minoxidil + vitamin-b-complex", "5", "5", "5"),
    ]


def test_unknown_doses_are_counted_apart(log: PrescriptionLog) -> None:
    cocktail = Cocktail(principal("minoxidil", unknown="torn"), complementary("biotin", "5 mg"))
    log.prescribe(
        cocktail, doctor="dr-a", patient="P-1", indication="AGA", at="2019", transcribed_from="chart 7"
    )
    answer = Study(log).doses("minoxidil")
    assert [(row["measure"], row["ingredients"], row["median"]) for row in answer.rows] == [
        ("not known", 1, None)
    ]
    [row] = Study(log).combinations(level="doses").rows
    assert row["combination"] == "biotin 5 mg (complementary) + minoxidil unknown (principal)"
    assert [str(step) for step in answer.attrition][-2:] == [
        "ingredients read of minoxidil: 1",
        "dropped 1 (how much is not known; counted in rows of their own): 0 left",
    ]


def test_doctors_are_counted_in_each_quarter(study: Study) -> None:
    found = [(r["doctor"], r["period"], r["prescriptions"]) for r in study.by_doctor("quarter").rows]
    assert found == [
        ("dr-a", "2025-Q1", 2),
        ("dr-a", "2025-Q2", 1),
        ("dr-b", "2025-Q1", 1),
        ("dr-b", "2025-Q2", 3),
    ]


def test_a_month_is_that_of_the_place_not_of_greenwich(study: Study) -> None:
    found = [(row["period"], row["prescriptions"]) for row in study.by_period().rows]
    assert found == [("2025-01", 2), ("2025-02", 1), ("2025-04", 3), ("2025-05", 1)]


def test_a_prescription_of_an_unknown_month_is_counted_in_its_year(log: PrescriptionLog) -> None:
    given = {"patient": "P-1", "doctor": "dr-a", "indication": "AGA", "transcribed_from": "chart 7"}
    bare = given | {"payload": "saline"}
    log.append_many([bare | {"at": "2019"}, bare | {"at": "2019-05"}, bare | {"at": "2019"}])
    by_month = Study(log).by_period("month").rows
    assert [(row["period"], row["prescriptions"]) for row in by_month] == [
        ("2019 (month not known)", 2),
        ("2019-05", 1),
    ]
    assert [row["prescriptions"] for row in Study(log).by_period("year").rows] == [3]


def test_published_says_how_each_combination_was_published(study: Study) -> None:
    rows = {row["combination"]: row for row in study.published().rows}
    assert {row["match"] for row in rows.values()} <= {"exact", "wider", "sharing", "none"}
    assert rows["biotin + minoxidil"]["prescriptions"] == 3
    for row in rows.values():
        assert (row["match"] == "exact") == bool(row["exact"])


def test_the_trail_says_what_was_dropped_and_why(study: Study) -> None:
    answer = study.where(doctor="dr-a", agent="biotin").combinations()
    assert [str(step) for step in answer.attrition] == [
        "prescriptions read: 8",
        "dropped 5 (not: doctor dr-a): 3 left",
        "dropped 1 (not: contains biotin, also inside a premix): 2 left",
    ]
    assert [str(step) for step in study.combinations().attrition] == [
        "prescriptions read: 8",
        "dropped 1 (voided): 7 left",
        "dropped 1 (without a cocktail): 6 left",
    ]


def test_a_class_is_stated_with_its_agents(study: Study) -> None:
    [said] = study.where(contains=Containing(class_="retinoid", role="principal")).pairs().selection
    assert said.startswith("contains an agent of class retinoid (")
    assert "retinol" in said
    assert said.endswith("as principal, also inside a premix")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"role": "principal"}, "contains a principal ingredient"),
        ({"dose": ("1 mg", None)}, "contains an ingredient of 1 mg or more"),
        ({"agent": "biotin", "dose": (None, "2 mg")}, "contains biotin, of at most 2 mg"),
        ({"agent": "biotin", "dose": ("1 mg", "2 mg")}, "contains biotin, of 1 mg to 2 mg"),
        ({"agent": "biotin", "directly": True}, "contains biotin"),
    ],
)
def test_a_condition_is_said_in_words(study: Study, given: dict[str, Any], said: str) -> None:
    assert study.where(contains=Containing(**given)).pairs().selection == (said,)


def test_an_answer_says_where_it_comes_from(study: Study, clinic: Path) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        head, log_id = log.head(), log.id
    source = study.combinations().source
    (read,) = source.logs
    assert (read.clinic, read.log, read.head, source.formulary) == ("riverside", log_id, head, None)
    assert source.made_with.startswith("mesococktail ")
    assert study.published().source.formulary is not None
    assert "formulary" in str(study.published().source)


def test_an_answer_prints_as_a_table_with_its_notes(study: Study) -> None:
    text = str(study.where(include_voided=True).combinations())
    lines = text.splitlines()
    assert lines[0].split() == ["combination", "prescriptions", "share"]
    assert lines[2].split() == ["biotin", "+", "minoxidil", "4", "0.5714"]
    assert "counted: prescriptions; dose: prescribed" in lines
    assert "only: voided as well" in lines
    assert lines[-1] == "not for publication: exact counts of one clinic"


def test_counting_loads_no_heavy_library_and_no_formulary(clinic: Path) -> None:
    code = (
        "import sys\nfrom mesococktail.research import Study\n"
        f"Study({str(clinic)!r}).where(doctor='dr-a').combinations()\n"
        "from mesococktail.formulary import formulary\n"
        "print([n for n in ('pint', 'cattrs', 'sqlite_utils', 'click', 'tabulate') if n in sys.modules],"
        " formulary._shipped.cache_info().currsize)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[] 0"
