"""What the patient was asked: contraindications, facts of the patient, consent.

Silence is not a pass: each check yields its code instead of a finding where no answer lets it run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.formulary import RuleType
from mesococktail.records.checks.ruling import by_rule, in_order, ruled, rules
from mesococktail.records.consent import Consent
from mesococktail.records.patient_facts import PatientFacts, merged
from mesococktail.records.screening import ALLERGY, Screening
from mesococktail.records.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesococktail.cocktails import Cocktail
    from mesococktail.findings import Finding
    from mesococktail.formulary import Formulary, Rule
    from mesococktail.records.known import Known, Stands
    from mesococktail.records.prescription import Prescription

NO_SCREENING = "screening"
"""Stands for every item of the screening where the patient was never screened."""
NO_CONSENT = "consent"
NO_FACTS = "patient_facts"
"""Stands for every check on the facts of a patient of whom none were recorded."""

_NO_ANSWER = (None, "unknown", "not_asked")
_NOT_OF = {"male": ("pregnancy", "could_become_pregnant"), "female": ("partner_could_become_pregnant",)}
"""Questions that do not arise, by sex."""


def screened(record: Prescription, formulary: Formulary, known: Known) -> Iterator[Finding | str]:
    """Yield the contraindications that were answered yes, and the codes of those without an answer.

    A yes stands until somebody answers no; what was not asked again keeps its earlier answer.
    """
    screenings = in_order(known, Screening, record.at)
    if not screenings:
        yield NO_SCREENING
        return
    named = any(one.record.allergies for one in screenings)
    for rule in _about(rules(formulary, RuleType.CONTRAINDICATION), record, formulary):
        if rule.item == ALLERGY and named:
            continue  # substances that were named are held against what is in this cocktail, one by one
        answers = [
            (answer.answer, one)
            for one in screenings
            for answer in one.record.answers
            if answer.item == rule.item and answer.answer != "not_asked"
        ]
        newest = answers[-1] if answers else ("unknown", None)
        decided = next((answer for answer in reversed(answers) if answer[0] != "unknown"), newest)
        if decided[0] == "yes":
            yield by_rule(rule, _place(record), f"{rule.item} was answered yes{_when(decided[1])}, which is")
        elif newest[0] == "unknown":
            yield rule.code


def _about(each: tuple[Rule, ...], record: Prescription, formulary: Formulary) -> Iterator[Rule]:
    """Yield the rules on every treatment, and those on an agent of this one."""
    parts = record.cocktail.parts if record.cocktail else ()
    for rule in each:
        if not (rule.agents or rule.classes) or any(
            rule in ruled(formulary, part.agent).of(rule.type) for part in parts
        ):
            yield rule


def _place(record: Prescription) -> str:
    return "indication" if record.cocktail is None else "cocktail"


def _when(one: Stands | None) -> str:
    return "" if one is None else f" on {str(one.at)[:10]}"


def facts_checked(record: Prescription, formulary: Formulary, known: Known) -> Iterator[Finding | str]:
    """Yield what is known of the patient that speaks against an agent, and the codes of what is not known."""
    cocktail = record.cocktail
    if cocktail is None:
        return
    spoken_of = list(_spoken_of(cocktail, formulary, RuleType.FACT))
    recorded = in_order(known, PatientFacts, record.at) if spoken_of else ()
    if spoken_of and not recorded:
        yield NO_FACTS
        return
    facts = merged(one.record for one in recorded)
    for rule, path, name in spoken_of:
        if rule.fact is None:
            continue
        answer = getattr(facts, rule.fact)
        if answer in _NO_ANSWER:
            if rule.fact not in _NOT_OF.get(str(getattr(facts, "sex", None)), ()):
                yield rule.code
        elif answer in rule.answers:
            said = f"{name} for a patient of whom {rule.fact.replace('_', ' ')} is {answer} falls under"
            yield by_rule(rule, path, said)


def _spoken_of(cocktail: Cocktail, formulary: Formulary, kind: RuleType) -> Iterator[tuple[Rule, str, str]]:
    for path, part in cocktail.by_path:
        for rule in ruled(formulary, part.agent).of(kind):
            yield rule, f"cocktail.{path}.agent", part.agent.name


def consented(record: Prescription | Session, formulary: Formulary, known: Known) -> Iterator[Finding | str]:
    """Yield that the consent was refused, or off-label use not told; the code where there is no consent."""
    of = record.prescription if isinstance(record, Session) else None
    standing = [
        one.record
        for one in in_order(known, Consent, record.at)
        if one.record.prescription is None or one.record.prescription == of
    ]
    if not standing:
        yield NO_CONSENT
        return
    newest = standing[-1]
    for rule in rules(formulary, RuleType.CONSENT):
        if rule.item == "missing" and newest.given != "yes":
            yield by_rule(rule, "patient", f"consent was answered {_words(newest.given)} by the patient:")
        if rule.item == "off_label" and newest.given == "yes" and newest.off_label_told != "yes":
            told = (
                "is not recorded" if newest.off_label_told is None else f"is {_words(newest.off_label_told)}"
            )
            yield by_rule(rule, "patient", f"whether off-label use was told {told}:")


def _words(code: str) -> str:
    return code.replace("_", " ")
