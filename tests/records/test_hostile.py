"""Whatever comes in is a record or our error: nothing is coerced, nothing else escapes."""

from __future__ import annotations

import json
import re
import time
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail.cocktails import Cocktail
from mesococktail.errors import DocumentError, MesococktailError
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import Formulary
from mesococktail.records import KINDS, Prescription, document, given_record, stored_record
from tests.refused import refused
from tests.strategies import prescriptions

FORMULARY = Formulary.shipped()
INGREDIENTS: list[dict[str, Any]] = [
    {"agent": "minoxidil", "role": "principal", "strength": "5 mg/mL", "volume": "1 mL"},
    {"agent": "biotin", "role": "complementary", "dose": "5 mg"},
]
ID = "00000000-0000-7000-8000-000000000001"
GIVEN: dict[str, Any] = {
    "patient": "P-1",
    "doctor": "dr-a",
    "at": "2025-03-01T10:00:00+04:00",
    "indication": "hair_loss",
    "cocktail": {"ingredients": INGREDIENTS},
}


def read(**changes: Any) -> Prescription:  # any JSON
    record: Prescription = given_record("prescription", GIVEN | changes, FORMULARY)
    return record


def mixed(*changes: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return a cocktail whose first ingredients are changed; what is set to None is left out."""
    parts = [dict(part) for part in INGREDIENTS]
    for part, change in zip(parts, changes, strict=False):
        part.update(change)
        for key in [key for key, value in part.items() if value is None]:
            del part[key]
    return {"ingredients": parts} | others


def paths(error: MesococktailError) -> list[str]:
    return [finding.path for finding in error.findings]


@pytest.mark.parametrize(
    "part",
    [
        {"agent": 5},
        {"agent": {"name": "x"}},
        {"agent": {"id": "x", "name": 5}},
        {"agent": {"id": "x", "members": 5}},
        {"agent": {"id": "x", "members": "ab"}},
        {"agent": {"id": "x", "members": [[]]}},
        {"agent": {"id": "x", "written": 5}},
        {"agent": {"id": "x", "description": []}},
        {"agent": {"id": "x", "colour": "red"}},
        {"volume": "1.0 mL"},
        {"volume": "1 ml"},
        {"volume": "1 [drp]"},
        {"volume": 5},
        {"volume": {"written": "1 mL"}},
        {"volume": {"amount": "1 mL", "written": {}}},
        {"over": 5},
        {"over": 0, "each": "1 mL"},
        {"dose": "6 mg"},
        {"role": "chief"},
        {"role": None},
        {"amount": "1 mL"},
        {"unknown": ["torn"]},
    ],
    ids=str,
)
def test_a_stored_part_is_read_as_strictly(part: dict[str, Any]) -> None:
    text = json.dumps(GIVEN | {"cocktail": mixed(part)}).encode()
    assert isinstance(refused(stored_record, "prescription", text), DocumentError)


@pytest.mark.parametrize(
    "cocktail",
    [
        "minoxidil 5 mg (principal) + biotin 5 mg (complementary)",
        mixed(adjuncts=[{"agent": "saline", "volume": "1 mL"}]),
        mixed(adjuncts=[{"agent": "saline", "volume": "1 mL", "purpose": 5}]),
        mixed(adjuncts=[{"agent": "saline", "fills_to": 5, "purpose": "diluent"}]),
    ],
    ids=["line", "no purpose", "purpose", "fill"],
)
def test_a_stored_cocktail_is_read_as_strictly(cocktail: object) -> None:
    text = json.dumps(GIVEN | {"cocktail": cocktail}).encode()
    refused(stored_record, "prescription", text)


@pytest.mark.parametrize(
    ("stock", "found"),
    [
        ("minoxidil", ["stock"]),
        ([5, {"agent": "minoxidil", "lot": 5}, "biotin"], ["stock[0]", "stock[1].lot"]),
    ],
)
def test_every_group_of_several_that_is_wrong_is_named(stock: object, found: list[str]) -> None:
    given = {"patient": "P-1", "at": GIVEN["at"], "prescription": ID, "prepared_by": "n", "stock": stock}
    error = refused(given_record, "preparation", given, FORMULARY)
    assert isinstance(error, DocumentError)
    assert paths(error) == found


def test_true_is_not_the_number_one_whatever_was_read_before() -> None:
    part = {"volume": None, "strength": None, "dose": "5 mg", "each": "1 mL"}
    assert read(cocktail=mixed(part | {"over": 1})).cocktail is not None
    refused(read, cocktail=mixed(part | {"over": True}))
    refused(read, cocktail=mixed(part | {"over": 1.0}))


def test_an_amount_that_nobody_wrote_may_be_given_as_stored() -> None:
    assert read(cocktail=mixed({"volume": {"amount": "1 mL"}})) == read()


def test_null_is_left_out_where_it_may_be() -> None:
    plain = read()
    assert read(rationale=None, plan=None, changes=None) == plain
    assert read(cocktail=mixed() | {"deviation": None}) == plain


def test_a_person_may_write_as_on_paper() -> None:
    cocktail = read(
        cocktail={
            "ingredients": [
                {"agent": "Minoxidil", "role": "principal", "amount": "1 mL of 0.5%"},
                {
                    "agent": {"name": "biotin"},
                    "role": "complementary",
                    "dose": {"amount": "5 mg", "written": "5.0 mg"},
                },
                {
                    "agent": {"name": "serum 9", "description": "own"},
                    "role": "complementary",
                    "strength": {"amount": "2 g/dL", "written": "2%"},
                    "volume": "1 mL",
                },
            ],
            "adjuncts": [
                {"agent": "saline", "fills_to": "5 mL"},
                {"agent": "lidocaine", "amount": "1 mL of 2%"},
            ],
        }
    ).cocktail
    assert isinstance(cocktail, Cocktail)
    assert [part.purpose for part in cocktail.adjuncts] == ["diluent", "anaesthetic"]
    assert str(cocktail.dose("minoxidil")) == "5 mg"


def test_a_finding_of_a_stored_record_is_read() -> None:
    finding = Finding(Severity.INFO, "overlap", "cocktail", "both have it")
    record = read(
        findings=[{"severity": "info", "code": "overlap", "path": "cocktail", "message": "both have it"}]
    )
    assert record.findings == (finding,)
    assert stored_record("prescription", document(record)) == record


@pytest.mark.parametrize("kind", ["colour", None, [], 5])
def test_an_unknown_kind_is_refused(kind: Any) -> None:
    assert refused(given_record, kind, {}, FORMULARY).cure == f"use one of {', '.join(KINDS)}"


@pytest.mark.parametrize("given", ["[ ]", "5", '"x"', "null", b"[]"])
def test_a_record_is_an_object(given: str | bytes) -> None:
    assert refused(given_record, "doctor", given, FORMULARY).rule == "must be an object with named fields"


@pytest.mark.parametrize("key", ["\u00e9", "e\u0301", "patient\x00", "Patient", ""], ids=ascii)
def test_only_the_name_of_a_field_is_one(key: str) -> None:
    error = refused(given_record, "prescription", json.dumps(GIVEN | {key: "P-2"}), FORMULARY)
    assert str(error).isprintable()


def test_keys_that_look_the_same_are_both_refused() -> None:
    text = json.dumps(GIVEN | {"\u00e9": 1, "e\u0301": 1}, ensure_ascii=False)
    assert len(refused(given_record, "prescription", text, FORMULARY).findings) == 2


def test_an_object_without_end_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert refused(read, cocktail=deep).findings[0].path == "cocktail"
    assert "[[[[[...]]]]]: must be" in str(refused(read, cocktail=deep))


MANY = dict.fromkeys(range(1_000_000), "x")


@pytest.mark.parametrize(
    ("kind", "changes", "path"),
    [
        ("prescription", MANY, ""),
        ("prescription", {"indication": MANY}, "indication"),
        ("prescription", {"cocktail": MANY}, "cocktail"),
        ("prescription", {"cocktail": {"ingredients": [MANY]}}, "cocktail.ingredients[0]"),
        ("prescription", {"cocktail": {"ingredients": list(MANY)}}, "cocktail.ingredients"),
        ("prescription", {"changes": list(MANY)}, "changes"),
        ("prescription", {"not_run": list(MANY)}, "not_run"),
        ("prescription", {"findings": list(MANY)}, "findings"),
        ("session", {"zones": list(MANY)}, "zones"),
        ("screening", {"answers": MANY}, "answers"),
    ],
    ids=range(10),
)
def test_a_million_of_anything_are_refused_before_they_are_looked_at(
    kind: str, changes: dict[Any, Any], path: str
) -> None:
    start = time.perf_counter()
    error = refused(given_record, kind, changes, FORMULARY)
    assert time.perf_counter() - start < 0.3
    assert any(
        one.path == path and re.fullmatch(r"1000000: are more than 1000?", one.message)
        for one in error.findings
    )


TEXTS = ("5 mg", "1 mL", "minoxidil", "principal")
KEYS = ("ingredients", "adjuncts", "agent", "id", "dose", "over", "amount", "role", "code", "x")
LEAVES = (st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(TEXTS))
JSON = st.recursive(
    st.one_of(*LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*GIVEN, "plan", "findings", "changes", "renews", "x"]), JSON))
@settings(max_examples=300)
def test_anything_given_is_a_record_or_our_error(changes: dict[str, Any]) -> None:
    for formulary in (FORMULARY, None):
        try:
            if formulary is None:
                stored_record("prescription", json.dumps(GIVEN | changes).encode())
            else:
                given_record("prescription", GIVEN | changes, formulary)
        except MesococktailError as error:
            told(error)


def told(error: MesococktailError) -> None:
    assert str(error)
    assert error.findings


@given(st.one_of(st.text(), st.binary()))
def test_any_text_or_bytes_is_a_record_or_our_error(text: str | bytes) -> None:
    refused(given_record, "doctor", text, FORMULARY)


@given(prescriptions(), st.data())
@settings(max_examples=60)
def test_a_damaged_document_is_a_record_or_our_error(record: Prescription, data: st.DataObject) -> None:
    stored = bytearray(document(record))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(stored) - 1))
        stored[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=3))
        if not stored:
            break
    for read_back in (stored_record, partial(given_record, formulary=FORMULARY)):
        try:
            read_back("prescription", bytes(stored))
        except MesococktailError as error:
            told(error)


@pytest.mark.parametrize(
    "agent",
    [
        {"id": "minoxidil", "name": "finasteride"},
        {"id": "minoxidil", "written": "minoxidil", "name": "finasteride"},
        {"written": "minoxidil", "name": "finasteride"},
    ],
)
def test_an_agent_whose_id_and_name_mean_two_agents_is_refused(agent: dict[str, Any]) -> None:
    error = refused(read, cocktail=mixed({"agent": agent}))
    assert paths(error) == ["cocktail.ingredients[0].agent.name"]
    assert str(error).endswith("is not a name of minoxidil")


def test_a_link_that_cannot_even_be_shown_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    for link in (loop, 5, ["x"] * 3):
        assert refused(read, renews=link).path == "renews"
