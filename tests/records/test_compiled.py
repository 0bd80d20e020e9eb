"""The hot path of an import gives what the plain path gives, or leaves the record to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesococktail import Formulary
from mesococktail.errors import MesococktailError
from mesococktail.findings import Severity
from mesococktail.records import complete, document, given_record
from mesococktail.records.compiled import MOST_REMEMBERED, Compiled

if TYPE_CHECKING:
    from mesococktail.formulary import Rule

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FORMULARY = Formulary.shipped()
COMPILED = Compiled(FORMULARY, NOW)

AGENTS = st.sampled_from(
    (
        "minoxidil",
        "Minoxidil",
        "biotin",
        "vitamin H",
        "Dexenol",
        "colecalciferol",
        "PRP",
        "botulinum-toxin-a",
        "nctf-135-ha",
        "no such agent",
        "",
        7,
    )
)
STRENGTHS = st.sampled_from(
    (
        "5 mg/mL",
        "0.50 mg/mL",
        "500 mcg/mL",
        "200 mg/10 mL",
        "10 mg/3 mL",
        "0.05 % w/v",
        "2 %",
        "100000 IU/mL",
        "2,5 mg/mL",
        "5 mg",
        "0.000001 mg/mL",
        "999999.999999 g/mL",
        None,
        ["5 mg/mL"],
    )
)
VOLUMES = st.sampled_from(
    ("1 mL", "0.5 ml", "1.0 mL", "3 cc", "250 uL", "1 mg", "0 mL", "1", 1, {"amount": "1 mL"})
)
ROLES = st.sampled_from(("principal", "complementary", "diluent", None))
PARTS = st.fixed_dictionaries(
    {"agent": AGENTS, "role": ROLES, "strength": STRENGTHS, "volume": VOLUMES},
    optional={"dose": st.sampled_from(("5 mg", "7 mg")), "unknown": st.just("not stated")},
)
LIKELY = st.fixed_dictionaries(
    {
        "agent": st.sampled_from(("minoxidil", "biotin", "vitamin H", "caffeine")),
        "role": st.sampled_from(("principal", "complementary")),
        "strength": st.sampled_from(("5 mg/mL", "0.50 mg/mL", "500 mcg/mL", "12.345 mg/mL")),
        "volume": st.sampled_from(("1 mL", "0.5 ml", "1.0 mL", "250 uL")),
    }
)
COCKTAILS = st.one_of(
    st.fixed_dictionaries({"ingredients": st.lists(LIKELY, min_size=2, max_size=3)}),
    st.fixed_dictionaries(
        {"ingredients": st.lists(PARTS, max_size=4)},
        optional={"deviation": st.just("why"), "adjuncts": st.just([])},
    ),
    st.just("minoxidil 1 mL of 5 mg/mL (principal) + biotin 5 mg (complementary)"),
    st.none(),
)
GIVEN = st.fixed_dictionaries(
    {
        "patient": st.sampled_from(("P-1", "Jane Doe", "", "x" * 65, 3)),
        "doctor": st.sampled_from(("dr-a", "dr a", None)),
        "at": st.sampled_from(
            (
                "2025-03-01T10:00:00+04:00",
                "2025-03-01T10:00+04:00",
                "2025-03-01T10:00:00",
                "2025-03",
                "2027-01-01T00:00:00+00:00",
                "1899-01-01T00:00:00+00:00",
                "soon",
                20250301,
            )
        ),
        "indication": st.sampled_from(
            ("androgenetic_alopecia", "androgenetic alopecia", "other", "x", {"code": "alopecia_areata"}, [])
        ),
        "cocktail": COCKTAILS,
    },
    optional={
        "delivery": st.sampled_from(("nappage", "dermaroller", "by magic", None, ["nappage"])),
        "route": st.sampled_from(("intradermal", "nowhere")),
        "rationale": st.sampled_from(("dry scalp", "e\u0301", "\x00", " ", 'a "quote"\n')),
        "reference": st.sampled_from(("visit-1", 4)),
        "plan": st.sampled_from(("weekly x8", "weekly x8; stated 9")),
        "payload": st.sampled_from(("active", "saline")),
        "transcribed_from": st.just("chart 7"),
        "findings": st.just([]),
        "technique": st.just(["chemical"]),
        "nonsense": st.just(1),
    },
)
LIKELY_GIVEN = st.fixed_dictionaries(
    {
        "patient": st.sampled_from(("P-1", "P-2")),
        "doctor": st.just("dr-a"),
        "at": st.just("2025-03-01T10:00:00+04:00"),
        "indication": st.sampled_from(("androgenetic_alopecia", "androgenetic alopecia")),
        "cocktail": st.fixed_dictionaries({"ingredients": st.lists(LIKELY, min_size=2, max_size=3)}),
    },
    optional={
        "delivery": st.sampled_from(("nappage", "dermaroller")),
        "rationale": st.sampled_from(("dry scalp", "e\u0301", 'a "quote"\n')),
    },
)


def by_the_plain_path(raw: dict[str, Any]) -> bytes | None:
    try:
        return document(complete(given_record("prescription", raw, FORMULARY), FORMULARY, NOW))
    except MesococktailError:
        return None


@given(st.one_of(GIVEN, LIKELY_GIVEN))
def test_the_hot_path_is_silent_or_agrees_with_the_plain_path(raw: dict[str, Any]) -> None:
    stored = COMPILED.stored(raw)
    if stored is not None:
        content, said = stored
        assert said == by_the_plain_path(raw)
        assert content == json.loads(said)
        assert list(content) == sorted(content)


@given(LIKELY_GIVEN)
def test_the_hot_path_takes_every_plain_prescription(raw: dict[str, Any]) -> None:
    plain = by_the_plain_path(raw)
    assert (COMPILED.stored(raw) is None) == (plain is None or b'"findings"' in plain)


def test_what_is_remembered_is_bounded() -> None:
    compiled = Compiled(FORMULARY, NOW)
    for number in range(MOST_REMEMBERED + 10):
        compiled.stored(
            {
                "patient": "P-1",
                "doctor": f"dr-{number}",
                "at": "2025-03-01T10:00:00+04:00",
                "indication": "alopecia_areata",
                "cocktail": {"ingredients": []},
            }
        )
    remembered = [len(part) for part in vars(compiled).values() if isinstance(part, dict)]
    assert max(remembered) <= MOST_REMEMBERED


PLAIN: dict[str, Any] = {
    "patient": "P-1",
    "doctor": "dr-a",
    "at": "2025-03-01T10:00:00+04:00",
    "indication": "alopecia_areata",
    "delivery": "nappage",
    "rationale": "dry scalp",
}
PART = {"agent": "minoxidil", "role": "principal", "strength": "5 mg/mL", "volume": "1 mL"}
BESIDE = {"agent": "biotin", "role": "complementary", "strength": "5 mg/mL", "volume": "1 mL"}


def of(**changes: Any) -> dict[str, Any]:
    """Return a plain prescription whose first ingredient is changed."""
    return PLAIN | {"cocktail": {"ingredients": [PART | changes, BESIDE]}}


def test_a_plain_prescription_is_taken() -> None:
    stored = COMPILED.stored(of())
    assert stored is not None
    assert stored[1] == by_the_plain_path(of())


@pytest.mark.parametrize(
    "given",
    [
        *(
            of() | change
            for change in (
                {"patient": 3},
                {"patient": "Jane Doe"},
                {"doctor": ["dr-a"]},
                {"at": 20250301},
                {"at": "soon"},
                {"at": "2025-03-01T10:00:00"},
                {"at": "2025-03-01T10:00+04:00"},
                {"at": "1899-01-01T00:00:00+00:00"},
                {"at": "2027-01-01T00:00:00+00:00"},
                {"at": "2025-03-01T10:00:00." + "0" * 40 + "+04:00"},
                {"indication": 7},
                {"indication": "hairlessness"},
                {"indication": "other"},
                {"rationale": "\x00"},
                {"delivery": "by magic"},
                {"payload": "saline"},
                {"nonsense": 1},
                {"cocktail": "minoxidil 5 mg (principal) + biotin 5 mg (complementary)"},
                {"cocktail": {"ingredients": [PART, BESIDE], "deviation": "why"}},
                {"cocktail": {"ingredients": "minoxidil"}},
                {"cocktail": {"ingredients": [PART, "biotin"]}},
                {"cocktail": {"ingredients": [PART, PART]}},
            )
        ),
        {name: value for name, value in of().items() if name != "at"},
        *(
            of(**change)
            for change in (
                {"dose": "5 mg"},
                {"agent": 7},
                {"agent": "no such agent"},
                {"agent": "vitamin B complex"},
                {"agent": "botulinum toxin A"},
                {"agent": "Dexenol"},
                {"agent": "lidocaine"},
                {"strength": 5},
                {"strength": "2,5 mg/mL"},
                {"strength": "5 smoots"},
                {"strength": "5 mg"},
                {"strength": "5 IU/mL"},
                {"strength": "0.000001 mg/L"},
                {"volume": "1 mg"},
                {"volume": "0.0001 mL"},
                {"volume": "2 L"},
                {"role": "diluent"},
            )
        ),
    ],
    ids=str,
)
def test_what_is_not_plain_is_left_to_the_plain_path(given: dict[str, Any]) -> None:
    assert COMPILED.stored(given) is None


def test_the_month_of_a_decision_is_left_to_the_plain_path() -> None:
    # Buflomedil was suspended in February 2011, on a day that a plain look-up would have to ask for.
    for month, taken in (("2011-01", True), ("2011-02", False), ("2011-03", True)):
        given = of(agent="buflomedil") | {"at": f"{month}-09T10:00:00+04:00"}
        assert (COMPILED.stored(given) is not None) is taken


def test_what_blocks_is_left_to_the_plain_path() -> None:
    clinic = attrs.evolve(FORMULARY, own_rules=(rule("max_3", most="1", severity=Severity.ERROR),))
    assert Compiled(clinic, NOW).stored(of()) is None


def test_where_every_record_has_a_finding_all_are_left_to_the_plain_path() -> None:
    always = rule("no_corticosteroid", jurisdiction=None, agents=(), classes=())
    assert Compiled(attrs.evolve(FORMULARY, own_rules=(always,)), NOW).stored(of()) is None


def rule(code: str, **changes: Any) -> Rule:
    return attrs.evolve(next(one for one in FORMULARY.rules if one.code == code), code="own", **changes)


def test_what_was_worked_out_of_mixtures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesococktail.records.compiled.MOST_REMEMBERED", 1)
    compiled = Compiled(FORMULARY, NOW)
    for _ in range(2):
        for agent in ("minoxidil", "caffeine"):
            stored = compiled.stored(of(agent=agent))
            assert stored is not None
            assert stored[1] == by_the_plain_path(of(agent=agent))
