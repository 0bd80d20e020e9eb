"""What is fuzzed: the doors that read, each with sound inputs to start from, and what holds of what is read.

A target may refuse with an error of ours. What it reads must be the same once it is written and read again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import attrs
import pint

from mesococktail import Amount, AmountRange, Cocktail, Formulary, PrescriptionLog
from mesococktail.errors import MesococktailError
from mesococktail.formulary import clinic
from mesococktail.log import PublicKey, Receipt
from mesococktail.records import KINDS, Plan, document, given_record, stored_record, time_of, time_text
from tests.courses import whole_course
from tests.log.helpers import AT, DOCTOR, GIVEN, LINE, exported, prescribe

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = list(KINDS)
_LONGEST = 4096
_LONGEST_LINE = 300


@attrs.frozen
class Target:
    """A door to be fuzzed."""

    name: str
    read: Callable[[bytes], object]
    """What comes in; None, or what it becomes when it is written and read again, beside what it was."""
    seeds: Collection[bytes]
    pieces: Collection[str]
    """What its grammar is made of."""
    share: int
    """Of a thousand runs, how many it gets: those that take long get few."""
    longest: int = _LONGEST
    """Bytes of one input."""


class ReadOtherwiseError(AssertionError):
    """What was read is another thing when it is written and read again."""


def entered(target: Target, data: bytes) -> bool:
    """Send an input to a door; whether it was read.

    Raises:
        Exception: Anything that is not an error of ours is a fault.
    """
    try:
        target.read(data)
    except MesococktailError as error:
        if not str(error) or not error.findings:
            raise ReadOtherwiseError("is refused without a word") from error
        return False
    return True


def targets(folder: Path) -> list[Target]:
    """Return every target; they use *folder* for a log, a file and whatever they make."""
    with PrescriptionLog.create(folder / "seeds.db", clinic="riverside") as log:
        log.register(DOCTOR)
        prescribe(log)
        small = exported(log)
        course = [entry for entry in whole_course(log).values() if entry.document is not None]
        receipts = [f"{entry.receipt.seq}-{entry.receipt.hash}" for entry in course]
    stored = [bytes([_KINDS.index(one.kind)]) + (one.document or b"") for one in course]
    lines = [json.dumps({"kind": one.kind} | json.loads(one.document or b"")).encode() for one in course]
    log = PrescriptionLog.open(folder / "seeds.db")
    text = [
        Target("amount", _again(Amount.parse, str), _lines(*_AMOUNTS), _UNITS, 250, 80),
        Target("range", _again(AmountRange.parse, str), _lines(*_RANGES), (*_UNITS, *_BOUNDS), 120, 80),
        Target("plan", _again(Plan.parse, str), _lines(*_PLANS), _PHASES, 120, _LONGEST_LINE),
        Target("time", _again(time_of, time_text), _lines(*_TIMES), _CLOCK, 120, 60),
        Target(
            "receipt",
            _again(Receipt.parse, lambda one: f"{one.seq}-{one.hash}"),
            _lines(*receipts),
            "-A2",
            90,
            80,
        ),
        Target("public key", _again(PublicKey.parse, str), _lines(f"ed25519:{'A' * 52}"), "A2:", 60, 80),
        Target(
            "cocktail",
            _again(Cocktail.parse, str),
            _lines(*_COCKTAILS),
            (*_UNITS, *_PARTS),
            100,
            _LONGEST_LINE,
        ),
    ]
    documents = [
        Target("given document", _given, stored, _JSON, 65),
        Target("stored document", _stored, stored, _JSON, 50),
        Target("line", lambda data: _line(log, data), [*lines, json.dumps(GIVEN).encode()], _JSON, 15),
        Target("clinic file", lambda data: _clinic(folder / "clinic.toml", data), [_CLINIC], _TOML, 9),
        Target("transfer", lambda data: _restore(folder / "made.db", data), [small], _JSON, 1),
    ]
    return [*text, *documents]


def raw_pint() -> Target:
    """Return the target that must be found: pint itself, which raises what it likes."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()

    def read(data: bytes) -> None:
        text = _text(data)
        if "**" in text or "^" in text:
            return  # it would still be at it tomorrow
        try:
            registry.Quantity(text)
        except pint.PintError:
            raise MesococktailError("refused") from None

    return Target("raw pint", read, _lines(*_AMOUNTS), _UNITS, 1, 80)


def _lines(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _again(parse: Callable[[str], Any], write: Callable[[Any], str]) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        once = parse(_text(data))
        try:
            twice = parse(write(once))
        except MesococktailError as error:
            raise ReadOtherwiseError(f"{write(once)!r} is written, and refused: {error}") from error
        if twice != once:
            raise ReadOtherwiseError(f"{once!r} becomes {twice!r}")

    return read


def _given(data: bytes) -> None:
    kind = _KINDS[(data or b"\0")[0] % len(_KINDS)]
    record = given_record(kind, data[1:], Formulary.shipped())
    if stored_record(kind, document(record)) != record:
        raise ReadOtherwiseError(f"{record!r} is stored otherwise")


def _stored(data: bytes) -> None:
    kind = _KINDS[(data or b"\0")[0] % len(_KINDS)]
    record = stored_record(kind, data[1:])
    if stored_record(kind, document(record)) != record:
        raise ReadOtherwiseError(f"{record!r} is stored otherwise")


def _line(log: PrescriptionLog, data: bytes) -> None:
    log.append_many(data.split(b"\n"), dry_run=True)


def _clinic(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    Formulary.load(path)


def _restore(path: Path, data: bytes) -> None:
    try:
        with PrescriptionLog.restore(path, io.BytesIO(data)) as log:
            if findings := log.verify():
                raise ReadOtherwiseError(f"what was restored does not verify: {findings}")
    finally:
        path.unlink(missing_ok=True)


_AMOUNTS = (
    "2.5 mL",
    "10 mg",
    "0.05 mg/mL",
    "200 mg/10 mL",
    "5 IU",
    "2 %",
    "0.5 % w/v",
    "1.5e9 platelets",
    "100 µg",
    "900 /uL",
    "2 x10^6 cells/mL",
    "3-fold",
    "400 x g",
    "2 weeks",
    "0.02 mL/cm2",
)
_UNITS = (
    "mg",
    "g",
    "mcg",
    "µg",
    "mL",
    "uL",
    "L",
    "IU",
    "%",
    " % w/v",
    "/",
    " ",
    ".",
    "e9",
    "x10^6",
    "cells",
    "cm2",
    "0",
)
_RANGES = (
    "0.5-1 mg",
    "up to 150 mg",
    "about 3-fold",
    "at least 2 mL",
    "1 mg to 2 mg",
    "0.1–0.2 mg/mL",
    "~5 mL",
)
_BOUNDS = ("up to ", "at most ", "at least ", "about ", "~", "<=", ">= ", "-", "–", " to ")
_PLANS = (
    "weekly x8, then every 2 weeks x2, then after 4 weeks; stated 12",
    "every 3-5 weeks x4-6",
    "at most 3, every 4 weeks",
    "weeks 0, 1, 2, 3, 5, 7, 11",
    "daily",
    "monthly x6",
)
_PHASES = (
    "weekly",
    "daily",
    "monthly",
    "every ",
    "after ",
    " weeks",
    " days",
    " x8",
    "-",
    ", then ",
    "; stated ",
    "at most ",
    "weeks ",
    ", ",
    "999",
    "0",
)
_TIMES = (
    AT,
    "2025-03-01T10:00Z",
    "20250301T100000+0400",
    "2019-03",
    "2019",
    "2025-03-01 10:00:00.123456-11:30",
)
_CLOCK = ("-", ":", "T", "Z", "+04:00", "2025", "12", "31", "24", ".", ",", "W01", "0")
_COCKTAILS = (
    LINE,
    "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL + saline q.s. to 5 mL",
    'other "serum x" [a serum] 1 mL (principal) + PRP 4 mL (complementary); deviation: protocol 7',
    "minoxidil unknown (label torn) (principal) + biotin 5 mg (complementary) + "
    "lidocaine 1 mL of 2% (anaesthetic)",
    "NCTF 135 HA 0.05 mL x 60 (principal) + dexpanthenol 5 mg in 1 mL (complementary)",
)
_PARTS = (
    " + ",
    " of ",
    " in ",
    " x ",
    "(principal)",
    "(complementary)",
    "(diluent)",
    "q.s. to ",
    "unknown (",
    "; deviation: ",
    'other "',
    '" [',
    "] ",
    "minoxidil ",
    "biotin ",
    "PRP ",
    "saline ",
    "vitamin B12 ",
)
_JSON = (
    '"',
    ":",
    ",",
    "{",
    "}",
    "[",
    "]",
    "null",
    "true",
    "1",
    "-0",
    "1e9",
    "\\u0000",
    "\\ud800",
    '"kind"',
    '"id"',
    '"at"',
    '"2025-03"',
    '"5 mg"',
    '{"amount":"5 mg"}',
    '"P-1"',
    "\\",
    "[[[[",
    "9" * 12,
    '"patient":"P-2"',
    "é",
)
_CLINIC = (clinic.__doc__ or "").split("```")[1].removeprefix("toml\n").encode()
_TOML = (
    "[[agents]]",
    "[stock]",
    "[[formulas]]",
    "[[rules]]",
    "[[terms]]",
    "[[aftercare]]",
    "[[plans]]",
    "\n",
    "=",
    '"',
    "'''",
    '"""',
    "[",
    "]",
    "{",
    "}",
    "#",
    ".",
    ",",
    "true",
    "nan",
    "1e9",
    "2020-01-01",
    "\\u0000",
    'name = "x"',
    'code = "x"',
    'version = "1"',
    "minoxidil",
)
