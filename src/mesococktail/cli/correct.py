"""``mesococktail amend``, ``void`` and ``stop``: what is written down is never changed, only followed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import click

from mesococktail.cli.fields import field_options, given_fields, merged, option_name, take_fields
from mesococktail.cli.shared import acknowledge, complete_record, example, find_id, say, with_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.cli.shared import Command
    from mesococktail.log import PrescriptionLog


def _which(command: Command) -> Command:
    return click.argument("which", metavar="ID", shell_complete=complete_record)(command)


def _reason(command: Command) -> Command:
    return click.option("--reason", required=True, help="Why, for whoever reads the history.")(command)


@click.command(
    "amend",
    epilog=example('mesococktail amend last --db clinic.db --rationale "dry scalp" --reason "was missing"'),
)
@_which
@with_log(write=True, formulary=True)
@_reason
@field_options(without=("patient", "doctor"))
@click.option("--doctor", "field_doctor", metavar="ID", help="Id of the doctor who prescribed.")
@click.option("--clear", multiple=True, metavar="FIELD", help="Leave this out from now on. May be repeated.")
def amend_command(
    log: PrescriptionLog,
    which: str,
    reason: str,
    clear: tuple[str, ...],
    **options: Any,  # noqa: ANN401  # one for each field
) -> None:
    """Correct a prescription: write down its next version.

    ID is the whole id, its first 8 characters or more, or "last". What is not said stays as it was;
    the earlier version stays in the log.
    """
    from mesococktail.cli.ask import read_or_offer  # not needed for help
    from mesococktail.cocktails import Cocktail
    from mesococktail.records import differences

    before = log.get(find_id(log, which))
    record: Any = before.record
    if before.kind != "prescription":
        raise click.UsageError(
            f"this is a {before.kind}; mesococktail doctor ID NAME --reason … corrects one"
        )
    given = take_fields(options)
    if "cocktail" in given:
        given["cocktail"] = read_or_offer(given["cocktail"], partial(Cocktail.parse, formulary=log.formulary))
    changes = merged(given, record) | _cleared(record, clear)
    if "at" in given:
        changes["at_defaulted"] = False
    if not changes:
        raise click.UsageError("nothing is to be changed: give at least one field, as --rationale")
    after = attrs.evolve(record, **changes)
    entry = log.amend(before, after, reason=reason)
    for change in differences(record, entry.record):
        say(str(change))
    acknowledge(entry)


def _cleared(record: object, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields to be emptied with what they are when nothing is said."""
    cleared: dict[str, Any] = {}
    known = {option_name(path)[2:]: (path, field) for path, field in given_fields() if not field.required}
    for name in names:
        if name not in known:
            raise click.UsageError(f"--clear {name!r}: choose one of {', '.join(known)}")
        path, field = known[name]
        outer, _, inner = path.partition(".")
        if inner:
            group = cleared.get(outer, getattr(record, outer))
            cleared[outer] = attrs.evolve(group, **{inner: field.default})
        else:
            cleared[outer] = field.default
    return cleared


def _act(name: str) -> Callable[..., None]:
    def act(log: PrescriptionLog, which: str, reason: str) -> None:
        standing = log.get(find_id(log, which))
        acknowledge(getattr(log, name)(standing, reason=reason))

    return act


def _act_command(name: str, about: str, shown: str) -> click.Command:
    command = _which(with_log(write=True)(_reason(_act(name))))
    about += '\n\nID is the whole id, its first 8 characters or more, or "last".'
    return click.command(name, help=about, epilog=example(shown))(command)


void_command = _act_command(
    "void",
    "Void a record that should never have existed. It stays readable, and is no longer counted.",
    'mesococktail void last --db clinic.db --reason "entered for the wrong patient"',
)
stop_command = _act_command(
    "stop",
    "Write down that a treatment ended before its plan did.",
    'mesococktail stop last --db clinic.db --reason "the patient moved away"',
)
