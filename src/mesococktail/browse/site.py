"""The site: Datasette on one log, opened for reading only, and served."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesococktail.browse.described import DATABASE, metadata
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
    "default_page_size": 50,
    "num_sql_threads": 3,
    "max_returned_rows": 5000,
}
_PLUGIN = "mesococktail"


def site(path: str | PathLike[str], *, password_file: str | PathLike[str] | None = None) -> Any:  # noqa: ANN401  # Datasette ships no types
    """Return Datasette on the log at *path*.

    The file is opened for reading, never as immutable: what is written meanwhile is seen.

    Args:
        path: Of the log.
        password_file: Holds the hash of the password that who looks must know, as
            ``datasette hash-password`` prints it; nobody is asked when left out.

    Raises:
        LogError: The log cannot be read.
        LogUseError: Datasette is not installed, or the file has no hash.
    """
    try:
        from datasette.app import Datasette
        from datasette.database import Database
        from datasette.plugins import pm
    except ImportError:
        raise LogUseError(
            "browsing needs the package datasette", cure="pip install 'mesococktail[web]'"
        ) from None
    from datasette import handle_exception  # not before the app, which registers it

    from mesococktail.browse import plugin  # needs Datasette

    # Where the package rich is installed, Datasette would print the values of variables, records among them.
    handle_exception.rich = None

    where = Path(path)
    with PrescriptionLog.open(where, read_only=True) as log:
        clinic = log.clinic
        database = log.db
        tables = {
            name: list(database[name].columns_dict)
            for name in (*database.table_names(), *database.view_names())
        }
        database.close()
    said = metadata(where, clinic, tables, locked=password_file is not None)
    if password_file is not None:
        said["plugins"]["datasette-auth-passwords"] = {"clinic_password_hash": _hash(Path(password_file))}
    if not pm.has_plugin(_PLUGIN):
        pm.register(plugin, name=_PLUGIN)
    made = Datasette(
        [],
        metadata=said,
        settings=_SETTINGS,
        template_dir=str(files("mesococktail.browse").joinpath("templates")),
    )
    made.add_database(Database(made, path=str(where), is_mutable=True), name=DATABASE)
    return made


def _hash(path: Path) -> str:
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
    return said


def serve(
    path: str | PathLike[str],
    *,
    host: str = LOOPBACK[0],
    port: int = 8001,
    password_file: str | PathLike[str] | None = None,
) -> None:
    """Serve the log until interrupted.

    Raises:
        LogError: As `site`.
        LogUseError: It would be open to other machines without a password.
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

    async def run() -> None:
        await made.invoke_startup()
        config = uvicorn.Config(made.app(), host=host, port=port, log_level="warning", lifespan="on")
        await uvicorn.Server(config).serve()

    asyncio.run(run())
