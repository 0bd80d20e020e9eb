"""How long commands take is mostly what they import; and what a process of its own does."""

from __future__ import annotations

import subprocess
import sys
from runpy import run_module
from typing import TYPE_CHECKING

import pytest

import mesococktail
from mesococktail.log.layout import expected_fingerprint
from mesococktail.log.schema import FINGERPRINT

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("pint", "cattrs", "sqlite_utils", "tabulate")
_PROBE = """
import sys
from mesococktail.cli import main
try:
    main(sys.argv[1:], prog_name="mesococktail")
except SystemExit as end:
    print("\\nexit", end.code, "modules", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def modules(folder: Path, *args: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *args], cwd=folder, capture_output=True, text=True, check=True
    )
    said = done.stdout.splitlines()[-1].split()
    assert said[:2] == ["exit", "0"], done
    return set(said[3:])


@pytest.mark.parametrize("args", [("--help",), ("--version",), ("-h",)])
def test_the_help_imports_click_and_nothing_else(args: tuple[str, ...], folder: Path) -> None:
    loaded = modules(folder, *args)
    assert "click" in loaded
    assert not loaded & {*HEAVY, "attr", "attrs", "sqlite3", "decimal"}


@pytest.mark.parametrize(
    "args",
    [
        ("list", "--db", "clinic.db"),
        ("list", "--db", "clinic.db", "-t"),
        ("study", "combinations", "--db", "clinic.db"),
        ("study", "published", "--db", "clinic.db"),
        ("doctor", "--db", "clinic.db"),
    ],
)
def test_reading_commands_import_nothing_heavy(args: tuple[str, ...], folder: Path) -> None:
    assert not modules(folder, *args) & set(HEAVY)


def test_a_list_does_not_load_what_makes_records(folder: Path) -> None:
    script = "import sys; from mesococktail.cli import main\ntry: main(['list', '--db', 'clinic.db'])\n"
    script += "except SystemExit: print('mesococktail.records' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


def test_the_fingerprint_of_a_glance_is_the_one_of_the_layout() -> None:
    assert expected_fingerprint() == FINGERPRINT


def process(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mesococktail", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_process_prints_data_and_talk_apart(folder: Path) -> None:
    line = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL + saline q.s. to 5 mL"
    done = process(
        folder,
        "prescribe",
        line,
        "-p",
        "P-1",
        "--for",
        "alopecia areata",
        "--doctor",
        "dr-a",
        "--db",
        "clinic.db",
    )
    assert done.returncode == 0
    assert len(done.stdout) == 37
    assert "saline     diluent        3 mL" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_the_package_runs_as_the_command_and_imports_as_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mesococktail", "--version"])
    with pytest.raises(SystemExit) as ended:
        run_module("mesococktail", run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == (
        0,
        f"mesococktail, version {mesococktail.__version__}\n",
    )
    run_module("mesococktail.__main__", run_name="imported")
    assert capsys.readouterr().out == ""


def test_a_process_that_is_refused_shows_no_trace(folder: Path) -> None:
    done = process(folder, "show", "last", "--db", "nope.db")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("Error: nope.db: there is no log")


def test_a_reader_who_has_seen_enough_does_no_harm(folder: Path) -> None:
    command = f"{sys.executable} -m mesococktail agents --nl | head -n 1"
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.startswith('{"id": ')
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
