"""Signatures: an entry is unsigned, validly signed, of an unknown key, or badly signed."""

from __future__ import annotations

import io
import sqlite3
import stat
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import (
    LogError,
    LogExistsError,
    LogNotFoundError,
    LogReadOnlyError,
    LogUseError,
    RecordError,
)
from mesococktail.log import Signer, read_keys
from mesococktail.log.signing import PublicKey
from tests.log.helpers import DOCTOR, GIVEN, codes, damaging, exported, prescribe

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """The key of dr-a."""
    return Signer.make(tmp_path_factory.mktemp("keys") / "dr-a.pem")


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """The key of somebody else."""
    return Signer.make(tmp_path_factory.mktemp("keys") / "dr-b.pem")


@pytest.fixture
def keys(signer: Signer) -> dict[str, str]:
    return {"dr-a": str(signer.public)}


@pytest.fixture
def signed(tmp_path: Path, signer: Signer) -> Path:
    """A log of five entries, all signed."""
    path = tmp_path / "signed.db"
    with PrescriptionLog.create(path, clinic="riverside", signer=signer, recorded_by="dr-a") as log:
        log.register(DOCTOR)
        prescribe(log)
        log.append_many([GIVEN | {"patient": f"P-{number}"} for number in range(3)])
    return path


def test_what_is_written_with_a_key_is_signed_and_verifies(signed: Path, keys: dict[str, str]) -> None:
    with PrescriptionLog.open(signed, read_only=True) as log:
        assert log.rows("SELECT count(*) FROM signature") == [(5,)]
        assert log.verify(keys=keys) == []
        assert log.verify() == []


def test_entries_without_a_signature_are_named_in_runs(
    path: Path, signer: Signer, keys: dict[str, str]
) -> None:
    with PrescriptionLog.open(path, signer=signer) as log:
        prescribe(log)
    with PrescriptionLog.open(path) as log:
        prescribe(log)
        assert [str(one) for one in log.verify(keys=keys)] == [
            "error: entries 1 to 6: not signed",
            "error: entry 8: not signed",
        ]
        assert [str(one) for one in log.verify(keys=keys, signed_from=7)] == ["error: entry 8: not signed"]
        assert log.verify() == []


def test_a_forged_entry_is_unsigned_or_of_an_unknown_key(
    signed: Path, other: Signer, keys: dict[str, str]
) -> None:
    with PrescriptionLog.open(signed, recorded_by="dr-a", signer=other) as log:
        prescribe(log, "P-forged")
        assert log.verify() == []
        [found] = log.verify(keys=keys)
    assert found.code == "unknown_key"
    assert str(other.public) in found.message


def test_a_forged_erasure_is_not_signed(signed: Path, keys: dict[str, str]) -> None:
    with PrescriptionLog.open(signed, recorded_by="dr-a") as log:
        log.erase(patient="P-1", reason="made up", authority="made up")
        assert log.verify() == []
        assert [one.recorded_by for one in log.erasures()] == ["dr-a"]
        assert {one.code for one in log.verify(keys=keys)} == {"unsigned"}


def test_a_signature_in_anothers_name_is_found(signed: Path, other: Signer, keys: dict[str, str]) -> None:
    with PrescriptionLog.open(signed, recorded_by="dr-a", signer=other) as log:
        prescribe(log)
        [found] = log.verify(keys=keys | {"dr-b": str(other.public)})
    assert str(found) == "error: entry 6: says it was recorded by dr-a, and dr-b signed it"


@pytest.mark.parametrize("column", ["key", "signature"])
def test_a_changed_signature_is_bad_also_where_nobody_gave_a_key(
    signed: Path, keys: dict[str, str], column: str
) -> None:
    with damaging(signed) as connection:
        (raw,) = connection.execute(f"SELECT {column} FROM signature WHERE seq = 3").fetchone()
        flipped = bytes([raw[0] ^ 1]) + raw[1:]
        connection.execute(f"UPDATE signature SET {column} = ? WHERE seq = 3", (flipped,))
    assert codes(signed) == codes(signed, keys=keys) == {"bad_signature"}


def test_a_signature_of_another_entry_is_bad(signed: Path) -> None:
    with damaging(signed) as connection:
        (raw,) = connection.execute("SELECT signature FROM signature WHERE seq = 2").fetchone()
        connection.execute("UPDATE signature SET signature = ? WHERE seq = 3", (raw,))
    assert codes(signed) == {"bad_signature"}


def test_signatures_taken_off_are_found_with_keys_only(signed: Path, keys: dict[str, str]) -> None:
    with damaging(signed) as connection:
        connection.execute("DELETE FROM signature WHERE seq > 3")
    assert codes(signed) == set()
    assert codes(signed, keys=keys) == {"unsigned"}


def test_a_signature_that_belongs_to_no_entry_is_found(signed: Path) -> None:
    with damaging(signed) as connection:
        connection.execute("INSERT INTO signature SELECT 99, key, signature FROM signature WHERE seq = 3")
    assert codes(signed) == {"stray_signature"}


def test_the_file_lets_nobody_sign_later_or_anew(signed: Path, path: Path) -> None:
    for file, statement in (
        (path, "INSERT INTO signature VALUES (99, zeroblob(32), zeroblob(64))"),
        (signed, "INSERT OR REPLACE INTO signature SELECT * FROM signature WHERE seq = 3"),
        (signed, "UPDATE signature SET key = zeroblob(32)"),
        (signed, "DELETE FROM signature"),
    ):
        with (
            closing(sqlite3.connect(file, isolation_level=None)) as connection,
            pytest.raises(sqlite3.IntegrityError),
        ):
            connection.execute(statement)


def test_a_transfer_carries_signatures(signed: Path, keys: dict[str, str], tmp_path: Path) -> None:
    with PrescriptionLog.open(signed, read_only=True) as log:
        sent = exported(log)
    with PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(sent)) as restored:
        assert restored.verify(keys=keys) == []
        assert exported(restored) == sent


def test_an_erasure_is_signed_and_leaves_the_other_signatures(
    signed: Path, signer: Signer, keys: dict[str, str]
) -> None:
    with PrescriptionLog.open(signed, signer=signer) as log:
        log.erase(patient="P-1", reason="asked", authority="the law")
        assert log.verify(keys=keys) == []


def test_a_key_is_kept_in_a_file_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    made = Signer.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Signer.load(path).public == made.public
    with pytest.raises(LogExistsError):
        Signer.make(path)
    with pytest.raises(LogReadOnlyError, match="cannot be made"):
        Signer.make(tmp_path / "nowhere" / "key.pem")
    path.chmod(0o644)
    with pytest.raises(LogReadOnlyError, match="is a private key that others may read; chmod 600"):
        Signer.load(path)


@pytest.mark.parametrize(
    "text", [b"", b"\xff", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_private_key_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "key.pem"
    path.touch(0o600)
    path.write_bytes(text)
    with pytest.raises(LogError, match="is not an Ed25519 key without a password; make one anew"):
        Signer.load(path)
    with pytest.raises(LogNotFoundError, match="cannot be read: No such file"):
        Signer.load(tmp_path / "none.pem")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    path = tmp_path / "key.pem"
    path.touch(0o600)
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
        )
    )
    with pytest.raises(LogError, match="is not an Ed25519 key"):
        Signer.load(path)


def test_a_file_of_keys_names_whose_they_are(tmp_path: Path, signer: Signer, other: Signer) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"# who signs at riverside\n\ndr-a {signer.public}\n  dr-b\t{other.public}\n")
    assert read_keys(path) == {"dr-a": str(signer.public), "dr-b": str(other.public)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dr-a\n", r"line 1: is not a name and a key; write it as it was printed"),
        ("\ufeffdr-a KEY\n", r"line 1: is not a name and a key"),
        ("dr-a\x00 KEY\n", r"line 1: is not a name and a key"),
        ("\ndr-a ed25519:AAAA\n", r"line 2: ed25519:AAAA: is not a public key"),
        ("dr-a KEY\ndr-a KEY\n", r"line 2: names dr-a a second time; keep one"),
    ],
)
def test_a_bad_line_of_a_file_of_keys_is_named(tmp_path: Path, signer: Signer, text: str, said: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(text.replace("KEY", str(signer.public)))
    with pytest.raises(LogError, match=said):
        read_keys(path)


def test_a_file_of_keys_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(LogError, match="is not text"):
        read_keys(path)
    with pytest.raises(LogNotFoundError):
        read_keys(tmp_path / "none.txt")
    path.write_bytes(b"#" * 100_001)
    for read in (read_keys, Signer.load):
        path.chmod(0o600)
        with pytest.raises(LogError, match="has more than 100000 bytes; give the file of the keys"):
            read(path)


def test_a_printed_key_is_read_back(signer: Signer) -> None:
    assert PublicKey.parse(str(signer.public)) == signer.public
    for text in (None, "", "ed25519:", str(signer.public)[:-1], str(signer.public)[:-1] + "B", "x"):
        with pytest.raises(LogError, match="is not a public key"):
            PublicKey.parse(text)


@pytest.mark.parametrize("keys", [{}, "dr-a", ["ed25519:"], {"dr-a": "x"}, {"dr-a": None}])
def test_keys_that_are_none_are_refused(log: PrescriptionLog, keys: Any) -> None:
    with pytest.raises((RecordError, LogError), match="keys"):
        log.verify(keys=keys)


@pytest.mark.parametrize("number", [0, -1, True, "1", 1.0])
def test_signed_from_is_the_number_of_an_entry(
    log: PrescriptionLog, keys: dict[str, str], number: Any
) -> None:
    with pytest.raises(RecordError, match="signed_from"):
        log.verify(keys=keys, signed_from=number)


def test_without_the_library_a_log_still_verifies_and_who_asks_for_signatures_is_told(
    signed: Path, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    said = r"signatures need the package cryptography; pip install 'mesococktail\[signing\]'"
    with PrescriptionLog.open(signed, read_only=True) as log:
        assert log.verify() == []
        with pytest.raises(LogUseError, match=said):
            log.verify(keys=keys)
    for act in (Signer.make, Signer.load):
        with pytest.raises(LogUseError, match=said):
            act(tmp_path / "key.pem")


def test_a_signer_does_not_show_its_key(signer: Signer) -> None:
    assert "PRIVATE" not in repr(signer)
    assert repr(signer.public) == "PublicKey()"
