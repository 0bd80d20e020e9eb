"""What a command's exit code says. Fixed: scripts may rely on the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesococktail.cli.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesococktail.errors import MesococktailError
    from mesococktail.findings import Finding

OK = 0
FAILED = 1
USAGE = 2
INVALID = 3
NOT_FOUND = 4
BROKEN = 5
CONFLICT = 6
CANNOT_WRITE = 7
BUSY = 75
INTERRUPTED = 130

MEANINGS = {
    OK: "it worked",
    FAILED: "it failed for another reason",
    USAGE: "the command was not understood",
    INVALID: "what was given is refused; nothing was written",
    NOT_FOUND: "no such log, record, doctor or file",
    BROKEN: "the log does not verify, or is no log that this version reads",
    CONFLICT: "the record has moved on, or what was to be made is there already",
    CANNOT_WRITE: "the file cannot be written",
    BUSY: "another program held the log for too long; try again",
    INTERRUPTED: "stopped with Ctrl-C",
}

_BY_CODE = {
    "error": FAILED,
    "amount": INVALID,
    "agent": INVALID,
    "term": INVALID,
    "formulary": INVALID,
    "cocktail": INVALID,
    "record": INVALID,
    "blocked": INVALID,
    "document": INVALID,
    "batch": INVALID,
    "transfer": INVALID,
    "question": INVALID,
    "export": INVALID,
    "log": FAILED,
    "log_use": FAILED,
    "log_not_found": NOT_FOUND,
    "record_not_found": NOT_FOUND,
    "record_erased": NOT_FOUND,
    "not_a_log": BROKEN,
    "log_version": BROKEN,
    "log_broken": BROKEN,
    "log_exists": CONFLICT,
    "conflict": CONFLICT,
    "log_read_only": CANNOT_WRITE,
    "log_storage": CANNOT_WRITE,
    "log_busy": BUSY,
}
"""Exit code by the code of the class of the error."""


def exit_code(error: MesococktailError) -> int:
    """Return the exit code of an error."""
    return _BY_CODE[error.code]


class Failure(click.ClickException):
    """The end of a command that failed: lines for a person, and the exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click declares it for the class; ours differ by error

    @classmethod
    def of(cls, error: MesococktailError) -> Failure:
        """Return what to say of an error of the library: every finding on a line of its own."""
        if error.code == "blocked":
            return refused(error.findings)
        if len(error.findings) == 1:
            return cls(str(error), exit_code(error))
        lines = [": ".join(filter(None, (one.path, one.message))) for one in error.findings]
        lines += [error.cure] if error.cure else []
        return cls("\n".join(lines), exit_code(error))

    def format_message(self) -> str:
        """Return the message with every line marked, as `show` marks the first."""
        return "\nError: ".join(map(plain, self.message.split("\n")))


def refused(findings: Sequence[Finding]) -> Failure:
    """Return what to say of a record that is refused, and how what only blocks it may be accepted."""
    errors = [_BY_CODE.get(one.code) for one in findings]
    lines = [": ".join(filter(None, (one.path, one.message))) for one in findings]
    lines = [
        line if known is not None else f"{line} [{one.code}]"
        for line, known, one in zip(lines, errors, findings, strict=True)
    ]
    if not any(errors):
        codes = dict.fromkeys(one.code for one in findings)
        accept = " ".join(f'--accept {code}="why"' for code in codes)
        lines.append(f"change it, or accept what was found and say why: {accept}")
    return Failure("\n".join(lines), next(filter(None, errors), INVALID))
