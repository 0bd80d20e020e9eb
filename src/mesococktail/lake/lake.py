"""A folder of exports, looked through before anything in it is counted."""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import LogBrokenError, LogNotFoundError, MesococktailError
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
    exports: dict[Path, dict[str, Any]] = attrs.field(repr=False)
    """What each export says of itself, by its folder."""

    @classmethod
    def open(cls, folder: str | PathLike[str]) -> Lake:
        """Look through a folder that holds exports in Parquet, or is one.

        Raises:
            LogNotFoundError: There is no export in Parquet.
            LogBrokenError: One was not finished; a file of one is missing, not as it was written or not of
                it; or two are of one log, or of logs with one number.
        """
        path = path_given(folder, "folder")
        try:
            return cls._looked_through(path)
        except MesococktailError:
            raise
        except OSError as error:
            raise LogNotFoundError(
                f"cannot be read: {error.strerror}", got=str(error.filename), cure="check its permissions"
            ) from None

    @classmethod
    def _looked_through(cls, path: Path) -> Lake:
        found = {each.parent: _manifest(each) for each in _manifests(path)}
        exports = {where: said for where, said in found.items() if said["format"] == PARQUET}
        if not exports:
            raise LogNotFoundError(
                "holds no export", got=str(path), cure="make one with: mesococktail export --parquet DIR"
            )
        logs = {said["log"] for said in exports.values()}
        for where, said in found.items():
            if said["log"] not in logs:
                raise LogBrokenError(
                    f"is an export in {said['format']}, so that a clinic would be missing",
                    got=str(where),
                    cure="export that clinic with --parquet, or take it out of the folder",
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
                    _must_be_whole(where / file, of_file)
                    tables[name].append(where / file)
        return cls(path, tables, exports)

    def is_unchanged(self) -> bool:
        """Whether every export is still the one that was looked through."""
        return all(read_manifest(where / MANIFEST) == said for where, said in self.exports.items())


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
    found = []
    for each in sorted(folder.iterdir()):
        if not each.is_dir() or each.suffix == ".before":
            continue
        # Listed one by one, as what cannot be read would be passed over in silence by a search.
        inside = {one.name for one in each.iterdir()}
        if MANIFEST in inside:
            found.append(each / MANIFEST)
        elif inside & LAKE_TABLES.keys():
            raise LogBrokenError(
                f"has tables and no {MANIFEST}, so that a clinic would be missing",
                got=str(each),
                cure="copy the export once more, or make it anew",
            )
    return found


def _manifest(path: Path) -> dict[str, Any]:
    said = read_manifest(path)
    if said is None:
        raise LogBrokenError("cannot be read", got=str(path), cure="export that clinic once more")
    return said


def _must_be_whole(path: Path, said: dict[str, Any]) -> None:
    try:
        with path.open("rb") as stream:
            as_written = file_digest(stream, "sha256").hexdigest() == said["sha256"]
    except (FileNotFoundError, IsADirectoryError):
        as_written = False
    if not as_written:
        rule = "is not as it was written" if path.is_file() else "is missing"
        raise LogBrokenError(rule, got=str(path), cure="copy the export once more, or make it anew")
