"""Runs pages and writes into them what their commands and Python blocks really print now.

    python docs/refresh.py README.md docs/tutorials/*.md

Only outputs that no longer fit are replaced, so ids and times of a page stay as they are. Read the
difference before you commit it: a page says what should happen, and the tests hold it to that.
"""

from __future__ import annotations

import re
import sys
from difflib import SequenceMatcher
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.documented import Page, commands_of, compare, lines_of, named_file, run, shape_of  # noqa: E402  # found by the line above

_BLOCK = re.compile(r"^```(python|text|console|toml|json)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def refreshed(text: str) -> str:
    """Return a page with outputs that fit."""
    page = Page()
    made, last = [], 0
    for found in _BLOCK.finditer(text):
        made += [text[last : found.start()], f"```{found[1]}\n{_block(page, text, found)}```"]
        last = found.end()
    page.close()
    return "".join((*made, text[last:]))


def _block(page: Page, text: str, found: re.Match[str]) -> str:
    language, body = found[1], found[2]
    if language == "python":
        page.run_python(body)
    elif language == "text":
        return _fitting(page, body, page.printed or "")
    elif language == "console":
        return "".join(_shown(page, command, output) for command, output in commands_of(body))
    elif (name := named_file(text[: found.start()])) is not None:
        (page.folder / name).write_text(body, encoding="utf-8")
    return body


def _shown(page: Page, command: str, output: str) -> str:
    first, *others = command.split("\n")
    lines = [f"$ {first}", *(f"> {line}".rstrip() for line in others)]
    fitting = _fitting(page, output, run(page.really(command), page.folder))
    return "\n".join(lines) + "\n" + fitting


def _fitting(page: Page, said: str, came: str) -> str:
    if compare(said, came, page.known) is None:
        return said
    if not came.strip():
        return ""
    before, now = lines_of(said), lines_of(came)
    same = SequenceMatcher(None, [shape_of(line) for line in before], [shape_of(line) for line in now])
    made = []
    for what, start, _, first, last in same.get_opcodes():
        for place in range(first, last):
            old = before[start + place - first] if what == "equal" else now[place]
            made.append(_line(page, old, now[place]))
    return "\n".join(made) + "\n"


def _line(page: Page, said: str, came: str) -> str:
    """Return *said* where it fits, which keeps the ids of the page; else what came, under the page's ids."""
    if said != came and compare(said, came, page.known) is None:
        return said
    for shown, really in page.known.items():
        came = came.replace(really, shown)
    compare(came, page.really(came), page.known)
    return came


def main(paths: list[str]) -> None:
    """Refresh the pages at *paths*."""
    for path in map(Path, paths):
        text = path.read_text(encoding="utf-8")
        if (made := refreshed(text)) != text:
            path.write_text(made, encoding="utf-8")
            sys.stdout.write(f"{path} refreshed\n")


if __name__ == "__main__":
    main(sys.argv[1:])
