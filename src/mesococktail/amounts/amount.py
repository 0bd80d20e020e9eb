"""`Amount`: a number with a unit, exact, checked, and with the text as it was written."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from mesococktail.amounts import exact, registry
from mesococktail.amounts.dimension import Dimension
from mesococktail.amounts.grammar import LONGEST, read
from mesococktail.amounts.refusal import refuse
from mesococktail.amounts.vocabulary import (
    PERCENT_W_V,
    PRODUCT_UNITS,
    SPELLINGS,
    UNITS,
    code_of,
    compound,
)
from mesococktail.errors import AmountError

if TYPE_CHECKING:
    from collections.abc import Collection

    from pint import Quantity
    from pint.facets.plain import PlainQuantity

_MEMORY = 1 << 13
"""Distinct texts remembered. A clinic uses a few thousand, and an import of anything must keep its size."""
_STORED = re.compile(
    r"(?:(0|[1-9][0-9]{0,17}(?:\.[0-9]{0,14}[1-9])?|0\.[0-9]{0,14}[1-9])|([1-9][0-9]*)/([1-9][0-9]*)) (.+)"
)
_LONGEST_STORED = 160
_OWN_UNIT = re.compile(r"[A-Za-z][A-Za-z .-]{0,30}", re.ASCII)
_STRENGTHS = frozenset(
    {
        Dimension.MASS_CONCENTRATION,
        Dimension.ACTIVITY_CONCENTRATION,
        Dimension.COUNT_CONCENTRATION,
        Dimension.PRODUCT_UNIT_CONCENTRATION,
        Dimension.EQUIVALENT_CONCENTRATION,
        Dimension.PPM,
    }
)


@attrs.frozen(eq=False, order=False)
class Amount:
    """A number with a unit: ``2.5 mg``, ``5 mg/mL``, ``200000 IU``.

    Two amounts are equal when they mean the same: ``1.0 mg``, ``1 mg`` and ``1000 mcg`` are one amount,
    whatever was written. Arithmetic is exact; what division cannot express as a decimal stays a fraction.

    Raises:
        AmountError: The number is negative, not finite, a binary float, or more than is kept exactly in the
            base unit; or the unit is not one of ours.
    """

    value: Decimal | Fraction
    """In the unit of this amount. A decimal wherever that is exact with 15 places, else a fraction."""
    unit: str
    """UCUM code: ``mg``, ``mg/mL``, ``[iU]``, ``g/dL`` for % w/v."""
    text: str | None = None
    """As written; None when it was computed."""
    _base: Decimal | Fraction | None = attrs.field(init=False, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        value: object = self.value
        unit: object = self.unit
        text: object = self.text
        if not isinstance(unit, str) or unit not in UNITS:
            raise AmountError("not a UCUM code of this library", got=unit, cure="use Amount.parse for a text")
        if not isinstance(value, Decimal | Fraction | int) or isinstance(value, bool):
            raise AmountError(
                "a number is a Decimal, a Fraction or an int", got=value, cure="give Decimal('0.5')"
            )
        if text is not None and not isinstance(text, str):
            raise AmountError(
                "what was written is text", got=text, cure="leave it out where nothing was written"
            )
        kept = exact.exact(value)
        registry.check_comparable(kept, unit)
        self._keep(kept)

    def _keep(self, value: Decimal | Fraction) -> None:
        """Replace the number by its canonical form, once, while the amount is being made."""
        object.__setattr__(self, "value", value)

    @classmethod
    def parse(cls, text: str, *, units: Collection[str] = ()) -> Amount:
        """Read an amount as a clinician writes it, or refuse it with the reason and the cure.

        Plain spaces around the text are dropped; nothing else is.

        Args:
            text: ``NUMBER UNIT`` or ``NUMBER UNIT / NUMBER UNIT``, at most 64 characters.
            units: How the agent's own product unit is spelt, such as ``("units", "U")``. Only then is a bare
                ``U`` or ``units`` read, as units of that product.

        Raises:
            AmountError: The text has no single safe reading. The message quotes it.
        """
        if type(text) is not str or len(text) > LONGEST:
            return _refuse_unfit(text, units)
        return _parse(text, _own_units(units)) if units else _parse(text)

    @classmethod
    def of(cls, given: AmountLike, *, units: Collection[str] = ()) -> Amount:
        """Return the amount that is meant by a text, an `Amount` or a pint Quantity of any registry.

        A quantity's number must be an int or a Decimal; its unit names go through our own table, and the
        other registry converts nothing.

        Raises:
            AmountError: It is none of these, or a binary float is inside.
        """
        return _of(given, units)

    @staticmethod
    def from_stored(stored: str, text: str | None = None) -> Amount:
        """Read exactly what `stored` gave, and nothing else.

        Args:
            stored: Such as ``5 mg/mL``, ``10/3 mg``, ``1 [iU]``.
            text: As it was once written, to go with it.

        Raises:
            AmountError: It is not the canonical form.
        """
        if type(stored) is not str or len(stored) > _LONGEST_STORED or not isinstance(text, str | None):
            raise AmountError(
                "not the stored form of an amount", got=stored, cure="use Amount.parse for a text"
            )
        return _from_stored(stored, text)

    @property
    def dimension(self) -> Dimension:
        """What it measures."""
        return UNITS[self.unit].dimension

    @property
    def base(self) -> Decimal | Fraction:
        """The same in the dimension's base unit (mg, mL, mg/mL, IU, s …), exactly."""
        known = self._base
        if known is None:
            unit = UNITS[self.unit]
            known = self.value if unit.base else exact.multiply(self.value, registry.factor(self.unit))
            object.__setattr__(self, "_base", known)
        return known

    @property
    def stored(self) -> str:
        """Canonical form for storage: plain digits or a ratio, a space, the UCUM code."""
        return f"{exact.plain(self.value)} {self.unit}"

    @property
    def quantity(self) -> Quantity[Decimal]:
        """A pint Quantity of our closed registry. A fraction is rounded to 28 digits there."""
        return registry.quantity(self.value, self.unit)

    def to(self, unit: str) -> Amount:
        """Return the same amount in another unit, given as any accepted spelling or UCUM code.

        Raises:
            AmountError: There is no such unit, or it measures something else.
        """
        code = code_of(unit)
        if code is None:
            raise AmountError("not a unit", got=unit, cure="write a unit such as mg, mL or mg/mL")
        if code == self.unit:
            return self
        if UNITS[code].dimension is not self.dimension:
            raise AmountError(
                f"is {self.dimension}, and {UNITS[code].symbol} is {UNITS[code].dimension}",
                got=str(self),
                cure="give a unit that measures the same",
            )
        return Amount(exact.multiply(self.value, registry.factor(self.unit) / registry.factor(code)), code)

    def as_strength(self) -> Amount:
        """Return this amount read as a strength: a bare ``%`` becomes % w/v, and keeps the text it came as.

        Raises:
            AmountError: It is not a concentration.
        """
        if self.dimension is Dimension.PERCENT:
            return Amount(self.value, PERCENT_W_V, self.text)
        if self.dimension in _STRENGTHS:
            return self
        raise AmountError(
            f"is {self.dimension}, not a strength",
            got=str(self),
            cure="write the strength, as 5 mg/mL or 0.5 % w/v",
        )

    def ratio(self, other: Amount) -> Decimal | Fraction:
        """Return how many times *other* goes into this, exactly. Both must measure the same."""
        self._same(other, "compared with")
        if self.unit == other.unit:
            return exact.divide(self.value, other.value)
        return exact.divide(self.base, other.base)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Amount):
            return NotImplemented
        if self.unit == other.unit:
            return self.value == other.value
        return self.dimension is other.dimension and self.base == other.base

    def __hash__(self) -> int:
        return hash((self.dimension, self.base))

    def __lt__(self, other: Amount) -> bool:
        self._same(other, "compared with")
        return self.base < other.base

    def __le__(self, other: Amount) -> bool:
        self._same(other, "compared with")
        return self.base <= other.base

    def __gt__(self, other: Amount) -> bool:
        self._same(other, "compared with")
        return self.base > other.base

    def __ge__(self, other: Amount) -> bool:
        self._same(other, "compared with")
        return self.base >= other.base

    def __add__(self, other: Amount) -> Amount:
        """Return the sum, in the unit of the first."""
        self._same(other, "added to")
        return Amount(exact.add(self.value, other.to(self.unit).value), self.unit)

    def __sub__(self, other: Amount) -> Amount:
        """Return the difference, in the unit of the first; below zero is an error."""
        self._same(other, "subtracted from")
        return Amount(exact.subtract(self.value, other.to(self.unit).value), self.unit)

    def __mul__(self, other: Amount | Decimal | Fraction | int) -> Amount:
        """Return a multiple, or what a strength times a volume (an area …) gives."""
        if isinstance(other, Amount):
            return _product(self, other)
        return Amount(exact.multiply(self.value, _scalar(other)), self.unit)

    __rmul__ = __mul__

    def __radd__(self, other: object) -> Amount:
        """Return this amount, so that the built-in ``sum`` can start from its 0."""
        if type(other) is int and other == 0:
            return self
        raise AmountError("cannot be added to an amount", got=other, cure="give an Amount")

    def __truediv__(self, other: Amount | Decimal | Fraction | int) -> Amount:
        """Return a part, or a mass per volume, or the volume that holds a mass."""
        if isinstance(other, Amount):
            return _quotient(self, other)
        return Amount(exact.divide(self.value, _scalar(other)), self.unit)

    def _same(self, other: object, verb: str) -> None:
        if not isinstance(other, Amount):
            raise AmountError(f"cannot be {verb} an amount", got=other, cure="give an Amount")
        if other.dimension is not self.dimension:
            raise AmountError(
                f"is {self.dimension}, and {other} is {other.dimension}; one cannot be {verb} the other",
                got=str(self),
                cure="give amounts that measure the same",
            )

    def __str__(self) -> str:
        """Return the text that is safe to read aloud and to handwrite, and that `parse` reads back.

        Only two that were computed are not read back: a fraction of a plain unit, ``10/3 mg``, because nobody
        should write one, and a ratio of more digits than any text may have.
        """
        unit = UNITS[self.unit]
        if isinstance(self.value, Fraction) and unit.parts is not None:
            above, below = (UNITS[code] for code in unit.parts)
            return f"{self.value.numerator} {above.symbol}/{self.value.denominator} {below.symbol}"
        return f"{exact.plain(self.value)} {unit.one if self.value == 1 else unit.symbol}"

    def display(self, *, digits: int = 4) -> str:
        """Return the text for paper: digits in groups of three, and ``≈`` before what had to be rounded.

        Args:
            digits: Significant digits of a number that no decimal can express. Decimals are shown whole.
        """
        unit = UNITS[self.unit]
        return f"{exact.for_paper(self.value, digits)} {unit.one if self.value == 1 else unit.symbol}"


AmountLike: TypeAlias = "str | Amount | PlainQuantity[Any]"
"""What every public function that takes an amount takes."""


@lru_cache(maxsize=_MEMORY)
def _parse(text: str, units: frozenset[str] = frozenset()) -> Amount:
    trimmed = text.strip(" ")
    found = read(trimmed, units)
    if found is None:
        refusal = refuse(trimmed, units)
        raise AmountError(refusal.reason, got=text, cure=refusal.cure)
    return Amount(*found, trimmed)


def _refuse_unfit(text: object, units: Collection[str]) -> Amount:
    """Refuse what is too long or no text; a subclass of str is taken as its text."""
    if not isinstance(text, str):
        raise AmountError("not a text", got=text, cure="give a text such as '5 mg'")
    if len(text) > LONGEST:
        refusal = refuse(text)
        raise AmountError(refusal.reason, got=text, cure=refusal.cure)
    return Amount.parse(str.__str__(text), units=units)


def _own_units(units: Collection[str]) -> frozenset[str]:
    """Return the spellings of a product's own unit, none of which may be a unit already."""
    try:
        spellings = frozenset([units] if isinstance(units, str) else units)
    except TypeError:
        raise AmountError("not spellings of a product unit", got=units, cure="give ('units',)") from None
    for spelling in spellings:
        if not _OWN_UNIT.fullmatch(str(spelling)):
            raise AmountError(
                "not a spelling of a product unit", got=spelling, cure="use plain letters, as 'units'"
            )
        if SPELLINGS.get(spelling, PRODUCT_UNITS) != PRODUCT_UNITS:
            raise AmountError(
                "is a unit already", got=spelling, cure="give the product unit another spelling"
            )
    return spellings


@lru_cache(maxsize=_MEMORY)
def _from_stored(stored: str, text: str | None) -> Amount:
    parts = _STORED.fullmatch(stored)
    if parts is not None and parts[4] in UNITS:
        value = Decimal(parts[1]) if parts[1] else Fraction(int(parts[2]), int(parts[3]))
        amount = Amount(value, parts[4], text)
        if amount.stored == stored:
            return amount
    raise AmountError("not the stored form of an amount", got=stored, cure="use Amount.parse for a text")


def _of(given: object, units: Collection[str]) -> Amount:
    if isinstance(given, Amount):
        return given
    if isinstance(given, str):
        return Amount.parse(given, units=units)
    if registry.is_quantity(given):
        return Amount(*registry.read_quantity(given))
    if isinstance(given, int | Decimal | Fraction):
        raise AmountError("a number without a unit", got=exact.shown(given), cure="write the unit, as '5 mg'")
    raise AmountError("not an amount", got=given, cure="give a text such as '5 mg', or an Amount")


def _scalar(number: object) -> Decimal | Fraction:
    if isinstance(number, Decimal | Fraction | int) and not isinstance(number, bool):
        return exact.exact(number)
    raise AmountError("not an exact number", got=number, cure="use an int, a Decimal or a Fraction")


def _plain_strength(amount: Amount) -> Amount:
    """Return % w/v in mg/mL, so that what comes of it is in mg and mL."""
    return amount.to("mg/mL") if amount.unit == PERCENT_W_V else amount


def _product(left: Amount, right: Amount) -> Amount:
    """Multiply a quantity per something by that something; the result keeps the unit above the line."""
    for per, extent in ((_plain_strength(left), right), (_plain_strength(right), left)):
        parts = UNITS[per.unit].parts
        if parts is not None and UNITS[parts[1]].dimension is extent.dimension:
            return Amount(exact.multiply(per.value, extent.to(parts[1]).value), parts[0])
    raise AmountError(
        f"{left.dimension} times {right.dimension} is nothing one measures here",
        got=f"{left} times {right}",
        cure="multiply a strength by a volume, or mL/cm2 by an area",
    )


def _quotient(left: Amount, right: Amount) -> Amount:
    """Divide: mass by volume is a strength, mass by strength is the volume that holds it."""
    code = compound(left.unit, right.unit)
    if code is not None:
        return Amount(exact.divide(left.value, right.value), code)
    per = _plain_strength(right)
    parts = UNITS[per.unit].parts
    if parts is not None and UNITS[parts[0]].dimension is left.dimension:
        return Amount(exact.divide(left.to(parts[0]).value, per.value), parts[1])
    raise AmountError(
        f"{left.dimension} over {right.dimension} is nothing one measures here",
        got=f"{left} over {right}",
        cure="divide a mass by a volume or a strength, or use ratio() for two of a kind",
    )
