"""What several commands share: which log, whose formulary, who writes; and how their values complete."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.text import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from mesococktail.formulary import Formulary
    from mesococktail.log import Entry, PrescriptionLog

Command = Any
"""A function that click calls with whatever its options are named."""

PROMISE = "It records, and never recommends a treatment."
SHORTEST = 8
"""Fewest characters by which a record may be named."""


def say(text: str) -> None:
    """Tell a person something, plainly: on standard error, where no data goes."""
    click.echo(lines(text), err=True)


def example(*lines: str) -> str:
    """Return the epilog that shows how a command is used; a test runs every line of it."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def needed(db: str | None) -> str:
    """Return where the log is.

    Raises:
        UsageError: Nobody said.
    """
    if db is None:
        raise click.UsageError(
            "which log? Say --db PATH, or set MESOCOCKTAIL_DB; mesococktail init PATH makes a new one"
        )
    return db


def formulary_option(command: Command) -> Command:
    """Give a command ``--formulary``: the clinic's own file."""
    return click.option(
        "--formulary",
        type=click.Path(readable=False),
        envvar="MESOCOCKTAIL_FORMULARY",
        show_envvar=True,
        metavar="FILE",
        help="The clinic's own agents, stock and formulas (TOML).",
    )(command)


def formulary_of(path: str | None) -> Formulary:
    """Return the formulary of a file; ours without one."""
    from mesococktail.formulary import Formulary  # shadows only the annotation

    return Formulary.load(path) if path else Formulary.shipped()


def open_log(
    db: str, *, read_only: bool, formulary: str | None = None, recorded_by: str | None = None
) -> PrescriptionLog:
    """Open the log of a command."""
    from mesococktail.log import PrescriptionLog  # not needed for any help

    known = formulary_of(formulary) if formulary else None
    context = click.get_current_context(silent=True)
    signer = None if context is None else context.meta.get(_SIGNER)
    return PrescriptionLog.open(
        db, read_only=read_only, formulary=known, recorded_by=recorded_by, signer=signer
    )


_SIGNER = "mesococktail.signer"


def _load_signer(context: click.Context, _: click.Parameter, path: str | None) -> None:
    """Load the key before anything else is done: who wants to sign must not write unsigned."""
    if path and not context.resilient_parsing:
        from mesococktail.log import Signer  # not needed for help

        context.meta[_SIGNER] = Signer.load(path)


def log_options(*, write: bool, formulary: bool = False) -> Callable[[Command], Command]:
    """Give a command ``--db``; one that writes also ``--recorded-by`` and ``--sign``."""

    def decorate(command: Command) -> Command:
        made = command
        if write:
            made = click.option(
                "--recorded-by",
                envvar="MESOCOCKTAIL_RECORDED_BY",
                show_envvar=True,
                metavar="NAME",
                help="Who writes it down.",
            )(made)
            made = click.option(
                "--sign",
                envvar="MESOCOCKTAIL_KEY",
                show_envvar=True,
                metavar="FILE",
                type=click.Path(readable=False),
                expose_value=False,
                callback=_load_signer,
                help="The key to sign with, as mesococktail key made it.",
            )(made)
        if formulary:
            made = formulary_option(made)
        return click.option(
            "--db",
            type=click.Path(readable=False),
            envvar="MESOCOCKTAIL_DB",
            show_envvar=True,
            metavar="PATH",
            help="The log.",
        )(made)

    return decorate


def with_log(*, write: bool, formulary: bool = False) -> Callable[[Command], Command]:
    """Give a command these options, and the opened log as its first argument."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def opened(*args: Any, db: str | None, **options: Any) -> Any:  # noqa: ANN401  # whatever the command has
            known = options.pop("formulary", None)
            by = options.pop("recorded_by", None)
            with open_log(needed(db), read_only=not write, formulary=known, recorded_by=by) as log:
                return command(log, *args, **options)

        return log_options(write=write, formulary=formulary)(opened)

    return decorate


def as_of_option(command: Command) -> Command:
    """Give a command ``--as-of``."""
    said = "As the log stood at that time; a date is its whole day."
    return click.option("--as-of", metavar="TIME", help=said)(command)


@contextmanager
def log_as_of(log: PrescriptionLog, as_of: str | None) -> Iterator[PrescriptionLog]:
    """Read the log as it stood at a time that was written; as it stands where none was."""
    if as_of is None:
        yield log
        return
    with log.as_of(moment(as_of)) as then:
        yield then


def now() -> datetime:
    """Return the present, to the second: what nobody stated need not feign precision."""
    return datetime.now(UTC).astimezone().replace(microsecond=0)


def moment(written: str) -> datetime | str:
    """Return the end of a day; any other text is left for the log to read."""
    if written == "now":
        return datetime.now(UTC)
    try:
        day = date.fromisoformat(written) if len(written) == len("2025-03-01") else None
    except ValueError:
        day = None
    if day is None or day == date.max:
        return written
    end = datetime.combine(day + timedelta(days=1), time.min)
    return end.astimezone() - timedelta(microseconds=1)


def find_id(
    log: PrescriptionLog,
    written: str,
    kind: str | None = None,
    *,
    patient: str | None = None,
    path: str = "id",
) -> str:
    """Return the id of the record that was meant: the whole id, its beginning, or ``last``.

    Args:
        log: Where to look.
        written: ``last`` is the newest prescription, ``last:session`` the newest session; which one that
            is, is said.
        kind: For a link: ``last`` is then the newest of this kind that stands.
        patient: Only of this patient.
        path: What it is written for.

    Raises:
        RecordNotFoundError: There is none.
        RecordError: It is no id, or its beginning fits several.
    """
    from mesococktail.errors import RecordError, RecordNotFoundError

    last, _, of = written.partition(":")
    if last == "last":
        wanted = kind_named(of, path) if of else kind or "prescription"
        called = wanted.replace("_", " ")
        found = _last(log, wanted, standing=kind is not None, patient=patient)
        if found is None:
            whose = f" of {patient}" if patient is not None else ""
            raise RecordNotFoundError(f"no {called}{whose} is in this log yet", path=path, got=written)
        record_id, whose_it_is = found
        if patient is None:
            # Nobody named the patient, so it may be another one's than was meant.
            of = f" of patient {whose_it_is}" if whose_it_is is not None else ""
            say(f"{written} is the {called} {record_id}{of}")
        return record_id
    digits = written.replace("-", "").lower()
    if not SHORTEST <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):  # noqa: PLR2004  # a UUID
        cure = f"use the id as it was printed, its first {SHORTEST} characters or more, or last"
        raise RecordError("is not the id of a record", path=path, got=written, cure=cure)
    ends = (bytes.fromhex(digits.ljust(32, fill)) for fill in "0f")
    rows = log.rows("SELECT DISTINCT id FROM entry WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 5", tuple(ends))
    if not rows:
        raise RecordNotFoundError("no record of that id is in this log", path=path, got=written)
    if len(rows) > 1:
        ids = ", ".join(_shown(row[0]) for row in rows)
        raise RecordError("begins several ids", path=path, got=written, cure=f"write more of one of {ids}")
    return _shown(rows[0][0])


def kind_named(written: str, path: str = "kind") -> str:
    """Return the kind of record that was meant, written with hyphens or underscores.

    Raises:
        RecordError: There is none of that name.
    """
    from mesococktail.errors import RecordError
    from mesococktail.records import KINDS

    kind = written.replace("-", "_")
    if kind not in KINDS:
        cure = f"use one of {', '.join(map(command_name, KINDS))}"
        raise RecordError("is not a kind of record", path=path, got=written, cure=cure)
    return kind


def command_name(kind: str) -> str:
    """Return how a kind of record is called on the command line."""
    return kind.replace("_", "-")


def _last(
    log: PrescriptionLog, kind: str, *, standing: bool, patient: str | None
) -> tuple[str, str | None] | None:
    """Return the id of the newest record of a kind, and its patient, if it has one."""
    where, values = "", []
    if standing:
        where += " AND status <> 2"
    if patient is not None:
        where += " AND patient = (SELECT id FROM dim_patient WHERE patient = ?)"
        values.append(patient)
    whose = "NULL" if kind == "doctor" else "(SELECT patient FROM dim_patient WHERE id = f.patient)"
    rows = log.rows(
        f"SELECT e.id, {whose} FROM fact_{kind} AS f JOIN entry AS e ON e.seq = f.key "  # noqa: S608  # our names
        f"WHERE f.key = (SELECT max(key) FROM fact_{kind} WHERE 1{where})",
        tuple(values),
    )
    return (_shown(rows[0][0]), rows[0][1]) if rows else None


def _shown(record_id: bytes) -> str:
    from uuid import UUID

    return str(UUID(bytes=record_id))


def acknowledge(entry: Entry) -> None:
    """Print what an act on a record is known by: its id as data, its receipt to a person."""
    click.echo(entry.id)
    by = f" by {entry.recorded_by}" if entry.recorded_by else ""
    at = entry.recorded_at.astimezone().isoformat(" ", "seconds")
    say(f"version {entry.version}, written down {at}{by}; receipt {entry.receipt}")


@contextmanager
def new_file(path: str) -> Iterator[BinaryIO]:
    """Open a file where there is none, readable by its owner alone; remove it if writing fails."""
    from mesococktail.errors import LogExistsError, LogReadOnlyError, LogStorageError

    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise LogExistsError("there is already a file", got=path, cure="choose another path") from None
    except OSError as error:
        raise LogReadOnlyError(f"cannot be created: {error.strerror}", got=path) from None
    try:
        with open(descriptor, "wb") as stream:  # noqa: PTH123  # a descriptor
            yield stream
    except BaseException as error:
        Path(path).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise LogStorageError(f"the disk failed or is full: {error.strerror}", got=path) from None
        raise
