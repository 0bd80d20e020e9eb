"""A folder of exports, looked through before anything in it is counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import LogBrokenError, LogNotFoundError
from mesococktail.lake.folder import MANIFEST, path_given, read_manifest
from mesococktail.lake.tables import LAKE_TABLES
from mesococktail.lake.writing import PARQUET

if TYPE_CHECKING:
    from os import PathLike


@attrs.frozen
class Lake:
    """The exports in a folder, each of one log, all of them whole."""

    folder: Path
    tables: dict[str, list[Path]] = attrs.field(repr=False)
    """The files of each table, of all exports."""
    exports: tuple[dict[str, Any], ...] = attrs.field(repr=False)
    """What each export says of itself."""

    @classmethod
    def open(cls, folder: str | PathLike[str]) -> Lake:
        """Look through a folder that holds exports in Parquet, or is one.

        Raises:
            LogNotFoundError: There is no export in Parquet.
            LogBrokenError: One was not finished; a file of one is missing, not as it was written or not of
                it; or two are of one log, or of logs with one number.
        """
        path = path_given(folder, "folder")
        found = {each.parent: _manifest(each) for each in _manifests(path)}
        exports = {where: said for where, said in found.items() if said["format"] == PARQUET}
        if not exports:
            raise LogNotFoundError(
                "holds no export", got=str(path), cure="make one with: mesococktail export --parquet DIR"
            )
        numbers: dict[int, Path] = {}
        tables: dict[str, list[Path]] = {name: [] for name in LAKE_TABLES}
        for where, said in exports.items():
            other = numbers.setdefault(said["clinic_number"], where)
            if other != where:
                rule = f"is an export of the log that {other.name} is one of, or of one with the same number"
                raise LogBrokenError(rule, got=str(where), cure="leave one of them out")
            listed = sum(map(len, said["files"].values()))
            if listed < sum(1 for _ in where.rglob("*.parquet")):
                raise LogBrokenError(
                    "has files that are not of the export", got=str(where), cure="make the export anew"
                )
            for name, files in said["files"].items():
                for file, of_file in files.items():
                    _must_be_whole(where / file, of_file["bytes"])
                    tables[name].append(where / file)
        return cls(path, tables, tuple(exports.values()))


def _manifests(folder: Path) -> list[Path]:
    own = folder / MANIFEST
    if own.is_file():
        return [own]
    for unfinished in sorted(folder.glob("*.partial")):
        raise LogBrokenError(
            "was not finished, so that a clinic may be missing",
            got=str(unfinished),
            cure="export that clinic once more, or remove it",
        )
    return [each for each in sorted(folder.glob(f"*/{MANIFEST}")) if each.parent.suffix != ".before"]


def _manifest(path: Path) -> dict[str, Any]:
    said = read_manifest(path)
    if said is None:
        raise LogBrokenError("cannot be read", got=str(path), cure="export that clinic once more")
    return said


def _must_be_whole(path: Path, size: int) -> None:
    if not path.is_file() or path.stat().st_size != size:
        rule = "is not as it was written" if path.exists() else "is missing"
        raise LogBrokenError(rule, got=str(path), cure="copy the export once more, or make it anew")
