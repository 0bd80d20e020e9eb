"""``record``: one command for each kind, its options made from the declaration."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Annotated, Any

import click
import pytest
from click.testing import CliRunner

from mesococktail.cli import main
from mesococktail.cli.fields import given_fields, option_name
from mesococktail.cli.shared import command_name
from mesococktail.records import KINDS, About, kind
from mesococktail.records.kinds import group

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

WHO = ("-p", "P-014", "--at", "2025-03-09T10:00+04:00")
SCREENING = ("record", "screening", *WHO, "--asked-by", "nurse-1")


def shown(run: Run, which: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(run("show", which, "--json").stdout)["record"]
    return record


def ids(folder: Path, name: str) -> list[str]:
    with sqlite3.connect(folder / "clinic.db") as connection:
        return [row[0] for row in connection.execute(f"SELECT record_id FROM {name} ORDER BY key")]


@pytest.mark.parametrize("name", KINDS)
def test_every_field_of_every_kind_has_an_option(run: Run, name: str) -> None:
    said = run("record", command_name(name), "--help").stdout
    for path, _ in given_fields(KINDS[name]):
        assert f"{option_name(path)} " in said or f"{option_name(path)}\n" in said
    for field in ("findings", "not-run", "technique", "at-defaulted"):
        assert f"--{field} " not in said


def test_the_kinds_are_listed(run: Run) -> None:
    said = run("record", "--help").stdout
    for name in KINDS:
        assert f"  {command_name(name)} " in said
    assert "Did you mean" in run("record", "sesion", code=2).stderr


def test_only_the_new_id_is_data(run: Run, folder: Path) -> None:
    result = run(*SCREENING, "--answers", "diabetes=no")
    assert result.stdout == f"{ids(folder, 'screening')[0]}\n"
    assert "  answers: diabetes, no\n" in result.stderr
    assert "receipt 5-" in result.stderr


def test_a_group_is_written_in_parts_or_as_json(run: Run) -> None:
    run(
        *SCREENING,
        *("--answers", "diabetes=no", "--answers", "heart problem=yes; description=since 2019"),
        *("--answers", "item=lactating; answer=not_asked"),
        *("--answers", '{"item": "pregnant", "answer": "unknown"}'),
        *("--allergies", "lidocaine; reaction=rash"),
    )
    record = shown(run, "last:screening")
    assert record["answers"] == [
        {"item": "diabetes", "answer": "no"},
        {"item": "heart_problem", "answer": "yes", "description": "since 2019"},
        {"item": "lactating", "answer": "not_asked"},
        {"item": "pregnant", "answer": "unknown"},
    ]
    assert record["allergies"] == [{"substance": "lidocaine", "reaction": "rash"}]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("frontal; scar", "--zones: 'scar' is not name=value with one of description, volume, preparation;"),
        ("frontal; depth=1 mm", 'write it like "ZONE; description=…", or as JSON: \'{"zone": "…"}\''),
        ("frontal; volume=1 mL; volume=2 mL", "volume is said twice"),
    ],
)
def test_a_group_that_is_misspelt_is_refused(run: Run, course: Path, written: str, said: str) -> None:
    result = run("record", "session", *WHO, "--injected-by", "dr-a", "--zones", written, code=2)
    assert said in " ".join(result.stderr.split())
    assert len(ids(course, "session")) == 1


@pytest.mark.usefixtures("course")
def test_a_part_without_a_space_before_it_is_not_taken_for_the_end_of_the_part_before(run: Run) -> None:
    preparation = ("record", "preparation", *WHO, "--prescription", "last", "--prepared-by", "n")
    expired = "biotin;drawn=1 mL;lot=B1;expiry=2020-01"
    result = run(*preparation, "--stock", "minoxidil; lot=A;1; drawn=1 mL", "--stock", expired, code=3)
    assert "biotin of lot B1 expired 2020-01" in result.stderr
    assert "minoxidil, A;1, 1 mL" in result.stderr


def test_a_group_within_a_group_has_its_own_option(run: Run) -> None:
    run(
        *("record", "preparation", *WHO, "--prescription", "last", "--prepared-by", "n"),
        *("--stock", "minoxidil; lot=A; strength=5 mg/mL; drawn=1 mL"),
        *("--stock", "biotin; lot-status=unknown; strength=5 mg/mL; drawn=1 mL"),
        *("--prp-tube", "kit 7", "--prp-spins", "400 x g; duration=10 min", "--prp-spins", "3000 rpm"),
    )
    record = shown(run, "last:preparation")
    assert record["prp"]["tube"] == "kit 7"
    assert [spin["speed"] for spin in record["prp"]["spins"]] == ["400 [g]", "3000 {rpm}"]
    assert record["stock"][0]["expected"] == "1 mL"


def test_links_are_the_id_its_beginning_or_the_last_of_the_patient(run: Run, course: Path) -> None:
    session = ("record", "session", *WHO, "--injected-by", "dr-a", "--prescription")
    whole = ids(course, "prescription")[-1]
    run(*session, whole)
    run(*session, whole[:23])
    run(*session, "last", "--zones", "frontal; preparation=last")
    record = shown(run, "last:session")
    assert record["prescription"] == whole
    assert record["zones"][0]["preparation"] == ids(course, "preparation")[0]
    said = run(*session[:2], "-p", "P-0", *session[4:], "last", "--preparation", "last", code=4).stderr
    assert "preparation: last: no preparation of P-0 is in this log yet" in said


def test_last_passes_over_what_was_voided(run: Run, course: Path) -> None:
    words = ("record", "aftercare", *WHO, "--session", "last", "--given-by", "n")
    assert course.exists()
    run("void", "last:session", "--reason", "x")
    assert (
        "no session of P-014 is in this log yet"
        in run(*words, "--instructions", "no_wax; text=Do not wax", code=4).stderr
    )
    assert shown(run, "last:session")["volume"] == "2 mL"


def test_everything_that_is_needed_is_asked_for(run: Run) -> None:
    said = run("record", "session", code=2).stderr
    assert "Missing options '--patient', '--at'." in said
    said = run("record", "prescription", "-p", "P-1", "--doctor", "dr-a", code=2).stderr
    assert "Missing option '--for'." in said


def test_a_time_may_be_now(run: Run) -> None:
    said = run("record", "consent", "-p", "P-1", "--at", "now", "--version", "1", "--obtained-by", "x").stderr
    assert "  at: 2" in said


def test_a_prescription_is_recorded_with_the_time_of_writing(run: Run) -> None:
    run(
        "record",
        "prescription",
        "-p",
        "P-1",
        "--doctor",
        "dr-a",
        "--for",
        "alopecia areata",
        "--payload",
        "none",
    )
    assert shown(run, "last")["at_defaulted"] is True


def test_a_dry_run_says_what_would_be_refused(run: Run, folder: Path) -> None:
    before = (folder / "clinic.db").read_bytes()
    result = run(*SCREENING, "--answers", "diabetes=no", "--dry-run")
    assert result.stdout == ""
    assert result.stderr.endswith("dry run: nothing was stored\n")
    wanted = "00000000-0000-7000-8000-000000000000"
    with_link = ("record", "consent", *WHO, "--version", "1", "--obtained-by", "x", "--prescription")
    assert "no record of that id" in run(*with_link, wanted, "--dry-run", code=4).stderr
    assert (folder / "clinic.db").read_bytes() == before


def test_a_call_may_be_repeated(run: Run, folder: Path) -> None:
    words = (*SCREENING, "--answers", "diabetes=no", "--id", "01a206aa-0000-7000-8000-000000000000")
    assert run(*words).stdout == run(*words).stdout
    assert len(ids(folder, "screening")) == 1


def test_what_can_never_be_true_is_refused_with_its_path(run: Run) -> None:
    said = run(*SCREENING, "--answers", "diabetes=no", "--answers", "diabetes=yes", code=3).stderr
    assert "answers[1]: diabetes: is answered twice; give one answer to it" in said
    said = run("record", "outcome", *WHO, "--measure", "regrowth", "--score", "two", code=3).stderr
    assert "score: two: must be an exact number" in said
    said = run("record", "patient-facts", *WHO, "--birth-year", "x", code=3).stderr
    assert "birth_year: x: must be a whole number" in said


EXPIRED = (
    *("record", "preparation", *WHO, "--prescription", "last", "--prepared-by", "nurse-1"),
    *("--stock", "minoxidil; lot=A; strength=5 mg/mL; drawn=1 mL; expiry=2020-01"),
    *("--stock", "biotin; lot=B; strength=5 mg/mL; drawn=1 mL"),
)


def test_what_blocks_is_refused_until_it_is_accepted(run: Run, folder: Path) -> None:
    refused = run(*EXPIRED, code=3).stderr
    assert "stock[0].expiry: " in refused
    code = refused.rpartition("--accept ")[2].partition("=")[0]
    assert f"[{code}]" in refused
    assert refused == run(*EXPIRED, "--dry-run", code=3).stderr
    assert ids(folder, "preparation") == []
    accepted = (*EXPIRED, "--accept", f"{code}=the pharmacy; by telephone")
    assert "dry run: nothing was stored" in run(*accepted, "--dry-run").stderr
    assert "accepted (the pharmacy; by telephone): " in run(*accepted).stderr
    assert shown(run, "last:preparation")["accepted"] == [
        {"code": code, "reason": "the pharmacy; by telephone", "by": "nurse-1"}
    ]
    said = run(*EXPIRED, "--accept", "expired", code=2).stderr
    assert "write the code of the finding and why: CODE=REASON" in said


@group
class Word:
    """A word."""

    said: Annotated[str, About("The word.")]


@pytest.fixture
def probe() -> Iterator[type]:
    """Declare a kind of record, and nothing else."""

    @kind
    class CliProbe:
        """Something that only this test records."""

        patient: Annotated[str, About("Whose.")]
        at_home: Annotated[bool, About("Whether it was at home.")] = False
        db: Annotated[str | None, About("Called like an option of every command.")] = None

        words: Annotated[tuple[Word, ...], About("What was said.")] = ()

    yield CliProbe
    del KINDS["cli_probe"]


def test_a_kind_has_its_command_once_it_is_declared(probe: type) -> None:
    help_ = CliRunner().invoke(main, ["record", "cli-probe", "-h"], prog_name="mesococktail").stdout
    assert "Something that only this test records." in help_
    assert "--at-home / --no-at-home" in help_
    assert "--field-db TEXT" in help_
    assert "--words SAID " in help_
    assert "mesococktail record cli-probe --db clinic.db --patient PATIENT" in help_
    assert isinstance(main, click.Group)
    assert probe.__name__ == "CliProbe"
