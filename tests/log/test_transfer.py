"""The whole log out and in again: the same head, or nothing at all."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import PrescriptionLog
from mesococktail.errors import LogError, RecordError, TransferError
from mesococktail.log import chain
from mesococktail.log.writer import Act
from tests.log.helpers import exported, prescribe, star

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def lines(log: PrescriptionLog) -> list[bytes]:
    """An export with every act in it."""
    entry = prescribe(log, "P-9", rationale="Kopfhaut trocken – é", recorded_by="nurse")
    entry = log.amend(entry, attrs.evolve(entry.record, rationale="dry"), reason="in English")
    log.stop(entry, reason="moved")
    log.void(entry.id, reason="wrong patient")
    return exported(log).splitlines(keepends=True)


def test_a_restored_log_has_the_same_head_entries_and_star(
    log: PrescriptionLog, lines: list[bytes], tmp_path: Path
) -> None:
    with PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(b"".join(lines))) as restored:
        assert restored.head() == log.head()
        assert restored.verify(head=log.head()) == []
        assert list(restored.entries()) == list(log.entries())
        assert star(restored) == star(log)
        assert exported(restored) == b"".join(lines)
        prescribe(restored)
        assert restored.verify(head=log.head()) == []


def test_an_empty_log_can_be_transferred(tmp_path: Path) -> None:
    with PrescriptionLog.create(tmp_path / "a.db", clinic="c") as log:
        head, stream = log.head(), io.BytesIO(exported(log))
    with PrescriptionLog.restore(tmp_path / "b.db", stream) as restored:
        assert restored.head() == head


def _edit(number: int, **changes: Any) -> Callable[[list[bytes]], list[bytes]]:
    def edit(lines: list[bytes]) -> list[bytes]:
        said = json.loads(lines[number]) | changes
        plain = {key: value for key, value in said.items() if value is not ...}
        return [*lines[:number], json.dumps(plain).encode() + b"\n", *lines[number + 1 :]]

    return edit


def _forged(document: str, **changes: Any) -> Callable[[list[bytes]], list[bytes]]:
    """Return what puts an entry in whose hashes fit: somebody knew how."""

    def forge(lines: list[bytes]) -> list[bytes]:
        header, last = json.loads(lines[0]), json.loads(lines[1])
        said = last | changes
        start = chain.origin(header["clinic"], bytes.fromhex(header["log"]), header["created_at"])
        committed = chain.commitment(bytes.fromhex(said["salt"]), document.encode())
        hashed = chain.entry_hash(
            start,
            1,
            said["act"],
            said["kind"],
            1,
            bytes.fromhex(said["id"]),
            said["version"],
            None,
            said["recorded_at"],
            None,
            committed,
        ).hex()
        said |= {"document": document, "commitment": committed.hex(), "hash": hashed}
        end = {"end": 1, "hash": hashed}
        return [lines[0], *(json.dumps(line).encode() + b"\n" for line in (said, end))]

    return forge


_DAMAGED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "nothing": lambda _: [],
    "the header only": lambda lines: lines[:1],
    "no header": lambda lines: lines[1:],
    "two headers": lambda lines: [lines[0], *lines],
    "no closing line": lambda lines: lines[:-1],
    "cut in a line": lambda lines: [*lines[:4], lines[4][:50]],
    "cut behind a line": lambda lines: lines[:5],
    "an entry missing": lambda lines: [*lines[:4], *lines[5:]],
    "the first entry missing": lambda lines: [lines[0], *lines[2:]],
    "an entry twice": lambda lines: [*lines[:5], lines[4], *lines[5:]],
    "entries exchanged": lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
    "more behind the end": lambda lines: [*lines, lines[4]],
    "noise behind the end": lambda lines: [*lines, b"x\n"],
    "an empty line": lambda lines: [*lines[:4], b"\n", *lines[4:]],
    "an empty object": lambda lines: [*lines[:4], b"{}\n", *lines[4:]],
    "a list": lambda lines: [*lines[:4], b"[]\n", *lines[4:]],
    "not UTF-8": lambda lines: [*lines[:4], b"\xff\n", *lines[4:]],
    "a line too long": lambda lines: [*lines[:4], b" " * 300_000 + b"\n", *lines[4:]],
    "a document edited": lambda lines: [line.replace(b"P-2", b"P-3") for line in lines],
    "a salt edited": _edit(3, salt="00" * 16),
    "a salt missing": _edit(3, salt=...),
    "a salt that is empty": _edit(3, salt=""),
    "a commitment edited": _edit(3, commitment="00" * 32),
    "a commitment missing": _edit(3, commitment=...),
    "a document missing": _edit(3, document=..., salt=...),
    "a hash edited": _edit(3, hash="00" * 32),
    "a hash missing": _edit(3, hash=...),
    "a time edited": _edit(3, recorded_at=0),
    "a time that is text": _edit(3, recorded_at="0"),
    "an author added": _edit(3, recorded_by="x"),
    "an author of half a letter": _edit(3, recorded_by="\ud800"),
    "a reason that is a number": _edit(-2, reason=5),
    "an id cut off": _edit(3, id="00"),
    "an id that is none": _edit(3, id="zz"),
    "a version that is text": _edit(3, version="1"),
    "a version of nothing": _edit(3, version=2),
    "an act edited": _edit(-2, act="stop"),
    "a schema edited": _edit(3, schema=2),
    "a field too many": _edit(3, colour="red"),
    "a huge number": _edit(3, seq=10**30),
    "a clinic edited": _edit(0, clinic="other"),
    "a clinic of half a letter": _edit(0, clinic="\ud800"),
    "a clinic that is a number": _edit(0, clinic=5),
    "an id of the log that is none": _edit(0, log="zz"),
    "an id of the log too short": _edit(0, log="00"),
    "a creation that is text": _edit(0, created_at="x"),
    "an unknown format": _edit(0, format=2),
    "a format that is true": _edit(0, format=True),
    "a version that is true": _edit(3, version=True),
    "another kind of file": _edit(0, mesococktail="records"),
    "an end too early": _edit(-1, end=3),
    "an end of another head": _edit(-1, hash="00" * 32),
    "an end with more": _edit(-1, more=1),
    "a forged document that is no JSON": _forged("no"),
    "a forged document that is a list": _forged("[]"),
    "a forged document that is too deep": _forged("[" * 60_000),
    "a forged act": _forged('{"id":"dr-a","name":"A"}', act="edit"),
    "a forged id": _forged('{"id":"dr-a","name":"A"}', id="00"),
    "a forged kind": _forged('{"id":"dr-a","name":"A"}', kind="invoice"),
    "a forged version": _forged('{"id":"dr-a","name":"A"}', version=0),
}


@pytest.mark.parametrize("damage", _DAMAGED.values(), ids=_DAMAGED.keys())
def test_a_damaged_transfer_leaves_nothing_behind(
    lines: list[bytes], tmp_path: Path, damage: Callable[[list[bytes]], list[bytes]]
) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TransferError):
        PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(b"".join(damage(lines))))
    assert sorted(tmp_path.iterdir()) == before


def test_a_list_of_records_is_not_an_export(tmp_path: Path) -> None:
    with pytest.raises(
        TransferError, match=r"^line 1: does not begin as an exported log does; import records with"
    ):
        PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(b'{"patient":"P"}\n'))


def test_a_stream_that_fails_leaves_nothing_behind(lines: list[bytes], tmp_path: Path) -> None:
    class Failing(io.BytesIO):
        def readline(self, *_: Any) -> bytes:
            if self.tell() > 2000:
                raise OSError("unplugged")
            return super().readline()

    before = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match="unplugged") as caught:
        PrescriptionLog.restore(tmp_path / "b.db", Failing(b"".join(lines)))
    assert not isinstance(caught.value, LogError)
    assert sorted(tmp_path.iterdir()) == before


def test_a_document_may_be_missing_only_where_an_erasure_says_why(lines: list[bytes], tmp_path: Path) -> None:
    with pytest.raises(TransferError, match=r"^end: a document is missing, and no erasure says why"):
        PrescriptionLog.restore(
            tmp_path / "b.db", io.BytesIO(b"".join(_edit(3, document=..., salt=...)(lines)))
        )


def test_what_an_erasure_did_not_take_has_its_document(lines: list[bytes], tmp_path: Path) -> None:
    first = next(number for number, line in enumerate(lines) if json.loads(line).get("version") == 1)
    edited = _edit(first, document=..., salt=..., commitment=...)(lines)
    with pytest.raises(TransferError, match=rf"^line {first + 1}: its document is missing"):
        PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(b"".join(edited)))


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_transfer_is_the_same_in_batches_of_any_size(
    lines: list[bytes], log: PrescriptionLog, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesococktail.log.transfer._BATCH", size)
    with PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(b"".join(lines))) as restored:
        assert star(restored) == star(log)


@pytest.mark.parametrize("stream", [io.StringIO("x"), "x.jsonl", None])
def test_what_is_no_binary_stream_has_our_error(log: PrescriptionLog, stream: Any, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r'^stream: .*must be a binary stream; open\(path, "wb"\)'):
        log.export(stream)
    with pytest.raises(RecordError, match=r'^stream: .*must be a binary stream; open\(path, "rb"\)'):
        PrescriptionLog.restore(tmp_path / "b.db", stream)
    assert not (tmp_path / "b.db").exists()


@pytest.mark.parametrize(
    ("old", "new", "schema", "why"),
    [
        (b'"doctor":"dr-a"', b'"doctor":"dr-a","doctor":"dr-b"', 1, "stands in it twice"),
        (b'"role":"principal"', b'"colour":"red","role":"principal"', 1, "is not a field"),
        (b'"role":"complementary"', b'"role":"principal"', 1, "no complementary ingredient"),
        (b"", b"", 2, "was written by a newer mesococktail"),
    ],
)
def test_hashes_that_fit_do_not_make_a_record(
    log: PrescriptionLog, old: bytes, new: bytes, schema: int, why: str, tmp_path: Path
) -> None:
    document = (prescribe(log).document or b"").replace(old, new)
    content = json.loads(document)
    act = Act("record", "prescription", bytes(16), 1, None, 0, None, document, content, schema=schema)
    log._recorder.write_batch(lambda _: iter([act]))
    with pytest.raises(TransferError, match=why):
        PrescriptionLog.restore(tmp_path / "b.db", io.BytesIO(exported(log)))
    assert not (tmp_path / "b.db").exists()
