"""An export is in its place whole or not at all, and what was begun is gone on with."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import (
    LogBusyError,
    LogExistsError,
    LogNotFoundError,
    LogStorageError,
    QuestionError,
)
from mesococktail.lake import FORMATS, Lake, export_tables
from mesococktail.lake.folder import Unfinished
from tests.lake.exports import tables_of
from tests.lake.logs import make

if TYPE_CHECKING:
    from collections.abc import Callable


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


def folder_of_mine(place: Path) -> Path:
    place.mkdir()
    (place / "mine").write_text("precious")
    return place / "mine"


def file_of_mine(place: Path) -> Path:
    place.write_text("precious")
    return place


def link_to_mine(place: Path) -> Path:
    mine = folder_of_mine(place.with_name("elsewhere"))
    place.symlink_to(mine.parent)
    return mine


def mine_with_the_name_of_the_one_before(place: Path) -> Path:
    return folder_of_mine(place.with_name(f"{place.name}.before"))


def mine_with_the_name_of_one_that_was_begun(place: Path) -> Path:
    return folder_of_mine(place.with_name(f"{place.name}.partial"))


@pytest.mark.parametrize(
    "put",
    [
        folder_of_mine,
        file_of_mine,
        link_to_mine,
        mine_with_the_name_of_the_one_before,
        mine_with_the_name_of_one_that_was_begun,
    ],
)
def test_nothing_is_deleted_that_is_not_of_an_export(
    log: Path, tmp_path: Path, put: Callable[[Path], Path]
) -> None:
    if put is mine_with_the_name_of_the_one_before:
        export_tables(log, tmp_path / "out")
    mine = put(tmp_path / "out")
    with pytest.raises(LogExistsError, match="would be deleted; move it away"):
        export_tables(log, tmp_path / "out", replace=True)
    assert mine.read_text() == "precious"


def test_an_export_in_which_somebody_put_something_is_not_replaced(log: Path, tmp_path: Path) -> None:
    export_tables(log, tmp_path / "out")
    (tmp_path / "out" / "fact_outcome" / "notes.docx").write_text("precious")
    with pytest.raises(LogExistsError, match=r"out/fact_outcome/notes\.docx: is not of an export"):
        export_tables(log, tmp_path / "out", replace=True)
    assert (tmp_path / "out" / "fact_outcome" / "notes.docx").read_text() == "precious"


@pytest.mark.parametrize("place", [".", "/"])
def test_a_folder_without_a_name_of_its_own_is_not_replaced_either(
    log: Path, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LogExistsError, match="would be deleted"):
        export_tables(log, place, replace=True)


def test_an_export_is_replaced_in_the_folder_that_a_shell_is_in(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_tables(log, tmp_path / "out", format="csv")
    monkeypatch.chdir(tmp_path / "out")
    export_tables(log, ".", replace=True)
    assert (tmp_path / "out" / "dim_patient").is_dir()


def test_two_exports_into_one_folder_do_not_meet(log: Path, tmp_path: Path) -> None:
    refused: list[str] = []

    def meanwhile(_table: str, _rows: int) -> None:
        if not refused:
            refused.append("")
            with pytest.raises(LogBusyError, match="another export is being written there") as busy:
                export_tables(log, tmp_path / "out", format="csv")
            refused[0] = str(busy.value)

    export_tables(log, tmp_path / "out", progress=meanwhile)
    assert refused[0]
    assert Lake.open(tmp_path / "out").exports


def test_what_came_into_its_place_while_an_export_was_written_is_kept(log: Path, tmp_path: Path) -> None:
    def meanwhile(_table: str, _rows: int) -> None:
        if not (tmp_path / "out").exists():
            folder_of_mine(tmp_path / "out")

    with pytest.raises(LogExistsError, match="there is already something"):
        export_tables(log, tmp_path / "out", progress=meanwhile)
    assert (tmp_path / "out" / "mine").read_text() == "precious"


@pytest.mark.parametrize("name", ["north.before", "north.partial"])
def test_an_export_has_no_name_that_stands_for_an_unfinished_one(
    log: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(QuestionError, match=f"folder: {name}: is the name of what is not in its place"):
        export_tables(log, tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("where", ["mine", "fact_outcome/mine.docx", "notes/mine.txt"])
def test_what_somebody_put_beside_an_unfinished_export_is_kept(
    log: Path, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        Stopped(patch, after=5)
        with pytest.raises(LogStorageError):
            export_tables(log, tmp_path / "out")
    mine = tmp_path / "out.partial" / where
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("precious")
    with pytest.raises(LogExistsError, match="is not of an export that was begun"):
        export_tables(log, tmp_path / "out", format="csv")
    assert mine.read_text() == "precious"


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_that_was_gone_on_with_tells_all_its_rows(
    log: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        Stopped(patch, after=9)
        with pytest.raises(LogStorageError):
            export_tables(log, tmp_path / "out", format=form)
    resumed = export_tables(log, tmp_path / "out", format=form)
    assert resumed.rows == export_tables(log, tmp_path / "whole", format=form).rows
    assert resumed.rows == sum(map(len, tables_of(tmp_path / "out").values()))


def test_what_was_replaced_and_not_removed_goes_with_the_next_export(log: Path, tmp_path: Path) -> None:
    export_tables(log, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "out.before")
    export_tables(log, tmp_path / "out")
    assert not (tmp_path / "out.before").exists()


@pytest.mark.parametrize(
    "said", ["[]", "{", '{"made_of": {}, "files": {"fact_outcome": {"../../mine": {"bytes": 1}}}}']
)
def test_a_note_of_progress_that_cannot_be_ours_is_not_believed(log: Path, tmp_path: Path, said: str) -> None:
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "progress.json").write_text(said)
    with pytest.raises(LogExistsError, match="is not of an export that was begun"):
        export_tables(log, tmp_path / "out")


def test_an_export_that_was_cut_off_before_it_was_put_in_place_is_made_anew(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(_path: Path, _target: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", cut_off)
        with pytest.raises(LogStorageError, match="Input/output error"):
            export_tables(log, tmp_path / "out")
    export_tables(log, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out"]
    assert Lake.open(tmp_path / "out").exports


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
