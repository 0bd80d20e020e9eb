"""What happens to a record when it is made: knowledge is consulted here, and never again.

Names of terms become codes, the technique is derived, the checks are run, and what they had to say
is stored with the record together with the digest of the formulary they used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.amounts import Amount
from mesococktail.cocktails import Cocktail
from mesococktail.errors import AmountError, BlockedError, MesococktailError, RecordError, quote
from mesococktail.findings import Finding, Severity
from mesococktail.formulary import Formulary
from mesococktail.records import (
    adverse_event,
    aftercare,
    consent,
    outcome,
    patient_facts,
    preparation,
    prescription,
    screening,
    session,
)
from mesococktail.records.adverse_event import AdverseEvent
from mesococktail.records.aftercare import Aftercare
from mesococktail.records.checks import checked, cocktail_findings, contradictions, expected
from mesococktail.records.consent import Consent
from mesococktail.records.fields import Field, FieldType, fields_of
from mesococktail.records.kinds import changed, name_of
from mesococktail.records.known import NOTHING, Known
from mesococktail.records.outcome import Outcome
from mesococktail.records.patient_facts import PatientFacts
from mesococktail.records.preparation import Preparation
from mesococktail.records.prescription import Prescription
from mesococktail.records.reading_cocktail import said_by
from mesococktail.records.screening import Screening
from mesococktail.records.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mesococktail.records.common import Acceptance


def complete(record: Any, formulary: Formulary, now: datetime, known: Known = NOTHING) -> Any:  # noqa: ANN401  # the kind it was given
    """Return *record* as it is stored: terms as codes, technique, findings and digest filled in.

    Args:
        record: Any kind of record.
        formulary: What is known at this moment.
        now: The time of writing; a record of the future gets a finding.
        known: What the log knows of the patient and of what the record points to.

    Raises:
        RecordError: It can never be true; the error carries every fault.
    """
    coded, wrong = _coded(record, formulary)
    if not wrong:
        errors = [*_faults(coded, formulary), *_mistold(coded, formulary), *contradictions(coded, known)]
        wrong = [finding for error in errors for finding in error.findings]
    if wrong:
        raise RecordError(wrong[0].message, path=wrong[0].path, findings=wrong)
    filled: dict[str, object] = {}
    if isinstance(coded, Prescription):
        filled["technique"] = _technique(coded, formulary)
    if isinstance(coded, Preparation):
        filled["stock"] = expected(coded, known)
    if isinstance(coded, Prescription | Preparation | Session):
        filled["accepted"] = _accepted(coded)
        if coded.accepted or "stock" in filled:
            coded = changed(coded, **filled)
        found, not_run = checked(coded, formulary, known, now)
        filled |= {"findings": found, "not_run": not_run, "formulary": formulary.digest}
    return changed(coded, **filled) if filled else coded


def admit(record: Any) -> None:  # noqa: ANN401  # any kind, complete
    """Refuse a complete record with a blocking finding that nobody accepted, or an acceptance of nothing.

    Raises:
        BlockedError: The error carries the findings that block; each is accepted by its code.
    """
    findings: tuple[Finding, ...] = getattr(record, "findings", ())
    blocking = [finding for finding in findings if finding.severity is Severity.ERROR]
    accepted = {one.code for one in getattr(record, "accepted", ())}
    open_ = [finding for finding in blocking if finding.code not in accepted]
    if open_:
        codes = ", ".join(dict.fromkeys(finding.code for finding in open_))
        raise BlockedError(
            " | ".join(finding.message for finding in open_),
            path=open_[0].path,
            cure=f"change it, or accept it with a reason: accept={{code: reason}} for {codes}",
            findings=open_,
        )
    for place, one in enumerate(getattr(record, "accepted", ())):
        if one.code not in {finding.code for finding in blocking}:
            raise RecordError(
                "no check has found that, so there is nothing to accept",
                path=f"accepted[{place}]",
                got=one.code,
                cure="leave it out",
            )


def _faults(record: Any, formulary: Formulary) -> Iterable[RecordError]:  # noqa: ANN401  # any kind
    if isinstance(record, Outcome):
        return outcome.faults(record, formulary)
    faults = _FAULTS.get(type(record))
    return faults(record) if faults else ()


_FAULTS: dict[type, Callable[[Any], Iterable[RecordError]]] = {
    AdverseEvent: adverse_event.faults,
    Aftercare: aftercare.faults,
    Consent: consent.faults,
    PatientFacts: patient_facts.faults,
    Preparation: preparation.faults,
    Prescription: prescription.faults,
    Screening: screening.faults,
    Session: session.faults,
}


def _accepted(record: Prescription | Preparation | Session) -> tuple[Acceptance, ...]:
    """Name who accepted: whoever decided the act, where nobody else is named."""
    match record:
        case Prescription():
            author: str | None = record.doctor
        case Preparation():
            author = record.prepared_by
        case _:
            author = record.injected_by
    return tuple(one if one.by else changed(one, by=author) for one in record.accepted)


def _mistold(record: object, formulary: Formulary) -> Iterator[RecordError]:
    """Yield the amounts whose text says another: a program changed the number and kept the words."""
    cocktail = getattr(record, "cocktail", None)
    for path, part in cocktail.by_path if cocktail else ():
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
        return list(cocktail_findings(anything, formulary))
    if isinstance(anything, Mapping):
        from mesococktail.records.reading import given_record  # cattrs, only for documents

        anything = given_record(kind, anything, formulary)
    name_of(anything)
    present: object = now
    if present is not None and not (isinstance(present, datetime) and present.tzinfo):
        raise RecordError("must be a time with its zone", path="now", got=now)
    made: Any = complete(anything, formulary, now or datetime.max.replace(tzinfo=UTC))
    return list(getattr(made, "findings", ()))


def _coded(record: Any, formulary: Formulary, path: str = "") -> tuple[Any, list[Finding]]:  # noqa: ANN401  # or a group
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
        elif field.type is FieldType.GROUPS:
            each = [_coded(one, formulary, f"{where}[{place}]") for place, one in enumerate(value)]
            same = all(new is old for (new, _), old in zip(each, value, strict=True))
            made = value if same else tuple(new for new, _ in each)
            wrong += [finding for _, faulty in each for finding in faulty]
        elif field.type is FieldType.AGENT:
            made = _agent(value, formulary)
        elif field.type is FieldType.CODE:
            made, faulty = _code(value, field, record, formulary)
            wrong += [finding.under(where) for finding in faulty]
        else:
            continue
        if made is not value:
            changes[field.name] = made
    return (changed(record, **changes) if changes else record), wrong


def _agent(name: str, formulary: Formulary) -> str:
    try:
        return formulary.find(name).agent.id
    except MesococktailError:
        return name


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
