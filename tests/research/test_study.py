"""What a study is, what narrows it, and what it refuses."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import (
    Amount,
    Cocktail,
    Containing,
    Formulary,
    PrescriptionLog,
    Role,
    Study,
    complementary,
    principal,
)
from mesococktail.errors import (
    AgentError,
    AmountError,
    LogBrokenError,
    LogNotFoundError,
    QuestionError,
    TermError,
)
from mesococktail.records import Around
from mesococktail.research import QUESTIONS
from mesococktail.research.source import LogPicture
from tests.research.logs import SERUM, make

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesococktail.research.source import Row


def left(study: Study) -> int:
    """How many prescriptions are counted."""
    total = 0
    for row in study.by_period("year").rows:
        assert isinstance(row["prescriptions"], int)
        total += row["prescriptions"]
    return total


def test_a_study_takes_a_path_as_text(clinic: Path) -> None:
    assert Study(str(clinic)).combinations().rows == Study(clinic).combinations().rows


def test_a_study_takes_an_open_log_and_leaves_it_open(clinic: Path) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        assert Study(log).combinations().rows == Study(clinic).combinations().rows
        assert len(log) > 0


def test_a_study_takes_nothing_else() -> None:
    with pytest.raises(QuestionError, match=r'source: 7: must be a path, .*; Study\("clinic.db"\)'):
        Study(7)


def test_a_log_that_is_not_there_is_told_when_it_is_asked(tmp_path: Path) -> None:
    study = Study(tmp_path / "none.db")
    with pytest.raises(LogNotFoundError):
        study.pairs()


def test_a_path_that_no_system_takes_is_refused() -> None:
    with pytest.raises(LogNotFoundError, match="cannot be opened"):
        Study("a" * 5000).combinations()


@pytest.mark.parametrize(
    "given",
    [{"formulary": "ours"}, {"conditions": ("biotin",)}, {"conditions": None}, {"include_voided": "no"}],
)
def test_a_study_is_made_of_what_it_is_made_of(clinic: Path, given: dict[str, Any]) -> None:
    with pytest.raises(QuestionError) as refused:
        Study(clinic, **given)
    assert refused.value.path == next(iter(given))


def test_directly_is_true_or_false() -> None:
    with pytest.raises(QuestionError, match="directly"):
        Containing("biotin", directly="no")  # type: ignore[arg-type]  # the point of the test


def test_several_questions_may_be_asked_of_one_picture(clinic: Path) -> None:
    with Study(clinic).opened() as study:
        assert study.combinations() == Study(clinic).combinations()
        assert study.where(agent="biotin").pairs() == Study(clinic).where(agent="biotin").pairs()
        with study.opened() as again:
            assert again.doses() == study.doses()
        assert study.doses().rows


def test_what_several_questions_begin_with_is_counted_once(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, tuple[str, ...]]] = []
    rows = LogPicture.rows

    def noted(picture: LogPicture, sql: str, texts: tuple[str, ...] = ()) -> Iterable[Row]:
        ran.append((sql, texts))
        return rows(picture, sql, texts)

    monkeypatch.setattr(LogPicture, "rows", noted)
    with Study(clinic).opened() as study:
        first = study.combinations()
        assert set(first.sql) <= set(study.pairs().sql)
    assert len(ran) == len(set(ran))


def test_of_many_rows_none_is_lost_between_two_questions(
    clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [Study(clinic).ask(question).rows for question in QUESTIONS]
    monkeypatch.setattr("mesococktail.research.source._FEW", 1)
    with Study(clinic).opened() as study:
        assert [study.ask(question).rows for question in QUESTIONS] == whole


def test_a_damaged_page_is_told_by_the_question_that_meets_it(clinic: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(clinic, tmp_path / "damaged.db"))
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'fact_adverse_event'"
        [page], [size] = connection.execute(sql).fetchone(), connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : (page - 1) * size + 100] = b"\xff" * 100
    path.write_bytes(content)
    with Study(path).opened() as study, pytest.raises(LogBrokenError, match="the file is damaged"):
        study.adverse_events()


def test_what_was_opened_for_several_questions_is_closed_afterwards(clinic: Path) -> None:
    with Study(clinic).opened() as study:
        pass
    with pytest.raises(QuestionError, match="is closed"):
        study.combinations()


def test_a_study_is_frozen_and_narrowing_makes_another(study: Study) -> None:
    narrower = study.where(doctor="dr-a")
    assert study.conditions == ()
    assert len(narrower.conditions) == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        study.include_voided = True  # type: ignore[misc]  # that is the test


def test_a_question_leaves_no_lock_behind(log: PrescriptionLog) -> None:
    with PrescriptionLog.open(log.path, read_only=True) as reader:
        Study(reader).pairs()
        with pytest.raises(QuestionError):
            Study(reader).where(doctor="dr-z").pairs()
        log.prescribe(None, doctor="dr-a", patient="P-1", indication="AGA", payload="saline")


def test_conditions_add_up(study: Study) -> None:
    assert left(study.where(doctor="dr-a").where(doctor="dr-b")) == 0


def test_voided_prescriptions_do_not_count_unless_asked_for(study: Study) -> None:
    assert left(study) == 7
    assert left(study.where(include_voided=True)) == 8
    assert left(study.where(include_voided=True).where(include_voided=False)) == 7


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ({"since": "2025-02"}, 5),
        ({"since": date(2025, 4, 2)}, 3),
        ({"since": Around(2025, 4, 1), "until": "2025-04-01"}, 1),
        ({"until": "2025-01"}, 2),
        ({"until": "2025"}, 7),
        ({"since": datetime(2025, 3, 31, 20, 30, tzinfo=UTC)}, 4),
        ({"until": datetime(2025, 3, 31, 20, 30, tzinfo=UTC)}, 3),
        ({"until": "2024-12-31"}, 0),
        ({"doctor": "dr-a"}, 3),
        ({"patient": "P-1"}, 2),
        ({"indication": "AGA"}, 7),
        ({"technique": "mechanical"}, 1),
        ({"technique": "chemical"}, 6),
        ({"transcribed": True}, 0),
        ({"transcribed": False}, 7),
        ({"agent": "minoxidil"}, 4),
        ({"agent": "biotin"}, 6),
        ({"contains": Containing("biotin", directly=True)}, 5),
        ({"contains": Containing(class_="vitamin")}, 6),
        ({"contains": Containing(premise="nutritional")}, 6),
        ({"contains": Containing("biotin", role=Role.PRINCIPAL)}, 2),
        ({"contains": Containing("biotin", role="principal", dose=("3.333333 mg", "3.3333334 mg"))}, 1),
        ({"contains": Containing("minoxidil", dose=("5 mg", None))}, 3),
        ({"contains": Containing("minoxidil", dose=(None, "4999 mcg"))}, 1),
        ({"contains": Containing(role="principal", dose=("5 mg", "5 mg"))}, 1),
        ({"contains": Containing(dose=("1 mg", None), role="principal")}, 4),
        ({"contains": [Containing("retinol", dose=("1 IU", None)), Containing("biotin")]}, 1),
        ({"contains": Containing("retinol", dose=("1 mg", None))}, 1),
        ({"contains": Containing(dose=("1 mL", Amount.parse("2 mL")))}, 1),
        ({"contains": Containing(dose=("900000000000000000 IU", None))}, 0),
    ],
)
def test_a_condition_selects(study: Study, where: dict[str, Any], number: int) -> None:
    assert left(study.where(**where)) == number


def test_agent_role_and_dose_are_met_by_one_ingredient(study: Study) -> None:
    apart = [Containing("minoxidil"), Containing(role="principal", dose=("3 mg", "4 mg"))]
    assert left(study.where(contains=apart)) == 1
    assert left(study.where(contains=Containing("minoxidil", role="principal", dose=("3 mg", "4 mg")))) == 0


def test_an_imprecise_date_counts_where_all_of_it_lies_within(log: PrescriptionLog) -> None:
    bare = {
        "patient": "P-1",
        "doctor": "dr-a",
        "indication": "AGA",
        "payload": "saline",
        "transcribed_from": "x",
    }
    log.append_many([bare | {"at": at} for at in ("2025", "2025-03", "2025-03-01")])
    study = Study(log)
    ends = (
        "2024-12-31",
        "2025-01-01",
        "2025-02",
        "2025-03-01",
        "2025-03-30",
        "2025-03",
        "2025-12-30",
        "2025",
    )
    assert [left(study.where(until=end)) for end in ends] == [0, 0, 0, 1, 1, 2, 2, 3]
    assert left(study.where(until="2025-03-01T23:59:59+00:00")) == 0
    begins = ("2025", "2025-01-02", "2025-03", "2025-03-02")
    assert [left(study.where(since=begin)) for begin in begins] == [3, 2, 2, 0]


def test_a_premix_is_met_in_its_own_role(study: Study) -> None:
    assert left(study.where(contains=Containing("thiamine", role="principal"))) == 1
    assert left(study.where(contains=Containing("thiamine", role="complementary"))) == 0


def test_an_agent_that_no_formulary_knows_is_found_by_its_id(log: PrescriptionLog) -> None:
    for agent in ("biotin", SERUM):
        cocktail = Cocktail(principal("minoxidil", "5 mg"), complementary(agent, "3 mg"))
        log.prescribe(cocktail, doctor="dr-a", patient="P-1", indication="AGA")
    assert left(Study(log).where(agent=SERUM.id)) == 1
    assert [row["max"] for row in Study(log).doses(SERUM.id).rows] == [3]


def test_an_indication_of_the_log_is_found_when_the_formulary_has_lost_it(log: PrescriptionLog) -> None:
    log.prescribe(None, doctor="dr-a", patient="P-1", indication="AGA", payload="saline")
    shipped = Formulary.shipped()
    without = attrs.evolve(shipped.vocabularies["indications"], terms=shipped.terms("scales"))
    poorer = attrs.evolve(shipped, vocabularies={"indications": without})
    study = Study(log, formulary=poorer)
    assert left(study.where(indication="androgenetic_alopecia")) == 1
    with pytest.raises(TermError):
        study.where(indication="AGA").pairs()


def test_the_formulary_of_the_study_comes_first(clinic: Path) -> None:
    shipped = Formulary.shipped()
    only = {"caffeine": attrs.evolve(shipped.agents["caffeine"], synonyms=("biotin",))}
    renamed = Study(clinic, formulary=attrs.evolve(shipped, agents=only))
    assert renamed.where(agent="biotin").combinations().selection == (
        "contains caffeine, also inside a premix",
    )


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"doctor": "dr-aa"}, "doctor: dr-aa: no doctor of that id is in this log; did you mean dr-a?"),
        ({"doctor": "Who"}, "doctor: Who: no doctor of that id is in this log; mesococktail study by-doctor"),
        ({"patient": "P-100"}, "patient: P-100: no patient of that id is in this log"),
    ],
)
def test_nobody_of_that_id_is_refused_with_a_cure(study: Study, where: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError) as refused:
        study.where(**where).pairs()
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"since": "soon"}, "since: soon: is not a time; write a day, such as 2025-03-01"),
        ({"until": datetime(2025, 1, 1, 0, 0, 0, 1, UTC)}, "has a fraction of a second; give whole seconds"),
        ({"since": "2025", "until": "2024"}, "until: 2024: ends before it begins; swap them"),
        ({"doctor": 7}, "doctor: 7: must be a name or an id"),
        ({"patient": ""}, "patient: '': must be a name or an id"),
        ({"agent": "\ud800"}, "must be a name or an id"),
        ({"indication": "a\nb"}, "must be a name or an id"),
        ({"technique": "magic"}, "technique: magic: is not a technique; write chemical or mechanical"),
        ({"transcribed": 1}, "transcribed: 1: must be True or False"),
        ({"include_voided": "no"}, "include_voided: no: must be True or False"),
        ({"contains": "biotin"}, 'must be a Containing, or several; Containing("minoxidil")'),
        ({"contains": 7}, "contains: 7: must be a Containing"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(study: Study, where: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError) as refused:
        study.where(**where)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, 'contains: sets no condition; name an agent: Containing("minoxidil")'),
        ({"agent": "biotin", "class_": "vitamin"}, "contains: has both agent and class"),
        ({"class_": "vitamin", "premise": "hormonal"}, "contains: has both class and premise"),
        ({"agent": 7}, "agent: 7: must be a name or an id"),
        ({"role": "main"}, "role: main: is not a role; write principal or complementary"),
        ({"dose": "5 mg"}, "dose: 5 mg: must be the lowest and the highest dose"),
        ({"dose": (None, None)}, "must be the lowest and the highest dose"),
        ({"dose": ("1 mg", "2 IU")}, "dose: 1 mg to 2 IU: has its ends in mass and in activity, which"),
        ({"dose": ("2 mg", "1 mg")}, "dose: 2 mg to 1 mg: begins above its end; swap them"),
        ({"dose": ("1 mg/mL", None)}, "dose: 1 mg/mL: is a mass per volume, which no dose is counted in"),
    ],
)
def test_an_ingredient_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError) as refused:
        Containing(**given)
    assert message in str(refused.value)


def test_a_dose_is_read_by_the_one_strict_door() -> None:
    with pytest.raises(AmountError, match=r"dose: 2,5 mg: .*write 2\.5 mg"):
        Containing("biotin", dose=("2,5 mg", None))


def test_an_unknown_agent_is_refused_with_the_nearest(study: Study) -> None:
    with pytest.raises(AgentError, match="did you mean minoxidil"):
        study.doses("minoxidill x")
    with pytest.raises(AgentError, match="no agent is of that class"):
        study.where(contains=Containing(class_="elixir")).pairs()


@pytest.mark.parametrize(
    ("question", "options", "message"),
    [
        (
            "colours",
            {},
            "question: colours: is not a question; ask one of combinations, pairs, triples, doses",
        ),
        ("pairs", {"level": "roles"}, "level: is not an option of pairs; it has none"),
        ("doses", {"level": "roles"}, "level: is not an option of doses; its options are agent, by"),
        (
            "combinations",
            {"level": "all"},
            "level: all: is not one of the choices; choose agents or roles or doses",
        ),
        ("combinations", {"digits": 0}, "digits: 0: must be a whole number from 1 to 12"),
        ("combinations", {"digits": True}, "digits: True: must be a whole number from 1 to 12"),
        ("by_period", {"period": None}, "period: None: is not one of the choices"),
        ("doses", {"agent": 7}, "agent: 7: must be a name"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    study: Study, question: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(QuestionError) as refused:
        study.ask(question, **options)
    assert str(refused.value).startswith(message)


def test_a_question_is_found_by_its_command(study: Study) -> None:
    assert study.ask("by-doctor") == study.by_doctor()


def test_an_empty_log_has_empty_answers(tmp_path: Path) -> None:
    with make(tmp_path / "empty.db") as log:
        for question in QUESTIONS.values():
            answer = Study(log).ask(question.name)
            assert answer.rows == ()
            assert answer.attrition[0].left == 0
            assert str(answer).startswith("nothing to count")
        assert Study(log).combinations(level="roles").rows == ()
