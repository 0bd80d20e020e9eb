"""Texts that mean harm, or are merely very long, change nothing but themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail.pages import aftercare_page, label, sheet
from mesococktail.pages.drawing import as_html
from mesococktail.pages.page import Fact, SheetPage
from mesococktail.pages.words import kept, plain
from mesococktail.records import Instruction
from tests.pages.course import STOCK, Read, one_line, prepared, prescribed, treated
from tests.pages.test_label import many

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "div"),
    *("h1", "h2", "p", "ul", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("bdi", "span"),
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table></style><style>*{display:none}</style>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp; 'quoted'",
    "javascript:alert(1)",
    "W" * 3000,
    "مينوكسيديل 5 mg/mL",
    "right\u202eto left",
    "zero\u200bwidth",
    "line\nbreak\tand tab",
    "漢字かな" * 50,
    "\u00e9 and \U0001f489",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_stays_a_text(log: PrescriptionLog, text: str) -> None:
    prescription = prescribed(log, rationale=text, reference=text)
    stock = [STOCK[0] | {"product": text, "maker": text, "lot": text}, *STOCK[1:]]
    preparation = prepared(log, prescription, stock=stock, note=text, appearance=text, prepared_by=text)
    session = treated(log, prescription)
    told = [Instruction(rule="own", text=text, version=text)]
    shown = {
        sheet(log, prescription, html=True): 2,
        sheet(log, preparation, html=True): 6,
        label(log, preparation, html=True): 0,
        aftercare_page(log, session, html=True, given=told): 1,
    }
    for page, times in shown.items():
        read = Read(page)
        assert set(read.tags) <= TAGS
        assert {name for name, _ in read.attributes} <= {
            *("lang", "charset", "name", "content", "class", "scope", "dir", "data-name", "role"),
        }
        assert read.open == []
        assert read.text.count(one_line(kept(text))) >= times


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_page_as_text_does_nothing_to_a_terminal(log: PrescriptionLog, text: str) -> None:
    prescription = prescribed(log, rationale=text)
    preparation = prepared(log, prescription, stock=[STOCK[0] | {"product": text}, *STOCK[1:]], note=text)
    for page in (sheet(log, prescription), sheet(log, preparation), label(log, preparation)):
        assert all(line.isprintable() for line in page.splitlines())


def test_what_reorders_or_hides_is_spelt_out() -> None:
    assert plain("right\u202eto left") == "right\\u202eto left"
    assert plain("a\u200bb\x1b[31m") == "a\\u200bb\\x1b[31m"


def test_letters_joined_as_their_language_spells_them_are_kept() -> None:
    persian = "\u0645\u06cc\u200c\u0631\u0648\u062f"
    assert plain(persian) == persian


def test_a_number_behind_an_arabic_name_stays_before_its_unit(log: PrescriptionLog) -> None:
    stock = [STOCK[0] | {"product": "مينوكسيديل 5 mg/mL"}, *STOCK[1:]]
    page = sheet(log, prepared(log, prescribed(log), stock=stock), html=True)
    assert 'مينوكسيديل <bdi dir="ltr" class="n">5\N{NO-BREAK SPACE}mg/mL,</bdi>' in page


def test_a_clinic_of_any_name_is_escaped() -> None:
    page = SheetPage(
        title="Preparation sheet",
        clinic="<b>",
        warning="<i>",
        facts=(Fact("patient", "<u>"),),
        tables=(),
        ends=(),
        notes=(),
        signatures=(),
        foot=("<s>",),
    )
    assert not {"b", "i", "u", "s"} & set(Read(as_html("sheet.html", page)).tags)


def test_seventeen_agents_are_all_on_the_sheet(log: PrescriptionLog) -> None:
    entry: Any = many(log, 17)
    for page in (one_line(sheet(log, entry)), Read(sheet(log, entry, html=True)).text):
        for place in range(17):
            assert f"LOT-{place:08}" in page
