"""What a study says of doses is what the records say, down to a picogram."""

from __future__ import annotations

import shutil
from decimal import Decimal
from fractions import Fraction
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail import Containing, PrescriptionLog
from mesococktail.errors import BatchError, RecordError
from mesococktail.research import Study
from tests.research.logs import make

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail.research.answer import Value

IMPORTED = {
    "patient": "P-1",
    "doctor": "dr-a",
    "at": "2025-03-01T10:00:00+04:00",
    "indication": "alopecia areata",
    "delivery": "nappage",
}


def prescribe(log: PrescriptionLog, *portions: str, agent: str = "minoxidil") -> None:
    """Prescribe each portion of an agent to somebody, beside biotin."""
    for place, portion in enumerate(portions):
        line = f"{agent} {portion} (principal) + biotin 5 mg (complementary)"
        log.prescribe(
            line,
            patient=f"P-{place}",
            doctor="dr-a",
            indication="alopecia areata",
            delivery="nappage",
        )


def one_row(log: PrescriptionLog, agent: str = "minoxidil") -> dict[str, Value]:
    """The one row on the doses of an agent."""
    [row] = Study(log).doses(agent=agent).rows
    return row


def test_a_tenth_of_a_nanogram_is_not_nothing(log: PrescriptionLog) -> None:
    prescribe(log, "0.1 ng", "0.5 ng")
    assert [one_row(log)[name] for name in ("min", "median", "max")] == [
        Decimal("0.0000001"),
        Decimal("0.0000003"),
        Decimal("0.0000005"),
    ]
    assert log.rows("SELECT dose_counts FROM fact_ingredient WHERE role = 0 ORDER BY 1") == [(100,), (500,)]
    assert log.rows("SELECT dose_mg FROM ingredient WHERE role = 'principal' ORDER BY 1") == [
        (1e-7,),
        (5e-7,),
    ]
    keys = [row["combination"] for row in Study(log).combinations(level="doses").rows]
    assert "biotin 5 mg (complementary) + minoxidil 0.0000001 mg (principal)" in keys


def test_a_picogram_is_the_least(log: PrescriptionLog) -> None:
    prescribe(log, "0.001 ng", "1 mL of 0.001 ng/mL")
    assert one_row(log)["min"] == one_row(log)["max"] == Decimal("0.000000001")
    with pytest.raises(
        RecordError, match=r"^cocktail.ingredients\[0\]: 0.0004 ng: is too little of minoxidil"
    ):
        prescribe(log, "0.0004 ng")


def test_an_import_refuses_what_would_stand_as_zero(log: PrescriptionLog) -> None:
    parts = [
        {"agent": "minoxidil", "role": "principal", "strength": "0.000001 ng/mL", "volume": "1 mL"},
        {"agent": "biotin", "role": "complementary", "strength": "5 mg/mL", "volume": "1 mL"},
    ]
    with pytest.raises(BatchError, match="is too little of minoxidil to be counted"):
        log.append_many([IMPORTED | {"cocktail": {"ingredients": parts}}])


def test_a_condition_tells_doses_of_a_nanogram_apart(log: PrescriptionLog) -> None:
    prescribe(log, "0.1 ng", "0.2 ng", "0.3 ng")
    found = Study(log).where(contains=Containing("minoxidil", dose=("0.15 ng", "0.25 ng"))).doses("minoxidil")
    assert [(row["ingredients"], row["min"]) for row in found.rows] == [(1, Decimal("0.0000002"))]


def test_a_view_shows_each_measure_in_its_own_unit(log: PrescriptionLog) -> None:
    prescribe(log, "1000.5 IU", agent="retinol")
    prescribe(log, "2.25 mL", agent="PRP")
    assert log.rows("SELECT dose_mg, dose_IU, dose_mL FROM ingredient WHERE role = 'principal'") == [
        (None, 1000.5, None),
        (None, None, 2.25),
    ]


UNITS = {"g": Fraction(1000), "mg": Fraction(1), "mcg": Fraction(1, 10**3), "ng": Fraction(1, 10**6)}
AMOUNTS = st.tuples(
    st.decimals("0.001", "99999", places=3, allow_nan=False, allow_infinity=False),
    st.sampled_from(list(UNITS)),
)
DRAWN = st.tuples(
    st.decimals("0.001", "999", places=3), st.sampled_from(list(UNITS)), st.decimals("0.001", "99", places=3)
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log with the doctors and nothing else."""
    path = tmp_path_factory.mktemp("doses") / "clinic.db"
    make(path).close()
    return path


@settings(max_examples=25, deadline=None)
@given(doses=st.lists(AMOUNTS, min_size=1, max_size=5))
def test_a_study_says_the_very_doses_of_the_records(template: Path, doses: list[tuple[Decimal, str]]) -> None:
    with TemporaryDirectory() as folder, PrescriptionLog.open(shutil.copy(template, folder)) as log:
        prescribe(log, *(f"{number:f} {unit}" for number, unit in doses))
        exact = sorted(Fraction(number) * UNITS[unit] for number, unit in doses)
        row = one_row(log)
        assert [Fraction(str(row[name])) for name in ("min", "max")] == [exact[0], exact[-1]]
        kept = [one.record.cocktail.ingredients[0].dose for one in log.prescriptions()]
        assert sorted(Fraction(dose.base) for dose in kept) == exact


@settings(max_examples=50, deadline=None)
@given(drawn=DRAWN)
def test_what_is_drawn_of_a_strength_is_counted_to_the_nearest_picogram(
    template: Path, drawn: tuple[Decimal, str, Decimal]
) -> None:
    strength, unit, volume = drawn
    exact = Fraction(strength) * UNITS[unit] * Fraction(volume)
    picograms = round(exact * 10**9)
    parts = [
        {
            "agent": "minoxidil",
            "role": "principal",
            "strength": f"{strength:f} {unit}/mL",
            "volume": f"{volume:f} mL",
        },
        {"agent": "biotin", "role": "complementary", "strength": "5 mg/mL", "volume": "1 mL"},
    ]
    with TemporaryDirectory() as folder, PrescriptionLog.open(shutil.copy(template, folder)) as log:
        record = IMPORTED | {"cocktail": {"ingredients": parts}}
        if not picograms:
            with pytest.raises(BatchError, match="is too little"):
                log.append_many([record])
            return
        log.append_many([record])
        assert Fraction(str(one_row(log)["median"])) == Fraction(picograms, 10**9)
