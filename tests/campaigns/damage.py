"""Bits flipped and sectors lost anywhere in the file of a log that holds one of everything.

Whether damage does harm is settled without our library: plain SQL reads every table, every index and the
header, and the damaged file is then written to. Whether it is found is what opening and verifying say. The
log is restored from the sample of the format, byte for byte the same each time, so the place of any
damage is all it takes to see it again.
"""

from __future__ import annotations

import io
import random
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from unittest import mock

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mesococktail import Doctor, PrescriptionLog
from mesococktail.errors import MesococktailError
from mesococktail.log import Signer
from mesococktail.records import KINDS
from tests.campaigns.campaign import Outcome
from tests.folders import quick_folder
from tests.log.golden import SAMPLE
from tests.log.helpers import GIVEN, exported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mesococktail import Finding
    from tests.campaigns.campaign import Size

TITLE = "Damage that does harm is found, and none makes the library fail in a way that is not its own"
SIZES: dict[Size, dict[str, int]] = {
    "smoke": {"flips": 25, "sectors": 15, "header": 10},
    "ci": {"flips": 500, "sectors": 250, "header": 200},
    "release": {"flips": 2000, "sectors": 1000, "header": 800},
}
SECTOR = 512
HEADER = 100
"""Bytes in front of a SQLite file, which say how all the rest is to be read."""

SIGNED = "01950000-0000-7000-8000-000000000001"
ENDLESS = 10_000
"""More entries than any file here has: whoever reads so many goes round in a circle."""

T = TypeVar("T")
Rows: TypeAlias = list[list[tuple[Any, ...]]]


@attrs.frozen
class Damage:
    """Some bytes of the file that became others."""

    sort: str
    said: str
    start: int
    put: bytes


@attrs.frozen
class Sample:
    """An untouched log, and what plain SQL reads in it."""

    whole: bytes
    questions: tuple[str, ...]
    content: Rows

    @classmethod
    def made(cls, folder: Path) -> Sample:
        """Restore the sample of the format."""
        path = folder / "whole.db"
        _make(path)
        questions = tuple(_questions(path))
        return cls(path.read_bytes(), questions, _read(path, questions))

    def flip(self, sort: str, bit: int) -> Damage:
        """Return the damage of one flipped bit."""
        place, mask = bit // 8, 1 << bit % 8
        return Damage(sort, f"byte {place} xor {mask}", place, bytes([self.whole[place] ^ mask]))

    def sector_lost(self, number: int) -> Damage:
        """Return the damage of a sector that holds nothing any more."""
        start = number * SECTOR
        return Damage("sectors", f"bytes {start} to {start + SECTOR - 1} zeroed", start, bytes(SECTOR))

    def damages(self, flips: int, sectors: int, header: int, rng: random.Random) -> Iterator[Damage]:
        """Yield flipped bits anywhere, sectors that held something, and other bits of the header."""
        for bit in rng.choices(range(len(self.whole) * 8), k=flips):
            yield self.flip("bits", bit)
        numbers = range(len(self.whole) // SECTOR)
        held = [one for one in numbers if any(self.whole[one * SECTOR : (one + 1) * SECTOR])]
        for number in rng.choices(held, k=sectors) if sectors < len(held) else held:
            yield self.sector_lost(number)
        for bit in rng.sample(range(HEADER * 8), header):
            yield self.flip("bits of the header", bit)

    def damaged(self, damage: Damage, folder: Path) -> Path:
        """Return a fresh file with that damage, and nothing left of the one before."""
        for left in folder.glob("damaged.db*"):
            left.unlink()
        path = folder / "damaged.db"
        with path.open("wb") as file:
            file.write(self.whole)
            file.seek(damage.start)
            file.write(damage.put)
        return path


def _make(path: Path) -> None:
    """Restore the sample of the format; erase a record, sign one, and note a backup."""
    signer = Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with (
        mock.patch("secrets.token_bytes", random.Random(1).randbytes),
        mock.patch("mesococktail.log.recorder.now", return_value=datetime(2026, 1, 1, tzinfo=UTC)),
        SAMPLE.open("rb") as lines,
    ):
        with PrescriptionLog.restore(path, lines) as log:
            log.erase(patient="P-8", reason="asked for it", authority="GDPR art. 17")
        with PrescriptionLog.open(path, signer=signer) as log:
            log.record(Doctor(id="dr-s", name="S. Physician"), id=SIGNED, recorded_by="dr-s")
            log.backup(path.with_name("copy.db"))


def run(flips: int, sectors: int, header: int, seed: int = 4) -> Outcome:
    """Damage a log in many ways, each by itself; every harm must be found."""
    rng = random.Random(seed)
    outcome = _tried(lambda sample: sample.damages(flips, sectors, header, rng))
    outcome.did["seed"] = seed
    return outcome


def _tried(damages: Callable[[Sample], Iterable[Damage]]) -> Outcome:
    outcome = Outcome()
    with quick_folder() as name:
        folder = Path(name)
        sample = Sample.made(folder)
        if noticed := _noticed(folder / "whole.db"):
            outcome.wrong.append(f"an alarm on the untouched file: {noticed}")
        for damage in damages(sample):
            _try(sample, damage, folder, outcome)
    return outcome


def _try(sample: Sample, damage: Damage, folder: Path, outcome: Outcome) -> None:
    path = sample.damaged(damage, folder)
    outcome.count(damage.sort)
    try:
        noticed = _noticed(path)
    except Exception as error:  # noqa: BLE001  # any class but ours is what is looked for
        outcome.wrong.append(f"{damage.said}: raised {error!r}, which is not an error of ours")
        return
    harm = _harm(path, sample) or _harm_later(path)
    if not harm:
        outcome.count(f"{damage.sort}: harmless", 1)
        outcome.count(f"{damage.sort}: harmless, an alarm all the same", int(bool(noticed)))
        return
    outcome.count(f"{damage.sort}: harmful", 1)
    outcome.count(f"{damage.sort}: harmful and found", int(bool(noticed)))
    if not noticed:
        outcome.wrong.append(f"{damage.said}: not found, though {harm}")


def _noticed(path: Path) -> str:
    """Return what opening and verifying say of a file. Reading on may then fail, but only in our own way."""
    try:
        with PrescriptionLog.open(path) as log:
            found = {finding.code for finding in log.verify()}
            for read in _readings(log):
                with suppress(MesococktailError):
                    read()
    except MesococktailError as error:
        return type(error).__name__
    return ", ".join(sorted(found))


def _readings(log: PrescriptionLog) -> Iterator[Callable[[], object]]:
    yield lambda: [entry.record for entry in _ending(log.entries())]
    yield lambda: [one.record for one in _ending(log.prescriptions(include_voided=True))]
    yield lambda: [one.record for one in _ending(log.doctors())]
    yield lambda: [one.id for kind in KINDS for one in _ending(log.standing(kind))]
    yield lambda: log.export(_Sink())


class _Endless(Exception):  # noqa: N818  # the library went round in a circle
    pass


def _ending(several: Iterable[T]) -> Iterator[T]:
    for number, one in enumerate(several):
        if number > ENDLESS:
            raise _Endless
        yield one


class _Sink(io.BytesIO):
    """Takes what is exported and keeps nothing of it."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = 0

    def write(self, line: Any, /) -> int:
        self._lines += 1
        if self._lines > ENDLESS:
            raise _Endless
        return len(line)


def _questions(path: Path) -> Iterator[str]:
    """Yield what plain SQL asks: the marks of the file, each table by itself, and each index by itself."""
    yield from (f"PRAGMA {mark}" for mark in ("application_id", "user_version", "encoding", "journal_mode"))
    yield "SELECT * FROM sqlite_schema"
    with closing(sqlite3.connect(path)) as connection:
        tables = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"))
        indexes = connection.execute(
            "SELECT name, tbl_name, ifnull(sql, '') FROM sqlite_schema WHERE type = 'index'"
        ).fetchall()
        columns = {
            name: ", ".join(column for _, _, column in connection.execute(f"PRAGMA index_info({name})"))
            for name, _, _ in indexes
        }
    for table, sql in tables.items():
        yield f"SELECT * FROM {table} NOT INDEXED"
        if "WITHOUT ROWID" not in sql:
            # Walking a table does not show that its rows are found where its inner pages say.
            yield (
                f"SELECT count(*) FROM {table} AS a NOT INDEXED CROSS JOIN {table} AS b NOT INDEXED "
                "ON b.rowid = a.rowid"
            )
    for name, table, sql in indexes:
        where = "".join(sql.partition(" WHERE ")[1:])
        yield f"SELECT {columns[name]} FROM {table} INDEXED BY {name}{where}"


def _read(path: Path, questions: tuple[str, ...]) -> Rows:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        return [connection.execute(question).fetchall() for question in questions]


def _harm(path: Path, sample: Sample) -> str:
    """Return what harm plain SQL sees, if any."""
    try:
        content = _read(path, sample.questions)
    except (sqlite3.Error, UnicodeError) as error:
        return f"plain SQL cannot read it ({error})"
    for question, now, before in zip(sample.questions, content, sample.content, strict=True):
        if now != before:
            return f"the answer to {question!r} is another"
    return ""


def _harm_later(path: Path) -> str:
    """Return what happens to a file that seems whole once more is written to it, if that is wrong."""
    try:
        with PrescriptionLog.open(path) as log:
            before = exported(log).splitlines()[:-1]
            log.append_many([GIVEN | {"patient": f"P-{number}"} for number in range(20)])
            found = {finding.code for finding in log.verify()}
            kept = exported(log).splitlines()[: len(before)] == before
    except MesococktailError as error:
        return f"the next entries are refused ({error})"
    if not kept:
        return "what stood in it changed when more was written"
    with closing(sqlite3.connect(path)) as connection:
        checked = connection.execute("PRAGMA integrity_check").fetchall()
    if found or checked != [("ok",)]:
        return f"it is broken once more was written ({', '.join(sorted(found)) or checked})"
    return ""


def control() -> Outcome:
    """Make verify deaf to the chain, then to SQLite's own check: either must miss some of the harm."""
    of_chain = {"broken_link", "broken_payload", "missing_payload", "gap"}
    missed = {
        "without the chain": _missed(of_chain, _salts),
        "without integrity_check": _missed({"integrity"}, _header),
    }
    wrong = [line for lines in missed.values() for line in lines] if all(missed.values()) else []
    return Outcome({f"missed {how}": len(lines) for how, lines in missed.items()}, wrong)


def _missed(codes: set[str], damages: Callable[[Sample], Iterable[Damage]]) -> list[str]:
    """Return what is wrong where verify does not say these codes."""
    verify = PrescriptionLog.verify

    def deaf(log: PrescriptionLog, **kept: Any) -> list[Finding]:
        return [finding for finding in verify(log, **kept) if finding.code not in codes]

    with mock.patch.object(PrescriptionLog, "verify", deaf):
        return _tried(damages).wrong


def _salts(sample: Sample) -> Iterator[Damage]:
    payloads = sample.content[sample.questions.index("SELECT * FROM payload NOT INDEXED")]
    for _, salt, _ in payloads[:12]:
        yield sample.flip("salts", sample.whole.index(salt) * 8)


def _header(sample: Sample) -> Iterator[Damage]:
    return sample.damages(flips=0, sectors=0, header=40, rng=random.Random(4))
