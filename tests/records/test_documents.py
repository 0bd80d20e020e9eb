"""The document of a record: nothing lost, the same bytes again, and equal to a plain oracle."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail.amounts import Amount
from mesococktail.cocktails import Adjunct, Cocktail, NamedAgent, Part, complementary, principal
from mesococktail.errors import RecordError
from mesococktail.findings import Finding
from mesococktail.formulary import Formulary, other
from mesococktail.records import (
    KINDS,
    Around,
    Doctor,
    Indication,
    Plan,
    Prescription,
    document,
    given_record,
    stored_record,
)
from mesococktail.records.encoding import part_json
from mesococktail.records.fields import fields_of
from mesococktail.records.json_text import LONGEST
from tests.refused import refused
from tests.strategies import cocktails, doctors, prescriptions

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMULARY = Formulary.shipped()
AT = "2025-03-01T10:00:00+04:00"


def example(**given: Any) -> Prescription:  # any field
    kept: dict[str, Any] = {
        "patient": "P-1",
        "doctor": "dr-a",
        "at": AT,
        "indication": "hair_loss",
        "cocktail": "minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)",
    }
    return Prescription(**(kept | given))


def plain(value: Any) -> Any:  # a naive rendering of anything in a record
    """Render a value as JSON would, naively and slowly: the oracle of the compiled encoder."""
    for kind, render in RENDERED.items():
        if isinstance(value, kind):
            return render(value)
    return value


def _amount(amount: Amount) -> object:
    if amount.text is None:
        return {"amount": amount.stored}
    written = {"amount": amount.stored, "written": amount.text}
    return amount.stored if amount.text == str(amount) else written


def _agent(agent: NamedAgent) -> object:
    said = {name: plain(one) for name, one in _set(agent) if one not in (None, ())}
    if said["name"] == said["id"]:
        del said["name"]
    return said["id"] if len(said) == 1 else said


def _part(part: Part) -> object:
    said = {name: plain(one) for name, one in _set(part) if name != "portion" and one is not None}
    return said | {name: plain(one) for name, one in _set(part.portion) if one is not None}


def _cocktail(cocktail: Cocktail) -> object:
    return {name: plain(one) for name, one in _set(cocktail) if one is not None and one != ()}


def _indication(indication: Indication) -> object:
    said = _said(indication)
    return said["code"] if len(said) == 1 else said


RENDERED: dict[Any, Any] = {
    Amount: _amount,
    NamedAgent: _agent,
    Part: _part,
    Cocktail: _cocktail,
    Indication: _indication,
    datetime: datetime.isoformat,
    Finding: lambda finding: attrs.asdict(finding) | {"severity": finding.severity.name.lower()},
    tuple: lambda several: [plain(one) for one in several],
    (Plan, Around): str,
}


def _set(value: Any) -> Iterable[tuple[str, Any]]:
    return attrs.asdict(value, recurse=False).items()


def _said(record: Any) -> dict[str, Any]:
    cls: type = type(record)
    kept = ((field.name, getattr(record, field.name), field.default) for field in fields_of(cls))
    return {name: plain(value) for name, value, default in kept if value != default}


def oracle(record: object) -> bytes:
    return json.dumps(_said(record), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@given(prescriptions())
def test_a_prescription_comes_back_equal_and_its_bytes_again(record: Prescription) -> None:
    stored = document(record)
    read = stored_record("prescription", stored)
    assert read == record
    assert document(read) == stored


@given(doctors())
def test_a_doctor_comes_back_equal_and_the_bytes_again(record: Doctor) -> None:
    stored = document(record)
    assert stored_record("doctor", stored) == record
    assert document(stored_record("doctor", stored)) == stored == oracle(record)


@given(prescriptions())
def test_the_compiled_encoder_says_what_the_oracle_says(record: Prescription) -> None:
    assert document(record) == oracle(record)


@given(prescriptions())
@settings(max_examples=60)
def test_what_a_stored_document_says_can_be_given(record: Prescription) -> None:
    stored = document(record)
    assert given_record("prescription", stored, FORMULARY) == record
    assert given_record("prescription", stored.decode(), FORMULARY) == record
    assert given_record("prescription", json.loads(stored), FORMULARY) == record


@given(cocktails())
def test_what_was_written_is_kept(cocktail: Cocktail) -> None:
    record = example(cocktail=cocktail, transcribed_from="chart 7")
    read = stored_record("prescription", document(record))
    for before, after in zip(cocktail.parts, read.cocktail.parts, strict=True):
        assert after.agent.written == before.agent.written
        for name, amount in attrs.asdict(before.portion, recurse=False).items():
            if isinstance(amount, Amount):
                kept = getattr(after.portion, name)
                assert kept.text == amount.text
                assert (kept.value, kept.unit) == (amount.value, amount.unit)


def test_texts_are_kept_as_they_were_typed() -> None:
    typed = "Vitamin B7 1.0 mL of 0.05% (principal) + minoxidil 500 ug in 0.50 cc (complementary)"
    record = example(cocktail=typed)
    read = stored_record("prescription", document(record))
    biotin, minoxidil = read.cocktail.ingredients
    assert biotin.agent.written == "Vitamin B7"
    assert [biotin.portion.volume.text, biotin.portion.strength.text] == ["1.0 mL", "0.05%"]
    assert [minoxidil.portion.dose.text, minoxidil.portion.volume.text] == ["500 ug", "0.50 cc"]


def test_the_document_is_what_it_is() -> None:
    assert document(example(rationale="œdema\n")).decode() == (
        f'{{"at":"{AT}","cocktail":{{"ingredients":['
        '{"agent":"minoxidil","role":"principal","strength":"5 mg/mL","volume":"1 mL"},'
        '{"agent":"biotin","dose":"5 mg","role":"complementary"}]},'
        '"doctor":"dr-a","indication":"hair_loss","patient":"P-1","rationale":"œdema\\n"}'
    )


def test_computed_amounts_say_that_nobody_wrote_them() -> None:
    cocktail = Cocktail.parse("minoxidil 10 mg in 3 mL (principal) + biotin 1 mL of 5 mg/mL (complementary)")
    scaled = cocktail.scale(to="1 mL")
    said = document(example(cocktail=scaled)).decode()
    assert '"dose":{"amount":"2.5 mg"},"role":"principal","volume":{"amount":"0.75 mL"}' in said
    assert stored_record("prescription", said.encode()).cocktail == scaled


def test_what_the_door_fills_in_is_left_out_of_what_was_given() -> None:
    bare: Any = example()
    filled = attrs.evolve(bare, technique=("chemical",), formulary="0123456789abcdef")
    assert document(filled, given_only=True) == document(bare) == document(bare, given_only=True)
    assert document(filled) != document(bare)


def test_equal_parts_written_differently_are_stored_as_each_was_written() -> None:
    first, second = principal("minoxidil", "5 mg"), principal("minoxidil", "5.0 mg")
    assert first == second
    assert part_json(first) != part_json(second)
    assert part_json(first) is part_json(first)


def test_the_memory_of_parts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from mesococktail.records import encoding  # its private memory

    monkeypatch.setattr(encoding, "_MOST_PARTS", 1)
    parts = [principal("minoxidil", f"{dose} mg") for dose in (5, 6, 5)]
    assert [json.loads(part_json(part))["dose"] for part in parts] == ["5 mg", "6 mg", "5 mg"]


@pytest.mark.parametrize("thing", [5, "x", None, Indication(code="hair_loss"), Plan.parse("weekly"), Doctor])
def test_only_a_record_has_a_document(thing: object) -> None:
    error = refused(document, thing)
    assert error.rule == "is not a record"
    assert error.cure == f"use one of {', '.join(KINDS)}"


def test_a_record_too_long_to_be_read_back_is_not_written() -> None:
    long = example(formula="x", changes=["é" * 4000] * 9)
    assert isinstance(refused(document, long), RecordError)
    fits = example(formula="x", changes=["é" * 4000] * 7)
    assert len(document(fits)) < LONGEST
    assert stored_record("prescription", document(fits)) == fits


def test_a_text_that_grows_when_composed_is_measured_afterwards() -> None:
    assert refused(example, rationale="\u0958" * 4000).rule == "is longer than 4000 characters"


def test_an_other_agent_goes_through_the_document() -> None:
    serum = other("serum 9", description="the clinic's own", measure="volume")
    record = example(cocktail=Cocktail(principal(serum, "1 mL"), complementary("biotin", "5 mg")))
    assert stored_record("prescription", document(record)) == record
    assert given_record("prescription", document(record), FORMULARY) == record


def test_a_spread_adjunct_goes_through_both_doors() -> None:
    line = (
        "minoxidil 5 mg (principal) + biotin 5 mg (complementary) + saline 0.1 mL/cm2 over 50 cm2 (diluent)"
    )
    record = example(cocktail=line)
    assert isinstance(record.cocktail, Cocktail)
    assert isinstance(record.cocktail.parts[2], Adjunct)
    assert stored_record("prescription", document(record)) == record
    assert given_record("prescription", document(record), FORMULARY) == record


@given(st.sampled_from(["é", "e\u0301"]), st.sampled_from(["\u1e9b\u0323", "\u1e9b"]))
def test_texts_are_composed_once(accent: str, other_accent: str) -> None:
    record = example(rationale=accent + other_accent)
    assert stored_record("prescription", document(record)) == record
    assert document(example(rationale="e\u0301")) == document(example(rationale="é"))
