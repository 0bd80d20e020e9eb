"""``mesococktail export`` and ``merge``: the whole log without loss, or its tables for research."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from mesococktail.cli.output import is_terminal
from mesococktail.cli.shared import example, log_options, needed, new_file, open_log, say
from mesococktail.errors import counted

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG_SECONDS = 2
_FORMATS = ("parquet", "csv", "jsonl")
_QUASI = ("sex", "birth_year", "indication", "stage")


def _folder(name: str, said: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(f"--{name}", type=click.Path(), metavar="DIR", help=said)


@click.command(
    "export",
    epilog=example(
        "mesococktail export clinic.jsonl --db clinic.db",
        "mesococktail export --parquet riverside --db clinic.db",
    ),
)
@click.argument("file", default=None, required=False, type=click.Path())
@_folder("parquet", "Its tables for research, as Parquet by clinic and year.")
@_folder("csv", "Its tables as CSV, with scripts that load them.")
@_folder("jsonl", "Its tables as JSON lines.")
@click.option("--pseudonymise", is_flag=True, help="Rename people, shift times, leave free text out.")
@click.option(
    "--key", type=click.Path(), metavar="FILE", help="Key of the pseudonyms; beside the log if left out."
)
@click.option("--clinic-as", metavar="NAME", help="What the clinic is called in a pseudonymised export.")
@click.option("--leave-out", multiple=True, type=click.Choice(_QUASI), help="Leave this out as well.")
@click.option("--replace", is_flag=True, help="Replace an export that is there already.")
@log_options(write=False)
def export_command(
    file: str | None,
    db: str | None,
    *,
    pseudonymise: bool,
    key: str | None,
    clinic_as: str | None,
    leave_out: tuple[str, ...],
    replace: bool,
    **folders: str | None,
) -> None:
    """Export the whole log as JSON lines, or its tables for research.

    To FILE or standard output goes the whole log: nothing is left out, and "mesococktail import
    --restore" makes a log with the same head of it. Into a folder go the tables that questions count
    over; "mesococktail study --db" takes it, or a folder of several.
    """
    chosen = [(name, folders[name]) for name in _FORMATS if folders[name] is not None]
    if len(chosen) + (file is not None) > 1:
        raise click.UsageError("export to one place at a time")
    if not chosen:
        if pseudonymise or key or clinic_as or leave_out or replace:
            raise click.UsageError("these options belong to --parquet, --csv or --jsonl")
        _whole(needed(db), file or "-")
        return
    from mesococktail.lake import export_tables  # not needed for the whole log

    [(form, folder)] = chosen
    made = export_tables(
        needed(db),
        str(folder),
        format=form,
        pseudonymise=pseudonymise,
        key=key,
        clinic_as=clinic_as,
        leave_out=leave_out,
        replace=replace,
        progress=_progress(),
    )
    if is_terminal(sys.stderr):
        say("")
    say(f"{made.rows} rows in {counted(made.files, 'file')}, head {made.said.head}")
    if not pseudonymise:
        say("not pseudonymised: keep it inside the clinic")
    click.echo(str(made.folder))


def _whole(db: str, file: str) -> None:
    with open_log(db, read_only=True) as log:
        if file == "-":
            count = log.export(sys.stdout.buffer)
        else:
            with new_file(file) as stream:
                count = log.export(stream)
        say(f"{count} entries, head {log.head()}")


@click.command("merge", epilog=example("mesococktail merge exports merged.db"))
@click.argument("folder", type=click.Path())
@click.argument("file", type=click.Path())
def merge_command(folder: str, file: str) -> None:
    """Make one SQLite file of the exports of many clinics.

    FOLDER holds the exports, in Parquet; FILE is not there yet, and is counted with "mesococktail study".
    """
    from mesococktail.lake import merge  # not needed for help

    rows = merge(folder, file, progress=_progress())
    if is_terminal(sys.stderr):
        say("")
    say(f"{rows} rows")
    click.echo(file)


def _progress() -> Callable[[str, int], None] | None:
    """Return what says how far it is, after some seconds, where a person looks on."""
    if not is_terminal(sys.stderr):
        return None
    started = time.monotonic()

    def told(table: str, rows: int) -> None:
        if time.monotonic() - started > _LONG_SECONDS:
            click.echo(f"\r{rows} rows, now {table:<40}", err=True, nl=False)

    return told
