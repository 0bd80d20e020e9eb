"""Hostile documents: what a program, a person or an attacker may send to a door that reads.

A *structured* one is a sound object with one thing wrong in it, so that nothing else can be why it is
refused: a value in the place of a sound one, a member too many, or the whole text made into something else.
A *text* is a sound one-line text made into something else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

NFD = "e\u0301"
NFC = "\u00e9"
HUGE = 10_000_000
MILLION = 1_000_000


@attrs.frozen
class Template:
    """A sound document with the places where something else may be put."""

    text: str
    """With the name of a place between at signs: ``{"patient":@id@}``. ``@more@`` takes members."""
    sound: Mapping[str, str]
    """What stands at each place, as it is written there."""
    key: str
    """Of the member that `text` stands under."""
    member: str = ",{key}:{value}"
    """How one more member is written."""

    def made(self, place: str = "", put: str = "") -> str:
        """Return the sound document, or with something else at one place."""
        text = self.text
        for name, value in {**self.sound, "more": "", place: put}.items():
            text = text.replace(f"@{name}@", value)
        return text

    def with_members(self, members: Members) -> str:
        """Return it with members that do not belong there; *SAME* is a key that it has already."""
        escaped = f"\\u{ord(self.key[0]):04x}{self.key[1:]}"
        more = "".join(self.member.format(key=key, value=value) for key, value in members)
        return self.made("more", more.replace("*SAME*", self.key).replace("*ESCAPED*", escaped))


Members = tuple[tuple[str, str], ...]


@attrs.frozen
class Hostile:
    """One document, by its name, and how it is made for the door that it is sent to."""

    name: str
    make: Callable[[Template], str | bytes]
    huge: bool = False
    """Whether it is so long that making it takes a while."""

    def bytes_for(self, template: Template) -> bytes:
        """Return what is sent to a door that takes bytes."""
        made = self.make(template)
        return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")


PLACED: Mapping[str, Mapping[str, str]] = {
    "number": {
        "NaN": "NaN",
        "Infinity": "Infinity",
        "-Infinity": "-Infinity",
        "1e400": "1e400",
        "-1e400": "-1e400",
        "exponent": "1e3",
        "float": "1988.0",
        "tiny float": "0.1000000000000000055511151231257827",
        "-0": "-0",
        "-0.0": "-0.0",
        "ten digits": "1234567890",
        "2**63": str(2**63),
        "-2**63-1": str(-(2**63) - 1),
        "4300 digits": "1" * 4300,
        "4301 digits": "1" * 4301,
        "leading zero": "01988",
        "plus sign": "+1988",
        "hex": "0x7c4",
        "octal": "0o3704",
        "bare .5": ".5",
        "bare 5.": "5.",
        "grouped": "1_988",
        "true for a number": "true",
        "text for a number": '"1988"',
        "list for a number": "[1988]",
        "object for a number": '{"a":1988}',
        "no number": "",
        "full-width digits": "\uff11\uff19\uff18\uff18",
        "arithmetic": "1987+1",
        "null for a number": "null",
    },
    "text": {
        "number for a text": "1988",
        "true for a text": "true",
        "list for a text": '["x"]',
        "object for a text": '{"a":"x"}',
        "empty list for a text": "[]",
        "empty object for a text": "{}",
        "lone surrogate": '"\\ud800"',
        "surrogates exchanged": '"\\udc89\\ud83d"',
        "raw surrogate": '"\ud800"',
        "NUL in text": '"x\\u0000y"',
        "raw NUL in text": '"x\x00y"',
        "escape in text": '"x\\u001b[2Jy"',
        "C1 control in text": '"x\\u009by"',
        "raw newline in text": '"x\ny"',
        "raw tab in text": '"x\ty"',
        "single quotes in place": "'x'",
        "bad escape": '"\\x41"',
        "short escape": '"\\u12"',
        "open text": '"x',
        "empty text": '""',
        "blank text": '"  "',
        "4001 characters": '"' + "x" * 4001 + '"',
        "4001 characters in NFD": '"' + NFD * 4001 + '"',
        "70 000 characters": '"' + "x" * 70_000 + '"',
        "10 MB text": "10 MB",
        "depth 17": "[" * 17 + "]" * 17,
        "depth 900": "[" * 900 + "]" * 900,
        "depth 100 000": "[" * 100_000 + "]" * 100_000,
        "objects in objects": '{"a":' * 900 + "1" + "}" * 900,
        "depth left open": "[" * 30_000,
        "text in NFC": f'"{NFC}"',
        "text in NFD": f'"{NFD}"',
        "bidi in text": '"\u202e5 mg\u202c"',
        "zero width in text": '"a\u200bb"',
        "newline in text": '"x\\ny"',
        "null for a text": "null",
        "pair of surrogates": '"\\ud83d\\udc89"',
        "line separator": '"x\u2028y"',
    },
    "id": {
        "blank in id": '"P 1"',
        "name for an id": '"Ada Byron"',
        "zero width in id": '"P-1\u200b"',
        "bidi in id": '"\u202eP-1"',
        "Cyrillic in id": '"\u0420-1"',
        "newline in id": '"P-1\\n"',
        "blank behind id": '"P-1 "',
        "NUL in id": '"P-1\\u0000"',
        "id in NFD": f'"P{NFD}"',
        "empty id": '""',
        "long id": '"' + "P" * 65 + '"',
        "path for an id": '"../P-1"',
        "number for an id": "1",
        "null for an id": "null",
    },
    "time": {
        "no zone": '"2025-03-01T10:00"',
        "no such day": '"2025-02-30"',
        "no such month": '"2025-13"',
        "no such hour": '"2025-03-01T25:00+04:00"',
        "no such zone": '"2025-03-01T10:00+99:00"',
        "year 0": '"0000-01-01"',
        "year 10000": '"10000-01-01"',
        "year 1": '"0001-01-01T00:00+14:00"',
        "week for a time": '"2025-W01"',
        "seconds for a time": "1740809040",
        "other digits in a time": '"\uff12\uff10\uff12\uff15-03-01"',
        "NUL in a time": '"2025-03\\u0000"',
        "blank in a time": '"2025-03 "',
        "long time": '"2025-03-01T10:00:00.' + "0" * 60 + '+04:00"',
        "null for a time": "null",
    },
    "code": {
        "Cyrillic in a code": '"fem\u0430le"',
        "zero width in a code": '"female\u200b"',
        "NUL in a code": '"female\\u0000"',
        "no such code": '"femal"',
        "true for a code": "true",
        "list for a code": '["female"]',
    },
}
"""By the place where it is put: what is put there."""

ADDED: Mapping[str, Members] = {
    "unknown key": (('"colour"', '"red"'),),
    "unknown key of nothing": (('"colour"', "null"),),
    "empty key": (('""', '"x"'),),
    "blank key": (('" "', '"x"'),),
    "key in capitals": (('"TOLD_BY"', '"x"'),),
    "blank behind key": (('"told_by "', '"x"'),),
    "NUL in key": (('"told_by\\u0000"', '"x"'),),
    "lone surrogate in key": (('"\\ud800"', '"x"'),),
    "NFC key": ((f'"{NFC}"', '"x"'),),
    "NFC and NFD twins": ((f'"{NFC}"', '"x"'), (f'"{NFD}"', '"y"')),
    "bidi in key": (('"\u202ebirth_year"', "1"),),
    "zero width in key": (('"told\u200b_by"', '"x"'),),
    "Cyrillic in key": (('"t\u043eld_by"', '"x"'),),
    "__proto__": (('"__proto__"', '{"x":1}'),),
    "__class__": (('"__class__"', '"x"'),),
    "long key": (('"' + "k" * 10_000 + '"', '"x"'),),
    "key of 70 000 characters": (('"' + "k" * 70_000 + '"', '"x"'),),
    "duplicate key": (('"*SAME*"', '"y"'),),
    "duplicate key, same value": (('"*SAME*"', '"x"'),),
    "duplicate by escape": (('"*ESCAPED*"', '"y"'),),
    "duplicate inside": (('"k"', '{"a":1,"a":2}'),),
    "key without quotes": (("colour", '"red"'),),
    "key in single quotes": (("'colour'", '"red"'),),
    "number for a key": (("1", '"x"'),),
    "500 keys": tuple((f'"k{number}"', '"x"') for number in range(500)),
    "6000 keys": tuple((f'"k{number}"', "1") for number in range(6000)),
}
"""Members that no document has. Where a door knows its keys, each is why it is refused."""

_WHOLE: Mapping[str, Callable[[str], str | bytes]] = {
    "BOM": lambda sound: "\ufeff" + sound,
    "BOM behind": lambda sound: sound + "\ufeff",
    "trailing text": lambda sound: sound + " x",
    "two documents": lambda sound: sound + sound,
    "two documents apart": lambda sound: sound + " " + sound,
    "trailing NUL": lambda sound: sound + "\x00",
    "NUL before": lambda sound: "\x00" + sound,
    "single quotes": lambda sound: sound.replace('"', "'"),
    "block comment": lambda sound: sound.replace(",", ", /* x */ ", 1),
    "line comment": lambda sound: sound + " // x",
    "trailing comma": lambda sound: sound.replace("}", ",}"),
    "trailing comma behind": lambda sound: sound + ",",
    "cut in half": lambda sound: sound[: len(sound) // 2],
    "last character missing": lambda sound: sound[:-1],
    "in a list": lambda sound: f"[{sound}]",
    "as a text": json.dumps,
    "invalid UTF-8": lambda sound: _in_last_text(sound, b"\xff"),
    "overlong UTF-8": lambda sound: _in_last_text(sound, b"\xc0\xaf"),
    "surrogate in UTF-8": lambda sound: _in_last_text(sound, b"\xed\xa0\x80"),
    "half a letter": lambda sound: sound.encode() + b"\xe2\x82",
    "Latin-1": lambda sound: _in_last_text(sound, "\u00e9".encode("latin-1")),
    "UTF-16": lambda sound: sound.encode("utf-16"),
    "UTF-16 without BOM": lambda sound: sound.encode("utf-16-be"),
    "UTF-32": lambda sound: sound.encode("utf-32"),
    "gzip": lambda _: b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    "empty": lambda _: "",
    "blank": lambda _: " \t ",
    "null": lambda _: "null",
    "true": lambda _: "true",
    "number": lambda _: "5",
    "NaN alone": lambda _: "NaN",
    "text": lambda _: '"x"',
    "empty list": lambda _: "[]",
    "empty object": lambda _: "{}",
    "YAML": lambda _: "patient: P-1",
    "CSV": lambda _: "patient;at\nP-1;2025",
    "XML bomb": lambda _: '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
    "depth 900 alone": lambda _: "[" * 900 + "]" * 900,
    "depth 100 000 alone": lambda _: "[" * 100_000 + "]" * 100_000,
    "objects 100 000 deep": lambda _: '{"a":' * 100_000,
    "million keys": lambda _: "{" + ",".join(f'"k{number}":0' for number in range(MILLION)) + "}",
    "million entries": lambda _: "[" + "0," * MILLION + "0]",
    "10 MB of letters": lambda _: "x" * HUGE,
    "10 MB of blanks": lambda sound: " " * HUGE + sound,
    "10 MB of NUL": lambda _: bytes(HUGE),
}
_HUGE = frozenset(("10 MB text", "million keys", "million entries"))


def _in_last_text(sound: str, put: bytes) -> bytes:
    before, quote, behind = sound.encode().rpartition(b'"')
    return before + put + quote + behind


def structured() -> Iterator[Hostile]:
    """Yield every structured document."""
    for place, values in PLACED.items():
        for name, raw in values.items():
            yield Hostile(name, partial(_placed, place, raw), name in _HUGE)
    for name, members in ADDED.items():
        yield Hostile(name, partial(_added, members))
    yield from whole()


def whole() -> Iterator[Hostile]:
    """Yield the documents that are made out of, or put in the place of, a whole sound one."""
    for name, change in _WHOLE.items():
        yield Hostile(name, partial(_changed, change), name in _HUGE or name.startswith("10 MB"))


def _placed(place: str, raw: str, template: Template) -> str:
    return template.made(place, '"' + "x" * HUGE + '"' if raw == "10 MB" else raw)


def _added(members: Members, template: Template) -> str:
    return template.with_members(members)


def _changed(change: Callable[[str], str | bytes], template: Template) -> str | bytes:
    return change(template.made())


_CYRILLIC = str.maketrans(
    "aceopxyABCEHKMOPTXi",
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443"
    "\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425\u0456",
)
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

TEXTS: Mapping[str, Callable[[str], str]] = {
    "NUL behind": lambda sound: sound + "\x00",
    "NUL inside": lambda sound: sound[:1] + "\x00" + sound[1:],
    "BOM": lambda sound: "\ufeff" + sound,
    "zero width inside": lambda sound: sound[:1] + "\u200b" + sound[1:],
    "joiner behind": lambda sound: sound + "\u200d",
    "soft hyphen inside": lambda sound: sound[:2] + "\u00ad" + sound[2:],
    "bidi override": lambda sound: "\u202e" + sound,
    "bidi isolate": lambda sound: f"\u2067{sound}\u2069",
    "newline behind": lambda sound: sound + "\n",
    "newline inside": lambda sound: sound[:1] + "\n" + sound[1:],
    "carriage return": lambda sound: sound + "\r",
    "tab before": lambda sound: "\t" + sound,
    "form feed": lambda sound: sound + "\x0c",
    "escape sequence": lambda sound: "\x1b[2J" + sound,
    "C1 control": lambda sound: "\x9b" + sound,
    "lone surrogate": lambda sound: sound + "\ud800",
    "byte that is no UTF-8": lambda sound: sound + "\udcff",
    "combining accent": lambda sound: sound + "\u0301",
    "Cyrillic twins": lambda sound: sound.translate(_CYRILLIC),
    "full width": lambda sound: sound.translate(_WIDE),
    "no-break spaces": lambda sound: sound.replace(" ", "\u00a0") + "\u00a0",
    "twice": lambda sound: sound + sound,
    "twice apart": lambda sound: f"{sound} {sound}",
    "trailing text": lambda sound: sound + " xyz",
    "in quotes": lambda sound: f'"{sound}"',
    "in single quotes": lambda sound: f"'{sound}'",
    "in parentheses": lambda sound: f"({sound})",
    "in a list": lambda sound: f"[{sound}]",
    "comment": lambda sound: sound + " # x",
    "trailing comma": lambda sound: sound + ",",
    "backslash": lambda sound: sound + "\\",
    "SQL": lambda _: "'; DROP TABLE entry; --",
    "shell": lambda _: "$(id)",
    "format": lambda _: "%s%n{0.__class__}",
    "path": lambda _: "../../etc/passwd",
    "formula": lambda _: "=1+1",
    "empty": lambda _: "",
    "blank": lambda _: "   ",
    "null": lambda _: "null",
    "NaN": lambda _: "NaN",
    "Infinity": lambda _: "Infinity",
    "1e400": lambda _: "1e400",
    "2**63": lambda _: str(2**63),
    "4301 digits": lambda _: "1" * 4301,
    "power": lambda _: "9**9**9",
    "object": lambda _: '{"a":1}',
    "100 000 open": lambda _: "(" * 100_000,
    "10 MB of letters": lambda _: "x" * HUGE,
    "10 MB of digits": lambda _: "1" * HUGE,
    "10 MB of NFD": lambda _: NFD * (HUGE // 3),
    "10 MB of blanks": lambda sound: " " * HUGE + sound,
    "10 MB of the same": lambda sound: f"{sound} + " * (HUGE // (len(sound) + 3)),
}
"""What a sound one-line text is made into."""


def texts() -> Iterator[Hostile]:
    """Yield every text."""
    for name, change in TEXTS.items():
        yield Hostile(name, partial(_changed, change), name.startswith("10 MB"))
