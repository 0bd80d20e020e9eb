"""Runs what README and docs show, and compares it with what they say it prints.

Of a page's blocks, in the order of the page and in one new folder:

- ``python`` is executed; a ``text`` block right after it is what it printed;
- ``console`` holds commands behind ``$``, each followed by what it printed;
- ``toml`` and ``json`` blocks are written to the file named in the ``<!-- file: … -->`` above them.

Ids, receipts, times and digests differ on every run. One that stands in a page stands for the one that
really came, also in later commands of that page; a date stands for itself or for today. A line of ``…``
alone stands for any lines, and ``…`` within a line for anything in it.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from sybil.evaluators.python import pad
from sybil.parsers.myst import CodeBlockParser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sybil import Document, Example, Region

_TIME = (
    r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?: ?(?:[+-][0-9]{2}:[0-9]{2}|Z))?"
)
_DATE = r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b"
_SHAPES = (
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}",  # the id of a record
    r"\b[0-9a-f]{64}\b",  # a hash
    r"\b[0-9a-f]{32}\b",  # the id of a log
    r"\b[0-9a-f]{16}\b",  # the digest of a formulary
    _TIME,
    r"\b[0-9]+-[A-Z2-7]{10}\b",  # a receipt
    _DATE,
)
_VARYING = re.compile("|".join(_SHAPES))
_ANY = "…"
_SHELL = re.compile(r"[|<>;&$`*]|^(?!mesococktail )")


def pattern_of(expected: str, known: Mapping[str, str]) -> tuple[re.Pattern[str], list[str]]:
    """Return what an output must match, and what in *expected* its groups stand for."""
    stands: list[str] = []
    lines: list[str] = []
    for line in lines_of(expected):
        if line.strip() == _ANY:
            lines.append(r"(?:.*\n)*?")
            continue
        made, place = "", 0
        for found in _VARYING.finditer(line):
            made += _literal(line[place : found.start()])
            said = found[0]
            if re.fullmatch(_TIME, said):
                made += _TIME  # two acts may lie in one second on one run, and not on the next
            elif re.fullmatch(_DATE, said):
                made += f"(?:{said}|{datetime.now(UTC).date()})"  # that of the day on which the page was made
            elif said in known:
                made += re.escape(known[said])
            elif said in stands:
                made += f"(?P=g{stands.index(said)})"
            else:
                made += f"(?P<g{len(stands)}>{_shape_of(said)})"
                stands.append(said)
            place = found.end()
        lines.append(made + _literal(line[place:]) + r"\n")
    return re.compile("".join(lines)), stands


def _literal(text: str) -> str:
    return r"[^\n]*?".join(map(re.escape, text.split(_ANY)))


def _shape_of(said: str) -> str:
    return next(shape for shape in _SHAPES if re.fullmatch(shape, said))


def compare(expected: str, actual: str, known: dict[str, str]) -> str | None:
    """Return how *actual* differs from what the page says, or None; learn what varies into *known*."""
    pattern, stands = pattern_of(expected, known)
    match = pattern.fullmatch("\n".join(lines_of(actual)) + "\n")
    if match is not None:
        found = {said: match[f"g{place}"] for place, said in enumerate(stands)}
        for said, really in found.items():
            if really in known.values():
                return f"the page says {said} for what it called by another id before"
        known.update(found)
        return None
    lines = difflib.unified_diff(
        lines_of(expected), lines_of(actual), "the page says", "it printed", lineterm=""
    )
    return "\n".join(lines) or f"another id, time or receipt than before on this page:\n{actual}"


def shape_of(line: str) -> str:
    """Return a line without what differs on every run."""
    return _VARYING.sub("\0", line)


def lines_of(text: str) -> list[str]:
    """Return the lines of *text* without the blanks at their ends, which nobody sees."""
    return [line.rstrip() for line in text.rstrip().split("\n")]


def commands_of(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output shown under it; ``> `` goes on with a command."""
    command, output = "", ""
    for line in block.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            if command:
                yield command, output
            command, output = line[2:], ""
        elif line.startswith("> ") and not output:
            command += "\n" + line[2:]
        elif line == ">" and not output:
            command += "\n"
        elif not command:
            raise ValueError(f"a console block begins with a command, not with {line!r}")
        else:
            output += line + "\n"
    if command:
        yield command, output


def run(command: str, folder: Path) -> str:
    """Run one command in *folder* and return what it wrote, standard output and error as they came.

    It sees none of the settings of whoever runs the tests.
    """
    ours = dict.fromkeys(name for name in os.environ if name.startswith("MESOCOCKTAIL_"))
    if _SHELL.search(command):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env={**{name: value for name, value in os.environ.items() if name not in ours}, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return done.stdout
    from mesococktail.cli import main  # pages without commands do not need it

    words = shlex.split(command.replace("\\\n", " "))
    with contextlib.chdir(folder):
        result = CliRunner().invoke(main, words[1:], env=ours, prog_name="mesococktail")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


class Page:
    """What one page has done so far: its folder, what its Python printed, what varies."""

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        self.known: dict[str, str] = {}
        self.printed: str | None = None
        self.python: dict[str, Any] = {}

    def run_python(self, source: str, name: str = "<page>") -> None:
        """Run a block in the folder, after all the blocks before it, and keep what it prints."""
        out = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out):
            exec(compile(source, name, "exec"), self.python)
        self.printed = out.getvalue()

    def close(self) -> None:
        """Remove the folder."""
        for value in self.python.values():
            if callable(close := getattr(value, "close", None)) and not isinstance(value, type):
                close()
        self._temporary.cleanup()

    def really(self, text: str) -> str:
        """Return *text* with what varies replaced by what really came."""
        return _VARYING.sub(lambda found: self.known.get(found[0], found[0]), text)


def _run_python(example: Example) -> None:
    page: Page = example.namespace["page"]
    source = pad(str(example.parsed), example.line + example.parsed.line_offset)
    page.run_python(source, example.path)


def _printed(example: Example) -> str | None:
    page: Page = example.namespace["page"]
    if page.printed is None:
        return "a text block is what the Python block above it printed, and none did"
    said, page.printed = page.printed, None
    return compare(str(example.parsed), said, page.known)


def _run_console(example: Example) -> str | None:
    page: Page = example.namespace["page"]
    for command, output in commands_of(str(example.parsed)):
        came = run(page.really(command), page.folder)
        if different := compare(output, came, page.known):
            return f"$ {command}\n{different}"
    return None


_NAMED = re.compile(r"<!-- file: ([\w.-]+) -->\s*$")


def named_file(before: str) -> str | None:
    """Return the name of the file that the block behind *before* is the content of."""
    named = _NAMED.search(before)
    return None if named is None else named[1]


def _write_file(example: Example) -> None:
    page: Page = example.namespace["page"]
    name = named_file(example.document.text[: example.start])
    if name is not None:
        (page.folder / name).write_text(str(example.parsed), encoding="utf-8")


def setup(namespace: dict[str, Any]) -> None:
    """Give a page its own folder."""
    namespace["page"] = Page()


def teardown(namespace: dict[str, Any]) -> None:
    """Take the folder away again."""
    namespace["page"].close()


class Blocks:
    """Finds every block of a page that is run or compared."""

    def __init__(self) -> None:
        self._parsers = [
            CodeBlockParser("python", _run_python),
            CodeBlockParser("text", _printed),
            CodeBlockParser("console", _run_console),
            *(CodeBlockParser(language, _write_file) for language in ("toml", "json")),
        ]

    def __call__(self, document: Document) -> Iterator[Region]:
        for parser in self._parsers:
            yield from parser(document)
