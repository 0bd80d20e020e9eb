"""What the checks say of a preparation, beside its prescription."""

from __future__ import annotations

from typing import Any

import pytest

from mesococktail.amounts import Amount
from mesococktail.errors import BlockedError
from mesococktail.findings import Severity
from mesococktail.records import admit
from tests.records.checking import (
    STOCK,
    by_message,
    codes,
    done,
    knows,
    lacking,
    mixture,
    preparation,
    prescription,
    stock,
)

KNOWN = knows(prescription=prescription())
PRP = {"baseline": "250 x10^3 platelets/uL", "concentrate": "800 x10^3 platelets/uL"}


def changed(place: int, **fields: Any) -> list[dict[str, Any]]:
    return [one | fields if at == place else one for at, one in enumerate(STOCK)]


def test_a_preparation_as_prescribed_has_nothing_to_say() -> None:
    assert codes(preparation(place="pharmacy", ph="7.4"), KNOWN) == []
    assert lacking(preparation(place="pharmacy", ph="7.4"), KNOWN) == ()


@pytest.mark.parametrize(
    ("expiry", "expired"),
    [
        ("2025-03", False),
        ("2025-02", True),
        ("2025-02-28", True),
        ("2025-03-01", False),
        ("2025", False),
        ("2024", True),
        ("2025-03-01T09:59+04:00", True),
        ("2025-03-01T10:00+04:00", False),
    ],
)
def test_stock_is_good_to_the_end_of_what_is_printed(expiry: str, expired: bool) -> None:
    record = done(preparation(stock=changed(1, expiry=expiry)), KNOWN)
    found = [(one.severity, one.code, one.path) for one in record.findings]
    assert found == ([(Severity.ERROR, "expired_stock", "stock[1].expiry")] if expired else [])


def test_expired_stock_is_refused_until_it_is_accepted() -> None:
    expired = changed(0, expiry="2025-01")
    with pytest.raises(BlockedError, match="minoxidil of lot L1 expired 2025-01, before 2025-03-01"):
        admit(done(preparation(stock=expired), KNOWN))
    accepted = done(preparation(stock=expired, accepted={"expired_stock": "no other to be had"}), KNOWN)
    admit(accepted)
    assert accepted.accepted[0].by == "nurse"


def test_what_was_prescribed_and_not_drawn_is_said() -> None:
    record = preparation(stock=[STOCK[0], STOCK[2]], total="4 mL")
    assert (
        by_message(record, KNOWN, "not_prepared")
        == "stock: biotin is prescribed, and nothing was drawn of it"
    )


def test_what_was_drawn_and_not_prescribed_blocks() -> None:
    record = preparation(stock=[*STOCK, stock("caffeine", drawn="1 mL")], total="6 mL")
    [found] = [one for one in done(record, KNOWN).findings if one.code == "not_prescribed"]
    assert (found.severity, found.path) == (Severity.ERROR, "stock[3].agent")
    assert found.message == (
        "caffeine was drawn, and the prescription has minoxidil, biotin, sodium-chloride-0.9"
    )


def test_drawn_and_expected_are_both_said() -> None:
    record = preparation(stock=changed(0, drawn="1.1 mL"), total="5.1 mL")
    [found] = done(record, KNOWN).findings
    assert (found.severity, found.code, found.path) == (Severity.INFO, "drawn_differs", "stock[0].drawn")
    assert found.message == "1.1 mL of minoxidil was drawn, and the prescription asks for 1 mL"


def test_two_vials_of_one_agent_are_one_draw() -> None:
    half = stock("minoxidil", strength="5 mg/mL", drawn="0.5 mL")
    assert codes(preparation(stock=[half, half | {"lot": "L2"}, *STOCK[1:]]), KNOWN) == []


def test_a_total_that_is_not_the_sum_is_said() -> None:
    message = by_message(preparation(total="4.9 mL"), KNOWN, "total_differs")
    assert message == "total: 4.9 mL was made, and what was drawn adds up to 5 mL"


def test_another_strength_is_said_with_the_arithmetic() -> None:
    message = by_message(preparation(stock=changed(0, strength="10 mg/mL")), KNOWN, "strength_differs")
    assert message == (
        "stock[0].strength: minoxidil of 10 mg/mL was drawn, and 5 mg/mL is prescribed; "
        "1 mL of it is 10 mg, of 5 mg/mL 5 mg"
    )


def test_the_same_strength_in_other_words_is_the_same() -> None:
    assert codes(preparation(stock=changed(0, strength="0.5 % w/v")), KNOWN) == []


def test_a_strength_in_another_measure_is_said() -> None:
    assert "strength_differs" in codes(preparation(stock=changed(0, strength="5 IU/mL")), KNOWN)


def test_preparer_and_checker_are_two_people() -> None:
    assert codes(preparation(checked_by="nurse"), KNOWN) == ["checked_by_preparer"]
    assert codes(preparation(checked_by="dr-a"), KNOWN) == []


def test_a_lot_or_an_expiry_that_is_not_known_cannot_be_checked() -> None:
    unknown = changed(0, lot=None, lot_status="unknown", expiry=None)
    assert {"lot", "expiry"} <= set(lacking(preparation(stock=unknown), KNOWN))


def test_what_comes_from_the_patient_has_neither() -> None:
    own = [stock("prp", lot=None, lot_status="not_applicable", expiry=None, drawn="4 mL"), STOCK[1]]
    known = knows(prescription=prescription("PRP 4 mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"))
    record = preparation(stock=own, ph="7.4", place="pharmacy")
    assert (codes(record, known), lacking(record, known)) == ([], ())


def test_ph_and_place_that_were_not_noted_cannot_be_checked() -> None:
    assert lacking(preparation(), KNOWN) == ("ph_5_8",)


@pytest.mark.parametrize(
    ("stated", "differs"),
    [("3.2 fold", False), ("3 fold", False), ("3.3 fold", True), ("3.20 fold", False), ("4 fold", True)],
)
def test_a_stated_fold_is_held_against_the_counts_to_its_digits(stated: str, differs: bool) -> None:
    found = codes(preparation(prp=PRP | {"stated_fold": stated}), KNOWN)
    assert found == (["fold_differs"] if differs else [])


def test_a_fold_that_differs_shows_both() -> None:
    message = by_message(preparation(prp=PRP | {"stated_fold": "5 fold"}), KNOWN, "fold_differs")
    assert message == (
        "prp.stated_fold: 5 x baseline is stated, and 800000 platelets/uL over "
        "250000 platelets/uL is 3.2 x baseline"
    )


def test_a_fold_that_was_not_stated_or_counted_says_nothing() -> None:
    assert codes(preparation(prp=PRP), KNOWN) == []
    assert codes(preparation(prp={"stated_fold": "5 fold"}), KNOWN) == []


def test_there_is_no_fold_of_no_platelets() -> None:
    some = Amount.parse(PRP["concentrate"])
    record = preparation(prp=PRP | {"baseline": some - some, "stated_fold": "5 fold"})
    assert record.prp.fold is None
    assert codes(record, KNOWN) == []


def test_a_strength_that_gives_no_dose_is_said_without_the_arithmetic() -> None:
    message = by_message(
        preparation(stock=changed(1, strength="2 mL", drawn=None)), KNOWN, "strength_differs"
    )
    assert message == "stock[1].strength: biotin of 2 mL was drawn, and 5 mg/mL is prescribed"


def test_a_preparation_whose_prescription_is_not_known_is_checked_by_itself() -> None:
    assert codes(preparation(total="4 mL"), knows()) == ["total_differs"]


def test_an_anaesthetic_that_was_prescribed_may_be_drawn() -> None:
    cocktail = mixture("biotin 1 mL of 5 mg/mL (complementary)", "lidocaine 1 mL of 20 mg/mL (anaesthetic)")
    drawn = [*STOCK[:2], stock("lidocaine", strength="20 mg/mL", drawn="1 mL")]
    known = knows(prescription=prescription(cocktail))
    assert codes(preparation(stock=drawn, total="3 mL"), known) == []
