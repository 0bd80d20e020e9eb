"""A clinic with every kind of record, and what is exported of it; made once, and changed by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesococktail.lake import FORMATS, export_tables
from tests.lake.logs import make

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log of eight patients who are alike."""
    path = tmp_path_factory.mktemp("clinic") / "clinic.db"
    make(path).close()
    return path


@pytest.fixture(scope="session")
def plain(clinic: Path) -> Path:
    """A folder with an export in each format, by its name, with nothing changed."""
    (clinic.parent / "plain").mkdir()
    for name in FORMATS:
        export_tables(clinic, clinic.parent / "plain" / name, format=name)
    return clinic.parent / "plain"


@pytest.fixture(scope="session")
def veiled(clinic: Path) -> Path:
    """The same, pseudonymised."""
    (clinic.parent / "veiled").mkdir()
    for name in FORMATS:
        export_tables(clinic, clinic.parent / "veiled" / name, format=name, pseudonymise=True)
    return clinic.parent / "veiled"
