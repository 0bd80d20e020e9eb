"""A folder with a log in it, and a way to run commands there."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Protocol

import pytest
from click.testing import CliRunner

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
