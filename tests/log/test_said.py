"""What verify and restore say of every damage, word for word: a change in any message is seen here.

The golden files are what the two functions below give; ``python -m tests.log.test_said`` writes them anew, to
be read before they are kept.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from mesococktail import PrescriptionLog
from tests.log.helpers import damaging, exported, make, prescribe
from tests.log.test_tampering import _CHAIN, _STAR
from tests.log.test_transfer import _DAMAGED
from tests.refused import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAID = Path(__file__).parent / "said"


def found_by_verify(folder: Path) -> Iterator[str]:
    """Damage a log in every way, and yield what verify finds."""
    with make(folder / "whole.db", 5) as log:
        entry = next(log.prescriptions())
        log.amend(entry, attrs.evolve(entry.record, rationale="dry"), reason="missing")
        prescribe(log, cocktail="caffeine 5 mg (principal) + dexpanthenol 5 mg (complementary)")
        head = log.head()
    for name, change in (_CHAIN | _STAR).items():
        path = folder / "damaged.db"
        shutil.copy(folder / "whole.db", path)
        with damaging(path) as connection:
            connection.executescript(change)
        yield f"== {name}"
        with PrescriptionLog.open(path, read_only=True) as log:
            for one in log.verify(head=head):
                yield f"{one.severity.name.lower()} {one.code} at {one.path}: {one.message}"


def refused_by_restore(folder: Path) -> Iterator[str]:
    """Damage an export in every way, and yield what restore says."""
    with make(folder / "whole.db", 5) as log:
        entry = prescribe(log, "P-9", rationale="Kopfhaut trocken", recorded_by="nurse")
        entry = log.amend(entry, attrs.evolve(entry.record, rationale="dry"), reason="in English")
        log.stop(entry, reason="moved")
        log.void(entry.id, reason="wrong patient")
        lines = exported(log).splitlines(keepends=True)
    for name, damage in _DAMAGED.items():
        stream = io.BytesIO(b"".join(damage(lines)))
        yield f"{name}: {_steady(str(refused(PrescriptionLog.restore, folder / 'b.db', stream)))}"


def _steady(text: str) -> str:
    """Return what is said without ids, which differ from one log to the next."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)


EACH = {"verify.txt": found_by_verify, "restore.txt": refused_by_restore}


@pytest.mark.parametrize(("name", "told"), EACH.items(), ids=list(EACH))
def test_what_was_damaged_is_said_as_it_was(
    tmp_path: Path, name: str, told: Callable[[Path], Iterator[str]]
) -> None:
    assert list(told(tmp_path)) == (SAID / name).read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    for name, told in EACH.items():
        with tempfile.TemporaryDirectory() as folder:
            lines = "".join(f"{line}\n" for line in told(Path(folder)))
        (SAID / name).write_text(lines, encoding="utf-8")
