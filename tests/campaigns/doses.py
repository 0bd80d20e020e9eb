"""Texts of doses: read as a pharmacist reads them, or refused; never anything else, and at once.

`STRINGS` are the 205 on which pint misreads, hangs or fails, each with what it must be here. The others are
every unit over every unit, and good doses scrambled. What a text means is settled twice: by the library, and
by the few lines of `_reading`, which share nothing with it.
"""

from __future__ import annotations

import json
import random
import re
import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import attrs
import pint

from mesococktail.amounts import Amount, amount, refusal_of, spelling_table
from mesococktail.amounts.vocabulary import UNITS, code_of
from mesococktail.errors import AmountError
from tests.campaigns.campaign import Outcome
from tests.campaigns.scrambling import scrambled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesococktail.amounts.exact import Exact
    from tests.campaigns.campaign import Size

TITLE = "every text of a dose is read as a pharmacist reads it, or refused"
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"mutations": 3000},
    "ci": {"mutations": 30_000},
    "release": {"mutations": 300_000},
}
LONGEST_SECONDS = 0.001
_TRIES = 5
_SHOWN = 60


@attrs.frozen
class Dose:
    """One of the 205 texts, and what it is."""

    text: str
    stored: str | None
    """In our units as written, if it is read."""
    base: str | None
    """The same in the unit that its dimension is counted in."""
    refused: str | None
    """The code of the reason, if it is refused."""


def _strings() -> Iterator[Dose]:
    rows = json.loads(Path(__file__).with_name("dose_strings.json").read_text(encoding="utf-8"))
    for row in rows:
        text = row.get("text") or "".join(piece * times for piece, times in row.get("repeated", ()))
        yield Dose(text, row.get("stored"), row.get("base"), row.get("refused"))


STRINGS = tuple(_strings())
"""Reviewed by hand against docs/reference/amounts.md. The long ones are kept as pieces and how often."""


def run(mutations: int, seed: int = 1) -> Outcome:
    """Read the 205 texts, every unit over every other, and as many scrambled texts."""
    outcome = Outcome({"pint": pint.__version__})
    for dose in STRINGS:
        _judge(dose, outcome)
    rng = random.Random(seed)
    several = {
        "unit": list(_units()),
        "mutation": (scrambled(rng.choice(_GOOD), _PIECES, rng) for _ in range(mutations)),
    }
    for sort, texts in several.items():
        for number, text in enumerate(texts):
            wrong = _misread(text)
            outcome.count(f"{sort}s")
            outcome.count(f"{sort}s read", wrong == "")
            if wrong:
                outcome.wrong.append(f"{sort} {number} of seed {seed}: {_quoted(text)} {wrong}")
    return outcome


def _units() -> Iterator[str]:
    """Yield every spelling that the table has, and every accepted one over every other."""
    table = spelling_table()
    yield from (f"3 {row.text}" for row in table)
    accepted = [row.text for row in table if row.accepted]
    yield from (f"3 {above}/7 {below}" for above in accepted for below in accepted)


def control() -> Outcome:
    """Let pint read the texts."""
    theirs: pint.UnitRegistry[Any] = pint.UnitRegistry()

    def read(text: str, _units: frozenset[str]) -> tuple[Exact, str] | None:
        if re.search(r"9\^9|\*\*9|\*\*10", text):
            return None  # pint would still be at it tomorrow
        try:
            quantity: Any = theirs.Quantity(text)
        except pint.PintError:
            return None
        code = code_of(f"{quantity.units:~}")
        return None if code is None else (Decimal(str(quantity.magnitude)), code)

    with patch.object(amount, "read", read):
        return run(mutations=100)


def _judge(dose: Dose, outcome: Outcome) -> None:
    """Hold one of the 205 to what it must be, and to its time."""
    said = []
    try:
        read: Amount | None = Amount.parse(dose.text)
    except AmountError:
        read = None
    except Exception as error:  # noqa: BLE001  # any other is a broken promise by itself
        outcome.wrong.append(f"{_quoted(dose.text)} raised what is not ours: {error!r}")
        return
    outcome.count("refused" if read is None else "read")
    if dose.refused is None and read is None:
        said.append(f"is refused, and means {dose.base}")
    elif dose.refused is not None and read is not None:
        said.append(f"is read as {read}, and must be refused")
    elif read is not None and (read.stored, _in_base(read)) != (dose.stored, dose.base):
        said.append(f"is read as {read.stored}, {_in_base(read)}, and is {dose.stored}, {dose.base}")
    refusal = refusal_of(dose.text)
    if (refusal and refusal.code) != dose.refused:
        said.append(f"is said to be {refusal}, and is {dose.refused or 'read'}")
    seconds = min(_seconds(dose.text) for _ in range(_TRIES))
    outcome.did["slowest ms"] = max(float(outcome.did.get("slowest ms", 0)), round(seconds * 1000, 3))
    if seconds > LONGEST_SECONDS:
        said.append(f"takes {seconds * 1000:.1f} ms")
    outcome.wrong += [f"{_quoted(dose.text)} {one}" for one in said]


def _seconds(text: str) -> float:
    amount._parse.cache_clear()
    started = time.perf_counter()
    with suppress(AmountError):
        Amount.parse(text)
    return time.perf_counter() - started


def _in_base(read: Amount) -> str:
    code = next(one.code for one in UNITS.values() if one.dimension is read.dimension and one.base)
    return f"{read.base} {code}"


def _misread(text: str) -> str | None:
    """Return what is wrong with how a text is read; None where it is rightly refused."""
    meant = _reading(text)
    try:
        read = Amount.parse(text)
    except AmountError as error:
        if refusal_of(text) is None:
            return f"is refused ({error.rule}), and refusal_of says it is read"
        return None if meant is None else f"is refused ({error.rule}), and means {meant}"
    except Exception as error:  # noqa: BLE001  # any other is a broken promise by itself
        return f"raised what is not ours: {error!r}"
    if meant != (Fraction(read.base), read.dimension.value):
        return f"is read as {read.stored}, and means {meant}"
    return _lost(read)


def _lost(read: Amount) -> str:
    """Return how an amount is not the same any more once it was written, stored, or handed to pint."""
    again = [Amount.parse(str(read)), Amount.parse(read.text or ""), Amount.from_stored(read.stored)]
    if isinstance(read.value, Decimal):
        again.append(Amount.of(read.quantity))  # which rounds a fraction
    return "".join(f"is read as {read.stored}, and again as {one.stored}; " for one in again if one != read)


def _quoted(text: str) -> str:
    return ascii(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)")


_UNITS: Mapping[str, Mapping[str, str]] = {
    "mass": {"1": "mg", "1000": "g", "1000000": "kg", "1/1000": "mcg|ug|µg|μg", "1/1000000": "ng"},
    "volume": {"1": "mL|ml|cc", "1/1000": "uL|ul|mcL|µL|µl|μL|μl", "100": "dL|dl", "1000": "L|l"},
    "activity": {"1": r"IU|I\.U\.|UI|U\.I\."},
    "product units": {"1": "product units?"},
    "count": {"1": "counts?|platelets?|cells?|particles?|hairs?"},
    "length": {"1": "cm", "1/10": "mm", "1/10000": "um|µm|μm"},
    "area": {"1": r"cm\^?2", "1/100": r"mm\^?2"},
    "parts per million": {"1": "ppm"},
    "percent": {"1": "%|percent"},
    "mass per volume": {"10": r"% ?w/v|% \(w/v\)"},
    "equivalents": {"1": "mEq|meq"},
    "drops": {"1": "drops?|gtt"},
    "rotation speed": {"1": "rpm"},
    "relative force": {"1": "x ?g"},
    "frequency": {"1": "Hz", "1000": "kHz"},
    "time": {
        "1": "s|sec|seconds?",
        "60": "min|minutes?",
        "3600": "h|hours?",
        "86400": "d|days?",
        "604800": "wk|weeks?",
    },
    "fold over baseline": {"1": "x baseline|-?fold|fold over baseline"},
}
"""By dimension, how many of its base unit each spelling is."""
_OVER = {
    ("mass", "volume"),
    ("activity", "volume"),
    ("product units", "volume"),
    ("count", "volume"),
    ("equivalents", "volume"),
    ("count", "area"),
    ("volume", "area"),
}
_COUNTED = {"count", "activity", "count per volume", "activity per volume", "count per area"}
_NUMBER = r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,15})?"
_POWER = r"(?:[eE]([0-9]{1,2})| ?x ?10\^([0-9]{1,2}))?"
_ANY = "|".join(spellings for sizes in _UNITS.values() for spellings in sizes.values())
_WHOLE = re.compile(rf" *({_NUMBER}){_POWER} *(?:({_ANY})|({_ANY}|) */ *({_NUMBER})? *({_ANY})) *", re.ASCII)
_LARGEST = 10**18


def _reading(text: str) -> tuple[Fraction, str] | None:
    """Return number, in the base unit, and dimension of a text; None where it is none.

    By docs/reference/amounts.md, and with a table of units of its own.
    """
    found = _WHOLE.fullmatch(text) if len(text) <= 64 else None
    if found is None:
        return None
    number, e, power, alone, above, divisor, below = found.groups()
    if alone:
        size, dimension = _unit(alone)
    else:
        (size, dimension), (size_below, dimension_below) = _unit(above or "count"), _unit(below)
        if (dimension, dimension_below) not in _OVER or not Fraction(divisor or 1) or (divisor and not above):
            return None
        size /= size_below
        dimension = f"{dimension} per {dimension_below}"
    raised = e or power
    if raised is not None and (dimension not in _COUNTED or not 1 <= int(raised) <= 12):
        return None
    written = Fraction(number) * 10 ** int(raised or 0) / Fraction(divisor or 1)
    if not written or max(written, written * size) >= _LARGEST or not _can_be_written(written):
        return None
    return written * size, dimension


def _unit(spelling: str) -> tuple[Fraction, str]:
    for dimension, sizes in _UNITS.items():
        for size, spellings in sizes.items():
            if re.fullmatch(spellings, spelling, re.ASCII):
                return Fraction(size), dimension
    raise KeyError(spelling)


def _can_be_written(number: Fraction) -> bool:
    """Whether a text may hold the number again: with 15 places, or as one number over another."""
    as_decimal = (number * 10**15).denominator == 1
    return as_decimal or max(number.numerator, number.denominator) < _LARGEST


_GOOD = (
    "2.5 mL",
    "10 mg",
    "5mg",
    "0.05 mg/mL",
    "5 IU",
    "2 %",
    "100 µg",
    "0.5 % w/v",
    "200 mg/10 mL",
    "10 mg / 3 mL",
    "1.5e9 platelets",
    "2 x10^6 cells/mL",
    "900 /uL",
    "150 hairs/cm2",
    "0.02 mL/cm2",
    "4 product units/0.1 mL",
    "3 x baseline",
    "3-fold",
    "1500 rpm",
    "400 x g",
    "30 min",
    "2 weeks",
    "0.25 mm",
    "5 mEq/L",
    "999999999999999999 kg",
    "0.000000000000001 ng/7 mL",
)
_PIECES = (
    *("mg", "g", "kg", "mcg", "ng", "mL", "L", "uL", "dL", "IU", "cells", "cm2", "mm^2", "rpm", "fold", "d"),
    *("h", "min", "s", "MG", "Mg", "ML", "U", "units", "mol", "gr", "ampoule", "/mL", "/cm2", "e3", "x10^6"),
    *(
        ",000",
        "0.5",
        "00",
        "1",
        "-",
        "1/3",
        "nan",
        "inf",
        "0x1",
        "+/-",
        "**",
        "(5)",
        "%",
        "½",
        "㎎",
        "㏄",
        "μg",
    ),
    *(" w/v", "x g", "x baseline", "/ 3 mL", " per mL", " 000", " to ", "about ", "up to ", "㏄", "µL"),
)
