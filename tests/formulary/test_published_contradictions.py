"""Figures of one publication that cannot all be true are kept, and the arithmetic is shown."""

from __future__ import annotations

import attrs
import pytest

from mesococktail.findings import Severity
from mesococktail.formulary.crosscheck import Elsewhere, Phase, Points, Schedule, Sum
from mesococktail.formulary.published import PublishedFormula, PublishedIngredient, shipped_published
from mesococktail.formulary.reported import Means, Reported

FORMULAS = {formula.id: formula for formula in shipped_published()}
FACTOR = (
    ", and 1 IU is 0.000025 mg "
    "(colecalciferol; read: dietarysupplementdatabase.usda.nih.gov/conversions.html)"
)

CONTRADICTIONS = {
    "moftah-2013": (
        "0.5 mg in 2 mL is 0.025 % w/v, but 0.05 % w/v is printed, which would be 1 mg",
        "8 + 2 + 1 = 11 sessions, but 12 is printed",
    ),
    "abdallah-2009": ("both 0.05% and 0.005% are printed: 10 times apart",),
    "kamel-2013": ("28 + 28 = 56 patients, but 52 is printed",),
    "gajjar-2019": ("24 + 13 + 4 + 4 + 5 + 2 = 52 components, but 56 is printed",),
    "su-2022": (
        "5 mg/dL is 100 times apart from 5 mg/mL: other trials of the same agent print mg/mL (NCT04660786)",
    ),
    "zhou-2020": ("30 x 100 U = 3000 U, but every comparable study gives 50-150 U in total",),
}


def test_the_contradictions_are_these_and_no_others() -> None:
    found = {id_: tuple(each.message for each in f.contradictions()) for id_, f in FORMULAS.items()}

    assert {id_: messages for id_, messages in found.items() if messages} == CONTRADICTIONS


def test_a_contradiction_is_a_finding_that_blocks_nothing() -> None:
    finding = FORMULAS["moftah-2013"].contradictions()[0]

    assert (finding.severity, finding.code) == (Severity.WARNING, "contradiction_in_print")
    assert finding.path == "moftah-2013.ingredients[0]"


def test_units_and_milligrams_of_one_ampoule_agree_through_the_stated_factor() -> None:
    (check,) = FORMULAS["nct04660786"].checks()

    assert check.agrees
    assert "both 100000 IU/mL and 2.5 mg/mL are printed, and 1 IU is 0.000025 mg" in check.message


def test_agreement_is_shown_too() -> None:
    said = {each.message for formula in FORMULAS.values() for each in formula.checks() if each.agrees}

    assert "680 + 320 = 1000 patients, as printed" in said
    assert "4 + 2 + 4 = 10 sessions, as printed" in said
    assert "7 sessions listed, as printed" in said
    assert "both 0.5% and 0,5% are printed, which is the same" in said


def _figure(text: str, means: Means) -> Reported:
    return Reported(text, means, "a test", "made up")


def _formula(
    *figures: tuple[str, Means], agent: str | None = "biotin", total: str | None = "2 mL"
) -> PublishedFormula:
    amounts = tuple(_figure(text, means) for text, means in figures)
    return PublishedFormula(
        id="x",
        label="X",
        citation="X 2000",
        provenance="a test",
        provenance_kind="read",
        indication="hair loss",
        indication_code="hair_loss",
        technique="injection",
        ingredients=(PublishedIngredient("an agent", agent, amounts),),
        total_volume=_figure(total, Means.TOTAL) if total else None,
    )


@pytest.mark.parametrize(
    ("figures", "agent", "message"),
    [
        (
            (("1 mg", Means.DOSE), ("0.5 mg/mL", Means.FINAL)),
            "biotin",
            "1 mg in 2 mL is 0.5 mg/mL, as printed",
        ),
        (
            (("40 IU", Means.DOSE), ("0.001 mg", Means.DOSE)),
            "colecalciferol",
            f"both 40 IU and 0.001 mg are printed{FACTOR}, which is the same",
        ),
        (
            (("0.002 mg", Means.DOSE), ("40 IU", Means.DOSE)),
            "colecalciferol",
            f"both 0.002 mg and 40 IU are printed{FACTOR}: 2 times apart",
        ),
        (
            (("2 mg", Means.STOCK), ("3 mg", Means.STOCK)),
            "biotin",
            "both 2 mg and 3 mg are printed: 1.5 times apart",
        ),
    ],
)
def test_figures_that_can_be_compared_are(
    figures: tuple[tuple[str, Means], ...], agent: str, message: str
) -> None:
    assert [each.message for each in _formula(*figures, agent=agent).checks()] == [message]


@pytest.mark.parametrize(
    ("figures", "agent"),
    [
        pytest.param((("1 mg", Means.DOSE), ("2 mg", Means.STOCK)), "biotin", id="other meanings"),
        pytest.param((("1 mg", Means.DOSE), ("2-3 mg", Means.DOSE)), "biotin", id="a range"),
        pytest.param((("100 U", Means.DOSE), ("1 mg", Means.DOSE)), "biotin", id="unread"),
        pytest.param((("1 mg", Means.DOSE), ("1 mL", Means.DOSE)), "biotin", id="other dimensions"),
        pytest.param((("40 IU", Means.DOSE), ("1 mg", Means.DOSE)), "biotin", id="no factor"),
        pytest.param((("40 IU", Means.DOSE), ("1 mg", Means.DOSE)), "retinol", id="several factors"),
        pytest.param((("40 IU", Means.DOSE), ("1 mg", Means.DOSE)), None, id="no agent"),
        pytest.param((("1-2 mg", Means.DOSE), ("1 mg/mL", Means.FINAL)), "biotin", id="dose a range"),
        pytest.param((("1 mg", Means.DOSE), ("about 3-fold", Means.FINAL)), "biotin", id="strength a range"),
        pytest.param((("1 mg", Means.DOSE), ("40 IU/mL", Means.FINAL)), "biotin", id="strength in units"),
        pytest.param((("1 mL", Means.DOSE), ("1 mg/mL", Means.FINAL)), "biotin", id="dose a volume"),
    ],
)
def test_figures_that_cannot_be_compared_are_left_alone(
    figures: tuple[tuple[str, Means], ...], agent: str | None
) -> None:
    assert _formula(*figures, agent=agent).checks() == ()


@pytest.mark.parametrize("total", ["2-3 mL", None])
def test_without_one_total_volume_a_dose_has_no_strength(total: str | None) -> None:
    formula = _formula(("1 mg", Means.DOSE), ("5 mg/mL", Means.FINAL), total=total)

    assert formula.checks() == ()


@pytest.mark.parametrize(
    ("sessions", "schedule", "contradicted"),
    [
        ("3", Schedule((Phase("every week", 2), Phase("every month", 1))), False),
        ("4", Schedule((Phase("every week", 2), Phase("every month", 1))), True),
        ("3", Schedule((Phase("every week", 2), Phase("every month"))), False),
        ("three", Schedule(weeks=(0, 1)), False),
        (None, Schedule(weeks=(0, 1)), False),
        ("3", Schedule(weeks=(0, 1)), True),
    ],
)
def test_sessions_are_added_up_where_all_are_printed(
    sessions: str | None, schedule: Schedule, *, contradicted: bool
) -> None:
    formula = attrs.evolve(_formula(), sessions=sessions, schedule=schedule)

    assert bool(formula.contradictions()) is contradicted


def test_a_usual_number_of_points_agrees() -> None:
    formula = attrs.evolve(_formula(), points=Points(20, "5", "U", ("50", "150"), "50-150 U is usual"))

    assert [(e.agrees, e.message) for e in formula.checks()] == [
        (True, "20 x 5 U = 100 U, as is usual: 50-150 U is usual")
    ]


def test_a_figure_that_others_print_too_agrees() -> None:
    formula = attrs.evolve(_formula(("5 mg/mL", Means.STOCK)), elsewhere=Elsewhere(0, 0, "0.5 % w/v", "Y"))

    assert [(e.agrees, e.message) for e in formula.checks()] == [
        (True, "5 mg/mL is printed elsewhere too: Y")
    ]


def test_a_figure_without_a_reading_is_not_compared_with_others() -> None:
    formula = attrs.evolve(_formula(("100 U", Means.STOCK)), elsewhere=Elsewhere(0, 0, "5 mg/mL", "Y"))

    assert formula.checks() == ()


def test_a_sum_of_parts_is_checked() -> None:
    formula = attrs.evolve(_formula(), sums=(Sum("patients", 3, (1, 1)),))

    assert [each.message for each in formula.contradictions()] == ["1 + 1 = 2 patients, but 3 is printed"]
