"""What a pseudonymised export changes, table by table; whatever is not named here is left out.

Free text may hold anything, a name included, so none is exported: only words of our own vocabularies,
units, and words that stand for a text without telling it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import ExportError, QuestionError
from mesococktail.formulary import Formulary
from mesococktail.lake.library import arrow
from mesococktail.lake.pseudonyms import Pseudonyms
from mesococktail.lake.rows import LogSaid, schema_of
from mesococktail.lake.tables import LAKE_TABLES, LOG, Holds, base_of, number_of_log
from mesococktail.log.chain import Receipt
from mesococktail.log.names import COMBINED, LOG_BITS, VOIDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Run = Callable[[str], Iterable[tuple[Any, ...]]]
    """Runs a statement on the copy of the log, and returns its rows."""
    Columns = dict[str, list[Any]]
    """Some rows of a table: the values of each column."""

    from mesococktail.lake.tables import LakeTable

QUASI = ("sex", "birth_year", "indication")
"""What others may know of a person, and so could be told apart by."""
ALIKE = 8
"""So many patients at least must be alike in all of that."""
_DAY = 86400
_DECADE = 10
_TIME = ("utc", "offset", "month", "digits")
_WITH_NUMBERS = frozenset(
    (
        "entry",
        "fact_prescription",
        "fact_ingredient",
        "fact_adjunct",
        "fact_member",
        "fact_session",
        "fact_session_zones",
        "fact_outcome",
        "fact_adverse_event",
        "fact_adverse_event_suspects",
        "fact_patient_facts",
    )
)
"""Tables whose whole numbers are exported. Of others only when and whose they were, and their links."""
_BARE = frozenset(("fact_preparation",))
_NAMES = frozenset(
    ("dim_agent", "dim_combination", "dim_combination_member", "dim_doctor", "dim_patient", "dim_term")
)
_LOW = (1 << LOG_BITS) - 1
_SHUFFLED = frozenset(("patient", "doctor"))
"""Whose numbers were given in the order in which people came."""


@attrs.frozen(slots=False)
class Veil:
    """Renames, shifts and leaves out; made for one log."""

    pseudonyms: Pseudonyms
    left_out: frozenset[str]
    patients: dict[int, str] = attrs.field(repr=False)
    """Ids by number."""
    words: frozenset[str] = attrs.field(repr=False)
    """Every code of our own vocabularies and every agent of our formulary: they name nobody."""
    names: frozenset[str] = attrs.field(repr=False)
    """The names of those agents."""

    @classmethod
    def over(cls, run: Run, pseudonyms: Pseudonyms, leave_out: tuple[str, ...]) -> Veil:
        """Prepare for the log that *run* asks.

        Raises:
            QuestionError: A column cannot be left out.
            ExportError: Too few patients are alike.
        """
        for name in leave_out:
            if name not in QUASI:
                raise QuestionError(
                    "cannot be left out", path="leave_out", got=name, cure=f"choose of {', '.join(QUASI)}"
                )
        left_out = frozenset(leave_out)
        _must_be_alike(run, left_out)
        formulary = Formulary.shipped()
        codes = {term.code for name in formulary.vocabularies for term in formulary.terms(name)}
        return cls(
            pseudonyms,
            left_out,
            dict(run("SELECT id, patient FROM dim_patient")),
            frozenset(codes | set(formulary.agents) | {"chemical", "mechanical"}),
            frozenset(agent.name for agent in formulary.agents.values()),
        )

    def log(self, said: LogSaid, clinic_as: str | None) -> LogSaid:
        """Return what the export says of its log."""
        log = self.pseudonyms.log_id(said.log)
        # The hash of the newest entry is in every file of heads and on every receipt.
        head = Receipt(said.head.seq, self.pseudonyms.hash("head", said.head.hash))
        name = self.pseudonyms.name("clinic", said.name) if clinic_as is None else clinic_as
        number = number_of_log(bytes.fromhex(log))
        return attrs.evolve(said, number=number, log=log, name=name, head=head, pseudonymised=True)

    def batches(self, table: LakeTable, batches: Iterable[Any], said: LogSaid) -> Iterator[Any]:
        """Yield the rows of a table, changed, and in an order that tells nothing."""
        if table.name == LOG:
            yield from batches
            return
        if table.name not in _WITH_NUMBERS | _BARE | _NAMES:
            return
        pa, schema = arrow(), schema_of(table)
        base = base_of(said.number)
        changed = []
        for batch in batches:
            found, empty = self._veiled(table, batch.to_pydict(), base), [None] * len(batch)
            columns = {name: found.get(name, empty) for name in table.names}
            changed.append(pa.RecordBatch.from_pydict(columns, schema))
        if changed:
            whole = pa.Table.from_batches(changed)
            yield from whole.sort_by(table.names[0]).combine_chunks().to_batches()

    def _veiled(self, table: LakeTable, chunk: Columns, base: int) -> Columns:
        shifts = self._shifts(chunk, base)
        found: Columns = {}
        for column in table.columns:
            values = chunk.get(column.name)
            if values is None or any(column.name.startswith(name) for name in self.left_out):
                continue
            part = column.name.rpartition("_")[2]
            if column.holds in (Holds.KEY, Holds.LINK) or column.dimension in _SHUFFLED:
                found[column.name] = [self._number(value, base) for value in values]
            elif column.holds is Holds.TEXT:
                found[column.name] = self._texts(table, column.name, chunk)
            elif part in _TIME:
                if shifts is not None and part == "utc":
                    found |= _shifted(column.name.removesuffix("_utc"), chunk, shifts)
            elif column.name == "birth_year":
                found[column.name] = [value and value - value % _DECADE for value in values]
            elif table.name not in _BARE or column.dimension is not None or column.name == "status":
                found[column.name] = values
        return found

    def _number(self, value: int | None, base: int) -> int | None:
        return None if value is None else base + self.pseudonyms.mixed((value - base) & _LOW)

    def _shifts(self, chunk: Columns, base: int) -> list[int] | None:
        """Return by how many days the times of each row are shifted; None where no times are."""
        if "patient" not in chunk or "at_utc" not in chunk:
            return None
        return [self._days[value - base] for value in chunk["patient"]]

    @cached_property
    def _days(self) -> dict[int, int]:
        return {number: self.pseudonyms.days(name) for number, name in self.patients.items()}

    def _texts(self, table: LakeTable, name: str, chunk: Columns) -> list[str | None]:
        change = self._change_of(table.name, name)
        return [None if value is None else change(value) for value in chunk[name]]

    def _change_of(self, table: str, name: str) -> Callable[[str], str | None]:
        """Return what becomes of the texts of a column: nothing, unless it is known that they are safe."""
        changes: dict[str, Callable[[str], str | None]] = {
            "dim_patient.patient": lambda text: self.pseudonyms.name("patient", text),
            "dim_doctor.doctor": lambda text: self.pseudonyms.name("doctor", text),
            "dim_term.term": self._term,
            "dim_agent.agent": self._agent,
            "dim_agent.name": self._agent_name,
            "dim_combination.combination": self._combination,
            "fact_prescription.indication_stage": lambda stage: stage if _is_stage(stage) else None,
            "fact_outcome.method": lambda text: self.pseudonyms.name("method", text),
            "fact_adverse_event_suspects.name": lambda name: name if name in self.words else None,
        }
        if name == "transcribed_from":
            return lambda _: "an old chart"
        if name.endswith("_unit"):
            return lambda unit: unit
        return changes.get(f"{table}.{name}", lambda _: None)

    def _term(self, text: str) -> str:
        known = all(part in self.words for part in text.split(COMBINED))
        return text if known else self.pseudonyms.name("term", text)

    def _agent(self, agent: str) -> str:
        return agent if agent in self.words else self.pseudonyms.name("agent", agent)

    def _agent_name(self, name: str) -> str:
        """A clinic may call an agent as it likes; our own names of it are no secret."""
        return name if name in self.names else "not told"

    def _combination(self, agents: str) -> str:
        return COMBINED.join(sorted(map(self._agent, agents.split(COMBINED))))


def _is_stage(text: str) -> bool:
    return any(scale.has_stage(text) for scale in Formulary.shipped().terms("scales"))


def _shifted(name: str, chunk: Columns, shifts: Sequence[int]) -> Columns:
    """Return the columns of a time, as whole days by the calendar of the place, shifted."""
    empty = (None,) * len(shifts)
    parts = [chunk.get(f"{name}_{part}", empty) for part in _TIME]
    rows = [
        _shifted_time(utc, offset, month, digits, days)
        for utc, offset, month, digits, days in zip(*parts, shifts, strict=True)
    ]
    return {
        f"{name}_{part}": list(values) for part, values in zip(_TIME, zip(*rows, strict=True), strict=True)
    }


def _shifted_time(
    utc: int | None, offset: int | None, month: int | None, digits: int | None, days: int
) -> tuple[int | None, int | None, int | None, int | None]:
    if utc is None:
        return None, None, None, None
    day = (utc + (offset or 0) * 60) // _DAY * _DAY
    then = datetime.fromtimestamp(day, UTC) + timedelta(days=days)
    if digits is not None and digits < len("2025-03-01"):
        then = then.replace(day=1, month=1 if month is None else then.month)
    new_month = None if month is None else then.year * 100 + then.month
    return int(then.timestamp()), None if offset is None else 0, new_month, digits


def _must_be_alike(run: Run, left_out: frozenset[str]) -> None:
    """Refuse where a patient is one of too few who are alike in what others may know."""
    alike: dict[int, dict[str, Any]] = {number: {} for (number,) in run("SELECT id FROM dim_patient")}
    facts = "SELECT patient, sex, birth_year FROM fact_patient_facts"
    for patient, sex, born in run(f"{facts} WHERE status <> {VOIDED} ORDER BY key"):
        known = alike[patient]
        known |= {} if sex is None else {"sex": sex}
        known |= {} if born is None else {"birth_year": born - born % _DECADE}
    first = "SELECT patient, indication FROM fact_prescription"
    for patient, indication in run(f"{first} WHERE status <> {VOIDED} ORDER BY at_utc, key"):
        alike[patient].setdefault("indication", indication)
    groups: dict[tuple[Any, ...], int] = {}
    looked_at = [name for name in QUASI if name not in left_out]
    for known in alike.values():
        group = tuple(known.get(name) for name in looked_at)
        groups[group] = groups.get(group, 0) + 1
    few = [number for number in groups.values() if number < ALIKE]
    if few:
        raise ExportError(
            f"{sum(few)} of {len(alike)} patients are alike with fewer than {ALIKE - 1} others in "
            f"{', '.join(looked_at)}, and could be told by it",
            path="pseudonymise",
            cure="leave one of these out (--leave-out), or export when there are more patients",
        )


VEILED = tuple(sorted(LAKE_TABLES.keys() - _WITH_NUMBERS - _BARE - _NAMES - {LOG}))
"""Tables that a pseudonymised export has without any rows."""
