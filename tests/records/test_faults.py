"""Every fault of what is given is reported at once, with its path and its cure."""

from __future__ import annotations

from typing import Any

import pytest

from mesococktail.errors import DocumentError, MesococktailError
from mesococktail.formulary import Formulary
from mesococktail.records import Prescription, given_record
from tests.refused import refused

FORMULARY = Formulary.shipped()
FIRST = "cocktail.ingredients[0]"
INGREDIENTS: list[dict[str, Any]] = [
    {"agent": "minoxidil", "role": "principal", "strength": "5 mg/mL", "volume": "1 mL"},
    {"agent": "biotin", "role": "complementary", "dose": "5 mg"},
]
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


def test_every_fault_is_reported_at_once_with_its_path() -> None:
    cocktail = mixed({"volume": "1,5 mL", "strength": "5 mg", "extra": "x"}, {"agent": "zzyzx", "dose": 2.5})
    cocktail |= {"adjuncts": [{"purpose": "x"}, 5], "colour": "red"}
    with pytest.raises(DocumentError) as caught:
        given_record("prescription", {"at": "now", "cocktail": cocktail, "plan": "x", "sex": "f"}, FORMULARY)
    assert set(paths(caught.value)) == {
        "patient",
        "doctor",
        "indication",
        "at",
        "plan",
        "sex",
        "cocktail.colour",
        f"{FIRST}.extra",
        "cocktail.ingredients[1].agent",
        "cocktail.ingredients[1].dose",
        "cocktail.adjuncts[0].agent",
        "cocktail.adjuncts[1]",
    }


def test_every_amount_of_a_part_that_is_wrong_is_named() -> None:
    error = refused(read, cocktail=mixed({"volume": "1,5 mL", "strength": "5 mgg/mL", "role": "chief"}))
    assert set(paths(error)) == {f"{FIRST}.{name}" for name in ("volume", "strength", "role")}


def test_every_field_that_is_wrong_is_named_by_the_constructor_too() -> None:
    with pytest.raises(MesococktailError) as caught:
        Prescription(patient="A B", doctor="", at="now", indication="hair_loss")  # type: ignore[arg-type]
    assert paths(caught.value) == ["patient", "doctor", "at"]


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        (
            {"patient": 5},
            "patient",
            (
                "5: is not an opaque id; use up to 64 letters, digits and . _ : / - without spaces, "
                "such as P-014; never a name"
            ),
        ),
        (
            {"doctor": "A. Physician"},
            "doctor",
            (
                "A. Physician: is not an opaque id; use up to 64 letters, digits and . _ : / - "
                "without spaces, such as P-014; never a name"
            ),
        ),
        ({"at": "soon"}, "at", "soon: is not a time; write it like 2025-03-01T10:00+04:00"),
        ({"at": None}, "at", "must be a time; write it like 2025-03-01T10:00+04:00"),
        ({"at_defaulted": 1}, "at_defaulted", "1: must be a bool"),
        ({"indication": 5}, "indication", "5: must be a text, or an object with named fields"),
        ({"indication": {}}, "indication.code", "is missing, and needed"),
        (
            {"indication": {"code": "hair_loss", "x": 1}},
            "indication.x",
            "is not a field; it may have code, description, scale, version, stage, duration",
        ),
        ({"indication": {"code": 7}}, "indication.code", "7: is not a code or the name of one"),
        (
            {"plan": 5},
            "plan",
            (
                "5: a plan is a text of at most 1000 characters; write it like weekly x8, then every "
                "2 weeks x2, then after 4 weeks"
            ),
        ),
        ({"rationale": 5}, "rationale", "5: must be a text"),
        ({"rationale": " "}, "rationale", "is empty; leave it out or say something"),
        (
            {"rationale": "a\x00"},
            "rationale",
            "'a\\x00': holds a control character or half a letter; remove it",
        ),
        (
            {"rationale": "\ud800"},
            "rationale",
            "'\\ud800': holds a control character or half a letter; remove it",
        ),
        (
            {"rationale": "x" * 4001},
            "rationale",
            (
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u2026: is longer than "
                "4000 characters; shorten it"
            ),
        ),
        ({"changes": "x"}, "changes", "x: must be several texts; give a list of texts"),
        ({"changes": [5]}, "changes", "5: must be a text"),
        ({"renews": "yesterday's"}, "renews", "yesterday's: is not the id of a record"),
        ({"findings": {}}, "findings", "{}: must be a list of findings"),
        (
            {"findings": [{"severity": "info"}]},
            "findings",
            "{'severity': 'info'}: is not a finding; give code, message, path, severity as texts",
        ),
        (
            {"findings": [{"severity": [], "code": "a", "path": "", "message": "b"}]},
            "findings",
            (
                "{'severity': [], 'code': 'a', 'path': '', 'message': 'b'}: is not a finding; give "
                "code, message, path, severity as texts"
            ),
        ),
        (
            {"findings": [{"severity": "info", "code": 5, "path": "", "message": "b"}]},
            "findings",
            (
                "{'severity': 'info', 'code': 5, 'path': '', 'message': 'b'}: is not a finding; give "
                "code, message, path, severity as texts"
            ),
        ),
        ({"cocktail": 5}, "cocktail", "5: must be a cocktail: its one-line text, or an object"),
        (
            {"cocktail": "biotin"},
            "cocktail.part 1",
            "biotin: nothing says what it is in the mixture for; add (principal) or (complementary)",
        ),
        (
            {"cocktail": {}},
            "cocktail",
            "no agent at all; a session without a cocktail is recorded without one",
        ),
        (
            {"cocktail": mixed(deviation="why")},
            "cocktail",
            "a deviation is given and nothing deviates; leave it out",
        ),
        (
            {"cocktail": mixed(deviation=5)},
            "cocktail.deviation",
            "5: must be a text of at most 500 characters",
        ),
        ({"cocktail": mixed(adjuncts={})}, "cocktail.adjuncts", "{}: must be a list"),
        ({"cocktail": mixed({"agent": None})}, "#0.agent", "is missing, and needed"),
        ({"cocktail": mixed({"role": None})}, "#0.role", "is missing, and needed"),
        (
            {"cocktail": mixed({"role": "chief"})},
            "#0.role",
            "chief: is not a role; say principal or complementary",
        ),
        ({"cocktail": mixed({"role": []})}, "#0.role", "[]: is not a role; say principal or complementary"),
        (
            {"cocktail": mixed({"purpose": "diluent"})},
            "#0.purpose",
            "is not a field; it may have agent, amount, dose, each, over, role, strength, unknown, volume",
        ),
        (
            {"cocktail": mixed({"agent": 5})},
            "#0.agent",
            "5: must be the name of an agent, or an object",
        ),
        ({"cocktail": mixed({"agent": {}})}, "#0.agent.name", "must be a text"),
        (
            {"cocktail": mixed({"agent": {"id": "minoxidil", "x": 1}})},
            "#0.agent.x",
            "is not a field; it may have description, id, members, name, written",
        ),
        (
            {"cocktail": mixed({"agent": {"id": "minoxidil", "written": "finasteride"}})},
            "#0.agent.id",
            "minoxidil: is not the id of finasteride, which is finasteride",
        ),
        (
            {"cocktail": mixed({"agent": {"name": "minoxidil", "description": "new"}})},
            "#0.agent.other",
            "minoxidil: is in the formulary; write minoxidil",
        ),
        (
            {"cocktail": mixed({"volume": True})},
            "#0.volume",
            'True: must be an amount, written as text; write it like "2.5 mg"',
        ),
        (
            {"cocktail": mixed({"volume": 1})},
            "#0.volume",
            '1: must be an amount, written as text; write it like "2.5 mg"',
        ),
        (
            {"cocktail": mixed({"volume": {"amount": 5}})},
            "#0.volume.amount",
            "5: must be a text",
        ),
        (
            {"cocktail": mixed({"volume": {"amount": "1 mL", "written": []}})},
            "#0.volume.written",
            "[]: must be a text",
        ),
        (
            {"cocktail": mixed({"volume": {"amount": "1 mL", "written": "10 mL"}})},
            "#0.volume.amount",
            "1 mL: was written 10 mL, and that is 10 mL",
        ),
        (
            {"cocktail": mixed({"volume": {"amount": "1 mL", "written": "some"}})},
            "#0.volume.written",
            "some: does not begin with a number; write a number and a unit, as 5 mg",
        ),
        (
            {"cocktail": mixed({"volume": {"amount": "1 mL", "x": "y"}})},
            "#0.volume.x",
            "is not a field; it may have amount, written",
        ),
        ({"cocktail": mixed({"unknown": 5})}, "#0.unknown", "5: must be a text"),
        ({"cocktail": mixed({"amount": 5})}, "#0.amount", "5: must be a text"),
        (
            {"cocktail": mixed({"over": True})},
            "#0.over",
            "True: must be a number of points, 1 to 9999",
        ),
        (
            {"cocktail": mixed({"strength": None})},
            "#0.strength",
            (
                "1 mL: minoxidil is dosed by mass, and a volume alone does not say how much that is; "
                "add the strength on the label of the stock: 1 mL of ... mg/mL"
            ),
        ),
        (
            {"cocktail": mixed(adjuncts=[{"agent": "saline", "fills_to": "5 mL", "volume": "1 mL"}])},
            "cocktail.adjuncts[0].fills_to",
            "1 mL: an amount is given of what fills up; give one or the other",
        ),
        (
            {"cocktail": mixed(adjuncts=[{"agent": "saline", "fills_to": "5 mg"}])},
            "cocktail.adjuncts[0].fills_to",
            "5 mg: must be a volume above zero; write it like 5 mL",
        ),
        (
            {"cocktail": mixed(adjuncts=[{"agent": "saline", "volume": "1 mL", "purpose": "joy"}])},
            "cocktail.adjuncts[0].purpose",
            (
                "joy: is neither a role nor a purpose of an adjunct; use principal, complementary, or "
                "one of diluent, anaesthetic, ph_adjuster, preservative, activator, vehicle, placebo"
            ),
        ),
        (
            {1: 2, "b": 3},
            "1",
            (
                "is not a field; it may have patient, doctor, at, at_defaulted, indication, cocktail, "
                "delivery, payload, route, plan, rationale, reference, formula, changes, accepted, "
                "transcribed_from, renews, technique, findings, not_run, formulary"
            ),
        ),
    ],
)
def test_a_fault_has_its_path_and_its_cure(changes: dict[Any, Any], path: str, message: str) -> None:
    error = refused(given_record, "prescription", GIVEN | changes, FORMULARY)
    first = error.findings[0]
    assert first.path == path.replace("#0", FIRST).replace("#", "cocktail.")
    assert first.message == message
    assert isinstance(error, DocumentError)
