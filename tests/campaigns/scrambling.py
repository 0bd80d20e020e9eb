"""Sound inputs made unsound: characters and pieces put in, left out, exchanged, or replaced by twins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

TWINS = {
    "0": "Oo\u0660\uff10\u00b0",
    "1": "lI|\u0661\uff11\u00b9",
    "2": "Zz\u0662\uff12\u00b2",
    "3": "\u0663\uff13\u00b3\u00bd",
    "5": "S\u0665\uff15\u2164",
    "m": "\uff4d\u043crnM\u339c",
    "g": "q9\u0261\uff47G\u338e",
    "c": "C\u0441\u03f2",
    "l": "L1I|\u2113",
    "L": "l1\u2112\u216c",
    "u": "\u00b5\u03bcv\u03c5",
    "\u00b5": "u\u03bcm",
    "I": "l1|\u0406\u2160",
    "U": "u\u222a\uff35",
    "d": "D\u0501",
    "h": "H\u04bb",
    ".": ",\u00b7\u066b\u2024\u3002",
    " ": "\t\n\u00a0\u2009\u202f\u3000\u200b\ufeff_",
    "/": "\\\u2044\u2215\u00f7|:",
    "%": "\u066a\uff05\u2030\u2031",
    "-": "\u2212\u2010\u2013\u00ad+",
    "x": "X\u00d7\u0445*",
    "^": "\u02c4*\u2191",
}
"""What is taken for a character when it is read in a hurry, typed in another script, or pasted."""
STRANGE = "\x00\x1b\x7f\u0301\u200d\u202e\u2066\ud800\U0001d427\U0001f489"
"""Control, combining, invisible and mirrored characters, half a pair, and some outside the first plane."""
SIGNS = "0123456789.,+-*/^%eE()[]{}<>=~:;#!?'\"\\_ "
_LETTERS = "aglLmMnNuUIµκ"
_CHANGES = (1, 1, 1, 2, 3, 4)
"""How many at once: most often one, which may well be sound again."""


def scrambled(sound: str, pieces: Sequence[str], rng: random.Random) -> str:
    """Return *sound* with one to four changes; *pieces* are what the grammar is made of."""
    text = list(sound)
    for _ in range(rng.choice(_CHANGES)):
        place = rng.randrange(len(text) + 1)
        match rng.randrange(7):
            case 0:
                text.insert(place, rng.choice(SIGNS + _LETTERS))
            case 1:
                text[place:place] = rng.choice(pieces)
            case 2:
                del text[place : place + rng.randint(1, 3)]
            case 3:
                text[place : place + 1] = rng.choice(SIGNS + _LETTERS)
            case 4:
                text[place : place + 1] = _twin(text[place : place + 1], rng)
            case 5:
                text[place : place + 2] = reversed(text[place : place + 2])
            case _:
                text[place:place] = text[place : place + rng.randint(1, 8)]
    return "".join(text)


def _twin(letter: list[str], rng: random.Random) -> str:
    return rng.choice(TWINS.get("".join(letter), STRANGE))
