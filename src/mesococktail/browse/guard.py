"""What every answer of the site is held to: for this machine alone, and nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    App = Callable[[dict[str, Any], Any, Callable[[dict[str, Any]], Awaitable[None]]], Awaitable[None]]

_HEADERS = {
    # Datasette writes styles and scripts into its pages, and its dashboards compile what they draw.
    b"content-security-policy": (
        b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
        b"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}


def guarded(app: App, hosts: Collection[str] | None) -> App:
    """Wrap the site.

    A page from elsewhere can let its own name lead to this machine and then read what is here as its own;
    so only who asks for this machine by one of its names is answered.

    Args:
        app: The site.
        hosts: The names; None where a password is asked for instead.
    """

    async def asked(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  # what ASGI has
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def sent(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = [one for one in message["headers"] if one[0].lower() not in _HEADERS]
                message = {**message, "headers": [*kept, *_HEADERS.items()]}
            await send(message)

        if hosts is not None and _host(scope) not in hosts:
            await Response.text("this log is shown on its own machine only", status=403).asgi_send(sent)
            return
        await app(scope, receive, sent)

    return asked


def _host(scope: dict[str, Any]) -> str:
    """Return the name that a browser asked for, without the port."""
    said = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
    if said.startswith("["):
        return str(said[1:].partition("]")[0])
    return str(said.partition(":")[0])
