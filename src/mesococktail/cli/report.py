"""``mesococktail report``: one HTML file that a clinic can mail."""

from __future__ import annotations

from typing import Any

import click

from mesococktail.cli.conditions import study_of, study_options
from mesococktail.cli.shared import example, new_file, say


@click.command(
    "report", epilog=example("mesococktail report -o report.html --db clinic.db --since 2025-01-01")
)
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(),
    required=True,
    metavar="FILE",
    help="A file that is not there.",
)
@study_options
def report_command(file: str, **options: Any) -> None:  # noqa: ANN401  # the options of the study
    """Write a report that may leave the clinic: what was used, how doses vary, what came of it.

    One HTML file with everything in it. Counts of few are suppressed, below 8 unless --suppress-below
    says more. Needs the extra report: pip install 'mesococktail[report]'.
    """
    from mesococktail.pages import report_page  # not needed for help

    with study_of(**options) as study:
        made = report_page(study)
    with new_file(file) as stream:
        stream.write(made.encode())
    say(f"wrote {file}")
