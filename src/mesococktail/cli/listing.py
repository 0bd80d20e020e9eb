"""``mesococktail list`` and ``lot``: rows out of the log."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs
import click

from mesococktail.cli.completing import complete_doctor, complete_kind, complete_patient
from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import (
    as_of_option,
    example,
    kind_named,
    log_as_of,
    log_options,
    needed,
    open_log,
    say,
    with_log,
)
from mesococktail.cli.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mesococktail.cli.output import Output
    from mesococktail.log import PrescriptionLog

    Run = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_PRESCRIPTION = "prescription"
_COLUMNS = ("status", "at", "patient", "doctor", "indication", "combination", "plan")
_MOST_COLUMNS = 9
_PAGE = 1000


@click.command(
    "list",
    epilog=example(
        "mesococktail list --db clinic.db -p P-014 --csv",
        "mesococktail list --db clinic.db --kind session --limit 5",
    ),
)
@log_options(write=False)
@click.option(
    "--kind", default=_PRESCRIPTION, show_default=True, shell_complete=complete_kind, help="Of this kind."
)
@click.option("-p", "--patient", metavar="ID", shell_complete=complete_patient, help="Only of this patient.")
@click.option("--doctor", metavar="ID", shell_complete=complete_doctor, help="Only by this doctor.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the newest N.")
@click.option("--include-voided", is_flag=True, help="Also what should never have existed.")
@as_of_option
@rows_output
def list_command(
    db: str | None,
    kind: str,
    patient: str | None,
    doctor: str | None,
    limit: int | None,
    as_of: str | None,
    *,
    include_voided: bool,
    output: Output,
) -> None:
    """List prescriptions, or records of another kind, in the order of writing, the newest last."""
    name, columns = (kind, _COLUMNS) if kind == _PRESCRIPTION else _columns(kind)
    where, values = "", []
    for column, wanted in (("patient", patient), ("doctor", doctor)):
        if wanted is None:
            continue
        if column not in columns:
            raise click.UsageError(f"--{column}: a {name} names no {column}")
        where += f" AND {column} = (SELECT id FROM dim_{column} WHERE {column} = ?)"  # noqa: S608  # our names
        values.append(wanted)
    if not include_voided:
        where += " AND status <> 2"
    shown = ("record_id" if "id" in columns else "id", *columns)
    with _rows(needed(db), as_of) as run:
        found = _listed(run, name, columns, where, values, limit)
        first = next(found, None)
        if first is None:
            _say_none(run, name, {"patient": patient, "doctor": doctor}, voided=include_voided)
        rows = chain(() if first is None else (first,), found)
        output.rows((dict(zip(shown, row, strict=True)) for row in rows), shown)


def _say_none(run: Run, kind: str, wanted: dict[str, str | None], *, voided: bool) -> None:
    """Tell that there is nothing to list; whoever is not in the log at all was probably mistyped."""
    from mesococktail.log.nearest import must_be_known  # not needed where there is something

    for who, name in wanted.items():
        if name is not None:
            must_be_known(run, who, name)
    of = "".join(f" of {who} {plain(name)}" for who, name in wanted.items() if name is not None)
    left_out = "" if voided else "; voided ones are left out"
    say(f"no {kind.replace('_', ' ')}{of} in this log{left_out}")


@contextmanager
def _rows(db: str, as_of: str | None) -> Iterator[Run]:
    if as_of is None:
        from mesococktail.log.glance import glance  # not needed for help

        with glance(db) as tables:
            yield tables.rows
        return
    with open_log(db, read_only=True) as log, log_as_of(log, as_of) as then:
        yield lambda sql, values: then.rows(sql, tuple(values))


def _columns(kind: str) -> tuple[str, tuple[str, ...]]:
    """Return a kind and the columns that tell most of it: what must be said, then what comes first."""
    from mesococktail.log.tables import layout_of  # brings what records need, which most lists do without
    from mesococktail.records import KINDS, FieldType, fields_of

    name = kind_named(kind)
    columns = {field: column for field, column in reversed(layout_of(name).columns) if column.shown}
    fields = [
        field
        for field in fields_of(KINDS[name])
        if field.name in columns and not field.about.at_the_door and field.type is not FieldType.GROUPS
    ]
    told = sorted(fields, key=lambda field: (field.name != "at", field.name != "patient", not field.required))
    shown = [columns[field.name].shown[0][0] for field in told]
    return name, ("status", *shown[: _MOST_COLUMNS - 2])


def _listed(  # the parts of one statement
    run: Run, kind: str, columns: Sequence[str], where: str, values: list[str], limit: int | None
) -> Iterator[tuple[Any, ...]]:
    """Yield rows page by page, so that a long list holds neither the log nor much memory."""
    select = (
        f"SELECT key, record_id, {', '.join(columns)} FROM {kind} "  # noqa: S608  # our own names
        f"WHERE key IN (SELECT key FROM fact_{kind} WHERE key {{}} ?"
    )
    if limit is not None:
        newest = f"{select.format('>=')}{where} ORDER BY key DESC LIMIT ?) ORDER BY key"
        yield from (row[1:] for row in run(newest, (0, *values, limit)))
        return
    after = 0
    page = f"{select.format('>')}{where} ORDER BY key LIMIT {_PAGE}) ORDER BY key"
    while rows := run(page, (after, *values)):
        yield from (row[1:] for row in rows)
        after = rows[-1][0]


_LOT = ("patient", "session", "at", "given", "agent", "product", "lot", "preparation")


@click.command("lot", epilog=example("mesococktail lot A12 --db clinic.db"))
@click.argument("lot")
@with_log(write=False)
@as_of_option
@rows_output
def lot_command(log: PrescriptionLog, lot: str, as_of: str | None, output: Output) -> None:
    """Tell which patients received a lot.

    One row for each preparation with stock of that LOT and each session that used it; a row without
    a session is of what was prepared, and nobody wrote down whether it was given. Capitals, spaces and
    hyphens do not matter.
    """
    with log_as_of(log, as_of) as then:
        uses = then.lot(lot)
    output.rows(map(attrs.asdict, uses), _LOT)
    if not uses:
        say("no preparation in this log had stock of that lot")
