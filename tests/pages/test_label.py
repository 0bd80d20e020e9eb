"""The syringe label: what it says, and that nothing on it is cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.errors import RecordError
from mesococktail.pages import label, sheet
from mesococktail.pages.drawing import broken, width
from mesococktail.pages.words import NO_BREAK
from tests.pages.course import STOCK, Read, one_line, prepared, prescribed

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog
    from tests.pages.conftest import Course

MILLIMETRES = 25.4 / 72


def lines(log: PrescriptionLog, which: Any) -> list[str]:
    return label(log, which).splitlines()


def room(log: PrescriptionLog, which: Any) -> tuple[float, float]:
    """Return how much of its 70 mm by 37 mm the label takes, by the type it is set in."""
    page = label(log, which, html=True)
    size = re.search(r"font: ([0-9]+)pt/1\.15", page)
    assert size
    points = int(size[1]) * MILLIMETRES
    drawn = lines(log, which)
    return max(map(width, drawn)) * points * 0.6, len(drawn) * points * 1.15


def test_it_has_final_concentrations_of_what_was_measured(course: Course) -> None:
    assert lines(course.log, course.preparation)[:3] == [
        "minoxidil 1 mg/mL, lot MX-2291",
        "biotin 1 mg/mL, lot B7",
        "dexpanthenol 45 mg/mL, lot DX 44",
    ]


def test_it_says_for_whom_by_whom_and_until_when(course: Course) -> None:
    assert lines(course.log, course.preparation)[-4:] == [
        "total 5 mL",
        "patient P-014",
        "prepared 2025-03-01 10:30 +04:00 by nurse-b",
        "discard by 2025-03-01 14:30 +04:00",
    ]


def test_it_fits(course: Course) -> None:
    wide, high = room(course.log, course.preparation)
    assert wide <= 66
    assert high <= 34


def test_two_lots_are_both_on_it(log: PrescriptionLog) -> None:
    stock = [STOCK[0] | {"drawn": "0.4 mL"}, STOCK[0] | {"lot": "MX-3000", "drawn": "0.6 mL"}, *STOCK[1:]]
    entry = prepared(log, prescribed(log), stock=stock)
    assert "minoxidil 1 mg/mL, lot MX-2291, lot MX-3000" in label(log, entry)


def test_what_has_no_other_measure_has_its_volume(log: PrescriptionLog) -> None:
    stock = [{"agent": "prp", "lot_status": "not_applicable", "drawn": "3 mL"}]
    prescription = prescribed(log, "PRP 3 mL (principal); deviation: PRP alone")
    entry = prepared(log, prescription, stock=stock, total="3 mL")
    assert lines(log, entry)[0] == "PRP 3 mL, lot not applicable"


def test_an_agent_prescribed_in_two_strengths_has_no_concentration_but_a_recorded_one(
    log: PrescriptionLog,
) -> None:
    line = (
        "minoxidil 1 mL of 5 mg/mL (principal) + lidocaine 1 mL of 20 mg/mL (complementary) + "
        "lidocaine 0.5 mL of 10 mg/mL (anaesthetic) + saline q.s. to 5 mL (diluent)"
    )
    prescription = prescribed(log, line)
    vials = [("minoxidil", "1 mL", "5"), ("lidocaine", "1 mL", "20"), ("lidocaine", "0.5 mL", "10")]
    stock: list[dict[str, Any]] = [{"agent": agent, "lot": "L", "drawn": drawn} for agent, drawn, _ in vials]
    entry = prepared(log, prescription, stock=stock)
    assert "lidocaine concentration not known, lot L" in one_line(label(log, entry))
    page = one_line(sheet(log, entry))
    assert "lidocaine complementary, anaesthetic 1 mL + 0.5 mL 1.5 mL 20 mg + 5 mg not known" in page
    assert "drawn_differs" not in page
    for one, (_, _, strength) in zip(stock, vials, strict=True):
        one["strength"] = f"{strength} mg/mL"
    assert "lidocaine 5 mg/mL, lot L" in one_line(label(log, prepared(log, prescription, stock=stock)))


def test_what_was_not_measured_is_not_made_up(log: PrescriptionLog) -> None:
    stock = [{"agent": "minoxidil", "lot": "A1"}, {"agent": "saline", "lot": "N1"}]
    entry = prepared(log, prescribed(log), stock=stock, total=None, discard_by=None)
    drawn = lines(log, entry)
    assert "minoxidil concentration not known, lot A1" in drawn
    assert "saline volume not measured, lot N1" in drawn
    assert "total not known" in drawn
    assert "discard by not recorded" in drawn


MANY = [
    "minoxidil",
    "biotin",
    "dexpanthenol",
    "lidocaine",
    "procaine",
    "finasteride",
    "dutasteride",
    "buflomedil",
    "pyridoxine",
    "thiamine",
    "riboflavin",
    "niacinamide",
    "cyanocobalamin",
    "zinc",
    "copper-tripeptide-1",
    "hyaluronic acid",
    "caffeine",
]


def many(log: PrescriptionLog, number: int = 12) -> Any:
    parts = [f"{agent} 0.1 mL of 3 mg/mL" for agent in MANY[:number]]
    line = " + ".join([f"{parts[0]} (principal)", *(f"{part} (complementary)" for part in parts[1:])])
    prescription = prescribed(log, f"{line}; deviation: a test of what fits")
    stock = [
        {"agent": agent, "lot": f"LOT-{place:08}", "strength": "3 mg/mL", "drawn": "0.1 mL"}
        for place, agent in enumerate(MANY[:number])
    ]
    return prepared(log, prescription, stock=stock, total="7 mL")


def test_what_does_not_fit_is_left_out_whole_and_said(log: PrescriptionLog) -> None:
    entry = many(log)
    page = label(log, entry)
    assert "12 AGENTS AND LOTS DO NOT FIT; SEE SHEET" in " ".join(page.split())
    assert "mg/mL" not in page
    assert "total 7 mL\npatient P-014\n" in page
    assert "discard by 2025-03-01 14:30 +04:00" in page
    assert room(log, entry) <= (66, 34)


def test_concentrations_stay_where_lots_do_not_fit(log: PrescriptionLog) -> None:
    stock = [STOCK[0] | {"lot": "L" * 60}, *STOCK[1:]]
    page = label(log, prepared(log, prescribed(log), stock=stock))
    assert page.startswith("minoxidil 1 mg/mL\nbiotin 1 mg/mL\n")
    assert "LOTS DO NOT FIT; SEE SHEET\ntotal 5 mL\n" in page
    assert "LLL" not in page


def test_a_long_name_is_not_cut(log: PrescriptionLog) -> None:
    name = "N" * 300
    entry = prepared(log, prescribed(log), prepared_by=name)
    page = label(log, entry)
    assert "prepared 2025-03-01 10:30 +04:00 by: SEE SHEET" in page
    assert "minoxidil 1 mg/mL, lot MX-2291" in page


def test_the_longest_id_is_whole(log: PrescriptionLog) -> None:
    patient = "P-" + "7" * 62
    entry = prepared(log, prescribed(log, patient=patient), patient=patient)
    assert patient in re.sub(r"\n  ", "", label(log, entry)).replace("patient", "")


def test_a_line_that_goes_on_is_indented(course: Course) -> None:
    assert "\n  lot unknown\n" in label(course.log, course.preparation)


def test_a_label_is_of_a_preparation(course: Course) -> None:
    with pytest.raises(RecordError, match="a label is made of a preparation"):
        label(course.log, course.prescription)


def test_nothing_is_labelled_with_a_void_preparation(log: PrescriptionLog) -> None:
    entry = prepared(log, prescribed(log))
    log.void(entry, reason="never made")
    with pytest.raises(RecordError, match="is void"):
        label(log, entry)


def test_html_breaks_lines_where_the_text_does(course: Course) -> None:
    page = label(course.log, course.preparation, html=True)
    assert Read(page).tags.count("p") == len(lines(course.log, course.preparation))
    assert "p { white-space: pre; }" in page


WORDS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters=" \n", exclude_categories=["Cs"]), min_size=1)
).map(" ".join)


@given(WORDS, st.integers(8, 60), st.booleans())
def test_breaking_loses_nothing(text: str, columns: int, within_words: bool) -> None:
    drawn = broken(text, columns, within_words=within_words, indent="  ")
    put_together = "".join(line.removeprefix("  ") for line in drawn).replace(" ", "")
    assert put_together == text.replace(" ", "")


@given(st.integers(1, 10**12), st.integers(8, 60))
def test_a_number_never_leaves_its_unit(number: int, columns: int) -> None:
    figure = f"{number:,}".replace(",", NO_BREAK) + f"{NO_BREAK}IU/mL"
    drawn = broken(f"vitamin A {figure}, lot 7", columns)
    assert any(figure in line for line in drawn)
