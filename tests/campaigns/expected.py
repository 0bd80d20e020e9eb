"""What each door is to make of each hostile document: the table of expectations of `documents`.

By door, the documents that are read there, and as what. Whatever does not stand in it must be refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.records import FieldType
from tests.campaigns.hostile import TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME = "<as the sound one>"
GIVEN = "<the text as given, but for blanks, in NFC>"
NOTHING = "nothing"


def _all_but(refused: str, token: str) -> dict[str, str]:
    return {name: token for name in TEXTS if name not in refused.split(", ")}


_FACTS = {
    "null for a number": "birth_year: None",
    "null for a text": "told_by: None",
    "text in NFC": "told_by: \u00e9",
    "text in NFD": "told_by: \u00e9",
    "bidi in text": "told_by: \u202e5 mg\u202c",
    "zero width in text": "told_by: a\u200bb",
    "newline in text": "told_by: x\ny",
    "pair of surrogates": "told_by: \U0001f489",
    "line separator": "told_by: x\u2028y",
}
"""Free text may be in any script, and is kept in NFC. What may be left out may be null."""
_UNASKED = {"no such code": "sex: femal", "Cyrillic in a code": "sex: fem\u0430le"}
"""Where no formulary is asked yet what the words mean."""
_LINE = _FACTS | {"empty": NOTHING, "blank": NOTHING}
"""A line of nothing is passed over."""
_LOADED = {
    "as a text": SAME,
    "10 MB of blanks": SAME,
    "duplicate key": "told_by: y",
    "duplicate key, same value": "told_by: x",
    "duplicate by escape": "told_by: y",
}
"""What `json.loads` has settled before we are asked."""
_RULE = "no_hat do_not a day {} {}"
_RULES = dict.fromkeys(("plus sign", "hex", "octal", "grouped"), _RULE.format(1988, "rest")) | {
    "text in NFC": _RULE.format(1, "\u00e9"),
    "text in NFD": _RULE.format(1, "\u00e9"),
    "single quotes in place": _RULE.format(1, "x"),
    "single quotes": SAME,
    "last character missing": SAME,
}
"""TOML writes some things in more ways than JSON. The last character is a line break."""
_NO_RULES = dict.fromkeys(
    ("empty", "blank"),
    "no_excessive_exercise do_not at least 3 days 3 read: the source article (hairtransplantdubai.com)",
)
_ZONE = {
    "null for a number": "zones: vertex, left",
    "null for a text": "zones: vertex, 1 mL",
    "text in NFC": "zones: vertex, \u00e9, 1 mL",
    "text in NFD": "zones: vertex, \u00e9, 1 mL",
    "bidi in text": "zones: vertex, \\u202e5 mg\\u202c, 1 mL",
    "zero width in text": "zones: vertex, a\\u200bb, 1 mL",
    "newline in text": "zones: vertex, x\\ny, 1 mL",
    "pair of surrogates": "zones: vertex, \U0001f489, 1 mL",
    "line separator": "zones: vertex, x\\u2028y, 1 mL",
}
_SET = {
    name: "zones[0].zone: frontal -> vertex"
    + (f", zones[0].description: (nothing) -> {text}" if text else "")
    + (", zones[0].volume: (nothing) -> 1 mL" if name != "null for a number" else "")
    for name, text in {
        "null for a number": "left",
        "null for a text": "",
        "text in NFC": "\u00e9",
        "text in NFD": "\u00e9",
        "bidi in text": "\\u202e5 mg\\u202c",
        "zero width in text": "a\\u200bb",
        "newline in text": "x",
        "pair of surrogates": "\U0001f489",
        "line separator": "x\\u2028y",
    }.items()
}
"""Of a text of several lines only the first names the zone."""

_OUTER_BLANKS = dict.fromkeys(("newline behind", "carriage return", "tab before", "form feed"), SAME)
_FOLDED = dict.fromkeys(
    (
        "newline behind",
        "newline inside",
        "carriage return",
        "tab before",
        "combining accent",
        "no-break spaces",
    ),
    SAME,
)
"""Blanks and accents of a name do not matter."""
_PLAN = _OUTER_BLANKS | {"no-break spaces": SAME}
_IDS = ("twice", "null", "NaN", "Infinity", "1e400", "2**63")
"""An id is opaque: letters and digits, and nobody asks which."""
_NEVER = (
    "NUL behind, NUL inside, form feed, escape sequence, C1 control, lone surrogate, byte that is no UTF-8, "
    "empty, blank, 4301 digits, 100 000 open, 10 MB of letters, 10 MB of digits, 10 MB of NFD, "
    "10 MB of blanks, 10 MB of the same"
)
_UNSEEN = "BOM, zero width inside, joiner behind, soft hyphen inside, bidi override, bidi isolate"
_NAME = f"{_NEVER}, carriage return"
_REASON = f"{_NEVER}, {_UNSEEN}, carriage return, tab before, no-break spaces"
_AUTHOR = f"{_REASON}, newline behind, newline inside"
_MARKS = "in quotes, in a list, SQL, object"
_AGENT = f"{_NEVER}, {_UNSEEN}, {_MARKS}, Cyrillic twins, full width, format, formula, 2**63, power"
_DESCRIPTION = f"{_NEVER.replace('form feed, ', '')}, {_UNSEEN}, {_MARKS}"
_PEM = (
    "BOM, BOM behind, trailing text, two documents, two documents apart, trailing NUL, NUL before, "
    "in a list, line comment, trailing comma behind, last character missing, invalid UTF-8, overlong UTF-8, "
    "surrogate in UTF-8, half a letter, Latin-1"
)
"""A key stands between two lines of its file, and what is around them does not matter."""
_KEYS = {"last character missing": SAME}

READ: Mapping[str, Mapping[str, str]] = {
    "given_record": _FACTS | _UNASKED,
    "given_record, text": _FACTS | _UNASKED,
    "stored_record": _FACTS | _UNASKED,
    "append_many": _LINE,
    "append_many, reporting": _LINE,
    "import": _LINE,
    "import -": _LINE,
    "Formulary.load": _RULES | _NO_RULES,
    "--formulary": dict.fromkeys(_RULES | _NO_RULES, SAME),
    "record --zones": _ZONE,
    "amend --set, group": _SET,
    "given_record, values": _FACTS | _UNASKED | _LOADED | {"-0": "birth_year: 0"},
    "append_many, values": _FACTS | _LOADED,
    "check, values": dict.fromkeys(set(_FACTS | _LOADED) - {"as a text"}, SAME),
    "Cocktail.parse": _OUTER_BLANKS,
    "Plan.parse": _PLAN,
    "Formulary.find": _FOLDED,
    "Formulary.term": _FOLDED,
    "other": _all_but(_AGENT, GIVEN),
    "other, description": _all_but(_DESCRIPTION, GIVEN),
    "Doctor.id": dict.fromkeys(_IDS, GIVEN),
    "Doctor.name": _all_but(_NAME, GIVEN),
    "patient": dict.fromkeys(_IDS, GIVEN),
    "reason": _all_but(_REASON, GIVEN),
    "recorded_by": _all_but(_AUTHOR, GIVEN),
    "prescribe": _OUTER_BLANKS,
    "prescribe --plan": _PLAN,
    "prescribe -p": dict.fromkeys(_IDS, SAME),
    "prescribe --for": {"combining accent": SAME},
    "amend --set, text": _OUTER_BLANKS
    | dict.fromkeys(("joiner behind", "combining accent", "no-break spaces", "twice", "twice apart"), SAME)
    | dict.fromkeys(("trailing text", "comment", "trailing comma", "backslash"), SAME),
    "amend --reason": _all_but(_REASON, SAME),
    "stop --recorded-by": _all_but(_AUTHOR, SAME),
    "study --contains": _OUTER_BLANKS | {"combining accent": SAME, "no-break spaces": SAME},
    "agents": _FOLDED,
    "published": _FOLDED | {"form feed": SAME, "10 MB of the same": SAME},
    "doctor, name": _all_but(_NAME, SAME),
    "read_keys": _KEYS | {"empty": "[]", "blank": "[]"},
    "verify --keys": _KEYS,
    "read_heads": _KEYS | {"two documents": "2"},
    "verify --heads": _KEYS | {"two documents": SAME},
    "Signer.load": dict.fromkeys(_PEM.split(", "), SAME),
    "--sign": dict.fromkeys(_PEM.split(", "), SAME),
}
MAIN = frozenset(
    {
        *("given_record", "stored_record", "append_many", "append_many, values", "restore, header"),
        *("Amount.parse", "Cocktail.parse", "Plan.parse", "time_of", "Receipt.parse", "Formulary.find"),
        *("Formulary.load", "amount"),
    }
)
"""The doors that are tried at the smallest size."""
SLOWER = {"Formulary.load": 2e-6, "--formulary": 2e-6}
"""Seconds more for each byte: TOML is read by Python's own reader, half a megabyte in a second."""

TYPES: Mapping[FieldType, tuple[object, ...]] = {
    FieldType.NUMBER: (5,),
    FieldType.DECIMAL: (5, 10**9),
    FieldType.FLAG: (True, False),
    FieldType.TEXTS: ([], ["x"]),
    FieldType.CODES: ([], ["x"]),
    FieldType.GROUPS: ([], {}, ["x"]),
    FieldType.FINDINGS: ([],),
    FieldType.GROUP: ({},),
}
"""What of `documents.VALUES` a field of a type may be given. No other value fits any other type."""
