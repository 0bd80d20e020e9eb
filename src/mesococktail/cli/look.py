"""``mesococktail list`` and ``show``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import (
    complete_doctor,
    complete_patient,
    complete_record,
    example,
    find_id,
    log_options,
    needed,
    with_log,
)
from mesococktail.cli.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mesococktail.cli.output import Output
    from mesococktail.log import Entry, PrescriptionLog
    from mesococktail.log.acts import Standing

    Run = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_COLUMNS = ("id", "status", "at", "patient", "doctor", "indication", "combination", "plan")
_SELECT = (
    "SELECT key, record_id, status, at, patient, doctor, indication, combination, plan "
    "FROM prescription WHERE key IN (SELECT key FROM fact_prescription WHERE key {} ?"
)
_PAGE = 1000


@click.command("list", epilog=example("mesococktail list --db clinic.db -p P-014 --csv"))
@log_options(write=False)
@click.option("-p", "--patient", metavar="ID", shell_complete=complete_patient, help="Only of this patient.")
@click.option("--doctor", metavar="ID", shell_complete=complete_doctor, help="Only by this doctor.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the newest N.")
@click.option("--include-voided", is_flag=True, help="Also what should never have existed.")
@rows_output
def list_command(
    db: str | None,
    patient: str | None,
    doctor: str | None,
    limit: int | None,
    *,
    include_voided: bool,
    output: Output,
) -> None:
    """List prescriptions, or records of another kind, in the order of writing, the newest last."""
    from mesococktail.log.glance import glance  # not needed for help

    where, values = "", []
    for name, wanted in (("patient", patient), ("doctor", doctor)):
        if wanted is not None:
            where += f" AND {name} = (SELECT id FROM dim_{name} WHERE {name} = ?)"  # noqa: S608  # our names
            values.append(wanted)
    if not include_voided:
        where += " AND status <> 2"
    with glance(needed(db)) as tables:
        output.rows(_listed(tables.rows, where, values, limit), _COLUMNS)


def _listed(run: Run, where: str, values: list[str], limit: int | None) -> Iterator[dict[str, object]]:
    """Yield rows page by page, so that a long list holds neither the log nor much memory."""
    if limit is not None:
        newest = f"{_SELECT.format('>=')}{where} ORDER BY key DESC LIMIT ?) ORDER BY key"
        yield from (_row(row) for row in run(newest, (0, *values, limit)))
        return
    after = 0
    page = f"{_SELECT.format('>')}{where} ORDER BY key LIMIT {_PAGE}) ORDER BY key"
    while rows := run(page, (after, *values)):
        yield from map(_row, rows)
        after = rows[-1][0]


def _row(row: tuple[Any, ...]) -> dict[str, object]:
    return dict(zip(_COLUMNS, row[1:], strict=True))


@click.command(
    "show",
    epilog=example(
        "mesococktail show last --db clinic.db", "mesococktail show last --history --db clinic.db"
    ),
)
@click.argument("which", metavar="ID", shell_complete=complete_record())
@with_log(write=False)
@click.option("--history", is_flag=True, help="Every version: who, when, why, and what changed.")
@click.option("--json", "as_json", is_flag=True, help="The stored document and the entries, as JSON.")
def show_command(log: PrescriptionLog, which: str, *, history: bool, as_json: bool) -> None:
    """Show one record, as it stands or with its history.

    ID is the whole id, its first 8 characters or more, or "last".
    """
    record_id = find_id(log, which)
    standing, entries = log.get(record_id), log.history(record_id)
    if as_json:
        shown = _as_data(standing, entries if history else entries[-1:], history=history)
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(_standing(standing)))
    for before, entry in zip([None, *entries], entries, strict=False):
        if history or entry is entries[-1]:
            click.echo("\n".join(["", *_entry(entry, _content(entries, before) if history else None)]))


def _as_data(standing: Standing, entries: list[Entry], *, history: bool) -> dict[str, Any]:
    said = [_entry_data(entry, document=history) for entry in entries]
    shown: dict[str, Any] = {
        "id": standing.id,
        "kind": standing.kind,
        "version": standing.version,
        "status": standing.status,
        "record": json.loads(standing.document),
    }
    return shown | ({"history": said} if history else {"entry": said[0]})


def _entry_data(entry: Entry, *, document: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "seq": entry.seq,
        "act": entry.act,
        "version": entry.version,
        "recorded_by": entry.recorded_by,
        "recorded_at": entry.recorded_at.isoformat(),
        "reason": entry.reason,
        "receipt": str(entry.receipt),
        "hash": entry.receipt.hash,
    }
    if document:
        said["record"] = None if entry.document is None else json.loads(entry.document)
    return said


def _standing(standing: Standing) -> Iterator[str]:
    from mesococktail.cli.writing import described  # not needed for --json

    record = standing.record
    yield f"{standing.kind} {standing.id}, version {standing.version}, {standing.status}"
    yield from described(record)
    yield from map(str, getattr(record, "findings", ()))


def _content(entries: list[Entry], before: Entry | None) -> Entry | None:
    """Return the newest entry with content up to *before*: a stop or void has none."""
    if before is None:
        return None
    upto = entries[: entries.index(before) + 1]
    return next((entry for entry in reversed(upto) if entry.document is not None), None)


def _entry(entry: Entry, before: Entry | None) -> Iterator[str]:
    by = f" by {plain(entry.recorded_by)}" if entry.recorded_by else ", nobody said by whom"
    at = entry.recorded_at.astimezone().isoformat(" ", "seconds")
    yield f"version {entry.version}: {entry.act}, written down {at}{by}; receipt {entry.receipt}"
    if entry.reason is not None:
        yield f"  reason: {plain(entry.reason)}"
    if before is not None and entry.document is not None:
        from mesococktail.records import differences  # for histories only

        for change in differences(before.record, entry.record):
            yield f"  {plain(str(change))}"
