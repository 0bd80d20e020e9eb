"""What an export, a lake or a merge refuses, and how it says so."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog, Study
from mesococktail.errors import (
    LogBrokenError,
    LogStorageError,
    LogUseError,
    LogVersionError,
    MesococktailError,
    QuestionError,
    RecordError,
)
from mesococktail.lake import LAKE_TABLES, Lake, export_tables, merge
from mesococktail.lake.library import batches_of
from tests.lake.exports import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("given", [{"key": "k"}, {"clinic_as": "x"}, {"leave_out": ("sex",)}])
def test_what_belongs_to_pseudonyms_is_refused_without_them(
    clinic: Path, tmp_path: Path, given: dict[str, Any]
) -> None:
    with pytest.raises(QuestionError, match="belongs to a pseudonymised export"):
        export_tables(clinic, tmp_path / "out", **given)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["pyarrow", "adbc_driver_sqlite"])
def test_a_missing_library_is_named_with_its_cure(
    clinic: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LogUseError, match=r"the package .*; pip install 'mesococktail\[research\]'"):
        export_tables(clinic, tmp_path / "out")


def test_a_log_of_an_earlier_layout_is_to_be_rebuilt_first(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress((GOLDEN / "layout-1-courses.db.gz").read_bytes()))
    with pytest.raises(LogVersionError, match="earlier version; mesococktail rebuild"):
        export_tables(path, tmp_path / "out")


def test_tables_that_cannot_be_read_are_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"nothing" * 1000)
    with pytest.raises(LogBrokenError, match="cannot be read"), batches_of(tmp_path / "x.db") as run:
        list(run("SELECT 1 FROM sqlite_schema"))


def test_a_key_that_others_can_read_is_refused(clinic: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(LogStorageError, match=r"can be read by others.*chmod 600"):
        export_tables(clinic, tmp_path / "out", pseudonymise=True, key=tmp_path / "key")


def test_a_key_that_cannot_be_made_is_refused(clinic: Path, tmp_path: Path) -> None:
    with pytest.raises(LogStorageError, match="key of the pseudonyms: No such file"):
        export_tables(clinic, tmp_path / "out", pseudonymise=True, key=tmp_path / "nowhere" / "key")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"folder": 5}, "folder: 5: must be a path"),
        ({"folder": "a\0b"}, "folder: .*: must be a path"),
        ({"key": 5}, "key: 5: must be a path"),
        ({"clinic_as": 5}, "clinic_as: 5: must be a short printable text"),
        ({"clinic_as": "north\nwest"}, "clinic_as: .*: must be a short printable text"),
        ({"leave_out": "sex"}, r'leave_out: sex: must be a list of words; write \["sex"\]'),
        ({"leave_out": 5}, "leave_out: 5: must be a list of words"),
        ({"log": 5}, "log: 5: must be a log, or where one is"),
    ],
)
def test_what_is_not_what_it_should_be_is_refused_by_its_name(
    clinic: Path, tmp_path: Path, given: dict[str, Any], said: str
) -> None:
    asked: dict[str, Any] = {"log": clinic, "folder": tmp_path / "out", "pseudonymise": True} | given
    with pytest.raises((QuestionError, RecordError), match=said):
        export_tables(**asked)
    assert list(tmp_path.iterdir()) == []


def test_what_is_left_out_may_come_one_by_one(clinic: Path, tmp_path: Path) -> None:
    export_tables(clinic, tmp_path / "out", pseudonymise=True, leave_out=(name for name in ["sex"]))
    assert json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))["left_out"] == ["sex"]


def test_a_key_is_not_made_in_a_folder_that_is_gone_afterwards(clinic: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        earlier = log.as_of("2999-01-01T00:00+00:00")
    with earlier, pytest.raises(LogUseError, match=r"key: .*say where the key is to be kept"):
        export_tables(earlier, tmp_path / "out", pseudonymise=True)
    with PrescriptionLog.open(clinic, read_only=True) as log, log.as_of("2999-01-01T00:00+00:00") as now:
        assert export_tables(now, tmp_path / "out", pseudonymise=True, key=tmp_path / "key").rows


@pytest.fixture
def lake(plain: Path, tmp_path: Path) -> Path:
    shutil.copytree(plain / "parquet", tmp_path / "lake" / "one")
    return tmp_path / "lake"


def stray(lake: Path) -> None:
    (lake / "one" / "fact_prescription" / "stray.parquet").write_bytes(b"")


def doubled(lake: Path) -> None:
    shutil.copytree(lake / "one", lake / "two")


def unfinished(lake: Path) -> None:
    (lake / "two.partial").mkdir()


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (stray, "has files that are not of the export"),
        (doubled, "is an export of the log that one is one of"),
        (unfinished, "was not finished, so that a clinic may be missing"),
    ],
)
def test_a_lake_that_is_not_whole_is_refused(lake: Path, happened: Callable[[Path], None], said: str) -> None:
    assert Lake.open(lake).exports
    happened(lake)
    with pytest.raises(LogBrokenError, match=said):
        Lake.open(lake)
    with pytest.raises(MesococktailError, match=said):
        merge(lake, lake / "merged.db")
    assert not (lake / "merged.db").exists()


@pytest.mark.parametrize("end", [b"\0" * 8, b"\0\0\0\0PAR1"])
def test_a_damaged_file_is_named_by_who_reads_it(lake: Path, tmp_path: Path, end: bytes) -> None:
    [file] = (lake / "one" / "dim_patient").rglob("*.parquet")
    file.write_bytes(file.read_bytes()[: -len(end)] + end)
    # As if the manifest were of the damaged file.
    manifest = lake / "one" / "export.json"
    said = json.loads(manifest.read_text())
    for of_file in said["files"]["dim_patient"].values():
        of_file["sha256"] = sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(said))
    with pytest.raises(LogBrokenError, match="is damaged; copy the export once more"):
        merge(lake, tmp_path / "merged.db")
    assert not (tmp_path / "merged.db").exists()
    with pytest.raises(
        QuestionError, match=r"part-0\.parquet'; copy an export with a damaged file once more"
    ):
        Study(lake).where(patient="P-1").combinations()


def test_large_tables_are_packed_in_groups(
    clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesococktail.lake.writing._GROUP_ROWS", 2)
    monkeypatch.setattr("mesococktail.lake.library._ROWS", 1)
    export_tables(clinic, tmp_path / "small")
    export_tables(clinic, tmp_path / "again")
    assert tables_of(tmp_path / "small") == tables_of(tmp_path / "again")


@pytest.mark.parametrize(("stage", "kept"), [("III", True), ("as A. Patient told", False)])
def test_only_a_stage_of_a_known_scale_is_exported(tmp_path: Path, stage: str, kept: bool) -> None:
    with PrescriptionLog.create(tmp_path / "clinic.db", clinic="new") as log:
        log.append_many([{"kind": "doctor", "id": "dr-a", "name": "A"}])
        log.append_many(
            {
                "patient": f"P-{number}",
                "doctor": "dr-a",
                "at": "2025-01-01T10:00+00:00",
                "indication": {"code": "androgenetic_alopecia", "stage": stage}
                | ({"scale": "hamilton_norwood"} if kept else {}),
                "cocktail": "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
            }
            for number in range(8)
        )
    export_tables(tmp_path / "clinic.db", tmp_path / "out", pseudonymise=True)
    names = LAKE_TABLES["fact_prescription"].names
    rows = tables_of(tmp_path / "out")["fact_prescription"]
    assert {row[names.index("indication_stage")] for row in rows} == {stage if kept else None}
