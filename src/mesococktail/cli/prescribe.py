"""``mesococktail prescribe``."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.ask import ask_cocktail, can_ask, read_or_offer
from mesococktail.cli.fields import field_options, merged, option_name, take_fields
from mesococktail.cli.shared import (
    acknowledge,
    complete_patient,
    example,
    find_id,
    say,
    say_findings,
    with_log,
)
from mesococktail.cocktails import Cocktail
from mesococktail.records import Prescription, complete, time_text

if TYPE_CHECKING:
    from mesococktail.log import PrescriptionLog

_KEPT = ("indication", "cocktail", "delivery", "payload", "route", "plan", "formula", "changes")
"""What a repeated prescription takes from the one before."""


@click.command(
    "prescribe",
    epilog=example(
        'mesococktail prescribe "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL + '
        'saline q.s. to 5 mL" --db clinic.db --doctor dr-a -p P-014 --for "androgenetic alopecia"',
        "mesococktail prescribe --db clinic.db --doctor dr-a --repeat P-014",
    ),
)
@click.argument("cocktail", required=False)
@with_log(write=True, formulary=True)
@field_options(without=("cocktail", "formula"))
@click.option(
    "--repeat", metavar="PATIENT", shell_complete=complete_patient, help="Start from the patient's newest."
)
@click.option(
    "--formula", metavar="NAME", help="Start from a formula of the clinic; NAME@VERSION for one version."
)
@click.option("--id", "record_id", metavar="ID", help="For a call that may be repeated; give --at as well.")
@click.option("--dry-run", is_flag=True, help="Check and show it, and store nothing.")
def prescribe_command(
    log: PrescriptionLog,
    cocktail: str | None,
    repeat: str | None,
    formula: str | None,
    record_id: str | None,
    *,
    dry_run: bool,
    **options: Any,  # noqa: ANN401  # one for each field
) -> None:
    """Write down a prescription.

    COCKTAIL is one line: parts joined by " + ", each an agent, how much of it, and its role in
    parentheses. Prints the new id; what was understood goes to standard error. On a terminal, a
    cocktail that is left out is asked for.
    """
    given = take_fields(options)
    if repeat and formula:
        raise click.UsageError("start from --repeat or from --formula, not from both")
    if repeat:
        start, before = _repeated(log, repeat, given)
    elif formula:
        start, before = _from_formula(log, formula)
    else:
        start, before = {}, None
    _needed(start | given)
    stands_alone = given.get("payload") in ("saline", "none")
    if cocktail is not None:
        read = partial(Cocktail.parse, formulary=log.formulary)
        given["cocktail"] = read_or_offer(cocktail, read)
    elif "cocktail" not in start and not stands_alone and can_ask():
        given["cocktail"] = ask_cocktail(log.formulary)
    elif stands_alone:
        start.pop("cocktail", None)
    _changes(start, given)
    record = _record(start | merged(given, before))
    _write(log, record, record_id, dry_run=dry_run)


def _record(fields: dict[str, Any]) -> Prescription:
    made: Any = Prescription
    at = fields.pop("at", None)
    now = datetime.now(UTC).astimezone().replace(microsecond=0)  # a default need not feign precision
    record: Prescription = made(at=now if at is None else at, at_defaulted=at is None, **fields)
    return record


def _needed(fields: dict[str, Any]) -> None:
    missing = [name for name in ("patient", "doctor", "indication") if name not in fields]
    if missing:
        path = "indication.code" if missing[0] == "indication" else missing[0]
        hint = " (or MESOCOCKTAIL_DOCTOR)" if path == "doctor" else ""
        raise click.UsageError(f"Missing option '{option_name(path)}'{hint}.")


def _write(log: PrescriptionLog, record: Prescription, record_id: str | None, *, dry_run: bool) -> None:
    made: Prescription = complete(record, log.formulary, datetime.now(UTC))
    if record_id is not None and record.at_defaulted:
        raise click.UsageError("a call that may be repeated gives --id and --at together")
    if dry_run:
        from mesococktail.log.acts import links_hold  # the log's own check, without writing

        links_hold(log.reading_connection(), made, "prescription")
    if made.cocktail is not None:
        say(f"{made.cocktail}\n\n{made.cocktail.table()}\n")
    say(f"{made.patient}, by {made.doctor}, {time_text(made.at)}, for {made.indication.code}")
    if made.formula is not None:
        say(f"from the formula {made.formula}" + "".join(f"\n  {change}" for change in made.changes))
    if made.renews is not None:
        say(f"renews {made.renews}")
    say_findings(made.findings)
    if dry_run:
        say("dry run: nothing was stored")
        return
    acknowledge(log.record(record, id=record_id))


def _repeated(log: PrescriptionLog, patient: str, given: dict[str, Any]) -> tuple[dict[str, Any], object]:
    """Return what the patient's newest prescription passes on."""
    from mesococktail.errors import RecordNotFoundError

    if given.setdefault("patient", patient) != patient:
        raise click.UsageError("--repeat names another patient than -p")
    rows = log.rows(
        "SELECT record_id FROM prescription WHERE key = (SELECT key FROM fact_prescription "
        "WHERE patient = (SELECT id FROM dim_patient WHERE patient = ?) AND status <> 2 "
        "ORDER BY at_utc DESC, key DESC LIMIT 1)",
        (patient,),
    )
    if not rows:
        raise RecordNotFoundError("has no prescription in this log to repeat", path="repeat", got=patient)
    before = log.get(find_id(log, rows[0][0]))
    fields = {name: value for name in _KEPT if (value := getattr(before.record, name)) not in (None, ())}
    return fields | {"renews": before.id}, before.record


def _from_formula(log: PrescriptionLog, written: str) -> tuple[dict[str, Any], object]:
    """Return what a formula of the clinic says."""
    name, _, version = written.partition("@")
    formula = log.formulary.formula(name.strip(), version.strip() or None)
    start: dict[str, Any] = {
        "cocktail": Cocktail.parse(formula.text, formulary=log.formulary),
        "formula": f"{formula.name} {formula.version}",
    }
    if formula.indication is not None:
        start["indication"] = formula.indication
    return start, None


def _changes(start: dict[str, Any], given: dict[str, Any]) -> None:
    """Say how the cocktail given departs from the formula it started from, unless the caller says so."""
    before, after = start.get("cocktail"), given.get("cocktail")
    if "formula" not in start or before is None or after is None or "changes" in given:
        return
    old, new = (
        {part.agent.id: text for part, text in zip(one.parts, str(one).split(" + "), strict=True)}
        for one in (before, after)
    )
    changes = [f"without {text}" for agent, text in old.items() if agent not in new]
    changes += [f"with {text}" for agent, text in new.items() if agent not in old]
    changes += [f"{old[agent]} -> {text}" for agent, text in new.items() if old.get(agent, text) != text]
    if changes:
        given["changes"] = (*start.get("changes", ()), *changes)
