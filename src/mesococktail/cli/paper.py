"""Pages for print: on standard output as text, or in a file as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesococktail.cli.shared import new_file, say

if TYPE_CHECKING:
    from typing import Protocol

    from mesococktail.cli.shared import Command

    class Page(Protocol):
        """Makes a page."""

        def __call__(self, *, html: bool) -> str:
            """Return the page as text or as HTML."""


def html_option(command: Command) -> Command:
    """Give a command ``--html``."""
    said = "Write the page to this new file, as HTML made for print; - for standard output."
    return click.option("--html", type=click.Path(), metavar="FILE", help=said)(command)


def print_page(page: Page, html: str | None) -> None:
    """Print a page as text, or write it to a file that is not there yet."""
    made = page(html=html is not None)
    if html in (None, "-"):
        click.echo(made.rstrip("\n"))
        return
    with new_file(html) as stream:
        stream.write(made.encode())
    say(f"wrote {html}")
