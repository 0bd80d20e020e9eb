"""``amend``, ``void``, ``stop`` and ``show``: what stands, and how it came to stand."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def ids(run: Run) -> list[str]:
    return [row["id"] for row in json.loads(run("list").stdout)]


def test_a_field_is_corrected_and_the_rest_stays(run: Run) -> None:
    result = run("amend", "last", "--rationale", "dry scalp", "--reason", "was missing")
    assert result.stdout == f"{ids(run)[-1]}\n"
    assert "rationale: (nothing) -> dry scalp" in result.stderr
    shown = json.loads(run("show", "last", "--json").stdout)
    assert (shown["version"], shown["record"]["rationale"], shown["record"]["patient"]) == (
        2,
        "dry scalp",
        "P-014",
    )
    assert shown["entry"]["reason"] == "was missing"


def test_a_part_of_the_indication_is_corrected(run: Run) -> None:
    run("amend", "last", "--indication-stage", "II", "--reason", "x")
    run("amend", "last", "--indication-scale", "ludwig", "--reason", "x")
    record = json.loads(run("show", "last", "--json").stdout)["record"]
    assert record["indication"] == {"code": "androgenetic_alopecia", "scale": "ludwig", "stage": "II"}


def test_another_indication_takes_nothing_over(run: Run) -> None:
    run("amend", "last", "--indication-stage", "II", "--reason", "x")
    run("amend", "last", "--for", "alopecia areata", "--reason", "x")
    assert json.loads(run("show", "last", "--json").stdout)["record"]["indication"] == "alopecia_areata"


def test_cocktail_and_time_are_corrected(run: Run) -> None:
    line = "minoxidil 2 mg (principal) + biotin 5 mg"
    run("amend", "last", "--cocktail", line, "--at", "2025-03-02T10:00+04:00", "--reason", "misread")
    shown = run("show", "last").stdout
    assert "minoxidil 2 mg (principal) + biotin 5 mg (complementary)" in shown
    assert "at: 2025-03-02T10:00:00+04:00" in shown


def test_a_field_is_left_out_from_now_on(run: Run) -> None:
    run("amend", "last", "--rationale", "x", "--indication-stage", "II", "--reason", "x")
    run("amend", "last", "--clear", "rationale", "--clear", "indication-stage", "--reason", "x")
    record = json.loads(run("show", "last", "--json").stdout)["record"]
    assert "rationale" not in record
    assert record["indication"] == "androgenetic_alopecia"
    assert (
        "--clear 'patient': choose one of"
        in run("amend", "last", "--clear", "patient", "--reason", "x", code=2).stderr
    )


def test_a_correction_without_a_change_is_refused(run: Run) -> None:
    assert "nothing is to be changed" in run("amend", "last", "--reason", "x", code=2).stderr


def test_the_environment_does_not_correct_the_doctor(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOCOCKTAIL_DOCTOR", "dr-z")
    run("amend", "last", "--rationale", "x", "--reason", "x")
    assert "doctor: dr-a" in run("show", "last").stdout


def test_the_options_of_a_prescription_are_for_no_other_kind(run: Run) -> None:
    record_id = json.loads(run("doctor").stdout)[0]["record_id"]
    said = run("amend", record_id, "--rationale", "x", "--reason", "x", code=2).stderr
    assert "--rationale is for a prescription, and this is a doctor; say --set FIELD=VALUE" in said
    run("amend", record_id, "--set", "speciality=dermatology", "--reason", "x")
    assert json.loads(run("doctor").stdout)[0]["speciality"] == "dermatology"


def test_a_field_of_any_kind_is_set_by_its_path(run: Run, course: Path) -> None:
    words = ("amend", "last:session", "--reason", "misread")
    assert course.exists()
    result = run(*words, "--set", "zones=frontal; volume=1 mL", "--set", "zones=vertex; volume=1 mL")
    assert "zones[1]: (nothing) -> vertex, 1 mL" in result.stderr
    result = run(*words, "--set", "zones[0].volume=1.5 mL", "--set", "zones[1].volume=0.5 mL")
    assert "zones[0].volume: 1 mL -> 1.5 mL" in result.stderr
    run(*words, "--set", "zones[1]=occipital; volume=0.5 mL", "--set", "points=40", "--set", "needle=30 G")
    record = json.loads(run("show", "last:session", "--json").stdout)["record"]
    assert [zone["zone"] for zone in record["zones"]] == ["frontal", "occipital"]
    assert (record["points"], record["needle"]) == (40, "30 G")
    run(*words, "--clear", "needle", "--clear", "zones", "--set", "note=x")
    record = json.loads(run("show", "last:session", "--json").stdout)["record"]
    assert record.keys() & {"needle", "zones", "note"} == {"note"}


def test_groups_within_a_group_are_set_as_json(run: Run, course: Path) -> None:
    words = ("amend", "last:preparation", "--reason", "misread", "--set")
    assert course.exists()
    run(*words, 'prp={"tube": "kit 7", "spins": [{"speed": "400 x g"}, "3000 rpm"]}')
    prp = json.loads(run("show", "last:preparation", "--json").stdout)["record"]["prp"]
    assert prp == {"spins": [{"speed": "400 [g]"}, {"speed": "3000 {rpm}"}], "tube": "kit 7"}
    assert "prp.spins[0]: 5: must be a Spin" in run(*words, 'prp={"spins": [5]}', code=3).stderr


def test_a_group_within_a_record_is_set_and_cleared(run: Run, course: Path) -> None:
    words = ("amend", "last:preparation", "--reason", "misread")
    assert course.exists()
    run(*words, "--set", "prp.tube=kit 7", "--set", "prp.spins=400 x g", "--set", "prp.spins=3000 rpm")
    run(
        *words, "--set", "prp.spins[0].duration=10 min", "--set", "prp.activation=none", "--clear", "prp-tube"
    )
    prp = json.loads(run("show", "last:preparation", "--json").stdout)["record"]["prp"]
    assert prp == {
        "activation": "none",
        "spins": [{"duration": "10 min", "speed": "400 [g]"}, {"speed": "3000 {rpm}"}],
    }
    run(*words, "--clear", "prp")
    assert "prp" not in json.loads(run("show", "last:preparation", "--json").stdout)["record"]
    assert "prp.spins[0].duration: (nothing) -> 10 min" in run("show", "last:preparation", "--history").stdout


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("needle", "write PATH=VALUE"),
        ("findings=x", "is no field of it; it has patient, at, given,"),
        ("zones[3].volume=1 mL", "there is none; the first is zones[0]"),
        ("needle.gauge=30", "has no 'gauge' in it"),
        ("Needle!=30", "is no field of it"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(run: Run, course: Path, setting: str, said: str) -> None:
    assert course.exists()
    assert said in run("amend", "last:session", "--reason", "x", "--set", setting, code=2).stderr
    twice = ("--set", "needle=x", "--set", "needle=y")
    assert "is set twice" in run("amend", "last:session", "--reason", "x", *twice, code=2).stderr


def test_a_value_that_is_refused_is_said_with_its_path(run: Run, course: Path) -> None:
    assert course.exists()
    said = run("amend", "last:preparation", "--reason", "x", "--set", "stock[0].drawn=1 mg", code=3).stderr
    assert "stock[0].drawn: 1 mg: must be a volume" in said


@pytest.mark.parametrize("act", ["amend", "void", "stop"])
def test_a_correction_needs_a_reason(run: Run, act: str) -> None:
    assert "Missing option '--reason'" in run(act, "last", code=2).stderr
    more = ("--rationale", "x") if act == "amend" else ()
    assert "reason: is missing; say why" in run(act, "last", *more, "--reason", " ", code=3).stderr


def test_a_voided_record_takes_no_more(run: Run) -> None:
    run("void", "last", "--reason", "wrong patient")
    assert "is void" in run("stop", "last", "--reason", "x", code=6).stderr
    assert len(ids(run)) == 2
    assert json.loads(run("list", "--include-voided").stdout)[-1]["status"] == "voided"


def test_the_history_tells_who_when_and_why(run: Run) -> None:
    run("amend", "last", "--rationale", "dry scalp", "--reason", "was missing", "--recorded-by", "front desk")
    run("stop", "last", "--reason", "moved away")
    said = run("show", "last", "--history").stdout
    assert "version 3, stopped" in said
    assert "version 1: record, written down " in said
    assert "nobody said by whom; receipt 4-" in said
    assert "by front desk; receipt 5-" in said
    assert "  reason: was missing\n  rationale: (nothing) -> dry scalp\n" in said
    assert "version 3: stop" in said
    assert "  reason: moved away\n" in said
    short = run("show", "last").stdout
    assert "version 1:" not in short


def test_the_history_is_data_as_well(run: Run) -> None:
    run("stop", "last", "--reason", "moved away")
    shown = json.loads(run("show", "last", "--history", "--json").stdout)
    assert [(entry["act"], entry["record"] is None) for entry in shown["history"]] == [
        ("record", False),
        ("stop", True),
    ]


def test_a_correction_after_a_stop_differs_from_the_last_content(run: Run) -> None:
    run("stop", "last", "--reason", "moved away")
    run("amend", "last", "--rationale", "x", "--reason", "was missing")
    assert "rationale: (nothing) -> x" in run("show", "last", "--history").stdout


@pytest.mark.parametrize(
    "words",
    [("amend", "--rationale", "x", "--reason", "x"), ("stop", "--reason", "x"), ("void", "--reason", "x")],
)
def test_which_record_is_the_last_is_said_before_anything_is_done_to_it(
    run: Run, words: tuple[str, ...]
) -> None:
    act, *more = words
    last = ids(run)[-1]
    first_line = run(act, "last", *more).stderr.splitlines()[0]
    assert first_line == f"last is the prescription {last} of patient P-014"
    assert "last is" not in run("show", last).stderr
    assert "last is" in run(act, "last", *more[:-1], " ", code=3).stderr


def test_whose_the_last_is_is_said_for_every_kind(run: Run, course: Path) -> None:
    assert course.exists()
    for command in (("show", "last:session"), ("aftercare", "last"), ("audit", "last:session")):
        said = run(*command).stderr.splitlines()[0]
        assert re.fullmatch(r"last(:session)? is the session [0-9a-f-]{36} of patient P-014", said)
    said = run("show", "last:doctor").stderr
    assert re.fullmatch(r"last:doctor is the doctor [0-9a-f-]{36}\n", said)
    words = (
        "record",
        "session",
        "-p",
        "P-014",
        "--at",
        "now",
        "--injected-by",
        "dr-a",
        "--prescription",
        "last",
    )
    assert "last is" not in run(*words, "--payload", "saline", "--dry-run").stderr


def test_a_record_is_named_by_its_beginning(run: Run) -> None:
    whole = ids(run)[-1]
    assert run("show", whole[:23]).stdout.startswith(f"prescription {whole}, version 1, active\n")
    said = run("show", whole[:8], code=3).stderr
    assert f"id: {whole[:8]}: begins several ids; write more of one of " in said
    assert "is not the id of a record" in run("show", whole[:7], code=3).stderr
    assert "no record of that id" in run("show", "ffffffff", code=4).stderr


def test_an_empty_log_has_no_last(run: Run) -> None:
    run("init", "new.db", "--clinic", "new")
    said = run("show", "last", "--db", "new.db", code=4).stderr
    assert "no prescription is in this log yet" in said


def test_what_was_written_does_nothing_to_a_terminal(run: Run) -> None:
    run("amend", "last", "--rationale", "two\nlines\tand a tab", "--reason", "x")
    assert "  rationale: two\\nlines\\tand a tab\n" in run("show", "last").stdout


def test_doctors_are_registered_listed_and_corrected(run: Run, folder: Path) -> None:
    first = run("doctor", "dr-b", "B. Physician", "--licence", "77 (DHA)").stdout
    assert run("doctor", "dr-b", "B. Physician", "--licence", "77 (DHA)").stdout == first
    said = run("doctor", "dr-b", "B. Surgeon", code=6).stderr
    assert said == "Error: id: dr-b: is registered with other content; say --reason, and it is corrected\n"
    assert run("doctor", "dr-b", "B. Surgeon", "--reason", "misspelt").stdout == first
    rows = json.loads(run("doctor").stdout)
    assert [(row["id"], row["name"]) for row in rows] == [("dr-a", "A. Physician"), ("dr-b", "B. Surgeon")]
    assert "give the NAME as well" in run("doctor", "dr-c", code=2).stderr
    run("void", rows[1]["record_id"], "--reason", "x")
    assert "was voided in this log" in run("doctor", "dr-b", "B. Physician", code=6).stderr
    assert (folder / "clinic.db").exists()


def test_a_log_is_made_with_its_first_doctor(run: Run) -> None:
    result = run("init", "new.db", "--clinic", "new", "--doctor", "dr-a", "--name", "A. Physician")
    assert len(result.stdout) == 37
    assert "made the log of new: new.db" in result.stderr
    assert "there is already a file" in run("init", "new.db", "--clinic", "new", code=6).stderr
    assert "give a doctor with both" in run("init", "n.db", "--clinic", "new", "--doctor", "x", code=2).stderr
    assert "the folder does not exist" in run("init", "no/n.db", "--clinic", "new", code=4).stderr
    assert "next: mesococktail doctor ID NAME --db n.db" in run("init", "n.db", "--clinic", "new").stderr
