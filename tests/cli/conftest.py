"""A folder with a log in it, and a way to run commands there."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Protocol

import pytest
from click.testing import CliRunner

from mesococktail import PrescriptionLog
from mesococktail.cli import main
from tests.log.helpers import GIVEN, make

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


class Run(Protocol):
    """Runs one command in the folder."""

    def __call__(self, *args: str, input: str | None = None, code: int = 0) -> Result: ...  # noqa: A002


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the examples of the commands name; nobody may change it."""
    folder = tmp_path_factory.mktemp("prepared")
    with make(folder / "clinic.db", 2) as log:
        log.append_many([GIVEN | {"patient": "P-014"}])
        with (folder / "clinic.jsonl").open("wb") as stream:
            log.export(stream)
    (folder / "prescriptions.jsonl").write_text(json.dumps(GIVEN | {"patient": "P-020"}) + "\n")
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, where commands are run, with none of the settings of whoever runs the tests."""
    copy = tmp_path / "here"
    shutil.copytree(prepared, copy)
    for name in [name for name in os.environ if name.startswith("MESOCOCKTAIL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the log, and hold it to its exit code."""
    monkeypatch.setenv("MESOCOCKTAIL_DB", str(folder / "clinic.db"))

    def invoke(*args: str, input: str | None = None, code: int = 0) -> Result:  # noqa: A002
        result = CliRunner().invoke(main, args, prog_name="mesococktail", input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def course(folder: Path) -> Path:
    """Go on with the course of P-014: what was prepared and given, and what the examples point to."""
    with PrescriptionLog.open(folder / "clinic.db") as log:
        prescription = next(log.prescriptions(patient="P-014")).id
        stock = [
            {"agent": agent, "lot": lot, "expiry": "2099-05", "strength": "5 mg/mL", "drawn": "1 mL"}
            for agent, lot in (("minoxidil", "A12"), ("biotin", "B7"))
        ]
        who = {"patient": "P-014", "at": "2025-03-08T10:00+04:00", "prescription": prescription}
        made = log.append_many(
            [{"kind": "preparation", "prepared_by": "nurse-1", "total": "2 mL", "stock": stock} | who]
        )
        assert made.appended == 1
        preparation = next(log.standing("preparation")).id
        given = {"preparation": preparation, "injected_by": "dr-a", "volume": "2 mL"}
        assert log.append_many([{"kind": "session"} | who | given]).appended == 1
    return folder
