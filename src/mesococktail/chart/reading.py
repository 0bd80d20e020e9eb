"""A patient's records as everything in the chart reads them: by kind, in order of time, by id."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import MesococktailError
from mesococktail.records import Preparation, Prescription, Session, Stands, earliest, latest
from mesococktail.records.checks import preparations_of
from mesococktail.records.session import NOT_GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mesococktail.formulary import Formulary, Term
    from mesococktail.records import Around


def in_order(time: datetime | Around) -> tuple[datetime, datetime]:
    """Return what puts times in order, imprecise ones by when they begin."""
    return earliest(time), latest(time)


@attrs.frozen
class Records:
    """The records of one patient, in log order."""

    each: tuple[Stands, ...]

    @cached_property
    def by_id(self) -> dict[str, Stands]:
        """Every record by its id."""
        return {one.id: one for one in self.each}

    def of(self, kind: type) -> tuple[Stands, ...]:
        """Return the records of a kind in order of time; of two at once, the one written down first."""
        found = [one for one in self.each if isinstance(one.record, kind)]
        return tuple(sorted(found, key=lambda one: in_order(one.at)))

    @cached_property
    def sessions(self) -> tuple[Stands, ...]:
        """Every session, in order of time."""
        return self.of(Session)

    @cached_property
    def carried_out(self) -> tuple[Stands, ...]:
        """Every session that was given, if only partly."""
        return tuple(one for one in self.sessions if one.record.given != NOT_GIVEN)

    def preparations(self, session: Session) -> tuple[tuple[str, Preparation], ...]:
        """Return id and record of every preparation a session used, each once."""
        return tuple((link, record) for _, link, record in preparations_of(session, self.by_id))

    def mixtures(self, session: Session) -> tuple[str, ...]:
        """Return the combinations that a session gave: of its prescription, and of a split scalp's other."""
        asked = [session.prescription]
        used = self.preparations(session)
        if used:
            asked = [preparation.prescription for _, preparation in used]
        found: dict[str, None] = {}
        for id_ in asked:
            one = self.by_id.get(id_ or "")
            if one is not None and isinstance(one.record, Prescription) and one.record.cocktail is not None:
                found[str(one.record.cocktail.combination())] = None
        return tuple(found)


def word(code: str | None) -> str:
    """Return a code as a person reads it."""
    return (code or "").replace("_", " ")


def term_of(formulary: Formulary, vocabulary: str, code: str) -> Term | None:
    """Return the term of a code; None where the formulary has it no more."""
    try:
        return formulary.term(vocabulary, code)
    except MesococktailError:
        return None


def joined(parts: Iterable[Any]) -> str:
    """Return what there is to say, with commas."""
    return ", ".join(str(part) for part in parts if part not in (None, ""))
