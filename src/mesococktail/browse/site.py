"""The site: Datasette on one log, opened for reading only, and served."""

from __future__ import annotations

import asyncio
import socket
import webbrowser
from contextlib import closing, suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesococktail.browse.described import DATABASE, PLUGIN, metadata
from mesococktail.errors import LogUseError
from mesococktail.log import PrescriptionLog

if TYPE_CHECKING:
    from os import PathLike

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SETTINGS = {
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 1500,
    "facet_suggest_time_limit_ms": 1,
    "suggest_facets": False,
    "allow_download": False,
    "default_cache_ttl": 0,
    "default_page_size": 50,
    "num_sql_threads": 3,
    "max_returned_rows": 5000,
}


def site(path: str | PathLike[str], *, password_file: str | PathLike[str] | None = None) -> Any:  # noqa: ANN401  # Datasette ships no types
    """Return Datasette on the log at *path*.

    The file is opened for reading, never as immutable: what is written meanwhile is seen. Each question is
    one short statement, so that whoever writes waits for seconds at most.

    Args:
        path: Of the log.
        password_file: Holds the hash of the password that who looks must know, as
            ``datasette hash-password`` prints it. Without it nobody is asked, and only who asks for this
            machine by a name of its own is answered.

    Raises:
        LogError: The log cannot be read.
        LogUseError: Datasette is not installed, or the file has no hash.
    """
    try:
        import datasette_auth_passwords  # type: ignore[import-untyped]  # noqa: F401  # lets in who knows the password
        import datasette_dashboards  # noqa: F401  # Datasette finds both by itself
        from datasette.app import Datasette
        from datasette.plugins import pm
    except ImportError as missing:
        raise LogUseError(
            f"browsing needs the package {(missing.name or 'datasette').partition('.')[0].replace('_', '-')}",
            cure="pip install 'mesococktail[web]'",
        ) from None
    from datasette import handle_exception  # not before the app, which registers it

    from mesococktail.browse import plugin  # needs Datasette

    # Where the package rich is installed, Datasette would print the values of variables, records among them.
    handle_exception.rich = None

    where = Path(path)
    with PrescriptionLog.open(where, read_only=True) as log:
        clinic = log.clinic
        with closing(log.db) as database:
            tables = {
                name: list(database[name].columns_dict)
                for name in (*database.table_names(), *database.view_names())
            }
    said = metadata(
        where,
        clinic,
        tables,
        hosts=LOOPBACK if password_file is None else None,
        password_file=None if password_file is None else _hashed(Path(password_file)),
    )
    if not pm.has_plugin(PLUGIN):
        pm.register(plugin, name=PLUGIN)
    made = Datasette(
        [],
        metadata=said,
        settings=_SETTINGS,
        template_dir=str(files("mesococktail.browse").joinpath("templates")),
    )
    made.remove_database("_memory")  # an empty one, which only Datasette has a use for
    made.add_database(plugin.LogDatabase(made, path=str(where), is_mutable=True), name=DATABASE)
    return made


def _hashed(path: Path) -> Path:
    """Return where the hash of a password is."""
    try:
        said = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "is not text"
        raise LogUseError(f"the password file: {why}", got=str(path)) from None
    if not said.startswith("pbkdf2_sha256$"):
        raise LogUseError(
            "does not hold the hash of a password",
            got=str(path),
            cure="make it with: datasette hash-password",
        )
    return path.absolute()


def serve(
    path: str | PathLike[str],
    *,
    host: str = LOOPBACK[0],
    port: int = 8001,
    password_file: str | PathLike[str] | None = None,
    show: bool = False,
) -> None:
    """Serve the log until interrupted.

    Args:
        path: Of the log.
        host: The address to listen on.
        port: The port.
        password_file: As for `site`.
        show: Whether to open it in this machine's web browser.

    Raises:
        LogError: As `site`.
        LogUseError: As `site`; it would be open to other machines without a password; or the port is taken.
    """
    if host not in LOOPBACK and password_file is None:
        raise LogUseError(
            "other machines could look without a password",
            path="host",
            got=host,
            cure="leave it on 127.0.0.1, or name a password file",
        )
    made = site(path, password_file=password_file)
    import uvicorn  # comes with Datasette

    async def run(listening: socket.socket) -> None:
        await made.invoke_startup()
        config = uvicorn.Config(made.app(), log_level="warning", lifespan="on")
        await uvicorn.Server(config).serve(sockets=[listening])

    with _listening(host, port) as listening:
        if show:
            # What asks already waits until it is answered.
            webbrowser.open(address(host, port))
        with suppress(KeyboardInterrupt):  # which is how it is stopped
            asyncio.run(run(listening))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]
        raise LogUseError(
            f"cannot be listened on ({why})",
            path="port",
            got=port,
            cure="name another port or host",
        ) from None


def address(host: str, port: int) -> str:
    """Return where a web browser finds it."""
    said = f"[{host}]" if ":" in host else host
    return f"http://{said}:{port}/"
