"""What the tests of a log's surroundings share: a look at the log afterwards, work in a forked child."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from mesococktail import PrescriptionLog
from mesococktail.errors import MesococktailError
from tests.log.helpers import codes, prescribe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def takes_the_next_entry(path: Path, entries: int) -> None:
    """Hold the log at *path* to having that many entries, all sound, and to taking one more."""
    assert codes(path) == set()
    with PrescriptionLog.open(path) as log:
        assert len(log) == entries
        assert prescribe(log, "P-next").seq == entries + 1
        assert log.verify() == []


def in_a_child(work: Callable[[], object]) -> Any:
    """Do *work* in a forked process, and return what it returned: something that JSON can say."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  # the child is not measured
        try:
            said = json.dumps({"done": work()})
        except BaseException as error:  # noqa: BLE001  # told to the parent
            said = json.dumps({"failed": repr(error)})
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0
    answer = json.loads(said)
    assert "failed" not in answer, answer
    return answer["done"]


def refused(act: Callable[[], object]) -> list[str]:
    """Return class and message of the error of ours that an act ends in."""
    try:
        act()
    except MesococktailError as error:
        return [type(error).__name__, str(error)]
    return []
