"""Who is asked about must be in the log: a mistyped id is not somebody of whom nothing is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesococktail.errors import RecordNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Rows = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_RULES = {"patient": "has no record in this log", "doctor": "is not registered in this log"}
_MOST = 10_000
"""Ids that are compared; in a large log, those that begin or end alike."""


def must_be_known(rows: Rows, who: str, name: str) -> None:
    """Refuse a patient or doctor of whom the log knows nothing, naming the nearest that it knows.

    Args:
        rows: Asks the log.
        who: ``patient`` or ``doctor``.
        name: The id.

    Raises:
        RecordNotFoundError: There is none of that id.
    """
    if rows(f"SELECT 1 FROM dim_{who} WHERE {who} = ?", (name,)):
        return
    from difflib import get_close_matches  # only to say who was probably meant

    half = max(len(name) // 2, 1)
    alike = rows(
        f"SELECT {who} FROM dim_{who} WHERE lower(substr({who}, 1, ?1)) = lower(substr(?2, 1, ?1)) "
        f"OR lower(substr({who}, -?1)) = lower(substr(?2, -?1)) "
        f"ORDER BY abs(length({who}) - length(?2)), 1 LIMIT {_MOST}",
        (half, name),
    )
    near = get_close_matches(name, [row[0] for row in alike], 1)
    cure = f"did you mean {near[0]}?" if near else None
    raise RecordNotFoundError(_RULES[who], path=who, got=name, cure=cure)
