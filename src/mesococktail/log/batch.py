"""Many records at once: streamed, one transaction a batch, every refused one named with its cure."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import BatchError, DocumentError, MesococktailError, RecordError
from mesococktail.log.acts import same_doctor
from mesococktail.log.chain import Receipt
from mesococktail.log.ids import bytes_of
from mesococktail.log.links import any_read_by
from mesococktail.log.writer import Act
from mesococktail.records import KINDS, READ_BY, admit, complete, document, name_of, read_json
from mesococktail.records.compiled import Compiled
from mesococktail.records.json_text import LONGEST
from mesococktail.records.kinds import check_number
from mesococktail.records.reading import given_record, stored_record

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from mesococktail.log.recorder import Recorder

ENVELOPE = ("kind", "id", "recorded_by")
MOST_LISTED = 1000
_MOST_AT_ONCE = 1_000_000


@attrs.frozen
class Refused:
    """One record that was not taken."""

    line: int
    """Its place among those given, from 1: the line of a file."""
    error: MesococktailError

    def __str__(self) -> str:
        return "\n".join(
            f"line {self.line}: {finding.path}: {finding.message}" for finding in self.error.findings
        )


@attrs.frozen
class BatchReport:
    """What became of many records."""

    read: int
    appended: int
    repeated: int
    """Already there, with the same id and content."""
    refused: tuple[Refused, ...]
    """The first thousand of them."""
    refused_count: int
    head: Receipt


@attrs.define
class _Made:
    """One that can be read: its stored form already, where nothing else need be looked at."""

    line: int
    kind: str
    id: bytes | None
    recorded_by: str | None
    document: bytes | None = None
    content: dict[str, Any] | None = None
    given: Any = None
    """The record, where `document` is still to be made of it."""

    @property
    def record(self) -> Any:  # noqa: ANN401  # any kind
        return self.given if self.document is None else stored_record(self.kind, self.document)


def append_many(
    log: Recorder,
    records: Iterable[object],
    kind: str,
    on_refused: str,
    batch: int,
    recorded_by: str | None,
    progress: Callable[[int], None] | None,
    *,
    dry_run: bool = False,
) -> BatchReport:
    """Append records batch by batch; see `Recorder.append_many`. A dry run only checks them."""
    if on_refused not in ("stop", "report"):
        raise RecordError("must be stop or report", path="on_refused", got=on_refused)
    if isinstance(records, str | bytes | Mapping) or not isinstance(records, Iterable):
        raise RecordError(
            "must be many records", path="records", got=type(records).__name__, cure="put it in a list"
        )
    if type(batch) is not int or not 1 <= batch <= _MOST_AT_ONCE:
        raise RecordError(f"must be a whole number from 1 to {_MOST_AT_ONCE}", path="batch", got=batch)
    run = _Run(log, kind, on_refused, recorded_by, dry_run=dry_run)
    numbered = enumerate(iter(records), start=1)
    while some := list(islice(numbered, batch)):
        run.take(some)
        if progress is not None:
            progress(run.read)
    return run.report()


class _Run:
    def __init__(
        self, log: Recorder, kind: str, on_refused: str, recorded_by: str | None, *, dry_run: bool
    ) -> None:
        self._log = log
        self._kind = kind
        self._stops = on_refused == "stop"
        self._by = recorded_by
        self._dry = dry_run
        self._now = datetime.now(UTC)
        self._compiled = Compiled(log.formulary, self._now)
        self._kept = 0
        self._appended = 0
        self._repeated = 0
        self._refused: list[Refused] = []
        self._refused_count = 0
        self._alone = True
        """Whether the log has nothing else that checks on a prescription read."""
        self.read = 0

    def report(self) -> BatchReport:
        return BatchReport(
            self.read,
            self._appended,
            self._repeated,
            tuple(self._refused),
            self._refused_count,
            self._log.head(),
        )

    def take(self, some: list[tuple[int, object]]) -> None:
        # What needs no lock is done before it is held.
        self._now = datetime.now(UTC)
        made = [one for one in (self._made(line, given) for line, given in some) if one is not None]
        if self._dry:
            self._appended += len(made)
        else:
            done = self._log.write_batch(lambda sqlite: self._acts(sqlite, made))
            self._appended += done
        self.read = self._kept = some[-1][0]

    def _made(self, line: int, given: object) -> _Made | None:
        try:
            return self._read(line, given)
        except MesococktailError as error:
            self._refuse(line, error)
            return None

    def _read(self, line: int, given: object) -> _Made | None:
        if isinstance(given, str | bytes):
            if len(given) <= LONGEST and not given.strip():
                return None  # what is longer may have more behind the blanks that came
            given = read_json(given)
        kind, record_id, by = self._kind, None, self._by
        if isinstance(given, Mapping):
            check_number(given)
            if not given.keys().isdisjoint(ENVELOPE):
                envelope = {name: given[name] for name in ENVELOPE if name in given}
                if kind == "doctor" or envelope.get("kind") == "doctor":
                    # A doctor's own id is a field of the record.
                    envelope.pop("id", None)
                given = {name: value for name, value in given.items() if name not in envelope}
                kind, by = envelope.get("kind", kind), envelope.get("recorded_by", by)
                record_id = None if "id" not in envelope else bytes_of(envelope["id"])
            if (
                kind == "prescription"
                and isinstance(given, dict)
                and (stored := self._compiled.stored(given)) is not None
            ):
                return _Made(line, kind, record_id, self._log.author(by), stored[1], stored[0])
            given = given_record(kind, given, self._log.formulary)
        elif type(given) not in KINDS.values():
            raise DocumentError("must be a record, a mapping or a line of JSON", got=type(given).__name__)
        if self._dry:
            admit(self._complete(given))
        return _Made(line, name_of(given), record_id, self._log.author(by), given=given)

    def _complete(self, given: object) -> Any:  # noqa: ANN401  # the kind it was given
        return complete(given, self._log.formulary, self._now)

    def _acts(self, sqlite: sqlite3.Connection, made: list[_Made]) -> Iterator[Act]:
        """Yield the acts of a batch, inside its transaction."""
        doctors: set[str] = set()
        self._alone = not any_read_by(sqlite, "prescription")
        for one in made:
            try:
                act = self._act(sqlite, one, doctors)
            except MesococktailError as error:
                self._refuse(one.line, error)
                continue
            if act is not None:
                yield act

    def _act(self, sqlite: sqlite3.Connection, one: _Made, doctors: set[str]) -> Act | None:
        if one.kind == "doctor":
            known = self._log.registered(one.given.id)
            if known is not None:
                same_doctor(known, one.given.id, document(one.given))
                self._repeated += 1
                return None
        elif one.id is not None and self._log.repeated(sqlite, one.id, lambda: self._complete(one.record)):
            self._repeated += 1
            return None
        if one.kind in READ_BY["prescription"]:
            self._alone = False
        content, said = one.content, one.document
        if content is None or said is None or not (self._alone and content["doctor"] in doctors):
            # What it points to may stand before it in the same batch.
            self._log.flush(sqlite)
            record = self._log.considered(sqlite, one.record, one.kind)
            said = document(record)
            content = json.loads(said)
            doctors.add(getattr(record, "doctor", ""))
        return Act(
            "record",
            one.kind,
            one.id or self._log.new_id(),
            1,
            one.recorded_by,
            time.time_ns() // 1000,
            None,
            said,
            content,
        )

    def _refuse(self, line: int, error: MesococktailError) -> None:
        if self._stops:
            raise BatchError(
                f"line {line} was refused: {error}",
                cure=f"mend it and go on from line {self._kept + 1}; lines before that are in the log"
                if self._kept
                else "mend it; nothing was written",
                findings=[finding.under(f"line {line}") for finding in error.findings],
            )
        self._refused_count += 1
        if len(self._refused) < MOST_LISTED:
            self._refused.append(Refused(line, error))
