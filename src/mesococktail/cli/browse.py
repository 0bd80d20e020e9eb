"""``mesococktail browse``: the log in a web browser."""

from __future__ import annotations

import click

from mesococktail.cli.shared import example, log_options, needed, say


@click.command("browse", epilog=example("mesococktail browse --db clinic.db"))
@log_options(write=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="Port.")
@click.option("--open", "show", is_flag=True, help="Open it in the web browser of this machine.")
@click.option(
    "--password-file",
    type=click.Path(),
    metavar="FILE",
    help="Hash of the password to look, as datasette hash-password prints it; needed for another address.",
)
def browse_command(db: str | None, host: str, port: int, password_file: str | None, *, show: bool) -> None:
    """Look at the log in a web browser, read-only, until Ctrl-C.

    Tables, views, facets, saved queries, answers, a dashboard, and each prescription as a doctor writes
    it. Listens on this machine only, unless told otherwise and given a password. Needs the extra web:
    pip install 'mesococktail[web]'.
    """
    from mesococktail.browse import address, serve  # not needed for help

    where = needed(db)
    say(f"{address(host, port)} (stop with Ctrl-C)")
    serve(where, host=host, port=port, password_file=password_file, show=show)
