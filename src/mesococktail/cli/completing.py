"""Completion of values in a shell. It must never fail: whatever is wrong, nothing is offered."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from mesococktail.cli.shared import command_name, formulary_of

if TYPE_CHECKING:
    import click

    from mesococktail.formulary import Formulary

Completer = Any
"""What click calls for what may be written."""

_COMPLETED = 50


def _offered(ctx: click.Context, sql: str, incomplete: str) -> list[str]:
    from mesococktail.errors import MesococktailError
    from mesococktail.log import PrescriptionLog

    path = ctx.params.get("db") or os.environ.get("MESOCOCKTAIL_DB")
    if not path:
        return []
    try:
        with PrescriptionLog.open(path, read_only=True) as log:
            return [row[0] for row in log.rows(sql) if row[0].startswith(incomplete)][:_COMPLETED]
    except MesococktailError:
        return []


def complete_doctor(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the registered doctors."""
    return _offered(ctx, "SELECT id FROM doctor WHERE status <> 'voided' ORDER BY id", incomplete)


def complete_patient(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the patients who are in the log."""
    return _offered(ctx, "SELECT patient FROM dim_patient ORDER BY patient", incomplete)


def complete_record(kind: str = "prescription") -> Completer:
    """Return what offers the newest records of a kind."""

    def offered(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        newest = f"SELECT record_id FROM {kind} ORDER BY key DESC LIMIT 1000"  # noqa: S608  # our own name
        return _offered(ctx, newest, incomplete)

    return offered


def complete_term(vocabulary: str) -> Completer:
    """Return what offers the codes of a vocabulary, the clinic's own as well."""

    def offered(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        known = _formulary(ctx)
        codes = [term.code for term in known.terms(vocabulary)] if known else []
        return [code for code in codes if code.startswith(incomplete)]

    return offered


def complete_vocabulary(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the vocabularies."""
    known = _formulary(ctx)
    return [name for name in (known.vocabularies if known else ()) if name.startswith(incomplete)]


def complete_kind(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Offer the kinds of record."""
    from mesococktail.records import KINDS

    return [command_name(kind) for kind in KINDS if command_name(kind).startswith(incomplete)]


def complete_agent(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the agents that the formulary knows."""
    known = _formulary(ctx)
    names = [agent.name for agent in known.agents.values()] if known else []
    return [name for name in names if name.startswith(incomplete.lower())]


def _formulary(ctx: click.Context) -> Formulary | None:
    from mesococktail.errors import MesococktailError

    try:
        return formulary_of(ctx.params.get("formulary") or os.environ.get("MESOCOCKTAIL_FORMULARY"))
    except MesococktailError:
        return None
