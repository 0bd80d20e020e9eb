"""What is exported is what the log's tables hold, in every format."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail import PrescriptionLog
from mesococktail.lake import FORMATS, LAKE_TABLES, export_tables
from mesococktail.log.tables import star_table_names
from tests.lake.exports import Rows, tables_of
from tests.research.logs import Story, make, stories

if TYPE_CHECKING:
    from mesococktail.lake.tables import LakeColumn


def expected(log: PrescriptionLog) -> dict[str, Rows]:
    """Return the rows of the star, with numbers made unique and links followed, by plain Python."""
    base = (int.from_bytes(sha256(bytes.fromhex(log.id)).digest(), "big") >> 226) << 32
    keys = dict(log.rows("SELECT id, seq FROM entry WHERE version = 1"))

    def value(column: LakeColumn, stored: Any) -> Any:
        if stored is None or not column.counts_in_log:
            return stored
        return base + (keys[stored] if isinstance(stored, bytes) else stored)

    found = {}
    for table in star_table_names():
        columns = LAKE_TABLES[table].columns
        rows = log.rows(f"SELECT {', '.join(LAKE_TABLES[table].names)} FROM {table}")
        found[table] = sorted(
            (tuple(value(column, one) for column, one in zip(columns, row, strict=True)) for row in rows),
            key=repr,
        )
    return found


def rows_of(folder: Path) -> dict[str, Rows]:
    """Return the tables of the star in an export, sorted."""
    found = tables_of(folder)
    return {table: sorted(found[table], key=repr) for table in star_table_names()}


@pytest.mark.parametrize("form", FORMATS)
def test_every_table_is_exported_whole(clinic: Path, plain: Path, form: str) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        assert rows_of(plain / form) == expected(log)


@given(stories(), st.sampled_from(FORMATS))
@settings(max_examples=15, deadline=None)
def test_every_table_of_any_log_is_exported_whole(story: Story, form: str) -> None:
    with TemporaryDirectory() as folder, make(Path(folder) / "log.db") as log:
        story.tell(log)
        export_tables(log, Path(folder) / form, format=form)
        assert rows_of(Path(folder) / form) == expected(log)


@pytest.mark.parametrize("form", FORMATS)
def test_the_log_is_told_with_its_head(clinic: Path, plain: Path, form: str) -> None:
    with PrescriptionLog.open(clinic, read_only=True) as log:
        [row] = tables_of(plain / form)["lake_log"]
        head = log.head()
        assert row[1:5] == (log.id, log.clinic, head.seq, head.hash)
        assert row[-2:] == (0, None)


@pytest.mark.parametrize("form", FORMATS)
def test_every_link_leads_to_a_record(plain: Path, form: str) -> None:
    tables = tables_of(plain / form)
    keys = {row[0] for table in tables if table.startswith("fact_") for row in tables[table]}
    prescription = LAKE_TABLES["fact_session"].names.index("prescription")
    linked = {row[prescription] for row in tables["fact_session"]}
    assert linked <= keys
    assert len(linked) > 1


def test_parquet_files_are_filed_by_clinic_and_year(plain: Path) -> None:
    folder = plain / "parquet"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}
    assert "fact_prescription/clinic=Riverside%20Hair%20Clinic/year=2025/part-0.parquet" in found
    assert "fact_prescription/clinic=Riverside%20Hair%20Clinic/year=2019/part-0.parquet" in found
    assert "fact_ingredient/clinic=Riverside%20Hair%20Clinic/year=2019/part-0.parquet" in found
    assert "dim_agent/clinic=Riverside%20Hair%20Clinic/part-0.parquet" in found
    assert all(any(one.startswith(f"{table}/") for one in found) for table in LAKE_TABLES)


def test_an_empty_cell_of_csv_is_nothing_and_a_text_is_quoted(plain: Path) -> None:
    [header, row] = (plain / "csv" / "fact_doctor.csv").read_text(encoding="utf-8").splitlines()
    assert header == ",".join(f'"{name}"' for name in LAKE_TABLES["fact_doctor"].names)
    assert row.endswith(',"Ada Secretname","hair secrets","L-SECRET-1"')
    assert ",," in (plain / "csv" / "fact_prescription.csv").read_text(encoding="utf-8")
