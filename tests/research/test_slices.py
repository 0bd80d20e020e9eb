"""The rows of a large lake come in slices."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from mesococktail.errors import QuestionError
from mesococktail.research.engines import FolderPicture


class Engine:
    """Stands for a connection of DuckDB whose cursor gives some rows and then fails."""

    def __init__(self, *slices: list[tuple[int]]) -> None:
        self.slices = list(slices)

    def cursor(self) -> Engine:
        return self

    def execute(self, _: str, __: tuple[str, ...]) -> Engine:
        return self

    def fetchmany(self, _: int) -> list[tuple[int]]:
        if not self.slices:
            raise RuntimeError("out of memory\nand more")
        return self.slices.pop(0)


class Nothing:
    """Stands for a lake without tables."""

    tables: ClassVar[dict[str, Any]] = {}


def picture(*slices: list[tuple[int]]) -> FolderPicture:
    return FolderPicture(Engine(*slices), Nothing())  # type: ignore[arg-type]  # stands for a lake


def test_slices_come_one_after_another() -> None:
    assert list(picture([(1,), (2,)], [(3,)], []).rows("SELECT")) == [(1,), (2,), (3,)]


def test_an_engine_that_fails_between_slices_is_an_error_of_ours() -> None:
    rows = iter(picture([(1,)]).rows("SELECT"))
    assert next(rows) == (1,)
    with pytest.raises(QuestionError) as caught:
        next(rows)
    assert (
        str(caught.value) == "source: cannot be asked: out of memory; "
        "copy an export with a damaged file once more; if memory or room is short, narrow the question"
    )
