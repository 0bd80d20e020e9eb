"""What a pseudonymised export changes, table by table; whatever is not named here is left out.

Free text may hold anything, a name included, so none is exported: only words of our own vocabularies,
units, and words that stand for a text without telling it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import AgentError, ExportError, QuestionError
from mesococktail.formulary import Formulary
from mesococktail.lake.library import arrow
from mesococktail.lake.pseudonyms import Mixed, Pseudonyms
from mesococktail.lake.rows import LogSaid, schema_of
from mesococktail.lake.tables import LAKE_TABLES, LOG, Holds, base_of, number_of_log
from mesococktail.log.chain import Receipt
from mesococktail.log.names import COMBINED, LOG_BITS, VOIDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Run = Callable[[str], Iterable[tuple[Any, ...]]]
    """Runs a statement on the copy of the log, and returns its rows."""
    Columns = dict[str, list[Any]]
    """Some rows of a table: the values of each column."""

    from mesococktail.lake.tables import LakeTable

QUASI = ("sex", "birth_year", "indication", "stage")
"""What others may know of a person, and so could be told apart by."""
ALIKE = 8
"""So many patients at least must be alike in all of that."""
_LEFT_OUT_WITH = {
    "sex": ("sex", "indication_scale", "indication_stage"),
    "birth_year": ("birth_year",),
    "indication": ("indication", "indication_scale", "indication_stage"),
    "stage": ("indication_scale", "indication_stage"),
}
"""Columns that are not exported where something is left out: most scales are of one sex."""
_NEVER = frozenset(
    (
        *("could_become_pregnant", "partner_could_become_pregnant", "pregnancy", "pregnancy_established"),
        *("formulary", "not_run"),
    )
)
"""Columns that nothing is counted by: some tell the sex, and more, and some when a record was made."""
_OF_ONE_SEX = ("hamilton_norwood", "ludwig", "savin", "sinclair", "semen_parameters")
"""Measures of outcomes that tell the sex."""
_DAY = 86400
_DECADE = 10
_TIME = ("utc", "offset", "month", "digits")
_WITH_NUMBERS = frozenset(
    (
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
_DATED = _WITH_NUMBERS | _BARE
_NAMES = frozenset(
    ("dim_agent", "dim_combination", "dim_combination_member", "dim_doctor", "dim_patient", "dim_term")
)
_LOW = (1 << LOG_BITS) - 1
_SHUFFLED = ("patient", "doctor")
"""Whose numbers were given in the order in which people came."""
_RECORD = "record"


@attrs.frozen(slots=False)
class Veil:
    """Renames, shifts and leaves out; made for one log."""

    pseudonyms: Pseudonyms
    left_out: frozenset[str]
    """Columns."""
    voided: tuple[int, ...] = attrs.field(repr=False)
    """Keys of the records that should never have existed, and are not exported."""
    of_one_sex: tuple[int, ...] = attrs.field(repr=False)
    """Numbers of the measures that are not exported, as they tell the sex that is left out."""
    patients: dict[int, str] = attrs.field(repr=False)
    """Ids by number."""
    formulary: Formulary = attrs.field(repr=False)
    """Ours."""
    agents: frozenset[str] = attrs.field(repr=False)
    """Ids of the agents of this log."""
    words: frozenset[str] = attrs.field(repr=False)
    """Every code of our own vocabularies and every agent of our formulary: they name nobody."""
    names: frozenset[str] = attrs.field(repr=False)
    """The names of those agents."""

    @classmethod
    def over(cls, run: Run, pseudonyms: Pseudonyms, leave_out: frozenset[str]) -> Veil:
        """Prepare for the log that *run* asks.

        Raises:
            ExportError: Too few patients are alike.
        """
        _must_be_alike(run, leave_out)
        formulary = Formulary.shipped()
        codes = {term.code for name in formulary.vocabularies for term in formulary.terms(name)}
        return cls(
            pseudonyms,
            frozenset(column for name in leave_out for column in _LEFT_OUT_WITH[name]) | _NEVER,
            _voided(run),
            _numbers_of_one_sex(run) if "sex" in leave_out else (),
            dict(run("SELECT id, patient FROM dim_patient")),
            formulary,
            frozenset(agent for (agent,) in run("SELECT agent FROM dim_agent")),
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
        if table.name not in _DATED | _NAMES:
            return
        pa, schema = arrow(), schema_of(table)
        base = base_of(said.number)
        changed = []
        for batch in self._kept(table, batches, base):
            found, empty = self._veiled(table, batch.to_pydict(), base), [None] * len(batch)
            columns = {name: found.get(name, empty) for name in table.names}
            changed.append(pa.RecordBatch.from_pydict(columns, schema))
        if changed:
            whole = pa.Table.from_batches(changed)
            yield from whole.sort_by(table.names[0]).combine_chunks().to_batches()

    def _kept(self, table: LakeTable, batches: Iterable[Any], base: int) -> Iterator[Any]:
        """Yield the rows that are exported: of no voided record, and of no measure that tells the sex."""
        pa = arrow()
        unwanted = [(table.key, self.voided)]
        if table.name == "fact_outcome":
            unwanted.append(("measure", self.of_one_sex))
        gone = {
            column: pa.array([base + number for number in numbers], pa.int64())
            for column, numbers in unwanted
            if column is not None and numbers
        }
        for batch in batches:
            kept = batch
            for column, numbers in gone.items():
                kept = kept.filter(pa.compute.invert(pa.compute.is_in(kept.column(column), numbers)))
            if len(kept):
                yield kept

    def _veiled(self, table: LakeTable, chunk: Columns, base: int) -> Columns:
        shifts = self._shifts(chunk, base)
        found: Columns = {}
        for column in table.columns:
            values = chunk.get(column.name)
            if values is None or column.name in self.left_out:
                continue
            part = column.name.rpartition("_")[2]
            if column.holds in (Holds.KEY, Holds.LINK) or column.dimension in _SHUFFLED:
                mixed = self._mixed[column.dimension or _RECORD]
                found[column.name] = [
                    None if value is None else base + mixed.of((value - base) & _LOW) for value in values
                ]
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

    @cached_property
    def _mixed(self) -> dict[str, Mixed]:
        return {about: self.pseudonyms.mixed(about) for about in (*_SHUFFLED, _RECORD)}

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
            "fact_adverse_event_suspects.name": self._suspect,
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

    def _suspect(self, name: str) -> str | None:
        """An agent is known by any of its names, a clinic's own by its id; other suspects may be anything."""
        try:
            return self.formulary.find(name).agent.id
        except AgentError:
            return self._agent(name) if name in self.agents else None

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


def left_out_given(given: object) -> frozenset[str]:
    """Return what is to be left out.

    Raises:
        QuestionError: It is not a list of what can be.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise QuestionError("must be a list of words", path="leave_out", got=given, cure='write ["sex"]')
    found = list(given)
    for name in found:
        if name not in QUASI:
            raise QuestionError(
                "cannot be left out", path="leave_out", got=name, cure=f"choose of {', '.join(QUASI)}"
            )
    return frozenset(found)


def _exported() -> list[LakeTable]:
    """Return the tables of records that are exported."""
    return [table for name, table in LAKE_TABLES.items() if name in _DATED and "status" in table.names]


def _voided(run: Run) -> tuple[int, ...]:
    found = (f"SELECT {table.key} FROM {table.name} WHERE status = {VOIDED}" for table in _exported())
    return tuple(number for sql in found for (number,) in run(sql))


def _numbers_of_one_sex(run: Run) -> tuple[int, ...]:
    codes = ", ".join(f"'{code}'" for code in _OF_ONE_SEX)
    return tuple(number for (number,) in run(f"SELECT id FROM dim_term WHERE term IN ({codes})"))


def _must_be_alike(run: Run, leave_out: frozenset[str]) -> None:
    """Refuse where a patient is one of too few who are alike in what others may know.

    All that is exported of a patient about it is looked at, also what a newer record corrected.
    """
    alike: dict[int, set[tuple[str, int | str]]] = {}
    for table in _exported():
        for (patient,) in run(f"SELECT DISTINCT patient FROM {table.name} WHERE status <> {VOIDED}"):
            alike.setdefault(patient, set())
    for name, where, value in _looked_at(run, leave_out):
        known = f"{value} IS NOT NULL AND status <> {VOIDED}"
        for patient, said in run(f"SELECT DISTINCT patient, {value} FROM {where} WHERE {known}"):
            alike[patient].add((name, said))
    groups = Counter(frozenset(known) for known in alike.values())
    few = [number for number in groups.values() if number < ALIKE]
    if few:
        raise ExportError(
            f"{sum(few)} of {len(alike)} patients are alike with fewer than {ALIKE - 1} others in "
            f"{', '.join(name for name in QUASI if name not in leave_out)}, and could be told by it",
            path="pseudonymise",
            cure="leave one of these out (--leave-out), or export when there are more patients",
        )


def _looked_at(run: Run, leave_out: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is looked at: what it is, and its table and value."""
    if "sex" not in leave_out:
        yield "sex", "fact_patient_facts", "sex"
        telling = ", ".join(map(str, _numbers_of_one_sex(run)))
        yield "measure", "fact_outcome", f"CASE WHEN measure IN ({telling}) THEN measure END"
    if "birth_year" not in leave_out:
        yield "birth_year", "fact_patient_facts", f"birth_year - birth_year % {_DECADE}"
    if "indication" not in leave_out:
        yield "indication", "fact_prescription", "indication"
    if not leave_out & {"sex", "indication", "stage"}:
        yield "scale", "fact_prescription", "indication_scale"
        yield "stage", "fact_prescription", "indication_stage"
