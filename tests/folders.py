"""Where tests keep files that are written over and over."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

_IN_MEMORY = "/dev/shm"


def quick_folder() -> TemporaryDirectory[str]:
    """Return a temporary folder in memory, where there is such a place: for what is no test of the disk."""
    return TemporaryDirectory(dir=_IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None)
