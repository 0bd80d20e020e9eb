"""The page that a patient takes home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail.errors import RecordError
from mesococktail.pages import aftercare_page
from mesococktail.records import Around, Instruction, time_of
from tests.pages.course import Read, one_line, prepared, prescribed, rules, treated

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog
    from tests.pages.conftest import Course


def both(course: Course, *given: Instruction) -> list[str]:
    """Return the words of the page as text and as HTML, each in one line."""
    log = course.log
    html = aftercare_page(log, course.session, html=True, given=given)
    return [one_line(aftercare_page(log, course.session, given=given)), Read(html).text]


def test_what_to_do_comes_before_what_not_to_do(course: Course) -> None:
    for page in both(course, *reversed(rules(course.log))):
        words = page.casefold()
        assert words.index("keep your scalp moisturised") < words.index("what not to do")
        assert words.index("use sunscreen") < words.index("what not to do") < words.index("do not sunbathe")


def test_a_prohibition_is_never_denied_twice(course: Course) -> None:
    for page in both(course, *rules(course.log)):
        assert "do not do not" not in page.casefold().replace("-", "")
        assert "without" not in page


def test_every_instruction_has_its_day_in_words(course: Course) -> None:
    for page in both(course, *rules(course.log)):
        assert "Do not exercise hard for at least 3 days. Until the end of Tuesday 4 March 2025." in page
        assert "chlorinated water for a week. Until the end of Saturday 8 March 2025." in page


def test_it_has_the_clinic_and_the_id_and_nothing_else_of_the_patient(course: Course) -> None:
    for page in both(course, *rules(course.log)):
        assert "clinic riverside patient P-014 treated on Saturday 1 March 2025" in page
        for word in ("alopecia", "minoxidil", "biotin", "Physician", "mg"):
            assert word not in page


def test_whom_to_call_is_left_to_be_written(course: Course) -> None:
    text, html = both(course, *rules(course.log))
    assert "does not feel right? Call: ____" in text
    assert "does not feel right? Call:" in html


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (Around(2025), "Until the end of 2025."),
        (Around(2025, 9), "Until the end of September 2025."),
        (Around(2025, 9, 1), "Until the end of Monday 1 September 2025."),
        (time_of("2025-09-01T10:00+04:00"), "Until the end of Monday 1 September 2025."),
    ],
)
def test_a_day_is_said_as_far_as_it_is_known(course: Course, until: Around, said: str) -> None:
    told = Instruction(rule="own", text="Do not give blood.", until=until)
    for page in both(course, told):
        assert said in page
        assert "what not to do" in page.casefold()


@pytest.mark.parametrize("text", ["Drink water.", "Nothing hot on the skin."])
def test_an_instruction_of_no_known_rule_that_forbids_nothing_is_to_be_done(
    course: Course, text: str
) -> None:
    for page in both(course, Instruction(rule="own", text=text)):
        assert "what not to do" not in page.casefold()
        assert text in page


def test_instructions_in_another_direction_of_writing_keep_it(course: Course) -> None:
    told = Instruction(rule="own", text="لا تسبح", version="2")
    page = aftercare_page(course.log, course.session, html=True, given=[told])
    assert '<bdi dir="auto">لا تسبح</bdi>' in page


def test_the_versions_that_were_given_are_named(course: Course) -> None:
    for page in both(course, *rules(course.log)):
        assert "no_wax 1" in page
        assert f"session {course.session}, version 1" in page


def test_it_follows_a_session(course: Course) -> None:
    with pytest.raises(RecordError, match="give the id of a session"):
        aftercare_page(course.log, course.prescription, given=())


def test_nothing_follows_from_a_session_that_was_not_given(log: PrescriptionLog) -> None:
    entry = treated(log, prescribed(log), given="not_given", reason="fever", injected_by=None)
    with pytest.raises(RecordError, match="was not given"):
        aftercare_page(log, entry, given=())


def test_nothing_follows_from_a_void_session(log: PrescriptionLog) -> None:
    entry = treated(log, prescribed(log))
    log.void(entry, reason="another patient")
    with pytest.raises(RecordError, match="is void"):
        aftercare_page(log, entry, given=())


def test_what_follows_from_the_formulary_is_said_where_nothing_was_recorded(log: PrescriptionLog) -> None:
    line = "dutasteride 1 mL of 0.5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    page = aftercare_page(log, treated(log, prescribed(log, line)))
    assert "- Keep your scalp moisturised." in page
    not_to_do = page[page.index("WHAT NOT TO DO") :]
    assert "Do not give blood until 6 months after" in one_line(not_to_do)
    assert "Until the end of" in not_to_do


def test_what_one_half_of_a_split_scalp_had_brings_its_instructions(log: PrescriptionLog) -> None:
    line = "dutasteride 1 mL of 0.5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    stock = [{"agent": name, "lot": "L-1", "drawn": "1 mL"} for name in ("dutasteride", "biotin")]
    half = prepared(log, prescribed(log, line), stock=stock, total="2 mL")
    zones = [{"zone": "frontal"}, {"zone": "vertex", "preparation": half.id}]
    entry = treated(log, prescribed(log), zones=zones)
    assert "Do not give blood" in one_line(aftercare_page(log, entry))


def test_a_session_with_saline_has_no_instructions_on_what_was_prescribed(log: PrescriptionLog) -> None:
    line = "dutasteride 1 mL of 0.5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"
    entry = treated(log, prescribed(log, line), payload="saline")
    assert "give blood" not in aftercare_page(log, entry)


def test_a_session_without_a_prescription_has_its_instructions(log: PrescriptionLog) -> None:
    entry = treated(log, None, payload="saline")
    assert "Use sunscreen." in aftercare_page(log, entry)
