"""How writers take turns."""

from __future__ import annotations

import random
import sqlite3
import time

from mesococktail.log.told import is_busy

_SHORTEST, _LONGEST = 0.001, 0.01
"""Seconds between two looks at whether somebody else still writes."""


def begin_writing(connection: sqlite3.Connection, patience: float) -> None:
    """Begin to write once nobody else does.

    Left to itself, SQLite looks ten times a second and by chance: among busy writers an unlucky one waits
    for ever. Here whoever has waited longer looks more often, so that everybody gets a turn.

    Args:
        connection: What is written through.
        patience: Seconds after which it gives up.

    Raises:
        sqlite3.Error: It gave up, or could not begin for another reason.
    """
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        started = time.monotonic()
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                waited = time.monotonic() - started
                if not is_busy(error) or waited >= patience:
                    raise
                longest = max(_LONGEST - waited / 5, _SHORTEST)
                time.sleep(random.uniform(_SHORTEST / 2, longest))  # noqa: S311  # nothing secret about it
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
