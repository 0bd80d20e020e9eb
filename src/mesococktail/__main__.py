"""``python -m mesococktail`` is the command ``mesococktail``."""

from __future__ import annotations

from mesococktail.cli import main

if __name__ == "__main__":
    main(prog_name="mesococktail")
