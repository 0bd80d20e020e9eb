"""The lake: what clinics export for research, as tables that any engine reads.

`export_tables` writes the tables of one log into a folder; a `Lake` is a folder of such folders, and
`merge` makes one SQLite file of it.
"""

from __future__ import annotations

from mesococktail.lake.export import FORMATS, Export, export_tables
from mesococktail.lake.lake import Lake
from mesococktail.lake.merging import merge
from mesococktail.lake.tables import LAKE_TABLES

__all__ = ("FORMATS", "LAKE_TABLES", "Export", "Lake", "export_tables", "merge")
