"""``mesococktail show``."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.completing import complete_record
from mesococktail.cli.paper import html_option, print_page
from mesococktail.cli.shared import as_of_option, example, find_id, log_as_of, now, with_log
from mesococktail.cli.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.log import Entry, PrescriptionLog
    from mesococktail.log.acts import Standing
    from mesococktail.log.audit import Told


@click.command(
    "show",
    epilog=example(
        "mesococktail show last --db clinic.db",
        "mesococktail show last:session --history --db clinic.db",
        "mesococktail show last --as-of now --db clinic.db",
        "mesococktail show last --sheet --html sheet.html --db clinic.db",
    ),
)
@click.argument("which", metavar="ID", shell_complete=complete_record())
@with_log(write=False)
@click.option("--history", is_flag=True, help="Every version: who, when, why, and what changed.")
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="The stored document and the entries, as JSON.")
@click.option("--sheet", is_flag=True, help="The preparation sheet, of a prescription or a preparation.")
@click.option("--label", is_flag=True, help="The label of the syringe, of a preparation.")
@html_option
def show_command(
    log: PrescriptionLog,
    which: str,
    as_of: str | None,
    html: str | None,
    *,
    history: bool,
    as_json: bool,
    sheet: bool,
    label: bool,
) -> None:
    """Show one record, as it stands or with its history.

    ID is the whole id, its first 8 characters or more, or "last"; "last:session" is the newest session,
    and so on.
    """
    from mesococktail.log.audit import Told, told  # not needed for help

    if sheet + label + as_json > 1 or (history and (sheet or label)):
        raise click.UsageError("choose one of --sheet, --label, and --json or --history")
    if html is not None and not (sheet or label):
        raise click.UsageError("--html is for --sheet and --label")
    with log_as_of(log, as_of) as then:
        if sheet or label:
            print_page(partial(_page, then, find_id(then, which), label=label), html)
            return
        record_id = find_id(then, which)
        standing, entries = then.get(record_id), then.history(record_id)
    if as_json:
        shown = _as_data(standing, entries if history else entries[-1:], history=history)
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(_standing(standing)))
    for one in told(entries) if history else [Told(entries[-1])]:
        click.echo("\n".join(["", *_entry(one)]))


def _page(log: PrescriptionLog, record_id: str, *, label: bool, html: bool) -> str:
    from mesococktail import pages  # not needed for anything else

    return (
        pages.label(log, record_id, html=html)
        if label
        else pages.sheet(log, record_id, html=html, made_at=now())
    )


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


def _entry(one: Told) -> Iterator[str]:
    entry = one.entry
    by = f" by {plain(entry.recorded_by)}" if entry.recorded_by else ", nobody said by whom"
    at = entry.recorded_at.astimezone().isoformat(" ", "seconds")
    yield f"version {entry.version}: {entry.act}, written down {at}{by}; receipt {entry.receipt}"
    if entry.reason is not None:
        yield f"  reason: {plain(entry.reason)}"
    if entry.version > 1:
        yield from (f"  {plain(str(change))}" for change in one.changes)
