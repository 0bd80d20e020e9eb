"""A folder of exports is looked through before anything in it is counted."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from mesococktail import Study
from mesococktail.errors import (
    LogBrokenError,
    LogExistsError,
    LogNotFoundError,
    LogUseError,
    QuestionError,
)
from mesococktail.lake import LAKE_TABLES, Lake, export_tables, merge
from mesococktail.log.merged import is_merged, reading
from tests.lake.exports import tables_of
from tests.lake.logs import make


@pytest.fixture
def lake(plain: Path, tmp_path: Path) -> Path:
    """A folder with the exports of two clinics, to be damaged."""
    (tmp_path / "lake").mkdir()
    shutil.copytree(plain / "parquet", tmp_path / "lake" / "riverside")
    make(tmp_path / "north.db", 1).close()
    export_tables(tmp_path / "north.db", tmp_path / "lake" / "north")
    return tmp_path / "lake"


def test_a_lake_has_the_files_of_every_table_of_every_export(lake: Path) -> None:
    found = Lake.open(lake)
    assert found.tables.keys() == LAKE_TABLES.keys()
    for name, files in found.tables.items():
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        assert rows == sum(len(tables_of(lake / clinic)[name]) for clinic in ("riverside", "north"))
    assert len(found.tables["lake_log"]) == 2


def test_an_export_by_itself_is_a_lake(lake: Path) -> None:
    assert len(Lake.open(lake / "north").tables["lake_log"]) == 1


def test_numbers_of_different_logs_are_different(lake: Path) -> None:
    one, other = (tables_of(lake / clinic) for clinic in ("riverside", "north"))
    for name in LAKE_TABLES:
        if LAKE_TABLES[name].columns[0].counts_in_log:
            assert {row[0] for row in one[name]} & {row[0] for row in other[name]} == set()
            assert all(0 < row[0] < 2**62 for row in one[name])


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError, match="holds no export"):
        Lake.open(tmp_path)


def test_a_single_bit_that_is_not_as_it_was_written_is_found(lake: Path) -> None:
    [file, *_] = (lake / "north" / "fact_outcome").rglob("*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(LogBrokenError, match="is not as it was written"):
        Study(lake).outcomes()
    with pytest.raises(LogBrokenError, match="is not as it was written"):
        merge(lake, lake / "merged.db")


def test_an_export_without_its_manifest_is_not_left_out_in_silence(lake: Path) -> None:
    (lake / "north" / "export.json").unlink()
    with pytest.raises(LogBrokenError, match=r"has tables and no export\.json.* would be missing"):
        Study(lake).combinations()


def test_what_is_no_export_is_passed_over(lake: Path) -> None:
    (lake / "notes.txt").write_text("of the study")
    (lake / "figures").mkdir()
    (lake / "north").rename(lake / "north.before")
    assert [where.name for where in Lake.open(lake).exports] == ["riverside"]


def test_an_export_in_another_format_is_not_left_out_in_silence(lake: Path, tmp_path: Path) -> None:
    shutil.rmtree(lake / "north")
    export_tables(tmp_path / "north.db", lake / "north", format="csv")
    with pytest.raises(LogBrokenError, match=r"is an export in csv.*; export that clinic with"):
        Study(lake).combinations()
    export_tables(tmp_path / "north.db", lake / "north-parquet")
    assert len(Lake.open(lake).exports) == 2


@pytest.mark.parametrize("inside", ["", "fact_session"])
def test_an_export_that_may_not_be_read_is_not_left_out_in_silence(
    lake: Path, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, listed, opened = lake / "north" / inside, Path.iterdir, Path.open

    def refusing(does: Any) -> Any:
        def refuse(path: Path, *given: Any, **named: Any) -> Any:
            if path == closed or (inside and closed in path.parents):
                raise PermissionError(13, "Permission denied", str(path))
            return does(path, *given, **named)

        return refuse

    monkeypatch.setattr(Path, "iterdir", refusing(listed))
    monkeypatch.setattr(Path, "open", refusing(opened))
    with pytest.raises(LogNotFoundError, match=r"cannot be read: Permission denied; check its"):
        Study(lake).combinations()


def test_an_export_that_is_replaced_between_two_questions_is_noticed(lake: Path, tmp_path: Path) -> None:
    with Study(lake).opened() as study:
        study.combinations()
        make(tmp_path / "other.db", 1).close()
        shutil.rmtree(lake / "north")
        export_tables(tmp_path / "other.db", lake / "north")
        with pytest.raises(QuestionError, match="was changed while it was read; ask once more"):
            study.doses()
    assert Study(lake).doses().rows


def test_a_file_that_is_missing_or_cut_off_is_found(lake: Path) -> None:
    [file, *_] = (lake / "north" / "fact_session").rglob("*.parquet")
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    with pytest.raises(LogBrokenError, match="is not as it was written"):
        Lake.open(lake)
    file.unlink()
    with pytest.raises(LogBrokenError, match="is missing"):
        Lake.open(lake)


@pytest.mark.parametrize(
    "files",
    [
        [1],
        None,
        {"fact_session/x.parquet": {}},
        {"fact_session/x.parquet": {"bytes": "1"}},
        {"fact_session/../../x.parquet": {"bytes": 1}},
        {"/x.parquet": {"bytes": 1}},
    ],
)
def test_a_manifest_whose_files_cannot_be_its_own_is_refused(lake: Path, files: Any) -> None:
    path = lake / "north" / "export.json"
    said = json.loads(path.read_text())
    said["files"]["fact_session"] = files
    path.write_text(json.dumps(said))
    with pytest.raises(LogBrokenError, match="cannot be read"):
        Lake.open(lake)


def test_a_table_that_we_do_not_know_is_refused(lake: Path) -> None:
    path = lake / "north" / "export.json"
    said = json.loads(path.read_text())
    said["files"]["fact_colour"] = {}
    path.write_text(json.dumps(said))
    with pytest.raises(LogBrokenError, match="cannot be read"):
        Lake.open(lake)


@pytest.mark.parametrize(
    "said",
    ["", "[]", "{}", '{"files": {}, "clinic_number": 1, "format": "parquet"}', "[" * 100_000],
    ids=["nothing", "a list", "no word", "no file", "too deep"],
)
def test_a_manifest_that_cannot_be_read_is_refused(lake: Path, said: str) -> None:
    (lake / "north" / "export.json").write_text(said)
    with pytest.raises(LogBrokenError, match="cannot be read"):
        Lake.open(lake)


def test_two_exports_of_one_log_are_refused(lake: Path) -> None:
    shutil.copytree(lake / "north", lake / "once more")
    with pytest.raises(LogBrokenError, match="is an export of the log"):
        Lake.open(lake)


def test_two_logs_of_one_number_are_refused(lake: Path) -> None:
    manifest = lake / "north" / "export.json"
    said = json.loads(manifest.read_text(encoding="utf-8"))
    other = json.loads((lake / "riverside" / "export.json").read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(said | {"clinic_number": other["clinic_number"]}), encoding="utf-8")
    with pytest.raises(LogBrokenError, match="same number"):
        Lake.open(lake)


def rows_of(path: Path, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table of a merged file."""
    with reading(path) as run:
        return sorted(run(f"SELECT * FROM {table}"), key=repr)


def test_a_merged_file_holds_every_row_of_every_export(lake: Path, tmp_path: Path) -> None:
    rows = merge(lake, tmp_path / "merged.db")
    assert is_merged(tmp_path / "merged.db")
    both = [tables_of(lake / clinic) for clinic in ("riverside", "north")]
    for name in LAKE_TABLES:
        assert rows_of(tmp_path / "merged.db", name) == sorted(
            (row for one in both for row in one[name]), key=repr
        )
    assert rows == sum(len(each) for one in both for each in one.values())


def test_progress_of_a_merge_is_told(lake: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    rows = merge(lake, tmp_path / "merged.db", progress=lambda table, so_far: told.append((table, so_far)))
    assert told[-1][1] == rows


def test_a_merge_overwrites_nothing(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "merged.db").write_text("precious")
    with pytest.raises(LogExistsError):
        merge(lake, tmp_path / "merged.db")
    assert (tmp_path / "merged.db").read_text() == "precious"
    assert not is_merged(tmp_path / "merged.db")
    assert not is_merged(tmp_path / "none.db")


def test_nothing_is_left_of_a_merge_that_fails(lake: Path, tmp_path: Path) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge(lake, tmp_path / "merged.db", progress=stop)
    assert not (tmp_path / "merged.db").exists()


def test_without_the_library_it_is_said_what_to_install(
    clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LogUseError, match=r"pip install 'mesococktail\[research\]'"):
        export_tables(clinic, tmp_path / "out")
    assert not (tmp_path / "out.partial").exists()
