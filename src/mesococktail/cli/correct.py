"""``mesococktail amend``, ``void`` and ``stop``: what is written down is never changed, only followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from mesococktail.cli.completing import complete_record
from mesococktail.cli.fields import (
    DEFAULTED,
    field_options,
    has_default_time,
    merged,
    option_name,
    take_fields,
)
from mesococktail.cli.setting import cleared, set_fields
from mesococktail.cli.shared import acknowledge, example, find_id, say, with_log
from mesococktail.cli.values import Taker, accepted_of
from mesococktail.cli.writing import say_checks
from mesococktail.records import Prescription

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.cli.shared import Command
    from mesococktail.log import PrescriptionLog


def _which(command: Command) -> Command:
    return click.argument("which", metavar="ID", shell_complete=complete_record())(command)


def _reason(command: Command) -> Command:
    return click.option("--reason", required=True, help="Why, for whoever reads the history.")(command)


@click.command(
    "amend",
    epilog=example(
        'mesococktail amend last --db clinic.db --rationale "dry scalp" --reason "was missing"',
        'mesococktail amend last --db clinic.db --set indication.stage=II --reason "was missing"',
    ),
)
@_which
@with_log(write=True, formulary=True)
@_reason
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help='A field of any kind of record, such as "zones[0].volume=2 mL". May be repeated.',
)
@click.option("--clear", multiple=True, metavar="FIELD", help="Leave this out from now on. May be repeated.")
@field_options(Prescription, without=("patient", "doctor"))
@click.option("--doctor", "field_doctor", metavar="ID", help="Id of the doctor who prescribed.")
def amend_command(
    log: PrescriptionLog,
    which: str,
    reason: str,
    settings: tuple[str, ...],
    clear: tuple[str, ...],
    **options: Any,  # noqa: ANN401  # one for each field
) -> None:
    """Correct a record: write down its next version.

    ID is the whole id, its first 8 characters or more, or "last"; "last:session" is the newest session.
    --set corrects any field of any kind, by the path that show and the history print; a prescription
    has an option for each field as well. What is not said stays as it was; the earlier version stays in
    the log.
    """
    from mesococktail.records import differences  # not needed for help

    before = log.get(find_id(log, which))
    record: Any = before.record
    accepted, given = options.pop("field_accepted"), take_fields(Prescription, options, log)
    if given and before.kind != "prescription":
        named = option_name(next(iter(given)))
        raise click.UsageError(
            f"{named} is for a prescription, and this is a {before.kind}; say --set FIELD=VALUE"
        )
    taker = Taker(log, getattr(record, "patient", None))
    kind: type = type(record)
    changes = merged(kind, given, record) | set_fields(record, settings, taker)
    if "at" in changes and has_default_time(kind):
        changes[DEFAULTED] = False
    if not (changes or clear or accepted):
        raise click.UsageError("nothing is to be changed: give at least one field, as --set note=…")
    after = attrs.evolve(record, **changes)
    after = attrs.evolve(after, **cleared(after, clear))
    entry = log.amend(before, after, reason=reason, accept=accepted_of(accepted))
    for change in differences(record, entry.record):
        say(str(change))
    say_checks(entry)
    acknowledge(entry)


def _act(name: str) -> Callable[..., None]:
    def act(log: PrescriptionLog, which: str, reason: str) -> None:
        standing = log.get(find_id(log, which))
        acknowledge(getattr(log, name)(standing, reason=reason))

    return act


def _act_command(name: str, about: str, shown: str) -> click.Command:
    command = _which(with_log(write=True)(_reason(_act(name))))
    about += (
        '\n\nID is the whole id, its first 8 characters or more, or "last"; "last:session" is the newest '
        "session, and so on."
    )
    return click.command(name, help=about, epilog=example(shown))(command)


void_command = _act_command(
    "void",
    "Void a record that should never have existed. It stays readable, and is no longer counted.",
    'mesococktail void last:session --db clinic.db --reason "entered for the wrong patient"',
)
stop_command = _act_command(
    "stop",
    "Write down that a treatment ended before its plan did.",
    'mesococktail stop last --db clinic.db --reason "the patient moved away"',
)
