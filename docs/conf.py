"""Settings of the documentation, built with ``sphinx-build -n -T -W docs docs/_build/html``."""

from mesococktail import __version__

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
