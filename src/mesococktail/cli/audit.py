"""``mesococktail audit`` and ``retention``: evidence for others, and what is old enough to ask about."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.completing import complete_patient, complete_record
from mesococktail.cli.exits import BROKEN
from mesococktail.cli.kept import kept_options
from mesococktail.cli.output import is_terminal, rows_output
from mesococktail.cli.shared import example, find_id, say, with_log
from mesococktail.cli.text import plain
from mesococktail.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesococktail.cli.kept import Checked, Kept
    from mesococktail.cli.output import Output
    from mesococktail.log import PrescriptionLog
    from mesococktail.log.audit import Told
    from mesococktail.records import Change

_COLUMNS = (
    "seq",
    "recorded_at",
    "recorded_by",
    "act",
    "kind",
    "id",
    "version",
    "reason",
    "authority",
    "changes",
    "erased_by",
    "receipt",
)
_NOT_SAID = "not said"
_WIDE = 80
_MIND = (
    "Times are those of the clock of the machine that wrote. Who recorded it is what was said then; only "
    "a signature ties an entry to a key.",
    "A chain shows every change within the log. That its end was cut off, or that the whole of it was "
    "written anew, only a head or receipt shows that was kept outside.",
)


@click.command(
    "audit",
    epilog=example(
        "mesococktail audit last --db clinic.db", "mesococktail audit --patient P-014 --text --db clinic.db"
    ),
)
@click.argument("which", metavar="[ID]", required=False, shell_complete=complete_record())
@with_log(write=False)
@click.option(
    "--patient", metavar="ID", shell_complete=complete_patient, help="All the records of this patient."
)
@click.option(
    "--text",
    is_flag=True,
    help="A text to read, with how it was checked; here the default on a terminal.",
)
@kept_options
@rows_output
@click.pass_context
def audit_command(
    ctx: click.Context,
    log: PrescriptionLog,
    which: str | None,
    patient: str | None,
    kept: Kept,
    output: Output,
    *,
    text: bool,
) -> None:
    """Show who did what, when and why: every entry of a record, or of all records of a patient.

    Each with old and new value of every field, also of what was voided since. Then how it was checked: the
    whole log is verified now, and held against what was kept elsewhere; exits with 5 where something does
    not fit. ID is the whole id, its first 8 characters or more, or "last".
    """
    from mesococktail.log.audit import told

    if (which is None) == (patient is None):
        raise click.UsageError("say either the ID of a record, or --patient ID")
    if text and output.chosen is not None:
        raise click.UsageError(f"choose one output, not text and {output.chosen}")
    entries = log.audit(None if which is None else find_id(log, which), patient=patient)
    found = list(told(entries))
    checked = kept.check(log)
    closing = _closing(log, kept, checked, of_patient=patient is not None)
    if text or (output.chosen is None and is_terminal(sys.stdout)):
        of = f"the {entries[0].kind} {entries[0].id}" if patient is None else f"patient {patient}"
        wrapped = (part for line in closing for part in wrap(line, _WIDE, break_on_hyphens=False))
        click.echo("\n".join(map(plain, [*_report(of, found), "", *wrapped])))
    else:
        output.rows(map(_row, found), _COLUMNS)
        for line in closing:
            say(plain(line))
    if checked.findings:
        ctx.exit(BROKEN)


def _report(of: str, found: Sequence[Told]) -> Iterator[str]:
    records = counted(len({one.entry.id for one in found}), "record")
    count = f"{len(found)} {'entry' if len(found) == 1 else 'entries'}"
    yield f"Audit of {of}: {count} of {records}"
    for one in found:
        entry = one.entry
        yield ""
        yield f"entry {entry.seq}: {entry.act}, {entry.kind} {entry.id}, version {entry.version}"
        yield f"  when:     {entry.recorded_at.isoformat()}"
        yield f"  who:      {entry.recorded_by or _NOT_SAID}"
        if entry.reason is not None:  # no reason is asked for what is new
            yield f"  why:      {entry.reason}"
        if entry.authority is not None:
            yield f"  by law:   {entry.authority}"
        yield f"  receipt:  {entry.receipt}"
        yield from (f"    {change}" for change in _changes(one))


def _changes(one: Told) -> Iterator[str]:
    if one.erased_by is not None:
        yield f"what it said was erased by entry {one.erased_by}"
    elif not one.readable:
        yield "what it said is damaged and cannot be read"
    elif one.entry.act == "void":
        yield "no field changed: from here on it counts as never having been"
    elif one.entry.act == "stop":
        yield "no field changed: from here on the treatment counts as ended"
    new = one.entry.version == 1
    yield from (f"{each.path}: {each.after}" if new else str(each) for each in one.changes)


class _Change(dict[str, Any]):
    """A change as JSON has it; in a cell it is one text."""

    def __init__(self, change: Change) -> None:
        super().__init__(field=change.path, before=change.before, after=change.after)
        self._text = str(change)

    def __str__(self) -> str:
        return self._text


def _row(one: Told) -> dict[str, Any]:
    entry = one.entry
    return {
        "seq": entry.seq,
        "recorded_at": entry.recorded_at.isoformat(),
        "recorded_by": entry.recorded_by,
        "act": entry.act,
        "kind": entry.kind,
        "id": entry.id,
        "version": entry.version,
        "reason": entry.reason,
        "authority": entry.authority,
        "changes": [_Change(change) for change in one.changes] if one.readable else None,
        "erased_by": one.erased_by,
        "receipt": str(entry.receipt),
    }


def _closing(log: PrescriptionLog, kept: Kept, checked: Checked, *, of_patient: bool) -> Iterator[str]:
    """Yield how it was checked, and what such a check cannot show."""
    from mesococktail import __version__

    now = datetime.now(UTC).isoformat(timespec="seconds")
    result = counted(len(checked.findings), "finding") if checked.findings else "sound, nothing found"
    yield f"Checked on {now} by verify of mesococktail {__version__}, over the whole log: {result}"
    yield from (f"  {finding}" for finding in checked.findings)
    yield f"Log {log.id} of {log.clinic}: {len(log)} entries, head {log.head()}"
    if not checked.against:
        yield "Held against nothing that was kept outside: no --head, --receipt or --heads was given"
    elif any(one.code == "receipt" for one in checked.findings):
        yield f"Held against what was kept outside, and it does not fit: {checked.against}"
    else:
        proven = f"it proves the log up to entry {checked.reached}"
        yield f"Held against what was kept outside, and it fits: {checked.against}; {proven}"
    if kept.keys is None:
        yield "Signatures were not checked: no --keys was given"
    else:
        yield f"Signatures checked from entry {kept.signed_from} on, with the keys of {kept.keys}"
    erased = len(log.erasures())
    if of_patient and erased:
        yield f"Erased by law: {counted(erased, 'record')} of this log, and nothing says any more of whom"
    yield from _MIND


_RETAINED = ("patient", "first", "last", "records", "until")


@click.command("retention", epilog=example("mesococktail retention --older-than 10 --db clinic.db"))
@with_log(write=False)
@click.option(
    "--older-than",
    "years",
    type=click.IntRange(1),
    required=True,
    metavar="YEARS",
    help="Whole years; how many is for the law of your country to say.",
)
@rows_output
def retention_command(log: PrescriptionLog, years: int, output: Output) -> None:
    """List the patients whose newest record is older than so many years. Nothing is deleted.

    What counts is when something happened, not when it was written down; voided records count, and an
    imprecise date counts by its latest day. UNTIL is the day on which the years were over.
    """
    from mesococktail.records import time_text

    found = log.retention(years)
    output.rows(
        (
            {
                "patient": one.patient,
                "first": time_text(one.first),
                "last": time_text(one.last),
                "records": one.records,
                "until": str(one.until),
            }
            for one in found
        ),
        _RETAINED,
    )
    say(f"{counted(len(found), 'patient')} with no record of the last {counted(years, 'year')}")
    say("nothing was deleted; how long records must be kept is national law, and this is no legal advice")
