"""What a kind of record is: its fields, their types, what they refuse, and how two versions differ."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given

from mesococktail import Cocktail, complementary, principal, records
from mesococktail.amounts import Amount  # noqa: TC001  # read at run time, as every field's type is
from mesococktail.errors import RecordError
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import Formulary
from mesococktail.records import (
    KINDS,
    About,
    Doctor,
    FieldType,
    Indication,
    Plan,
    Prescription,
    check,
    complete,
    differences,
    document,
    fields_of,
    given_record,
    group,
    name_of,
    stored_record,
    time_of,
)
from mesococktail.records.encoding import _encoder
from mesococktail.records.kinds import LARGEST_NUMBER
from mesococktail.records.prescription import faults
from mesococktail.records.reading import _faults, _structure_of
from tests.refused import refused
from tests.strategies import prescriptions

FORMULARY = Formulary.shipped()
ID = "12345678-1234-5678-1234-567812345678"
GIVEN: dict[str, Any] = {
    "patient": "P-1",
    "doctor": "dr-a",
    "at": "2025-03-01T10:00:00+04:00",
    "indication": "hair_loss",
    "cocktail": "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)",
}


def example(**changes: Any) -> Any:  # any field; a prescription
    return Prescription(**(GIVEN | changes))


@group
class Measured:
    """A group with the types that no shipped kind has yet."""

    name: Annotated[str, About("A name.")]
    number: Annotated[int | None, About("A whole number.")] = None
    amount: Annotated[Amount | None, About("An amount.", unit="mm")] = None
    inner: Annotated[Indication | None, About("A group in a group.")] = None


@attrs.frozen
class Silent:
    """Its field says nothing about itself."""

    name: str


@attrs.frozen
class Strange:
    """Its field is of a type that no record may have."""

    name: Annotated[float, About("A float.")]


def test_every_field_says_what_it_means() -> None:
    for cls in KINDS.values():
        for field in fields_of(cls):
            assert field.about.meaning.endswith(".")
            assert (field.type is FieldType.CODE) == (field.about.codes is not None)
            assert (field.type in (FieldType.GROUP, FieldType.GROUPS)) == bool(field.fields)
            if field.about.codes:
                assert FORMULARY.terms(field.about.codes)


def test_the_kinds_have_names() -> None:
    assert {"doctor", "prescription", "patient_facts", "adverse_event"} < set(KINDS)
    assert name_of(example()) == "prescription"
    assert str(refused(name_of, 5)) == f"int: is not a record; use one of {', '.join(KINDS)}"


@group
class Several:
    """A group of several groups."""

    name: Annotated[tuple[Indication, ...], About("Several.")]


@attrs.frozen
class Nested:
    """Several groups within several groups, for which there is no table."""

    name: Annotated[tuple[Several, ...], About("Several of several.")]


def test_a_field_must_say_what_it_means_and_be_of_a_known_type() -> None:
    for cls in (Silent, Strange, Nested):
        with pytest.raises(TypeError, match="name: "):
            fields_of(cls)


def test_numbers_amounts_and_groups_go_through_the_document() -> None:
    measured = Measured(name="a", number=-5, amount="2.0 mm", inner="hair_loss")  # type: ignore[arg-type]
    encode = _encoder(Measured, given_only=False)
    text = encode(measured)
    assert (
        text == '{"amount":{"amount":"2 mm","written":"2.0 mm"},"inner":"hair_loss","name":"a","number":-5}'
    )
    for formulary in (None, FORMULARY):
        cls: type = Measured
        raw = records.read_json(text)
        assert _structure_of(cls, formulary)(raw, cls) == measured


@pytest.mark.parametrize("number", [True, 2.5, "5", LARGEST_NUMBER + 1, -LARGEST_NUMBER - 1])
def test_a_number_is_whole_and_can_be_read_back(number: Any) -> None:
    assert refused(Measured, name="a", number=number).path == "number"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"renews": "x"}, "renews"),
        ({"renews": 5}, "renews"),
        ({"findings": "x"}, "findings"),
        ({"findings": ["x"]}, "findings"),
        ({"at_defaulted": "yes"}, "at_defaulted"),
        ({"indication": 5}, "indication"),
        ({"indication": Indication}, "indication"),
        ({"cocktail": 5}, "cocktail"),
        ({"cocktail": "x 5 mg (principal)"}, "cocktail.part 1"),
        ({"plan": "x"}, "plan"),
        ({"delivery": ""}, "delivery"),
        ({"delivery": "x" * 101}, "delivery"),
        ({"delivery": "a\nb"}, "delivery"),
        ({"changes": {"x"}}, "changes"),
        ({"patient": None}, "patient"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(changes: dict[str, Any], path: str) -> None:
    assert refused(example, **changes).path == path


@pytest.mark.parametrize(
    ("stock", "said"),
    [
        ("minoxidil", "stock: minoxidil: must be several; put it in a list"),
        ([{"agent": "minoxidil"}] * 101, "stock: 101: are more than 100"),
        ([{"lot": "A"}], "stock[0].agent: is missing, and needed"),
        (
            [{"agent": "minoxidil"}, {"agent": "biotin", "colour": "red"}],
            "stock[1].colour: is not a field of it; it may have agent, product, maker, lot, lot_status, "
            "expiry, opened_at, diluted_at, strength, expected, drawn",
        ),
        ([5], "stock[0]: 5: must be a StockUsed"),
    ],
)
def test_groups_are_several_and_each_is_one_of_its_kind(stock: Any, said: str) -> None:
    plain = {"patient": "P-1", "at": GIVEN["at"], "prescription": ID, "prepared_by": "nurse"}
    assert str(refused(KINDS["preparation"], **plain, stock=stock)) == said


def test_codes_are_several() -> None:
    error = refused(example, technique="chemical")
    assert str(error) == "technique: chemical: must be several codes; give a list of codes"


def test_a_value_may_be_given_as_text_or_as_what_it_is() -> None:
    entry = SimpleNamespace(id=ID)
    plan, indication = Plan.parse("weekly x8"), Indication(code="hair_loss")
    assert (
        example(renews=UUID(ID)) == example(renews=ID) == example(renews=entry) == example(renews=ID.upper())
    )
    assert example(plan=plan, indication=indication) == example(plan="weekly x8")
    assert example(cocktail=example().cocktail) == example()
    finding = Finding(Severity.INFO, "x", "", "y")
    assert example(findings=[finding]).findings == (finding,)


@pytest.mark.parametrize("vocabulary", list(FORMULARY.vocabularies))
def test_every_name_of_every_term_may_be_given(vocabulary: str) -> None:
    for term in FORMULARY.terms(vocabulary):
        for name in (term.code, term.label, *term.synonyms):
            assert example(delivery=name).delivery == name


def test_what_can_never_be_true_is_named_all_at_once() -> None:
    record = example(
        at="2019-03",
        cocktail="minoxidil unknown (torn) (principal) + biotin 5 mg (complementary) "
        "+ saline unknown (x) (diluent)",
        payload="saline",
        changes=["less"],
    )
    found = faults(record)
    assert [error.path for error in found] == [
        "at",
        "cocktail.ingredients[0]",
        "cocktail.adjuncts[0]",
        "payload",
        "changes",
    ]
    assert all(str(error) for error in found)
    assert str(found[1]).startswith(
        "cocktail.ingredients[0]: torn: the amount of minoxidil is unknown, which only a prescription"
    )
    with pytest.raises(RecordError) as caught:
        complete(record, FORMULARY, time_of("2025-03-01T10:00+04:00"))  # type: ignore[arg-type]  # a datetime
    assert len(caught.value.findings) == len(found)


def test_an_old_chart_may_be_imprecise() -> None:
    torn = "minoxidil unknown (torn) (principal) + biotin 5 mg (complementary)"
    old = example(at="2019-03", cocktail=torn)
    assert faults(attrs.evolve(old, transcribed_from="chart 7")) == []


def test_a_session_without_a_cocktail_says_what_it_is() -> None:
    assert [error.path for error in faults(example(cocktail=None))] == ["cocktail"]
    assert faults(example(cocktail=None, payload="saline")) == []
    assert faults(example(payload="active")) == []


def test_more_than_there_can_be_in_a_syringe_is_refused() -> None:
    record = example(cocktail="PRP 9000000000000 mL (principal) + biotin 5 mg (complementary)")
    assert str(faults(record)[0]).startswith("cocktail.ingredients[0]: 9000000000000 mL: is more of PRP than")


@given(prescriptions())
def test_what_the_strategies_draw_can_be_true(record: Prescription) -> None:
    assert faults(record) == []


def test_differences_are_shown_field_by_field() -> None:
    before = example(rationale="dry", plan="weekly x8", at_defaulted=True)
    after = attrs.evolve(
        before,
        rationale=None,
        plan="every 2 weeks x4",
        indication=Indication(code="hair_loss", stage="III"),
        at_defaulted=False,
        at="2025-03-02T10:00:00+04:00",
        formula="f 1",
        changes=("less", "more"),
        technique=("chemical",),
    )
    assert [str(change) for change in differences(before, after)] == [
        "at: 2025-03-01T10:00:00+04:00 -> 2025-03-02T10:00:00+04:00",
        "at_defaulted: yes -> no",
        "indication.stage: (nothing) -> III",
        "plan: weekly x8 -> every 2 weeks x4",
        "rationale: dry -> (nothing)",
        "formula: (nothing) -> f 1",
        "changes: (nothing) -> less; more",
    ]
    assert list(differences(before, before)) == []


def test_an_agent_by_another_of_its_names_is_shown() -> None:
    before, after = (
        example(cocktail=Cocktail(principal(name, "0.5 mg"), complementary("biotin", "5 mg")))
        for name in ("finasteride", "MK-906")
    )
    assert [str(change) for change in differences(before, after)] == [
        "cocktail: written finasteride, biotin -> written MK-906, biotin"
    ]
    bare = attrs.evolve(before, cocktail=None, payload="saline")
    assert [change.path for change in differences(bare, bare)] == []


def test_a_group_that_appears_is_shown_whole() -> None:
    bare: Any = Measured(name="a")
    full = attrs.evolve(bare, inner=Indication(code="hair_loss", stage="III"))
    assert [str(change) for change in differences(bare, full)] == ["inner: (nothing) -> hair_loss, III"]


def test_a_fault_of_ours_is_not_dressed_up_as_one_of_the_document() -> None:
    with pytest.raises(ZeroDivisionError):
        _faults(ZeroDivisionError(), "")


def test_reading_is_loaded_when_it_is_first_asked_for() -> None:
    assert records.stored_record is stored_record
    assert records.given_record is given_record
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = records.colour


def test_a_time_at_the_end_of_time_is_checked_without_a_clock() -> None:
    late = GIVEN | {"at": "9998-12-31T23:59:59-12:00"}
    assert check(late) == []
    assert [finding.code for finding in check(late, now=time_of("2025-03-01T10:00Z"))] == ["at_in_the_future"]  # type: ignore[arg-type]


def test_a_doctor_is_a_record() -> None:
    doctor = Doctor(id="dr-a", name="A. Physician")
    assert document(doctor) == b'{"id":"dr-a","name":"A. Physician"}'
    assert given_record("doctor", {"id": "dr-a", "name": "A. Physician"}, FORMULARY) == doctor


@pytest.mark.parametrize(
    "score",
    [
        10**5000,
        Decimal("1e999999999"),
        Decimal("1e-999999999"),
        Decimal("NaN"),
        Decimal("-Infinity"),
        1.5,
        "1e5",
    ],
    ids=range(7),
)
def test_a_number_too_long_to_be_written_out_is_refused_as_any_other(score: Any) -> None:
    error = refused(records.Outcome, patient="P-1", at="2025-03", measure="gais", score=score)
    assert error.rule == "must be an exact number of at most 12 digits on either side"
