"""A file written by every earlier version opens, verifies and answers the same, for ever.

The samples are files as those versions wrote them, with one of everything in them; they are never made anew.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mesococktail import PrescriptionLog, Study
from mesococktail.errors import LogError, LogVersionError, NotALogError
from mesococktail.log import earlier
from mesococktail.log.schema import EARLIER, FINGERPRINT, LOG_TABLES, fingerprint
from tests.log.helpers import damaging, digest, exported, prescribe, star

GOLDEN = Path(__file__).parents[1] / "golden"
HEADS = {
    "layout-1-prescriptions": "14-RKZTVNWPOR",
    "layout-1-courses": "37-ABTJMWWYII",
}


@pytest.fixture(params=list(HEADS))
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of an earlier version."""
    path = tmp_path / f"{request.param}.db"
    path.write_bytes(gzip.decompress((GOLDEN / f"{request.param}.db.gz").read_bytes()))
    return path


def head(sample: Path) -> str:
    return HEADS[sample.stem]


def print_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return fingerprint(connection)


def test_there_is_a_sample_of_every_earlier_layout() -> None:
    found = set()
    for name in HEADS:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(gzip.decompress((GOLDEN / f"{name}.db.gz").read_bytes()))
            found.add(fingerprint(connection))
            tables = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema")]
            assert set(LOG_TABLES) <= set(tables), "the log tables never change"
    assert found == EARLIER
    assert FINGERPRINT not in found


def test_it_is_read_as_it_is_and_stays_as_it_is(sample: Path) -> None:
    before = digest(sample)
    with PrescriptionLog.open(sample, read_only=True) as log:
        assert str(log.head()) == head(sample)
        assert log.verify(head=head(sample)) == []
        assert all(one.record is not None for one in log.entries() if one.document)
        assert Study(log).combinations().rows
        with pytest.raises(LogError, match="open read-only"):
            prescribe(log)
    assert digest(sample) == before


def test_to_be_written_it_is_upgraded_first_and_the_message_says_how(sample: Path) -> None:
    before = digest(sample)
    with pytest.raises(LogVersionError, match=r"was made by an earlier version.*; mesococktail rebuild --db"):
        PrescriptionLog.open(sample)
    assert digest(sample) == before
    assert PrescriptionLog.upgrade(sample) == int(head(sample).split("-")[0])
    with PrescriptionLog.open(sample) as log:
        assert log.verify(head=head(sample)) == []
        derived = star(log)
        log.rebuild()
        assert star(log) == derived
        prescribe(log, "P-new")
        assert log.verify(head=head(sample)) == []
        assert PrescriptionLog.upgrade(sample) == 0


def test_upgraded_or_only_read_it_answers_the_same(sample: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(sample, read_only=True) as log:
        read, sent = star(log), exported(log)
        asked = Study(log).combinations().rows
    PrescriptionLog.upgrade(sample)
    with PrescriptionLog.open(sample, read_only=True) as log:
        assert star(log) == read
        assert exported(log) == sent
        assert Study(log).combinations().rows == asked
    with PrescriptionLog.restore(tmp_path / "other.db", io.BytesIO(sent)) as other:
        assert star(other) == read


@pytest.mark.parametrize("step", ["renew_layout", "rebuild"])
def test_an_interrupted_upgrade_leaves_the_old_tables_in_place(
    sample: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real = getattr(earlier, step)

    def interrupted(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    with closing(sqlite3.connect(sample)) as connection:
        before = list(connection.iterdump())
    monkeypatch.setattr(earlier, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        PrescriptionLog.upgrade(sample)
    with closing(sqlite3.connect(sample)) as connection:
        assert list(connection.iterdump()) == before
    monkeypatch.undo()
    assert PrescriptionLog.upgrade(sample) > 0


def test_an_interrupted_reading_leaves_no_copy(
    sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(copies))

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(earlier, "upgrade", interrupted)
    with pytest.raises(KeyboardInterrupt):
        PrescriptionLog.open(sample, read_only=True)
    assert list(copies.iterdir()) == []


def test_a_changed_earlier_log_is_found_as_any_other(sample: Path) -> None:
    with damaging(sample) as connection:
        connection.execute("UPDATE entry SET recorded_by = 'dr-z' WHERE seq = 3")
    assert print_of(sample) in EARLIER
    with PrescriptionLog.open(sample, read_only=True) as log:
        assert {one.code for one in log.verify()} == {"broken_link"}


def test_tables_of_one_layout_that_claim_to_be_another_are_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(NotALogError, match="are not the ones this library made"):
        PrescriptionLog.open(path)


def test_a_newer_file_is_refused_with_the_version_that_can_read_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA user_version = 3; DROP VIEW about; CREATE VIEW about AS SELECT '4.5.0' AS readable_from"
        )
    with pytest.raises(LogVersionError, match=r"layout 3; .*upgrade .*: version 4\.5\.0 or later reads it"):
        PrescriptionLog.open(path, read_only=True)


def test_a_newer_file_that_does_not_say_who_reads_it_is_refused_all_the_same(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA user_version = 3; DROP VIEW about")
    with pytest.raises(LogVersionError, match=r"; upgrade mesococktail on this machine$"):
        PrescriptionLog.open(path)
