"""Coded words a record may use: indications, deliveries, layers, scales, purposes and the like.

A code never changes its meaning. Each vocabulary that cannot be complete has ``other``, which needs a
description; a clinic adds its own terms in its formulary file.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from mesococktail.errors import AgentError, TermError
from mesococktail.formulary.agent import Code
from mesococktail.formulary.names import either, key, near

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERED = ("amount", "score", "stage", "words")
"""How an outcome measure can be answered: with a unit, as a bare number, as a stage, in words."""


@attrs.frozen
class Term:
    """One coded word."""

    code: str
    """What is stored: ``androgenetic_alopecia``."""
    label: str
    vocabulary: str
    source: str
    synonyms: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    needs_description: bool = False
    """Whether the word alone says too little: ``other``."""
    class_: str | None = None
    """A coarser word it belongs to: a delivery is ``chemical`` (injected) or ``mechanical``."""
    stages: tuple[str, ...] = ()
    """For a scale: its stages from least to most, as they are written."""
    axes: tuple[tuple[str, ...], ...] = ()
    """For a scale whose stages combine, such as BASP: the stages of which one each may be named."""
    bounds: tuple[str, str] | None = None
    """For a scale that is a number: least and most, as text, with `unit`."""
    unit: str | None = None
    """For an amount, a unit of its dimension; for a score, what the bare number counts."""
    answered: str | None = None
    """How an outcome measure is answered: one of `ANSWERED`; None if that is not laid down."""
    version: str | None = None
    """Which edition of a scale is meant."""
    observable: bool | None = None
    """For an effect claimed: whether it can be seen in a clinic."""
    subsides: str | None = None
    """For an adverse event: how soon its source says that it is over, in its words."""
    subsides_days: int | None = None
    """The most days that those words mean; None where they name none."""

    def has_stage(self, text: str) -> bool:
        """Whether *text* is one of the stages, or some that combine, in their order: ``M2 F1``."""
        if not self.axes:
            return text in self.stages
        named = text.split(" ")
        # Which axis each part is of; a part of none, of an earlier one or of the same again is wrong.
        at = [next((i for i, axis in enumerate(self.axes) if part in axis), -1) for part in named]
        return -1 not in at and at == sorted(set(at))


@attrs.frozen(eq=False)
class Vocabulary:
    """The terms of one kind, and how a text becomes one of them."""

    name: str
    about: str
    terms: tuple[Term, ...]

    @cached_property
    def _by_key(self) -> Mapping[str, Term]:
        return {key(said): term for term in self.terms for said in (term.code, term.label, *term.synonyms)}

    def term(self, text: str) -> Term:
        """Return the term that *text* is the code, label or a synonym of.

        Raises:
            TermError: None is; the message has the nearest ones, or how to say what is not listed.
        """
        try:
            found = self._by_key.get(key(text))
        except AgentError as error:
            raise TermError(error.rule, got=text, cure=error.cure) from None
        if found is not None:
            return found
        close = near(text, (said for term in self.terms for said in (term.label, *term.synonyms)))
        labels = [term.label for term in self.terms]
        cure = f"did you mean {either(close)}?" if close else f"write {either(labels)}"
        raise TermError(f"is not in the vocabulary {self.name}", got=text, cure=cure)

    def holds(self, text: str) -> bool:
        """Whether *text* is the code, label or a synonym of one of the terms."""
        return key(text) in self._by_key

    def with_terms(self, own: tuple[Term, ...]) -> Vocabulary:
        """Return this vocabulary with a clinic's own terms after ours."""
        return attrs.evolve(self, terms=self.terms + own)


def read_vocabularies(data: Mapping[str, Any]) -> dict[str, Vocabulary]:
    """Build the shipped vocabularies from the packaged file, which a test holds to its form."""
    sources: Mapping[str, str] = data["sources"]

    def term(vocabulary: str, table: Mapping[str, Any]) -> Term:
        given = dict(table)
        given["source"] = sources.get(given["source"], given["source"])
        given["codes"] = tuple(
            Code(system, value, sources.get(source, source))
            for system, value, source in given.pop("codes", ())
        )
        axes = given["axes"] = tuple(tuple(axis) for axis in given.pop("axes", ()))
        given["stages"] = tuple(given.pop("stages", ())) or tuple(stage for axis in axes for stage in axis)
        given["synonyms"] = tuple(given.pop("synonyms", ()))
        least, most = given.pop("bounds", (None, None))
        bounds = None if least is None else (least, most)
        return Term(vocabulary=vocabulary, class_=given.pop("class", None), bounds=bounds, **given)

    return {
        name: Vocabulary(name, table["about"], tuple(term(name, line) for line in table["terms"]))
        for name, table in data["vocabularies"].items()
    }
