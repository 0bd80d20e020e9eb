"""JSON, read strictly: what `json` lets through and a record must not hold is refused here."""

from __future__ import annotations

import json
from collections import Counter
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from mesococktail.errors import DocumentError, quote

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 65_536
"""Bytes of one document."""
_DEEPEST = 16
"""Levels of objects and lists; a record has eight."""
_LONGEST_NUMBER = 9
_LONGEST_OF_A_LOG = 18


def read_json(text: object) -> object:
    """Return the value of a JSON text.

    Raises:
        DocumentError: It is not JSON, is too long or too deep, names a key twice, or holds a number that
            is not a small whole one (amounts are texts), or half a surrogate pair.
    """
    if not isinstance(text, str | bytes):
        raise DocumentError("must be JSON: text or bytes", got=text)
    size = len(text.encode(errors="replace")) if isinstance(text, str) and len(text) <= LONGEST else len(text)
    if size > LONGEST:
        raise DocumentError(f"a document is at most {LONGEST} bytes", got=text[:30])
    value = _decoded(text, _DECODER)
    opened = (
        text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    )
    if opened > _DEEPEST:
        _check_depth(value)
    return value


def _check_depth(value: object) -> None:
    """Refuse what is deeper than any record, so that nobody who walks through it runs out of stack."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise DocumentError("is nested too deeply")


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def strict_object(line: bytes) -> dict[str, Any]:
    """Return the object on one line of an exported log, whose numbers may be as long as SQLite's.

    Raises:
        DocumentError: As for `read_json`, or it is not an object of texts and numbers.
    """
    value = _decoded(line, _OF_A_LOG)
    if not isinstance(value, dict):
        raise DocumentError("is not an object", got=value)
    for name, one in value.items():
        if type(one) not in (str, int):  # true would pass for 1
            raise DocumentError("must be a text or a number", path=quote(name), got=one)
    return value


def _decoded(text: str | bytes, decoder: json.JSONDecoder) -> object:
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        decoded.encode()
        value: object = decoder.decode(decoded)
        if "\\u" in decoded:  # an escape may be half of a pair, which no UTF-8 can say
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise DocumentError(f"is not UTF-8 (byte {error.start})", cure="save it as UTF-8") from None
    except UnicodeEncodeError:
        raise DocumentError("holds half a surrogate pair", cure="save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise DocumentError(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise DocumentError("is nested too deeply") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        times = Counter(key for key, _ in pairs)
        twice = next(key for key in times if times[key] > 1)
        raise DocumentError("stands in it twice", got=twice, cure="keep the one that is meant")
    return made


def _whole(digits: str) -> int:
    _check_sign(digits)
    if len(digits.lstrip("-")) > _LONGEST_NUMBER:
        raise DocumentError(
            f"has more than {_LONGEST_NUMBER} digits", got=digits, cure="amounts are written as text"
        )
    return int(digits)


def _whole_of_a_log(digits: str) -> int:
    _check_sign(digits)
    if len(digits) > _LONGEST_OF_A_LOG:
        raise DocumentError("is a number that no log has", got=digits)
    return int(digits)


def _check_sign(digits: str) -> None:
    if digits == "-0":
        raise DocumentError("is zero with a sign", got=digits, cure="write 0")


def _refused(number: str) -> object:
    raise DocumentError(
        "is a number with a point, an exponent or no value, which is not exact",
        got=number,
        cure='write amounts as text, such as "2.5 mg"',
    )


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_refused, parse_int=_whole, parse_constant=_refused
)
_OF_A_LOG = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_refused, parse_int=_whole_of_a_log, parse_constant=_refused
)


def json_text(text: str) -> str:
    """Return *text* as a JSON string, in UTF-8 rather than escapes."""
    return encode_basestring(text)
