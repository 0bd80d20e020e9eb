"""The facts of a patient, told at several times, read together."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mesococktail.records import PatientFacts
from mesococktail.records.patient_facts import merged

_MAKE: Any = PatientFacts


def facts(day: str, **fields: Any) -> PatientFacts:
    made: PatientFacts = _MAKE(patient="P-1", at=f"2025-{day}T10:00+04:00", **fields)
    return made


def together(*each: PatientFacts) -> PatientFacts:
    made = merged(each)
    assert made is not None
    return made


def test_of_nothing_nothing_is_known() -> None:
    assert merged([]) is None


def test_the_newest_answer_counts_whatever_the_order() -> None:
    old, new = facts("01-01", sex="female", birth_year=1980), facts("02-01", birth_year=1981)
    for each in ((old, new), (new, old)):
        made = together(*each)
        assert (made.sex, made.birth_year, made.at) == ("female", 1981, new.at)


def test_not_asking_again_takes_nothing_back() -> None:
    made = together(
        facts("01-01", could_become_pregnant="yes"), facts("02-01", could_become_pregnant="not_asked")
    )
    assert made.could_become_pregnant == "yes"


def test_not_knowing_takes_back_what_was_known() -> None:
    made = together(facts("01-01", pregnancy="not_pregnant"), facts("02-01", pregnancy="unknown"))
    assert made.pregnancy == "unknown"


def test_evidence_goes_with_the_answer_it_established() -> None:
    made = together(
        facts("01-01", pregnancy="not_pregnant", pregnancy_established="blood_test"),
        facts("02-01", pregnancy="pregnant"),
    )
    assert (made.pregnancy, made.pregnancy_established) == ("pregnant", None)


def test_treatments_elsewhere_add_up_and_the_newer_telling_replaces() -> None:
    made = together(
        facts(
            "01-01", treatments_elsewhere=[{"agent": "finasteride", "route": "oral"}, {"agent": "aspirin"}]
        ),
        facts("02-01", treatments_elsewhere=[{"agent": "finasteride", "route": "oral", "until": "2025-01"}]),
        facts("03-01", sessions_elsewhere=["2019"]),
    )
    assert [(one.agent, str(one.until)) for one in made.treatments_elsewhere] == [
        ("finasteride", "2025-01"),
        ("aspirin", "None"),
    ]
    assert len(made.sessions_elsewhere) == 1


@given(st.lists(st.integers(1, 28).map(lambda day: facts(f"01-{day:02}", birth_year=1950 + day)), min_size=1))
def test_reading_what_was_merged_again_changes_nothing(each: list[PatientFacts]) -> None:
    made = together(*each)
    assert merged([made]) == made
    assert made.birth_year == max(one.birth_year or 0 for one in each)
