"""``import``, ``export``, ``verify``, ``rebuild``, ``backup`` and ``demo``."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

from mesococktail import PrescriptionLog
from tests.log.helpers import GIVEN, digest

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Run

GOOD = json.dumps(GIVEN)
BAD = json.dumps(GIVEN | {"patient": "Ada Byron", "cocktail": "minoxidil 2,5 mg (principal)"})


def head(path: Path) -> str:
    with PrescriptionLog.open(path, read_only=True) as log:
        return str(log.head())


def test_lines_are_imported_from_standard_input(run: Run, folder: Path) -> None:
    result = run("import", "-", input=f"{GOOD}\n\n{GOOD}\n")
    assert result.stdout == f"{head(folder / 'clinic.db')}\n"
    assert result.stderr == "3 lines read, 2 written, 0 there already\n"


def test_a_record_behind_more_blanks_than_a_line_has_is_not_passed_over(run: Run, folder: Path) -> None:
    before = digest(folder / "clinic.db")
    said = run("import", "-", input=f"{' ' * 1_000_000}{GOOD}\n", code=3).stderr
    assert said.startswith("Error: line 1 was refused: ")
    assert "a document is at most 65536 bytes" in said
    assert digest(folder / "clinic.db") == before


def test_the_first_refused_line_stops_the_import(run: Run, folder: Path) -> None:
    before = digest(folder / "clinic.db")
    said = run("import", "-", input=f"{GOOD}\n{BAD}\n", code=3).stderr.splitlines()
    assert said[0].startswith("Error: line 2.patient: Ada Byron: is not an opaque id")
    assert said[1].startswith("Error: line 2.cocktail")
    assert said[2] == "Error: mend it; nothing was written"
    assert digest(folder / "clinic.db") == before


def test_refused_lines_are_reported_and_the_rest_kept(run: Run) -> None:
    result = run("import", "-", "--on-refused", "report", input=f"{BAD}\n{GOOD}\n[]\n", code=3)
    assert "3 lines read, 1 written, 0 there already\n" in result.stderr
    assert "Error: line 1: patient: Ada Byron" in result.stderr
    assert "Error: line 3: : must be" in result.stderr or "Error: line 3: " in result.stderr
    assert result.stderr.endswith("Error: refused: 2 lines\n")
    assert len(json.loads(run("list").stdout)) == 4


def test_more_refused_lines_than_are_listed_are_counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.log.batch.MOST_LISTED", 1)
    said = run("import", "-", "--on-refused", "report", input="[]\n" * 3, code=3).stderr
    assert said.endswith("Error: and 2 more refused lines\nError: refused: 3 lines\n")


def test_an_import_goes_on_from_a_line(run: Run) -> None:
    result = run("import", "-", "--from-line", "2", input=f"{BAD}\n{GOOD}\n")
    assert result.stderr == "1 line read, 1 written, 0 there already\n"
    assert "line 3.patient" in run("import", "-", "--from-line", "3", input=f"{BAD}\n" * 3, code=3).stderr


def test_a_dry_import_writes_nothing(run: Run, folder: Path) -> None:
    before = digest(folder / "clinic.db")
    assert "1 line read, 1 would be written" in run("import", "prescriptions.jsonl", "--dry-run").stderr
    run("import", "-", "--dry-run", input=BAD, code=3)
    assert digest(folder / "clinic.db") == before


def test_a_line_longer_than_any_record_is_refused_and_keeps_its_number(run: Run) -> None:
    said = run("import", "-", "--on-refused", "report", input="x" * 2_500_000 + f"\n{BAD}\n", code=3).stderr
    assert "line 1: " in said
    assert "at most 65536 bytes" in said
    assert "line 2: patient: Ada Byron" in said


def test_progress_is_told_to_a_person_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.cli.transfer._LONG_SECONDS", -1)
    assert "\r" not in run("import", "-", input=GOOD).stderr
    monkeypatch.setattr("mesococktail.cli.transfer.is_terminal", lambda _: True)
    assert "\r1 lines read\n" in run("import", "-", input=GOOD).stderr
    monkeypatch.setattr("mesococktail.cli.transfer._LONG_SECONDS", 999)
    assert "\r" not in run("import", "-", input=GOOD).stderr


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    assert run("import", "nope.jsonl", code=4).stderr == "Error: nope.jsonl: No such file or directory\n"


def test_a_whole_log_goes_out_and_comes_back(run: Run, folder: Path) -> None:
    run("export", "out.jsonl")
    assert stat.S_IMODE((folder / "out.jsonl").stat().st_mode) == 0o600
    result = run("import", "out.jsonl", "--restore", "other.db")
    assert result.stdout == f"{head(folder / 'clinic.db')}\n"
    assert result.stderr == "other.db holds 4 entries of riverside\n"
    assert run("export").stdout == (folder / "out.jsonl").read_text()


def test_an_export_never_overwrites(run: Run, folder: Path) -> None:
    (folder / "out.jsonl").write_text("mine")
    assert (
        "out.jsonl: there is already a file; choose another path" in run("export", "out.jsonl", code=6).stderr
    )
    assert (folder / "out.jsonl").read_text() == "mine"
    assert "no/out.jsonl: cannot be created" in run("export", "no/out.jsonl", code=7).stderr


def test_an_export_that_fails_leaves_nothing(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PrescriptionLog, "export", full)
    said = run("export", "out.jsonl", code=7).stderr
    assert said == "Error: out.jsonl: the disk failed or is full: No space left on device\n"
    assert not (folder / "out.jsonl").exists()


def test_an_export_that_is_interrupted_leaves_nothing(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(PrescriptionLog, "export", stop)
    run("export", "out.jsonl", code=130)
    assert not (folder / "out.jsonl").exists()


def test_a_whole_log_is_not_taken_for_records(run: Run) -> None:
    assert "this is a whole exported log" in run("import", "clinic.jsonl", code=2).stderr
    said = run("import", "clinic.jsonl", "--restore", "n.db", "--dry-run", code=2).stderr
    assert "--restore takes the whole file" in said


def test_a_damaged_export_is_refused_and_nothing_made(run: Run, folder: Path) -> None:
    run("import", "-", "--restore", "other.db", input="{}\n", code=3)
    assert not (folder / "other.db").exists()


def test_a_sound_log_verifies_with_what_was_kept(run: Run, folder: Path) -> None:
    kept = head(folder / "clinic.db")
    result = run("verify", "--head", kept, "--receipt", kept)
    assert (result.stdout, result.stderr) == ("[]\n", f"sound: 4 entries, head {kept}\n")
    assert "1 finding; keep the file" in run("verify", "--head", "4-AAAAAAAAAA", code=5).stderr
    assert "x: is not a receipt" in run("verify", "--receipt", "x", code=2).stderr


def test_a_rebuild_and_a_backup_print_the_head(run: Run, folder: Path) -> None:
    kept = head(folder / "clinic.db")
    assert run("rebuild").stdout == f"{kept}\n"
    result = run("backup", "copy.db")
    assert result.stdout == f"{kept}\n"
    assert result.stderr == "copy.db holds 4 entries, verified\n"
    assert head(folder / "copy.db") == kept


def test_the_demo_tells_where_else_it_can_go(run: Run, folder: Path) -> None:
    for name in ("mesococktail-demo.db", "mesococktail-demo-2.db"):
        (folder / name).touch()
    said = run("demo", code=6).stderr
    assert said.startswith("Error: mesococktail-demo.db: there is already a file; delete it, or say where: ")
    assert said.endswith("mesococktail demo mesococktail-demo-3.db\n")


def test_the_demo_has_other_years(run: Run) -> None:
    assert "synthetic" in run("demo", "one.db", "--seed", "7").stdout
