"""A course: what was given of what was planned, what is due, how much of each agent went in."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail.amounts import Amount
from mesococktail.chart import AgentDose, Course, Window
from mesococktail.chart.course import course_of
from mesococktail.formulary import Formulary, NamedPlan
from tests.chart.clinic import AT, DAY, HOUR, LINE, OURS, STOCK, WEEK, Patient
from tests.strategies import plans

if TYPE_CHECKING:
    from mesococktail.records import Plan

AUTUMN = "2025-10"


def dose(course: Course, agent: str) -> AgentDose:
    return next(each for each in course.doses if each.agent == agent)


def parts(course: Course, agent: str) -> list[tuple[str, str, int]]:
    return [(str(part.amount), part.basis, part.sessions) for part in dose(course, agent).parts]


def test_sessions_are_counted_by_whether_they_were_given() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x8")
    for number, kind in enumerate(["given", "partly", "not_given", "given"]):
        patient.give(id_, AT + number * WEEK, given=kind)
    course = patient.course(id_)
    assert (course.given, course.partly, course.not_given, course.planned) == (2, 1, 1, (8, 8))
    assert [one.number for one in course.sessions] == [1, 2, None, 3]
    assert "given 2 of 8; 1 partly; 1 not given" in str(course)


def test_a_session_recorded_late_stands_where_it_happened() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x8")
    second, first = patient.give(id_, AT + WEEK), patient.give(id_, AT)
    assert [one.id for one in patient.course(id_).sessions] == [first, second]


def test_the_next_session_is_due_after_the_last_and_overdue_when_its_day_has_passed() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x8")
    patient.give(id_)
    on_time = patient.course(id_, AT + 7 * DAY + 13 * HOUR)
    late = patient.course(id_, AT + 8 * DAY)
    assert on_time.next_due is not None
    assert on_time.next_due.window == Window(date(2026, 3, 9), date(2026, 3, 9))
    assert (on_time.overdue, late.overdue) == (False, True)
    assert late.overdue_since == date(2026, 3, 9)
    assert "next: session 2 is due 2026-03-09, overdue since 2026-03-09" in str(late)


def test_a_session_that_was_not_given_moves_nothing() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x8")
    patient.give(id_)
    before = patient.course(id_).next_due
    patient.give(id_, AT + WEEK, given="not_given")
    assert patient.course(id_).next_due == before


@pytest.mark.parametrize("status", ["active", "stopped"])
def test_nothing_is_due_of_what_was_stopped(status: str) -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x8", status=status)
    patient.give(id_)
    course = patient.course(id_, AT + 99 * DAY)
    assert (course.next_due is None, course.overdue) == (status == "stopped", status == "active")


@pytest.mark.parametrize("status", ["active", "stopped"])
def test_no_touch_up_is_due_of_what_was_stopped(status: str) -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x1-2", status=status)
    patient.give(id_)
    course = patient.course(id_)
    assert course.finished
    assert (course.touch_up_due is None) == (status == "stopped")


def test_nothing_is_due_of_what_was_renewed() -> None:
    patient = Patient()
    first = patient.prescribe(plan="weekly x8")
    patient.give(first)
    second = patient.prescribe(plan="weekly x4", renews=first, at=AT + 2 * WEEK)
    third = patient.prescribe(plan="weekly x4", renews=second, at=AT + 6 * WEEK)
    apart = patient.prescribe(plan="weekly x4", at=AT + 6 * WEEK)
    patient.give(second, AT + 3 * WEEK)
    course = patient.course(first, AT + 99 * DAY)
    assert (course.next_due, course.overdue, course.renewed_by) == (None, False, third)
    for id_ in (first, second, third):
        assert patient.course(id_).chain == (first, second, third)
        assert patient.course(id_).in_chain == 2
    assert patient.course(apart).chain == (apart,)
    assert patient.course(third).renewed_by is None


def test_a_range_owes_its_fewest_and_may_go_on() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x2-3")
    patient.give(id_)
    patient.give(id_, AT + WEEK)
    course = patient.course(id_, AT + 9 * WEEK)
    assert course.finished
    assert course.next_due is not None
    assert (course.next_due.owed, course.overdue) == (False, False)
    assert "given 2 of 2-3" in str(course)


def test_without_a_plan_nothing_is_due_and_nothing_finished() -> None:
    patient = Patient()
    id_ = patient.prescribe()
    patient.give(id_)
    course = patient.course(id_, AT + 99 * DAY)
    assert (course.planned, course.next_due, course.finished, course.overdue) == (None, None, False, False)
    assert "given 1 of an unstated number" in str(course)


def test_the_articles_plan_says_when_improvement_and_a_touch_up_are_to_be_expected() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="weekly x16-18")
    early = [patient.course(id_).improvement_not_expected_yet]
    for number in range(16):
        patient.give(id_, AT + number * WEEK)
        early.append(patient.course(id_).improvement_not_expected_yet)
    assert early == [True] * 5 + [False] * 12
    course = patient.course(id_, AT + 15 * WEEK)
    assert course.follows_it
    # The last session was on 15 June 2026; results are said to last 12 to 18 months.
    assert course.touch_up_due == Window(date(2027, 6, 15), date(2027, 12, 15))
    assert (
        "a touch-up is due 2027-06-15 to 2027-12-15 (weekly for about 4 months; read: the source article"
        in str(course)
    )


def test_another_plan_has_the_articles_statement_beside_it() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="monthly x3")
    course = patient.course(id_)
    assert (course.follows_it, course.improvement_not_expected_yet) == (False, True)
    assert "not the plan of this course" in str(course)


def test_a_stated_total_does_not_make_it_another_plan() -> None:
    patient = Patient()
    assert patient.course(patient.prescribe(plan="weekly x16-18; stated 17")).follows_it


def test_a_dose_given_is_the_volume_times_what_was_prepared() -> None:
    patient = Patient()
    id_ = patient.prescribe()
    for number in range(2):
        made = patient.prepare(id_)
        patient.give(id_, AT + number * WEEK, preparation=made, volume="2.5 mL")
    patient.give(id_, AT + 3 * WEEK, preparation=patient.prepare(id_), volume="1 mL", given="partly")
    course = patient.course(id_)
    # 5 mg and 6 mg in 5 mL; 6 mL were given in all.
    assert parts(course, "minoxidil") == [("6 mg", "prepared", 3)]
    assert parts(course, "biotin") == [("7.2 mg", "prepared", 3)]
    assert dose(course, "sodium-chloride-0.9").place == "adjunct"
    assert str(dose(course, "biotin")) == "biotin 7.2 mg prepared (3 sessions)"


def test_without_a_preparation_a_dose_is_counted_from_the_prescription() -> None:
    patient = Patient()
    id_ = patient.prescribe()
    patient.give(id_, volume="5 mL")
    patient.give(id_, AT + WEEK, preparation=patient.prepare(id_), volume="5 mL")
    course = patient.course(id_)
    assert parts(course, "biotin") == [("6 mg", "prepared", 1), ("5 mg", "prescribed", 1)]
    assert dose(course, "biotin").amount == Amount.parse("11 mg")


def test_what_was_drawn_without_its_strength_is_counted_from_the_prescription() -> None:
    patient = Patient()
    id_ = patient.prescribe()
    stock: list[Any] = [{"agent": "minoxidil", "lot": "M-1", "drawn": "2 mL"}, *STOCK[1:]]
    patient.give(id_, preparation=patient.prepare(id_, stock=stock), volume="5 mL")
    assert parts(patient.course(id_), "minoxidil") == [("10 mg", "prescribed", 1)]


def test_what_cannot_be_known_is_listed_as_unknown_and_is_never_zero() -> None:
    patient = Patient()
    id_ = patient.prescribe()
    patient.give(id_)
    patient.give(id_, AT + WEEK, volume="5 mL")
    known = dose(patient.course(id_), "minoxidil")
    assert (str(known.amount), known.unknown) == ("5 mg", 1)
    assert str(known) == "minoxidil 5 mg prescribed (1 session) + unknown (1 session)"
    alone = Patient()
    only = alone.prescribe()
    alone.give(only)
    assert dose(alone.course(only), "minoxidil").amount is None


def test_each_zone_of_a_split_scalp_counts_its_own_preparation() -> None:
    patient = Patient()
    id_ = patient.prescribe()
    strong: list[Any] = [{**STOCK[0], "drawn": "2 mL"}, *STOCK[1:]]
    left, right = patient.prepare(id_), patient.prepare(id_, stock=strong)
    patient.give(
        id_,
        zones=[
            {"zone": "frontal", "volume": "1 mL", "preparation": left},
            {"zone": "vertex", "volume": "2 mL", "preparation": right},
        ],
    )
    assert parts(patient.course(id_), "minoxidil") == [("5 mg", "prepared", 1)]


def test_the_doses_of_a_chain_are_those_of_all_its_prescriptions() -> None:
    patient = Patient()
    first = patient.prescribe()
    patient.give(first, volume="5 mL")
    second = patient.prescribe(renews=first, at=AT + DAY)
    patient.give(second, AT + WEEK, volume="5 mL")
    course = patient.course(second)
    assert parts(course, "biotin") == [("5 mg", "prescribed", 1)]
    assert str(course.chain_doses[0]) == "minoxidil 10 mg prescribed (2 sessions)"


PRP = "PRP 4 mL (principal); deviation: PRP alone"


@pytest.mark.parametrize(
    ("prp", "said"),
    [
        ({"drawn_at": AT - HOUR}, "90 min from draw to use (measured)"),
        ({"drawn_at": AT - HOUR, "draw_to_use": "20 min"}, "90 min from draw to use (measured)"),
        ({"draw_to_use": "20 min"}, "20 min from draw to use (stated)"),
        ({"drawn_at": AT + HOUR, "draw_to_use": "20 min"}, "20 min from draw to use (stated)"),
    ],
)
def test_the_time_from_draw_to_use_is_measured_where_it_can_be(prp: Any, said: str) -> None:
    patient = Patient()
    id_ = patient.prescribe(PRP)
    stock = [{"agent": "PRP", "lot_status": "not_applicable", "drawn": "4 mL"}]
    made = patient.prepare(id_, stock=stock, total="4 mL", prp=prp)
    patient.give(id_, AT + HOUR / 2, preparation=made, volume="4 mL")
    [session] = patient.course(id_).sessions
    assert [str(one) for one in session.draw_to_use] == [said]


def test_an_imprecise_session_leaves_a_window_for_the_next() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="monthly x3", at=AUTUMN, transcribed_from="old chart")
    patient.give(id_, AUTUMN, transcribed_from="old chart")
    course = patient.course(id_, AT)
    assert course.next_due is not None
    assert course.next_due.window == Window(date(2025, 11, 1), date(2025, 11, 30))
    assert course.overdue_since == date(2025, 11, 30)


@st.composite
def given_sessions(draw: st.DrawFn) -> list[tuple[int, str, int | None]]:
    """Draw day, whether given, and tenths of a millilitre of several sessions, in any order."""
    kinds = st.sampled_from(["given", "partly", "not_given"])
    return draw(st.lists(st.tuples(st.integers(0, 900), kinds, st.none() | st.integers(1, 50)), max_size=9))


@given(plan=plans(), sessions=given_sessions(), later=st.integers(0, 2000))
def test_any_course_agrees_with_counting_by_hand(
    plan: Plan, sessions: list[tuple[int, str, int | None]], later: int
) -> None:
    patient = Patient()
    id_ = patient.prescribe(plan=plan)
    history = [patient.course(id_, AT + later * DAY)]
    for day, kind, tenths in sessions:
        volume = None if tenths is None or kind == "not_given" else f"{tenths / 10:.1f} mL"
        patient.give(id_, AT + day * DAY, given=kind, volume=volume)
        history.append(patient.course(id_, AT + later * DAY))
    course = history[-1]
    kinds = [kind for _, kind, _ in sessions]
    assert (course.given, course.partly, course.not_given) == tuple(
        kinds.count(kind) for kind in ("given", "partly", "not_given")
    )
    done = [(day, tenths) for day, kind, tenths in sessions if kind != "not_given"]
    known = [tenths for _, tenths in done if tenths is not None]
    for each in course.doses[:2]:
        # 5 mg in 5 mL: a tenth of a millilitre is a tenth of a milligram.
        assert each.unknown == len(done) - len(known)
        assert (None if each.amount is None else each.amount.base * 10) == (sum(known) if known else None)
    if course.next_due is not None:
        last = AT + max(day for day, _ in done) * DAY
        assert course.next_due.window.first >= last.date()
        assert course.next_due.number == len(done) + 1
    assert not (course.overdue and (course.finished or course.next_due is None))
    for before, after in pairwise(history):
        assert before.given + before.partly <= after.given + after.partly
        assert not before.finished or after.finished
        assert not after.improvement_not_expected_yet or before.improvement_not_expected_yet


def test_a_course_without_a_cocktail_has_no_doses() -> None:
    patient = Patient()
    id_ = patient.prescribe(None, delivery="dermaroller", payload="none", plan="monthly x3")
    patient.give(id_, payload="none")
    course = patient.course(id_)
    assert (course.given, course.doses) == (1, ())
    assert "no cocktail; monthly x3" in str(course)
    assert LINE not in str(course)


def test_a_course_that_was_renewed_says_so() -> None:
    patient = Patient()
    first = patient.prescribe(plan="weekly x8")
    second = patient.prescribe(renews=first, at=AT + DAY)
    patient.give(second, AT + DAY)
    renewed = f"one of 2 that renew each other, renewed by {second}; 1 sessions in all"
    assert renewed in str(patient.course(first))
    assert "one of 2 that renew each other; 1 sessions in all" in str(patient.course(second))


def test_at_most_so_many_sessions_are_told_as_such() -> None:
    patient = Patient()
    assert "given 0 of at most 3" in str(patient.course(patient.prescribe(plan="at most 3, monthly")))


def of_the_clinic(text: str, **fields: Any) -> Formulary:
    own = NamedPlan(code="own", version="1", name="own", text=text, source="the clinic", **fields)
    return attrs.evolve(OURS, own_plans=(own,))


def test_a_plan_of_the_clinic_that_names_no_touch_up_has_none() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="monthly x1")
    patient.give(id_)
    course = course_of(patient.records.by_id[id_], patient.records, of_the_clinic("monthly x1"), AT)
    assert (course.finished, course.follows_it, course.touch_up_due) == (True, True, None)
    assert course.expectation.source == "the clinic"


def test_a_plan_of_the_clinic_that_nobody_can_read_is_the_plan_of_no_course() -> None:
    patient = Patient()
    id_ = patient.prescribe(plan="monthly x1")
    known = of_the_clinic("when the moon is full")
    course = course_of(patient.records.by_id[id_], patient.records, known, AT)
    assert (course.expectation.code, course.follows_it) == ("article", False)
