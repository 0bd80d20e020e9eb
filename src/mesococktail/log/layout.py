"""The whole layout of a file: making it, and telling whether it still is what we made."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import TYPE_CHECKING

from mesococktail.log.schema import (
    APPLICATION_ID,
    EVIDENCE_TABLES,
    LOG_TABLES,
    LOG_TRIGGERS,
    USER_VERSION,
    fingerprint,
)
from mesococktail.log.tables import star_tables
from mesococktail.log.views import star_views

if TYPE_CHECKING:
    from collections.abc import Iterator


_LOG = ("log", "entry", "payload")


def make_layout(connection: sqlite3.Connection) -> None:
    """Make every table, trigger and view, and mark the file as ours, inside the caller's transaction."""
    for statement in LOG_TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _make_the_rest(connection)


def renew_layout(connection: sqlite3.Connection) -> None:
    """Drop all but the log tables of an earlier layout and make the rest anew, empty.

    Inside the caller's transaction, on a connection that does not enforce foreign keys.
    """
    found = connection.execute(
        "SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for kind in ("view", "trigger", "table"):
        for name in (name for its_kind, name in found if its_kind == kind and name not in _LOG):
            connection.execute(f"DROP {kind} {name}")
    _make_the_rest(connection)


def _make_the_rest(connection: sqlite3.Connection) -> None:
    for statement in _statements():
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")


def _statements() -> Iterator[str]:
    yield from EVIDENCE_TABLES
    yield from LOG_TRIGGERS
    yield from star_tables()
    yield from star_views()


@cache
def expected_fingerprint() -> str:
    """Return the fingerprint that a log of this version has."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        make_layout(connection)
        return fingerprint(connection)
    finally:
        connection.close()
