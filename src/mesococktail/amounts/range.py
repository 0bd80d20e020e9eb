"""`AmountRange`: what a plan or a published formula leaves open. A dose that was given is never one."""

from __future__ import annotations

import re
from functools import lru_cache

import attrs

from mesococktail.amounts.amount import Amount
from mesococktail.amounts.grammar import LONGEST, NUMBER
from mesococktail.errors import AmountError

_ABOUT = re.compile(r"(?:about|approximately|approx\.?|ca\.|circa) +|~ *", re.ASCII)
_AT_MOST = re.compile(r"(?:up to|at most|no more than) +|<= *", re.ASCII)
_AT_LEAST = re.compile(r"(?:at least|no less than) +|>= *", re.ASCII)
_BETWEEN = re.compile(rf"({NUMBER})(?! *[0-9.,])(.*?) *(?:-|\N{{EN DASH}}|(?<= )to ) *([0-9].*)", re.ASCII)


@attrs.frozen
class AmountRange:
    """Two bounds, one of which may be open: ``0.5-1 mg``, ``up to 150 mg``, ``about 3-fold``.

    Raises:
        AmountError: Both bounds are open, measure different things, or the lower is above the upper.
    """

    low: Amount | None
    """None for ``up to``."""
    high: Amount | None
    """None for ``at least``."""
    approximate: bool = False
    """Whether it was given as an estimate."""
    text: str | None = attrs.field(default=None, eq=False)
    """As written; None when it was made by a program. Not part of equality."""

    def __attrs_post_init__(self) -> None:
        for bound in _untyped(self.low, self.high):
            if not isinstance(bound, Amount | None):
                raise AmountError("a bound is an Amount", got=bound, cure="give Amount.parse('5 mg')")
        if self.low is None and self.high is None:
            raise AmountError("a range without bounds", got=self.text, cure="give a lower or an upper bound")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise AmountError(
                "the lower bound is above the upper",
                got=self.text or str(self),
                cure="write the smaller one first",
            )

    @classmethod
    def parse(cls, text: str) -> AmountRange:
        """Read a range, a bound, an estimate, or one amount, which is the range from itself to itself.

        The lower number takes the unit of the upper where it has none. A hyphen, an en dash and ``to`` stand
        between them.

        Raises:
            AmountError: The text is none of these. The message quotes it.
        """
        if not all(isinstance(part, str) for part in _untyped(text)):
            raise AmountError("not a text", got=text, cure="give a text such as '0.5-1 mg'")
        if len(text) > LONGEST:
            raise AmountError(f"longer than {LONGEST} characters", got=text, cure="write it as 0.5-1 mg")
        try:
            return _parse(str.__str__(text))
        except AmountError as error:
            raise AmountError(error.rule, got=text, cure=error.cure) from None

    def __contains__(self, amount: Amount) -> bool:
        """Say whether the amount lies within the bounds, both included."""
        return not (
            (self.low is not None and amount < self.low) or (self.high is not None and amount > self.high)
        )

    def __str__(self) -> str:
        """Return the text that `parse` reads back: ``about 0.5 mg to 1 mg``."""
        about = "about " if self.approximate else ""
        if self.low is None:
            return f"{about}up to {self.high}"
        if self.high is None:
            return f"{about}at least {self.low}"
        return f"{about}{self.low}" if self.low == self.high else f"{about}{self.low} to {self.high}"


@lru_cache(maxsize=4096)
def _parse(text: str) -> AmountRange:
    written = text.strip(" ")
    rest = _ABOUT.sub("", written, count=1) if _ABOUT.match(written) else written
    approximate = rest != written
    if bound := _AT_MOST.match(rest):
        return AmountRange(None, Amount.parse(rest[bound.end() :]), approximate, written)
    if bound := _AT_LEAST.match(rest):
        return AmountRange(Amount.parse(rest[bound.end() :]), None, approximate, written)
    between = _BETWEEN.fullmatch(rest)
    if between is None:
        single = Amount.parse(rest)
        return AmountRange(single, single, approximate, written)
    high = Amount.parse(between[3])
    low = (
        Amount.parse(f"{between[1]}{between[2]}")
        if between[2].strip(" ")
        else _with_unit(between[1], between[3])
    )
    return AmountRange(low, high, approximate, written)


def _untyped(*given: object) -> tuple[object, ...]:
    """Return what came in, to be checked at run time: callers are not all type-checked."""
    return given


def _with_unit(number: str, upper: str) -> Amount:
    """Read the lower number with everything that follows the number of the upper bound."""
    return Amount.parse(number + upper.lstrip("0123456789."))
