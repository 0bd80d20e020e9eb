"""What a patient is told after a session, dated from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesococktail.chart import instructions
from mesococktail.errors import FormularyError, RecordError
from mesococktail.formulary import Formulary
from mesococktail.records import Aftercare, Around
from tests.chart.clinic import AT, OURS, Patient

if TYPE_CHECKING:
    from pathlib import Path

DUTASTERIDE = "dutasteride 1 mL of 0.5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary)"


def session(**fields: Any) -> Any:
    patient = Patient()
    patient.give(patient.prescribe(), **fields)
    return patient.each[-1].record


def prescription(line: str) -> Any:
    patient = Patient()
    patient.prescribe(line)
    return patient.each[-1].record


def test_the_eight_rules_of_the_article_each_have_their_last_day() -> None:
    told = {one.rule: str(one.until) for one in instructions(session(), OURS)}
    assert told == {
        "moisturise_scalp": "None",
        "no_sunbath": "2026-03-03",
        "no_steam_bath": "2026-03-03",
        "use_sunscreen": "None",
        "no_wax": "2026-03-09",
        "no_bleach": "2026-03-09",
        "no_chlorinated_swim": "2026-03-09",
        "no_excessive_exercise": "2026-03-05",
    }


def test_what_is_to_be_done_is_said_as_such() -> None:
    told = {one.rule: one.text for one in instructions(session(), OURS)}
    assert told["use_sunscreen"] == "Use sunscreen."
    assert told["moisturise_scalp"] == "Keep your scalp moisturised."


def test_the_agents_given_bring_their_own() -> None:
    own = instructions(session(), OURS, prescription(DUTASTERIDE))[8:]
    assert [(one.rule, one.until) for one in own] == [("dutasteride_blood_donation", Around(2026, 9, 2))]
    assert len(instructions(session(), OURS)) == 8


def test_a_session_with_saline_brings_none_of_the_agents_prescribed() -> None:
    assert len(instructions(session(payload="saline"), OURS, prescription(DUTASTERIDE))) == 8


def test_agents_that_are_named_stand_in_place_of_those_prescribed() -> None:
    own = instructions(session(), OURS, agents=["biotin", "dutasteride"])[8:]
    assert [one.rule for one in own] == ["dutasteride_blood_donation"]
    assert len(instructions(session(), OURS, prescription(DUTASTERIDE), agents=["biotin"])) == 8


def test_what_two_agents_ask_for_is_told_once() -> None:
    own = instructions(session(), OURS, agents=["dutasteride", "biotin", "dutasteride"])[8:]
    assert [one.rule for one in own] == ["dutasteride_blood_donation"]


def test_they_count_from_the_last_day_an_imprecise_session_may_have_been() -> None:
    told = instructions(session(at="2025-02", transcribed_from="old chart"), OURS)
    assert next(one.until for one in told if one.rule == "no_sunbath") == Around(2025, 3, 1)


def test_the_clinics_own_stand_beside_them(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(
        '[[aftercare]]\ncode = "no_shampoo"\nversion = "1"\npolarity = "do_not"\n'
        'text = "Do not wash your hair for 2 days."\nduration = "2 days"\nbound = "exactly"\ndays = 2\n',
        encoding="utf-8",
    )
    told = instructions(session(), Formulary.load(file))
    assert (told[8].rule, str(told[8].until)) == ("no_shampoo", "2026-03-04")


def test_they_can_be_recorded_as_they_are() -> None:
    made: Any = Aftercare
    told = instructions(session())
    kept = made(patient="P-1", at=AT, session="0" * 32, given_by="nurse", instructions=told)
    assert kept.instructions == told
    assert all(one.version == "1" for one in kept.instructions)


def test_nothing_follows_a_session_that_was_not_given() -> None:
    assert instructions(session(given="not_given"), OURS) == ()


@pytest.mark.parametrize("wrong", [("P-1",), (None, None, "dutasteride")])
def test_something_else_is_refused(wrong: tuple[Any, ...]) -> None:
    given, *others = wrong
    with pytest.raises(RecordError, match="must be a"):
        instructions(given or session(), *others)


def test_the_path_of_a_formulary_is_refused() -> None:
    wrong: Any = "clinic.toml"
    with pytest.raises(FormularyError, match="must be a Formulary"):
        instructions(session(), wrong)
