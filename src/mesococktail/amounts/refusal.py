"""Why a text is not an amount, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import attrs

from mesococktail.amounts.grammar import LARGEST_EXPONENT, LONGEST, NUMBER, read
from mesococktail.amounts.vocabulary import REFUSED_SHAPES, REFUSED_UNITS, SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Collection

_MICRO = "\N{MICRO SIGN}\N{GREEK SMALL LETTER MU}"
_HEAD = re.compile(rf"({NUMBER}) *(.*)", re.ASCII | re.DOTALL)
_EXPONENT = re.compile(r"[eE][0-9]| ?x ?10", re.ASCII)
_PLAIN_FORMS = ("<wide>", "<font>", "<square>", "<noBreak>")
"""Unicode decompositions whose plain form says the same thing: full-width digits, styled letters, ``㎎``."""
_SQUARED = re.compile(r"(?<=[cm]m)\N{SUPERSCRIPT TWO}")
_FORM = "write a number and a unit, as 5 mg"
_MOST_REWRITES = 4


@attrs.frozen
class Refusal:
    """One text that is not an amount."""

    code: str
    """Stable name of the reason, such as ``decimal_comma``."""
    reason: str
    cure: str
    suggestion: str | None = None
    """An amount that was most likely meant. To be offered, never to be taken unasked."""


_TOO_MANY_DIGITS = Refusal("too_many_digits", "more digits than any amount has", "write it in a fitting unit")


def refuse(text: str, units: frozenset[str] = frozenset()) -> Refusal:
    """Return why *text* is no amount; it must be one that `read` does not read."""
    if len(text) > LONGEST:
        return Refusal(
            "too_long", f"longer than {LONGEST} characters", "write one number and one unit, as 5 mg/mL"
        )
    found, rewritten = _first(text, units)
    for _ in range(_MOST_REWRITES):
        if rewritten is None:
            return found
        if read(rewritten, units) is not None:
            return attrs.evolve(found, cure=f"write {rewritten}", suggestion=rewritten)
        rewritten = _first(rewritten, units)[1]
    return found


def refusal_of(text: str, *, units: Collection[str] = ()) -> Refusal | None:
    """Return why *text* is not read as an amount, with what was probably meant, or None where it is read.

    A program that asks a person takes `Refusal.suggestion` from here and has it confirmed.
    """
    trimmed, own = text[: LONGEST * 2].strip(" "), frozenset(units)
    if len(text) <= LONGEST and read(trimmed, own) is not None:
        return None
    return refuse(text if len(text) > LONGEST else trimmed, own)


def _first(text: str, units: frozenset[str]) -> tuple[Refusal, str | None]:
    """Return the first reason that fits, and the text with that one thing mended."""
    if not text:
        return Refusal("empty", "nothing is written", _FORM), None
    strange = next((letter for letter in text if not letter.isascii() and letter not in _MICRO), None)
    if strange is not None:
        return _foreign(text, strange)
    head = _HEAD.fullmatch(text)
    if head is not None and head[2] in REFUSED_UNITS and head[2] not in units:
        return _unit(head[1], head[2], units)
    for shape in REFUSED_SHAPES:
        if shape.pattern.fullmatch(text):
            mended = text
            for old, new in shape.rewrite:
                mended = old.sub(new, mended)
            return Refusal(shape.code, shape.reason, shape.cure), mended if mended != text else None
    return _number_or_unit(text, units)


def _foreign(text: str, strange: str) -> tuple[Refusal, str | None]:
    """Return the reason for a character outside ASCII, and the text in plain ones where that is safe."""
    name = f"U+{ord(strange):04X} {unicodedata.name(strange, '')}".rstrip()
    category = unicodedata.category(strange)
    mended = "".join(_plain(letter) for letter in _SQUARED.sub("2", text))
    rewritten = mended if mended != text else None
    if category.startswith("Z"):
        return Refusal(
            "strange_blank", f"holds a blank that is not a plain space ({name})", "type a plain space"
        ), (rewritten)
    if category.startswith("C"):
        return Refusal("invisible", f"holds an invisible character ({name})", "type the text anew"), None
    if category.startswith("N"):
        return Refusal(
            "strange_digit", f"holds a digit other than 0 to 9 ({name})", "write plain digits"
        ), rewritten
    return Refusal("strange_character", f"holds {name}", "write plain letters, digits and signs"), rewritten


def _plain(letter: str) -> str:
    """Return the plain form of a character where it says the same, else the character itself."""
    if letter.isascii() or letter in _MICRO:
        return letter
    if unicodedata.category(letter) == "Zs":
        return " "
    if letter == "\N{MULTIPLICATION SIGN}":
        return "x"
    same = unicodedata.decomposition(letter).startswith(_PLAIN_FORMS)
    return unicodedata.normalize("NFKC", letter) if same else letter


def _number_or_unit(text: str, units: frozenset[str]) -> tuple[Refusal, str | None]:
    """Return the reason of a text that has the right characters and no known bad shape."""
    if not text.isprintable():
        return Refusal("invisible", "holds a control character", "type the text anew on one line"), None
    head = _HEAD.fullmatch(text)
    if head is None and not text[0].isdigit():
        return Refusal(
            "no_number", "does not begin with a number", "write a number and a unit, as 5 mg"
        ), None
    if head is None or head[2][:1].isdigit() or head[2].startswith("."):
        return _TOO_MANY_DIGITS, None
    return _after_number(head[1], head[2], units)


def _after_number(number: str, unit: str, units: frozenset[str]) -> tuple[Refusal, str | None]:
    """Return the reason of a text whose number is sound, or would be without its exponent."""
    if not unit:
        return Refusal(
            "no_unit", "a number without a unit", f"write the unit, as {number} mg or {number} mL"
        ), None
    if _EXPONENT.match(unit):
        return _exponent(number, unit)
    if _is_zero(number) and read(f"1 {unit}", units) is not None:
        return Refusal(
            "zero", "zero where something was given", "leave it out, or say why it is unknown"
        ), None
    return _unit(number, unit, units)


def _exponent(number: str, unit: str) -> tuple[Refusal, str | None]:
    cure = f"write the number in plain digits, as 1000 mg; 1.5e9 platelets may go up to e{LARGEST_EXPONENT}"
    power = re.match(r"[eE]([0-9]{1,2})(?![0-9.]) *(.*)", unit)
    rewritten = None
    if power and int(power[1]) <= LARGEST_EXPONENT and "." not in number:
        rewritten = f"{number}{'0' * int(power[1])} {power[2]}"
    return Refusal("exponent", "an exponent is read for counts and IU only, within reason", cure), rewritten


def _unit(number: str, unit: str, units: frozenset[str]) -> tuple[Refusal, str | None]:
    """Return the reason why the unit is refused, looking at both sides of a compound."""
    sides = [unit] if unit in REFUSED_UNITS else [part.strip(" ") for part in unit.split("/")]
    if len(sides) > 1:
        below = _HEAD.fullmatch(sides[1])
        if below is not None:
            if _is_zero(below[1]):
                return Refusal("zero", "nothing can be divided by zero", "write the volume it is in"), None
            sides[1] = below[2]
    if sides[0] in {"%", "percent"} and read(f"1 {'/'.join(sides[1:])}") is not None:
        cure = "write the two apart: 2 mL of 0.5 % w/v"
        return Refusal("percent_over", "a percentage is already an amount per volume", cure), None
    for side in sides:
        refused = REFUSED_UNITS.get(side)
        if refused is not None and side not in units:
            rewritten = f"{number} {unit.replace(side, refused.write, 1)}" if refused.write else None
            return Refusal("refused_unit", f"{side}: {refused.reason}", refused.cure), rewritten
    if len(sides) > 1 and not sides[-1]:
        return Refusal("no_unit", "nothing below the line", "write the volume, as 5 mg/mL"), None
    return _sides(sides, units), None


def _sides(sides: list[str], units: frozenset[str]) -> Refusal:
    """Return the reason of units none of which is refused by itself."""
    for side in sides:
        if side not in SPELLINGS and side not in units:
            from difflib import get_close_matches  # only to say what was probably meant

            close = get_close_matches(side, SPELLINGS, n=3, cutoff=0.5)
            cure = (
                f"write one of {', '.join(close)}"
                if close
                else "write mg, mcg, mL, IU or another listed unit"
            )
            return Refusal("unknown_unit", "not a unit of this field", cure)
    if read(f"1 {'/'.join(sides)}", units) is not None:
        return _TOO_MANY_DIGITS
    return Refusal("no_such_compound", "these units do not go together", "write it as 5 mg, 2 mL or 5 mg/mL")


def _is_zero(number: str) -> bool:
    return not number.strip("0.")
