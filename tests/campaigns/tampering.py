"""Thirteen ways to change a log by somebody who owns the file and the library, and knows both.

Each drops the triggers, changes what it wants, puts them back, and derives the tables anew so that they
agree with what now stands there. The chain alone sees seven of them. One receipt that was kept elsewhere
shows twelve; the thirteenth, an entry added behind it, is seen where entries are signed.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from unittest import mock

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mesococktail import PrescriptionLog
from mesococktail.log import Signer, chain
from tests.campaigns.campaign import Outcome
from tests.folders import quick_folder
from tests.log.helpers import DOCTOR, GIVEN, prescribe

if TYPE_CHECKING:
    from mesococktail import Finding
    from tests.campaigns.campaign import Size

TITLE = "A change by whoever owns the file is found with one receipt kept elsewhere, or with signatures"
SIZES: dict[Size, dict[str, int]] = {"smoke": {"tries": 1}, "ci": {"tries": 40}, "release": {"tries": 40}}
ENTRIES = 20
RECEIPT, SIGNED = "with a receipt", "with a receipt and signatures"

Change: TypeAlias = Callable[[sqlite3.Connection, random.Random], None]


@attrs.frozen
class Way:
    """One way to change a log."""

    said: str
    change: Change
    chain_sees: bool
    length: int | None = None
    """Up to how many entries are then written through the library, as if nothing had happened."""

    @property
    def needs_signatures(self) -> bool:
        """Whether all that was there still is: only who wrote an entry can tell that it is forged."""
        return self.length is not None and self.length > ENTRIES


def _inner(rng: random.Random) -> int:
    """Return the number of a prescription that is not the newest."""
    return rng.randint(2, ENTRIES - 1)


def _edited(sqlite: sqlite3.Connection, seq: int) -> None:
    sqlite.execute("UPDATE payload SET document = replace(document, 'P-', 'Q-') WHERE seq = ?", (seq,))


def _edited_and_committed(sqlite: sqlite3.Connection, seq: int) -> None:
    _edited(sqlite, seq)
    salt, document = sqlite.execute("SELECT salt, document FROM payload WHERE seq = ?", (seq,)).fetchone()
    committed = chain.commitment(salt, document.encode())
    sqlite.execute("UPDATE entry SET commitment = ? WHERE seq = ?", (committed, seq))


def _edited_and_rehashed(sqlite: sqlite3.Connection, rng: random.Random) -> None:
    _edited_and_committed(sqlite, _inner(rng))
    _rehash(sqlite)


def _time(sqlite: sqlite3.Connection, rng: random.Random) -> None:
    later = rng.choice((-1, 1)) * rng.randint(1, 10**12)
    sqlite.execute("UPDATE entry SET recorded_at = recorded_at + ? WHERE seq = ?", (later, _inner(rng)))


def _swapped(sqlite: sqlite3.Connection, rng: random.Random) -> None:
    one, other = rng.sample(range(2, ENTRIES + 1), 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        sqlite.execute("UPDATE payload SET seq = ? WHERE seq = ?", (new, old))


def _delete(sqlite: sqlite3.Connection, condition: str, *values: int) -> None:
    for table in ("payload", "signature", "entry"):
        sqlite.execute(f"DELETE FROM {table} WHERE {condition}", values)


def _cut(sqlite: sqlite3.Connection, rng: random.Random) -> None:
    _delete(sqlite, "seq >= ?", rng.randint(ENTRIES // 2, ENTRIES))


def _renumbered(sqlite: sqlite3.Connection, rng: random.Random) -> None:
    gone = _inner(rng)
    _delete(sqlite, "seq = ?", gone)
    for seq in range(gone + 1, ENTRIES + 1):
        for table in ("payload", "signature", "entry"):
            sqlite.execute(f"UPDATE {table} SET seq = seq - 1 WHERE seq = ?", (seq,))
    _rehash(sqlite)


def _rehash(sqlite: sqlite3.Connection) -> None:
    """Make every hash fit what stands there now."""
    [(clinic, log_id, created_at)] = sqlite.execute("SELECT clinic, log_id, created_at FROM log")
    previous = chain.origin(clinic, log_id, created_at)
    rows = sqlite.execute(
        "SELECT seq, act, kind, schema, id, version, recorded_by, recorded_at, reason, commitment "
        "FROM entry ORDER BY seq"
    ).fetchall()
    for row in rows:
        previous = chain.entry_hash(previous, *row)
        sqlite.execute("UPDATE entry SET hash = ? WHERE seq = ?", (previous, row[0]))


def _sql(statement: str) -> Change:
    def change(sqlite: sqlite3.Connection, rng: random.Random) -> None:
        sqlite.execute(statement, (_inner(rng),))

    return change


WAYS = (
    Way("document edited", lambda sqlite, rng: _edited(sqlite, _inner(rng)), chain_sees=True),
    Way(
        "document edited, commitment made to fit",
        lambda sqlite, rng: _edited_and_committed(sqlite, _inner(rng)),
        chain_sees=True,
    ),
    Way("who wrote it", _sql("UPDATE entry SET recorded_by = 'dr-z' WHERE seq = ?"), chain_sees=True),
    Way("time", _time, chain_sees=True),
    Way("removed", lambda sqlite, rng: _delete(sqlite, "seq = ?", _inner(rng)), chain_sees=True),
    Way("documents swapped", _swapped, chain_sees=True),
    Way("document gone", _sql("DELETE FROM payload WHERE seq = ?"), chain_sees=True),
    Way("tail cut", _cut, chain_sees=False),
    Way("emptied", lambda sqlite, _: _delete(sqlite, "seq > 0"), chain_sees=False),
    Way("edited, everything rehashed", _edited_and_rehashed, chain_sees=False),
    Way("removed, renumbered and rehashed", _renumbered, chain_sees=False),
    Way("tail replaced by forged entries", _cut, chain_sees=False, length=ENTRIES),
    Way("a forged entry added", lambda *_: None, chain_sees=False, length=ENTRIES + 1),
)


@attrs.frozen
class Target:
    """A log before anybody changed it, and what was kept away from it."""

    path: Path
    kept: dict[str, Any]

    @classmethod
    def made(cls, path: Path, signer: Signer | None) -> Target:
        """Make a log; it is signed where there is a key."""
        with PrescriptionLog.create(path, clinic="riverside", signer=signer, recorded_by="dr-a") as log:
            log.register(DOCTOR)
            log.append_many([GIVEN | {"patient": f"P-{number}"} for number in range(2, ENTRIES + 1)])
            keys = {} if signer is None else {"keys": {"dr-a": str(signer.public)}}
            return cls(path, {"head": str(log.head()), **keys})

    def changed(self, way: Way, rng: random.Random) -> Path:
        """Return a copy that was changed in that way."""
        path = self.path.with_name("changed.db")
        shutil.copy(self.path, path)
        with closing(sqlite3.connect(path, isolation_level=None)) as sqlite:
            sqlite.execute("PRAGMA synchronous = OFF")
            sqlite.execute("BEGIN")
            triggers = sqlite.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                sqlite.execute(f"DROP TRIGGER {name}")
            way.change(sqlite, rng)
            if "keys" in self.kept and rng.random() < 0.5:
                sqlite.execute("DELETE FROM signature")  # rather none than one that does not fit
            for _, statement in triggers:
                sqlite.execute(statement)
            sqlite.execute("COMMIT")
        forger = rng.choice((None, _signer(b"f"))) if "keys" in self.kept else None
        with PrescriptionLog.open(path, recorded_by="dr-a", signer=forger) as log:
            log.rebuild()
            while way.length is not None and len(log) < way.length:
                prescribe(log, "P-forged")
        return path


def _signer(secret: bytes) -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(secret * 32))


def run(tries: int, seed: int = 5) -> Outcome:
    """Change a log in every way, many times, and ask verify with what was kept elsewhere."""
    outcome = Outcome({"seed": seed})
    with quick_folder() as folder:
        plain = Target.made(Path(folder) / "plain.db", None)
        signed = Target.made(Path(folder) / "signed.db", _signer(b"s"))
        for target in (plain, signed):
            if _seen(target.path, target.kept):
                outcome.wrong.append("an alarm on a log that nobody changed")
        for way in WAYS:
            for number in range(tries):
                _try(way, plain, signed, f"{seed} {way.said} {number}", outcome)
    return outcome


def _try(way: Way, plain: Target, signed: Target, seed: str, outcome: Outcome) -> None:
    path = plain.changed(way, random.Random(seed))
    alone, receipt = _seen(path, {}), _seen(path, plain.kept)
    signatures = _seen(signed.changed(way, random.Random(seed)), signed.kept)
    outcome.count("changes")
    for how, seen in (("chain alone", alone), (RECEIPT, receipt), (SIGNED, signatures)):
        outcome.count(f"found, {how}", int(seen))
    for how, seen, due in (
        ("the chain", alone, way.chain_sees),
        ("one receipt", receipt, not way.needs_signatures),
        ("one receipt and signatures", signatures, True),
    ):
        if due and not seen:
            outcome.wrong.append(f"{way.said}: not found with {how} ({seed=})")


def _seen(path: Path, kept: dict[str, Any]) -> bool:
    with PrescriptionLog.open(path, read_only=True) as log:
        return log.verify(**kept) != []


def control() -> Outcome:
    """Verify without what was kept elsewhere: then what a bare chain is blind to must go unseen."""
    verify = PrescriptionLog.verify

    def alone(log: PrescriptionLog, **_: Any) -> list[Finding]:
        return verify(log)

    with mock.patch.object(PrescriptionLog, "verify", alone):
        wrong = run(tries=1).wrong
    blind = [f"{way.said}: not found with one receipt" for way in WAYS if not way.chain_sees][:-1]
    missed = all(any(line.startswith(expected) for line in wrong) for expected in blind)
    return Outcome({"blind to": len(blind)}, wrong if missed else [])
