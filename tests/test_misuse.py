"""Every public function answers what it cannot take with an error of ours."""

from __future__ import annotations

import copy
import pickle
import time
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import Amount, Cocktail, Formulary, PrescriptionLog, other
from mesococktail.errors import BatchError, MesococktailError, TermError
from mesococktail.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMULARY = Formulary.shipped()
FINDING = Finding(Severity.ERROR, "record", "at", "is missing")
NOT_TEXT: tuple[Any, ...] = (None, 3, 1.5, b"biotin", [], {}, object(), Cocktail)


@pytest.mark.parametrize("given", NOT_TEXT, ids=lambda given: type(given).__name__)
@pytest.mark.parametrize(
    "call",
    [
        FORMULARY.find,
        FORMULARY.longest,
        FORMULARY.with_class,
        FORMULARY.terms,
        lambda given: FORMULARY.term(given, "nappage"),
        lambda given: FORMULARY.term("delivery", given),
        lambda given: other("a blend", description="of our own", measure=given),
        lambda given: other(given, description="of our own"),
        Amount.parse,
        Amount.from_stored,
        Cocktail.parse,
    ],
    ids=range(11),
)
def test_what_is_no_text_is_refused_by_us(call: Callable[[Any], object], given: Any) -> None:
    with pytest.raises(MesococktailError) as refused:
        call(given)
    assert str(refused.value)


def test_the_written_text_of_a_stored_amount_is_a_text() -> None:
    with pytest.raises(MesococktailError):
        Amount.from_stored("5 mg", text={})  # type: ignore[arg-type]  # the point of the test


def test_an_error_can_always_be_shown() -> None:
    error = TermError("is odd", path=len)  # the path came from a caller
    assert "built-in function len" in str(error)


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (["a"] * 1_000_000, "['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',…"),
        (
            dict.fromkeys(range(999999, 0, -1), 0),
            "{999999: 0, 999998: 0, 999997: 0, 999996: 0, 999995: 0, 9999…",
        ),
        ({"b": {"a": (1, None)}}, "{'b': {'a': (1, None)}}"),
        ([[[[[[1]]]]]], "[[[[[...]]]]]"),
        ([{"a": [{"b": {}}]}], "[{'a': [{'b': {...}}]}]"),
        (10**5000, "a int that cannot be shown"),
    ],
    ids=["long list", "long mapping", "short", "deep list", "deep mapping", "long number"],
)
def test_of_what_came_only_the_beginning_is_looked_at(got: object, said: str) -> None:
    start = time.perf_counter()
    assert MesococktailError("is odd", got=got).got == said
    assert time.perf_counter() - start < 0.05


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))]
)
def test_an_error_goes_to_another_process_as_it_is(copied: Callable[[MesococktailError], Any]) -> None:
    error = BatchError("refused", path="line 1", got=5, cure="mend it", findings=[FINDING])
    other_one = copied(error.at("import"))
    assert type(other_one) is BatchError
    assert str(other_one) == "import.line 1: 5: refused; mend it"
    assert other_one.findings == (FINDING.under("import"),)


@pytest.mark.parametrize("receipts", ["1-AAAAAAAAAA", 3, None])
def test_receipts_are_several(tmp_path: Path, receipts: Any) -> None:
    with (
        PrescriptionLog.create(tmp_path / "a.db", clinic="x") as log,
        pytest.raises(MesococktailError, match=r"receipts: .*must be several receipts"),
    ):
        log.verify(receipts=receipts)


@pytest.mark.parametrize("batch", [0, -1, 2**70, 1.5, True, "9"])
def test_a_batch_has_a_size(tmp_path: Path, batch: Any) -> None:
    with (
        PrescriptionLog.create(tmp_path / "a.db", clinic="x") as log,
        pytest.raises(MesococktailError, match=r"batch: .*must be a whole number from 1 to 1000000"),
    ):
        log.append_many([], batch=batch)
