"""The hot path of an import gives what the plain path gives, or leaves the record to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mesococktail import Formulary
from mesococktail.errors import MesococktailError
from mesococktail.records import complete, document, given_record
from mesococktail.records.compiled import MOST_REMEMBERED, Compiled

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
