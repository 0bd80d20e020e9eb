"""``mesococktail record``: one command for each kind of record that is declared."""

from __future__ import annotations

from functools import cache
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.fields import field_options, made_of, merged, option_name, required_paths, take_fields
from mesococktail.cli.shared import command_name, example, with_log
from mesococktail.cli.writing import write_down, writing_options
from mesococktail.records import KINDS, fields_of

if TYPE_CHECKING:
    from mesococktail.log import PrescriptionLog

_EXAMPLES = {
    "doctor": ('--id dr-b --name "B. Physician"',),
    "prescription": (
        '-p P-014 --doctor dr-a --for "androgenetic alopecia" '
        '--cocktail "minoxidil 5 mg (principal) + biotin 5 mg"',
    ),
    "patient_facts": (
        "-p P-014 --at now --sex female --birth-year 1988 --pregnancy not_pregnant "
        '--treatments-elsewhere "finasteride; route=by mouth; dose=1 mg a day; since=2024-03"',
    ),
    "screening": (
        "-p P-014 --at now --asked-by nurse-1 --answers diabetes=no --answers lactating=not_asked "
        '--answers allergy_to_ingredient=yes --allergies "lidocaine; reaction=rash"',
    ),
    "consent": ("-p P-014 --at now --version 2025-01 --obtained-by dr-a --off-label-told yes",),
    "preparation": (
        '-p P-014 --prescription last --at now --prepared-by nurse-1 --total "5 mL" '
        '--stock "minoxidil; lot=A12; expiry=2099-05; strength=5 mg/mL; drawn=1 mL" '
        '--stock "biotin; lot=B7; expiry=2099-05; strength=5 mg/mL; drawn=1 mL"',
    ),
    "session": (
        '-p P-014 --prescription last --at now --injected-by dr-a --volume "2 mL" --needle '
        '"30 G x 4 mm" --zones "frontal; volume=1.5 mL" --zones "vertex; volume=0.5 mL"',
    ),
    "outcome": ('-p P-014 --at now --measure hair_density --amount "150 hairs/cm2" --zone vertex',),
    "adverse_event": (
        '-p P-014 --at now --term bruising --grade mild --suspects "procedure; causality=probable"',
    ),
    "aftercare": (
        "-p P-014 --session last --at now --given-by nurse-1 "
        '--instructions "no_sunbath; text=Do not sunbathe for three days"',
    ),
}
"""What follows ``record KIND --db LOG`` in the example of a kind; one is made up for any other."""

_HOW = """
    A TIME is now, or like 2025-03-01T10:00+04:00; an ID is the whole one, its beginning, or "last".
    What has several parts is written "FIRST; name=value; name=value", or as a JSON object. [terms: X]
    are those that mesococktail terms X lists. Prints the new id; what was understood goes to standard
    error.
"""


class _Kinds(click.Group):
    """A group with a command for each kind of record, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(map(command_name, KINDS))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        kind = cmd_name.replace("-", "_")
        return _command(kind, KINDS[kind]) if kind in KINDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            if ctx.resilient_parsing:
                return None, None, args
            raise click.NoSuchCommand(args[0], possibilities=known, ctx=ctx)
        return super().resolve_command(ctx, args)


@click.group(
    "record",
    cls=_Kinds,
    epilog=example(
        "mesococktail record screening --db clinic.db -p P-014 --at now --asked-by nurse-1 "
        "--answers diabetes=no --answers anticoagulants=unknown"
    ),
)
def record_command() -> None:
    """Write down a record of any kind.

    Each kind has its own help. A blocking finding refuses a record until --accept CODE=REASON.
    """


@cache
def _command(name: str, kind: type) -> click.Command:
    def write(
        log: PrescriptionLog,
        record_id: str | None = None,
        *,
        dry_run: bool,
        **options: Any,  # noqa: ANN401  # one for each field
    ) -> None:
        given = merged(kind, take_fields(kind, options, log))
        write_down(log, made_of(kind, given), record_id, dry_run=dry_run)

    has_id = any(field.name == "id" for field in fields_of(kind))
    made = field_options(kind)(writing_options(with_id=not has_id)(write))
    made = with_log(write=True, formulary=True)(made)
    about = cleandoc(kind.__doc__ or f"A {name.replace('_', ' ')}.")
    shown = (
        f"mesococktail record {command_name(name)} --db clinic.db {words}" for words in _shown(name, kind)
    )
    return click.command(command_name(name), help=f"{about}\n\n{cleandoc(_HOW)}", epilog=example(*shown))(
        made
    )


def _shown(name: str, kind: type) -> tuple[str, ...]:
    made_up = (f"{option_name(path)} {path.rpartition('.')[2].upper()}" for path in required_paths(kind))
    return _EXAMPLES.get(name) or (" ".join(made_up),)
