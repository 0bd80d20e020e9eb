"""A plan of sessions, as doctors and papers write it.

``weekly x8, then every 2 weeks x2, then after 4 weeks``; ``every 3-5 weeks x4-6``;
``at most 3, every 4 weeks``; ``weeks 0, 1, 2, 3, 5, 7, 11``. A total that is stated beside it is kept
as stated: ``weekly x8, then every 2 weeks x2, then after 4 weeks; stated 12``.
"""

from __future__ import annotations

import re

import attrs

from mesococktail.errors import RecordError

_LONGEST = 300
_MOST_SESSIONS = 1000
_NUMBER = r"([0-9]{1,3})(?:\s?[-–]\s?([0-9]{1,3}))?"  # noqa: RUF001  # papers print the en dash
_EVERY = re.compile(rf"(?:(daily|weekly|monthly)|(every|after)(?: {_NUMBER})? (day|week|month)s?)")
_TIMES = re.compile(rf"\s?(?:[x×]\s?{_NUMBER})")  # noqa: RUF001  # and the multiplication sign
_WEEKS = re.compile(r"weeks? ([0-9]{1,3}(?:(?:, ?| and |, and )[0-9]{1,3})*)")
_AT_MOST = re.compile(r"at most ([0-9]{1,3}), (.+)")
_STATED = re.compile(r"(.+); stated ([0-9]{1,3})")
_WORDS = {"daily": "day", "weekly": "week", "monthly": "month"}


@attrs.frozen
class Phase:
    """Some sessions at one interval."""

    every: tuple[int, int]
    """Fewest and most units between sessions; equal when it is not a range."""
    unit: str
    """``day``, ``week`` or ``month``."""
    times: tuple[int, int] | None
    """Fewest and most sessions; None where it is not said."""
    once_after: bool = False
    """Written as ``after 4 weeks``: one session after that interval."""

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
    """When the sessions are to be, and how many."""

    phases: tuple[Phase, ...] = ()
    weeks: tuple[int, ...] = ()
    """Weeks counted from the first session, which is week 0; instead of phases."""
    at_most: int | None = None
    stated: int | None = None
    """The total as somebody stated it, beside the computed one (`sessions`); they may differ."""

    @classmethod
    def parse(cls, text: str) -> Plan:
        """Read a plan.

        Raises:
            RecordError: The text is none of the shapes above; the message points at the part.
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


def _read(text: str) -> Plan:
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise RecordError(f"a plan is a text of at most {_LONGEST} characters", got=text)
    said, stated = text.strip(), None
    if match := _STATED.fullmatch(said):
        said, stated = match[1], _count(match[2], text)
    if match := _WEEKS.fullmatch(said):
        weeks = tuple(int(week) for week in re.findall(r"[0-9]+", match[1]))
        if list(weeks) != sorted(set(weeks)):
            raise RecordError("the weeks must rise", got=text, cure="write each week once, in order")
        return Plan(weeks=weeks, stated=stated)
    most = None
    if match := _AT_MOST.fullmatch(said):
        most, said = _count(match[1], text), match[2]
    return Plan(tuple(_phase(part, text) for part in re.split(r", then |, ", said)), (), most, stated)


def _phase(part: str, whole: str) -> Phase:
    match = _EVERY.match(part)
    rest = part[match.end() :] if match else part
    times = _TIMES.fullmatch(rest) if rest else None
    if match is None or (rest and times is None):
        raise RecordError(
            f"{part!r} is not a phase of a plan" if part != whole else "is not a plan",
            got=whole,
            cure="write it like weekly x8, then every 2 weeks x2, then after 4 weeks",
        )
    adverb, word, low, high, unit = match.groups()
    once = word == "after"
    every = _range(low or "1", high, whole)
    counted = _range(times[1], times[2], whole) if times else (1, 1) if once else None
    return Phase(every, _WORDS[adverb] if adverb else unit, counted, once and times is None)


def _range(low: str, high: str | None, whole: str) -> tuple[int, int]:
    found = _count(low, whole), _count(high or low, whole)
    if found[0] > found[1]:
        raise RecordError(f"{low}-{high} falls", got=whole, cure="write the smaller number first")
    return found


def _count(text: str, whole: str) -> int:
    number = int(text)
    if not 1 <= number <= _MOST_SESSIONS:
        raise RecordError("a number in a plan is 1 or more", got=whole)
    return number
