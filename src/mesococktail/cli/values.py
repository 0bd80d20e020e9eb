"""What was written for a field on the command line, turned into what the field takes."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mesococktail.cli.shared import find_id, now
from mesococktail.cli.text import quoted
from mesococktail.records import FieldType, is_paired, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mesococktail.log import PrescriptionLog
    from mesococktail.records import Field

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_NAMED = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(.*)", re.DOTALL)
_YES_OR_NO = {"yes": True, "no": False}


class Taker:
    """Reads what was written, with what the log knows.

    Args:
        log: Where links are looked up.
        patient: Whose newest record ``last`` means.
    """

    def __init__(self, log: PrescriptionLog, patient: str | None = None) -> None:
        self.log = log
        self.patient = patient

    def take(self, field: Field, written: Any, option: str) -> Any:  # noqa: ANN401  # a text, or what JSON holds
        """Return the value of one field; what cannot be read is left for the record to refuse.

        Args:
            field: What it is written for.
            written: A text, a yes or no, or for several texts a sequence.
            option: How the field is called on the command line, for messages.

        Raises:
            UsageError: A group is not written as one.
            RecordNotFoundError: A link points to no record.
        """
        if field.type in (FieldType.GROUPS, FieldType.TEXTS):
            several = list(written) if isinstance(written, list | tuple) else [written]
            return (
                several
                if field.type is FieldType.TEXTS
                else [self._group(field, one, option) for one in several]
            )
        if field.type is FieldType.GROUP:
            return self._group(field, written, option)
        if field.type is FieldType.RECORD and isinstance(written, str):
            return find_id(self.log, written, field.about.link, patient=self.patient, path=field.name)
        if field.type is FieldType.COCKTAIL and isinstance(written, str):
            return self._cocktail(written)
        read = _READ.get(field.type)
        return read(written) if read and isinstance(written, str) else written

    def _cocktail(self, written: str) -> object:
        from mesococktail.cli.ask import read_or_offer  # not needed for help
        from mesococktail.cocktails import Cocktail

        return read_or_offer(written, partial(Cocktail.parse, formulary=self.log.formulary))

    def _group(self, field: Field, written: Any, option: str) -> Any:  # noqa: ANN401  # see `take`
        """Return the fields of a group from its text, or from the object that JSON holds."""
        if not isinstance(written, str):
            said: Any = written
        elif written.lstrip().startswith("{"):
            said = read_json(written)
        elif field.name == "accepted":
            said = _accepted(written, option)
        else:
            said = parts_of(field, written, option)
        if not isinstance(said, dict):
            return said
        known = {inner.name: inner for inner in field.fields}
        return {
            name: self.take(known[name], value, option) if name in known else value
            for name, value in said.items()
        }


def _number(written: str) -> int | str:
    return int(written) if _NUMBER.fullmatch(written) else written


def _time(written: str) -> datetime | str:
    return now() if written == "now" else written


_READ: Mapping[FieldType, Callable[[str], object]] = {
    FieldType.NUMBER: _number,
    FieldType.TIME: _time,
    FieldType.FLAG: lambda written: _YES_OR_NO.get(written, written),
}


def parts_of(field: Field, written: str, option: str) -> Mapping[str, str]:
    """Return the fields of a group out of a text such as ``frontal; volume=1 mL``.

    A semicolon parts them where a space or a field's name follows it. The first field may stand bare.
    ``diabetes=no`` says the first two, where neither can be left out.

    Raises:
        UsageError: A part has no name, names no field, or one for the second time.
    """
    names = [inner.name for inner in field.fields if not inner.about.at_the_door]
    said: dict[str, str] = {}
    # "lot=A12;expiry=2020-01" is two parts, or the expiry would end up in the lot and never be checked.
    parts = re.compile(rf";(?:\s+|\s*(?=(?:{'|'.join(names)})\s*=))")
    for place, part in enumerate(parts.split(written.strip().removesuffix(";"))):
        found = _NAMED.fullmatch(part)
        name = found[1].replace("-", "_") if found else ""
        if found and name in names:
            pairs = [(name, found[2])]
        elif place == 0:
            bare = part.split("=", 1) if is_paired(field) else [part]
            pairs = list(zip(names, bare, strict=False))
        else:
            raise _misread(option, part, names)
        for each, value in pairs:
            if each in said:
                raise click.UsageError(f"{option} {quoted(written)}: {each} is said twice")
            said[each] = value.strip()
    return said


def _misread(option: str, part: str, names: Sequence[str]) -> click.UsageError:
    first, *others = names
    return click.UsageError(
        f"{option}: {quoted(part)} is not name=value with one of {', '.join(others)}; "
        f'write it like "{first.upper()}; {others[0] if others else first}=…", '
        "or as JSON: '{\"" + first + '": "…"}\''
    )


def accepted_of(texts: Sequence[str]) -> dict[str, str]:
    """Return the reasons by the codes of the findings that are accepted."""
    return {one["code"]: one["reason"] for one in (_accepted(text, "--accept") for text in texts)}


def _accepted(written: str, option: str) -> dict[str, str]:
    code, equals, reason = written.partition("=")
    if not equals:
        raise click.UsageError(
            f"{option} {quoted(written)}: write the code of the finding and why: CODE=REASON"
        )
    return {"code": code.strip(), "reason": reason.strip()}
