"""What documents become in the tables, where that is not plain."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import pytest

from mesococktail import Session
from mesococktail.amounts import Amount
from mesococktail.log.columns import columns_of
from mesococktail.log.star import Star
from mesococktail.records import About, fields_of
from mesococktail.records.kinds import group
from mesococktail.records.prescription import Indication
from tests.log.helpers import prescribe

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog

at: Any = "2025-03-01T10:00+04:00"


@group
class Inner:
    """A group with a group in it."""

    name: Annotated[str, About("A name.")]
    indication: Annotated[Indication | None, About("What it is for.")] = None


@attrs.frozen
class Outer:
    """What no kind that is shipped has: a group in a group."""

    inner: Annotated[Inner, About("The group.")]


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("alone", {"inner": "alone"}),
        ({"name": "bare", "indication": "hair_loss"}, {"inner": "bare", "inner_indication": "hair_loss"}),
        (
            {"name": "whole", "indication": {"code": "hair_loss", "stage": "II"}},
            {"inner": "whole", "inner_indication": "hair_loss", "inner_indication_stage": "II"},
        ),
    ],
)
def test_a_group_within_a_group_has_its_columns(said: object, row: dict[str, str]) -> None:
    [field] = fields_of(Outer)
    values = {
        name: value
        for column in columns_of(field)
        for name, value in zip(column.names, column.values(said, lambda _, text: text), strict=True)
    }
    assert {name: value for name, value in values.items() if value is not None} == row


def test_an_amount_that_no_decimal_says_is_rounded_in_its_column(log: PrescriptionLog) -> None:
    third = Amount(Fraction(10, 3), "mL")
    entry = prescribe(log)
    log.record(
        Session(
            patient="P-014", at=at, prescription=entry.id, injected_by="nurse", payload="active", volume=third
        )
    )
    assert log.rows("SELECT volume_mL FROM session") == [(3.333333,)]
    assert next(log.standing("session")).record.volume == third


@pytest.mark.parametrize(("picograms", "counted"), [(1, 0), (3, 2), (5, 2), (7, 4), (9, 4)])
def test_half_a_picogram_goes_to_the_even_one(log: PrescriptionLog, picograms: int, counted: int) -> None:
    strength = f"0.00000000{picograms} mg/mL"
    prescribe(log, cocktail=f"minoxidil 5 mg (principal) + biotin 1000.5 mL of {strength} (complementary)")
    [(number,)] = log.rows(
        "SELECT dose_counts FROM fact_ingredient ORDER BY prescription DESC, position DESC LIMIT 1"
    )
    assert number == picograms * 1000 + counted


def test_without_a_log_numbers_begin_at_one() -> None:
    star = Star()
    assert [star.intern("patient", text) for text in ("P-a", "P-b", "P-a")] == [1, 2, 1]
    assert star.intern("combination", "biotin + minoxidil") == 1
    assert star.new_rows() == {
        "dim_patient": [(1, "P-a"), (2, "P-b")],
        "dim_agent": [(1, "biotin", "biotin"), (2, "minoxidil", "minoxidil")],
        "dim_combination": [(1, "biotin + minoxidil")],
        "dim_combination_member": [(1, 1), (1, 2)],
    }


def test_more_texts_than_are_remembered_keep_their_numbers(
    log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesococktail.log.star._MOST_REMEMBERED", 1)
    for patient in ("P-a", "P-b", "P-a"):
        for beside in ("biotin", "caffeine"):
            line = f"minoxidil 5 mg (principal) + {beside} 5 mg (complementary)"
            prescribe(log, patient, cocktail=line, rationale=beside)
    assert log.verify() == []
    before = log.rows("SELECT patient, combination FROM fact_prescription ORDER BY key")
    log.rebuild()
    assert log.rows("SELECT patient, combination FROM fact_prescription ORDER BY key") == before
