"""The preparation sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Cocktail, complementary, other, principal
from mesococktail.amounts import Amount
from mesococktail.errors import RecordError, RecordNotFoundError
from mesococktail.pages import sheet
from mesococktail.pages.words import said
from mesococktail.records import Prescription, changed, fields_of, values_of
from tests.pages.course import LINE, STOCK, Read, one_line, prepared, prescribed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail import PrescriptionLog
    from tests.pages.conftest import Course


def both(log: PrescriptionLog, which: Any) -> list[str]:
    """Return the words of the sheet as text and as HTML, each in one line."""
    return [one_line(sheet(log, which)), Read(sheet(log, which, html=True)).text]


def said_of(log: PrescriptionLog, line: str | None, **fields: Any) -> str:
    return one_line(sheet(log, prescribed(log, line, **fields)))


def amounts(cocktail: Cocktail) -> Iterator[Amount | None]:
    yield cocktail.total
    for part in cocktail.parts:
        yield from (part.strength, cocktail.volume(part), part.dose, cocktail.final(part))


def test_every_amount_prescribed_is_on_the_sheet(course: Course) -> None:
    cocktail = course.log.get(course.prescription).record.cocktail
    for page in both(course.log, course.prescription):
        for amount in filter(None, amounts(cocktail)):
            assert f" {one_line(amount.display())}" in page


def test_everything_recorded_of_a_preparation_is_on_the_sheet(course: Course) -> None:
    record = course.log.get(course.preparation).record
    for page in both(course.log, course.preparation):
        for path, _, value in values_of(record):
            shown = value.display() if isinstance(value, Amount) else str(value)
            if isinstance(value, str | Amount) and not path.endswith((".agent", "place", "status")):
                # A cell of text may run over several lines.
                assert all(f" {word}" in page for word in shown.split()), path


def test_what_is_measured_stands_beside_what_was_prescribed(course: Course) -> None:
    page = one_line(sheet(course.log, course.preparation))
    assert "dexpanthenol complementary 1 mL 0.9 mL 250 mg 225 mg 45 mg/mL" in page


def test_a_strength_that_was_not_recorded_is_said_to_be_the_prescribed_one(course: Course) -> None:
    assert "100 mg/mL, as prescribed" in one_line(sheet(course.log, course.preparation))


def test_it_says_what_could_not_be_checked(course: Course) -> None:
    for page in both(course.log, course.prescription):
        assert "Could not be checked, for lack of an answer" in page
        assert "screening, consent" in page


def test_it_names_its_record_version_and_receipt(course: Course) -> None:
    receipt = course.log.history(course.prescription)[-1].receipt
    for page in both(course.log, course.prescription):
        assert f"prescription {course.prescription}, version 1, active; receipt {receipt}" in page
        assert "by nurse-b" in page


def test_it_records_and_never_recommends(course: Course) -> None:
    for page in both(course.log, course.preparation):
        assert "It records and never recommends" in page


def test_the_time_it_was_made_is_not_made_up(course: Course) -> None:
    assert "page made" not in sheet(course.log, course.prescription)


def test_findings_and_acceptances_are_printed(log: PrescriptionLog) -> None:
    first = prescribed(log)
    stock = [STOCK[0] | {"expiry": "2025-01"}, *STOCK[1:]]
    entry = prepared(log, first, accept={"expired_stock": "the only one there was"}, stock=stock)
    for page in both(log, entry):
        assert "ERROR expired_stock: " in page
        assert "expired_stock: the only one there was (nurse-b)" in page


@pytest.mark.parametrize("act", ["void", "stop"])
def test_a_record_that_no_longer_holds_says_so_first(log: PrescriptionLog, act: str) -> None:
    entry = prescribed(log)
    getattr(log, act)(entry, reason="another patient")
    word = {"void": "This prescription is VOID", "stop": "The treatment was STOPPED"}[act]
    assert all(word in page for page in both(log, entry))


def test_a_stopped_treatment_is_said_on_the_sheet_of_its_preparation(log: PrescriptionLog) -> None:
    prescription = prescribed(log)
    preparation = prepared(log, prescription)
    log.stop(prescription, reason="moved away")
    assert "The treatment was STOPPED" in sheet(log, preparation)


def test_a_correction_changes_the_version(log: PrescriptionLog) -> None:
    entry = prescribed(log)
    log.amend(entry, changed(log.get(entry).record, rationale="tolerated"), reason="forgotten")
    assert f"prescription {entry.id}, version 2, active" in sheet(log, entry)


def test_a_volume_by_points_shows_how_it_came_about(log: PrescriptionLog) -> None:
    line = "minoxidil 0.05 mL at 40 points of 5 mg/mL (principal) + biotin 5 mg (complementary)"
    page = sheet(log, prescribed(log, line))
    assert "2 mL, 0.05 mL at 40 points" in page
    assert "volume not known" in page


def test_a_volume_by_area_shows_how_it_came_about(log: PrescriptionLog) -> None:
    line = "minoxidil 0.1 mL/cm2 over 50 cm2 of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    assert "5 mL, 0.1 mL/cm2 over 50 cm2" in said_of(log, line)


def test_a_ratio_no_decimal_expresses_is_marked_as_rounded(log: PrescriptionLog) -> None:
    line = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 2 mL of 5 mg/mL (complementary)"
    assert "≈ 1.667 mg/mL" in said_of(log, line)


def test_large_numbers_are_grouped(log: PrescriptionLog) -> None:
    line = "vitamin A 200000 IU in 1 mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    assert "200 000 IU" in said_of(log, line)


def test_an_unknown_amount_keeps_its_reason(log: PrescriptionLog) -> None:
    line = "minoxidil unknown (not stated) of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    page = said_of(log, line, at="2019-03", transcribed_from="chart 7")
    assert "unknown (not stated)" in page
    assert "prescribed 2019-03" in page
    assert "transcribed from chart 7" in page


def test_a_name_as_written_and_a_description_are_kept(log: PrescriptionLog) -> None:
    line = "vitamin H 1 mL of 5 mg/mL (principal) + minoxidil 1 mL of 5 mg/mL (complementary)"
    assert "biotin (written vitamin H)" in said_of(log, line)
    parts = (
        principal(other("x-7", description="an extract made here"), "1 mg"),
        complementary("biotin", "5 mg"),
    )
    page = one_line(sheet(log, prescribed(log, Cocktail(*parts))))
    assert "x-7 (an extract made here)" in page


def test_a_deviation_is_printed(log: PrescriptionLog) -> None:
    page = said_of(log, "PRP 3 mL (principal); deviation: PRP alone, protocol 7")
    assert "deviation PRP alone, protocol 7" in page


def test_a_prescription_without_a_cocktail_has_no_table(log: PrescriptionLog) -> None:
    page = sheet(log, prescribed(log, None, payload="none", delivery="dermaroller"))
    assert "Prescribed\n" not in page
    assert "discard by" not in page
    assert "dermaroller" in page


def test_a_time_nobody_stated_is_said_to_be_that_of_writing(log: PrescriptionLog) -> None:
    assert "(time of writing)" in said_of(log, LINE, at=None)


def test_platelets_are_printed_with_their_method(log: PrescriptionLog) -> None:
    prescription = prescribed(log, "PRP 3 mL (principal); deviation: PRP alone")
    entry = prepared(
        log,
        prescription,
        stock=[{"agent": "prp", "lot_status": "not_applicable", "drawn": "3 mL"}],
        total="3 mL",
        prp={
            "blood_volume": "30 mL",
            "spins": [{"speed": "400 x g", "duration": "10 min"}, {"speed": "3000 rpm"}],
            "baseline": "250 x10^3 platelets/uL",
            "concentrate": "1000 x10^3 platelets/uL",
            "stated_fold": "4 fold",
        },
    )
    for page in both(log, entry):
        assert "PRP blood volume 30 mL" in page
        assert "400 x g, 10 min; 3000 rpm" in page
        assert "PRP fold, computed 4" in page
        assert "not applicable" in page


def test_the_hour_of_the_blood_is_printed_and_no_fold_where_nothing_was_counted(log: PrescriptionLog) -> None:
    prescription = prescribed(log, "PRP 3 mL (principal); deviation: PRP alone")
    stock = [{"agent": "prp", "lot_status": "not_applicable", "drawn": "3 mL"}]
    entry = prepared(log, prescription, stock=stock, total="3 mL", prp={"drawn_at": "2025-03-01T10:05+04:00"})
    page = one_line(sheet(log, entry))
    assert "PRP drawn at 2025-03-01 10:05 +04:00" in page
    assert "fold" not in page


@pytest.mark.parametrize(("value", "word"), [(True, "yes"), (False, "no"), (None, "")])
def test_what_is_true_or_not_is_said_in_a_word(log: PrescriptionLog, value: bool | None, word: str) -> None:
    field = next(field for field in fields_of(Prescription) if field.name == "at_defaulted")
    assert said(field, value, log.formulary) == word


def test_two_lots_of_one_agent_are_added_up(log: PrescriptionLog) -> None:
    stock = [STOCK[0] | {"drawn": "0.4 mL"}, STOCK[0] | {"lot": "MX-3000", "drawn": "0.6 mL"}, *STOCK[1:]]
    page = one_line(sheet(log, prepared(log, prescribed(log), stock=stock)))
    assert "MX-2291" in page
    assert "MX-3000" in page
    assert "minoxidil principal 1 mL 1 mL 5 mg 5 mg 1 mg/mL" in page


def test_what_was_not_drawn_or_not_prescribed_or_not_measured_says_so(log: PrescriptionLog) -> None:
    stock = [STOCK[0], {"agent": "biotin", "lot": "B7"}, {"agent": "procaine", "lot": "P1", "drawn": "1 mL"}]
    accepted = {"not_prescribed": "asked by telephone"}
    page = one_line(sheet(log, prepared(log, prescribed(log), accepted, stock=stock, total=None)))
    assert "biotin complementary 0.5 mL not measured 5 mg not known" in page
    assert "procaine not prescribed 1 mL" in page
    assert "dexpanthenol complementary 1 mL not drawn 250 mg" in page
    assert "total made not known" in page


def test_a_total_nobody_stated_is_said_to_be_summed_up(log: PrescriptionLog) -> None:
    page = sheet(log, prepared(log, prescribed(log), total=None, discard_by=None))
    assert "4.9 mL, summed up from what was drawn" in page
    assert "discard by        ____" in page


def test_a_sheet_is_of_a_prescription_or_a_preparation(course: Course) -> None:
    with pytest.raises(RecordError, match="a sheet is made of a prescription or of a preparation"):
        sheet(course.log, course.session)


def test_a_sheet_of_nothing_is_refused(log: PrescriptionLog) -> None:
    with pytest.raises(RecordNotFoundError):
        sheet(log, "01a206b5-977f-7000-b2d1-239af556e966")


def test_drawing_a_page_writes_nothing(course: Course) -> None:
    before = course.log.head()
    sheet(course.log, course.preparation, html=True)
    assert course.log.head() == before
