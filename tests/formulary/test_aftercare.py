"""Aftercare rules: what to do, what not to do, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from mesococktail.errors import FormularyError
from mesococktail.formulary import AftercareRule, Formulary

if TYPE_CHECKING:
    from pathlib import Path

OURS = Formulary.shipped()
RULES = {rule.code: rule for rule in OURS.aftercare}
SEEN = """
[[aftercare]]
code = "no_hat"
version = "1"
polarity = "do_not"
text = "Do not wear a tight hat."
"""


def clinic(tmp_path: Path, text: str) -> Formulary:
    path = tmp_path / "clinic.toml"
    path.write_text(text)
    return Formulary.load(path)


def test_the_eight_rules_of_the_article_are_the_terms_of_the_vocabulary() -> None:
    assert [rule.code for rule in OURS.aftercare] == [term.code for term in OURS.terms("aftercare")]
    assert len(RULES) == 8
    assert {(rule.source, rule.version) for rule in OURS.aftercare} == {
        ("read: the source article (hairtransplantdubai.com)", "1")
    }


def test_the_two_double_negatives_of_the_article_are_things_to_do() -> None:
    assert {rule.code for rule in OURS.aftercare if rule.polarity == "do"} == {
        "moisturise_scalp",
        "use_sunscreen",
    }


@pytest.mark.parametrize("rule", OURS.aftercare, ids=lambda rule: rule.code)
def test_the_text_says_the_same_as_the_rule(rule: AftercareRule) -> None:
    assert rule.text.startswith("Do not ") is (rule.polarity == "do_not")
    assert (rule.duration or "") in rule.text
    assert rule.text.endswith(".")
    assert ("at least" in rule.text) is (rule.bound == "at_least")


def test_at_least_is_a_bound_and_a_week_is_not() -> None:
    assert {rule.code: (rule.bound, rule.days) for rule in OURS.aftercare} == {
        "moisturise_scalp": (None, None),
        "no_sunbath": ("at_least", 1),
        "no_steam_bath": ("at_least", 1),
        "use_sunscreen": (None, None),
        "no_wax": ("at_least", 7),
        "no_bleach": ("at_least", 7),
        "no_chlorinated_swim": ("exactly", 7),
        "no_excessive_exercise": ("at_least", 3),
    }


def test_a_rule_holds_until_a_day() -> None:
    assert RULES["no_wax"].until(date(2024, 2, 26)) == date(2024, 3, 4)
    assert RULES["no_sunbath"].until(date(2025, 12, 31)) == date(2026, 1, 1)


def test_a_rule_without_a_duration_has_no_last_day() -> None:
    assert RULES["use_sunscreen"].until(date(2025, 3, 3)) is None


def test_an_own_rule_stands_beside_ours_and_is_a_term(tmp_path: Path) -> None:
    own = clinic(tmp_path, SEEN + 'duration = "two days"\nbound = "exactly"\ndays = 2\n')
    assert own.aftercare[:-1] == OURS.aftercare
    rule = own.aftercare[-1]
    assert (rule.code, rule.bound, rule.days) == ("no_hat", "exactly", 2)
    assert rule.source == "the clinic's formulary file"
    assert own.term("aftercare", "no hat").code == "no_hat"
    assert own.digest != OURS.digest
    assert "no_hat" not in {term.code for term in OURS.terms("aftercare")}


def test_an_own_rule_may_have_its_own_term(tmp_path: Path) -> None:
    term = '[[terms]]\nvocabulary = "aftercare"\ncode = "no_hat"\nlabel = "no tight hat"\n'
    own = clinic(tmp_path, term + SEEN)
    assert own.term("aftercare", "no_hat").label == "no tight hat"
    assert own.aftercare[-1].days is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SEEN + "days = 2", r"^aftercare\[0\].duration: duration, bound and days belong together"),
        (SEEN + 'duration = "2 days"', r"^aftercare\[0\].bound: duration, bound and days belong together"),
        (SEEN + 'bound = "at_most"', r"^aftercare\[0\].bound: at_most: is not one of the choices"),
        (SEEN + "days = 2.5", r"^aftercare\[0\].days: 2.5: must be a whole number"),
        (SEEN + "agents = 2", r"^aftercare\[0\].agents: no such key is known here"),
        (SEEN.replace('"do_not"', '"avoid"'), r"^aftercare\[0\].polarity: avoid: is not one of the choices"),
        (SEEN.replace("no_hat", "no_wax"), r"^aftercare\[0\].code: no_wax: is taken"),
        (SEEN * 2, r"^aftercare\[1\].code: no_hat: is taken"),
        (SEEN.replace("text", "words"), r"^aftercare\[0\].text: is needed"),
    ],
)
def test_an_own_rule_that_cannot_be_is_refused_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormularyError, match=message):
        clinic(tmp_path, text)
