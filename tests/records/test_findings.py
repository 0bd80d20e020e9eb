"""What the checks have to say about a record when it is made, and what they make of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mesococktail import Cocktail, Doctor, Formulary, Prescription, Severity, check, complementary, principal
from mesococktail.errors import RecordError
from mesococktail.records import Indication, complete

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
OURS = Formulary.shipped()
LINE = "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)"


def prescription(**fields: Any) -> Any:
    made: Any = Prescription
    plain = {"patient": "P-1", "doctor": "dr-a", "at": NOW, "indication": "alopecia areata", "cocktail": LINE}
    return made(**(plain | fields))


def codes(record: Any, formulary: Formulary = OURS) -> list[str]:
    return [finding.code for finding in complete(record, formulary, NOW).findings]


def test_a_plain_prescription_has_nothing_to_say() -> None:
    assert codes(prescription()) == []


def test_a_bare_percent_says_how_it_was_read() -> None:
    [found] = check("minoxidil 1 mL of 5 % (principal) + biotin 5 mg (complementary)")
    assert (found.code, found.path) == ("percent_read_as_w_v", "ingredients[0].strength")
    assert found.message == "5 % is read as 5 % w/v, that is 50 mg/mL"
    assert found.severity is Severity.INFO


def test_a_strength_out_of_the_clinics_stock_says_so(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('[stock]\nminoxidil = "5 mg/mL"\n', encoding="utf-8")
    clinic = Formulary.load(file)
    cocktail = Cocktail.parse("minoxidil 1 mL (principal) + biotin 5 mg (complementary)", formulary=clinic)
    [found] = check(cocktail, formulary=clinic)
    assert (found.code, found.path) == ("strength_not_written", "ingredients[0].strength")
    assert found.message == "5 mg/mL was not written with it: it is the clinic's stock, or was computed"


def test_a_name_that_only_probably_means_an_agent_says_so() -> None:
    [found] = check("minoxidil 5 mg (principal) + Dexenol 5 mg (complementary)")
    assert found.code == "agent_name"
    assert found.message.startswith("Dexenol is read as dexpanthenol:")


def test_a_premix_that_holds_another_ingredient_says_so() -> None:
    cocktail = Cocktail(
        principal("nctf-135-ha", "3 mL"), complementary("hyaluronic acid", "1 mL of 10 mg/mL")
    )
    [found] = check(cocktail)
    assert (found.code, found.severity) == ("overlap", Severity.INFO)
    assert found.message == "NCTF 135 HA contains hyaluronic-acid, which hyaluronic acid adds as well"


def test_a_stated_total_that_the_plan_does_not_add_up_to_is_kept_and_said() -> None:
    record = complete(prescription(plan="weekly x8, then after 4 weeks; stated 12"), OURS, NOW)
    [found] = record.findings
    assert (found.code, found.severity) == ("plan_total", Severity.WARNING)
    assert found.message == "12 sessions are stated, and it adds up to 9"
    assert record.plan.stated == 12


def test_a_range_of_sessions_is_said_as_one() -> None:
    [found] = complete(prescription(plan="weekly x4-6; stated 12"), OURS, NOW).findings
    assert found.message == "12 sessions are stated, and it adds up to 4-6"


@pytest.mark.parametrize(
    ("late", "found"), [(timedelta(minutes=9), []), (timedelta(minutes=11), ["at_in_the_future"])]
)
def test_a_time_later_than_the_clock_is_said(late: timedelta, found: list[str]) -> None:
    assert codes(prescription(at=NOW + late)) == found


def test_the_technique_follows_from_delivery_and_cocktail() -> None:
    assert complete(prescription(), OURS, NOW).technique == ("chemical",)
    assert complete(prescription(delivery="dermaroller"), OURS, NOW).technique == ("chemical", "mechanical")
    alone = prescription(delivery="dermaroller", cocktail=None, payload="none")
    assert complete(alone, OURS, NOW).technique == ("mechanical",)


def test_the_name_of_a_term_becomes_its_code() -> None:
    record = complete(prescription(indication="androgenetic alopecia"), OURS, NOW)
    assert record.indication.code == "androgenetic_alopecia"


def test_the_code_other_needs_a_description() -> None:
    with pytest.raises(RecordError, match=r"indication\.code: other: needs a description"):
        complete(prescription(indication="other"), OURS, NOW)
    described = prescription(indication=Indication(code="other", description="traction"))
    assert complete(described, OURS, NOW).indication.description == "traction"


def test_a_doctor_is_stored_as_given() -> None:
    doctor = Doctor(id="dr-a", name="A. Physician")
    assert complete(doctor, OURS, NOW) is doctor
    assert check(doctor) == []


def test_check_reads_the_fields_of_a_form_and_never_raises() -> None:
    form = {"patient": "Jane Doe", "doctor": "dr-a", "at": "2025-01-01T10:00:00", "cocktail": "minoxidl 5 mg"}
    found = {finding.path for finding in check(form)}
    assert found == {"patient", "at", "indication", "cocktail.part 1"}


def test_check_reads_a_line_with_the_names_of_the_clinic(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(
        '[[agents]]\nname = "house mix"\nmeasures = "mass"\ndescription = "x"\n', encoding="utf-8"
    )
    line = "house mix 5 mg (principal) + biotin 5 mg (complementary)"
    assert check(line, formulary=Formulary.load(file)) == []
    assert [finding.code for finding in check(line)] == ["agent"]


def test_check_takes_a_record_and_says_what_can_never_be_true() -> None:
    [found] = check(prescription(cocktail=None))
    assert (found.path, found.severity) == ("cocktail", Severity.ERROR)


def test_check_says_that_a_thing_is_no_record() -> None:
    [found] = check(3)
    assert "is not a record" in found.message


def test_the_worst_finding_comes_first() -> None:
    record = prescription(
        cocktail="minoxidil 1 mL of 5 % (principal) + biotin 5 mg (complementary)", plan="weekly x8; stated 9"
    )
    assert [finding.code for finding in check(record)] == ["plan_total", "percent_read_as_w_v"]


@pytest.mark.parametrize(
    ("part", "changed"),
    [("dose", "5 mg"), ("strength", "5 mg/mL"), ("strength", "5 %"), ("strength", "10 mg/3 mL")],
)
def test_a_number_that_was_changed_under_its_text_is_refused(part: str, changed: str) -> None:
    amounts: dict[str, Any] = {"volume": "1 mL", part: changed} if part == "strength" else {part: changed}
    given: Any = principal("minoxidil", **amounts)
    amount = getattr(given.portion, part)
    wrong = attrs.evolve(amount, value=amount.value * 10)
    given = attrs.evolve(given, portion=attrs.evolve(given.portion, **{part: wrong}))
    record = prescription(cocktail=Cocktail(given, complementary("biotin", "5 mg")))
    with pytest.raises(RecordError, match=f"was written {changed}, and that is") as caught:
        complete(record, OURS, NOW)
    assert [found.path for found in caught.value.findings] == [f"cocktail.ingredients[0].{part}"]


def test_a_text_that_is_not_understood_any_more_is_left_alone() -> None:
    given: Any = principal("minoxidil", "5 mg")
    old = attrs.evolve(given.portion.dose, text="5 milligrammata")
    given = attrs.evolve(given, portion=attrs.evolve(given.portion, dose=old))
    assert codes(prescription(cocktail=Cocktail(given, complementary("biotin", "5 mg")))) == []


def test_what_is_no_formulary_or_no_present_is_a_finding_of_check() -> None:
    wrong: Any = "clinic.toml"
    assert [found.path for found in check(prescription(), formulary=wrong)] == ["formulary"]
    assert [found.path for found in check(prescription(), now=NOW.replace(tzinfo=None))] == ["now"]


@pytest.mark.parametrize(
    ("scale", "stage", "found"),
    [
        ("Norwood", "VIII", ["stage_not_on_scale"]),
        ("Norwood", "IIIv", []),
        ("BASP", "M2 F1", []),
        ("BASP", "F1 M2", ["stage_not_on_scale"]),
        ("SALT", "40", []),
        (None, "as drawn", []),
    ],
)
def test_a_stage_is_one_of_its_scale(scale: str | None, stage: str, found: list[str]) -> None:
    staged = Indication(code="alopecia areata", scale=scale, stage=stage)
    assert codes(prescription(indication=staged)) == found
