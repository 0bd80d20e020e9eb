"""Changes from baseline, and responses."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import pytest
from scipy import stats

from mesococktail import Preparation, Study
from mesococktail.errors import QuestionError, TermError
from tests.research.writing import OTHER, day, dropped, observe, only, prescribe

if TYPE_CHECKING:
    from mesococktail import PrescriptionLog

CHANGES = ("change_mean", "change_sd", "change_low", "change_high", "change_q1", "change_median", "change_q3")


def followed(log: PrescriptionLog, changes: list[int], *, start: int = 0, **said: Any) -> None:
    """Write a course of each of some patients, with a baseline of 100 and a follow-up."""
    for place, change in enumerate(changes, start):
        patient = f"P-{place}"
        prescribe(log, patient)
        observe(log, 0, 100, patient=patient)
        observe(log, 120, 100 + change, patient=patient, **said)


def test_a_change_is_what_came_after_less_what_was_before(log: PrescriptionLog) -> None:
    followed(log, [12], response="partial_response")
    assert only(Study(log).outcomes()) == {
        "combination": "biotin + minoxidil",
        "measure": "hair_density",
        "method": "phototrichogram",
        "zone": None,
        "unit": "{hairs}/cm2",
        "patients": 1,
        "baseline_mean": "100",
        "follow_up_mean": "112",
        "change_mean": "12",
        "change_sd": None,
        "change_low": None,
        "change_high": None,
        "change_q1": "12",
        "change_median": "12",
        "change_q3": "12",
        "assessed": 1,
        "responders": 1,
        "response_rate": "1.0000",
        "response_low": "0.2065",
        "response_high": "1.0000",
        "alone": 1,
        "with_others": 0,
    }


def test_changes_are_described_as_scipy_does(log: PrescriptionLog) -> None:
    changes = [-4, 0, 3, 9, 30]
    followed(log, changes)
    row = only(Study(log).outcomes())
    mean, sd = statistics.mean(changes), statistics.stdev(changes)
    low, high = stats.t.interval(0.95, len(changes) - 1, mean, stats.sem(changes))
    known = (mean, sd, low, high, *statistics.quantiles(changes, n=4, method="inclusive"))
    assert [float(row[name]) for name in CHANGES] == pytest.approx(known, rel=1e-5)


@pytest.mark.parametrize(
    ("repeated", "ends"), [("last", ("110", "150")), ("first", ("90", "120")), ("mean", ("100", "135"))]
)
def test_of_several_the_one_that_is_asked_for_counts(
    log: PrescriptionLog, repeated: str, ends: tuple[str, str]
) -> None:
    prescribe(log)
    for at, value in ((-20, 90), (-1, 110), (100, 120), (200, 150)):
        observe(log, at, value)
    row = only(Study(log).outcomes(repeated=repeated))
    assert (row["baseline_mean"], row["follow_up_mean"]) == ends


def test_means_that_are_no_decimals_are_exact_until_they_are_shown(log: PrescriptionLog) -> None:
    prescribe(log)
    for at, value in ((-3, 1), (-2, 1), (-1, 2), (100, 2)):
        observe(log, at, value)
    row = only(Study(log).outcomes(repeated="mean"))
    assert (row["baseline_mean"], row["change_mean"], row["change_median"]) == (
        "1.33333",
        "0.666667",
        "0.666667",
    )


@pytest.mark.parametrize(("repeated", "response"), [("last", 0), ("first", 1), ("mean", 0)])
def test_the_last_response_counts_where_there_is_no_mean(
    log: PrescriptionLog, repeated: str, response: int
) -> None:
    prescribe(log)
    observe(log, 100, response="response")
    observe(log, 200, response="worse")
    row = only(Study(log).outcomes(repeated=repeated))
    assert (row["patients"], row["assessed"], row["responders"]) == (0, 1, response)


@pytest.mark.parametrize("repeated", ["last", "first"])
def test_of_two_in_one_second_the_later_record_counts(log: PrescriptionLog, repeated: str) -> None:
    prescribe(log)
    observe(log, 0, 100)
    observe(log, 100, 110)
    observe(log, 100, 120)
    assert only(Study(log).outcomes(repeated=repeated))["follow_up_mean"] == "120"


@pytest.mark.parametrize("kind", [{"method": "trichogram"}, {"zone": "vertex"}, {"amount": "1 hairs/mm2"}])
def test_both_ends_are_of_one_kind(log: PrescriptionLog, kind: dict[str, str]) -> None:
    prescribe(log)
    observe(log, 0, 100)
    observe(log, 100, 120, **kind)
    answer = Study(log).outcomes()
    assert answer.rows == ()
    assert dropped(answer, "prescriptions") == {"without both a baseline and a follow-up, or a response": 1}
    assert dropped(answer, "outcomes") == {
        "neither baseline, follow-up nor response of a course that counts": 2
    }


def test_each_unit_has_a_row(log: PrescriptionLog) -> None:
    prescribe(log)
    for at in (0, 100):
        observe(log, at, 100)
        observe(log, at, amount="1 hairs/mm2")
    assert {row["unit"] for row in Study(log).outcomes().rows} == {"{hairs}/cm2", "{hairs}/mm2"}


def test_none_at_all_is_none_in_every_unit(log: PrescriptionLog) -> None:
    prescribe(log)
    observe(log, 0, score="0")
    observe(log, 100, 20)
    row = only(Study(log).outcomes())
    assert (row["unit"], row["baseline_mean"], row["change_mean"]) == ("{hairs}/cm2", "0", "20")


def test_two_zeros_have_no_unit(log: PrescriptionLog) -> None:
    prescribe(log)
    observe(log, 0, score="0")
    observe(log, 100, score="0")
    row = only(Study(log).outcomes())
    assert (row["unit"], row["patients"], row["change_mean"]) == (None, 1, "0")


def test_scores_are_compared_without_a_unit(log: PrescriptionLog) -> None:
    prescribe(log)
    observe(log, 0, measure="vas_10", score="0")
    observe(log, 100, measure="vas_10", score="2.5")
    row = only(Study(log).outcomes())
    assert (row["measure"], row["unit"], row["change_mean"]) == ("vas_10", None, "2.5")


def test_what_is_said_in_words_of_its_own_is_left_out(log: PrescriptionLog) -> None:
    prescribe(log)
    for at in (0, 100):
        observe(log, at, measure="other", description="shine", score="2")
    answer = Study(log).outcomes()
    assert answer.rows == ()
    assert dropped(answer, "outcomes") == {"of what is said in words alone": 2}


def test_what_belongs_to_another_course_is_no_follow_up(log: PrescriptionLog) -> None:
    prescribe(log)
    second = prescribe(log, at=60, cocktail=OTHER)
    observe(log, 0, 100)
    observe(log, 155, 130, prescription=second)
    row = only(Study(log).outcomes(baseline_before=60))
    assert row["combination"] == "biotin + dexpanthenol"
    assert (row["alone"], row["with_others"]) == (0, 1)


def test_what_belongs_to_another_course_may_be_a_baseline(log: PrescriptionLog) -> None:
    first = prescribe(log)
    second = prescribe(log, at=60, cocktail=OTHER)
    observe(log, 50, 100, prescription=first)
    observe(log, 155, 130, prescription=second)
    assert only(Study(log).outcomes())["change_mean"] == "30"


def test_of_a_split_scalp_the_preparation_says_which_course(log: PrescriptionLog) -> None:
    prescribe(log)
    second = prescribe(log, cocktail=OTHER)
    stock: Any = [{"agent": agent, "lot_status": "unknown"} for agent in ("dexpanthenol", "biotin")]
    made = log.record(
        Preparation(
            patient="P-1",
            prescription=second,
            at=day(1),
            prepared_by="nurse",
            stock=stock,
        )
    )
    observe(log, 0, 100)
    observe(log, 100, 130, preparation=made.id)
    assert only(Study(log).outcomes())["combination"] == "biotin + dexpanthenol"


def test_the_preparation_says_it_better_than_the_prescription(log: PrescriptionLog) -> None:
    first, second = prescribe(log), prescribe(log, cocktail=OTHER)
    stock: Any = [{"agent": agent, "lot_status": "unknown"} for agent in ("dexpanthenol", "biotin")]
    made = log.record(
        Preparation(patient="P-1", prescription=second, at=day(1), prepared_by="nurse", stock=stock)
    )
    observe(log, 0, 100)
    observe(log, 100, 130, preparation=made.id, prescription=first)
    assert only(Study(log).outcomes())["combination"] == "biotin + dexpanthenol"


def test_the_first_course_with_both_ends_counts(log: PrescriptionLog) -> None:
    for at in (0, 200, 400):
        prescribe(log, at=at)
    for at, value in ((199, 100), (320, 110), (399, 115), (520, 140)):
        observe(log, at, value)
    answer = Study(log).outcomes(repeated="first")
    row = only(answer)
    assert (row["patients"], row["change_mean"]) == (1, "10")
    assert dropped(answer, "prescriptions") == {
        "without both a baseline and a follow-up, or a response": 1,
        "another course of the patient counts": 1,
    }


def test_a_response_counts_beside_numbers_of_the_same_measure(log: PrescriptionLog) -> None:
    followed(log, [10, 20])
    prescribe(log, "P-9")
    observe(log, 100, patient="P-9", words="more", measure="regrowth", method=None, response="response")
    observe(log, 100, patient="P-9", response="not_assessable")
    rows = {row["measure"]: row for row in Study(log).outcomes().rows}
    assert (rows["hair_density"]["patients"], rows["hair_density"]["assessed"]) == (2, 0)
    assert rows["hair_density"]["response_rate"] is None
    assert rows["hair_density"]["alone"] == 3
    assert (rows["regrowth"]["patients"], rows["regrowth"]["change_mean"]) == (0, None)
    assert (rows["regrowth"]["unit"], rows["regrowth"]["responders"]) == (None, 1)


def test_a_response_in_another_zone_has_a_row_of_its_own(log: PrescriptionLog) -> None:
    followed(log, [10])
    prescribe(log, "P-9")
    observe(log, 100, patient="P-9", zone="vertex", response="response")
    rows = {row["zone"]: row for row in Study(log).outcomes().rows}
    assert [(rows[zone]["patients"], rows[zone]["assessed"]) for zone in (None, "vertex")] == [(1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("at", "cocktail", "alone"),
    [
        (-300, OTHER, 0),
        (100, OTHER, 0),
        (100.5, OTHER, 1),
        ("2025", OTHER, 0),
        ("2025-04-12", OTHER, 0),
        ("2025-04-13", OTHER, 1),
        ("2026", OTHER, 1),
        (-300, None, 0),
        (1, "minoxidil 2 mg (principal) + biotin 1 mg (complementary)", 1),
    ],
)
def test_who_had_nothing_else_until_the_follow_up_was_alone(
    log: PrescriptionLog, at: float | str, cocktail: str | None, alone: int
) -> None:
    prescribe(log)
    more = {"transcribed_from": "chart"} if isinstance(at, str) else {}
    more |= {"payload": "saline"} if cocktail is None else {}
    prescribe(log, at=at, cocktail=cocktail, **more)
    observe(log, 0, 100)
    observe(log, 100, 110)
    [row] = Study(log).outcomes(baseline_before=0, baseline_after=0).rows
    assert (row["alone"], row["with_others"]) == (alone, 1 - alone)


def test_a_voided_prescription_is_nobody_s_other(log: PrescriptionLog) -> None:
    prescribe(log)
    log.void(prescribe(log, cocktail=OTHER), reason="wrong")
    observe(log, 0, 100)
    observe(log, 100, 110)
    assert only(Study(log).outcomes())["alone"] == 1


def test_others_count_whatever_the_conditions(log: PrescriptionLog) -> None:
    prescribe(log)
    prescribe(log, cocktail=OTHER)
    observe(log, 0, 100)
    observe(log, 100, 110)
    assert only(Study(log).where(agent="minoxidil").outcomes())["with_others"] == 1


def test_imprecise_dates_are_left_out_and_said(log: PrescriptionLog) -> None:
    prescribe(log, at="2025-01", transcribed_from="chart")
    prescribe(log)
    observe(log, 0, 100)
    observe(log, "2025-05", 110, transcribed_from="chart")
    log.void(observe(log, 100, 120), reason="wrong")
    answer = Study(log).outcomes()
    assert answer.rows == ()
    assert dropped(answer, "prescriptions")["at an imprecise date"] == 1
    assert dropped(answer, "outcomes") == {
        "voided": 1,
        "at an imprecise date": 1,
        "neither baseline, follow-up nor response of a course that counts": 1,
    }


def test_one_measure_can_be_asked_for_by_any_name(log: PrescriptionLog) -> None:
    followed(log, [5])
    for at in (0, 100):
        observe(log, at, patient="P-0", measure="vas_10", score="1")
    answer = Study(log).outcomes(measure="hair density")
    assert only(answer)["measure"] == "hair_density"
    assert dropped(answer, "outcomes")["of another measure"] == 2
    assert answer.source.formulary is not None


def test_a_measure_that_never_came_up_has_no_rows(log: PrescriptionLog) -> None:
    followed(log, [5])
    assert Study(log).outcomes(measure="salt").rows == ()


def test_a_code_that_only_this_log_has_is_taken_as_it_is(log: PrescriptionLog) -> None:
    followed(log, [5])
    assert Study(log).outcomes(measure="androgenetic_alopecia").rows == ()


def test_a_measure_that_nobody_knows_is_refused(log: PrescriptionLog) -> None:
    with pytest.raises(TermError):
        Study(log).outcomes(measure="hairiness of the moon")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"baseline_after": 90}, "follow_up_from: 90: must be later than baseline_after; give 91 or more"),
        ({"follow_up_until": 80}, "follow_up_until: 80: is before follow_up_from; give 90 or more"),
        ({"baseline_before": -1}, "baseline_before: -1: must be a whole number from 0 to 3650"),
    ],
)
def test_windows_that_cannot_be_are_refused(
    log: PrescriptionLog, options: dict[str, int], message: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        Study(log).outcomes(**options)  # type: ignore[arg-type]  # numbers of days only
    assert str(caught.value) == message


def test_the_windows_include_their_ends(log: PrescriptionLog) -> None:
    prescribe(log)
    for at, value in ((-10.01, 1), (-10, 2), (5, 3), (5.01, 4), (19.99, 5), (20, 6), (30, 7), (30.01, 8)):
        observe(log, at, value)
    windows = {"baseline_before": 10, "baseline_after": 5, "follow_up_from": 20, "follow_up_until": 30}
    for repeated, ends in (("first", ("2", "6")), ("last", ("3", "7"))):
        row = only(Study(log).outcomes(**windows, repeated=repeated))  # type: ignore[arg-type]  # numbers of days
        assert (row["baseline_mean"], row["follow_up_mean"]) == ends


def test_published_figures_come_from_the_numbers_that_are_shown(log: PrescriptionLog) -> None:
    changes = [place % 7 for place in range(23)]
    followed(log, changes, response="response")
    row = only(Study(log, suppress_below=8).outcomes())
    assert [row[name] for name in ("patients", "assessed", "responders", "alone", "with_others")] == [
        25,
        25,
        25,
        25,
        0,
    ]
    mean, error = statistics.mean(changes), statistics.stdev(changes) / 25**0.5
    low, high = stats.t.interval(0.95, 24, mean, error)
    # To three digits, as with more the true number could be told from a mean.
    assert [row[name] for name in ("change_low", "change_high")] == [f"{low:.3g}", f"{high:.3g}"]
    known = stats.binomtest(25, 25).proportion_ci(0.95, "wilson")
    assert float(row["response_low"]) == pytest.approx(known.low, abs=1e-4)


def test_a_row_of_few_is_suppressed_whole(log: PrescriptionLog) -> None:
    followed(log, [1, 2, 3], response="response")
    for place in range(12):
        prescribe(log, f"Q-{place}")
        observe(log, 120, patient=f"Q-{place}", measure="gais", response="response")
    *_, row = Study(log, suppress_below=8).outcomes().texts
    assert [row[name] for name in ("combination", "measure", "unit")] == [
        "biotin + minoxidil",
        "hair_density",
        "{hairs}/cm2",
    ]
    assert {
        value
        for name, value in row.items()
        if name not in ("combination", "measure", "method", "zone", "unit")
    } == {"suppressed"}


def test_where_one_row_of_a_measure_is_of_few_another_is_hidden_too(log: PrescriptionLog) -> None:
    followed(log, list(range(12)))
    for place in range(3):
        patient = f"Q-{place}"
        prescribe(log, patient, cocktail=OTHER)
        observe(log, 0, 100, patient=patient)
        observe(log, 120, 110, patient=patient)
    assert {row["patients"] for row in Study(log, suppress_below=8).outcomes().rows} == {"suppressed"}


def test_parts_of_a_row_that_are_of_few_are_suppressed_alone(log: PrescriptionLog) -> None:
    followed(log, list(range(20)))
    for place in range(3):
        prescribe(log, f"P-{place}", cocktail=OTHER, at=110)
        observe(log, 100, patient=f"P-{place}", response="response")
    row = only(Study(log, suppress_below=8).outcomes(repeated="first"))
    assert (row["patients"], row["change_median"]) == (20, "9.5")
    assert row["alone"] == row["with_others"] == row["assessed"] == row["responders"] == "suppressed"


def test_that_few_were_not_assessed_is_not_told_either(log: PrescriptionLog) -> None:
    followed(log, list(range(3)))
    followed(log, list(range(20)), start=3, response="response")
    row = only(Study(log, suppress_below=8).outcomes())
    assert (row["patients"], row["assessed"], row["responders"]) == (25, "suppressed", "suppressed")


@pytest.mark.parametrize(("numbers", "responses"), [(3, 20), (20, 3)])
def test_numbers_of_few_or_of_all_but_few_are_suppressed(
    log: PrescriptionLog, numbers: int, responses: int
) -> None:
    followed(log, list(range(numbers)))
    for place in range(responses):
        prescribe(log, f"Q-{place}")
        observe(log, 120, patient=f"Q-{place}", response="response")
    row = only(Study(log, suppress_below=8).outcomes())
    assert row["patients"] == row["change_mean"] == "suppressed"
    assert (row["alone"], row["with_others"]) == (25, 0)
