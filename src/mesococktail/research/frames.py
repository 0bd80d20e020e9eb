"""Answers as data frames: whole numbers stay whole, decimals exact, and what is suppressed is flagged."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mesococktail.errors import QuestionError
from mesococktail.research.suppression import SUPPRESSED

if TYPE_CHECKING:
    from mesococktail.research.answer import Answer

FLAG = "suppressed"
"""Name of the column that says whether anything in a row is suppressed."""


def library(name: str, extra: str | None = None) -> Any:  # noqa: ANN401  # a module
    """Return a library that whoever wants a frame or a plot has to have.

    Raises:
        QuestionError: It is not installed.
    """
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        package = f"'mesococktail[{extra}]'" if extra else name
        raise QuestionError(f"this needs the package {name}", cure=f"pip install {package}") from None


def columns_of(answer: Answer) -> dict[str, list[Any]]:
    """Return the rows as columns: suppressed numbers are None, with a flag beside where any could be."""
    found = {
        column.name: [None if (cell := row[column.name]) == SUPPRESSED else cell for row in answer.rows]
        for column in answer.columns
    }
    if answer.suppress_below is not None:
        found[FLAG] = [SUPPRESSED in row.values() for row in answer.rows]
    return found


def about(answer: Answer) -> dict[str, str]:
    """Return what must stay with the figures."""
    return {
        "question": answer.question,
        "counted": answer.counted,
        "notes": "\n".join(answer.notes),
        "columns": json.dumps({column.name: column.meaning for column in answer.columns}, ensure_ascii=False),
    }


def to_arrow(answer: Answer) -> Any:  # noqa: ANN401  # pyarrow ships no types
    """Return a table of Arrow: int64, decimal128, string and bool."""
    pa = library("pyarrow", "research")
    arrays = {name: pa.array(cells, _type(pa, cells)) for name, cells in columns_of(answer).items()}
    return pa.table(arrays).replace_schema_metadata(about(answer))


def _type(pa: Any, cells: list[Any]) -> Any:  # noqa: ANN401  # as above
    known = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, bool) for cell in known):
        return pa.bool_()
    if any(isinstance(cell, str) for cell in known):
        return pa.string()
    decimals = [cell for cell in known if isinstance(cell, Decimal)]
    if not decimals:
        return pa.int64() if known else pa.null()
    # Wide enough for every cell of the column, so that no digit is lost.
    places = max(max(-int(cell.as_tuple().exponent), 0) for cell in decimals)
    digits = max(cell.adjusted() for cell in decimals if cell) + 1 if any(decimals) else 1
    width = max(digits, 1) + places
    return pa.decimal128(width, places) if width <= _WIDEST else pa.decimal256(width, places)


_WIDEST = 38
"""Digits of a decimal of 128 bits."""


def to_pandas(answer: Answer) -> Any:  # noqa: ANN401  # pandas ships no types
    """Return a frame of pandas: Int64, Decimal objects, text and bool; notes in ``attrs``."""
    pandas = library("pandas")
    frame = pandas.DataFrame(
        {name: pandas.Series(cells, dtype=_dtype(cells)) for name, cells in columns_of(answer).items()}
    )
    frame.attrs |= about(answer)
    return frame


def _dtype(cells: list[Any]) -> str:
    known = [cell for cell in cells if cell is not None]
    if known and all(isinstance(cell, bool) for cell in known):
        return "bool"
    return "Int64" if known and all(type(cell) is int for cell in known) else "object"


def to_polars(answer: Answer) -> Any:  # noqa: ANN401  # loaded only here
    """Return a frame of polars: Int64, Decimal, String and Boolean."""
    return library("polars").from_arrow(to_arrow(answer))


def html(answer: Answer) -> str:
    """Return the answer for a notebook: a table, and its notes below."""
    from html import escape

    notes = "<br>".join(escape(note) for note in answer.notes)
    return f"{answer.table(tablefmt='html')}<p><small>{notes}</small></p>"
