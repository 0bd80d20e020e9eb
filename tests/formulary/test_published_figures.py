"""Every figure that the published formulas print: how it is read, or why it is not. Reviewed line by line."""

from __future__ import annotations

import pytest

from mesococktail.amounts import Amount, AmountRange
from mesococktail.formulary.published import shipped_published
from mesococktail.formulary.reported import Means, Reported

GAJJAR = (
    "56 components: 24 amino acids, 13 vitamins, 4 coenzymes, 4 nucleic acids, 5 minerals, 2 reducing agents"
)
# Formula, what the figure belongs to, the figure as printed, what it means, the text we read it as where the
# printed one is refused or unclear, the reading, and a part of the reason why the print itself is refused.
TABLE: tuple[tuple[str, str, str, str, str | None, str | None, str | None], ...] = (
    ("moftah-2013", "dutasteride", "0.5 mg", "dose", None, "0.5 mg", None),
    ("moftah-2013", "dutasteride", "0.05%", "final concentration", "0.05 % w/v", "0.05 % w/v", None),
    ("moftah-2013", "total volume", "2 mL", "total volume", None, "2 mL", None),
    (
        "abdallah-2009",
        "dutasteride-containing solution",
        "0.05%",
        "unstated",
        "0.05 % w/v",
        "0.05 % w/v",
        None,
    ),
    (
        "abdallah-2009",
        "dutasteride-containing solution",
        "0.005%",
        "unstated",
        "0.005 % w/v",
        "0.005 % w/v",
        None,
    ),
    ("abdallah-2009", "total volume", "2-mL", "total volume", "2 mL", "2 mL", "not a unit of this field"),
    ("sobhy-2013-A", "dutasteride (pure)", "0.005%", "unstated", "0.005 % w/v", "0.005 % w/v", None),
    ("sobhy-2013-B", "dutasteride", "0.05%", "unstated", "0.05 % w/v", "0.05 % w/v", None),
    ("saceda-2017", "dutasteride", "1 mL", "dose", None, "1 mL", None),
    ("saceda-2017", "dutasteride", "0.01%", "final concentration", "0.01 % w/v", "0.01 % w/v", None),
    ("saceda-2017", "total volume", "1 mL", "total volume", None, "1 mL", None),
    ("merino-2018", "dutasteride", "0.05%", "unstated", "0.05 % w/v", "0.05 % w/v", None),
    ("merino-2018", "minoxidil", "2%", "unstated", "2 % w/v", "2 % w/v", None),
    ("kamel-2013", "dutasteride containing solution", "0.05%", "unstated", "0.05 % w/v", "0.05 % w/v", None),
    ("sanchez-meza-2022", "dutasteride", "0.01%", "unstated", "0.01 % w/v", "0.01 % w/v", None),
    ("azam-morsi-2010", "minoxidil", "2%", "unstated", "2 % w/v", "2 % w/v", None),
    ("uzel-2021", "minoxidil", "0.5%/2ml", "unstated", None, None, "a percentage is already"),
    ("uzel-2021", "minoxidil", "0.5%", "final concentration", "0.5 % w/v", "0.5 % w/v", None),
    (
        "uzel-2021",
        "minoxidil",
        "0,5%",
        "final concentration",
        "0.5 % w/v",
        "0.5 % w/v",
        "a comma is not read as a decimal point here",
    ),
    ("uzel-2021", "total volume", "2ml", "total volume", None, "2 mL", None),
    ("rebellato-2025", "minoxidil", "0.5%", "unstated", "0.5 % w/v", "0.5 % w/v", None),
    ("kumar-2019", "minoxidil (topical twice daily)", "5%", "unstated", "5 % w/v", "5 % w/v", None),
    (
        "gajjar-2019",
        "ready-made mesosolution",
        GAJJAR,
        "unstated",
        None,
        None,
        "longer than 64 characters",
    ),
    ("legiawati-2023", "PRP", "1cc", "dose", None, "1 mL", None),
    ("legiawati-2023", "total volume", "1cc", "total volume", None, "1 mL", None),
    (
        "legiawati-2023",
        "per point",
        "into a 6\N{MULTIPLICATION SIGN}4cm area",
        "per area",
        None,
        None,
        "MULTIPLICATION SIGN",
    ),
    ("nct04459650", "PRP", "0.05-0.1 ml/cm2", "per area", None, "0.05 mL/cm2 to 0.1 mL/cm2", None),
    ("nct04459650", "per point", "every centimeter", "per point", None, None, "does not begin with a number"),
    ("ragaie-2024-d3", "cholecalciferol", "1 ml", "dose", None, "1 mL", None),
    (
        "ragaie-2024-d3",
        "cholecalciferol",
        "200 000 IU/2 ml",
        "stock strength",
        "200000 IU/2 mL",
        "100000 IU/mL",
        "digits are not grouped here",
    ),
    ("ragaie-2024-d3", "total volume", "1 ml", "total volume", None, "1 mL", None),
    (
        "nct04660786",
        "cholecalciferol (Devarol ampoule)",
        "200,000 IU/2 mL ... (2.5 mg/mL)",
        "stock strength",
        "200000 IU/2 mL",
        "100000 IU/mL",
        "groups thousands in others",
    ),
    (
        "nct04660786",
        "cholecalciferol (Devarol ampoule)",
        "200,000 IU/2 mL ... (2.5 mg/mL)",
        "stock strength",
        "2.5 mg/mL",
        "2.5 mg/mL",
        "groups thousands in others",
    ),
    (
        "nct04660786",
        "triamcinolone acetonide (other arm)",
        "5mg/ml using sterile saline for dilution",
        "final concentration",
        "5 mg/mL",
        "5 mg/mL",
        "not a unit of this field",
    ),
    ("su-2022", "triamcinolone acetonide", "5 mg/dl", "unstated", None, "5 mg/dL", None),
    (
        "zhou-2020",
        "botulinum toxin type A",
        "100 U",
        "per point",
        None,
        None,
        "U is read as international units",
    ),
    (
        "zhou-2020",
        "per point",
        "30 sites were injected with 100 U of BTA in each site (as printed)",
        "per point",
        None,
        None,
        "longer than 64 characters",
    ),
    ("alves-2016", "PRP", "0.15 mL/cm2", "per area", None, "0.15 mL/cm2", None),
    (
        "alves-2016",
        "PRP",
        "about 3-fold baseline",
        "final concentration",
        "about 3-fold",
        "about 3 x baseline",
        "a bound or an estimate",
    ),
    ("khatu-2014", "PRP", "2-3 cc", "dose", None, "2 mL to 3 mL", None),
    ("khatu-2014", "total volume", "2-3 cc", "total volume", None, "2 mL to 3 mL", None),
    ("singhal-2015", "PRP", "8-12 mL", "dose", None, "8 mL to 12 mL", None),
    ("takikawa-2011", "PRP", "3 mL", "dose", None, "3 mL", None),
)


def _figures() -> list[tuple[str, str, Reported]]:
    return [(formula.id, of, each) for formula in shipped_published() for of, each in formula.reported]


def test_the_table_has_every_printed_figure() -> None:
    assert [row[:3] for row in TABLE] == [(id_, of, each.text) for id_, of, each in _figures()]


@pytest.mark.parametrize("row", range(len(TABLE)), ids=lambda row: f"{TABLE[row][0]}-{row}")
def test_a_printed_figure_is_read_or_refused_as_reviewed(row: int) -> None:
    *_, means, read_as, reading, refusal = TABLE[row]
    figure = _figures()[row][2]

    assert (figure.means, figure.read_as) == (means, read_as)
    assert (None if figure.reading is None else str(figure.reading)) == reading
    if refusal is None:
        assert figure.refusal is None
    else:
        assert figure.refusal is not None
        assert refusal in figure.refusal


def test_what_a_figure_means_is_always_justified() -> None:
    assert [each.text for *_, each in _figures() if not each.why or not each.source] == []


def test_a_text_that_replaces_the_print_is_readable_and_justified() -> None:
    replaced = [each for *_, each in _figures() if each.read_as is not None]

    assert replaced
    assert all(each.reading is not None and each.read_why for each in replaced)


def test_what_is_neither_read_nor_refused_does_not_exist() -> None:
    assert [each.text for *_, each in _figures() if each.reading is None and each.refusal is None] == []


def test_a_range_is_a_reading_but_not_one_amount() -> None:
    figure = Reported("2-3 cc", Means.DOSE, "somewhere", "the volume")

    assert isinstance(figure.reading, AmountRange)
    assert figure.amount is None


def test_one_amount_is_a_reading() -> None:
    assert Reported("1.0 mg", Means.DOSE, "somewhere", "the dose").amount == Amount.parse("1000 mcg")


def test_a_refusal_names_the_cure() -> None:
    assert Reported("2,5 mg", Means.DOSE, "somewhere", "the dose").refusal == (
        "a comma is not read as a decimal point here; write 2.5 mg"
    )


def test_a_reading_that_is_ours_says_so() -> None:
    said = {formula.id: dict(formula.reported) for formula in shipped_published()}
    assert said["sobhy-2013-A"]["dutasteride (pure)"].shown == "0.005 % w/v (inferred)"
    assert said["takikawa-2011"]["PRP"].shown == "3 mL"


def test_a_figure_that_cannot_be_read_shows_why() -> None:
    unread = [said for formula in shipped_published() for _, said in formula.reported if said.reading is None]
    assert unread
    assert all(said.shown == f"not read: {said.refusal}" for said in unread)
