"""What we add to Datasette: a prescription as a doctor writes it, and the answers of every question."""

from __future__ import annotations

import asyncio
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.database import Database
from datasette.utils.asgi import NotFound, Response

from mesococktail.browse.asking import FILTERS, asked
from mesococktail.browse.described import DATABASE, NOTICE, PLUGIN
from mesococktail.browse.guard import guarded
from mesococktail.browse.prescription import shown
from mesococktail.research import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

_TABLE = "fact_prescription"


class LogDatabase(Database):  # type: ignore[misc]  # Datasette ships no types
    """The file of a log, which is opened for reading whatever it is wanted for."""

    def connect(self, write: bool = False) -> Any:  # noqa: ANN401, ARG002, FBT001, FBT002  # as Datasette has it
        """Open the file; Datasette would take a % or # of its name for something else."""
        named = copy(self)
        named.path = quote(self.path)
        return Database.connect(named)


def _path(datasette: Any) -> Path:  # noqa: ANN401  # Datasette ships no types
    return Path(datasette.get_database(DATABASE).path)


@hookimpl  # type: ignore[untyped-decorator]  # Datasette ships no types
def extra_template_vars(
    datasette: Any,  # noqa: ANN401  # as above
    database: str | None,
    table: str | None,
    view_name: str,
    request: Any,  # noqa: ANN401  # as above
) -> Callable[[], Any] | None:
    """Give the page of a prescription what a doctor would have written."""
    if (database, table, view_name) != (DATABASE, _TABLE, "row"):
        return None

    async def variables() -> dict[str, Any]:
        key = request.url_vars["pks"]
        return {"written": await asyncio.to_thread(shown, _path(datasette), key), "notice": NOTICE}

    return variables


@hookimpl  # type: ignore[untyped-decorator]  # as above
def render_cell(value: object, column: str, table: str | None, database: str) -> Any:  # noqa: ANN401  # markup
    """Let the key of a prescription lead to its page."""
    if database != DATABASE or not isinstance(value, int):
        return None
    if (column, table) in _KEYS:
        from markupsafe import Markup  # Datasette's own

        return Markup('<a href="/{}/{}/{}">{}</a>').format(DATABASE, _TABLE, value, value)
    return None


_KEYS = {
    ("key", "prescription"),
    ("prescription", "ingredient"),
    ("prescription", "adjunct"),
    ("prescription", None),  # of a saved query
}


@hookimpl  # type: ignore[untyped-decorator]  # as above
def register_routes() -> list[tuple[str, Any]]:
    """Serve the answers of the questions."""
    return [(r"^/-/study$", _questions), (r"^/-/study/(?P<question>[a-z-]+)$", _answer)]


@hookimpl  # type: ignore[untyped-decorator]  # as above
def menu_links() -> list[dict[str, str]]:
    """Let the menu lead to prescriptions, questions and dashboard."""
    return [
        {"href": f"/{DATABASE}/prescription", "label": "Prescriptions"},
        {"href": "/-/study", "label": "Questions"},
        {"href": "/-/dashboards/clinic", "label": "Dashboard"},
    ]


@hookimpl  # type: ignore[untyped-decorator]  # as above
def asgi_wrapper(datasette: Any) -> Any:  # noqa: ANN401  # as above
    """Hold every answer to what `guarded` says; what else runs Datasette in this process is left alone."""
    config = datasette.plugin_config(PLUGIN)
    return (lambda app: app) if config is None else partial(guarded, hosts=config["hosts"])


async def _allowed(datasette: Any, request: Any) -> None:  # noqa: ANN401  # as above
    await datasette.ensure_permissions(request.actor, ["view-instance"])


async def _questions(datasette: Any, request: Any) -> Any:  # noqa: ANN401  # as above
    await _allowed(datasette, request)
    said = {"questions": list(QUESTIONS.values()), "notice": NOTICE}
    return Response.html(await datasette.render_template("study.html", said, request))


async def _answer(datasette: Any, request: Any) -> Any:  # noqa: ANN401  # as above
    await _allowed(datasette, request)
    found = [one for one in QUESTIONS.values() if one.command == request.url_vars["question"]]
    if not found:
        raise NotFound("there is no such question")
    [question] = found
    given = {
        name: (request.args.get(name) or "").strip()
        for name in (*FILTERS, *(one.name for one in question.options))
    }
    said = await asyncio.to_thread(partial(asked, _path(datasette), question, given))
    said |= {"question": question, "given": given, "filters": FILTERS, "notice": NOTICE}
    return Response.html(await datasette.render_template("answer.html", said, request))
