"""The standard library's ``sqlite3``, as far as the log uses it, on a disk of ours.

Only apsw lets a program stand between SQLite and the disk. So that the library's own code runs unchanged,
its modules find this stand-in under the name ``sqlite3`` while `driven_by` holds: `connect` opens through
apsw and the disk named, and what apsw raises comes out as the exceptions of the standard library, by the
names that SQLite gives them. Both bring an SQLite of their own, so no file may be open in both at once.
"""

from __future__ import annotations

import pkgutil
import sqlite3
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, partial
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import apsw

import mesococktail.log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
_OTHER_CLASSES = {
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_MISUSE: sqlite3.InterfaceError,
    apsw.SQLITE_CORRUPT: sqlite3.DatabaseError,
    apsw.SQLITE_NOTADB: sqlite3.DatabaseError,
    apsw.SQLITE_AUTH: sqlite3.DatabaseError,
}
"""What the standard library raises where it is not an `sqlite3.OperationalError`."""


@contextmanager
def driven_by(disk: str) -> Iterator[None]:
    """Let the log reach its files through the apsw disk (VFS) of that name."""
    stand_in = SimpleNamespace(**vars(sqlite3) | {"connect": partial(_Connection, disk)})
    with ExitStack() as patches:
        for module in _modules():
            patches.enter_context(patch.object(module, "sqlite3", stand_in))
        yield


@cache
def _modules() -> tuple[ModuleType, ...]:
    """Return the modules of the log that know ``sqlite3`` when they run, not only for their types."""
    found = pkgutil.walk_packages(mesococktail.log.__path__, f"{mesococktail.log.__name__}.")
    modules = [import_module(one.name) for one in found]
    return tuple(module for module in modules if getattr(module, "sqlite3", None) is sqlite3)


class _Connection:
    """Of `sqlite3.Connection` what the log calls."""

    def __init__(self, disk: str, path: object, *, timeout: float = 5, **_settings: Any) -> None:
        with _as_stdlib():
            self._apsw = apsw.Connection(str(path), flags=_FLAGS, vfs=disk)
            self._apsw.set_busy_timeout(int(timeout * 1000))

    @property
    def in_transaction(self) -> bool:
        return self._apsw.in_transaction

    def execute(self, sql: str, parameters: Any = ()) -> _Cursor:
        with _as_stdlib():
            return _Cursor(self._apsw.execute(sql, parameters), self._apsw.changes())

    def executemany(self, sql: str, rows: Iterable[Any]) -> None:
        with _as_stdlib():
            self._apsw.executemany(sql, rows)

    def set_authorizer(self, allowed: Callable[..., int] | None) -> None:
        self._apsw.set_authorizer(allowed)

    def backup(self, target: _Connection, *, pages: int = -1) -> None:
        with _as_stdlib():
            copying = target._apsw.backup("main", self._apsw, "main")
            try:
                while not copying.done:
                    copying.step(pages)
                copying.finish()
            finally:
                # What fails at the very end has been told before; apsw trips over telling it twice.
                with suppress(apsw.Error, SystemError):
                    copying.close(force=True)

    def close(self) -> None:
        try:
            self._apsw.close()
        except apsw.Error:
            # The standard library has nobody to tell by then, and says nothing.
            return


class _Cursor:
    """Of `sqlite3.Cursor` what the log calls."""

    def __init__(self, cursor: apsw.Cursor, changed: int) -> None:
        self._apsw = cursor
        self.rowcount = changed

    def fetchone(self) -> Any:
        with _as_stdlib():
            return self._apsw.fetchone()

    def fetchall(self) -> list[Any]:
        with _as_stdlib():
            return self._apsw.fetchall()

    def __iter__(self) -> Iterator[Any]:
        with _as_stdlib():
            yield from self._apsw


@contextmanager
def _as_stdlib() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        raise _told(error) from None


def _told(error: apsw.Error) -> sqlite3.Error:
    code = getattr(error, "result", None)
    if code is None:
        return sqlite3.ProgrammingError(str(error))
    exact: int = getattr(error, "extendedresult", code)
    told = _OTHER_CLASSES.get(code, sqlite3.OperationalError)(str(error))
    told.sqlite_errorcode = exact
    told.sqlite_errorname = str(
        apsw.mapping_extended_result_codes.get(exact) or apsw.mapping_result_codes[code]
    )
    return told
