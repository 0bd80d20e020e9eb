"""How a clinic's own outcome measure or scale is answered, as its formulary file says it.

```toml
[[terms]]
vocabulary = "outcome_measures"
code = "our_density_grade"
answered = "score"
bounds = ["0", "10"]
version = "2"
```
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mesococktail.errors import AmountError, FormularyError
from mesococktail.formulary.names import either
from mesococktail.formulary.terms import ANSWERED

if TYPE_CHECKING:
    from mesococktail.formulary.toml import Table

MEASURES, SCALES = "outcome_measures", "scales"
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_NEEDS = {"amount": "unit", "stage": "stages"}
_FITS = {
    "amount": ("unit", "bounds"),
    "score": ("unit", "bounds", "version"),
    "stage": ("stages", "version"),
    "words": (),
}


def answer(table: Table, vocabulary: str) -> dict[str, Any]:
    """Return the fields of a term that say how it is answered; none but for a measure or a scale.

    Raises:
        FormularyError: They contradict each other, or one that is needed is missing.
    """
    if vocabulary not in (MEASURES, SCALES):
        return {}
    said: dict[str, Any] = {
        "stages": _stages(table),
        "bounds": _bounds(table),
        "unit": table.text("unit"),
        "version": table.text("version"),
    }
    if vocabulary == MEASURES:
        said["answered"] = _answered(table, said)
    elif said["stages"] and said["bounds"]:
        raise FormularyError("a scale has stages or bounds, not both", path=table.at("bounds"))
    if said["unit"] and said.get("answered") == "amount":
        _readable(table, said["unit"])
    return said


def _answered(table: Table, said: dict[str, Any]) -> str:
    found = table.chosen("answered", ANSWERED)
    if len(found) != 1:
        cure = f"say how it is answered: {either(ANSWERED)}"
        raise FormularyError("is needed once", path=table.at("answered"), cure=cure)
    answered = found[0]
    needed = _NEEDS.get(answered)
    if needed and not said[needed]:
        raise FormularyError(f"is needed where the answer is {answered}", path=table.at(needed))
    for name, value in said.items():
        if value and name not in _FITS[answered]:
            fits = either([each for each in ANSWERED if name in _FITS[each]])
            rule, cure = f"says nothing where the answer is {answered}", f"it belongs to {fits}"
            raise FormularyError(rule, path=table.at(name), cure=cure)
    return answered


def _stages(table: Table) -> tuple[str, ...]:
    stages = table.texts("stages")
    if len(stages) == 1 or len(set(stages)) < len(stages):
        raise FormularyError("are two or more, each named once", path=table.at("stages"))
    return stages


def _bounds(table: Table) -> tuple[str, str] | None:
    bounds = table.texts("bounds")
    if not bounds:
        return None
    least, most = (*bounds, "", "")[:2]
    numbers = len(bounds) == len(("least", "most")) and all(map(_NUMBER.fullmatch, bounds))
    if not numbers or Decimal(least) >= Decimal(most):
        cure = 'write for example bounds = ["0", "10"]'
        raise FormularyError(
            "are two exact numbers, the least and the most", path=table.at("bounds"), cure=cure
        )
    return least, most


def _readable(table: Table, unit: str) -> None:
    # Amounts stand below this layer, but reading them costs and most files have no such term.
    from mesococktail.amounts import Amount

    try:
        Amount.parse(f"1 {unit}")
    except AmountError as error:
        rule = "no amount can be written in it"
        raise FormularyError(rule, path=table.at("unit"), got=unit, cure=error.cure) from error
