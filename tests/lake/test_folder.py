"""An export is in its place whole or not at all, and what was begun is gone on with."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import LogExistsError, LogNotFoundError, LogStorageError, QuestionError
from mesococktail.lake import Lake, export_tables
from mesococktail.lake.folder import Unfinished
from tests.lake.exports import tables_of
from tests.lake.logs import make

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A small log."""
    make(tmp_path / "clinic.db", 1).close()
    return tmp_path / "clinic.db"


class Stopped:
    """Lets so many tables be finished, and then the disk fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
        self.after = after
        self.finished: list[str] = []
        really = Unfinished.finish

        def finish(unfinished: Unfinished, table: str, *rest: Any) -> None:
            if len(self.finished) == self.after:
                raise OSError(28, "No space left on device")
            really(unfinished, table, *rest)
            self.finished.append(table)

        monkeypatch.setattr(Unfinished, "finish", finish)


def test_what_is_there_is_never_overwritten(log: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("precious")
    with pytest.raises(LogExistsError, match="there is already something"):
        export_tables(log, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_an_export_is_replaced_when_that_is_said(log: Path, tmp_path: Path) -> None:
    export_tables(log, tmp_path / "out")
    with PrescriptionLog.open(log) as opened:
        opened.prescribe(
            "minoxidil 5 mg (principal) + biotin 5 mg", doctor="dr-a", patient="P-9", indication="AGA"
        )
    export_tables(log, tmp_path / "out", replace=True)
    assert len(tables_of(tmp_path / "out")["dim_patient"]) == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out"]


def test_the_folder_above_must_be_there(log: Path, tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError, match="the folder does not exist"):
        export_tables(log, tmp_path / "no" / "out")


def test_an_unknown_format_is_refused(log: Path, tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="is not a format"):
        export_tables(log, tmp_path / "out", format="xlsx")


def test_an_export_that_stops_is_not_in_its_place(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Stopped(monkeypatch, after=5)
    with pytest.raises(LogStorageError, match="No space left"):
        export_tables(log, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_goes_on_where_it_stopped(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        first = Stopped(patch, after=9)
        with pytest.raises(LogStorageError):
            export_tables(log, tmp_path / "out")
    second = Stopped(monkeypatch, after=1000)
    export_tables(log, tmp_path / "out")
    assert set(first.finished) & set(second.finished) == set()
    monkeypatch.undo()
    export_tables(log, tmp_path / "whole")
    assert tables_of(tmp_path / "out") == tables_of(tmp_path / "whole")
    assert Lake.open(tmp_path / "out").tables.keys() == Lake.open(tmp_path / "whole").tables.keys()


def test_an_export_of_another_head_begins_anew(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        first = Stopped(patch, after=9)
        with pytest.raises(LogStorageError):
            export_tables(log, tmp_path / "out")
    with PrescriptionLog.open(log) as opened:
        opened.prescribe(
            "minoxidil 5 mg (principal) + biotin 5 mg", doctor="dr-a", patient="P-9", indication="AGA"
        )
    second = Stopped(monkeypatch, after=1000)
    export_tables(log, tmp_path / "out")
    assert set(first.finished) < set(second.finished)
    assert len(tables_of(tmp_path / "out")["dim_patient"]) == 2


def test_a_table_whose_file_was_cut_off_is_written_anew(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        Stopped(patch, after=9)
        with pytest.raises(LogStorageError):
            export_tables(log, tmp_path / "out", format="csv")
    cut = min((tmp_path / "out.partial").glob("dim_*.csv"))
    cut.write_bytes(cut.read_bytes()[:-1])
    export_tables(log, tmp_path / "out", format="csv")
    export_tables(log, tmp_path / "whole", format="csv")
    assert (tmp_path / "out" / cut.name).read_bytes() == (tmp_path / "whole" / cut.name).read_bytes()


def test_the_manifest_has_size_and_digest_of_every_file(plain: Path) -> None:
    for folder in plain.iterdir():
        manifest = json.loads((folder / "export.json").read_text(encoding="utf-8"))
        listed = {name: said for files in manifest["files"].values() for name, said in files.items()}
        for name, said in listed.items():
            content = (folder / name).read_bytes()
            assert said["bytes"] == len(content)
            assert said["sha256"] == sha256(content).hexdigest()
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        beside = {"export.json", "dictionary.json", "README.md", "schema.sql", "indexes.sql", "load.sql"}
        assert there - listed.keys() <= beside


def test_progress_is_told(log: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    made = export_tables(log, tmp_path / "out", progress=lambda table, rows: told.append((table, rows)))
    assert max(rows for _, rows in told) == made.rows
    assert {"dim_agent", "fact_prescription"} <= {table for table, _ in told}


def test_nobody_who_writes_waits_for_an_export(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Unfinished.finish

    def finish(unfinished: Unfinished, table: str, *rest: Any) -> None:
        really(unfinished, table, *rest)
        with PrescriptionLog.open(log) as opened:
            line = "minoxidil 5 mg (principal) + biotin 5 mg"
            opened.prescribe(line, doctor="dr-a", patient=f"P-{table}", indication="AGA")

    monkeypatch.setattr(Unfinished, "finish", finish)
    export_tables(log, tmp_path / "out")
    assert len(tables_of(tmp_path / "out")["dim_patient"]) == 1
