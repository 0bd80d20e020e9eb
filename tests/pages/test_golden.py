"""Pages as text, word for word: a change in what is printed is seen here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesococktail.pages import aftercare_page, label, sheet
from tests.pages.course import MADE_AT, Read, one_line, rules, steady

if TYPE_CHECKING:
    from tests.pages.conftest import Course

GOLDEN = Path(__file__).parent / "golden"
PAGES = ("sheet", "sheet_of_a_preparation", "label", "aftercare")


def drawn(course: Course, name: str, *, html: bool = False) -> str:
    log = course.log
    match name:
        case "sheet":
            return sheet(log, course.prescription, html=html, made_at=MADE_AT)
        case "sheet_of_a_preparation":
            return sheet(log, course.preparation, html=html, made_at=MADE_AT)
        case "label":
            return label(log, course.preparation, html=html)
        case _:
            return aftercare_page(log, course.session, html=html, given=rules(log))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_it_did(course: Course, name: str) -> None:
    assert steady(drawn(course, name)) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def words(text: str) -> set[str]:
    """Return the words with something in them that is no drawn line."""
    return {word for word in text.casefold().split() if word.strip("-_*:•")}


@pytest.mark.parametrize("name", PAGES)
def test_text_and_html_say_the_same(course: Course, name: str) -> None:
    text, html = one_line(drawn(course, name)), Read(drawn(course, name, html=True)).text
    # A cell may run over several lines of text, so that words are compared, not their order.
    assert {word.rstrip(":") for word in words(text)} == {word.rstrip(":") for word in words(html)}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_alone(course: Course, name: str) -> None:
    page = drawn(course, name, html=True)
    read = Read(page)
    for outside in ("http:", "https:", "url(", "@import", "src=", "href="):
        assert outside not in page
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert read.open == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everyone(course: Course, name: str) -> None:
    page = drawn(course, name, html=True)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert '<meta name="viewport"' in page
    assert Read(page).tags.count("main") == 1
    assert "background: #fff; color: #000" in page


def test_every_header_says_what_it_heads(course: Course) -> None:
    read = Read(drawn(course, "sheet", html=True))
    assert ("scope", "col") in read.attributes
    assert ("scope", "row") in read.attributes
    assert read.tags.count("caption") == read.tags.count("table") == 2
    assert read.tags.count("th") == sum(name == "scope" for name, _ in read.attributes)


@pytest.mark.parametrize(
    ("name", "size"),
    [("sheet", "A4 portrait"), ("label", "70mm 37mm"), ("aftercare", "A4 portrait")],
)
def test_a_page_has_its_size_on_paper(course: Course, name: str, size: str) -> None:
    assert f"@page {{ size: {size};" in drawn(course, name, html=True)


@pytest.mark.parametrize("name", PAGES)
def test_no_line_ends_between_a_number_and_its_unit(course: Course, name: str) -> None:
    page = drawn(course, name, html=True)
    for figure in ("5 mg", "5 mL", "1 mg/mL", "2025-03-01 10:00 +04:00"):
        assert f">{figure}<" not in page
    assert ".n { white-space: nowrap;" in page
