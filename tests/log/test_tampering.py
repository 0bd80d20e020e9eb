"""Somebody who can write the file and knows how: verify finds it, where needed with a head kept elsewhere."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import LogBrokenError, MesococktailError, NotALogError
from mesococktail.log import Receipt, chain
from mesococktail.log import verify as verify_module
from tests.log.helpers import GIVEN, codes, damaging, exported, make, prescribe

if TYPE_CHECKING:
    from pathlib import Path

    from mesococktail import Finding

_CHAIN = {
    "document edited": "UPDATE payload SET document = replace(document, '5 mg', '6 mg') WHERE seq = 3",
    "document is not JSON": "UPDATE payload SET document = 'no' WHERE seq = 3",
    "document is too deep": (
        "UPDATE payload SET document = replace(hex(zeroblob(50000)), '00', '[') WHERE seq = 3"
    ),
    "recorded by": "UPDATE entry SET recorded_by = 'dr-z' WHERE seq = 3",
    "time": "UPDATE entry SET recorded_at = recorded_at + 1 WHERE seq = 3",
    "act": "UPDATE entry SET act = 'amend' WHERE seq = 3",
    "kind": "UPDATE entry SET kind = 'nothing' WHERE seq = 3",
    "hash": "UPDATE entry SET hash = zeroblob(32) WHERE seq = 3",
    "salt": "UPDATE payload SET salt = zeroblob(16) WHERE seq = 3",
    "commitment gone": "UPDATE entry SET commitment = NULL WHERE seq = 3",
    "middle entry removed": "DELETE FROM payload WHERE seq = 3; DELETE FROM entry WHERE seq = 3",
    "payload gone": "DELETE FROM payload WHERE seq = 3",
    "payloads swapped": (
        "UPDATE payload SET seq = 100 WHERE seq = 3; UPDATE payload SET seq = 3 WHERE seq = 4; "
        "UPDATE payload SET seq = 4 WHERE seq = 100"
    ),
    "stray payload": "INSERT INTO payload VALUES (99, zeroblob(16), '{}')",
    "identity of the log": "UPDATE log SET clinic = 'other'",
}


@pytest.mark.parametrize("change", _CHAIN.values(), ids=_CHAIN.keys())
def test_the_chain_finds_a_change_of_what_was_logged(path: Path, change: str) -> None:
    with damaging(path) as connection:
        connection.executescript(change)
    assert codes(path) & {"broken_link", "broken_payload", "missing_payload", "gap", "stray_payload"}


def test_an_edit_whose_commitment_was_made_to_fit_breaks_the_link(path: Path) -> None:
    with damaging(path) as connection:
        salt, document = connection.execute("SELECT salt, document FROM payload WHERE seq = 3").fetchone()
        edited = document.replace("5 mg", "6 mg")
        connection.execute("UPDATE payload SET document = ? WHERE seq = 3", (edited,))
        committed = chain.commitment(salt, edited.encode())
        connection.execute("UPDATE entry SET commitment = ? WHERE seq = 3", (committed,))
    assert "broken_link" in codes(path)


_STAR = {
    "row changed": "UPDATE fact_prescription SET at_month = 199001 WHERE key = 3",
    "dose changed": (
        "UPDATE fact_ingredient SET dose_counts = dose_counts + 1 WHERE prescription = 3 AND position = 0"
    ),
    "status changed": "UPDATE fact_prescription SET status = 2 WHERE key = 3",
    "row gone": "DELETE FROM fact_ingredient WHERE prescription = 3",
    "extra row behind the end": "INSERT INTO fact_member VALUES (99, 0, 1)",
    "extra row before the start": "INSERT INTO fact_member VALUES (0, 0, 1)",
    "extra row of a record": "INSERT INTO fact_member VALUES (3, 0, 1)",
    "extra row at the number of a correction": "INSERT INTO fact_member VALUES (7, 0, 1)",
    "text changed": "UPDATE dim_patient SET patient = 'P-x' WHERE id = 2",
    "combination changed": "UPDATE dim_combination SET combination = 'biotin + x' WHERE id = 1",
    "agent renamed": "UPDATE dim_agent SET name = 'Regaine' WHERE agent = 'minoxidil'",
    "extra text": "INSERT INTO dim_patient VALUES (50, 'P-x')",
    "member gone": "DELETE FROM dim_combination_member WHERE agent = 1",
    "member exchanged": (
        "UPDATE dim_combination_member SET agent = (SELECT max(id) FROM dim_agent) WHERE agent = 1"
    ),
    "numbers exchanged": (
        "UPDATE dim_patient SET id = 100 WHERE id = 2; UPDATE dim_patient SET id = 2 WHERE id = 3; "
        "UPDATE dim_patient SET id = 3 WHERE id = 100"
    ),
    "corrected record changed": "UPDATE fact_prescription SET at_month = 199001 WHERE key = 2",
}


@pytest.mark.parametrize("change", _STAR.values(), ids=_STAR.keys())
def test_deriving_it_anew_finds_a_change_of_the_star_and_rebuild_mends_it(path: Path, change: str) -> None:
    with PrescriptionLog.open(path) as log:
        entry = next(log.prescriptions())
        log.amend(entry, attrs.evolve(entry.record, rationale="dry"), reason="missing")
        prescribe(log, cocktail="caffeine 5 mg (principal) + dexpanthenol 5 mg (complementary)")
    with damaging(path) as connection:
        connection.executescript(change)
    assert codes(path) == {"star"}
    with PrescriptionLog.open(path) as log:
        log.rebuild()
        assert log.verify() == []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM payload WHERE seq > 4; DELETE FROM entry WHERE seq > 4; "
        "DELETE FROM fact_ingredient WHERE prescription > 4; DELETE FROM fact_prescription WHERE key > 4",
        "DELETE FROM payload; DELETE FROM fact_ingredient; DELETE FROM fact_prescription; DELETE "
        "FROM fact_doctor; "
        "DELETE FROM entry; DELETE FROM dim_combination_member; DELETE FROM dim_combination; DELETE "
        "FROM dim_agent; "
        "DELETE FROM dim_patient; DELETE FROM dim_term; DELETE FROM dim_doctor",
    ],
    ids=["tail cut", "emptied"],
)
def test_a_kept_head_finds_a_cut_that_the_chain_cannot_see(path: Path, change: str) -> None:
    with PrescriptionLog.open(path) as log:
        head = log.head()
    with damaging(path) as connection:
        connection.executescript(change)
    with PrescriptionLog.open(path) as log:
        log.rebuild()
    assert codes(path) == set()
    assert codes(path, head=head) == {"receipt"}
    assert codes(path, head=str(head)) == {"receipt"}


def test_a_kept_receipt_finds_a_log_that_was_rewritten_from_the_start(path: Path, tmp_path: Path) -> None:
    with PrescriptionLog.open(path) as log:
        kept = [entry.receipt for entry in log.entries()]
        assert log.verify(receipts=[*kept, *map(str, kept)]) == []
    with make(tmp_path / "forged.db", 5) as forged:
        assert forged.verify() == []
        assert {finding.code for finding in forged.verify(receipts=kept[:1])} == {"receipt"}


def test_two_receipts_of_one_entry_are_both_looked_at(log: PrescriptionLog) -> None:
    head = log.head()
    wrong = Receipt(head.seq, "A" * 52)
    for kept in ([wrong, head], [head, wrong]):
        assert [finding.code for finding in log.verify(receipts=kept)] == ["receipt"]


def test_the_head_of_an_empty_log_can_be_kept_as_well(tmp_path: Path) -> None:
    with PrescriptionLog.create(tmp_path / "a.db", clinic="a") as log:
        head = log.head()
        assert len(log) == 0
        assert log.verify(head=str(head)) == []
        assert log.verify(head=Receipt(0, "A" * 10)) != []


def test_a_trigger_that_is_gone_is_noticed_while_the_log_is_open(path: Path, log: PrescriptionLog) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER entry_in_order")
    assert {finding.code for finding in log.verify()} == {"layout"}


def test_a_log_without_its_identity_is_broken(path: Path) -> None:
    with damaging(path) as connection:
        connection.execute("DELETE FROM log")
    with pytest.raises(LogBrokenError, match="does not say whose log it is"):
        PrescriptionLog.open(path)


def test_the_list_of_findings_ends(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_module, "MOST_FINDINGS", 3)
    with damaging(path) as connection:
        connection.execute("UPDATE entry SET recorded_by = 'x'")
    with PrescriptionLog.open(path, read_only=True) as log:
        found = log.verify()
    assert [finding.code for finding in found] == ["broken_link"] * 3 + ["too_many"]


def test_a_damaged_index_is_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'prescription_patient'"
        ).fetchone()
    raw = bytearray(path.read_bytes())
    raw[root * size - 3] ^= 1
    path.write_bytes(raw)
    assert "integrity" in codes(path)


def _with_byte(path: Path, place: int, mask: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= mask
    path.write_bytes(raw)


@pytest.mark.parametrize("place", [35, 39, 107], ids=["first free page", "number of them", "schema page"])
def test_damage_where_sqlite_keeps_its_own_books_is_found(path: Path, place: int) -> None:
    _with_byte(path, place, 1)
    assert codes(path) == {"integrity"}


def test_a_mark_that_forbids_writing_is_found_where_somebody_wants_to_write(path: Path) -> None:
    _with_byte(path, 18, 4)
    assert codes(path) == set()
    with PrescriptionLog.open(path) as log:
        assert {finding.code for finding in log.verify()} == {"log_read_only"}


def test_verify_leaves_every_byte_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    with PrescriptionLog.open(path) as log:
        assert log.verify() == []
    assert path.read_bytes() == before


def test_verify_does_not_mind_that_somebody_else_is_writing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesococktail.log.connection.BUSY_SECONDS", 0.1)
    with PrescriptionLog.open(path) as log, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert log.verify() == []


@pytest.mark.parametrize("field", ["clinic", "log_id", "created_at"])
def test_a_log_whose_identity_is_damaged_is_not_opened(path: Path, field: str) -> None:
    with damaging(path) as connection:
        sql = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'log'").fetchone()[0]
        row = dict(zip(("clinic", "log_id", "created_at"), ("c", bytes(16), 1), strict=True)) | {field: None}
        connection.execute("DROP TABLE log")
        connection.execute("CREATE TABLE log (clinic, log_id, created_at)")
        connection.execute("INSERT INTO log VALUES (:clinic, :log_id, :created_at)", row)
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'log'", (sql,))
    with pytest.raises(LogBrokenError, match="whose log it is cannot be read; restore a backup"):
        PrescriptionLog.open(path)


def test_an_entry_whose_hash_is_gone_has_no_receipt() -> None:
    with pytest.raises(LogBrokenError, match="entry 7: is damaged; verify the log, and restore"):
        chain.Receipt.of(7, None)


def test_an_export_of_pages_that_lead_round_in_a_circle_ends(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PrescriptionLog.open(path) as log:
        rows = log.rows
        monkeypatch.setattr(log, "rows", lambda sql, given=(): rows(sql, (0, *given[1:]) if given else ()))
        with pytest.raises(LogBrokenError, match="entry 6: is damaged; verify the log"):
            log.export(io.BytesIO())


def test_a_rebuild_stops_at_a_document_that_cannot_be_read(path: Path) -> None:
    with damaging(path) as connection:
        connection.execute("UPDATE payload SET document = '[]' WHERE seq = 3")
    with PrescriptionLog.open(path) as log:
        with pytest.raises(LogBrokenError, match="entry 3: its document cannot be read; verify the log"):
            log.rebuild()
        assert "star" in {finding.code for finding in log.verify()}


def test_a_backup_of_a_broken_log_is_refused_and_removed(path: Path) -> None:
    with damaging(path) as connection:
        connection.execute("UPDATE entry SET recorded_by = 'x' WHERE seq = 2")
    with PrescriptionLog.open(path) as log, pytest.raises(LogBrokenError, match="the copy does not verify"):
        log.backup(path.with_name("copy.db"))
    assert [one.name for one in path.parent.iterdir()] == ["clinic.db"]


def _everything(path: Path) -> set[str]:
    with PrescriptionLog.open(path, read_only=True) as log:
        found = {finding.code for finding in log.verify()}
        for read in (log.entries, log.prescriptions, log.doctors):
            for one in read():
                _ = one.record
        exported(log)
        log.rows("SELECT * FROM prescription")
    return found


@pytest.mark.parametrize("value", ["NULL", "5", "x'00'", "'text'", "-1", "9223372036854775807"])
@pytest.mark.parametrize(
    "column", ["act", "kind", "schema", "version", "recorded_by", "recorded_at", "reason", "hash"]
)
def test_a_value_of_the_wrong_type_is_found_and_never_raises_what_is_not_ours(
    path: Path, column: str, value: str
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'entry'").fetchone()[0]
    loose = schema.replace(" STRICT", "").replace(" NOT NULL", "")
    loose = re.sub(r" CHECK \((?:[^()]|\([^()]*\))*\)", "", loose)
    _with_schema(path, loose.replace(" INTEGER,", " ANY,").replace(" TEXT", " ANY"), column, value)
    _with_schema(path, schema)
    try:
        found = _everything(path)
    except MesococktailError:
        found = {finding.code for finding in _verified(path)}
    assert found or (column in ("recorded_by", "reason") and value == "NULL")


@pytest.mark.parametrize("value", ["NULL", "5", "x'00'"])
@pytest.mark.parametrize("column", ["salt", "document"])
def test_a_document_of_the_wrong_type_is_found_and_never_raises_what_is_not_ours(
    path: Path, column: str, value: str
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'payload'").fetchone()[0]
    loose = re.sub(
        r" CHECK \((?:[^()]|\([^()]*\))*\)", "", schema.replace(" STRICT", "").replace(" NOT NULL", "")
    )
    _with_schema(path, loose.replace(" TEXT", " ANY").replace(" BLOB", " ANY"), column, value, "payload")
    _with_schema(path, schema, table="payload")
    try:
        found = _everything(path)
    except MesococktailError:
        found = {finding.code for finding in _verified(path)}
    assert found & {"broken_payload", "missing_payload"}


@pytest.mark.parametrize("column", ["path", "made_at", "seq", "hash"])
def test_a_note_of_a_backup_of_the_wrong_type_is_found(path: Path, column: str) -> None:
    with PrescriptionLog.open(path) as log:
        log.backup(path.with_name("copy.db"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'backup'").fetchone()[0]
    loose = schema.replace(" STRICT", "").replace(" NOT NULL", "").replace(" TEXT", " ANY")
    _with_schema(path, loose.replace(" BLOB", " ANY").replace(" INTEGER,", " ANY,"), table="backup")
    with damaging(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(f"UPDATE backup SET {column} = NULL")
    _with_schema(path, schema, table="backup")
    assert "backup" in {finding.code for finding in _verified(path)}


def test_after_a_table_that_does_not_fit_the_chain_is_still_verified(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_module, "PAGE", 2)
    with damaging(path) as connection:
        connection.execute("UPDATE dim_patient SET patient = 'P-x' WHERE id = 1")
        connection.execute("UPDATE entry SET recorded_by = 'x' WHERE seq = 6")
    assert codes(path) >= {"star", "broken_link"}


def test_a_schema_that_is_no_text_is_damage(path: Path) -> None:
    # SQLite puts the name of what it cannot read into its message, byte by byte.
    whole = path.read_bytes().replace(b"viewprescription", b"view\xffrescription")
    path.write_bytes(whole.replace(b"CREATE VIEW prescription", b"CREATE VIEX prescription"))
    with pytest.raises(LogBrokenError):
        PrescriptionLog.open(path)


def _verified(path: Path) -> list[Finding]:
    with PrescriptionLog.open(path, read_only=True) as log:
        return log.verify(receipts=[Receipt(3, "A" * 52)])


def _with_schema(
    path: Path, sql: str, column: str | None = None, value: str | None = None, table: str = "entry"
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, table))
        connection.execute("PRAGMA writable_schema = RESET")
    if column is not None:
        with damaging(path) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(f"UPDATE {table} SET {column} = {value} WHERE seq = 3")


def test_a_file_of_which_half_is_missing_is_broken(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises((LogBrokenError, NotALogError)):
        PrescriptionLog.open(path)


def test_verify_and_a_writer_do_not_disturb_each_other(
    path: Path, log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = verify_module._Check.dimensions

    def written_meanwhile(check: Any) -> None:
        prescribe(log, "P-meanwhile")
        real(check)

    monkeypatch.setattr(verify_module._Check, "dimensions", written_meanwhile)
    with PrescriptionLog.open(path, read_only=True) as reader:
        assert reader.verify() == []


def test_a_log_of_several_pages_is_verified_page_by_page(
    path: Path, log: PrescriptionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_module, "PAGE", 4)
    monkeypatch.setattr("mesococktail.log.rebuild.PAGE", 4)
    monkeypatch.setattr("mesococktail.log.star._MOST_REMEMBERED", 3)
    monkeypatch.setattr("mesococktail.log.transfer._BATCH", 3)
    log.append_many([GIVEN | {"patient": f"Q-{number % 7}"} for number in range(20)], batch=6)
    entry = next(log.prescriptions())
    amended = log.amend(entry, attrs.evolve(entry.record, rationale="dry"), reason="missing")
    log.stop(amended, reason="moved")
    assert log.verify() == []
    log.rebuild()
    assert log.verify() == []
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    assert codes(copy, head=log.head()) == set()


def test_a_copy_made_between_two_acts_is_a_whole_log(path: Path, log: PrescriptionLog) -> None:
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    with PrescriptionLog.open(copy) as other:
        assert other.head() == log.head()
        assert other.verify() == []


def test_a_log_whose_entries_cannot_be_read_at_all_is_a_finding_and_no_error(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'").fetchone()
    raw = bytearray(path.read_bytes())
    raw[(root - 1) * size : (root - 1) * size + 512] = bytes(512)
    path.write_bytes(raw)
    assert codes(path) >= {"log_broken"}
