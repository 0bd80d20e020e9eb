"""Which patients received stock of a lot: the preparations it went into, and their sessions."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import attrs

from mesococktail.errors import RecordError
from mesococktail.log.ids import text_of
from mesococktail.log.names import VOIDED

if TYPE_CHECKING:
    import sqlite3


@attrs.frozen
class LotUse:
    """One preparation with stock of a lot, and one session that used it."""

    patient: str
    agent: str
    product: str | None
    lot: str
    """As it was written there."""
    preparation: str
    """Id of the preparation."""
    session: str | None
    """Id of the session; None where none is recorded, so that nobody knows whether it was given."""
    at: str | None
    """When the session was."""
    given: str | None
    """``given``, ``partly`` or ``not_given``."""


_SQL = f"""
WITH used AS (
  SELECT preparation, key FROM fact_session WHERE preparation IS NOT NULL AND status <> {VOIDED}
  UNION
  SELECT z.preparation, z.key FROM fact_session_zones AS z JOIN fact_session AS f ON f.key = z.key
  WHERE z.preparation IS NOT NULL AND f.status <> {VOIDED}
)
SELECT d.patient, a.agent, s.product, s.lot, e.id, u.key, n.id, v.at, v.given
FROM fact_preparation_stock AS s
JOIN fact_preparation AS p ON p.key = s.key AND p.status <> {VOIDED}
JOIN entry AS e ON e.seq = p.key
JOIN dim_patient AS d ON d.id = p.patient
JOIN dim_agent AS a ON a.id = s.agent
LEFT JOIN used AS u ON u.preparation = e.id
LEFT JOIN entry AS n ON n.seq = u.key
LEFT JOIN session AS v ON v.key = u.key
WHERE s.lot IN ({{lots}})
ORDER BY d.patient, p.key, s.position, u.key
"""
_NO_MATTER = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Pd", "Zl", "Zp", "Zs"))
"""Categories of letters that do not matter: controls, dashes, spaces."""
_LIKELY = """
SELECT DISTINCT lot FROM fact_preparation_stock
WHERE replace(replace(lower(lot), ' ', ''), '-', '') = ? OR lot GLOB '*[^ -~]*'
"""
"""Lots that may be the one: SQLite knows the capitals of ASCII alone."""


def uses_of(connection: sqlite3.Connection, lot: str) -> list[LotUse]:
    """Return every use of a lot; capitals, spaces and hyphens are typed differently and do not matter.

    Raises:
        RecordError: *lot* is not a text, or empty.
    """
    if not isinstance(lot, str):
        raise RecordError("must be a text", path="lot", got=lot)
    sought = _key(lot)
    if not sought:
        raise RecordError("is empty", path="lot", cure="write the lot number")
    likely = [written for (written,) in connection.execute(_LIKELY, (sought,))]
    as_written = [written for written in likely if _key(written) == sought]
    marks = ", ".join("?" * len(as_written))
    return [
        LotUse(
            patient,
            agent,
            product,
            written,
            text_of(used),
            None if key is None else text_of(session),
            at,
            given,
        )
        for patient, agent, product, written, used, key, session, at, given in connection.execute(
            _SQL.format(lots=marks), as_written
        )
    ]


def _key(lot: str) -> str:
    """Return a lot number in one form: small letters, without spaces, hyphens and what cannot be seen."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", lot).casefold())
    return "".join(letter for letter in plain if unicodedata.category(letter) not in _NO_MATTER)
