"""The tables that are the log: `entry` and `payload`, and the triggers that keep them append-only.

What is derived from them is declared in `star.py`. Schema text is part of the file format: opening a
log compares a fingerprint of it, because other programs drop triggers without saying so.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x6D65736F
"""``meso``, in the header of every log."""
USER_VERSION = 2
"""Version of the whole layout. A newer one is refused."""
READABLE_FROM = "0.1.0"
"""The first version of this library that reads this layout; a file says so to those that cannot."""
EARLIER = frozenset(
    (
        "46dd2be144758c0968c5d82e4236436bf8a601b79d702de630af5e962d9ec400",  # prescriptions only
        "92c6610512cf960e0fcb866eb01951aa90b8bbcd419c201de7285f73c3babc3f",  # whole courses, no erasing
    )
)
"""Fingerprints of layouts that earlier versions made, all of them with these very log tables."""

FINGERPRINT = "673df091fa99ebe10cb1a29077d13d2ddef36deffd3e966f44cc284802726bed"
"""Of the layout that this version makes; a test holds it to `expected_fingerprint`."""

LOG_TABLES = (
    """CREATE TABLE log (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  clinic TEXT NOT NULL,
  log_id BLOB NOT NULL CHECK (length(log_id) = 16),
  created_at INTEGER NOT NULL
) STRICT""",
    """CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  act TEXT NOT NULL CHECK (act IN ('record', 'amend', 'void', 'stop', 'erase')),
  kind TEXT NOT NULL,
  schema INTEGER NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  version INTEGER NOT NULL CHECK (version > 0),
  recorded_by TEXT,
  recorded_at INTEGER NOT NULL,
  reason TEXT,
  commitment BLOB CHECK (length(commitment) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT""",
    """CREATE TABLE payload (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  document TEXT NOT NULL
) STRICT""",
    "CREATE UNIQUE INDEX entry_version ON entry (id, version)",
    "CREATE INDEX entry_correction ON entry (id) WHERE version > 1",
)
"""Times are microseconds since 1970 in UTC. The documents stand apart, so that one can be erased by law.

These statements stand in every log there is, and never change.
"""

EVIDENCE_TABLES = (
    """CREATE TABLE signature (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),
  key BLOB NOT NULL CHECK (length(key) = 32),
  signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT""",
    """CREATE TABLE backup (
  number INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT""",
    "CREATE INDEX entry_erasure ON entry (id) WHERE act = 'erase'",
    "CREATE VIEW about AS SELECT 'mesococktail' AS program, "
    f"{USER_VERSION} AS layout, '{READABLE_FROM}' AS readable_from",
)
"""Who signed an entry; which backups were made, and so may hold what is erased; who can read this file."""


def _never(table: str, event: str, unless: str | None = None) -> str:
    when = "" if unless is None else f"WHEN NOT {unless} "
    return (
        f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} {when}"
        "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    )


_ERASED = (
    "EXISTS (SELECT 1 FROM entry AS e JOIN entry AS erasure ON erasure.id = e.id "
    "WHERE e.seq = OLD.seq AND erasure.act = 'erase' AND erasure.version > e.version)"
)
"""The record of a payload was erased behind it."""

LOG_TRIGGERS = (
    *(_never(table, "update") for table in ("log", "entry", "payload", "signature", "backup")),
    *(_never(table, "delete") for table in ("log", "entry", "signature", "backup")),
    _never("payload", "delete", unless=_ERASED),
    "CREATE TRIGGER log_no_second BEFORE INSERT ON log WHEN (SELECT count(*) FROM log) > 0 "
    "BEGIN SELECT RAISE(ABORT, 'a file holds one log'); END",
    # REPLACE removes the old row without a delete trigger; only a look before the insert stops it.
    "CREATE TRIGGER entry_in_order BEFORE INSERT ON entry "
    "WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM entry) "
    "BEGIN SELECT RAISE(ABORT, 'an entry follows the newest one'); END",
    "CREATE TRIGGER entry_version_in_order BEFORE INSERT ON entry "
    "WHEN NEW.version IS NOT (SELECT ifnull(max(version), 0) + 1 FROM entry WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'a version follows the newest one'); END",
    "CREATE TRIGGER entry_none_after_erasure BEFORE INSERT ON entry "
    "WHEN NEW.version > 1 AND EXISTS (SELECT 1 FROM entry WHERE id = NEW.id AND act = 'erase') "
    "BEGIN SELECT RAISE(ABORT, 'what was erased takes no more entries'); END",
    "CREATE TRIGGER payload_in_order BEFORE INSERT ON payload "
    "WHEN NEW.seq <= (SELECT ifnull(max(seq), 0) FROM payload) "
    "OR NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq AND commitment IS NOT NULL) "
    "BEGIN SELECT RAISE(ABORT, 'a payload is written once, with its entry'); END",
    "CREATE TRIGGER signature_in_order BEFORE INSERT ON signature "
    "WHEN NEW.seq <= (SELECT ifnull(max(seq), 0) FROM signature) "
    "OR NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'an entry is signed once, when it is written'); END",
    "CREATE TRIGGER backup_in_order BEFORE INSERT ON backup "
    "WHEN NEW.number IS NOT (SELECT ifnull(max(number), 0) + 1 FROM backup) "
    "BEGIN SELECT RAISE(ABORT, 'a backup follows the newest one'); END",
)


def fingerprint(connection: sqlite3.Connection) -> str:
    """Return a hash of every table, index, trigger and view of the file."""
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' "
        "ORDER BY type, name"
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()
