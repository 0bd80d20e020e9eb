"""What a check has to say: severity, stable code, path, message."""

from __future__ import annotations

from enum import IntEnum

import attrs


class Severity(IntEnum):
    """How much a finding matters, ordered so that a caller can write ``>= Severity.WARNING``."""

    INFO = 1
    """Worth knowing; nothing to do."""
    WARNING = 2
    """Unusual but possible; look again."""
    ERROR = 3
    """Can never be true, or blocks until it is mended or accepted."""


@attrs.frozen
class Finding:
    """One thing a check has to say about one place."""

    severity: Severity
    code: str
    """Stable name of the kind of finding, such as ``percent_read_as_w_v``."""
    path: str
    """Where: ``cocktail.ingredients[0].dose``. Empty when it is about the whole."""
    message: str
    """What was found and what cures it, for a person."""

    def __str__(self) -> str:
        """``warning: cocktail.ingredients[0].strength: …``."""
        return ": ".join(filter(None, (self.severity.name.lower(), self.path, self.message)))

    def under(self, path: str) -> Finding:
        """Return the same finding, seen from one level further out."""
        return attrs.evolve(self, path=join(path, self.path))


def join(outer: str, inner: str) -> str:
    """Put two paths together: ``cocktail`` and ``[0].dose`` make ``cocktail[0].dose``."""
    if not outer or not inner or inner.startswith("["):
        return outer + inner
    return f"{outer}.{inner}"
