"""``mesococktail erase`` and ``compact``: what the law may ask for, and its last step alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesococktail.cli.completing import complete_record
from mesococktail.cli.shared import acknowledge, example, find_id, say, with_log
from mesococktail.errors import counted

if TYPE_CHECKING:
    from mesococktail.log import Erasure, PrescriptionLog


@click.command(
    "erase",
    epilog=example(
        "mesococktail erase --patient P-014 --db clinic.db --yes --reason 'asked for it' "
        "--authority 'GDPR art. 17, request of 2026-11-20'"
    ),
)
@click.argument("which", metavar="[ID]", required=False, shell_complete=complete_record())
@with_log(write=True)
@click.option("--patient", metavar="ID", help="All the records of this patient, instead of one.")
@click.option("--reason", required=True, help="Why.")
@click.option("--authority", required=True, help="On whose authority, or by which law.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase_command(
    log: PrescriptionLog, which: str | None, patient: str | None, reason: str, authority: str, *, yes: bool
) -> None:
    """Erase the documents of a record, or all of a patient's. It cannot be undone.

    That a record was there, who wrote it and when, and the reasons of its corrections stay in the log, so
    that it still verifies. Backups, exports and printed pages are not reached: the backups that the log
    knows of are named. ID is the whole id, its first 8 characters or more, or "last".
    """
    if (which is None) == (patient is None):
        raise click.UsageError("say either the ID of a record, or --patient ID")
    target = None if which is None else log.history(find_id(log, which))[-1]
    named = f"all records of patient {patient}" if target is None else f"the {target.kind} {target.id}"
    if not yes:
        click.confirm(f"Erase {named} for good?", abort=True, err=True)
    _tell(log.erase(target, patient=patient, reason=reason, authority=authority))


def _tell(erasure: Erasure) -> None:
    for entry in erasure.entries:
        acknowledge(entry)
    records = counted(len(erasure.entries), "record")
    say(f"erased: {records} with {counted(erasure.documents, 'document')}; the file was written anew")
    for backup in erasure.backups:
        there = "" if Path(backup.path).exists() else " (not there now; it may have been moved)"
        say(f"still in the backup of {backup.made_at:%Y-%m-%d}: {backup.path}{there}")
    say("copies made by other means, exports and printed pages hold the text as well: destroy them too")


@click.command("compact", epilog=example("mesococktail compact --db clinic.db"))
@with_log(write=True)
def compact_command(log: PrescriptionLog) -> None:
    """Write the file anew, so that no byte of what was erased is left in it.

    "mesococktail erase" has done so; this is for an erasure that was interrupted before its last step.
    """
    log.compact()
    say(f"written anew: {log.path}")
    click.echo(str(log.head()))
