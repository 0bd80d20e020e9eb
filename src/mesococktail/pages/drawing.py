"""Pages drawn: as lines of text, or as HTML out of a template."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import TYPE_CHECKING

import attrs

from mesococktail.pages.words import BLANK, NO_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment
    from markupsafe import Markup

    from mesococktail.pages.page import AftercarePage, Fact, LabelPage, Notes, SheetPage, Table
    from mesococktail.pages.report import ReportPage

_WIDTH = 100
_WIDEST_CELL = 28
_LONGEST_FIGURE = 60
"""Characters that are kept on one line; what is longer must break somewhere."""
_KNOWN_WIDTH = 0x2000
"""Letters up to here, Latin, Greek, Arabic and their like, are at most one wide."""
_LONG = 20
"""Characters of a word that may be broken within, where a narrow column has no room for it."""


def as_html(template: str, page: SheetPage | AftercarePage | LabelPage | ReportPage) -> str:
    """Draw a page with one of our templates. Every value is escaped."""
    fields = {field.name: getattr(page, field.name) for field in attrs.fields(type(page))}
    return _environment().get_template(template).render(fields)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only where HTML is asked for

    made = Environment(
        loader=PackageLoader("mesococktail.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["shown"] = _shown
    made.filters["svg"] = _inline
    return made


def _inline(picture: str) -> Markup:
    """Let a picture of our own making stand in a page as it is; every text in it was escaped by its maker."""
    from markupsafe import Markup  # see above

    return Markup(picture)  # noqa: S704  # made by vl-convert, of a chart and not of a text


def _shown(text: str, direction: str = "ltr") -> Markup:
    """Escape a text, and keep each figure in it whole: on one line, and read from left to right.

    Without that, a number behind an Arabic name would change places with its unit.
    """
    from markupsafe import Markup, escape  # see above

    def word(piece: str) -> Markup:
        if _is_figure(piece):
            return Markup('<bdi dir="ltr" class="n">{}</bdi>').format(piece)
        return Markup('<span class="long">{}</span>').format(piece) if len(piece) > _LONG else escape(piece)

    inner = Markup(" ").join(map(word, text.split(" ")))
    return Markup('<bdi dir="{}">{}</bdi>').format(direction, inner)


def _is_figure(piece: str) -> bool:
    """Whether a word is digits and a unit, or a time; one too long for any line may break all the same."""
    numbered = any(letter.isdecimal() for letter in piece)
    return numbered and (NO_BREAK in piece or "-" in piece) and len(piece) <= _LONGEST_FIGURE


def sheet_text(page: SheetPage) -> str:
    """Draw a preparation sheet as text."""
    lines = [page.title.upper(), page.clinic, ""]
    if page.warning:
        lines += [*_wrapped(f"*** {page.warning} ***"), ""]
    lines += _facts(page.facts)
    for table in page.tables:
        lines += ["", table.title, "", *_table(table)]
    lines += ["", *_facts(page.ends)]
    for notes in page.notes:
        lines += ["", notes.title, *_listed(notes)]
    lines.append("")
    for signature in page.signatures:
        lines += ["   ".join(f"{fact.name}: {_filled(fact)}" for fact in signature), ""]
    for line in page.foot:
        lines += _wrapped(line)
    return _finished(lines)


def aftercare_text(page: AftercarePage) -> str:
    """Draw a patient's page as text."""
    lines = [page.title.upper(), "", *_facts(page.facts)]
    for notes in page.lists:
        lines += ["", notes.title.upper(), *_listed(notes)]
    lines += ["", f"{page.call}: {BLANK * 3}", ""]
    for line in page.foot:
        lines += _wrapped(line)
    return _finished(lines)


def label_text(page: LabelPage) -> str:
    """Draw a label as text."""
    return _finished([line for line, _ in page.lines])


def _finished(lines: list[str]) -> str:
    # A no-break space has done its work once the lines are broken.
    return "\n".join(line.replace(NO_BREAK, " ").rstrip() for line in lines) + "\n"


def _filled(fact: Fact) -> str:
    return BLANK * 2 if fact.value is None else fact.value


def _facts(facts: tuple[Fact, ...]) -> Iterator[str]:
    widest = max((len(fact.name) for fact in facts), default=0)
    for fact in facts:
        yield from _wrapped(f"{fact.name.ljust(widest)}  {_filled(fact)}", after=" " * (widest + 2))


def _listed(notes: Notes) -> Iterator[str]:
    for line in notes.lines:
        yield from _wrapped(f"- {line}", after="  ")


def _wrapped(text: str, after: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=after, break_on_hyphens=False) or [""]


def broken(text: str, columns: int, *, within_words: bool = True, indent: str = "") -> list[str]:
    """Break a text into lines of so many columns, between words: never between a number and its unit.

    Args:
        text: What to break.
        columns: Room on a line. A word that may not be broken can need more.
        within_words: Whether a word longer than a line is broken as well.
        indent: What stands before every line but the first.
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        room = columns - len(indent)
        if width(longer) <= columns:
            lines[-1:] = [longer]
        elif within_words and NO_BREAK not in word and width(word) > room:
            step = room if width(word) == len(word) else room // 2
            pieces = [word[start : start + step] for start in range(0, len(word), step)]
            lines += [f"{indent}{piece}" if lines or place else piece for place, piece in enumerate(pieces)]
        else:
            lines.append(f"{indent}{word}" if lines else word)
    return lines


def width(line: str) -> int:
    """Return how many letters' widths a line takes at most, in type of one width."""
    return sum(1 if ord(letter) < _KNOWN_WIDTH else 2 for letter in line)


def _table(table: Table) -> list[str]:
    from tabulate import tabulate  # not needed until something is drawn

    rows = [[BLANK if cell is None else cell for cell in row] for row in table.rows]
    for row in rows:
        for place in table.free:
            row[place] = "\n".join(broken(row[place], _WIDEST_CELL))
    drawn: str = tabulate(rows, headers=table.headers, tablefmt="simple", disable_numparse=True)
    return drawn.splitlines()
