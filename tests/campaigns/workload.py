"""What a clinic writes down in these campaigns: one act of every sort, each of which may be tried again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from mesococktail import Doctor, PrescriptionLog, Session
from mesococktail.errors import ConflictError
from mesococktail.log.batch import BatchReport
from tests.log.helpers import DOCTOR, GIVEN, prescribe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesococktail.log import Entry
    from mesococktail.log.chain import Receipt

LATER = "2025-03-02T10:00:00+04:00"
MANY = 3
ERASED = b"a text that is to be erased"


@attrs.frozen
class Act:
    """One call of the public API that changes the file."""

    name: str
    entries: int
    """How many entries it adds."""
    do: Callable[[PrescriptionLog], object]


class Workload:
    """Acts on a new log: first those `beforehand`, then the `acts` in any copy of it; `erase` at any time."""

    def __init__(self, rounds: int = 1) -> None:
        self._made: dict[str, Entry] = {}
        self.beforehand = [Act("register", 1, lambda log: log.register(DOCTOR))]
        self.beforehand.append(Act("prescribe", 1, self._prescribe_to_be_erased))
        self.acts: list[Act] = []
        self.erase = Act("erase", 1, self._erase)
        for number in range(rounds):
            for name in ("amend", "void", "stop", "use"):
                self.beforehand.append(Act("prescribe", 1, partial(self._prescribe, f"P-{name}-{number}")))
            self.acts += self._round(number)

    def _prescribe_to_be_erased(self, log: PrescriptionLog) -> Entry:
        self._made["erase"] = prescribe(log, "P-erase", rationale=ERASED.decode())
        return self._made["erase"]

    def _erase(self, log: PrescriptionLog) -> Entry:
        try:
            log.erase(self._made["erase"], reason="asked for", authority="GDPR art. 17")
        except ConflictError:
            # It went through, and only the file could not be written anew.
            log.compact()
        return log.history(self._made["erase"])[-1]

    def _prescribe(self, name: str, log: PrescriptionLog) -> Entry:
        self._made[name] = prescribe(log, name)
        return self._made[name]

    def _round(self, number: int) -> list[Act]:
        ids = [str(UUID(int=(number << 8) + place)) for place in range(2 + MANY)]
        many = [GIVEN | {"id": one, "patient": f"P-{number}-{one[-2:]}"} for one in ids[2:]]

        def made(name: str) -> Entry:
            return self._made[f"P-{name}-{number}"]

        def amend(log: PrescriptionLog) -> Entry:
            amended = attrs.evolve(made("amend").record, rationale="dry scalp")
            return log.amend(made("amend"), amended, reason="was missing")

        def session(log: PrescriptionLog) -> Entry:
            given: Any = {"patient": f"P-use-{number}", "at": LATER, "injected_by": "nurse"}
            return log.record(Session(prescription=made("use").id, **given), id=ids[1])

        return [
            Act("register", 1, lambda log: log.register(Doctor(id=f"dr-{number}", name="B. Physician"))),
            Act("prescribe", 1, lambda log: prescribe(log, f"P-{number}", id=ids[0])),
            Act("amend", 1, amend),
            Act("void", 1, lambda log: log.void(made("void"), reason="wrong patient")),
            Act("stop", 1, lambda log: log.stop(made("stop"), reason="moved away")),
            Act("session", 1, session),
            Act("append_many", MANY, lambda log: log.append_many(many)),
            Act("rebuild", 0, lambda log: log.rebuild()),
        ]


def receipt_of(returned: object) -> Receipt | None:
    """Return the receipt that an act gave."""
    if isinstance(returned, BatchReport):
        return returned.head
    return getattr(returned, "receipt", None)


def content(log: PrescriptionLog) -> Counter[tuple[object, ...]]:
    """Return what was written down, each as often as it was; without times, and ids that are made up anew."""
    return Counter((entry.act, entry.kind, entry.version, entry.document) for entry in log.entries())


def lost(log: PrescriptionLog, receipts: Iterable[Receipt]) -> list[str]:
    """Return what is wrong with a log whose receipts were kept."""
    return [str(finding) for finding in log.verify(receipts=receipts)]
