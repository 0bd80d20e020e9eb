"""Disks between SQLite and the real one: one that remembers what was asked of it, and one that fails.

`Recording` lists every operation, and a `Folder` that follows the list tells how the files may look when
the power goes: what was synced is there; each unsynced sector is there, lost or garbage; each name that was
made or removed since the folder was synced stands or does not. `Failing` refuses the operation it is told.
"""

from __future__ import annotations

import errno
import os
from collections import Counter, defaultdict
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar
from unittest.mock import patch

import apsw
import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

SECTOR = 512
T = TypeVar("T")


@attrs.frozen
class Operation:
    """One operation on a file."""

    what: Literal["create", "write", "truncate", "sync", "unlink"]
    name: str
    offset: int = 0
    """Where it is written; of a truncation, the size that is left."""
    data: bytes = attrs.field(default=b"", repr=False)
    folder: bool = False
    """Whether the folder is synced with it."""


class _Disk(apsw.VFS):
    """Stands for the disk to whoever names it, until it is left."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unregister()


class Recording(_Disk):
    """Does what it is asked, and remembers it."""

    def __init__(self, name: str = "recording") -> None:
        super().__init__(name)
        self.operations: list[Operation] = []
        self.there: set[str] = set()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's word
        return _RecordedFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # SQLite's word
        super().xDelete(filename, syncdir)
        name = Path(filename).name
        self.there.discard(name)
        self.operations.append(Operation("unlink", name, folder=bool(syncdir)))


class _RecordedFile(apsw.VFSFile):
    def __init__(self, disk: Recording, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._name = Path(_text(name)).name
        self._did = disk.operations
        # SQLite syncs the folder with the first sync of a journal it has made.
        self._new_journal = False
        if self._name not in disk.there:
            disk.there.add(self._name)
            self._did.append(Operation("create", self._name))
            self._new_journal = bool(flags[0] & apsw.SQLITE_OPEN_MAIN_JOURNAL)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  # SQLite's word
        super().xWrite(data, offset)
        self._did.append(Operation("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's word
        super().xTruncate(newsize)
        self._did.append(Operation("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's word
        super().xSync(flags)
        self._did.append(Operation("sync", self._name, folder=self._new_journal))
        self._new_journal = False


@attrs.define
class _File:
    synced: bytearray = attrs.field(factory=bytearray)
    pending: list[Operation] = attrs.field(factory=list)

    def sync(self) -> None:
        for operation in self.pending:
            _apply(self.synced, operation)
        self.pending.clear()

    def after_power_loss(self, random: Random, kept: float, garbage: float) -> bytes:
        data = bytearray(self.synced)
        for operation in self.pending:
            if operation.what == "truncate":
                if random.random() < kept:
                    _apply(data, operation)
                continue
            for piece in _by_sector(operation):
                fate = random.random()
                if fate < kept:
                    _apply(data, piece)
                elif fate < kept + (1 - kept) * garbage:
                    _apply(data, attrs.evolve(piece, data=random.randbytes(len(piece.data))))
        return bytes(data)


class Folder:
    """A folder that operations are done in, with what of them has reached the disk."""

    def __init__(self) -> None:
        self._names: defaultdict[str, list[_File | None]] = defaultdict(lambda: [None])
        """What each name stood for since the folder was synced last; the last one is the present."""

    def do(self, operation: Operation) -> None:
        """Do one operation."""
        stood_for = self._names[operation.name]
        file = stood_for[-1]
        if operation.what == "create":
            stood_for.append(_File())
        elif operation.what == "unlink":
            stood_for.append(None)
        elif file is None:
            raise LookupError(operation)
        elif operation.what == "sync":
            file.sync()
        else:
            file.pending.append(operation)
        if operation.folder:
            for files in self._names.values():
                del files[:-1]

    def after_power_loss(self, random: Random) -> dict[str, bytes]:
        """Return one way the files may look when the power goes now."""
        kept, garbage = random.choice((0.05, 0.5, 0.95)), random.choice((0, 0.1))
        chosen = {name: random.choice(files) for name, files in self._names.items()}
        return {
            name: file.after_power_loss(random, kept, garbage)
            for name, file in chosen.items()
            if file is not None
        }

    def now(self) -> dict[str, bytes]:
        """Return the files as they are while there is power, or when only the process dies."""
        there = {name: files[-1] for name, files in self._names.items()}
        for file in there.values():
            if file is not None:
                file.sync()
        return {name: bytes(file.synced) for name, file in there.items() if file is not None}


def put(files: Mapping[str, bytes], folder: Path) -> None:
    """Make *folder* hold these files and no others."""
    for old in folder.iterdir():
        old.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _apply(data: bytearray, operation: Operation) -> None:
    if operation.what == "truncate":
        del data[operation.offset :]
        data.extend(bytes(operation.offset - len(data)))
        return
    data.extend(bytes(max(0, operation.offset - len(data))))
    data[operation.offset : operation.offset + len(operation.data)] = operation.data


def _by_sector(written: Operation) -> Iterator[Operation]:
    start, end = written.offset, written.offset + len(written.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        piece = written.data[start - written.offset : stop - written.offset]
        yield attrs.evolve(written, offset=start, data=piece)
        start = stop


KINDS = {
    "write error": ("write", apsw.SQLITE_IOERR_WRITE),
    "disk full": ("write", apsw.SQLITE_FULL),
    "half a write": ("write", apsw.SQLITE_FULL),
    "sync error": ("sync", apsw.SQLITE_IOERR_FSYNC),
    "truncate error": ("truncate", apsw.SQLITE_IOERR_TRUNCATE),
    "read error": ("read", apsw.SQLITE_IOERR_READ),
    "unlink error": ("unlink", apsw.SQLITE_IOERR_DELETE),
    "folder sync error": ("unlink", apsw.SQLITE_IOERR_DIR_FSYNC),
    "open error": ("open", apsw.SQLITE_CANTOPEN),
    "error outside SQLite": ("outside", errno.EIO),
}
"""How an operation may fail: which one, and what SQLite is told. A folder that cannot be synced has lost
the name all the same. The last is about what the library does with a file by itself: link it, sync it."""


@attrs.frozen
class Fault:
    """What is to fail, and when."""

    kind: str
    number: int
    """The first operation of that kind that fails, counted from 1."""
    for_ever: bool
    """Whether every one after it fails too."""

    def __str__(self) -> str:
        return f"{self.kind} {self.number}{' and all after it' if self.for_ever else ''}"


def faults(counted: Mapping[str, int]) -> list[list[Fault]]:
    """Return every fault there can be where so many operations of each sort were counted, kind by kind."""
    return [
        [
            Fault(kind, number, for_ever)
            for for_ever in (False, True)
            for number in range(1, counted[operation] + 1)
        ]
        for kind, (operation, _) in KINDS.items()
        if counted.get(operation)
    ]


def some_of(groups: Sequence[Sequence[T]], most: int) -> list[T]:
    """Return *most* things, in equal parts of every group; all of them where *most* is 0."""
    if most == 0:
        return [one for group in groups for one in group]
    chosen = spread(groups, most)
    return [one for group in chosen for one in spread(group, most // len(chosen))]


def spread(several: Sequence[T], most: int) -> list[T]:
    """Return *most* of several things, or as many as there are, evenly from first to last."""
    count = min(most, len(several))
    return [several[number * len(several) // count] for number in range(count)]


def in_memory() -> str | None:
    """Return where files need no disk, if there is such a place: syncing them then takes no time."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


class Failing(_Disk):
    """Counts what it is asked, and lets fail what `fault` names."""

    def __init__(self, name: str = "failing") -> None:
        super().__init__(name)
        self.set(None)

    def set(self, fault: Fault | None) -> None:
        """Begin to count anew; let *fault* happen when its turn comes."""
        self.fault = fault
        self.counted: Counter[str] = Counter()
        self.fired = 0

    def fails(self, operation: str) -> bool:
        """Count an operation; whether it is to fail."""
        self.counted[operation] += 1
        if self.fault is None or KINDS[self.fault.kind][0] != operation:
            return False
        number = self.counted[operation]
        hit = number == self.fault.number or (self.fault.for_ever and number > self.fault.number)
        self.fired += hit
        return hit

    def step(self, operation: str) -> None:
        """Count an operation, and let it fail if it is to."""
        if self.fails(operation):
            raise self.error()

    def fault_was_in_writing(self) -> bool:
        """Whether what failed may have left the file otherwise than it was."""
        return self.fault is not None and KINDS[self.fault.kind][0] not in ("read", "open")

    def error(self) -> Exception:
        """Return what SQLite is told of the fault."""
        assert self.fault is not None
        return apsw.exception_for(KINDS[self.fault.kind][1])

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's word
        self.step("open")
        return _FailingFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # SQLite's word
        fails = self.fails("unlink")
        if not fails or KINDS["folder sync error"][1] == self._code():
            super().xDelete(filename, syncdir)
        if fails:
            raise self.error()

    def _code(self) -> int | None:
        return None if self.fault is None else KINDS[self.fault.kind][1]

    @contextmanager
    def outside_sqlite(self) -> Iterator[None]:
        """Count, and let fail, also what Python does with files by itself."""
        with ExitStack() as patches:
            for name in ("fsync", "link"):
                done = getattr(os, name)
                patches.enter_context(
                    patch.object(os, name, lambda *given, do=done: self._outside(do, given))
                )
            yield

    def _outside(self, do: Any, given: tuple[Any, ...]) -> Any:
        if self.fails("outside"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return do(*given)


class _FailingFile(apsw.VFSFile):
    def __init__(self, disk: Failing, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  # SQLite's word
        self._disk.step("read")
        return super().xRead(amount, offset)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  # SQLite's word
        fails = self._disk.fails("write")
        if fails and self._disk.fault is not None and self._disk.fault.kind == "half a write":
            super().xWrite(bytes(data)[: len(data) // 2], offset)
        if fails:
            raise self._disk.error()
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's word
        self._disk.step("truncate")
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's word
        self._disk.step("sync")
        super().xSync(flags)


def _text(name: str | apsw.URIFilename | None) -> str:
    return name.filename() if isinstance(name, apsw.URIFilename) else name or ""
