"""``audit``, ``head`` and ``retention``: what is handed to an inspector, and kept elsewhere for one."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from mesococktail import PrescriptionLog, __version__
from tests.log.helpers import damaging, prescribe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

LAW = ("--reason", "asked for it", "--authority", "GDPR art. 17")


@pytest.fixture
def corrected(run: Run, course: Path) -> Path:
    """The course of P-014, with its prescription corrected and stopped and its session voided."""
    run("amend", "last", "--rationale", "dry scalp", "--reason", "was missing", "--recorded-by", "front desk")
    run("stop", "last", "--reason", "moved away")
    run("void", "last:session", "--reason", "entered twice")
    return course


def test_a_record_is_told_with_who_when_why_old_and_new(run: Run, corrected: Path) -> None:
    assert corrected.exists()
    said = run("audit", "last:prescription", "--text").stdout
    head, first, second, third, closing = said.split("\n\n")
    assert re.fullmatch(r"Audit of the prescription [0-9a-f-]{36}: 3 entries of 1 record", head)
    assert re.fullmatch(r"entry 4: record, prescription [0-9a-f-]{36}, version 1", first.split("\n")[0])
    assert re.search(r"\n  when:     20[0-9-]{8}T[0-9:.]{15}\+00:00\n  who:      not said\n", first)
    assert "\n    patient: P-014\n    doctor: dr-a\n" in first
    assert "\n    cocktail: minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)" in first
    assert "\n  who:      front desk\n  why:      was missing\n  receipt:  " in second
    assert second.endswith("\n    rationale: (nothing) -> dry scalp")
    assert third.endswith("\n    no field changed: from here on the treatment counts as ended")
    assert "why:" not in first
    assert f"by verify of mesococktail {__version__}, over the\nwhole" in closing
    assert max(map(len, closing.split("\n"))) <= 80


def test_the_closing_says_how_it_was_checked_and_what_that_cannot_show(run: Run, corrected: Path) -> None:
    assert corrected.exists()
    said = " ".join(run("audit", "last", "--text").stdout.split())
    assert "over the whole log: sound, nothing found Log " in said
    assert " of riverside: 9 entries, head 9-" in said
    assert "Held against nothing that was kept outside: no --head, --receipt or --heads was given" in said
    assert "Signatures were not checked: no --keys was given" in said
    assert "Times are those of the clock of the machine that wrote." in said
    assert "only a head or receipt shows that was kept outside" in said


def test_all_of_a_patient_is_told_in_log_order(run: Run, corrected: Path) -> None:
    assert corrected.exists()
    result = run("audit", "--patient", "P-014")
    rows = json.loads(result.stdout)
    assert [(row["seq"], row["act"], row["kind"]) for row in rows] == [
        (4, "record", "prescription"),
        (5, "record", "preparation"),
        (6, "record", "session"),
        (7, "amend", "prescription"),
        (8, "stop", "prescription"),
        (9, "void", "session"),
    ]
    assert rows[3]["changes"] == [{"field": "rationale", "before": None, "after": "dry scalp"}]
    assert rows[3]["recorded_by"] == "front desk"
    assert rows[0]["recorded_by"] is rows[0]["reason"] is rows[0]["erased_by"] is None
    assert result.stderr.startswith("Checked on ")
    assert [
        json.loads(line) for line in run("audit", "--patient", "P-014", "--nl").stdout.splitlines()
    ] == rows


def test_a_cell_tells_the_changes_as_text(run: Run, corrected: Path) -> None:
    assert corrected.exists()
    rows = list(csv.DictReader(io.StringIO(run("audit", "--patient", "P-014", "--csv").stdout)))
    assert rows[3]["changes"] == "rationale: (nothing) -> dry scalp"
    assert rows[0]["changes"].startswith("patient: (nothing) -> P-014; doctor: (nothing) -> dr-a; ")
    assert "rationale: (nothing) -> dry scalp" in run("audit", "--patient", "P-014", "-t").stdout


def test_on_a_terminal_it_is_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("output", "audit"):
        monkeypatch.setattr(f"mesococktail.cli.{module}.is_terminal", lambda _: True)
    assert run("audit", "--patient", "P-014").stdout.startswith(
        "Audit of patient P-014: 1 entry of 1 record\n"
    )
    assert run("audit", "--patient", "P-014", "--json").stdout.startswith("[{")


def test_what_was_erased_is_told_by_which_entry_and_law(run: Run, corrected: Path) -> None:
    assert corrected.exists()
    erased = run("erase", "last:session", "--yes", *LAW, "--recorded-by", "office").stdout.strip()
    said = run("audit", erased, "--text").stdout
    assert "    what it said was erased by entry 10\n" in said
    assert "  why:      asked for it\n  by law:   GDPR art. 17\n" in said
    assert "Erased by law" not in said
    said = run("audit", "--patient", "P-014", "--text").stdout
    assert erased not in said
    assert "Erased by law: 1 record of this log, and nothing says any more of whom" in said
    rows = json.loads(run("audit", erased).stdout)
    assert [(row["act"], row["erased_by"], row["authority"]) for row in rows] == [
        ("record", 10, None),
        ("void", None, None),
        ("erase", None, "GDPR art. 17"),
    ]


def test_it_is_held_against_what_was_kept(run: Run, corrected: Path) -> None:
    first = json.loads(run("audit", "last").stdout)[0]["receipt"]
    run("head", "--append", "heads.txt")
    head = run("head").stdout.strip()
    given = ("--receipt", first, "--head", head, "--heads", "heads.txt")
    said = " ".join(run("audit", "last", "--text", *given).stdout.split())
    assert "and it fits: 2 receipts and 1 head of heads.txt, noted from 20" in said
    assert "; it proves the log up to entry 9 " in said
    (corrected / "keys.txt").write_text(run("key", "dr-a.pem", "--name", "dr-a").stdout)
    said = run("audit", "last", "--text", "--keys", "keys.txt", "--signed-from", "9", code=5).stdout
    assert "Signatures checked from entry 9 on, with the keys of keys.txt" in said


def test_what_does_not_fit_is_told_and_the_exit_code_says_so(run: Run, corrected: Path) -> None:
    assert corrected.exists()
    result = run("audit", "last", "--text", "--receipt", "7-ABCDEFGHIJ", code=5)
    said = " ".join(result.stdout.split())
    assert "over the whole log: 1 finding error" in said
    assert "is not the one that the receipt was given for" in said
    assert "kept outside, and it does not fit: 1 receipt" in said
    assert "Audit of the prescription" in said


def test_a_damaged_document_is_told(run: Run, corrected: Path) -> None:
    with damaging(corrected / "clinic.db") as sqlite:
        sqlite.execute("UPDATE payload SET document = '{' WHERE seq = 4")
    said = run("audit", "last", "--text", code=5).stdout
    assert "    what it said is damaged and cannot be read\n" in said
    assert json.loads(run("audit", "last", code=5).stdout)[0]["changes"] is None


def test_who_or_what_is_not_there_is_not_audited(run: Run) -> None:
    said = run("audit", "--patient", "P-0144", code=4).stderr
    assert said == "Error: patient: P-0144: has no record in this log; did you mean P-014?\n"
    assert "no record of that id" in run("audit", "ffffffff", code=4).stderr
    for target in ((), ("last", "--patient", "P-014")):
        assert "say either the ID of a record, or --patient ID" in run("audit", *target, code=2).stderr
    assert "choose one output, not text and csv" in run("audit", "last", "--text", "--csv", code=2).stderr


def test_what_was_written_does_nothing_to_a_terminal(run: Run) -> None:
    run("amend", "last", "--rationale", "two\nlines", "--reason", "a\nb", "--recorded-by", "x")
    said = run("audit", "last", "--text").stdout
    assert "  why:      a\\nb\n" in said
    assert "(nothing) -> two\\nlines\n" in said


def test_the_head_is_printed_and_noted_once_a_day(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesococktail.cli.keep.is_terminal", lambda _: True)
    head = run("head")
    assert re.fullmatch(r"4-[A-Z2-7]{10}\n", head.stdout)
    assert head.stderr == ""
    first = run("head", "--append", "heads.txt")
    assert (first.stdout, first.stderr) == (head.stdout, "noted in heads.txt\n")
    second = run("head", "--append", "heads.txt")
    assert (second.stdout, second.stderr) == (head.stdout, "noted in heads.txt already today\n")
    [line] = (folder / "heads.txt").read_text().splitlines()
    with PrescriptionLog.open(folder / "clinic.db", read_only=True) as log:
        assert line.split("\t")[1:] == ["riverside", log.id, f"4-{log.head().hash}"]


def test_a_clock_that_notes_the_head_hears_nothing(run: Run) -> None:
    for _ in range(2):
        assert run("head", "--append", "heads.txt").stderr == ""


def test_a_file_of_heads_is_verified_line_by_line(run: Run, folder: Path) -> None:
    run("head", "--append", "heads.txt")
    with PrescriptionLog.open(folder / "clinic.db") as log:
        prescribe(log)
    run("head", "--append", "heads.txt")
    said = run("verify", "--heads", "heads.txt").stderr
    assert re.match(
        r"in it as they were kept: 2 heads of heads\.txt, noted from 20.* to 20.*\nsound: 5 ", said
    )
    lines = (folder / "heads.txt").read_text().splitlines(keepends=True)
    lines[0] = re.sub(r"4-[A-Z2-7]{3}", "4-AAA", lines[0])
    (folder / "heads.txt").write_text("".join(lines))
    [found] = json.loads(run("verify", "--heads", "heads.txt", code=5).stdout)
    assert (found["code"], found["path"]) == ("receipt", "entry 4")


def test_a_log_that_was_cut_off_is_found_by_its_heads(run: Run, folder: Path) -> None:
    run("backup", "before.db")
    run("stop", "last", "--reason", "moved away")
    run("head", "--append", "heads.txt")
    (folder / "before.db").replace(folder / "clinic.db")
    run("verify")
    [found] = json.loads(run("verify", "--heads", "heads.txt", code=5).stdout)
    assert (found["code"], found["path"]) == ("receipt", "entry 5")
    said = run("head", "--append", "heads.txt", code=5).stderr
    assert "line 1: the log does not have the entry 5-" in said


@pytest.mark.parametrize(
    ("content", "said", "code"),
    [
        ("a letter\n", "line 1: is not a noted head; give a file that mesococktail head made", 3),
        ("", "heads.txt: no head is noted in it", 3),
        (None, "heads.txt: cannot be opened: No such file or directory", 4),
    ],
)
def test_what_is_no_file_of_heads_is_refused(
    run: Run, folder: Path, content: str | None, said: str, code: int
) -> None:
    if content is not None:
        (folder / "heads.txt").write_text(content)
    result = run("verify", "--heads", "heads.txt", code=code)
    assert (result.stdout, said in result.stderr) == ("", True)


def test_a_file_of_something_else_is_not_appended_to(run: Run, folder: Path) -> None:
    (folder / "letter.txt").write_text("a letter\n")
    assert "line 1: is not a noted head" in run("head", "--append", "letter.txt", code=3).stderr
    assert (folder / "letter.txt").read_text() == "a letter\n"


def test_a_file_of_another_log_is_refused(run: Run) -> None:
    run("head", "--append", "heads.txt")
    run("init", "new.db", "--clinic", "hillside")
    for words in (("head", "--append"), ("verify", "--heads")):
        said = run(*words, "heads.txt", "--db", "new.db", code=3).stderr
        assert "line 1: riverside " in said
        assert "is the head of another log; keep a file for each log" in said


def test_a_place_that_is_not_there_is_told(run: Run) -> None:
    said = run("head", "--append", "stick/heads.txt", code=4).stderr
    assert said == "Error: stick/heads.txt: cannot be opened: No such file or directory\n"


def test_whose_records_are_old_is_listed_and_nothing_is_deleted(run: Run, folder: Path) -> None:
    with PrescriptionLog.open(folder / "clinic.db") as log:
        prescribe(log, "P-old", at="2001-03", transcribed_from="chart 7")
        prescribe(log, "P-old", at="1999", transcribed_from="chart 7")
    before = run("head").stdout
    result = run("retention", "--older-than", "20")
    assert json.loads(result.stdout) == [
        {"patient": "P-old", "first": "1999", "last": "2001-03", "records": 2, "until": "2021-03-31"}
    ]
    assert result.stderr == (
        "1 patient with no record of the last 20 years\n"
        "nothing was deleted; how long records must be kept is national law, and this is no legal advice\n"
    )
    assert run("head").stdout == before
    assert json.loads(run("retention", "--older-than", "200").stdout) == []


@pytest.mark.parametrize("args", [(), ("--older-than", "0"), ("--older-than", "1.5"), ("--older-than", "x")])
def test_how_many_years_must_be_said(run: Run, args: tuple[str, ...]) -> None:
    assert "--older-than" in run("retention", *args, code=2).stderr
