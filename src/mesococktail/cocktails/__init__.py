"""What was mixed: ingredients with roles, adjuncts, the arithmetic, the law, the one-line text."""

from __future__ import annotations

from mesococktail.cocktails.cocktail import Cocktail
from mesococktail.cocktails.combination import Combination, Level
from mesococktail.cocktails.part import (
    Adjunct,
    Ingredient,
    NamedAgent,
    Part,
    Role,
    adjunct,
    complementary,
    fill,
    principal,
)
from mesococktail.cocktails.portion import Portion

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
