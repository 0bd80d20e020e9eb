"""A pseudonymised export is refused where a patient could be told by what is exported of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Cocktail, Doctor, Outcome, PrescriptionLog, Study, complementary, other, principal
from mesococktail.errors import ExportError, QuestionError
from mesococktail.lake import FORMATS, LAKE_TABLES, export_tables
from mesococktail.pages import report_page
from mesococktail.records import Indication, PatientFacts
from tests.lake.exports import tables_of
from tests.research.writing import day, harm, hold, observe, prescribe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENTS = 16


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PrescriptionLog]:
    """Sixteen patients of one decade, sex unknown, with one indication."""
    with PrescriptionLog.create(tmp_path / "clinic.db", clinic="riverside") as made:
        made.register(Doctor(id="dr-a", name="A"))
        for number in range(PATIENTS):
            prescribe(made, f"P-{number}")
            facts(made, number, birth_year=1980 + number % 10)
        yield made


def facts(log: PrescriptionLog, number: int, at: float = 0, **said: Any) -> str:
    return log.record(PatientFacts(patient=f"P-{number}", at=day(at), **said)).id


def exported(log: PrescriptionLog, tmp_path: Path, *leave_out: str) -> dict[str, list[dict[str, Any]]]:
    """Export it, and return the rows of each table."""
    export_tables(log, tmp_path / "out", format="csv", pseudonymise=True, leave_out=leave_out)
    return {
        table: [dict(zip(LAKE_TABLES[table].names, row, strict=True)) for row in rows]
        for table, rows in tables_of(tmp_path / "out").items()
    }


def refused(log: PrescriptionLog, tmp_path: Path, *leave_out: str) -> str:
    with pytest.raises(ExportError) as error:
        exported(log, tmp_path, *leave_out)
    return str(error.value)


def test_patients_who_are_alike_are_exported(log: PrescriptionLog, tmp_path: Path) -> None:
    tables = exported(log, tmp_path)
    assert Counter(row["birth_year"] for row in tables["fact_patient_facts"]) == {1980: PATIENTS}


def test_what_a_newer_record_corrected_is_looked_at_as_it_is_exported_too(
    log: PrescriptionLog, tmp_path: Path
) -> None:
    facts(log, 0, at=-5, birth_year=1931)
    assert f"1 of {PATIENTS} patients" in refused(log, tmp_path)
    assert all(
        row["birth_year"] is None for row in exported(log, tmp_path, "birth_year")["fact_patient_facts"]
    )


def test_a_second_indication_is_looked_at(log: PrescriptionLog, tmp_path: Path) -> None:
    prescribe(log, "P-2", at=200, indication="alopecia areata")
    assert f"1 of {PATIENTS} patients" in refused(log, tmp_path)
    rows = exported(log, tmp_path, "indication")["fact_prescription"]
    assert {row["indication"] for row in rows} == {None}


def test_what_is_void_tells_nobody_apart_and_is_not_exported(log: PrescriptionLog, tmp_path: Path) -> None:
    log.void(facts(log, 1, birth_year=1922), reason="of somebody else")
    log.void(prescribe(log, "P-3", at=9, indication="alopecia areata"), reason="of somebody else")
    tables = exported(log, tmp_path)
    assert {row["birth_year"] for row in tables["fact_patient_facts"]} == {1980}
    assert len({row["indication"] for row in tables["fact_prescription"]}) == 1
    for rows in tables.values():
        assert all(row.get("status") != 2 for row in rows)


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_of_which_all_is_void_is_exported_without_rows(
    log: PrescriptionLog, tmp_path: Path, form: str
) -> None:
    course = prescribe(log, "P-1", at=3)
    log.void(hold(log, course, 4), reason="wrong")
    log.void(course, reason="of somebody else")
    export_tables(log, tmp_path / "out", format=form, pseudonymise=True)
    assert tables_of(tmp_path / "out")["fact_session"] == []


def test_of_whom_there_is_only_what_is_void_nothing_is_looked_at(
    log: PrescriptionLog, tmp_path: Path
) -> None:
    log.void(facts(log, 99, birth_year=1922), reason="of somebody else")
    assert len(exported(log, tmp_path)["fact_prescription"]) == PATIENTS


def test_whether_somebody_can_be_pregnant_is_never_exported(log: PrescriptionLog, tmp_path: Path) -> None:
    facts(log, 3, could_become_pregnant="yes", birth_year=1985)
    for row in exported(log, tmp_path)["fact_patient_facts"]:
        assert {row[name] for name in row if "pregnan" in name} == {None}


@pytest.mark.parametrize("leave_out", [("sex",), ("indication",), ("stage",)])
def test_with_the_sex_goes_the_scale_that_tells_it(
    log: PrescriptionLog, tmp_path: Path, leave_out: tuple[str, ...]
) -> None:
    staged = Indication(code="androgenetic_alopecia", scale="ludwig", stage="I")
    prescribe(log, "P-4", at=9, indication=staged)
    assert f"1 of {PATIENTS} patients" in refused(log, tmp_path)
    rows = exported(log, tmp_path, *leave_out)["fact_prescription"]
    assert {(row["indication_scale"], row["indication_stage"]) for row in rows} == {(None, None)}


def test_with_the_sex_goes_what_is_measured_on_a_scale_of_one_sex(
    log: PrescriptionLog, tmp_path: Path
) -> None:
    for number in range(PATIENTS):
        observe(log, 9, 90, patient=f"P-{number}")
    log.record(Outcome(patient="P-5", at=day(9), measure="ludwig", stage="I"))
    assert f"1 of {PATIENTS} patients" in refused(log, tmp_path)
    tables = exported(log, tmp_path, "sex")
    assert len(tables["fact_outcome"]) == PATIENTS


def test_a_stage_that_one_patient_alone_has_is_looked_at(log: PrescriptionLog, tmp_path: Path) -> None:
    for number in range(PATIENTS):
        stage = "VII" if number == 3 else "III"
        staged = Indication(code="androgenetic_alopecia", scale="hamilton_norwood", stage=stage)
        prescribe(log, f"P-{number}", at=9, indication=staged)
    assert f"1 of {PATIENTS} patients" in refused(log, tmp_path)
    rows = exported(log, tmp_path, "stage")["fact_prescription"]
    assert {(row["indication_scale"], row["indication_stage"]) for row in rows} == {(None, None)}
    assert None not in {row["indication"] for row in rows}


@pytest.mark.parametrize("said", ["Biotin", "vitamin B7", "biotin"])
def test_a_suspected_agent_is_known_by_any_of_its_names(
    log: PrescriptionLog, tmp_path: Path, said: str
) -> None:
    harm(log, 3, patient="P-1", suspects=[{"suspect": "agent", "name": said}])
    harm(log, 3, patient="P-2", suspects=[{"suspect": "product", "name": "Dr Secret's serum"}])
    rows = exported(log, tmp_path)["fact_adverse_event_suspects"]
    assert [row["name"] for row in rows].count("biotin") == 1
    assert [row["name"] for row in rows].count(None) == 1


def test_a_suspected_agent_of_the_clinic_has_the_name_that_it_has_elsewhere(
    log: PrescriptionLog, tmp_path: Path
) -> None:
    potion = other("house potion", description="made in the house")
    mixture = Cocktail(principal("minoxidil", "5 mg"), complementary(potion, "3 mg"))
    prescribe(log, "P-1", at=2, cocktail=mixture)
    harm(log, 3, patient="P-1", suspects=[{"suspect": "agent", "name": potion.id}])
    tables = exported(log, tmp_path)
    own = {row["agent"] for row in tables["dim_agent"]} - {"minoxidil", "biotin"}
    assert {row["name"] for row in tables["fact_adverse_event_suspects"]} == own


@pytest.mark.parametrize(
    ("condition", "left_out"),
    [
        ({"indication": "AGA"}, "indication"),
        ({"stage": "hamilton_norwood III"}, "stage"),
        ({"stage": "hamilton_norwood III"}, "indication"),
        ({"sex": "female"}, "sex"),
    ],
)
def test_what_was_left_out_cannot_be_asked_for(
    log: PrescriptionLog, tmp_path: Path, condition: dict[str, Any], left_out: str
) -> None:
    export_tables(log, tmp_path / "out", pseudonymise=True, clinic_as="north", leave_out=[left_out])
    [name] = condition
    with pytest.raises(QuestionError, match=f"{name}: was left out of the export of north; ask the log"):
        Study(tmp_path / "out").where(**condition).combinations()


def test_an_answer_says_what_was_left_out_and_counts_the_rest(log: PrescriptionLog, tmp_path: Path) -> None:
    export_tables(log, tmp_path / "out", pseudonymise=True, leave_out=["indication", "sex"])
    study = Study(tmp_path / "out")
    answer = study.by_indication()
    assert answer.rows == ()
    assert answer.remarks[-1] == "left out of an export: indication, sex"
    assert [step.what for step in answer.attrition if step.dropped] == ["without an indication"]
    assert study.combinations().rows[0]["prescriptions"] == 15
    assert "left out of an export" in report_page(study)
