"""Every command's help has an example, and every example works."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from mesococktail.cli import main
from mesococktail.cli.app import COMMANDS
from mesococktail.cli.shared import command_name
from mesococktail.lake import export_tables
from mesococktail.records import KINDS
from mesococktail.research import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

PATHS: list[tuple[str, ...]] = [(name,) for name in COMMANDS]
PATHS += [("study", question.command) for question in QUESTIONS.values()]
PATHS += [("record", command_name(kind)) for kind in KINDS]


def command_at(path: tuple[str, ...]) -> click.Command:
    command: click.Command | None = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name)
    assert command is not None
    return command


def examples(path: tuple[str, ...]) -> list[str]:
    epilog = command_at(path).epilog or ""
    assert epilog.startswith("\b\nExample:\n")
    return [line.strip() for line in epilog.splitlines()[2:]]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_the_examples_of_the_help_work(
    path: tuple[str, ...], course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would go on for ever; tests/browse looks at what it serves.
    monkeypatch.setattr("mesococktail.browse.serve", lambda *_, **__: None)
    if path == ("merge",):
        (course / "exports").mkdir()
        export_tables(course / "clinic.db", course / "exports/riverside")
    if path[0] in ("init", "export"):
        (course / {"init": "clinic.db", "export": "clinic.jsonl"}[path[0]]).unlink()
    for line in examples(path):
        words = shlex.split(line)
        assert tuple(words[1 : 1 + len(path)]) == path or path in (("study",), ("record",))
        result = CliRunner().invoke(main, words[1:], prog_name="mesococktail")
        assert result.exit_code == 0, (line, result.output)
        assert result.output


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
@pytest.mark.parametrize("switch", ["-h", "--help"])
def test_help_shows_the_example(path: tuple[str, ...], switch: str) -> None:
    result = CliRunner().invoke(main, [*path, switch], prog_name="mesococktail")
    assert result.exit_code == 0
    assert examples(path)[0][:40] in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_in_the_list_is_the_one_of_the_command(name: str) -> None:
    said = (command_at((name,)).help or "").splitlines()[0]
    assert said.startswith(COMMANDS[name][1].removesuffix("."))
    assert COMMANDS[name][1].endswith(".")


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_option_says_what_it_is(path: tuple[str, ...]) -> None:
    for parameter in command_at(path).params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name
