"""A log to start from, made once and copied: making one syncs the disk several times."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesococktail import PrescriptionLog
from mesococktail.log import Signer
from tests.folders import quick_folder
from tests.log.helpers import DOCTOR, GIVEN, make

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log of one doctor and five prescriptions; nobody may change it."""
    path = tmp_path_factory.mktemp("template") / "clinic.db"
    make(path, 5).close()
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    """A copy of the template."""
    copy = tmp_path / "clinic.db"
    shutil.copy(template, copy)
    return copy


@pytest.fixture(scope="session")
def full_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log with rows in each of its own tables: a signed entry, a backup; nobody may change it."""
    folder = tmp_path_factory.mktemp("full")
    path, signer = folder / "clinic.db", Signer.make(folder / "dr-a.pem")
    with PrescriptionLog.create(path, clinic="riverside", signer=signer) as log:
        log.register(DOCTOR)
    with PrescriptionLog.open(path) as log:
        log.append_many([GIVEN | {"patient": f"P-{number}"} for number in range(5)])
        log.backup(folder / "backup.db")
    return path


@pytest.fixture
def full(full_template: Path) -> Iterator[Path]:
    """A copy of it."""
    with quick_folder() as folder:
        yield Path(shutil.copy(full_template, Path(folder) / "full.db"))


@pytest.fixture
def log(path: Path) -> Iterator[PrescriptionLog]:
    """The copy, open for writing."""
    with PrescriptionLog.open(path) as opened:
        yield opened
