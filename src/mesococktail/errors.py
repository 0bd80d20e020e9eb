"""Every error this library raises on purpose, all under `MesococktailError`.

A message names the field, what came, the rule, and the cure:
``dose: 2,5 mg: a comma is not read as a decimal point here; write 2.5 mg``.
"""

from __future__ import annotations

import reprlib
from itertools import islice
from typing import TYPE_CHECKING, Self

from mesococktail.findings import Finding, Severity, join

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_QUOTE = 60


def quote(got: object) -> str:
    """Return what came in, short and printable, so that a message is safe to show on a terminal."""
    text = got if isinstance(got, str) else _repr(got)
    shown = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return shown if shown.isprintable() and shown.strip() == shown and shown else ascii(shown)


def counted(number: int, word: str) -> str:
    """Return a number with its word in the singular or plural."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


class _Repr(reprlib.Repr):
    """As `repr` says it, as far as anybody is shown: a list of a million is not gone through."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = _LONGEST_QUOTE // 2
        self.maxstring = self.maxlong = self.maxother = 4 * _LONGEST_QUOTE

    def repr_dict(self, x: dict[object, object], level: int) -> str:
        """Keep the order, where the base class sorts."""
        if level <= 0:
            return "{...}"
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(value, level - 1)}"
            for key, value in islice(x.items(), self.maxdict)
        ]
        return f"{{{', '.join(shown)}}}"


_short = _Repr()


def _repr(got: object) -> str:
    try:
        return _short.repr(got)
    except Exception:  # noqa: BLE001  # a number of 5000 digits, a list within itself, anybody's own __repr__
        return f"a {type(got).__name__} that cannot be shown"


class MesococktailError(Exception):
    """The base of every error of this library.

    The parts of the message are also attributes, so that a program need not take the text apart.
    """

    code = "error"
    """Stable name of the kind of error; the same word is the code of the finding it carries."""

    def __init__(
        self,
        rule: str,
        *,
        path: object = "",
        got: object = None,
        cure: str | None = None,
        findings: Iterable[Finding] = (),
    ) -> None:
        self.rule = rule
        self.path: str = path if isinstance(path, str) else quote(path)
        self.got = None if got is None else quote(got)
        self.cure = cure
        self._findings = tuple(findings)
        super().__init__(rule)

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.path, self.got, self.rule) if part)
        return f"{head}; {self.cure}" if self.cure else head

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.rule, self.__dict__)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong, as findings; at least one."""
        if self._findings:
            return self._findings
        said = ": ".join(part for part in (self.got, self.rule) if part)
        message = f"{said}; {self.cure}" if self.cure else said
        return (Finding(Severity.ERROR, self.code, self.path, message),)

    def at(self, path: str) -> Self:
        """Return this error with *path* put before its own path: the layer that knows where says where."""
        moved = type(self)(
            self.rule,
            path=join(path, self.path),
            cure=self.cure,
            findings=[finding.under(path) for finding in self._findings],
        )
        moved.got = self.got
        return moved


def _rebuilt(kind: type[MesococktailError], rule: str, state: dict[str, object]) -> MesococktailError:
    error = kind(rule)
    error.__dict__.update(state)
    return error


class AmountError(MesococktailError, ValueError):
    """A text is not an amount, or an amount is not of the kind that is needed."""

    code = "amount"


class AgentError(MesococktailError, LookupError):
    """A name fits no agent of the formulary, or more than one."""

    code = "agent"


class TermError(MesococktailError, LookupError):
    """A word is not in the vocabulary it must come from, or needs a description that is missing."""

    code = "term"


class FormularyError(MesococktailError, ValueError):
    """A clinic's formulary file cannot be used."""

    code = "formulary"


class CocktailError(MesococktailError, ValueError):
    """A mixture that can never be true: parts that contradict each other, or the composition law broken."""

    code = "cocktail"


class RecordError(MesococktailError, ValueError):
    """A record that can never be true, or points to something that is not there."""

    code = "record"


class BlockedError(RecordError):
    """A check found what blocks a record until a person accepts it with a reason."""

    code = "blocked"


class DocumentError(MesococktailError, ValueError):
    """A text is not the document of a record: bad JSON, an unknown field, a wrong type."""

    code = "document"


class LogError(MesococktailError):
    """The base of what can be wrong with a log file or with an act on it."""

    code = "log"


class LogNotFoundError(LogError, FileNotFoundError):
    """There is no log at that path. Opening never creates one."""

    code = "log_not_found"


class LogExistsError(LogError, FileExistsError):
    """There is already a file where a new one was to be made. Nothing is overwritten."""

    code = "log_exists"


class NotALogError(LogError):
    """The file is not a mesococktail log, or its schema is not the one we wrote."""

    code = "not_a_log"


class LogVersionError(LogError):
    """The log was written by a newer version of this library, or by an earlier one and is not upgraded."""

    code = "log_version"


class LogBrokenError(LogError):
    """The log does not verify, so it takes no more entries until it does."""

    code = "log_broken"


class LogBusyError(LogError):
    """Another process held the log for longer than we wait."""

    code = "log_busy"


class LogReadOnlyError(LogError, PermissionError):
    """The log cannot be written: opened read-only, no permission, or a place that is unsafe to write to."""

    code = "log_read_only"


class LogStorageError(LogError, OSError):
    """The disk failed or is full. Nothing was lost; the log refuses appends until it verifies."""

    code = "log_storage"


class LogUseError(LogError):
    """The log object was used in a way it does not allow: another thread, after a fork, after closing."""

    code = "log_use"


class RecordNotFoundError(LogError, LookupError):
    """No record of that id, or none of that name, is in the log."""

    code = "record_not_found"


class RecordErasedError(RecordNotFoundError):
    """The record was erased, as the law asks for; the message says when, by whom and why."""

    code = "record_erased"


class ConflictError(LogError):
    """The record has moved on: a newer version exists, or the id is taken by different content."""

    code = "conflict"


class BatchError(LogError, ValueError):
    """One of many records was refused, and the batch stopped there."""

    code = "batch"


class TransferError(LogError, ValueError):
    """A transfer file or a file of heads is damaged, or is not of this log."""

    code = "transfer"


class ExportError(MesococktailError, ValueError):
    """An export that would not protect the people in it."""

    code = "export"


class QuestionError(MesococktailError, ValueError):
    """A research question, or a condition on it, that cannot be asked."""

    code = "question"
