"""Conditions on who was treated, and at which stage: what they mean, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Study
from mesococktail.errors import MesococktailError, QuestionError
from mesococktail.records import Indication

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"age": 40}, "age: 40: must be the lowest and the highest age"),
        ({"age": (-1, None)}, "age: -1: must be whole years"),
        ({"age": (True, None)}, "age: True: must be whole years"),
        ({"age": (None, None)}, "age: sets no bound"),
        ({"sex": 7}, "sex: 7: must be a name"),
        ({"stage": ""}, "stage: "),
        ({"clinic": 7}, "clinic: 7: must be a name"),
    ],
)
def test_what_cannot_be_is_refused_at_once(study: Study, condition: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError) as refused:
        study.where(**condition)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ("III", "stage: III: does not begin with a scale; write one of"),
        ("nothing III", "stage: nothing III: does not begin with a scale"),
        ("hamilton_norwood IX", "stage: IX: is not a stage of"),
    ],
)
def test_a_stage_is_of_a_scale(study: Study, stage: str, message: str) -> None:
    with pytest.raises(MesococktailError) as refused:
        study.where(stage=stage).by_stage()
    assert str(refused.value).startswith(message)


def test_a_stage_is_found_by_any_name_of_its_scale(log: PrescriptionLog) -> None:
    for stage in ("III", "IV"):
        log.prescribe(
            "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
            doctor="dr-a",
            patient="P-1",
            indication=Indication(code="androgenetic_alopecia", scale="hamilton_norwood", stage=stage),
        )
    answer = Study(log).where(stage="Hamilton-Norwood III").by_stage()
    assert [(row["stage"], row["prescriptions"]) for row in answer.rows] == [("III", 1)]
    assert answer.selection == ("stage III of hamilton_norwood",)


def test_the_last_that_was_recorded_of_a_patient_counts(log: PrescriptionLog) -> None:
    said = {"kind": "patient_facts", "patient": "P-1"}
    log.append_many(
        [
            said | {"at": "2025-01-01T10:00+00:00", "sex": "male", "birth_year": 1980},
            said | {"at": "2025-02-01T10:00+00:00", "sex": "female"},
        ]
    )
    log.prescribe(
        "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
        doctor="dr-a",
        patient="P-1",
        indication="androgenetic alopecia",
        at="2025-12-31T10:00+00:00",
    )
    study = Study(log)

    def counted(**condition: Any) -> int:
        return sum(int(str(row["prescriptions"])) for row in study.where(**condition).by_clinic().rows)

    assert counted(sex="female") == 1
    assert counted(sex="male") == 0
    assert counted(age=(45, 45)) == 1
    assert counted(age=(None, 44)) == 0
    assert counted(age=(46, None)) == 0
