"""JSON, read strictly."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mesococktail.errors import DocumentError
from mesococktail.records import read_json
from mesococktail.records.json_text import strict_object
from tests.refused import refused

REFUSED: tuple[tuple[Any, str], ...] = (
    ('{"a":1,"a":2}', "a: stands in it twice; keep the one that is meant"),
    ('{"b":{"a":1,"a":1}}', "a: stands in it twice; keep the one that is meant"),
    (
        "NaN",
        (
            "NaN: is a number with a point, an exponent or no value, which is not exact; write "
            'amounts as text, such as "2.5 mg"'
        ),
    ),
    (
        "-Infinity",
        (
            "-Infinity: is a number with a point, an exponent or no value, which is not exact; "
            'write amounts as text, such as "2.5 mg"'
        ),
    ),
    (
        "1e400",
        (
            "1e400: is a number with a point, an exponent or no value, which is not exact; write "
            'amounts as text, such as "2.5 mg"'
        ),
    ),
    (
        '{"over":2.5}',
        (
            "2.5: is a number with a point, an exponent or no value, which is not exact; write "
            'amounts as text, such as "2.5 mg"'
        ),
    ),
    (
        "1" * 5000,
        (
            "111111111111111111111111111111111111111111111111111111111111\u2026: has more than 9 "
            "digits; amounts are written as text"
        ),
    ),
    ('{"over":-0}', "-0: is zero with a sign; write 0"),
    ("-1234567890", "-1234567890: has more than 9 digits; amounts are written as text"),
    ("[" * 30_000, "is nested too deeply"),
    ("[" * 900 + "]" * 900, "is nested too deeply"),
    ('{"a":' * 40 + "1" + "}" * 40, "is nested too deeply"),
    ('"\\ud800"', "holds half a surrogate pair; save it as UTF-8"),
    ('{"\\ud800":1}', "holds half a surrogate pair; save it as UTF-8"),
    ('"\ud800"', "holds half a surrogate pair; save it as UTF-8"),
    (b'"\xff"', "is not UTF-8 (byte 1); save it as UTF-8"),
    ("\x00", "is not JSON: Expecting value at character 1"),
    ('"\x00"', "is not JSON: Invalid control character at at character 2"),
    ("", "is not JSON: Expecting value at character 1"),
    ("{}x", "is not JSON: Extra data at character 3"),
    ("x" * 10_000_000, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: a document is at most 65536 bytes"),
    (
        "\u20ac" * 30_000,
        "\u20ac" * 30 + ": a document is at most 65536 bytes",
    ),
    (5, "5: must be JSON: text or bytes"),
    (None, "must be JSON: text or bytes"),
)


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[str(place) for place in range(len(REFUSED))])
def test_what_is_no_strict_json_is_refused_fast(text: Any, message: str) -> None:
    start = time.perf_counter()
    error = refused(read_json, text)
    assert time.perf_counter() - start < 0.2
    assert isinstance(error, DocumentError)
    assert str(error) == message


def test_many_fields_and_one_twice_are_refused_fast() -> None:
    text = "{" + ",".join(f'"{n}":1' for n in range(6_000)) + ',"5999":1}'
    start = time.perf_counter()
    assert str(refused(read_json, text)).startswith("5999: stands in it twice")
    assert time.perf_counter() - start < 0.2


def test_small_whole_numbers_and_ordinary_depth_are_json() -> None:
    assert read_json('{"a":[[[{"b":-123456789}]]]}') == {"a": [[[{"b": -123456789}]]]}
    assert read_json('"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["') == "[" * 41


def test_a_line_of_a_log_may_hold_longer_numbers() -> None:
    assert strict_object(b'{"seq":123456789012345678}') == {"seq": 123456789012345678}
    assert "no log has" in str(refused(strict_object, b'{"seq":1234567890123456789}'))
    assert "is not an object" in str(refused(strict_object, b"[]"))


@pytest.mark.parametrize("value", ["true", "null", "[]", "{}"])
def test_a_line_of_a_log_holds_texts_and_numbers_alone(value: str) -> None:
    error = refused(strict_object, f'{{"format":{value}}}'.encode())
    assert str(error).endswith("must be a text or a number")
    assert error.path == "format"
    assert "is zero with a sign" in str(refused(strict_object, b'{"seq":-0}'))
