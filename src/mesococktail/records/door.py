"""What happens to a record when it is made: knowledge is consulted here, and never again.

Names of terms become codes, the technique is derived, the checks are run, and what they had to say
is stored with the record together with the digest of the formulary they used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.amounts import Amount
from mesococktail.cocktails import Cocktail, Ingredient
from mesococktail.errors import AmountError, MesococktailError, RecordError, quote
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import Formulary
from mesococktail.records.fields import Field, FieldType, fields_of
from mesococktail.records.kinds import name_of
from mesococktail.records.prescription import Prescription, faults
from mesococktail.records.reading_cocktail import said_by

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCKS_DIFFER = timedelta(minutes=10)
OTHER = "other"
"""The code of every vocabulary that needs a description."""


def complete(record: Any, formulary: Formulary, now: datetime) -> Any:  # noqa: ANN401  # the kind it was given
    """Return *record* as it is stored: terms as codes, technique, findings and digest filled in.

    Args:
        record: Any kind of record.
        formulary: What is known at this moment.
        now: The time of writing; a record of the future gets a finding.

    Raises:
        RecordError: It can never be true; the error carries every fault.
    """
    coded, wrong = _coded(record, formulary)
    if isinstance(coded, Prescription):
        wrong += [finding for error in faults(coded) for finding in error.findings]
        wrong += [finding for error in _mistold(coded, formulary) for finding in error.findings]
    if wrong:
        raise RecordError(wrong[0].message, path=wrong[0].path, findings=wrong)
    if not isinstance(coded, Prescription):
        return coded
    made: Any = coded
    return attrs.evolve(
        made,
        technique=_technique(coded, formulary),
        findings=tuple(_prescription_findings(coded, formulary, now)),
        formulary=formulary.digest,
    )


def _mistold(record: Prescription, formulary: Formulary) -> Iterator[RecordError]:
    """Yield the amounts whose text says another: a program changed the number and kept the words."""
    for path, part in record.cocktail.by_path if record.cocktail else ():
        known = formulary.agents.get(part.agent.id)
        values = attrs.asdict(part.portion, recurse=False) | {"fills_to": getattr(part, "fills_to", None)}
        for name, amount in values.items():
            if not isinstance(amount, Amount) or amount.text is None:
                continue
            try:
                read = said_by(amount.text, amount, known.units if known else ())
            except AmountError:
                # Nobody can say any more what it says: it was written for another formulary, or long ago.
                continue
            if read != amount:
                yield RecordError(
                    f"was written {quote(amount.text)}, and that is {read}",
                    path=f"cocktail.{path}.{name}",
                    got=str(amount),
                    cure="make the amount anew from its text",
                )


def check(
    anything: object,
    *,
    kind: str = "prescription",
    formulary: Formulary | None = None,
    now: datetime | None = None,
) -> list[Finding]:
    """Return everything there is to say about a thing, and never raise: for programs that fill forms.

    Args:
        anything: A cocktail or its one-line text, a record, or the fields of one as a mapping.
        kind: Which kind of record a mapping is.
        formulary: What is known; ours when left out.
        now: The present, so that a record of the future is noticed; not looked at when left out.

    Returns:
        Findings with paths and stable codes, the worst first; empty when there is nothing to say.
    """
    try:
        found = _checked(anything, kind, Formulary.of(formulary), now)
    except MesococktailError as error:
        found = list(error.findings)
    return sorted(found, key=lambda finding: -finding.severity)


def _checked(anything: object, kind: str, formulary: Formulary, now: datetime | None) -> list[Finding]:
    if isinstance(anything, str):
        anything = Cocktail.parse(anything, formulary=formulary)
    if isinstance(anything, Cocktail):
        return list(_cocktail_findings(anything, formulary))
    if isinstance(anything, Mapping):
        from mesococktail.records.reading import given_record  # cattrs, only for documents

        anything = given_record(kind, anything, formulary)
    name_of(anything)
    present: object = now
    if present is not None and not (isinstance(present, datetime) and present.tzinfo):
        raise RecordError("must be a time with its zone", path="now", got=now)
    made: Any = complete(anything, formulary, now or datetime.max.replace(tzinfo=UTC))
    return list(getattr(made, "findings", ()))


def _coded(record: Any, formulary: Formulary, path: str = "") -> tuple[Any, list[Finding]]:  # noqa: ANN401
    """Replace the name of every term by its code; collect what is not a term."""
    changes: dict[str, object] = {}
    wrong: list[Finding] = []
    cls: type = type(record)
    for field in fields_of(cls):
        value = getattr(record, field.name)
        if value is None or field.about.at_the_door:
            continue
        where = f"{path}.{field.name}" if path else field.name
        if field.type is FieldType.GROUP:
            made, inner = _coded(value, formulary, where)
            wrong += inner
        elif field.type is FieldType.CODE:
            made, faulty = _code(value, field, record, formulary)
            wrong += [finding.under(where) for finding in faulty]
        else:
            continue
        if made is not value:
            changes[field.name] = made
    return (attrs.evolve(record, **changes) if changes else record), wrong


def _code(text: str, field: Field, record: object, formulary: Formulary) -> tuple[str, tuple[Finding, ...]]:
    assert field.about.codes is not None  # noqa: S101  # a code says of which vocabulary
    try:
        term = formulary.term(field.about.codes, text)
    except MesococktailError as error:
        return text, error.findings
    if term.needs_description and getattr(record, "description", "no such field") is None:
        missing = RecordError("needs a description", got=text, cure="say in description what it is")
        return term.code, missing.findings
    return (text if text == term.code else term.code), ()


def _technique(record: Prescription, formulary: Formulary) -> tuple[str, ...]:
    """Derive the article's two classes, which overlap, from the two fields that do not."""
    chemical = record.cocktail is not None
    mechanical = False
    if record.delivery is not None:
        mechanical = formulary.term("delivery", record.delivery).class_ == "mechanical"
    return tuple(name for name, holds in (("chemical", chemical), ("mechanical", mechanical)) if holds)


def _prescription_findings(record: Prescription, formulary: Formulary, now: datetime) -> Iterator[Finding]:
    if record.cocktail is not None:
        for finding in _cocktail_findings(record.cocktail, formulary):
            yield finding.under("cocktail")
    if record.plan is not None and not record.plan.agrees:
        yield Finding(
            Severity.WARNING,
            "plan_total",
            "plan",
            f"{record.plan.stated} sessions are stated, and it adds up to {_added(record.plan.sessions)}",
        )
    if isinstance(record.at, datetime) and record.at - CLOCKS_DIFFER > now:
        yield Finding(
            Severity.WARNING, "at_in_the_future", "at", "the time is later than the clock of this machine"
        )


def _added(sessions: tuple[int, int] | None) -> str:
    low, high = sessions or (0, 0)
    return str(low) if low == high else f"{low}-{high}"


def _cocktail_findings(cocktail: Cocktail, formulary: Formulary) -> Iterator[Finding]:
    for name, parts in (("ingredients", cocktail.ingredients), ("adjuncts", cocktail.adjuncts)):
        for place, part in enumerate(parts):
            path = f"{name}[{place}]"
            strength = part.portion.strength
            if strength is not None and strength.text is not None and strength.text.endswith("%"):
                yield Finding(
                    Severity.INFO,
                    "percent_read_as_w_v",
                    f"{path}.strength",
                    f"{strength.text} is read as {strength}, that is {strength.to('mg/mL')}",
                )
            if strength is not None and strength.text is None:
                yield Finding(
                    Severity.INFO,
                    "strength_not_written",
                    f"{path}.strength",
                    f"{strength} was not written with it: it is the clinic's stock, or was computed",
                )
            yield from _name_finding(part.agent.written, f"{path}.agent", formulary)
    yield from _overlaps(cocktail.ingredients)


def _name_finding(written: str | None, path: str, formulary: Formulary) -> Iterator[Finding]:
    if written is None:
        return
    try:
        match = formulary.find(written)
    except MesococktailError:
        return
    if match.note is not None:
        yield Finding(
            Severity.INFO, "agent_name", path, f"{written} is read as {match.agent.name}: {match.note}"
        )


def _overlaps(ingredients: tuple[Ingredient, ...]) -> Iterator[Finding]:
    """A premix that holds what another ingredient adds: the dose given is more than the one written."""
    for place, part in enumerate(ingredients):
        for other in ingredients:
            if other is part:
                continue
            for member in (other.agent.id, *other.agent.members):
                if member in part.agent.members and (
                    member == other.agent.id or part.agent.id < other.agent.id
                ):
                    yield Finding(
                        Severity.INFO,
                        "overlap",
                        f"ingredients[{place}].agent",
                        f"{part.agent.name} contains {member}, which {other.agent.name} adds as well",
                    )
