"""Named plans: the article's, attributed, and a clinic's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail.errors import FormularyError
from mesococktail.formulary import Formulary, NamedPlan
from mesococktail.records import Plan

if TYPE_CHECKING:
    from pathlib import Path

OURS = Formulary.shipped()
SEEN = """
[[plans]]
code = "monthly"
version = "1"
name = "monthly for half a year"
text = "every 4 weeks x6"
"""


def clinic(tmp_path: Path, text: str) -> Formulary:
    path = tmp_path / "clinic.toml"
    path.write_text(text)
    return Formulary.load(path)


@pytest.mark.parametrize("plan", OURS.plans, ids=lambda plan: plan.code)
def test_the_text_of_a_plan_reads_as_a_plan(plan: NamedPlan) -> None:
    assert str(Plan.parse(plan.text)) == plan.text
    assert plan.source.startswith("read: ")


def test_the_plan_of_the_article_says_what_the_article_says() -> None:
    plan = OURS.plan("article")
    assert plan.source == "read: the source article (hairtransplantdubai.com)"
    assert Plan.parse(plan.text).sessions == (16, 18)
    assert (plan.session_duration, plan.no_result_before) == ("about 30 min", 5)
    assert (plan.lasts_months, plan.touch_up_after_months) == ((12, 18), (12, 18))
    # The number of sessions is our reading of "about 4 months".
    assert "about 4 months" in (plan.note or "")


def test_a_plan_is_found_by_code_or_name() -> None:
    assert OURS.plan("Weekly for about 4 months") is OURS.plan("ARTICLE")


@pytest.mark.parametrize("name", ["daily", "", 5])
def test_an_unknown_plan_is_refused(name: object) -> None:
    with pytest.raises(FormularyError, match=r"^plan: "):
        OURS.plan(name)  # type: ignore[arg-type]  # what a script without types may pass


def test_an_unknown_plan_is_refused_with_those_there_are() -> None:
    with pytest.raises(FormularyError, match="the plans are article"):
        OURS.plan("daily")


def test_an_own_plan_stands_beside_ours(tmp_path: Path) -> None:
    more = 'no_result_before = 3\nlasts_months = [6, 9]\ntouch_up_after_months = [6, 6]\nnote = "ours"\n'
    own = clinic(tmp_path, SEEN + more)
    plan = own.plan("monthly for half a year")
    assert own.plans == (*OURS.plans, plan)
    assert (plan.lasts_months, plan.touch_up_after_months) == ((6, 9), (6, 6))
    assert (plan.no_result_before, plan.session_duration) == (3, None)
    assert own.digest != OURS.digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SEEN.replace("monthly", "article", 1), r"^plans\[0\].code: article: is taken"),
        (SEEN + "lasts_months = 12", r"^plans\[0\].lasts_months: 12: must be the fewest and the most"),
        (SEEN + "lasts_months = [12]", r"^plans\[0\].lasts_months: .*: must be the fewest and the most"),
        (SEEN + "lasts_months = [18, 12]", r"^plans\[0\].lasts_months: .*: the fewest come first"),
        (SEEN + 'lasts_months = [12, "18"]', r"^plans\[0\].lasts_months\[1\]: 18: must be a whole number"),
        (SEEN + "no_result_before = -1", r"^plans\[0\].no_result_before: -1: must be a whole number"),
        (SEEN + "sessions = 6", r"^plans\[0\].sessions: no such key is known here"),
        ("plans = 5", r"^plans: must be a list of tables"),
    ],
)
def test_an_own_plan_that_cannot_be_is_refused_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormularyError, match=message):
        clinic(tmp_path, text)
