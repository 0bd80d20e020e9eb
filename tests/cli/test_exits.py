"""Exit codes and messages: fixed, documented, and never a stack trace for bad input."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from mesococktail import PrescriptionLog, errors
from mesococktail.cli import app, main
from mesococktail.cli.exits import _BY_CODE, MEANINGS, Failure, exit_code
from mesococktail.errors import MesococktailError
from mesococktail.findings import Finding, Severity
from tests.log.helpers import damaging

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

CLASSES = [
    each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MesococktailError)
]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_class_of_error_has_an_exit_code(cls: type[MesococktailError]) -> None:
    assert exit_code(cls("rule")) in MEANINGS


def test_no_exit_code_is_given_to_what_is_no_error() -> None:
    assert set(_BY_CODE) == {cls.code for cls in CLASSES}


def test_the_help_lists_every_exit_code(run: Run) -> None:
    said = run("--help").stdout
    for code, meaning in MEANINGS.items():
        assert f"{code:>5}  {meaning}" in said


def test_every_finding_is_on_its_own_line() -> None:
    findings = [Finding(Severity.ERROR, "record", path, "is missing") for path in ("at", "doctor")]
    failure = Failure.of(errors.BatchError("refused", cure="mend it", findings=findings))
    assert failure.format_message() == "at: is missing\nError: doctor: is missing\nError: mend it"


def test_a_log_that_is_not_there_is_not_found_and_not_made(run: Run, folder: Path) -> None:
    result = run("list", "--db", "nope.db", code=4)
    assert result.stderr == ("Error: nope.db: there is no log; create one with: mesococktail init nope.db\n")
    assert not (folder / "nope.db").exists()


def test_without_a_log_the_error_says_how_to_name_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESOCOCKTAIL_DB")
    for command in (["list"], ["verify"], ["doctor"], ["study", "pairs"], ["import", "prescriptions.jsonl"]):
        assert "Error: which log? Say --db PATH, or set MESOCOCKTAIL_DB" in run(*command, code=2).stderr


def test_a_misspelt_command_is_named(run: Run) -> None:
    assert "No such command 'prescibe'. Did you mean 'prescribe'?" in run("prescibe", code=2).stderr


def test_a_misspelt_question_is_named(run: Run) -> None:
    assert "Did you mean 'pairs'?" in run("study", "pair", code=2).stderr


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look like one" * 20])
def test_what_is_no_log_exits_as_broken(run: Run, folder: Path, content: bytes) -> None:
    (folder / "other.db").write_bytes(content)
    for command in ("list", "verify"):
        assert run(command, "--db", "other.db", code=5).stderr.startswith("Error: other.db: ")


def test_a_log_with_a_changed_layout_is_not_listed(run: Run, folder: Path) -> None:
    with sqlite3.connect(folder / "clinic.db") as connection:
        connection.execute("DROP VIEW agent_pair")
    assert "are not the ones this library made" in run("list", code=5).stderr


def test_a_changed_entry_makes_verify_exit_as_broken(run: Run, folder: Path) -> None:
    with damaging(folder / "clinic.db") as sqlite:
        sqlite.execute("UPDATE entry SET recorded_by = 'somebody else' WHERE seq = 2")
    result = run("verify", "--json", code=5)
    assert '"severity": "error"' in result.stdout
    assert "keep the file as it is, and restore the newest backup" in result.stderr


def test_a_read_only_log_cannot_be_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "may not be written" in run("void", "last", "--reason", "x", code=7).stderr


def test_a_busy_log_says_try_again(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.log.connection.BUSY_SECONDS", 0)
    holder = sqlite3.connect(folder / "clinic.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert "try again" in run("void", "last", "--reason", "x", code=75).stderr
    holder.close()


def test_ctrl_c_exits_as_interrupted_and_the_log_is_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(PrescriptionLog, "void", stop)
        said = run("void", "last", "--reason", "x", code=130).stderr
    assert said.endswith("\nError: interrupted; whatever was acknowledged before is in the log\n")
    run("verify")


def test_an_error_of_the_system_is_told_without_a_trace(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error", "somewhere")

    monkeypatch.setattr(PrescriptionLog, "verify", fail)
    assert run("verify", code=1).stderr == "Error: somewhere: Input/output error\n"


def test_a_reader_who_goes_away_ends_the_command_without_a_word(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(PrescriptionLog, "verify", gone)
    assert run("verify", code=1).output == ""


def test_a_fault_of_ours_is_not_hidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(PrescriptionLog, "verify", fail)
    result = CliRunner().invoke(main, ["verify", "--db", str(folder / "clinic.db")])
    assert isinstance(result.exception, ZeroDivisionError)


def test_the_end_of_input_aborts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.cli.prescribe.can_ask", lambda: True)
    result = run("prescribe", "-p", "P-1", "--doctor", "dr-a", "--for", "alopecia areata", input="", code=1)
    assert "Aborted" in result.stderr


def test_a_copy_of_the_table_of_commands_cannot_drift() -> None:
    listed = main.list_commands(click.Context(main))
    assert listed == list(app.COMMANDS)
    assert main.get_command(click.Context(main), "nothing") is None


def test_a_backup_never_overwrites(run: Run, folder: Path) -> None:
    shutil.copy(folder / "clinic.db", folder / "copy.db")
    assert run("backup", "copy.db", code=6).stderr.startswith("Error: copy.db: there is already a file")


@pytest.mark.parametrize(
    "args",
    [
        ("list", "--db", "a\x1b[2Jb"),
        ("list", "--db", "a\udcff"),
        ("show", "a\x1b[2J"),
        ("amend", "last", "--clear", "a\x1b[2J", "--reason", "x"),
        ("prescribe", "\x1b[2J 5 mg (principal)", "-p", "P-1", "--doctor", "dr-a", "--for", "x"),
        ("--\x1b[2J",),
        ("\x1b[2J",),
        ("study", "\x1b[2J"),
        ("study", "pairs", "--contains", "x\x1b[2J, role=x"),
        ("list", "--fmt", "\x1b[2J"),
        ("import", "\x1b[2J"),
        ("void", "last", "--reason", "\x1b[2J"),
        ("agents", "\x1b[2J"),
        ("amount", "\x1b[2J"),
        ("list", "-p", "\udcff"),
    ],
)
def test_no_message_does_anything_to_a_terminal(args: tuple[str, ...], folder: Path) -> None:
    result = CliRunner().invoke(main, args, env={"MESOCOCKTAIL_DB": str(folder / "clinic.db")}, color=True)
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code
    assert result.stderr.replace("\n", "").isprintable()
