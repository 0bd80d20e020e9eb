"""What holds for the checks whatever is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mesococktail.amounts import Amount
from mesococktail.records import Around, Doctor, Known, Stands, time_of
from mesococktail.records.checks import checked, contradictions
from tests.records.checking import (
    AT,
    DAY,
    OURS,
    PREPARATION,
    PRESCRIPTION,
    allergic,
    consent,
    facts,
    in_jurisdiction,
    preparation,
    prescription,
    screening,
    session,
    stock,
)

FORMULARIES = (OURS, in_jurisdiction("FR"), in_jurisdiction("US"))
COCKTAILS = (
    None,
    "minoxidil 1 mL of 5 mg/mL (principal) + biotin 1 mL of 5 mg/mL (complementary) + saline q.s. to 5 mL",
    "dutasteride 1 mL of 0.5 mg/mL (principal) + NCTF 135 HA 3 mL (complementary)",
    "onabotulinumtoxinA 100 units in 2 mL (principal) + PRP 3 mL (complementary)",
    "buflomedil unknown (torn) (principal) + organic silicium 1 mg (complementary)",
    'other "serum" [with procaine] 5 mg (principal) + lidocaine 5 mg (complementary)'
    " + procaine 1 mL of 10 mg/mL (anaesthetic)",
)
ANSWERS = st.sampled_from(["yes", "no", "unknown", "not_asked"])
TIMES = st.sampled_from([AT - 100 * DAY, AT - DAY, AT, AT + DAY]) | st.sampled_from(
    [Around(2024), Around(2025), Around(2025, 2), Around(2025, 3, 1)]
)
AGENTS = st.sampled_from(["minoxidil", "dutasteride", "prp", "lidocaine", "nobody knows", "other:serum"])
NOTHING = "nothing"
VOLUMES = st.none() | st.sampled_from(["1 mL", "3.3 mL", "900 mL"])
MEASURED = VOLUMES | st.just(NOTHING)
STRENGTHS = st.none() | st.sampled_from(["5 mg/mL", "0.5 % w/v", "7 IU/mL", "100 units"])


def amount(text: str | None) -> Amount | None:
    if text == NOTHING:
        return Amount(Decimal(0), "mL")  # no text says so, and no constructor of a record takes it
    return None if text is None else Amount.parse(text, units=("units",))


def forced(record: Any, **fields: Any) -> Any:
    """Change fields behind the back of every check, as an old or foreign file might have them."""
    for name, value in fields.items():
        object.__setattr__(record, name, value)
    return record


@st.composite
def prescriptions(draw: st.DrawFn) -> Any:
    cocktail = draw(st.sampled_from(COCKTAILS))
    plan = draw(st.none() | st.sampled_from(["weekly x2", "weeks 0, 1", "every 2 months"]))
    payload = "none" if cocktail is None else None
    return prescription(cocktail, plan=plan, payload=payload, at=draw(TIMES), transcribed_from="chart")


@st.composite
def preparations(draw: st.DrawFn) -> Any:
    stocks = [
        {"agent": draw(AGENTS), "expiry": draw(st.none() | TIMES), "lot": "L"}
        for _ in range(draw(st.integers(1, 3)))
    ]
    made = preparation(stock=stocks, total=draw(VOLUMES), at=draw(TIMES))
    for each in made.stock:
        forced(each, drawn=amount(draw(MEASURED)), strength=amount(draw(STRENGTHS)))
    return forced(made, prp=None, discard_by=draw(st.none() | st.just(AT)))


@st.composite
def sessions(draw: st.DrawFn) -> Any:
    links = st.sampled_from([None, PREPARATION, PRESCRIPTION])
    zones = [
        {"zone": "frontal", "volume": draw(VOLUMES), "preparation": draw(links)}
        for _ in range(draw(st.integers(0, 2)))
    ]
    return session(
        at=draw(TIMES),
        preparation=draw(links),
        prescription=draw(st.sampled_from([None, PREPARATION, PRESCRIPTION])),
        volume=draw(VOLUMES),
        zones=zones,
        given=draw(st.sampled_from(["given", "partly", "not_given"])),
        points=draw(st.none() | st.just(30)),
        per_point=draw(st.none() | st.just("0.1 mL")),
        depth=draw(st.none() | st.just("5 mm")),
    )


@st.composite
def others(draw: st.DrawFn) -> Any:
    which = draw(st.integers(0, 3))
    at = draw(TIMES)
    if which == 0:
        items = {"diabetes": draw(ANSWERS), "allergy_to_ingredient": draw(ANSWERS)}
        return screening(items, at=at)
    if which == 1:
        return allergic(draw(st.sampled_from(["biotin", "aspirin", "новокаин", "()", "NCTF"])), at=at)
    if which == 2:
        return facts(at=at, pregnancy=draw(st.sampled_from([None, "pregnant", "unknown"])), sex="female")
    return consent(at=at, given=draw(ANSWERS), off_label_told=draw(st.none() | ANSWERS))


RECORDS = prescriptions() | preparations() | sessions()
HELD = st.lists(RECORDS | others(), max_size=6)


def said(record: Any, known: Known, formulary: Any) -> tuple[object, ...]:
    found, not_run = checked(record, formulary, known, AT)
    assert all(one.message for one in found)
    assert len(set(not_run)) == len(not_run)
    return found, not_run, [str(error) for error in contradictions(record, known)]


@given(RECORDS, HELD, preparations(), prescriptions(), st.randoms(), st.sampled_from(FORMULARIES))
@settings(max_examples=300, deadline=None)
def test_the_order_of_the_patients_records_does_not_matter(
    record: Any, held: list[Any], prepared: Any, asked: Any, random: Any, formulary: Any
) -> None:
    linked = {PREPARATION: Stands(PREPARATION, prepared), PRESCRIPTION: Stands(PRESCRIPTION, asked)}
    stands = [Stands(f"id-{place}", one) for place, one in enumerate(held)]
    first = said(record, Known(linked, tuple(stands)), formulary)
    random.shuffle(stands)
    turned = dict(reversed(linked.items()))
    assert said(record, Known(turned, tuple(stands)), formulary) == first


@given(RECORDS, st.sampled_from(FORMULARIES))
@settings(max_examples=100, deadline=None)
def test_links_to_the_wrong_kind_of_record_do_no_harm(record: Any, formulary: Any) -> None:
    doctor = Doctor(id="dr-a", name="A. Physician")
    linked = {link: Stands(link, doctor) for link in (PREPARATION, PRESCRIPTION)}
    said(record, Known(linked, ()), formulary)
    said(record, Known(), formulary)


def test_a_stock_of_nothing_in_an_old_file_does_no_harm() -> None:
    made = preparation(stock=[stock("minoxidil", strength="5 mg/mL")], total="1 mL")
    forced(made.stock[0], drawn=amount(NOTHING))
    forced(made, total=amount(NOTHING), at=time_of("2025-03-01"))
    linked = {PREPARATION: Stands(PREPARATION, made), PRESCRIPTION: Stands(PRESCRIPTION, prescription())}
    said(session(preparation=PREPARATION, volume="1 mL"), Known(linked), OURS)
