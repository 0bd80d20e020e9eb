"""``mesococktail prescribe``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.ask import ask_cocktail, can_ask, read_or_offer
from mesococktail.cli.completing import complete_patient
from mesococktail.cli.fields import field_options, made_of, merged, needs, take_fields
from mesococktail.cli.shared import example, with_log
from mesococktail.cli.writing import write_down, writing_options
from mesococktail.cocktails import Cocktail
from mesococktail.records import Prescription, time_text

if TYPE_CHECKING:
    from collections.abc import Iterator

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
@field_options(Prescription, without=("cocktail", "formula"))
@click.option(
    "--repeat", metavar="PATIENT", shell_complete=complete_patient, help="Start from the patient's newest."
)
@click.option(
    "--formula", metavar="NAME", help="Start from a formula of the clinic; NAME@VERSION for one version."
)
@writing_options()
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
    given = take_fields(Prescription, options, log)
    if repeat and formula:
        raise click.UsageError("start from --repeat or from --formula, not from both")
    if repeat:
        start, before = _repeated(log, repeat, given)
    elif formula:
        start, before = _from_formula(log, formula)
    else:
        start, before = {}, None
    needs(Prescription, start | given)
    stands_alone = given.get("payload") in ("saline", "none")
    if cocktail is not None:
        read = partial(Cocktail.parse, formulary=log.formulary)
        given["cocktail"] = read_or_offer(cocktail, read)
    elif "cocktail" not in start and not stands_alone and can_ask():
        given["cocktail"] = ask_cocktail(log.formulary)
    elif stands_alone:
        start.pop("cocktail", None)
    _changes(start, given)
    record = made_of(Prescription, start | merged(Prescription, given, before))
    write_down(log, record, record_id, dry_run=dry_run, summary=_told)


def _told(record: Prescription) -> Iterator[str]:
    if record.cocktail is not None:
        yield f"{record.cocktail}\n\n{record.cocktail.table()}\n"
    yield f"{record.patient}, by {record.doctor}, {time_text(record.at)}, for {record.indication.code}"
    if record.formula is not None:
        yield f"from the formula {record.formula}" + "".join(f"\n  {change}" for change in record.changes)
    if record.renews is not None:
        yield f"renews {record.renews}"


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
    before = log.get(rows[0][0])
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
