"""``prescribe``: what is stored, what is said, and what is asked."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from mesococktail import PrescriptionLog
from tests.log.helpers import digest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL + saline q.s. to 5 mL"
WHO = ("-p", "P-014", "--for", "androgenetic alopecia", "--doctor", "dr-a")
CLINIC = """
[[formulas]]
name = "house mix"
version = "1"
text = "minoxidil 5 mg (principal) + biotin 5 mg (complementary)"
[[formulas]]
name = "house mix"
version = "2"
text = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)"
indication = "androgenetic alopecia"
"""


def shown(run: Run, which: str = "last") -> dict[str, Any]:
    record: dict[str, Any] = json.loads(run("show", which, "--json").stdout)["record"]
    return record


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make believe that somebody sits at a terminal."""
    monkeypatch.setattr("mesococktail.cli.prescribe.can_ask", lambda: True)
    monkeypatch.setattr("mesococktail.cli.ask.can_ask", lambda: True)


@pytest.fixture
def clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the clinic a file of its own."""
    (folder / "clinic.toml").write_text(CLINIC)
    monkeypatch.setenv("MESOCOCKTAIL_FORMULARY", "clinic.toml")


def test_only_the_new_id_is_data(run: Run, folder: Path) -> None:
    result = run("prescribe", LINE, *WHO)
    with PrescriptionLog.open(folder / "clinic.db", read_only=True) as log:
        newest = list(log.prescriptions())[-1]
    assert result.stdout == f"{newest.id}\n"
    assert "biotin 1 mL of 5 mg/mL (complementary)" in result.stderr
    assert "saline     diluent        3 mL" in result.stderr
    assert "receipt 5-" in result.stderr


def test_findings_are_told(run: Run) -> None:
    result = run("prescribe", LINE.replace("5 mg/mL", "0.5 %"), *WHO)
    assert "info: cocktail.ingredients[0].strength: 0.5 % is read as 0.5 % w/v" in result.stderr


def test_a_dry_run_stores_nothing(run: Run, folder: Path) -> None:
    before = digest(folder / "clinic.db")
    result = run("prescribe", LINE, *WHO, "--dry-run")
    assert result.stdout == ""
    assert result.stderr.endswith("dry run: nothing was stored\n")
    assert digest(folder / "clinic.db") == before


def test_a_dry_run_looks_for_the_doctor_as_well(run: Run) -> None:
    result = run("prescribe", LINE, *WHO[:4], "--doctor", "dr-b", "--dry-run", code=4)
    assert "doctor: dr-b: no doctor of that id is registered in this log; did you mean dr-a?" in result.stderr


def test_every_field_has_an_option(run: Run) -> None:
    given = {
        "--plan": "weekly x8",
        "--delivery": "nappage",
        "--route": "dermis",
        "--rationale": "dry scalp",
        "--reference": "visit 7",
        "--indication-scale": "ludwig",
        "--indication-stage": "II",
        "--changes": "less of it",
        "--transcribed-from": "card 7",
    }
    run(
        "prescribe", LINE, *WHO, "--at", "2019-03", *(word for pair in given.items() for word in pair), code=3
    )
    given.pop("--changes")
    run("prescribe", LINE, *WHO, "--at", "2019-03", *(word for pair in given.items() for word in pair))
    record = shown(run)
    assert record["plan"] == "weekly x8"
    assert record["indication"] == {"code": "androgenetic_alopecia", "scale": "ludwig", "stage": "II"}
    assert record["at"] == "2019-03"
    assert record["transcribed_from"] == "card 7"


def test_a_time_without_a_zone_is_refused_with_its_cure(run: Run) -> None:
    said = run("prescribe", LINE, *WHO, "--at", "2026-11-01T10:00", code=3).stderr
    assert "at: 2026-11-01 10:00: has no time zone" in said
    assert "add the offset, as in 2026-11-01T10:00" in said


def test_a_time_is_echoed_with_its_zone(run: Run) -> None:
    assert (
        "2026-11-01T10:00:00+04:00" in run("prescribe", LINE, *WHO, "--at", "2026-11-01T10:00+04:00").stderr
    )


def test_a_session_may_have_no_cocktail(run: Run) -> None:
    run("prescribe", *WHO, "--payload", "saline", "--delivery", "nappage")
    assert "cocktail" not in shown(run)


def test_a_cocktail_that_is_left_out_is_an_error_where_nobody_can_be_asked(run: Run) -> None:
    assert (
        "cocktail: is missing; give the cocktail, or say payload=saline"
        in run("prescribe", *WHO, code=3).stderr
    )


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("-p", "Missing option '--patient'."),
        ("--for", "Missing option '--for'."),
        ("--doctor", "Missing option '--doctor' (or MESOCOCKTAIL_DOCTOR)."),
    ],
)
def test_what_is_needed_is_asked_for_by_name(run: Run, left_out: str, said: str) -> None:
    words = list(WHO)
    place = words.index(left_out)
    assert said in run("prescribe", LINE, *words[:place], *words[place + 2 :], code=2).stderr


def test_a_stage_without_an_indication_is_refused(run: Run) -> None:
    words = ("-p", "P-1", "--doctor", "dr-a", "--indication-stage", "II")
    assert "Missing option '--for'." in run("prescribe", LINE, *words, code=2).stderr


def test_the_doctor_comes_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOCOCKTAIL_DOCTOR", "dr-a")
    monkeypatch.setenv("MESOCOCKTAIL_RECORDED_BY", "front desk")
    assert " by front desk; receipt" in run("prescribe", LINE, *WHO[:4]).stderr
    assert "by front desk" in run("show", "last").stdout


def test_a_call_can_be_repeated(run: Run) -> None:
    words = ("--id", "0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", "--at", "2026-11-01T10:00+04:00")
    first, second = (run("prescribe", LINE, *WHO, *words) for _ in range(2))
    assert first.stdout == second.stdout
    assert "is taken by other content" in run("prescribe", LINE, "-p", "P-2", *WHO[2:], *words, code=6).stderr
    assert "gives --id and --at together" in run("prescribe", LINE, *WHO, *words[:2], code=2).stderr


def test_a_prescription_is_repeated(run: Run) -> None:
    first = run("prescribe", LINE, *WHO, "--plan", "weekly x8", "--rationale", "dry scalp").stdout.strip()
    result = run("prescribe", "--repeat", "P-014", "--doctor", "dr-a")
    assert f"renews {first}" in result.stderr
    record = shown(run)
    assert (record["renews"], record["plan"]) == (first, "weekly x8")
    assert "rationale" not in record


def test_the_newest_by_time_is_repeated_and_not_a_voided_one(run: Run) -> None:
    newest = run("prescribe", LINE, *WHO, "--at", "2026-11-02T10:00+04:00").stdout.strip()
    run("prescribe", LINE, *WHO, "--at", "2026-11-01T10:00+04:00")
    voided = run("prescribe", LINE, *WHO, "--at", "2026-11-03T10:00+04:00").stdout.strip()
    run("void", voided, "--reason", "mistake")
    assert f"renews {newest}" in run("prescribe", "--repeat", "P-014", "--doctor", "dr-a").stderr


def test_a_repeated_one_may_differ(run: Run) -> None:
    run("prescribe", LINE, *WHO)
    other = LINE.replace("biotin", "dexpanthenol")
    run("prescribe", other, "--repeat", "P-014", "--doctor", "dr-a", "--indication-stage", "II")
    record = shown(run)
    assert record["indication"] == {"code": "androgenetic_alopecia", "stage": "II"}
    assert record["cocktail"]["ingredients"][1]["agent"] == "dexpanthenol"


def test_who_has_no_prescription_cannot_be_repeated(run: Run) -> None:
    said = run("prescribe", "--repeat", "P-999", "--doctor", "dr-a", code=4).stderr
    assert said == "Error: repeat: P-999: has no prescription in this log to repeat\n"


def test_a_repeat_is_of_one_patient(run: Run) -> None:
    said = run("prescribe", "--repeat", "P-014", "-p", "P-1", "--doctor", "dr-a", code=2).stderr
    assert "--repeat names another patient than -p" in said


@pytest.mark.usefixtures("clinic")
def test_a_formula_is_a_start(run: Run) -> None:
    run("prescribe", "--formula", "House Mix", "-p", "P-1", "--doctor", "dr-a")
    record = shown(run)
    assert record["formula"] == "house mix 2"
    assert record["indication"] == "androgenetic_alopecia"
    assert "changes" not in record


@pytest.mark.usefixtures("clinic")
def test_how_it_departs_from_the_formula_is_written_down(run: Run) -> None:
    line = "minoxidil 2 mL of 5 mg/mL (principal) + dexpanthenol 250 mg"
    result = run("prescribe", line, "--formula", "house mix@2", *WHO)
    changes = shown(run)["changes"]
    assert changes == [
        "without biotin 5 mg (complementary)",
        "with dexpanthenol 250 mg (complementary)",
        "minoxidil 1 mL of 5 mg/mL (principal) -> minoxidil 2 mL of 5 mg/mL (principal)",
    ]
    assert "from the formula house mix 2\n  without biotin" in result.stderr


@pytest.mark.usefixtures("clinic")
def test_a_version_of_a_formula_without_an_indication_leaves_it_to_the_doctor(run: Run) -> None:
    line = "minoxidil 5 mg (principal) + biotin 5 mg (complementary)"
    formula = ("--formula", "house mix@1", "-p", "P-1", "--doctor", "dr-a")
    assert "Missing option '--for'" in run("prescribe", *formula, code=2).stderr
    run("prescribe", line, *formula, "--for", "alopecia areata")
    record = shown(run)
    assert (record["formula"], record["indication"]) == ("house mix 1", "alopecia_areata")
    assert "changes" not in record


@pytest.mark.usefixtures("clinic")
def test_a_formula_that_is_not_there_is_refused(run: Run) -> None:
    said = run("prescribe", "--formula", "x", *WHO, code=3).stderr
    assert "formula: x: no formula has that name; the formulas are house mix" in said
    said = run("prescribe", "--formula", "x", "--repeat", "P-014", *WHO, code=2).stderr
    assert "start from --repeat or from --formula, not from both" in said


def test_a_comma_is_never_taken_for_a_point_unasked(run: Run) -> None:
    said = run("prescribe", LINE.replace("5 mg/mL", "2,5 mg/mL", 1), *WHO, code=3, input="y\n").stderr
    assert "2,5 mg/mL: a comma is not read as a decimal point here; write 2.5 mg/mL" in said
    assert "Is this meant" not in said


@pytest.mark.usefixtures("asks")
def test_a_cure_is_offered_on_a_terminal_and_taken_when_confirmed(run: Run) -> None:
    line = LINE.replace("5 mg/mL", "2,5 mg/mL", 1)
    result = run("prescribe", line, *WHO, input="y\n")
    assert "Is this meant: minoxidil 1 mL of 2.5 mg/mL (principal)" in result.stderr
    assert shown(run)["cocktail"]["ingredients"][0]["strength"] == "2.5 mg/mL"


@pytest.mark.usefixtures("asks")
def test_a_cure_that_is_declined_stores_nothing(run: Run, folder: Path) -> None:
    before = digest(folder / "clinic.db")
    run("prescribe", LINE.replace("5 mg/mL", "2,5 mg/mL", 1), *WHO, input="n\n", code=3)
    assert digest(folder / "clinic.db") == before


@pytest.mark.usefixtures("asks")
def test_on_a_terminal_the_cocktail_is_asked_for(run: Run) -> None:
    answers = ["minoxidl", "Minoxidil", "1 mL of 2,5 mg/mL", "y", "q", "", "", "vitamin B7", "5 mL", "5 mg"]
    answers += ["c", "", "minoxidil", "saline", "5", "5 mL"]
    result = run("prescribe", *WHO, input="\n".join(answers) + "\n")
    for said in (
        "did you mean minoxidil?",
        "Is this meant: 1 mL of 2.5 mg/mL ?",
        "role: q: is neither principal nor complementary",
        "a cocktail has at least 2 agents",
        "vitamin B7 is read as biotin",
        "a volume alone does not say how much",
        "minoxidil: is not known as a diluent; write saline",
        "to: 5: ",
    ):
        assert said in result.stderr
    assert len(result.stdout) == 37
    cocktail = shown(run)["cocktail"]
    assert [part["role"] for part in cocktail["ingredients"]] == ["principal", "complementary"]
    assert cocktail["adjuncts"][0]["fills_to"] == "5 mL"


@pytest.mark.usefixtures("asks")
def test_a_mixture_that_cannot_be_is_asked_for_again(run: Run) -> None:
    once = ["minoxidil", "5 mg", "p", "biotin", "5 mg", "p", "", ""]
    again = ["minoxidil", "5 mg", "p", "biotin", "5 mg", "c", "dexpanthenol", "5 mg", "c", ""]
    result = run("prescribe", *WHO, input="\n".join([*once, *again]) + "\n")
    assert "Once more, from the beginning." in result.stderr
    assert len(shown(run)["cocktail"]["ingredients"]) == 3


def test_nothing_is_written_to_a_log_that_is_refused(run: Run, folder: Path) -> None:
    before = digest(folder / "clinic.db")
    run("prescribe", "minoxidil 5 mg", *WHO, code=3)
    run("prescribe", LINE, "-p", "Ada Byron", *WHO[2:], code=3)
    assert digest(folder / "clinic.db") == before
    with sqlite3.connect(folder / "clinic.db") as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (4,)
