"""``mesococktail init``, ``doctor``, ``demo`` and ``completion``: before the first prescription."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.output import rows_output
from mesococktail.cli.shared import acknowledge, example, log_options, needed, open_log, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesococktail.cli.output import Output
    from mesococktail.cli.shared import Command
    from mesococktail.log import PrescriptionLog
    from mesococktail.records import Doctor

_DOCTOR = ("id", "name", "speciality", "licence", "status", "record_id")
_DEMO = "mesococktail-demo.db"
_NAME = "mesococktail"


@click.command(
    "init",
    epilog=example('mesococktail init clinic.db --clinic riverside --doctor dr-a --name "A. Physician"'),
)
@click.argument("path", type=click.Path(readable=False))
@click.option("--clinic", required=True, metavar="NAME", help="Short name of the clinic, such as riverside.")
@click.option("--doctor", metavar="ID", help="Id of a doctor to register at once, such as dr-a.")
@click.option("--name", help="Name of that doctor, as printed on a prescription.")
@click.option(
    "--recorded-by",
    envvar="MESOCOCKTAIL_RECORDED_BY",
    show_envvar=True,
    metavar="NAME",
    help="Who writes it down.",
)
def init_command(
    path: str, clinic: str, doctor: str | None, name: str | None, recorded_by: str | None
) -> None:
    """Make a new log at PATH, which only its owner can read."""
    from mesococktail.log import PrescriptionLog  # not needed for help
    from mesococktail.records import Doctor

    if (doctor is None) is not (name is None):
        raise click.UsageError("give a doctor with both --doctor ID and --name NAME")
    first = None if doctor is None else Doctor(id=doctor, name=name or "")
    with PrescriptionLog.create(path, clinic=clinic, recorded_by=recorded_by) as log:
        say(f"made the log of {log.clinic}: {path}")
        if first is not None:
            acknowledge(log.register(first))
            say(f"registered {first.id}, {first.name}")
        else:
            say(f"next: mesococktail doctor ID NAME --db {path}")


def _with_doctor_fields(command: Command) -> Command:
    # Written out rather than read off the declaration: importing records would slow every help down.
    for name, meaning in (
        ("--licence", "Number of the licence to practise, with its issuer."),
        ("--speciality", "The medical speciality, as the doctor states it."),
    ):
        command = click.option(name, help=meaning)(command)
    return command


@click.command(
    "doctor",
    epilog=example(
        'mesococktail doctor dr-b "B. Physician" --speciality dermatology --db clinic.db',
        "mesococktail doctor --db clinic.db",
    ),
)
@click.argument("doctor", metavar="[ID]", required=False)
@click.argument("name", required=False)
@log_options(write=True)
@_with_doctor_fields
@click.option("--reason", help="Why, where a registered doctor is corrected.")
@rows_output
def doctor_command(
    doctor: str | None,
    name: str | None,
    db: str | None,
    recorded_by: str | None,
    reason: str | None,
    output: Output,
    **fields: Any,  # noqa: ANN401  # the other fields of a doctor
) -> None:
    """Register a doctor, or list them.

    With ID and NAME, registers a doctor and prints the id of the record; with a reason, corrects one who
    is registered. With neither, lists them.
    """
    if doctor is None:
        with open_log(needed(db), read_only=True) as log:
            rows = log.rows(f"SELECT {', '.join(_DOCTOR)} FROM doctor ORDER BY key")  # noqa: S608  # our own names
        output.rows((dict(zip(_DOCTOR, row, strict=True)) for row in rows), _DOCTOR)
        return
    if name is None:
        raise click.UsageError("give the NAME as well: mesococktail doctor ID NAME")
    from mesococktail.records import Doctor  # not needed for help

    made = Doctor(id=doctor, name=name, **fields)
    with open_log(needed(db), read_only=False, recorded_by=recorded_by) as log:
        _register(log, made, reason)


def _register(log: PrescriptionLog, doctor: Doctor, reason: str | None) -> None:
    from mesococktail.errors import ConflictError

    known = next((one for one in log.doctors() if one.record.id == doctor.id), None)
    if reason is not None and known is not None:
        acknowledge(log.amend(known, doctor, reason=reason))
        return
    try:
        acknowledge(log.register(doctor))
    except ConflictError as error:
        if known is None or known.status == "voided":
            raise
        cure = "say --reason, and it is corrected"
        raise ConflictError(error.rule, path="id", got=doctor.id, cure=cure) from None


@click.command("demo", epilog=example("mesococktail demo demo.db"))
@click.argument("path", type=click.Path(readable=False), default=_DEMO)
@click.option("--seed", type=int, metavar="N", help="Another synthetic year.")
def demo_command(path: str, seed: int | None) -> None:
    """Make a synthetic log and show what can be asked.

    Everything in it is made up. The log stays at PATH, mesococktail-demo.db when left out.
    """
    if Path(path).exists():
        from mesococktail.errors import LogExistsError  # when something failed only

        cure = f"delete it, or say where: mesococktail demo {_free(Path(path))}"
        raise LogExistsError("there is already a file", got=path, cure=cure)
    from mesococktail.examples import demo  # brings everything with it

    show: Callable[[str], None] = click.echo
    # In a virtual environment that is not active, the bare name would not be found.
    command = _NAME if which(_NAME) else sys.argv[0]
    demo(path, echo=show, command=command, **({} if seed is None else {"seed": seed}))


def _free(path: Path) -> Path:
    """Return the first name like *path* that is free."""
    number = 2
    while (other := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return other


@click.command("completion", epilog=example("mesococktail completion bash"))
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands in a shell.

    For bash, put this into ~/.bashrc: eval "$(mesococktail completion bash)".
    """
    from click.shell_completion import get_completion_class  # here only

    cls = get_completion_class(shell)
    assert cls is not None  # noqa: S101  # click has all three
    click.echo(cls(ctx.find_root().command, {}, "mesococktail", "_MESOCOCKTAIL_COMPLETE").source())
