"""Settings of the documentation, built with ``sphinx-build -n -T -W docs docs/_build/html``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesococktail import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "mesococktail"
author = "The mesococktail developers"
copyright = "2026, the mesococktail developers"  # noqa: A001  # Sphinx's name
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "mesococktail"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "none"
default_role = "code"
nitpick_ignore_regex = [("py:.*", r".*")]  # types of other libraries are named, not linked


def _no_type_in_front(
    _app: Sphinx, what: str, _name: str, _thing: object, _options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking what stands before a colon in the text of an attribute for its type."""
    if what in ("attribute", "property"):
        lines.insert(0, "")


def setup(app: Sphinx) -> None:
    """Come before napoleon, whose priority is 500."""
    app.connect("autodoc-process-docstring", _no_type_in_front, priority=400)
