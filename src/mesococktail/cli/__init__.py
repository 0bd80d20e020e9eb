"""The commands for a terminal: each a thin layer over the library, loaded when it is used."""

from __future__ import annotations

from mesococktail.cli.app import main

__all__ = ("main",)
