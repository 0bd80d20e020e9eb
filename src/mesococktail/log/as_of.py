"""The log as it stood at a time: what had been recorded by then, replayed into a log of its own."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mesococktail.errors import RecordError
from mesococktail.log import chain
from mesococktail.log.transfer import export, restore
from mesococktail.records import time_of

if TYPE_CHECKING:
    from mesococktail.log.log import PrescriptionLog


def as_of(log: PrescriptionLog, time: datetime | str) -> PrescriptionLog:
    """Return a read-only log with the entries recorded up to *time*; see `PrescriptionLog.as_of`.

    Where the machine's clock once went backwards, it is everything up to the last entry of that time or
    an earlier one. What was erased since is in no log any more, and not in this one.
    """
    try:
        moment = time_of(time)
    except RecordError as error:
        raise error.at("time") from None
    if not isinstance(moment, datetime):
        raise RecordError("must be a moment", path="time", got=str(moment), cure="give the hour and its zone")
    [(last,)] = log.rows(
        "SELECT ifnull(max(seq), 0) FROM entry WHERE recorded_at <= ?", (chain.microseconds(moment),)
    )
    folder = tempfile.TemporaryDirectory(prefix="mesococktail-")
    try:
        with tempfile.TemporaryFile(dir=folder.name) as stream:
            export(log, stream, last)
            stream.seek(0)
            path = Path(folder.name) / "as-of.db"
            restore(type(log), path, stream, log.formulary, whole=False).close()
        there = type(log).open(path, read_only=True, formulary=log.formulary)
    except BaseException:
        folder.cleanup()
        raise
    there.keep_until_closed(folder)
    return there
