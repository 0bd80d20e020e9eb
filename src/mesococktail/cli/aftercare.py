"""``mesococktail aftercare``: what a patient is to do after a session, on paper and in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.completing import complete_record
from mesococktail.cli.paper import html_option, print_page
from mesococktail.cli.shared import example, find_id, log_options, needed, now, open_log, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesococktail.log import PrescriptionLog
    from mesococktail.log.acts import Standing
    from mesococktail.records import Aftercare, Instruction


@click.command(
    "aftercare",
    epilog=example(
        "mesococktail aftercare last --db clinic.db",
        "mesococktail aftercare last --db clinic.db --html page.html --record --given-by nurse-1",
    ),
)
@click.argument("session", shell_complete=complete_record("session"))
@log_options(write=True, formulary=True)
@click.option("--record", is_flag=True, help="Write down that it was given to the patient.")
@click.option("--given-by", metavar="NAME", help="Who gave it; needed with --record.")
@click.option("--at", metavar="TIME", default="now", show_default=True, help="When it was given.")
@click.option("--language", help="In which language it was given.")
@html_option
def aftercare_command(  # one for each option
    session: str,
    db: str | None,
    formulary: str | None,
    recorded_by: str | None,
    given_by: str | None,
    at: str,
    language: str | None,
    html: str | None,
    *,
    record: bool,
) -> None:
    """Print the patient's page after a session: dated instructions.

    SESSION is its id, the beginning of it, or "last". What was recorded as given is printed again as it
    was; else it follows from the formulary, the clinic's own instructions among it. With --record it is
    written down as given, and the new id is printed in place of the page, which goes to standard error.
    """
    if record and given_by is None:
        raise click.UsageError("Missing option '--given-by': who gave it to the patient?")
    with open_log(needed(db), read_only=not record, formulary=formulary, recorded_by=recorded_by) as log:
        found = log.get(find_id(log, session, "session"))
        given = None if record else _given(log, found)
        if record and given_by is not None:
            given = _record(log, found, given_by=given_by, at=now() if at == "now" else at, language=language)
        _print(log, found, given, html, record=record)


def _print(
    log: PrescriptionLog,
    session: Standing,
    given: Sequence[Instruction] | None,
    html: str | None,
    *,
    record: bool,
) -> None:
    from mesococktail.pages import aftercare_page  # not needed for help

    def page(*, html: bool) -> str:
        return aftercare_page(log, session, html=html, given=given)

    if record and html is None:
        say(page(html=False).rstrip("\n"))
    else:
        print_page(page, html)


def _given(log: PrescriptionLog, session: Standing) -> tuple[Instruction, ...] | None:
    """Return what was given after a session, as it was last recorded; None where nothing was."""
    if session.kind != "session":
        return None
    newest: Standing | None = None
    for one in log.patient(session.record.patient):
        if one.kind == "aftercare" and one.record.session == session.id:
            newest = one
    if newest is None:
        return None
    record: Aftercare = newest.record
    say(f"as given by {record.given_by}: aftercare {newest.id}")
    return record.instructions


def _record(log: PrescriptionLog, session: Standing, **said: Any) -> tuple[Instruction, ...]:  # noqa: ANN401  # its fields
    from mesococktail.chart import Chart  # not needed for help
    from mesococktail.cli.writing import write_down
    from mesococktail.errors import RecordError
    from mesococktail.records import Aftercare

    if session.kind != "session":
        raise RecordError(f"is of the kind {session.kind}", path="id", got=session.id)
    done = session.record
    given = Chart(log, done.patient).instructions(session)
    made: Any = Aftercare
    record = made(patient=done.patient, session=session.id, instructions=given, **said)
    write_down(log, record, None, dry_run=False, summary=lambda _: iter(()))
    return given
