"""What was mixed: ingredients with roles, adjuncts, the arithmetic, the law, the one-line text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail.lazy import loader

if TYPE_CHECKING:
    from mesococktail.cocktails.cocktail import Cocktail
    from mesococktail.cocktails.combination import Combination, Level
    from mesococktail.cocktails.making import adjunct, complementary, fill, principal
    from mesococktail.cocktails.part import Adjunct, Ingredient, NamedAgent, Part, Role
    from mesococktail.cocktails.portion import Portion

_HOME = {
    "Adjunct": "part",
    "Cocktail": "cocktail",
    "Combination": "combination",
    "Ingredient": "part",
    "Level": "combination",
    "NamedAgent": "part",
    "Part": "part",
    "Portion": "portion",
    "Role": "part",
    "adjunct": "making",
    "complementary": "making",
    "fill": "making",
    "principal": "making",
}

__all__ = (
    "Adjunct",
    "Cocktail",
    "Combination",
    "Ingredient",
    "Level",
    "NamedAgent",
    "Part",
    "Portion",
    "Role",
    "adjunct",
    "complementary",
    "fill",
    "principal",
)

__getattr__ = loader(__name__, _HOME)
