"""The runner of the documentation is itself held to what it says; and nothing generated is stale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.documented import commands_of, compare

ROOT = Path(__file__).parents[1]
ID, OTHER_ID = "01900000-0000-7000-8000-000000000001", "0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"


def test_equal_output_is_equal() -> None:
    assert compare("one\ntwo", "one\ntwo\n", {}) is None


def test_other_output_is_shown_as_a_difference() -> None:
    assert "+three" in (compare("one\ntwo", "one\nthree", {}) or "")


def test_more_output_than_the_page_shows_is_a_difference() -> None:
    assert compare("one", "one\ntwo", {})
    assert compare("", "one", {})


def test_an_ellipsis_within_a_line_stands_for_anything_in_it() -> None:
    assert compare("made … at last", "made a log at last", {}) is None
    assert compare("made … at last", "made a\nlog at last", {})


def test_an_ellipsis_alone_stands_for_any_lines() -> None:
    assert compare("one\n…\nfour", "one\ntwo\nthree\nfour", {}) is None
    assert compare("one\n…\nfour", "one\nfour", {}) is None


def test_an_id_stands_for_the_one_that_came_and_must_stay_the_same() -> None:
    known: dict[str, str] = {}
    assert compare(f"{ID} made", f"{OTHER_ID} made", known) is None
    assert known == {ID: OTHER_ID}
    assert compare(f"{ID} shown", f"{OTHER_ID} shown", known) is None
    assert compare(f"{ID} shown", f"{ID} shown", known)


def test_one_id_is_not_shown_as_two() -> None:
    known: dict[str, str] = {ID: OTHER_ID}
    assert compare(ID.replace("1", "2"), OTHER_ID, known)


@pytest.mark.parametrize(
    ("said", "came"),
    [
        ("17-3XG2QK5VTB", "4-ABCDEFGHIJ"),
        ("2026-11-23T10:00:00+04:00", "2027-01-01T00:00:00.123456+00:00"),
        ("2026-11-23 10:00 +04:00", "2027-01-01 00:00 +00:00"),
    ],
)
def test_receipts_and_times_may_differ(said: str, came: str) -> None:
    assert compare(f"at {said}.", f"at {came}.", {}) is None


def test_equal_times_of_a_page_may_differ_when_it_is_run() -> None:
    time, known = "2026-11-23T10:00:00+04:00", dict[str, str]()
    assert compare(f"{time}\n{time}", "2027-01-01T00:00:00+00:00\n2027-01-01T00:00:01+00:00", known) is None
    assert known == {}


def test_a_time_does_not_stand_for_a_word() -> None:
    assert compare("at 2026-11-23T10:00:00+04:00", "at noon", {})


def test_a_console_block_is_commands_with_their_output() -> None:
    block = "$ one\nout\nmore\n$ cat <<END\n> text\n> END\ntext\n"
    assert list(commands_of(block)) == [("one", "out\nmore\n"), ("cat <<END\ntext\nEND", "text\n")]


def test_a_console_block_begins_with_a_command() -> None:
    with pytest.raises(ValueError, match="begins with a command"):
        list(commands_of("out\n"))


def test_generated_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
