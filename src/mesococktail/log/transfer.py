"""The whole log as JSON lines and back: with salts, times and hashes, so that the head is the same."""

from __future__ import annotations

import json
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from mesococktail.errors import (
    DocumentError,
    LogBrokenError,
    MesococktailError,
    RecordError,
    TransferError,
)
from mesococktail.log import chain
from mesococktail.log.acts import standing, status_after
from mesococktail.log.chain import ERASE, damaged
from mesococktail.log.connection import Connection, new_file
from mesococktail.log.layout import make_layout
from mesococktail.log.names import ACTIVE, STATUS
from mesococktail.log.writer import Act, Writer
from mesococktail.records import SCHEMA
from mesococktail.records.json_text import strict_object
from mesococktail.records.reading import stored_record

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from mesococktail.formulary import Formulary
    from mesococktail.log.file import LogFile

    Log = TypeVar("Log", bound=LogFile)

FORMAT = 1
_BATCH = 1000
_LONGEST_LINE = 200_000
_HEADER = ("clinic", "created_at", "format", "log", "mesococktail")
_END = frozenset(("end", "hash"))
_FIELDS = (
    "seq",
    "act",
    "kind",
    "schema",
    "id",
    "version",
    "recorded_by",
    "recorded_at",
    "reason",
    "commitment",
    "hash",
)
_KNOWN = frozenset((*_FIELDS, "salt", "document", "key", "signature"))
_NO_STREAM = (AttributeError, TypeError, ValueError)
"""What using a thing as a binary stream raises where it is none. A disk that fails speaks for itself."""
_SQL = (
    f"SELECT {', '.join(f'e.{name}' for name in _FIELDS)}, p.salt, p.document, s.key, s.signature "
    "FROM entry AS e LEFT JOIN payload AS p ON p.seq = e.seq LEFT JOIN signature AS s ON s.seq = e.seq "
    "WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT ?"
)
_ALL = 2**62


def export(log: LogFile, stream: BinaryIO, upto: int = _ALL) -> int:
    """Write a header, one line an entry, and a closing line with the head; return the number of entries.

    With *upto*, the entries behind that sequence are left out, as if they were not there yet.

    Raises:
        LogBrokenError: The entries of a damaged file have no end.
    """
    clinic, log_id, created_at = log.rows("SELECT clinic, log_id, created_at FROM log")[0]
    _write(
        stream,
        {
            "mesococktail": "transfer",
            "format": FORMAT,
            "clinic": clinic,
            "log": log_id.hex(),
            "created_at": created_at,
        },
    )
    last, hashed = 0, b""
    while page := log.rows(_SQL, (last, upto, _BATCH)):
        for row in page:
            *stored, salt, document, key, signature = row
            beside = {"salt": salt, "document": document, "key": key, "signature": signature}
            _write(stream, dict(zip(_FIELDS, stored, strict=True)) | beside)
        if page[-1][0] <= last:
            # Pages of a damaged file may lead round in a circle.
            raise damaged(f"entry {last}")
        last, hashed = page[-1][0], page[-1][10]
    _write(stream, {"end": last, "hash": hashed})
    return last


def _write(stream: BinaryIO, line: dict[str, Any]) -> None:
    plain = {
        key: value.hex() if isinstance(value, bytes) else value
        for key, value in line.items()
        if value is not None
    }
    said = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    try:
        stream.write(said)
    except _NO_STREAM:
        raise _no_stream(stream, "wb") from None


def _no_stream(stream: object, mode: str) -> RecordError:
    return RecordError("must be a binary stream", path="stream", got=stream, cure=f'open(path, "{mode}")')


def restore(
    cls: type[Log], path: Path, stream: BinaryIO, formulary: Formulary | None, *, whole: bool = True
) -> Log:
    """Make a log out of what `export` wrote; see `PrescriptionLog.restore`.

    What is not *whole* ends before its last entry, and may lack documents that were erased behind that.
    """
    lines = _lines(stream)
    header = _header(next(lines, (1, {})))
    with new_file(path):
        with closing(Connection(path, read_only=False)) as connection:
            try:
                with connection.writing() as sqlite:
                    make_layout(sqlite)
                    sqlite.execute("INSERT INTO log VALUES (1, ?, ?, ?)", header)
                _fill(connection, Writer(chain.origin(*header)), lines, whole=whole)
            except LogBrokenError as error:
                raise TransferError(error.rule, cure="export the log again") from None
        return cls.open(path, formulary=formulary)


def _header(first: tuple[int, dict[str, Any]]) -> tuple[str, bytes, int]:
    said = first[1]
    if said.get("mesococktail") != "transfer" or sorted(said) != sorted(_HEADER):
        raise TransferError(
            "does not begin as an exported log does",
            path="line 1",
            cure="import records with append_many (mesococktail import FILE)",
        )
    if said["format"] != FORMAT:
        raise TransferError("is of a format this version cannot read", path="line 1", got=said["format"])
    try:
        clinic, log_id, created_at = said["clinic"], bytes.fromhex(said["log"]), said["created_at"]
        clinic.encode()
    except (TypeError, ValueError, AttributeError):
        raise TransferError("is damaged", path="line 1") from None
    if len(log_id) != 16 or type(created_at) is not int:  # noqa: PLR2004  # bytes of a UUID
        raise TransferError("is damaged", path="line 1")
    return clinic, log_id, created_at


def _lines(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    while line := _line(stream):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise TransferError(f"is longer than {_LONGEST_LINE} bytes", path=f"line {number}")
        try:
            said = strict_object(line)
        except DocumentError as error:
            raise TransferError(error.rule, path=f"line {number}") from None
        yield number, said


def _line(stream: BinaryIO) -> bytes:
    try:
        line: object = stream.readline(_LONGEST_LINE + 1)
    except _NO_STREAM:
        raise _no_stream(stream, "rb") from None
    if isinstance(line, bytes):
        return line
    raise _no_stream(stream, "rb")


def _fill(
    connection: Connection, writer: Writer, lines: Iterator[tuple[int, dict[str, Any]]], *, whole: bool
) -> None:
    ended = False
    without: set[str] = set()
    """Records whose document is not there: an erasure has to follow."""
    while not ended:
        with connection.writing() as sqlite:
            writer.begin(sqlite)
            for _ in range(_BATCH):
                number, said = next(lines, (0, {}))
                if not said:
                    raise TransferError("the file is cut off: its closing line is missing", path="end")
                if "end" in said:
                    _must_close(writer, number, said)
                    if without and whole:
                        raise TransferError("a document is missing, and no erasure says why", path="end")
                    ended = True
                    break
                try:
                    _append(sqlite, writer, said, without)
                except (
                    KeyError,
                    TypeError,
                    ValueError,
                    AttributeError,
                    ArithmeticError,
                    RecursionError,
                    struct.error,
                    MesococktailError,
                ) as error:
                    why = error.rule if isinstance(error, MesococktailError) else "is damaged"
                    raise TransferError(why, path=f"line {number}", cure="export the log again") from None
            writer.flush(sqlite)
    if next(lines, None) is not None:
        raise TransferError("there is more behind the closing line", path="end")


def _must_close(writer: Writer, number: int, said: dict[str, Any]) -> None:
    seq, hashed = writer.head or (0, b"")
    if not said.keys() <= _END or said["end"] != seq or said.get("hash") != (hashed.hex() if seq else ""):
        raise TransferError("the head is not the one that was exported", path=f"line {number}")


def _append(sqlite: sqlite3.Connection, writer: Writer, said: dict[str, Any], without: set[str]) -> None:
    if not said.keys() <= _KNOWN:
        raise TransferError("has fields that no exported entry has")
    if type(said["schema"]) is not int or said["schema"] > SCHEMA:
        raise TransferError("was written by a newer mesococktail", got=said["schema"])
    record_id, version = bytes.fromhex(said["id"]), said["version"]
    document = said["document"].encode() if "document" in said else None
    salt = None if document is None else _salt(said, document)
    status, key, content, committed = ACTIVE, None, document, None
    if said["act"] == ERASE:
        key, content = _erased(sqlite, writer, said, without), None
    elif "commitment" in said and document is None:
        without.add(said["id"])
        committed = bytes.fromhex(said["commitment"])
    elif version > 1 and said["id"] not in without:
        writer.flush(sqlite)
        now = standing(sqlite, record_id)
        key, content = now.key, document or now.document
        status = max(status_after(said["act"]), STATUS.index(now.status))
    if content is None and said["act"] != ERASE and said["id"] not in without:
        raise TransferError("its document is missing")
    act = Act(
        said["act"],
        said["kind"],
        record_id,
        version,
        said.get("recorded_by"),
        said["recorded_at"],
        said.get("reason"),
        document,
        None if content is None else json.loads(content),
        status,
        key,
        salt,
        committed,
        said["schema"],
    )
    seq, hashed = writer.append(sqlite, act)
    if (seq, hashed.hex()) != (said["seq"], said["hash"]):
        raise TransferError("was changed: its hash does not fit")
    if "signature" in said:
        writer.keep_signature(bytes.fromhex(said["key"]), bytes.fromhex(said["signature"]))


def _salt(said: dict[str, Any], document: bytes) -> bytes:
    """Return the salt of a document that is one, and is the one that was committed to."""
    # Hashes can be made to fit anything: what comes in must be a record that can be read again.
    if said["act"] == ERASE:
        chain.authority_of(document)
    else:
        stored_record(said["kind"], document)
    salt = bytes.fromhex(said["salt"])
    if said.get("commitment") != chain.commitment(salt, document).hex():
        raise TransferError("was changed: its document is not the one that was exported")
    return salt


def _erased(sqlite: sqlite3.Connection, writer: Writer, said: dict[str, Any], without: set[str]) -> int:
    """Return the key of a record that is erased; none of its documents may have come with it."""
    writer.flush(sqlite)
    [(key, there)] = sqlite.execute(
        "SELECT min(e.seq), count(p.seq) FROM entry AS e LEFT JOIN payload AS p ON p.seq = e.seq "
        "WHERE e.id = ?",
        (bytes.fromhex(said["id"]),),
    )
    if there or said["id"] not in without or "document" not in said:
        raise TransferError("is an erasure, and does not fit what came before it")
    without.discard(said["id"])
    return int(key)
