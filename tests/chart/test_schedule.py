"""When the next session is due: by hand for the shapes that papers print, by property for all others."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.chart import Due, Window
from mesococktail.chart.schedule import after, finished, later, next_due
from mesococktail.records import Around, Plan, earliest, latest
from tests.strategies import arounds, plans

DAYS = st.dates(date(1900, 1, 1), date(9998, 12, 31))
UNITS = st.sampled_from(["day", "week", "month"])
FIRST = date(2025, 1, 31)


def on(*days: date) -> list[Window]:
    return [Window(day, day) for day in days]


def run(text: str) -> list[Due]:
    """Return every session of a plan after the first, each given on the last day it is due."""
    plan, done, due = Plan.parse(text), on(FIRST), []
    while (following := next_due(plan, done)) is not None:
        due.append(following)
        done += on(following.window.last)
    return due


@pytest.mark.parametrize(
    ("start", "number", "unit", "end"),
    [
        ("2025-01-31", 1, "month", "2025-02-28"),
        ("2024-01-31", 1, "month", "2024-02-29"),
        ("2025-01-31", 13, "month", "2026-02-28"),
        ("2025-12-31", 2, "month", "2026-02-28"),
        ("2025-11-30", 1, "month", "2025-12-30"),
        ("2025-02-28", 1, "month", "2025-03-28"),
        ("2025-02-26", 1, "week", "2025-03-05"),
        ("2025-02-28", 1, "day", "2025-03-01"),
        ("9998-12-30", 999, "month", "9998-12-31"),
        ("9998-12-30", 999, "week", "9998-12-31"),
    ],
)
def test_days_weeks_and_months_go_by_the_calendar(start: str, number: int, unit: str, end: str) -> None:
    assert later(date.fromisoformat(start), number, unit) == date.fromisoformat(end)


def test_the_phases_of_a_published_plan_follow_each_other() -> None:
    due = run("weekly x8, then every 2 weeks x2, then after 4 weeks")
    days = [FIRST, *(each.window.first for each in due)]
    assert [(b - a).days for a, b in pairwise(days)] == [7] * 7 + [14] * 2 + [28]
    assert [each.number for each in due] == list(range(2, 12))
    assert all(each.owed for each in due)


def test_an_interval_that_is_a_range_gives_a_window() -> None:
    [due, *_] = run("every 3-5 weeks x4-6")
    assert due.window == Window(FIRST + timedelta(weeks=3), FIRST + timedelta(weeks=5))
    assert str(due) == "session 2 is due 2025-02-21 to 2025-03-07"


def test_of_a_range_of_sessions_only_the_fewest_are_owed() -> None:
    assert [each.owed for each in run("weekly x4-6")] == [True, True, True, False, False]
    assert str(run("weekly x1-2")[0]) == "session 2 may be given 2025-02-07"


def test_where_two_phases_may_hold_the_window_spans_both() -> None:
    by_number = {each.number: each.window for each in run("weekly x2-3, then monthly x2")}
    # The third session is the third of the first phase, or the first of the second.
    assert by_number[3] == Window(date(2025, 2, 14), date(2025, 3, 7))


def test_weeks_are_counted_from_the_first_session() -> None:
    plan = Plan.parse("weeks 0, 1, 2, 5")
    assert [(each.window.first - FIRST).days // 7 for each in run(str(plan))] == [1, 2, 5]
    late = next_due(plan, on(FIRST, FIRST + timedelta(days=10)))
    assert late is not None
    assert late.window.first == FIRST + timedelta(days=14)


def test_a_week_that_has_passed_is_due_at_once() -> None:
    last = FIRST + timedelta(days=40)
    due = next_due(Plan.parse("weeks 0, 1, 2"), on(FIRST, last))
    assert due is not None
    assert due.window == Window(last, last)


def test_nothing_is_owed_of_at_most_and_nothing_due_after_it() -> None:
    plan = Plan.parse("at most 3, every 4 weeks")
    assert [each.owed for each in run(str(plan))] == [False, False]
    assert [finished(plan, number) for number in range(5)] == [False, False, False, True, True]


def test_at_most_more_than_the_phases_have_ends_with_the_phases() -> None:
    plan = Plan.parse("at most 10, weekly x3")
    assert [finished(plan, number) for number in range(5)] == [False, False, False, True, True]


def test_a_plan_without_an_end_goes_on() -> None:
    plan = Plan.parse("weekly x2, then monthly")
    due = next_due(plan, on(*[FIRST + timedelta(days=30 * number) for number in range(40)]))
    assert due is not None
    assert due.owed
    assert not finished(plan, 40)


def test_before_the_first_session_nothing_is_due_on_a_day() -> None:
    assert next_due(Plan.parse("weekly x8"), []) is None


def test_the_days_of_a_session_are_those_of_its_own_calendar() -> None:
    late = datetime(2025, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert Window.of(late) == Window(date(2025, 3, 1), date(2025, 3, 1))
    assert Window.of(Around(2024, 2)) == Window(date(2024, 2, 1), date(2024, 2, 29))
    assert Window.of(Around(2024)) == Window(date(2024, 1, 1), date(2024, 12, 31))


@given(around=arounds())
def test_the_days_of_a_time_lie_within_what_it_may_mean(around: Around) -> None:
    days = Window.of(around)
    assert earliest(around).date() <= days.first <= days.last <= latest(around).date()


@given(day=DAYS, number=st.integers(0, 999), more=st.integers(0, 20), unit=UNITS)
def test_more_units_are_never_earlier(day: date, number: int, more: int, unit: str) -> None:
    assert day <= later(day, number, unit) <= later(day, number + more, unit)


@given(day=DAYS, number=st.integers(0, 999))
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day: date, number: int) -> None:
    found = later(day, number, "month")
    following = later(found, 1, "day")
    assert found.day == day.day or following.day == 1 or following == found


@st.composite
def courses(draw: st.DrawFn) -> tuple[Plan, list[Window]]:
    """Draw a plan and the days of some sessions, in order."""
    days = sorted(draw(st.lists(st.tuples(DAYS, st.integers(0, 40)), min_size=1, max_size=8)))
    return draw(plans()), [Window(day, later(day, wide, "day")) for day, wide in days]


@given(courses())
def test_the_next_session_is_never_due_before_the_last(course: tuple[Plan, list[Window]]) -> None:
    plan, done = course
    due = next_due(plan, done)
    if due is not None:
        assert done[-1].first <= due.window.first <= due.window.last
        assert due.number == len(done) + 1


@given(courses())
def test_a_finished_plan_owes_nothing(course: tuple[Plan, list[Window]]) -> None:
    plan, done = course
    due = next_due(plan, done)
    if finished(plan, len(done)):
        assert due is None or not due.owed
    elif due is None:
        assert len(done) > 0


@given(plan=plans(), number=st.integers(0, 60))
def test_what_is_finished_stays_so(plan: Plan, number: int) -> None:
    assert not finished(plan, number) or finished(plan, number + 1)


@given(plan=plans())
def test_a_plan_with_an_end_finishes_after_its_most_sessions(plan: Plan) -> None:
    planned = plan.sessions
    if planned is None:
        assert not any(finished(plan, number) for number in (1, 50, 2000))
    else:
        assert finished(plan, planned[1])
        assert not finished(plan, 0)


@given(first=DAYS, wide=st.integers(0, 400), few=st.integers(1, 9), many=st.integers(0, 9), unit=UNITS)
def test_a_window_after_a_window_is_no_narrower(
    first: date, wide: int, few: int, many: int, unit: str
) -> None:
    window = Window(first, later(first, wide, "day"))
    following = after(window, (few, few + many), unit)
    assert following.first >= window.first
    assert following.last >= window.last
