"""What is known of one agent before a patient comes: what it is, how it is counted, what it is called.

Every fact was read somewhere or is marked as general knowledge; the source stands beside it in the data.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

import attrs

from mesococktail.amounts import Amount
from mesococktail.errors import AgentError, AmountError


class Measure(StrEnum):
    """How doses of an agent are counted. The canonical unit of each is mg, IU, 1, mL, product unit."""

    MASS = "mass"
    ACTIVITY = "activity"
    COUNT = "count"
    VOLUME = "volume"
    PRODUCT_UNITS = "product units"


PURPOSES = ("diluent", "anaesthetic", "ph_adjuster", "preservative", "activator", "vehicle", "placebo")
"""What an adjunct may be in the syringe for: codes of the vocabulary ``purposes``."""

PREMISES = ("hormonal", "nutritional", "circulatory")
"""What an agent may be given to address in hair loss."""


@attrs.frozen
class Cited:
    """A sentence and where it comes from."""

    text: str
    source: str


@attrs.frozen
class Code:
    """The number of an agent in somebody's list. One agent has many; one code may cover several agents."""

    system: str
    """``CAS``, ``ATC``, ``RxCUI``, ``UNII``, ``PubChem CID``, or a clinic's own."""
    value: str
    source: str
    form: str | None = None
    """The salt, ester or name the code stands for, where that is not simply the agent."""


@attrs.frozen
class Convention:
    """How much mass one unit of activity (or one mEq) of one form of an agent is, and who says so.

    The same IU of the same vitamin is a different mass in another form or convention, so an amount in
    IU turns into mass only when both are named.
    """

    name: str
    form: str
    unit: str
    """UCUM code: ``[iU]`` or ``meq``."""
    mg: str
    """Milligrams per unit, exactly as stated: ``0.000025`` or ``1/6000``."""
    source: str

    @property
    def factor(self) -> Fraction:
        """Milligrams per unit, exact."""
        return Fraction(self.mg)

    def mass(self, activity: Amount) -> Amount:
        """Return the mass that an amount in this convention's unit is, exactly.

        Raises:
            AmountError: The amount is in another unit.
        """
        if activity.unit != self.unit:
            raise AmountError(
                f"is not in {self.unit}, of which {self.name} says the mass",
                got=str(activity),
                cure="give it in that unit",
            )
        return Amount(self.factor * Fraction(activity.value), "mg")


@attrs.frozen
class Member:
    """One line of a premix's stated composition."""

    as_printed: str
    agent: str | None = None
    """The id of the agent it is, where the formulary knows it."""


@attrs.frozen
class Composition:
    """What a premix says it contains. What is not disclosed is not here, so absence proves nothing."""

    disclosure: str
    """``full``, ``partial`` or ``none``."""
    members: tuple[Member, ...]
    source: str
    declared: str | None = None
    """How many components are claimed, as printed; it need not equal the number of members."""
    version: str | None = None


@attrs.frozen
class Status:
    """What one jurisdiction decided about an agent, and from when."""

    jurisdiction: str
    status: str
    source: str
    since: str | None = None
    """A date as precise as the source gives it: ``2011-02`` or ``2012-02-13``."""


@attrs.frozen
class Agent:
    """A substance, biologic or premix that may go into a syringe.

    Whether it is principal or complementary is not here: that is an opinion about one mixture.
    """

    id: str
    """Never changes and is never used again for something else: ``copper-tripeptide-1``."""
    name: str
    """The INN in lower case where there is one; what is printed and what can always be typed."""
    kind: str
    measures: tuple[Measure, ...]
    """Accepted ways of giving a dose, the usual one first."""
    sources: tuple[str, ...]
    classes: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()
    """Names in other languages: ``("fr", "vitamine B8")``."""
    forms: tuple[str, ...] = ()
    """Salts, esters and subtypes that are counted as this agent but are not the same mass or thing."""
    inferred: tuple[tuple[str, Cited], ...] = ()
    """Names that probably mean this agent, each with why we think so."""
    confused: tuple[tuple[str, Cited], ...] = ()
    """Names that look like this agent and must never be taken for it, each with the reason."""
    codes: tuple[Code, ...] = ()
    conventions: tuple[Convention, ...] = ()
    composition: Composition | None = None
    premises: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    """What it may be an adjunct for; empty for what is never one."""
    units: tuple[str, ...] = ()
    """Spellings of its product unit, to be passed to ``Amount.parse(text, units=agent.units)``."""
    strengths: tuple[Cited, ...] = ()
    """Stock strengths seen in print, verbatim. Information, never a default."""
    cautions: tuple[Cited, ...] = ()
    notes: tuple[Cited, ...] = ()
    status: tuple[Status, ...] = ()
    description: str | None = None
    """What it is, in the words of the clinic that added it."""
    retired: str | None = None
    """Since when and why it should not be chosen any more; old records keep it."""

    @property
    def is_other(self) -> bool:
        """Whether this is an agent no formulary knows, made by `other`."""
        return self.id.startswith("other:")

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of the agents its composition names, as far as disclosed and known."""
        printed = self.composition.members if self.composition else ()
        return tuple(dict.fromkeys(member.agent for member in printed if member.agent))

    def convention(self, name: str) -> Convention:
        """Return the convention of that name or, where only one fits, of that form.

        Raises:
            AgentError: None fits, or a form has several conventions: then the name is needed.
        """
        asked = name.casefold()
        fits = [c for c in self.conventions if asked == c.name.casefold()]
        fits = fits or [c for c in self.conventions if asked == c.form.casefold()]
        if len(fits) == 1:
            return fits[0]
        choices = ", ".join(f"{c.name} ({c.form})" for c in fits or self.conventions)
        rule = (
            f"{self.name} has {'several conventions' if fits else 'no convention'} of that name, "
            "so units do not turn into mass"
        )
        raise AgentError(
            rule, path="convention", got=name, cure=f"choose one of: {choices}" if choices else None
        )


@attrs.frozen
class Match:
    """The agent a name was found to mean, and how sure that is."""

    agent: Agent
    written: str
    """The name as it was asked for; a record keeps it."""
    how: str
    """``id``, ``name``, ``synonym``, ``brand``, ``misspelling``, ``form`` or ``inferred``; ``other`` if
    made by `other`."""
    note: str | None = None
    """Why, for an inferred match or a form: what a person should know before accepting it."""
