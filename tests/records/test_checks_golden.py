"""What the checks say of many records, word for word: a change in any finding is seen here.

The golden file is what `told` gives of every case; ``python -m tests.records.test_checks_golden`` writes it
anew, to be read before it is kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesococktail.findings import Severity
from mesococktail.records import Around, Stands
from tests.records.checking import (
    AT,
    DAY,
    OURS,
    PREPARATION,
    PRESCRIPTION,
    STOCK,
    allergic,
    contradicted,
    done,
    knows,
    mixture,
    preparation,
    prescription,
    session,
    stock,
)
from tests.records.test_checks_rules import CASES, SILENT, of_preparation, of_prescription, of_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.records.test_checks_rules import Case

GOLDEN = Path(__file__).parent / "golden" / "checks.txt"
BOTH = knows(prescription=prescription(), preparation=preparation())
ALL_ALIKE = "NCTF 135 HA 3 mL (principal) + hyaluronic acid 5 mg (complementary)"
PRP = {"baseline": "250 x10^3 platelets/uL", "concentrate": "800 x10^3 platelets/uL", "stated_fold": "5 fold"}


def drawn(place: int, **fields: Any) -> list[dict[str, Any]]:
    return [one | fields if at == place else one for at, one in enumerate(STOCK)]


def used(*, earlier: tuple[Any, ...] = (), made: Any = None, **fields: Any) -> Case:
    known = knows(*earlier, prescription=prescription(), preparation=made or preparation())
    return session(preparation=PREPARATION, **fields), known, OURS


def planned(plan: str, *earlier: Any, status: str = "active", **fields: Any) -> Case:
    stands = Stands(PRESCRIPTION, prescription(plan=plan), status)
    return session(**fields), knows(*earlier, prescription=stands), OURS


MORE: dict[str, Case] = {
    "a percentage": of_prescription("minoxidil 1 mL of 2% (principal) + biotin 5 mg"),
    "a computed strength": of_prescription("minoxidil 5 mg in 3 mL (principal) + biotin 5 mg"),
    "a name that was inferred": of_prescription(mixture("Dexenol 5 mg (complementary)")),
    "a premix with what stands beside it": of_prescription(ALL_ALIKE),
    "a plan that adds up otherwise": of_prescription(SILENT, plan="weekly x8; stated 9"),
    "a plan of a range": of_prescription(SILENT, plan="weekly x4-6; stated 9"),
    "a stage of another scale": of_prescription(
        SILENT, indication={"code": "androgenetic_alopecia", "scale": "ludwig", "stage": "IV"}
    ),
    "a time to come": of_prescription(SILENT, at=AT + 401 * DAY),
    "no cocktail": of_prescription(None, payload="saline"),
    "expired": of_preparation(stock=drawn(1, expiry="2025-02", lot=None, lot_status="unknown")),
    "nothing drawn of one": of_preparation(stock=[STOCK[0], STOCK[2]], total="4 mL"),
    "one drawn that was not asked for": of_preparation(
        stock=[*STOCK, stock("caffeine", drawn="1 mL")], total="6 mL"
    ),
    "more drawn": of_preparation(stock=drawn(0, drawn="1.1 mL"), total="5.1 mL"),
    "another strength": of_preparation(stock=drawn(0, strength="10 mg/mL")),
    "another strength of an unknown volume": of_preparation(stock=drawn(2, strength="9 mg/mL", drawn=None)),
    "another total": of_preparation(total="4.9 mL"),
    "checked by who prepared": of_preparation(checked_by="nurse"),
    "another fold": of_preparation(prp=PRP),
    "another fold in places": of_preparation(prp=PRP | {"stated_fold": "3.25 fold"}),
    "too acid": of_preparation(ph="4.5"),
    "past its discard-by": used(made=preparation(at=AT - DAY, discard_by=AT - DAY / 2)),
    "past it on a day known roughly": used(
        made=preparation(at=AT - 9 * DAY, discard_by=AT - 8 * DAY), at=Around(2025, 3), transcribed_from="x"
    ),
    "stock that expired since": used(made=preparation(at=AT - 9 * DAY, stock=drawn(0, expiry="2025-02"))),
    "stopped": planned("weekly x4", status="stopped"),
    "one more than planned": planned("weekly x2", session(at=AT - 8 * DAY), session(at=AT - 16 * DAY)),
    "too soon": planned("weekly x8", session(at=AT - DAY)),
    "too soon by weeks": planned("weeks 0, 2, 3", session(at=AT - 2 * DAY)),
    "too soon by months": planned("monthly x3, then every 5 days x2", session(at=AT - 4 * DAY)),
    "points that make another volume": used(points=40, per_point="0.1 mL", volume="5 mL"),
    "points that follow": used(points=100, volume="5 mL"),
    "too deep": of_session(SILENT, depth="13 mm"),
    "an allergy": of_prescription(SILENT, allergic("biotin")),
    "an allergy to what is in it": of_prescription(ALL_ALIKE, allergic("hyaluronate")),
    "an allergy by a rule": of_prescription(
        mixture("procaine 1 mL of 10 mg/mL (anaesthetic)", "biotin 5 mg"), allergic("PABA")
    ),
    "an allergy in another alphabet": of_prescription(
        SILENT, allergic("\N{CYRILLIC SMALL LETTER EN}\N{CYRILLIC SMALL LETTER O}")
    ),
    "more than was prepared": used(volume="5.1 mL"),
    "more than was left": used(earlier=(used(volume="3 mL")[0],), volume="2.5 mL"),
    "more than was left of what was not thrown away": used(
        made=preparation(waste="1 mL"), earlier=(used(volume="3 mL")[0],), volume="1.5 mL"
    ),
    "made for another": used(made=preparation(prescription="00000000-0000-7000-8000-000000000009")),
}


def told() -> Iterator[str]:
    """Yield a line for each finding of each case, for what could not be checked, and for what cannot be."""
    every = {
        f"{code}, {which}": case
        for code, cases in CASES.items()
        for which, case in zip(("fires", "silent"), cases, strict=True)
    }
    for name, (record, known, formulary) in (every | MORE).items():
        yield f"== {name}"
        impossible = contradicted(record, known)
        yield from (f"never {said}" for said in impossible)
        if not impossible:
            made = done(record, known, formulary)
            for one in made.findings:
                yield f"{Severity(one.severity).name.lower()} {one.code} at {one.path}: {one.message}"
            yield f"not run: {', '.join(made.not_run) or 'nothing'}"


def test_the_checks_say_what_they_said() -> None:
    assert list(told()) == GOLDEN.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    GOLDEN.write_text("".join(f"{line}\n" for line in told()), encoding="utf-8")
