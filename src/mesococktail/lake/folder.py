"""The folder of an export: unfinished under another name, put in place whole, gone on with after a stop."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import LogExistsError, LogNotFoundError, LogStorageError
from mesococktail.log.connection import sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANIFEST = "export.json"
_PROGRESS = "progress.json"


@attrs.define
class Unfinished:
    """An export that is being written."""

    folder: Path
    """Where it is written; it gets its own name when it is whole."""
    made_of: dict[str, Any]
    """What it is an export of: another head or another choice makes another export."""
    files: dict[str, dict[str, dict[str, Any]]] = attrs.field(factory=dict)
    """Of each finished table its files, by their path in the folder, with rows, bytes and digest."""

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
        self.files[table] = said
        for one in list(said.values())[:1]:
            one["rows_of_table"] = rows
        _write(self.folder / _PROGRESS, {"made_of": self.made_of, "files": self.files})


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write a file of JSON so that it is there whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sync(beside)
    beside.replace(path)


@contextmanager
def new_folder(path: Path, made_of: dict[str, Any], *, replace: bool) -> Iterator[Unfinished]:
    """Yield a folder to write an export into, and put it in place at the end.

    Where one with the same content was begun and not finished, it is gone on with.

    Raises:
        LogExistsError: There is something at *path*, and it is not to be replaced.
        LogNotFoundError: The folder above does not exist.
        LogStorageError: The disk fails, or is full; what is finished is gone on with next time.
    """
    if path.exists() and not replace:
        raise LogExistsError(
            "there is already something", got=str(path), cure="choose another folder, or replace it"
        )
    if not path.parent.is_dir():
        raise LogNotFoundError(
            "the folder does not exist", got=str(path.parent), cure="make the folder first"
        )
    partial = path.with_name(f"{path.name}.partial")
    try:
        unfinished = _begun(partial, made_of)
        yield unfinished
        _write(partial / MANIFEST, {**made_of, "files": unfinished.files})
        (partial / _PROGRESS).unlink(missing_ok=True)
        for folder in (*(each for each in partial.rglob("*") if each.is_dir()), partial):
            sync(folder)
        if path.exists():
            before = path.with_name(f"{path.name}.before")
            shutil.rmtree(before, ignore_errors=True)
            path.rename(before)
            partial.rename(path)
            shutil.rmtree(before)
        else:
            partial.rename(path)
        sync(path.parent)
    except OSError as error:
        raise LogStorageError(
            f"the export cannot be written: {error.strerror or error}",
            got=str(path),
            cure="make room, or choose another folder; a second run goes on from here",
        ) from None


def _begun(partial: Path, made_of: dict[str, Any]) -> Unfinished:
    try:
        progress = json.loads((partial / _PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        progress = {}
    if progress.get("made_of") == made_of:
        return Unfinished(partial, made_of, progress["files"])
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    return Unfinished(partial, made_of)
