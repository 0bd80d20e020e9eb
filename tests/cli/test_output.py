"""Rows, in every form the switches of sqlite-utils name."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from mesococktail.cli.output import safe
from mesococktail.cli.table import drawn
from mesococktail.cli.text import plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.fixture
def hostile(run: Run) -> None:
    """A doctor whose name a spreadsheet would run."""
    run("doctor", "dr-x", '=HYPERLINK("http://x")')
    run("doctor", "dr-y", "--", "-5, or so")


def test_where_piped_rows_are_a_json_array(run: Run) -> None:
    said = run("list").stdout
    assert [row["patient"] for row in json.loads(said)] == ["P-0", "P-1", "P-014"]
    assert said == run("list", "--json").stdout
    assert said.splitlines()[1].startswith(' {"id": ')


def test_no_rows_are_an_empty_array(run: Run) -> None:
    none = ("list", "--kind", "session", "-p", "P-1")
    assert run(*none).stdout == "[]\n"
    assert run(*none, "--nl").stdout == ""


def test_on_a_terminal_rows_are_a_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.cli.output.is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", "200")
    said = run("list").stdout.splitlines()
    assert said[0].split() == ["id", "status", "at", "patient", "doctor", "indication", "combination", "plan"]
    assert set(said[1]) == {"-", " "}
    assert len(said) == 5
    assert run("list", "--json").stdout.startswith("[{")


def test_json_lines_are_one_object_a_line(run: Run) -> None:
    assert [json.loads(line)["patient"] for line in run("list", "--nl").stdout.splitlines()] == [
        "P-0",
        "P-1",
        "P-014",
    ]


@pytest.mark.parametrize(("switch", "delimiter"), [("--csv", ","), ("--tsv", "\t")])
@pytest.mark.usefixtures("hostile")
def test_a_cell_that_a_spreadsheet_would_run_is_marked(run: Run, switch: str, delimiter: str) -> None:
    rows = list(csv.reader(io.StringIO(run("doctor", switch).stdout), delimiter=delimiter))
    assert [row[1] for row in rows] == ["name", "A. Physician", '\'=HYPERLINK("http://x")', "'-5, or so"]
    without = list(csv.reader(io.StringIO(run("doctor", switch, "--no-headers").stdout), delimiter=delimiter))
    assert without == rows[1:]


@pytest.mark.parametrize("number", ["-5", "-3.90139", "0.5", "12"])
def test_a_negative_number_stays_a_number_in_a_spreadsheet(number: str) -> None:
    assert safe(number) == number
    assert safe(Decimal(number)) == Decimal(number)


@pytest.mark.parametrize("text", ["-5+2", "-", "--5", "+5", "-5 mg", "=-5", "-5.", "-٣"])
def test_what_only_begins_like_a_number_is_marked(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_a_table_has_no_headers_when_none_are_wanted(run: Run) -> None:
    assert "status" not in run("list", "-t", "--no-headers").stdout


def test_a_table_is_drawn_in_a_format_of_tabulate(run: Run) -> None:
    assert run("list", "--fmt", "github").stdout.startswith("| id ")
    assert run("list", "-t", "--fmt", "github", "--no-headers").stdout.startswith("|-----")
    assert "'nonsense' is not one of" in run("list", "--fmt", "nonsense", code=2).stderr


def test_our_own_table_says_what_tabulates_says(run: Run) -> None:
    plain, theirs = (run("list", *switch).stdout for switch in (("-t",), ("--fmt", "simple")))
    assert [line.split() for line in plain.splitlines()[2:]] == [
        line.split() for line in theirs.splitlines()[2:]
    ]


def test_a_table_of_nothing_has_its_headers(run: Run) -> None:
    none = ("list", "--kind", "session", "-p", "P-1", "-t")
    assert run(*none).stdout.splitlines()[0].startswith("id  status")
    assert run(*none, "--no-headers").stdout == "\n"


def test_wide_letters_and_control_characters_keep_a_table_whole(run: Run) -> None:
    run("doctor", "dr-w", "王\tDoctor")
    lines = run("doctor", "-t").stdout.splitlines()
    assert "王\\tDoctor" in lines[-1]
    assert lines[-1].index("active") == lines[2].index("active") - 1


def test_two_outputs_are_one_too_many(run: Run) -> None:
    assert "choose one output, not csv and tsv" in run("list", "--csv", "--tsv", code=2).stderr


def test_a_list_is_narrowed(run: Run) -> None:
    assert [row["patient"] for row in json.loads(run("list", "--limit", "2").stdout)] == ["P-1", "P-014"]
    assert [row["patient"] for row in json.loads(run("list", "-p", "P-1", "--doctor", "dr-a").stdout)] == [
        "P-1"
    ]


def test_who_is_not_in_the_log_was_probably_mistyped(run: Run) -> None:
    assert run("list", "-p", "P-041", code=4).stderr == (
        "Error: patient: P-041: has no record in this log; did you mean P-014?\n"
    )
    assert run("list", "--doctor", "dr-q", "--csv", code=4).stderr == (
        "Error: doctor: dr-q: is not registered in this log; did you mean dr-a?\n"
    )
    assert run("list", "-p", "zzz", "--kind", "session", code=4).stdout == ""
    assert "has no record in this log; did you mean P-014?" in run("chart", "P-0144", code=4).stderr


def test_of_whom_there_is_nothing_of_a_kind_is_told_apart(run: Run) -> None:
    run("doctor", "dr-b", "B. Physician")
    said = run("list", "--kind", "adverse-event", "-p", "P-014", "--include-voided").stderr
    assert said == "no adverse event of patient P-014 in this log\n"
    said = run("list", "-p", "P-014", "--doctor", "dr-b").stderr
    assert said == "no prescription of patient P-014 of doctor dr-b in this log; voided ones are left out\n"
    assert run("list", "-p", "P-014").stderr == ""


def test_a_long_list_is_read_page_by_page(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.cli.listing._PAGE", 2)
    assert len(json.loads(run("list").stdout)) == 3


def test_a_newer_layout_is_looked_at_by_who_knows_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.log.glance.FINGERPRINT", "stale")
    assert len(json.loads(run("list").stdout)) == 3


def test_lists_of_texts_stay_lists_in_json_only(run: Run) -> None:
    agents = json.loads(run("agents").stdout)
    assert isinstance(agents[0]["measures"], list)
    assert "['" not in run("agents", "--csv").stdout
    assert "['" not in run("agents", "-t").stdout


def test_completion_prints_the_script_of_the_shell(run: Run) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "_MESOCOCKTAIL_COMPLETE" in run("completion", shell).stdout
    assert "'csh' is not one of" in run("completion", "csh", code=2).stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("mesococktail pre", ["prescribe"]),
        ("mesococktail --vers", ["--version"]),
        ("mesococktail agents minox", ["minoxidil"]),
        ("mesococktail list --doctor d", ["dr-a"]),
        ("mesococktail list -p P-01", ["P-014"]),
        ("mesococktail prescribe --for androg", ["androgenetic_alopecia"]),
        ("mesococktail study comb", ["combinations"]),
        ("mesococktail study doses --agent minox", ["minoxidil"]),
        ("mesococktail terms zon", ["zones"]),
        ("mesococktail list --kind patient-f", ["patient-facts"]),
        ("mesococktail record session --payload sal", ["saline"]),
        ("mesococktail record nothing x", []),
        ("mesococktail list --db nope.db --doctor d", []),
        ("mesococktail agents --formulary nope.toml minox", []),
    ],
)
def test_words_are_completed(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: str, offered: list[str]
) -> None:
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    monkeypatch.setenv("_MESOCOCKTAIL_COMPLETE", "bash_complete")
    assert [line.split(",")[1] for line in run().stdout.split()] == offered


def test_ids_of_records_are_completed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = json.loads(run("list").stdout)[-1]["id"]
    monkeypatch.setenv("COMP_WORDS", f"mesococktail show {whole[:10]}")
    monkeypatch.setenv("COMP_CWORD", "2")
    monkeypatch.setenv("_MESOCOCKTAIL_COMPLETE", "bash_complete")
    assert f"plain,{whole}" in run().stdout


def test_nothing_is_completed_without_a_log(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESOCOCKTAIL_DB")
    monkeypatch.setenv("COMP_WORDS", "mesococktail list --doctor d")
    monkeypatch.setenv("COMP_CWORD", "3")
    monkeypatch.setenv("_MESOCOCKTAIL_COMPLETE", "bash_complete")
    assert run().stdout.strip() == ""
    assert folder.exists()


def test_a_space_that_keeps_a_number_together_is_printed_as_it_is() -> None:
    assert plain("200\u202f000\u00a0IU\x1b") == "200\u202f000\u00a0IU\\x1b"


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    "args",
    [
        ("list",),
        ("list", "--kind", "session"),
        ("list", "--kind", "preparation"),
        ("doctor",),
        ("terms",),
        ("terms", "indications"),
        ("terms", "adverse_events"),
        ("rules",),
        ("agents",),
        ("agents", "minoxidil"),
        ("published",),
        ("verify",),
    ],
    ids=" ".join,
)
def test_a_table_fits_its_terminal_and_leaves_nothing_out(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], width: int
) -> None:
    assert course.exists()
    whole = run(*args, "-t").stdout
    monkeypatch.setattr("mesococktail.cli.output.is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", str(width))
    fitted = run(*args).stdout
    assert max(map(len, fitted.splitlines())) <= width
    squeezed, wanted = ("".join(sorted(re.sub(r"[-\s]", "", text))) for text in (fitted, whole))
    assert squeezed == wanted
    ids = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", whole)
    assert [one for one in ids if one not in fitted] == []


def test_a_table_that_fits_is_drawn_as_it_was(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("list", "-t").stdout
    monkeypatch.setattr("mesococktail.cli.output.is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", "160")
    assert run("list").stdout == whole


def test_prose_is_wrapped_and_columns_are_folded() -> None:
    rows = [["1", "one two three four five six seven", "x" * 12], ["2", "short", ""]]
    assert list(drawn(rows, ("no", "words", "code"), 44)) == [
        "no  words                       code",
        "--  --------------------------  ------------",
        "1   one two three four five     xxxxxxxxxxxx",
        "    six seven",
        "2   short",
    ]
    assert list(drawn(rows, ("no", "words", "code"), 30)) == [
        "no  words",
        "  code",
        "--  --------------------------",
        "  ------------",
        "1   one two three four five",
        "    six seven",
        "  xxxxxxxxxxxx",
        "2   short",
    ]


def test_what_is_wider_than_the_terminal_by_itself_is_broken() -> None:
    assert list(drawn([["王王王王王", "abcdefghij"]], (), 4)) == [
        "王王",
        "王王",
        "王",
        "  ab",
        "  cd",
        "  ef",
        "  gh",
        "  ij",
    ]
