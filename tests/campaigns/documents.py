"""Hostile documents at every door: each is refused with an error of ours, at once, and changes nothing.

What each door is to make of each document stands in `expected`. A refusal is short, does nothing to a
terminal, and leaves both logs as they were, byte for byte.
"""

from __future__ import annotations

import json
import math
import time
import unicodedata
from decimal import Decimal
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import attrs

from mesococktail import PrescriptionLog
from mesococktail.cli import values
from mesococktail.errors import MesococktailError, quote
from mesococktail.log import batch, transfer
from mesococktail.records import KINDS, document, fields_of, given_record, reading
from tests.campaigns.campaign import Outcome
from tests.campaigns.disk import in_memory
from tests.campaigns.doors import FORMULARY, House, structured_doors, value_doors
from tests.campaigns.doors_text import file_doors, text_doors
from tests.campaigns.expected import GIVEN, MAIN, READ, SAME, SLOWER, TYPES
from tests.campaigns.hostile import structured, texts, whole
from tests.courses import whole_course
from tests.log.helpers import DOCTOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.campaigns.campaign import Size
    from tests.campaigns.doors import Door
    from tests.campaigns.hostile import Hostile

TITLE = "every hostile document is refused at every door where it should be, in 50 ms, and changes nothing"
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {},
    "ci": {"everywhere": 1},
    "release": {"everywhere": 1},
}
LONGEST_SECONDS = 0.05
"""Of the processor: how long others kept it busy is not ours."""
LONGEST_WAIT = 1.0
_TRIES = 3
_LONGEST_MESSAGE = 10_000
_SPACES = "\n\u00a0\u2009\u202f"


def run(everywhere: int = 0) -> Outcome:
    """Try every document at the main doors, or at all of them, then also those of ten megabytes."""
    outcome = Outcome()
    with TemporaryDirectory(dir=in_memory()) as folder:
        house = House(Path(folder))
        for door, documents in _doors(house):
            if everywhere or door.name in MAIN:
                outcome.count("doors")
                _Trial(house, door, outcome).all_of(one for one in documents if everywhere or not one.huge)
        house.close()
    if everywhere:
        _wrong_types(outcome)
    return outcome


def control() -> Outcome:
    """Take whatever `json.loads` takes."""
    loads = json.loads
    with (
        patch.object(reading, "read_json", loads),
        patch.object(batch, "read_json", loads),
        patch.object(values, "read_json", loads),
        patch.object(transfer, "strict_object", loads),
    ):
        return run()


def _doors(house: House) -> Iterator[tuple[Door, Iterable[Hostile]]]:
    for door in chain(structured_doors(house), value_doors(house)):
        yield door, structured()
    for door in text_doors(house):
        yield door, texts()
    for door in file_doors(house):
        yield door, whole()


@attrs.frozen
class _Answer:
    """What a door made of a document."""

    read: str | None
    """None where it was refused."""
    refusal: str
    busy: float
    waited: float


class _Trial:
    """All documents at one door."""

    def __init__(self, house: House, door: Door, outcome: Outcome) -> None:
        self._house = house
        self._door = door
        self._outcome = outcome
        self._expected = READ.get(door.name, {})
        self._sound = ""

    def all_of(self, documents: Iterable[Hostile]) -> None:
        """Try the sound document, then those to be refused, then those to be read, each on fresh logs."""
        sound = self._door.template.made().encode()
        read = self._answer(self._door.prepare(sound))
        if read.read is None:
            self._wrong("the sound document", f"is refused: {read.refusal}")
            return
        self._sound = read.read
        self._house.renew()
        to_read = []
        for one in documents:
            if one.name in self._expected:
                to_read.append(one)
            elif (given := one.bytes_for(self._door.template)) != sound:
                self._try(one.name, given)
        if self._house.changed():
            self._wrong("one of those that are refused", "changed the file")
        for one in to_read:
            self._house.renew()
            self._try(one.name, one.bytes_for(self._door.template))
        self._house.renew()

    def _try(self, name: str, given: bytes) -> None:
        try:
            prepared = self._door.prepare(given)
        except (ValueError, RecursionError):
            return  # no value can come of it
        head = self._house.log.head()
        try:
            answer = self._answer(prepared)
        except Exception as error:  # noqa: BLE001  # any other is a broken promise by itself
            self._wrong(name, f"raised what is not ours: {error!r:.300}")
            return
        self._outcome.count("refused" if answer.read is None else "read")
        self._judge_time(name, answer, len(given))
        expected = self._meant(self._expected.get(name), given)
        if not _alike(answer.read, expected):
            became, meant = (
                "refused" if one is None else f"read as {one!r:.80}" for one in (answer.read, expected)
            )
            self._wrong(name, f"is {became}, and should be {meant}")
            self._house.renew()
        elif answer.read is None:
            if self._house.log.head() != head:
                self._wrong(name, "is refused, and wrote something")
            self._judge_words(name, answer.refusal)

    def _answer(self, prepared: object) -> _Answer:
        """Ask the door, again where it was slow; the quickest answer counts."""
        answers: list[_Answer] = []
        while len(answers) < _TRIES and (not answers or answers[-1].waited > LONGEST_SECONDS):
            busy, waited = time.process_time(), time.perf_counter()
            read, refusal = None, ""
            try:
                read = str(self._door.read(prepared))
            except MesococktailError as error:
                refusal = str(error)
            answers.append(_Answer(read, refusal, time.process_time() - busy, time.perf_counter() - waited))
        first, quick = answers[0], min(answers, key=lambda one: one.busy)
        return attrs.evolve(first, busy=quick.busy, waited=min(one.waited for one in answers))

    def _meant(self, token: str | None, given: bytes) -> str | None:
        if token == SAME:
            return self._sound
        if token == GIVEN:
            return unicodedata.normalize("NFC", given.decode(errors="surrogatepass"))
        return token

    def _judge_time(self, name: str, answer: _Answer, size: int) -> None:
        most = LONGEST_SECONDS + SLOWER.get(self._door.name, 0) * size
        slowest = max(float(self._outcome.did.get("slowest ms", 0)), round(answer.busy * 1000, 1))
        self._outcome.did["slowest ms"] = slowest
        if answer.busy > most or answer.waited > LONGEST_WAIT:
            self._wrong(
                name, f"took {answer.busy * 1000:.0f} ms, and {answer.waited * 1000:.0f} by the clock"
            )

    def _judge_words(self, name: str, said: str) -> None:
        if len(said) > _LONGEST_MESSAGE:
            self._wrong(name, f"is refused in {len(said)} characters")
        if not all(letter.isprintable() or letter in _SPACES for letter in said):
            self._wrong(name, f"is refused in words that do something to a terminal: {said[:200]!r}")

    def _wrong(self, name: str, said: str) -> None:
        self._outcome.wrong.append(f"{self._door.name}: {name} {said}")


def _alike(read: str | None, expected: str | None) -> bool:
    """Whether what was read is what was expected, whatever blanks are in it."""
    if read is None or expected is None:
        return read is expected
    return read.split() == expected.split()


VALUES: tuple[Any, ...] = (
    *(True, False, 5, 1.5, math.nan, 10**9, 10**5000, Decimal("NaN"), b"x", object()),
    *("", " ", [], ["x"], [[]], [5], {}, {"x": {}}, {5: "x"}, "\x00", "\ud800", "x" * 70_000),
)
"""Of which every field takes few or none."""


def _wrong_types(outcome: Outcome) -> None:
    """Give every field of every kind of record values that are not of its type."""
    for kind, record in _one_of_each().items():
        sound, cls = json.loads(document(record)), KINDS[kind]
        for field in fields_of(cls):
            fitting = [repr(one) for one in TYPES.get(field.type, ())]
            for value in VALUES:
                if value == 10**5000 or repr(value) not in fitting:
                    _must_be_refused(outcome, kind, record, sound, field.name, value)


def _one_of_each() -> dict[str, Any]:
    with TemporaryDirectory(dir=in_memory()) as folder:
        path = Path(folder) / "clinic.db"
        with PrescriptionLog.create(path, clinic="riverside") as log:
            log.register(DOCTOR)
            records = {kind: entry.record for kind, entry in whole_course(log).items()}
    return records | {"doctor": DOCTOR}


def _must_be_refused(
    outcome: Outcome, kind: str, record: Any, sound: dict[str, Any], name: str, value: object
) -> None:
    tries: dict[str, Callable[[], object]] = {
        "given_record": lambda: given_record(kind, sound | {name: value}, FORMULARY),
        "the constructor": lambda: attrs.evolve(record, **{name: value}),
    }
    for door, make in tries.items():
        outcome.count("values of a wrong type")
        try:
            make()
        except MesococktailError as error:
            if any(one.path.startswith(name) for one in error.findings):
                continue
            said = f"is refused, and not by its path: {error!s:.200}"
        except Exception as error:  # noqa: BLE001  # any other is a broken promise by itself
            said = f"raised what is not ours: {error!r:.200}"
        else:
            said = "is taken"
        outcome.wrong.append(f"{door}: {quote(value)} for {kind}.{name} {said}")
