"""Run campaigns: ``python -m tests.campaigns ci`` or ``release``, all of them or those named.

Each ends in a line of figures; the exit code is 1 where a promise was broken, or a control saw nothing.
"""

from __future__ import annotations

import sys
import time
from typing import cast, get_args

from tests.campaigns.campaign import NAMES, Outcome, Size, campaign


def main(arguments: list[str]) -> int:
    """Run what was named; return the exit code."""
    size, *names = arguments or [""]
    if size not in get_args(Size) or not set(names) <= set(NAMES):
        print(f"usage: python -m tests.campaigns {'|'.join(get_args(Size))} [{'|'.join(NAMES)} ...]")
        return 2
    failed = 0
    for name in names or NAMES:
        one = campaign(name)
        started = time.monotonic()
        outcome = one.run(**one.SIZES[cast("Size", size)])
        seconds = time.monotonic() - started
        seen = one.control()
        failed += bool(outcome.wrong) + (not seen.wrong)
        print(
            f"{name}: {one.TITLE}",
            _said(outcome, 20),
            f"  {seconds:.0f} s; control:{_said(seen, 1)}",
            sep="\n",
        )
        sys.stdout.flush()
    return int(failed > 0)


def _said(outcome: Outcome, shown: int) -> str:
    figures = ", ".join(f"{key} {value}" for key, value in outcome.did.items())
    first = "".join(f"\n    wrong: {line}" for line in outcome.wrong[:shown])
    return f"  {figures}; wrong {len(outcome.wrong)}{first}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
