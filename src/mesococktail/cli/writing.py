"""Writing one record down, or trying it, and what is said of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.exits import refused
from mesococktail.cli.shared import acknowledge, command_name, say
from mesococktail.cli.text import plain
from mesococktail.findings import Severity
from mesococktail.records import FieldType, complete, fields_of, name_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mesococktail.cli.shared import Command
    from mesococktail.findings import Finding
    from mesococktail.log import Entry, PrescriptionLog


def writing_options(*, with_id: bool = True) -> Callable[[Command], Command]:
    """Give a command ``--id`` and ``--dry-run``."""

    def decorate(command: Command) -> Command:
        made = click.option("--dry-run", is_flag=True, help="Check and show it, and store nothing.")(command)
        if with_id:
            said = "For a call that may be repeated; give --at as well."
            made = click.option("--id", "record_id", metavar="ID", help=said)(made)
        return made

    return decorate


def write_down(
    log: PrescriptionLog,
    record: Any,  # noqa: ANN401  # any kind
    record_id: str | None,
    *,
    dry_run: bool,
    summary: Callable[[Any], Iterator[str]] | None = None,
) -> None:
    """Write a record down and print its id, or with *dry_run* only say what there is to say of it.

    Args:
        log: Where to.
        record: Of any kind.
        record_id: The id that the caller gave, if any.
        dry_run: Store nothing.
        summary: How the record is told to a person; field by field when left out.

    Raises:
        MesococktailError: It is refused.
        Failure: It would be.
    """
    if record_id is not None and getattr(record, "at_defaulted", False):
        raise click.UsageError("a call that may be repeated gives --id and --at together")
    made = complete(record, log.formulary, datetime.now(UTC))
    for line in (summary or _told)(made):
        say(line)
    if dry_run:
        _try(log, record)
        return
    entry = log.record(record, id=record_id)
    say_checks(entry)
    acknowledge(entry)


def _try(log: PrescriptionLog, record: Any) -> None:  # noqa: ANN401  # any kind
    findings = log.check(record)
    wrong = [one for one in findings if one.severity is Severity.ERROR and one.code not in _accepted(record)]
    _say(record, [one for one in findings if one not in wrong])
    if wrong:
        raise refused(wrong)
    say("dry run: nothing was stored")


def say_checks(entry: Entry) -> None:
    """Tell what the checks had to say of the record that was written, and which could not run."""
    record = entry.record
    _say(record, getattr(record, "findings", ()))
    not_run: tuple[str, ...] = getattr(record, "not_run", ())
    if not_run:
        say(f"not checked, for lack of an answer: {', '.join(not_run)}")


def _accepted(record: Any) -> dict[str, str]:  # noqa: ANN401  # any kind
    return {one.code: one.reason for one in getattr(record, "accepted", ())}


def _say(record: Any, findings: Iterable[Finding]) -> None:  # noqa: ANN401  # any kind
    reasons = _accepted(record)
    for one in findings:
        reason = reasons.get(one.code) if one.severity is Severity.ERROR else None
        say(f"accepted ({reason}): {one.message}" if reason else str(one))


def _told(record: Any) -> Iterator[str]:  # noqa: ANN401  # any kind
    yield command_name(name_of(record)).replace("-", " ")
    yield from described(record, given_only=True)


def described(record: Any, *, given_only: bool = False) -> Iterator[str]:  # noqa: ANN401  # any kind
    """Yield what a record says, field by field, and the table of its cocktail; no findings.

    With *given_only* what was filled in when it was made is left out.
    """
    table = None
    kind: type = type(record)
    for field in fields_of(kind):
        value = getattr(record, field.name)
        if field.type is FieldType.COCKTAIL and value is not None:
            table = value.table()
        if field.type is FieldType.FINDINGS or (given_only and field.about.at_the_door):
            continue
        if (text := shown(field, value)) is not None and not (
            field.type is FieldType.FLAG and value is False
        ):
            yield f"  {field.name}: {plain(text)}"
    if table is not None:
        yield f"\n{table}"
