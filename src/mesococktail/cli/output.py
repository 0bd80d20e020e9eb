"""Rows on standard output, with the switches of sqlite-utils and their meaning."""

from __future__ import annotations

import csv
import json
import re
import sys
from functools import wraps
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.text import plain, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesococktail.cli.shared import Command

    Row = Mapping[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMATS = ("json", "nl", "csv", "tsv", "table")


class Output:
    """How rows are to be printed: a table on a terminal, JSON elsewhere, unless a switch says otherwise."""

    def __init__(self, chosen: str | None, fmt: str | None, *, headers: bool) -> None:
        self.chosen = chosen
        """What a switch said; None where none did."""
        self._format = chosen or ("table" if is_terminal(sys.stdout) else "json")
        self._fmt = fmt
        self._headers = headers

    def rows(self, rows: Iterable[Row], columns: tuple[str, ...]) -> None:
        """Print rows, each a mapping from the names of *columns*."""
        if self._format in ("json", "nl"):
            _json(rows, array=self._format == "json")
        elif self._format == "table":
            cells = ([_cell(row[name]) for name in columns] for row in rows)
            click.echo(_table(list(cells), columns if self._headers else (), self._fmt))
        else:
            writer = csv.writer(sys.stdout, delimiter="," if self._format == "csv" else "\t")
            if self._headers:
                writer.writerow(columns)
            for row in rows:
                writer.writerow([safe(row[name]) for name in columns])


def is_terminal(stream: Any) -> bool:  # noqa: ANN401  # a stream, or what stands for one
    """Whether a person sits at the other end."""
    return bool(stream.isatty())


def rows_output(command: Command) -> Command:
    """Give a command the switches, and an `Output` by the name of ``output``."""

    @wraps(command)
    def printing(*args: Any, fmt: str | None, no_headers: bool, **options: Any) -> Any:  # noqa: ANN401  # the command's own
        chosen = [name for name in _FORMATS if options.pop(f"as_{name}")]
        if fmt and "table" not in chosen:
            chosen.append("table")
        if len(chosen) > 1:
            raise click.UsageError(f"choose one output, not {' and '.join(chosen)}")
        return command(
            *args, output=Output(chosen[0] if chosen else None, fmt, headers=not no_headers), **options
        )

    made: Command = printing
    for option in reversed(
        (
            click.option("--json", "as_json", is_flag=True, help="JSON array; the default where piped."),
            click.option("--nl", "as_nl", is_flag=True, help="JSON, one line a row."),
            click.option("--csv", "as_csv", is_flag=True, help="CSV."),
            click.option("--tsv", "as_tsv", is_flag=True, help="TSV."),
            click.option("-t", "--table", "as_table", is_flag=True, help="Table; the default on a terminal."),
            click.option("--no-headers", is_flag=True, help="CSV, TSV and tables without headers."),
            click.option(
                "--fmt", metavar="FORMAT", callback=_known_format, help="Table in a format of tabulate."
            ),
        )
    ):
        made = option(made)
    return made


def _known_format(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from tabulate import tabulate_formats  # slow to load, and seldom asked for

    if value not in tabulate_formats:
        raise click.BadParameter(f"{quoted(value)} is not one of {', '.join(tabulate_formats)}")
    return value


def _json(rows: Iterable[Row], *, array: bool) -> None:
    lines = (json.dumps(dict(row), ensure_ascii=False, default=str) for row in rows)
    if not array:
        for line in lines:
            click.echo(line)
        return
    first = next(lines, None)
    click.echo("[" if first is None else f"[{first}", nl=False)
    for line in lines:
        click.echo(f",\n {line}", nl=False)
    click.echo("]")


def safe(value: object) -> object:
    """Keep a spreadsheet from running a cell as a formula."""
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}" if value.startswith(_FORMULA) else value


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return plain(text)


def _table(cells: list[list[str]], headers: tuple[str, ...], fmt: str | None) -> str:
    if fmt is not None:
        from tabulate import tabulate  # see above

        return str(tabulate(cells, headers=headers, tablefmt=fmt, disable_numparse=True))
    from mesococktail.cli.table import drawn  # no other format needs it

    return "\n".join(drawn(cells, headers, get_terminal_size().columns if is_terminal(sys.stdout) else None))
