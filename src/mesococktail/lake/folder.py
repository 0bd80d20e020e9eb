"""The folder of an export: unfinished under another name, put in place whole, gone on with after a stop.

Nothing is ever removed that is not known to be an export, or one that was not finished.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import (
    LogBusyError,
    LogExistsError,
    LogNotFoundError,
    LogStorageError,
    MesococktailError,
    QuestionError,
)
from mesococktail.lake.tables import LAKE_TABLES
from mesococktail.log.connection import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MANIFEST = "export.json"
BESIDE = ("dictionary.json", "README.md", "schema.sql", "indexes.sql", "load.sql")
"""What an export holds beside its manifest and its tables."""
_PROGRESS = "progress.json"
_LOCK = "export.lock"
_NEW = ".new"
"""Ends the name of what is being written."""
_BEFORE, _PARTIAL = ".before", ".partial"
"""End the names of the folder that is replaced, and of the one that is written."""


@attrs.define
class Unfinished:
    """An export that is being written."""

    folder: Path
    """Where it is written; it gets its own name when it is whole."""
    made_of: dict[str, Any]
    """What it is an export of: another head or another choice makes another export."""
    files: dict[str, dict[str, dict[str, Any]]] = attrs.field(factory=dict)
    """Of each finished table its files, by their path in the folder, with bytes and digest."""
    rows: dict[str, int] = attrs.field(factory=dict)
    """How many rows each finished table has."""

    def finished(self, table: str) -> bool:
        """Whether a table is written, and its files are still there."""
        return table in self.files and all(
            (path := self.folder / name).is_file() and path.stat().st_size == said["bytes"]
            for name, said in self.files[table].items()
        )

    def restart(self, table: str) -> None:
        """Remove what is there of a table that was not finished."""
        self.files.pop(table, None)
        shutil.rmtree(self.folder / table, ignore_errors=True)

    def finish(self, table: str, paths: Iterable[Path], rows: int) -> None:
        """Note that a table is written, once its files are on the disk."""
        said = {}
        for path in paths:
            sync(path)
            with path.open("rb") as stream:
                digest = file_digest(stream, "sha256").hexdigest()
            said[str(path.relative_to(self.folder))] = {"bytes": path.stat().st_size, "sha256": digest}
        self.files[table], self.rows[table] = said, rows
        self.note()

    def note(self) -> None:
        """Write down what is finished."""
        _write(self.folder / _PROGRESS, {"made_of": self.made_of} | self.said)

    @property
    def said(self) -> dict[str, Any]:
        """What a manifest says of its tables."""
        return {"files": self.files, "rows": self.rows}


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write a file of JSON so that it is there whole or not at all."""
    beside = path.with_name(f"{path.name}{_NEW}")
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sync(beside)
    beside.replace(path)


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return what an export says of itself; None where it is no manifest of ours."""
    said = _read(path)
    try:
        whole = (
            type(said["clinic_number"]) is int
            and isinstance(said["format"], str)
            and isinstance(said["log"], str)
            and said["files"].keys() == LAKE_TABLES.keys()
            and _are_files(said["files"])
        )
    except (KeyError, TypeError, AttributeError):
        return None
    return said if whole else None


def _read_progress(path: Path) -> dict[str, Any] | None:
    """Return what was finished of an export; None where that is not told."""
    said = _read(path)
    try:
        ours = (
            isinstance(said["made_of"], dict)
            and _are_files(said["files"])
            and all(type(said["rows"][table]) is int for table in said["files"])
        )
    except (KeyError, TypeError, AttributeError):
        return None
    return said if ours else None


def _read(path: Path) -> Any:  # noqa: ANN401  # JSON may be anything
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _are_files(said: dict[str, dict[str, dict[str, Any]]]) -> bool:
    """Whether that names files of tables, inside the folder, with their sizes."""
    return all(
        table in LAKE_TABLES
        and name.startswith(table)
        and ".." not in PurePath(name).parts
        and type(of_file["bytes"]) is int
        and isinstance(of_file["sha256"], str)
        for table, files in said.items()
        for name, of_file in files.items()
    )


def path_given(given: object, path: str) -> Path:
    """Return a path that was given.

    Raises:
        QuestionError: It is none.
    """
    try:
        found = Path(given)  # type: ignore[arg-type]  # anything may come
    except TypeError:
        found = None
    if found is None or "\0" in str(found):
        raise QuestionError("must be a path", path=path, got=given)
    return found


@contextmanager
def new_folder(path: Path, made_of: dict[str, Any], *, replace: bool) -> Iterator[Unfinished]:
    """Yield a folder to write an export into, and put it in place at the end.

    Where one with the same content was begun and not finished, it is gone on with.

    Raises:
        QuestionError: The name is one that an export has while it is written or replaced.
        LogExistsError: There is something at *path*, and it is not to be replaced, or is no export.
        LogNotFoundError: The folder above does not exist.
        LogBusyError: Another export is being written there.
        LogStorageError: The disk fails, or is full; what is finished is gone on with next time.
    """
    try:
        # Its own name, also where it is given as "." or through a link.
        place = Path(os.path.realpath(path))
        before, partial = (place.parent / f"{place.name}{end}" for end in (_BEFORE, _PARTIAL))
        if place.name.endswith((_BEFORE, _PARTIAL)):
            raise QuestionError(
                "is the name of what is not in its place",
                path="folder",
                got=place.name,
                cure="choose another",
            )
        _must_be_free(place, before, replace=replace)
        if not place.parent.is_dir():
            raise LogNotFoundError(
                "the folder does not exist", got=str(path.parent), cure="make the folder first"
            )
        with _held(partial):
            unfinished = _begun(partial, made_of)
            yield unfinished
            _write(partial / MANIFEST, made_of | unfinished.said)
            (partial / _PROGRESS).unlink()
            for folder in (*(each for each in partial.rglob("*") if each.is_dir()), partial):
                sync(folder)
            # Another may have been put in place meanwhile.
            _must_be_free(place, before, replace=replace)
            replaced = place.exists()
            if replaced:
                _remove(before)
                place.rename(before)
            partial.rename(place)
            (place / _LOCK).unlink()
            if before.exists() and _foreign(before) is None:
                _remove(before)
            sync(place.parent)
    except MesococktailError:
        raise
    except OSError as error:
        raise LogStorageError(
            f"the export cannot be written: {error.strerror or error}",
            got=str(path),
            cure="make room, or choose another folder; a second run goes on from here",
        ) from None


def _must_be_free(place: Path, before: Path, *, replace: bool) -> None:
    """Refuse a place where something is, unless it is an export that is to be replaced."""
    if not place.exists():
        return
    if not replace:
        raise LogExistsError(
            "there is already something", got=str(place), cure="choose another folder, or replace it"
        )
    for folder in (place, before):
        foreign = _foreign(folder) if os.path.lexists(folder) else None
        if foreign is not None:
            raise LogExistsError(
                "is not of an export, and would be deleted",
                got=str(foreign.relative_to(place.parent)),  # short, so that its end is told too
                cure="move it away, or choose another folder",
            )


def _foreign(folder: Path) -> Path | None:
    """Return something in a folder that no export has; the folder itself where it is no export."""
    said = None if folder.is_symlink() else read_manifest(folder / MANIFEST)
    if said is None:
        return folder
    files = {name for of_table in said["files"].values() for name in of_table}
    return _other(folder, lambda name: name in files)


def _other(folder: Path, ours: Callable[[str], bool]) -> Path | None:
    """Return something in a folder that is neither what every export has nor *ours*, by its path in there."""
    known = {MANIFEST, _LOCK, _PROGRESS, f"{MANIFEST}{_NEW}", f"{_PROGRESS}{_NEW}", *BESIDE}
    for each in folder.rglob("*"):
        name = str(each.relative_to(folder))
        if each.is_symlink() or not (each.is_dir() or name in known or ours(name)):
            return each
    return None


def _of_table(name: str) -> bool:
    """Whether a file may be of a table that was not finished."""
    parts = PurePath(name).parts
    if len(parts) == 1:
        return PurePath(name).stem in LAKE_TABLES
    return parts[0] in LAKE_TABLES and name.endswith(".parquet")


@contextmanager
def _held(partial: Path) -> Iterator[None]:
    """Keep others from writing into the same folder; whoever is cut off holds it no more."""
    partial.mkdir(mode=0o700, exist_ok=True)
    names = {each.name for each in partial.iterdir()}
    begun = (
        names <= {_LOCK, f"{_PROGRESS}{_NEW}"}
        or read_manifest(partial / MANIFEST) is not None
        or _read_progress(partial / _PROGRESS) is not None
    )
    foreign = _other(partial, _of_table) if begun and not partial.is_symlink() else partial
    if foreign is not None:
        raise LogExistsError(
            "is not of an export that was begun, and would be deleted",
            got=str(foreign.relative_to(partial.parent)),
            cure="move it away, or choose another folder",
        )
    lock = partial / _LOCK
    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = lock.exists() and os.path.samestat(os.fstat(stream.fileno()), lock.stat())
        except BlockingIOError:
            held = False
        if not held:
            raise LogBusyError(
                "another export is being written there", got=str(partial), cure="wait until it is done"
            )
        yield


def _begun(partial: Path, made_of: dict[str, Any]) -> Unfinished:
    progress = _read_progress(partial / _PROGRESS)
    if progress is not None and progress["made_of"] == made_of:
        return Unfinished(partial, made_of, progress["files"], progress["rows"])
    _empty(partial)
    partial.chmod(0o700)
    unfinished = Unfinished(partial, made_of)
    unfinished.note()
    return unfinished


def _empty(folder: Path) -> None:
    """Remove what is in a folder; last what says that it is ours, for who is cut off here."""
    ours = (_PROGRESS, MANIFEST)
    for each in sorted(folder.iterdir(), key=lambda each: each.name in ours):
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name != _LOCK:
            each.unlink()


def _remove(folder: Path) -> None:
    """Remove an export that was replaced, if it is there."""
    if folder.exists():
        _empty(folder)
        (folder / _LOCK).unlink(missing_ok=True)
        folder.rmdir()
