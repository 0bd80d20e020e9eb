"""What leaves the clinic pseudonymised tells nobody who anybody is, or when anything was."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow.parquet as pq
import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import ExportError, MesococktailError, QuestionError
from mesococktail.lake import FORMATS, LAKE_TABLES, export_tables
from mesococktail.lake.pseudonyms import Pseudonyms
from tests.lake.exports import tables_of, texts_of
from tests.lake.logs import ALIKE, make, secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = 86_400


def column(tables: dict[str, list[tuple[Any, ...]]], table: str, name: str) -> list[Any]:
    """Return the values of a column."""
    place = LAKE_TABLES[table].names.index(name)
    return [row[place] for row in tables[table]]


@pytest.mark.parametrize("form", FORMATS)
def test_no_id_name_note_digest_or_other_text_of_the_log_is_anywhere(
    clinic: Path, veiled: Path, form: str
) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        secrets = secrets_of(log)
        documented = " ".join(meanings())
    assert {"PAT-003", "dr-a", "Ada Secretname", "Riverside Hair Clinic", "Nora Nurse"} <= secrets
    assert len(secrets) > 500
    told = [
        (secret, where)
        for where, text in texts_of(veiled / form)
        for secret in secrets
        if secret in text and not (where in ("README.md", "dictionary.json") and secret in documented)
    ]
    assert told == []


def test_exports_with_different_columns_left_out_cannot_be_put_together(clinic: Path, tmp_path: Path) -> None:
    key, names = tmp_path / "key", []
    for place, left in enumerate((["sex"], ["birth_year"], ["sex"])):
        export_tables(clinic, tmp_path / str(place), pseudonymise=True, key=key, leave_out=left)
        tables = tables_of(tmp_path / str(place))
        names.append({*column(tables, "dim_patient", "patient"), *column(tables, "dim_patient", "id")})
    assert names[0] & names[1] == set()
    assert names[0] == names[2]


def meanings() -> Iterator[str]:
    """Yield what the dictionary says of any export: an example such as dr-a is nobody's."""
    from mesococktail.lake.dictionary import explained

    for table in LAKE_TABLES.values():
        for each in table.columns:
            yield explained(table.name, each)


@pytest.mark.parametrize("form", FORMATS)
def test_the_secrets_would_be_found(clinic: Path, plain: Path, form: str) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        secrets = secrets_of(log)
    text = " ".join(text for _, text in texts_of(plain / form))
    found = {secret for secret in secrets if secret in text}
    assert {"PAT-003", "Ada Secretname", "Riverside Hair Clinic", "L-SECRET-1"} <= found
    assert len(found) > 200


def times_of(log: PrescriptionLog) -> set[datetime]:
    """Return every moment and every day of the log."""
    found = set()
    for entry in log.entries():
        found.add(entry.recorded_at)
        found |= set(_moments(json.loads(entry.document or b"{}")))
    return found


def _moments(said: Any) -> Iterator[datetime]:
    if isinstance(said, dict | list):
        for value in said.values() if isinstance(said, dict) else said:
            yield from _moments(value)
    elif isinstance(said, str) and "T" in said[:11] and said[:2] == "20":
        yield datetime.fromisoformat(said)


@pytest.mark.parametrize("form", FORMATS)
def test_no_moment_of_the_log_is_anywhere(clinic: Path, veiled: Path, form: str) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        moments = times_of(log)
    assert len(moments) > 100
    tables = tables_of(veiled / form)
    numbers = {value for rows in tables.values() for row in rows for value in row}
    assert {int(moment.timestamp()) for moment in moments if moment.timestamp() % DAY} & numbers == set()
    for name in LAKE_TABLES:
        for each in LAKE_TABLES[name].names:
            if each.endswith("_utc"):
                assert all(seconds is None or seconds % DAY == 0 for seconds in column(tables, name, each))
    said = " ".join(text for _, text in texts_of(veiled / form))
    assert [moment for moment in moments if f"{moment:%Y-%m-%dT%H:%M}" in said] == []


def days_by_patient(
    tables: dict[str, list[tuple[Any, ...]]], table: str = "fact_session"
) -> dict[int, list[int]]:
    """Return the days of the records of each patient, as they were written."""
    rows = zip(column(tables, table, "patient"), column(tables, table, "at_utc"), strict=True)
    found: dict[int, list[int]] = {}
    for patient, seconds in rows:
        found.setdefault(patient, []).append(seconds // DAY)
    return {patient: sorted(days) for patient, days in found.items()}


def test_all_times_of_a_patient_are_shifted_alike_and_differently_from_those_of_others(
    plain: Path, veiled: Path
) -> None:
    before, after = tables_of(plain / "csv"), tables_of(veiled / "csv")
    [real, *_] = days_by_patient(before).values()
    gaps = [day - real[0] for day in real]
    shifts = set()
    for patient, days in days_by_patient(after).items():
        assert [day - days[0] for day in days] == gaps
        shifts.add(days[0] - real[0])
        outcomes = days_by_patient(after, "fact_outcome")[patient]
        assert (
            outcomes[0] - days[0] == next(iter(days_by_patient(before, "fact_outcome").values()))[0] - real[0]
        )
    assert len(shifts) > ALIKE // 2
    assert all(0 < abs(days) <= 182 for days in shifts)


def test_months_and_years_are_those_of_the_shifted_times(veiled: Path) -> None:
    tables = tables_of(veiled / "csv")
    for table in ("fact_prescription", "fact_session", "fact_outcome"):
        for seconds, month, digits in zip(
            *(column(tables, table, f"at_{part}") for part in ("utc", "month", "digits")), strict=True
        ):
            day = datetime.fromtimestamp(seconds, UTC)
            assert month == (None if digits == 4 else day.year * 100 + day.month)
            assert digits not in (4, 7) or day.day == 1
    files = (veiled / "parquet" / "fact_prescription").rglob("*.parquet")
    for path in files:
        for seconds in pq.ParquetFile(path).read().column("at_utc").to_pylist():
            assert f"year={datetime.fromtimestamp(seconds, UTC).year}" in str(path)


def test_the_order_of_keys_and_rows_is_not_the_order_of_time(clinic: Path, veiled: Path) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        [(stored,)] = log.rows("SELECT count(*) FROM fact_prescription WHERE status <> 2")
    tables = tables_of(veiled / "csv")
    keys = column(tables, "fact_prescription", "key")
    patients = column(tables, "fact_prescription", "patient")
    assert len(keys) == stored
    assert keys == sorted(keys)
    names: dict[int, str] = dict(tables["dim_patient"])
    groups = [names[patient] for patient in patients]
    # In the log the records of one patient lie together.
    assert sum(one != other for one, other in pairwise(groups)) > 2 * ALIKE


def test_nothing_follows_from_equal_numbers_of_people_and_records() -> None:
    pseudonyms = Pseudonyms(b"k" * 32)
    orders = [pseudonyms.mixed(about) for about in ("patient", "doctor", "record")]
    found = {(about, mixed.of(number)) for about, mixed in enumerate(orders) for number in range(2000)}
    assert len(found) == 6000
    assert len({stands for _, stands in found}) > 5990
    assert all(number != mixed.of(number) for mixed in orders for number in range(1, 2000, 7))


def test_links_still_lead_to_the_records_they_led_to(veiled: Path) -> None:
    tables = tables_of(veiled / "csv")
    patient_of = dict(
        zip(
            column(tables, "fact_prescription", "key"),
            column(tables, "fact_prescription", "patient"),
            strict=True,
        )
    )
    sessions = zip(
        column(tables, "fact_session", "prescription"), column(tables, "fact_session", "patient"), strict=True
    )
    assert all(patient_of[prescription] == patient for prescription, patient in sessions)
    assert set(column(tables, "fact_ingredient", "prescription")) <= patient_of.keys()
    assert set(column(tables, "fact_session", "prescription")) <= patient_of.keys()


def test_what_a_clinic_named_itself_gets_another_name_everywhere(veiled: Path) -> None:
    tables = tables_of(veiled / "csv")
    agents = set(column(tables, "dim_agent", "agent"))
    own = {agent for agent in agents if agent.startswith("agent-")}
    assert {"minoxidil", "biotin"} < agents
    assert len(own) == 2
    for combination in column(tables, "dim_combination", "combination"):
        parts = combination.split(" + ")
        assert set(parts) <= agents
        assert parts == sorted(parts)


def test_a_birth_year_is_that_of_the_decade(veiled: Path) -> None:
    assert set(column(tables_of(veiled / "csv"), "fact_patient_facts", "birth_year")) == {1980}


def test_that_a_chart_was_copied_is_still_known(veiled: Path) -> None:
    copied = column(tables_of(veiled / "csv"), "fact_prescription", "transcribed_from")
    assert copied.count(None) == 3 * ALIKE
    assert len(set(copied)) == 2


def test_the_export_says_that_it_is_pseudonymised(veiled: Path) -> None:
    tables = tables_of(veiled / "csv")
    assert column(tables, "lake_log", "pseudonymised") == [1]
    assert json.loads((veiled / "csv" / "export.json").read_text(encoding="utf-8"))["pseudonymised"] is True


def test_the_key_is_made_once_beside_the_log_for_its_owner_alone(clinic: Path, veiled: Path) -> None:
    key = clinic.with_name("clinic.db.pseudonyms")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    secret = key.read_bytes()
    for form in FORMATS:
        for path in (veiled / form).rglob("*"):
            if path.is_file():
                assert secret not in path.read_bytes()
                assert secret.hex() not in path.read_bytes().decode("latin-1")


def test_the_same_key_gives_the_same_names_and_another_key_others(
    clinic: Path, veiled: Path, tmp_path: Path
) -> None:
    key = clinic.with_name("clinic.db.pseudonyms")
    export_tables(clinic, tmp_path / "same", format="csv", pseudonymise=True, key=key)
    assert tables_of(tmp_path / "same") == tables_of(veiled / "csv")
    export_tables(clinic, tmp_path / "other", format="csv", pseudonymise=True, key=tmp_path / "other.key")
    for table, name in (("dim_patient", "patient"), ("dim_doctor", "doctor"), ("lake_log", "log")):
        ours, others = (
            set(column(tables_of(one), table, name)) for one in (veiled / "csv", tmp_path / "other")
        )
        assert ours & others == set()


def test_the_clinic_may_be_called_something(clinic: Path, tmp_path: Path) -> None:
    export_tables(clinic, tmp_path / "a", pseudonymise=True, clinic_as="north", key=tmp_path / "key")
    assert column(tables_of(tmp_path / "a"), "lake_log", "name") == ["north"]


def test_too_few_patients_who_are_alike_are_not_exported(tmp_path: Path) -> None:
    make(tmp_path / "clinic.db", ALIKE - 1).close()
    with pytest.raises(ExportError) as refused:
        export_tables(tmp_path / "clinic.db", tmp_path / "out", pseudonymise=True)
    assert f"{ALIKE - 1} of {ALIKE - 1} patients" in str(refused.value)
    assert "--leave-out" in str(refused.value)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.partial").exists()


def test_one_who_differs_is_seen_and_what_tells_them_apart_may_be_left_out(tmp_path: Path) -> None:
    with make(tmp_path / "clinic.db", ALIKE + 1) as log:
        facts = next(one for one in log.standing("patient_facts"))
        log.record(attrs.evolve(facts.record, sex="male", at=facts.record.at + timedelta(days=1)))
    with pytest.raises(ExportError, match=f"1 of {ALIKE + 1} patients"):
        export_tables(tmp_path / "clinic.db", tmp_path / "out", pseudonymise=True)
    export_tables(tmp_path / "clinic.db", tmp_path / "out", pseudonymise=True, leave_out=["sex"])
    assert set(column(tables_of(tmp_path / "out"), "fact_patient_facts", "sex")) == {None}


def test_what_cannot_be_left_out_is_refused(clinic: Path, tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="cannot be left out"):
        export_tables(clinic, tmp_path / "out", pseudonymise=True, leave_out=["hair"])
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_key_is_refused(clinic: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(MesococktailError, match="is not a key"):
        export_tables(clinic, tmp_path / "out", pseudonymise=True, key=tmp_path / "key")
