"""A page before it is drawn: the same words and figures for text and for HTML."""

from __future__ import annotations

import attrs


@attrs.frozen
class Fact:
    """One thing with its name."""

    name: str
    value: str | None
    """None is a place to write on."""


@attrs.frozen
class Table:
    """Rows under headers; the first cell of a row names it. None is a cell to write in."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    free: tuple[int, ...] = ()
    """Columns of free text, which may run over several lines; a figure never does."""
    figures: tuple[int, ...] = ()
    """Columns of amounts."""


@attrs.frozen
class Notes:
    """Lines under a heading."""

    title: str
    lines: tuple[str, ...]


@attrs.frozen(kw_only=True)
class SheetPage:
    """Everything that stands on a preparation sheet, from top to bottom."""

    title: str
    clinic: str
    warning: str | None
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    ends: tuple[Fact, ...]
    """Total and discard-by."""
    notes: tuple[Notes, ...]
    signatures: tuple[tuple[Fact, ...], ...]
    foot: tuple[str, ...]


@attrs.frozen(kw_only=True)
class AftercarePage:
    """Everything that stands on a patient's page."""

    title: str
    facts: tuple[Fact, ...]
    lists: tuple[Notes, ...]
    call: str
    foot: tuple[str, ...]


@attrs.frozen(kw_only=True)
class LabelPage:
    """The lines of a label, broken to its width."""

    lines: tuple[tuple[str, bool], ...]
    """Each with whether it is printed bold."""
    points: int
    """Size of the type."""
