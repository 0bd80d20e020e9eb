"""Looking at a log in a web browser, with Datasette: read-only, and on this machine unless told otherwise."""

from __future__ import annotations

from mesococktail.browse.site import LOOPBACK, address, serve, site

__all__ = ("LOOPBACK", "address", "serve", "site")
