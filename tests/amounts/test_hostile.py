"""The 205 texts on which pint misreads, hangs or fails, and what each of them is here.

Reviewed by hand: what is read is what a pharmacist reads, and everything else is refused for a named reason.
"""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from mesococktail.amounts import Amount, refusal_of
from mesococktail.errors import AmountError, quote
from tests.campaigns.doses import STRINGS, Dose


@pytest.mark.parametrize("dose", STRINGS, ids=range(len(STRINGS)))
def test_each_is_what_a_pharmacist_makes_of_it(dose: Dose) -> None:
    refusal = refusal_of(dose.text)
    if dose.refused is None:
        assert refusal is None
        assert Amount.parse(dose.text).stored == dose.stored
        return
    assert refusal is not None
    assert refusal.code == dose.refused
    with pytest.raises(AmountError) as caught:
        Amount.parse(dose.text)
    assert quote(dose.text) in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize(
    "text",
    [
        "999999999999999999 kg",
        "999999999999999999 mg/0.5 mL",
        "999999999999999999 kg/0.000000000000001 uL",
        "12345678.123456789012345 mg/7 mL",
        "0.000000000000001 ng/999999999999999999 L",
    ],
)
def test_what_could_not_be_compared_or_written_again_has_too_many_digits(text: str) -> None:
    refusal = refusal_of(text)
    assert refusal is not None
    assert refusal.code == "too_many_digits"
    with pytest.raises(AmountError, match="more digits than any amount has; write it in a fitting unit"):
        Amount.parse(text)


def test_no_amount_is_too_large_to_be_compared() -> None:
    assert Amount(Decimal(10**11), "kg") > Amount.parse("5 mg")
    with pytest.raises(AmountError, match="beyond the numbers that are kept exactly"):
        Amount(Decimal(10**12), "kg")


def test_all_205_together_take_less_than_one_would_be_allowed_in_a_bad_parser() -> None:
    start = time.perf_counter()
    for dose in STRINGS:
        refusal_of(dose.text)
    assert time.perf_counter() - start < 1  # 205 times 1 ms would be 0.2 s; the rest is for a busy machine


def test_a_million_characters_are_refused_without_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked(*_: object) -> None:
        raise AssertionError("the text was looked at")

    monkeypatch.setattr("mesococktail.amounts.amount.read", looked)
    monkeypatch.setattr("mesococktail.amounts.refusal.read", looked)
    for letter in ("1", " ", "a", "(", "-", "\N{MICRO SIGN}", "5 mg "):
        with pytest.raises(AmountError, match="longer than 64 characters"):
            Amount.parse(letter * 1_000_000)


def test_the_slowest_text_of_64_characters_is_quick() -> None:
    start = time.perf_counter()
    for letter in (
        "1",
        "1,",
        "1.",
        "1 000 ",
        "0",
        "a",
        "5 mg ",
        "-",
        "5 - ",
        "x10^",
        "1e",
        "/",
        "\N{CYRILLIC SMALL LETTER EM}",
    ):
        refusal_of((letter * 64)[:64])
    assert time.perf_counter() - start < 0.5
