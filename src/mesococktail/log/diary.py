"""What the library tells the program that uses it, through ``logging``: acts and counts, never a value.

The logger is ``mesococktail``. No id, name, text or amount from a record goes into a line; who wants to know
which record it was looks the entry up by its number.
"""

from __future__ import annotations

import sys

INFO, WARNING = 20, 30


def note(level: int, line: str, *values: object) -> None:
    """Write a line, if the program uses ``logging``: loading it would cost every start of a command."""
    logging = sys.modules.get("logging")
    if logging is None:
        return
    logger = logging.getLogger("mesococktail")
    if not logger.handlers:
        # Without one, Python itself would print warnings to standard error, uninvited.
        logger.addHandler(logging.NullHandler())
    logger.log(level, line, *values)
