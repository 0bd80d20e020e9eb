"""Plans of sessions, as doctors and papers write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.errors import MesococktailError
from mesococktail.records import Phase, Plan
from tests.refused import refused
from tests.strategies import plans


@given(plans())
def test_a_plan_reads_back_from_its_text(plan: Plan) -> None:
    assert Plan.parse(str(plan)) == plan


@pytest.mark.parametrize(
    ("text", "written", "sessions"),
    [
        (
            "weekly x8, then every 2 weeks x2, then after 4 weeks; stated 12",
            "weekly x8, then every 2 weeks x2, then after 4 weeks; stated 12",
            (11, 11),
        ),
        ("weeks 0,1,2,3,5,7,11", "weeks 0, 1, 2, 3, 5, 7, 11", (7, 7)),
        ("weeks 0, 4 and 8", "weeks 0, 4, 8", (3, 3)),
        ("week 0", "weeks 0", (1, 1)),
        ("every 3-5 weeks x4-6", "every 3-5 weeks x4-6", (4, 6)),
        ("every 3 \N{EN DASH} 5 weeks \N{MULTIPLICATION SIGN} 4", "every 3-5 weeks x4", (4, 4)),
        ("at most 3, every 4 weeks", "at most 3, every 4 weeks", (1, 3)),
        ("Weekly x4", "weekly x4", (4, 4)),
        ("every week x4, every month", "weekly x4, then monthly", None),
        ("daily", "daily", None),
        ("after 1 week", "after 1 week", (1, 1)),
        ("after 2-3 months", "after 2-3 months", (1, 1)),
        ("after 4 weeks x3", "every 4 weeks x3", (3, 3)),
        ("every 10 days x6; stated 6", "every 10 days x6; stated 6", (6, 6)),
    ],
)
def test_published_schedules_are_read(text: str, written: str, sessions: tuple[int, int] | None) -> None:
    plan = Plan.parse(text)
    assert str(plan) == written
    assert plan.sessions == sessions
    assert Plan.parse(written) == plan


def test_a_stated_total_that_does_not_add_up_is_kept_and_noticed() -> None:
    moftah = Plan.parse("weekly x8, then every 2 weeks x2, then after 4 weeks; stated 12")
    assert moftah.stated == 12
    assert not moftah.agrees
    assert Plan.parse("every 3-5 weeks x4-6; stated 5").agrees
    assert Plan.parse("weekly; stated 5").agrees
    assert Plan.parse("weekly x5").agrees


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'': is not a plan; write it like weekly x8, then every 2 weeks x2, then after 4 weeks"),
        (
            "now and then",
            (
                "now and then: is not a plan; write it like weekly x8, then every 2 weeks x2, then "
                "after 4 weeks"
            ),
        ),
        (
            "weekly x8, then sometimes",
            (
                "weekly x8, then sometimes: sometimes is not a phase of a plan; write it like weekly "
                "x8, then every 2 weeks x2, then after 4 weeks"
            ),
        ),
        (
            "weekly x",
            "weekly x: is not a plan; write it like weekly x8, then every 2 weeks x2, then after 4 weeks",
        ),
        ("weekly x0", "weekly x0: a number in a plan is 1 to 999"),
        (
            "weekly x1000",
            (
                "weekly x1000: is not a plan; write it like weekly x8, then every 2 weeks x2, then "
                "after 4 weeks"
            ),
        ),
        ("every 0 weeks", "every 0 weeks: a number in a plan is 1 to 999"),
        ("every 5-3 weeks", "every 5-3 weeks: 5-3 falls; write the smaller number first"),
        ("weekly x6-4", "weekly x6-4: 6-4 falls; write the smaller number first"),
        ("weeks 3, 2", "weeks 3, 2: the weeks must rise; write each week once, in order"),
        ("weeks 1, 1", "weeks 1, 1: the weeks must rise; write each week once, in order"),
        ("weekly; stated 0", "weekly; stated 0: a number in a plan is 1 to 999"),
        ("at most 0, weekly", "at most 0, weekly: a number in a plan is 1 to 999"),
        (
            ", ".join(["weekly"] * 13),
            "weekly, weekly, weekly, weekly, weekly, weekly, weekly, week\u2026: has more than 12 phases",
        ),
        (
            "weeks " + ",".join(map(str, range(101))),
            "weeks 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,2\u2026: has more than 100 weeks",
        ),
        (
            "weekly " * 200,
            (
                "weekly weekly weekly weekly weekly weekly weekly weekly week\u2026: a plan is a text "
                "of at most 1000 characters; write it like weekly x8, then every 2 weeks x2, then "
                "after 4 weeks"
            ),
        ),
        (
            5,
            (
                "5: a plan is a text of at most 1000 characters; write it like weekly x8, then every "
                "2 weeks x2, then after 4 weeks"
            ),
        ),
    ],
)
def test_what_is_no_plan_is_refused_with_the_cure(text: str, message: str) -> None:
    assert str(refused(Plan.parse, text)) == message


@pytest.mark.parametrize(
    "given",
    [
        {"every": (1, 1), "unit": "year", "times": None},
        {"every": (0, 1), "unit": "week", "times": None},
        {"every": (2, 1), "unit": "week", "times": None},
        {"every": 1, "unit": "week", "times": None},
        {"every": (1, 1, 1), "unit": "week", "times": None},
        {"every": (1, 1), "unit": "week", "times": (True, 1)},
        {"every": (1, 1), "unit": "week", "times": (2, 2), "once_after": True},
        {"every": (1, 1), "unit": [], "times": None},
    ],
)
def test_a_phase_built_by_hand_is_checked(given: dict[str, object]) -> None:
    refused(Phase, **given)


WEEKLY = Phase(every=(1, 1), unit="week", times=None)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"phases": (WEEKLY,), "weeks": (1,)},
        {"weeks": (1,), "at_most": 3},
        {"phases": [WEEKLY]},
        {"phases": ("weekly",)},
        {"phases": (WEEKLY,) * 13},
        {"weeks": [1, 2]},
        {"weeks": ("1",)},
        {"weeks": (-1,)},
        {"weeks": tuple(range(101))},
        {"phases": (WEEKLY,), "stated": "12"},
        {"phases": (WEEKLY,), "at_most": 0},
    ],
)
def test_a_plan_built_by_hand_is_checked(given: dict[str, object]) -> None:
    refused(Plan, **given)


PIECES = (
    "weekly",
    "every ",
    "after ",
    "2",
    "-3",
    " weeks",
    " x",
    "4",
    ", ",
    "then ",
    "; stated ",
    "at most ",
    "9999",
)


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=9).map("".join)))
def test_any_text_is_a_plan_or_our_error(text: str) -> None:
    try:
        plan = Plan.parse(text)
    except MesococktailError:
        return
    assert Plan.parse(str(plan)) == plan


def test_a_hostile_text_is_refused_fast() -> None:
    start = time.perf_counter()
    for text in (
        "x" * 10_000_000,
        "weeks " + "1, " * 300,
        "at most 1, " * 90,
        ", then " * 140,
        "every " * 160,
    ):
        refused(Plan.parse, text)
    assert time.perf_counter() - start < 0.5
