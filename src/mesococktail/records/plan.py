"""A plan of sessions, as doctors and papers write it.

``weekly x8, then every 2 weeks x2, then after 4 weeks``; ``every 3-5 weeks x4-6``;
``at most 3, every 4 weeks``; ``weeks 0, 1, 2, 3, 5, 7, 11``. A total that is stated beside it is kept
as stated: ``weekly x8, then every 2 weeks x2, then after 4 weeks; stated 12``.
"""

from __future__ import annotations

import re

import attrs

from mesococktail.errors import RecordError, quote

_LONGEST = 1000
_MOST = 999
_MOST_PHASES = 12
_MOST_WEEKS = 100
_NUMBER = r"([0-9]{1,3})(?:\s?[-–]\s?([0-9]{1,3}))?"  # noqa: RUF001  # papers print the en dash
_EVERY = re.compile(rf"(?:(daily|weekly|monthly)|(every|after)(?: {_NUMBER})? (day|week|month)s?)")
_TIMES = re.compile(rf"\s?(?:[x×]\s?{_NUMBER})")  # noqa: RUF001  # and the multiplication sign
_WEEKS = re.compile(r"weeks? ([0-9]{1,3}(?:(?:, ?| and |, and )[0-9]{1,3})*)")
_AT_MOST = re.compile(r"at most ([0-9]{1,3}), (.+)")
_STATED = re.compile(r"(.+); stated ([0-9]{1,3})")
_WORDS = {"daily": "day", "weekly": "week", "monthly": "month"}
_CURE = "write it like weekly x8, then every 2 weeks x2, then after 4 weeks"


@attrs.frozen
class Phase:
    """Some sessions at one interval.

    Raises:
        RecordError: A number is not 1 to 999, a range falls, or the unit is not one.
    """

    every: tuple[int, int]
    """Fewest and most units between sessions; equal when it is not a range."""
    unit: str
    """``day``, ``week`` or ``month``."""
    times: tuple[int, int] | None
    """Fewest and most sessions; None where it is not said."""
    once_after: bool = False
    """Written as ``after 4 weeks``: one session after that interval."""

    def __attrs_post_init__(self) -> None:
        _check_range("every", self.every)
        if self.times is not None:
            _check_range("times", self.times)
        if self.unit not in _WORDS.values():
            raise RecordError(
                "is not a unit of a plan", path="unit", got=self.unit, cure="say day, week or month"
            )
        if self.once_after and self.times != (1, 1):
            raise RecordError("after an interval comes one session", path="once_after", got=self.times)

    def __str__(self) -> str:
        low, high = self.every
        number = f"{low}" if low == high else f"{low}-{high}"
        if self.once_after:
            return f"after {number} {self.unit}{'' if number == '1' else 's'}"
        adverb = next(word for word, unit in _WORDS.items() if unit == self.unit)
        interval = adverb if self.every == (1, 1) else f"every {number} {self.unit}s"
        if self.times is None:
            return interval
        few, many = self.times
        return f"{interval} x{few}" if few == many else f"{interval} x{few}-{many}"


@attrs.frozen
class Plan:
    """When the sessions are to be, and how many.

    Raises:
        RecordError: It has neither phases nor weeks, or both, or the weeks do not rise.
    """

    phases: tuple[Phase, ...] = ()
    weeks: tuple[int, ...] = ()
    """Weeks counted from the first session, which is week 0; instead of phases."""
    at_most: int | None = None
    stated: int | None = None
    """The total as somebody stated it, beside the computed one (`sessions`); they may differ."""

    def __attrs_post_init__(self) -> None:
        phases: object = self.phases
        if not isinstance(phases, tuple) or not all(isinstance(phase, Phase) for phase in phases):
            raise RecordError("must be a tuple of phases", path="phases", got=phases)
        if bool(phases) is bool(self.weeks) or (self.weeks and self.at_most is not None):
            raise RecordError("has either phases or weeks", got=(phases, self.weeks), cure=_CURE)
        if len(phases) > _MOST_PHASES:
            raise RecordError(f"has more than {_MOST_PHASES} phases", path="phases", got=len(phases))
        if self.weeks:
            _check_weeks(self.weeks)
        for name, number in (("at_most", self.at_most), ("stated", self.stated)):
            if number is not None:
                _check_number(name, number)

    @classmethod
    def parse(cls, text: str) -> Plan:
        """Read a plan.

        Raises:
            RecordError: The text is none of the shapes above; the message points at the part.
                Capital letters do not matter.
        """
        return _read(text)

    def __str__(self) -> str:
        if self.weeks:
            said = "weeks " + ", ".join(map(str, self.weeks))
        else:
            said = ", then ".join(map(str, self.phases))
        if self.at_most is not None:
            said = f"at most {self.at_most}, {said}"
        return said if self.stated is None else f"{said}; stated {self.stated}"

    @property
    def sessions(self) -> tuple[int, int] | None:
        """Fewest and most sessions that the plan adds up to; None where a phase does not say."""
        if self.weeks:
            return len(self.weeks), len(self.weeks)
        if self.at_most is not None:
            return 1, self.at_most
        times = [phase.times for phase in self.phases if phase.times is not None]
        if len(times) != len(self.phases):
            return None
        return sum(low for low, _ in times), sum(high for _, high in times)

    @property
    def agrees(self) -> bool:
        """Whether the stated total is one the plan can add up to; true where nothing was stated."""
        added = self.sessions
        return self.stated is None or added is None or added[0] <= self.stated <= added[1]


def _check_number(path: str, number: object) -> None:
    if type(number) is not int or not 1 <= number <= _MOST:
        raise RecordError(f"a number in a plan is 1 to {_MOST}", path=path, got=number)


def _check_range(path: str, given: object) -> None:
    if not isinstance(given, tuple) or len(given) != 2:  # noqa: PLR2004  # fewest and most
        raise RecordError("must be the fewest and the most", path=path, got=given, cure="give (3, 5)")
    for number in given:
        _check_number(path, number)
    if given[0] > given[1]:
        rule = f"{given[0]}-{given[1]} falls"
        raise RecordError(rule, path=path, cure="write the smaller number first")


def _check_weeks(weeks: object) -> None:
    if not isinstance(weeks, tuple) or not all(type(week) is int and 0 <= week <= _MOST for week in weeks):
        raise RecordError(f"must be a tuple of weeks, 0 to {_MOST}", path="weeks", got=weeks)
    if len(weeks) > _MOST_WEEKS:
        raise RecordError(f"has more than {_MOST_WEEKS} weeks", path="weeks", got=len(weeks))
    if list(weeks) != sorted(set(weeks)):
        raise RecordError(
            "the weeks must rise", path="weeks", got=weeks, cure="write each week once, in order"
        )


def _read(text: object) -> Plan:
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise RecordError(f"a plan is a text of at most {_LONGEST} characters", got=text, cure=_CURE)
    try:
        return _plan(text.strip().lower())
    except RecordError as error:
        # Numbers are checked where a plan is made; whoever wrote it knows its text, not those names.
        raise RecordError(error.rule, got=text, cure=error.cure) from None


def _plan(said: str) -> Plan:
    most = stated = None
    if match := _STATED.fullmatch(said):
        said, stated = match[1], int(match[2])
    if match := _WEEKS.fullmatch(said):
        return Plan(weeks=tuple(int(week) for week in re.findall(r"[0-9]+", match[1])), stated=stated)
    if match := _AT_MOST.fullmatch(said):
        most, said = int(match[1]), match[2]
    return Plan(tuple(_phase(part, said) for part in re.split(r", then |, ", said)), (), most, stated)


def _phase(part: str, whole: str) -> Phase:
    match = _EVERY.match(part)
    rest = part[match.end() :] if match else part
    times = _TIMES.fullmatch(rest) if rest else None
    if match is None or (rest and times is None):
        rule = "is not a plan" if part == whole else f"{quote(part)} is not a phase of a plan"
        raise RecordError(rule, cure=_CURE)
    adverb, word, low, high, unit = match.groups()
    counted = _range(times[1], times[2]) if times else (1, 1) if word == "after" else None
    return Phase(
        _range(low or "1", high),
        _WORDS[adverb] if adverb else unit,
        counted,
        once_after=word == "after" and times is None,
    )


def _range(low: str, high: str | None) -> tuple[int, int]:
    return int(low), int(high or low)
