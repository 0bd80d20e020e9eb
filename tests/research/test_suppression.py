"""What may leave a clinic: no count of few records or patients, and none that follows from the others."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail import Containing, PrescriptionLog, Study
from mesococktail.errors import QuestionError
from mesococktail.research import QUESTIONS
from mesococktail.research.suppression import (
    EXACT,
    LEAST,
    ROUNDED_TO,
    SUPPRESSED,
    Group,
    Guard,
    People,
    Tally,
    rounded,
)
from tests.research.logs import Story, make, stories

if TYPE_CHECKING:
    from mesococktail.research import Answer


def tally(cells: dict[str, tuple[int, set[int]]]) -> tuple[Tally[str], People]:
    """Counts with the patients behind them."""
    made: Tally[str] = Tally()
    few: dict[Group, frozenset[int]] = {}
    for place, (name, (number, patients)) in enumerate(cells.items()):
        made.add(name, number, (place,))
        if len(patients) < LEAST:
            few[(place,)] = frozenset(patients)
    return made, People(few, LEAST)


def shown(cells: dict[str, tuple[int, set[int]]], **more: Any) -> dict[str, int | None]:
    counts, people = tally(cells)
    return Guard(LEAST).shown(counts, lambda: people, **more).cells


MANY = set(range(20))


def test_a_count_of_few_records_is_hidden_and_the_rest_rounded() -> None:
    cells = {"a": (103, MANY), "b": (52, MANY), "c": (7, set(range(7))), "d": (6, set(range(9, 15)))}
    assert shown(cells) == {"a": 105, "b": 50, "c": None, "d": None}


def test_many_records_of_few_patients_are_hidden() -> None:
    cells = {"a": (100, {1, 2, 3}), "b": (100, {4, 5, 6, 7, 8}), "c": (100, MANY)}
    assert shown(cells) == {"a": None, "b": None, "c": 100}


def test_one_hidden_cell_takes_the_smallest_other_with_it() -> None:
    assert shown({"a": (103, MANY), "b": (20, MANY), "c": (7, set(range(7)))}) == {
        "a": 105,
        "b": None,
        "c": None,
    }


def test_hidden_cells_that_are_few_together_take_another_with_them() -> None:
    assert shown({"a": (103, MANY), "b": (2, {1}), "c": (3, {2})}) == {"a": None, "b": None, "c": None}


def test_hidden_cells_of_the_same_few_patients_take_another_with_them() -> None:
    assert shown({"a": (103, MANY), "b": (70, {1, 2}), "c": (60, {2, 3})}) == dict.fromkeys("abc")


def test_a_cell_alone_in_its_line_is_hidden_alone() -> None:
    assert shown({"a": (103, MANY), "b": (3, {1})}, lines=lambda cell: (cell,)) == {"a": 105, "b": None}


def test_a_table_is_closed_along_rows_and_columns() -> None:
    cells = {f"{row}{column}": (20 + row, MANY) for row in range(3) for column in range(3)}
    cells["00"] = (3, {1})
    found = shown(cells, lines=lambda cell: (("row", cell[0]), ("column", cell[1])))
    for place in (0, 1):
        lines: dict[str, list[int | None]] = defaultdict(list)
        for cell, number in found.items():
            lines[cell[place]].append(number)
        assert all(line.count(None) != 1 for line in lines.values())


def test_the_total_is_that_of_what_is_shown() -> None:
    counts, people = tally(
        {"a": (103, MANY), "b": (52, MANY), "c": (7, set(range(7))), "d": (6, set(range(9, 15)))}
    )
    assert Guard(LEAST).shown(counts, lambda: people).total == 155


def test_without_a_threshold_everything_is_exact_and_nobody_is_asked_for() -> None:
    counts, _ = tally({"a": (103, MANY), "b": (1, {1})})
    found = Guard().shown(counts, lambda: pytest.fail("nobody needs to be known"))
    assert (found.cells, found.total) == ({"a": 103, "b": 1}, 104)


def test_patients_of_several_groups_count_once() -> None:
    people = People({(1,): frozenset({1, 2}), (2,): frozenset({2, 3})}, LEAST)
    assert people.number([(1,), (2,)]) == 3
    assert people.number([(1,), (9,)]) == LEAST


def test_hidden_rows_come_last_in_an_order_that_tells_nothing() -> None:
    counts, people = tally({"z": (50, MANY), "b": (7, {1}), "a": (9, set(range(2, 9))), "c": (300, MANY)})
    assert [cell for cell, _ in Guard(LEAST).shown(counts, lambda: people).most_first()] == [
        "c",
        "z",
        "a",
        "b",
    ]


def test_a_single_number_is_shown_if_its_records_and_patients_are_enough() -> None:
    guard = Guard(LEAST)
    assert guard.number(0) == 0
    assert guard.number(7) is None
    assert guard.number(8) == 10
    assert guard.number(100, people=3) is None
    assert guard.number(100, people=30) == 100
    assert Guard().number(1) == 1


@given(number=st.integers(0, 10**9))
def test_rounding_is_to_the_nearest(number: int) -> None:
    assert rounded(number) % ROUNDED_TO == 0
    assert abs(rounded(number) - number) <= ROUNDED_TO // 2


@given(
    cells=st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
        st.integers(1, 40),
        max_size=16,
    )
)
def test_with_every_sum_known_no_hidden_cell_can_be_told(cells: dict[tuple[int, int], int]) -> None:
    counts: Tally[tuple[int, int]] = Tally()
    for cell, number in cells.items():
        counts.add(cell, number, cell)
    few: dict[Group, frozenset[int]] = {
        cell: frozenset(range(number)) for cell, number in cells.items() if number < LEAST
    }
    lines = {0: defaultdict[Any, list[Any]](list), 1: defaultdict[Any, list[Any]](list)}
    found = Guard(LEAST).shown(counts, lambda: People(few, LEAST), enumerate).cells
    for cell, number in cells.items():
        for place in (0, 1):
            lines[place][cell[place]].append(cell)
        assert number >= LEAST or found[cell] is None
    for place in (0, 1):
        for line in lines[place].values():
            hidden = [cell for cell in line if found[cell] is None]
            if hidden and len(hidden) < len(line):
                assert len(hidden) > 1
                assert sum(cells[cell] for cell in hidden) >= LEAST


@pytest.mark.parametrize("given_", [7, 0, -1, True, "8", 8.0])
def test_a_threshold_can_be_raised_and_not_lowered(tmp_path: Path, given_: Any) -> None:
    with pytest.raises(QuestionError, match=r"suppress_below: .*it can be raised, not lowered"):
        Study(tmp_path / "clinic.db", suppress_below=given_)


def test_an_answer_says_whether_it_may_be_published(clinic: Path) -> None:
    assert Study(clinic).pairs().notice == EXACT
    assert "fewer than 13 records or patients" in Study(clinic, suppress_below=13).pairs().notice


@pytest.mark.parametrize(("given_", "kept"), [(8, 8), (9, 13), (13, 13), (14, 18), (200, 203)])
def test_a_threshold_rises_with_the_rounding_so_that_none_is_as_exact_as_a_count(
    given_: int, kept: int
) -> None:
    assert Study("clinic.db", suppress_below=given_).suppress_below == kept


@pytest.mark.parametrize(
    "narrower",
    [
        {"sex": "female"},
        {"sex": "male"},
        {"agent": "finasteride"},
        {"agent": "biotin"},
        {"since": "2025-02-03", "until": "2025-02-03"},
        {"since": "2025-02-04", "until": "2025-02-04"},
    ],
)
def test_nothing_is_told_of_one_patient_by_asking_for_nobody(busy: Path, narrower: dict[str, Any]) -> None:
    asked = Study(busy, suppress_below=8).where(patient="P-1-1").where(**narrower)
    steps = [(step.dropped, step.left) for step in asked.combinations().attrition]
    assert steps == [(0, 115), *[(SUPPRESSED, SUPPRESSED)] * (len(asked.conditions))]


@pytest.mark.parametrize("most", ["5 mg", "6 mg", "7 mg"])
def test_the_largest_dose_is_not_told_by_what_no_dose_reaches(busy: Path, most: str) -> None:
    asked = Study(busy, suppress_below=8).where(contains=Containing("biotin", dose=(None, most)))
    [read, step] = asked.combinations().attrition
    assert (step.dropped, step.left) == (SUPPRESSED, read.left)


COUNTS = {"prescriptions", "ingredients", "sessions", "patients", "doctors", "adverse events", "outcomes"}


def counts_in(answer: Answer) -> list[int]:
    """Every count in the rows of an answer."""
    names = {column.name for column in answer.columns if column.unit in COUNTS and column.name != "doctors"}
    of_rows = [row[name] for row in answer.rows for name in names]
    return [value for value in of_rows if isinstance(value, int)]


@settings(max_examples=40, deadline=None)
@given(story=stories())
def test_no_answer_that_may_be_published_shows_a_small_or_exact_count(empty_log: Path, story: Story) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(empty_log, folder))
        with PrescriptionLog.open(path) as log:
            story.tell(log)
            study = Study(log, suppress_below=LEAST)
            for name in QUESTIONS:
                answer = study.ask(name)
                assert answer.suppress_below == LEAST
                # Three patients at most: nothing may be shown but what is of nobody.
                assert set(counts_in(answer)) <= {0}
                steps = [number for step in answer.attrition for number in (step.dropped, step.left)]
                assert all(number == SUPPRESSED or int(number) % ROUNDED_TO == 0 for number in steps)


@pytest.fixture(scope="module")
def empty_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log with the doctors and nothing else."""
    path = tmp_path_factory.mktemp("suppression") / "clinic.db"
    make(path).close()
    return path


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with enough patients for some counts to be shown."""
    path = tmp_path_factory.mktemp("busy") / "clinic.db"
    mixtures = (
        ("minoxidil 5 mg (principal) + biotin 5 mg (complementary)", 60, 30),
        ("finasteride 0.5 mg (principal) + biotin 5 mg (complementary)", 40, 3),
        ("minoxidil 2.5 mg (principal) + biotin 5 mg (complementary)", 9, 9),
        ("dutasteride 0.5 mg (principal) + biotin 5 mg (complementary)", 6, 6),
    )
    with make(path) as log:
        log.append_many(
            {
                "patient": f"P-{mixture}-{place % patients}",
                "doctor": ("dr-a", "dr-b", "dr-c")[place % 3],
                "at": f"2025-0{1 + place % 6}-03T10:00+04:00",
                "indication": "androgenetic alopecia",
                "delivery": "nappage",
                "cocktail": line,
            }
            for mixture, (line, number, patients) in enumerate(mixtures)
            for place in range(number)
        )
    return path


@pytest.mark.parametrize("name", QUESTIONS)
def test_of_few_patients_not_even_names_are_told(busy: Path, name: str) -> None:
    assert Study(busy, suppress_below=8).where(agent="finasteride").ask(name).rows == ()


def test_an_answer_of_few_patients_says_why_it_is_empty(busy: Path) -> None:
    answer = Study(busy, suppress_below=8).where(agent="finasteride").combinations()
    assert "fewer than 8 records or patients, so that nothing of it is shown" in answer.remarks[-1]


@pytest.mark.parametrize("name", ["by_class", "by_premise", "pairs", "triples", "combinations", "trends"])
def test_no_share_of_what_is_published_is_more_than_the_whole(tail: Path, name: str) -> None:
    for row in Study(tail, suppress_below=8).ask(name).rows:
        for column in ("share", "support", "confidence"):
            assert row.get(column, SUPPRESSED) == SUPPRESSED or 0 <= Decimal(str(row[column])) <= 1, row


@pytest.fixture(scope="module")
def tail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with one frequent combination, and many that are rare."""
    path = tmp_path_factory.mktemp("tail") / "clinic.db"
    rare = ("finasteride", "dutasteride", "dexpanthenol", "caffeine", "latanoprost")
    with make(path) as log:
        log.append_many(
            {
                "patient": f"P-{other}-{place}",
                "doctor": "dr-a",
                "at": "2025-03-03T10:00+04:00",
                "indication": "androgenetic alopecia",
                "delivery": "nappage",
                "cocktail": f"minoxidil 5 mg (principal) + {other} 0.5 mg (complementary)",
            }
            for other, number in (("biotin", 20), *((agent, 7) for agent in rare))
            for place in range(number)
        )
    return path


def test_a_row_by_doctor_and_year_cannot_be_told_from_the_sums_of_doctors_and_years(tmp_path: Path) -> None:
    with make(tmp_path / "clinic.db") as log:
        log.append_many(
            {
                "patient": f"{doctor}-{year}-{place}",
                "doctor": doctor,
                "at": f"{year}-03-03T10:00+04:00",
                "indication": "androgenetic alopecia",
                "delivery": "nappage",
                "cocktail": "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
            }
            for doctor, year, number in (
                ("dr-a", 2025, 40),
                ("dr-a", 2026, 5),
                ("dr-b", 2025, 20),
                ("dr-b", 2026, 30),
                ("dr-c", 2025, 20),
                ("dr-c", 2026, 30),
            )
            for place in range(number)
        )
    rows = Study(tmp_path / "clinic.db", suppress_below=8).by_doctor(period="year").rows
    hidden = [(row["doctor"], row["period"]) for row in rows if row["prescriptions"] == SUPPRESSED]
    assert ("dr-a", "2026") in hidden
    for place in (0, 1):
        assert all(count > 1 for count in Counter(cell[place] for cell in hidden).values())


def test_many_prescriptions_of_few_patients_are_hidden_in_an_answer(busy: Path) -> None:
    rows = {
        row["combination"]: row["prescriptions"] for row in Study(busy, suppress_below=8).combinations().rows
    }
    assert rows == {
        "biotin + minoxidil": 70,
        "biotin + finasteride": SUPPRESSED,
        "biotin + dutasteride": SUPPRESSED,
    }


def test_the_way_of_the_records_ends_where_it_is_of_few_patients(busy: Path) -> None:
    study = Study(busy, suppress_below=8).where(agent="biotin").where(agent="finasteride")
    read, with_biotin, with_finasteride = study.combinations().attrition
    assert (read.left, with_biotin.left) == (115, 115)
    assert (with_finasteride.dropped, with_finasteride.left) == (SUPPRESSED, SUPPRESSED)


def test_of_a_log_of_few_patients_not_even_what_was_read_is_told(busy: Path) -> None:
    [read, *_] = Study(busy, suppress_below=200).combinations().attrition
    assert read.left == SUPPRESSED


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_shown_is_rounded_and_of_enough(busy: Path, name: str) -> None:
    exact, safe = Study(busy).ask(name), Study(busy, suppress_below=8).ask(name)
    assert len(exact.rows) == len(safe.rows)
    assert all(number % ROUNDED_TO == 0 for number in counts_in(safe))


def test_a_hidden_row_hides_all_its_numbers(busy: Path) -> None:
    for name in QUESTIONS:
        answer = Study(busy, suppress_below=8).ask(name)
        counted = next((c.name for c in answer.columns if c.unit in COUNTS), None)
        for row in answer.rows:
            if counted and row[counted] == SUPPRESSED:
                numbers = {row[c.name] for c in answer.columns if c.unit is not None and c.name != "sharing"}
                assert numbers <= {SUPPRESSED}, (name, row)


def test_the_smallest_and_largest_dose_are_never_published(busy: Path) -> None:
    for row in Study(busy, suppress_below=8).doses().rows:
        assert row["min"] == row["max"] == SUPPRESSED


def test_doctors_with_few_patients_are_left_out_of_what_is_published_of_them(busy: Path) -> None:
    rows = {row["agent"]: row for row in Study(busy, suppress_below=8).variation().rows}
    assert rows["biotin"]["doctors"] == 3
    assert rows["biotin"]["lowest"] == rows["biotin"]["ratio"] == SUPPRESSED
    # With the median, these two tell the other two of three.
    assert rows["biotin"]["q1"] == rows["biotin"]["q3"] == SUPPRESSED
    assert rows["finasteride"]["doctors"] == SUPPRESSED
