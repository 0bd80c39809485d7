"""How Sphinx makes the site: `make docs` (decision 017). Nothing is loaded from elsewhere, and a warning fails the build."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "dispute-emulator"
version = release = installed_version("dispute-emulator")
extensions = ["myst_parser", "emulator_reference"]
exclude_patterns = ["_build", "decisions/README.md"]

nitpicky = True
smartquotes = False  # what stands in the text may be pasted
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
# Explanations and how-tos name calls of a server that runs while one reads.
myst_url_schemes = ("http", "https")

html_theme = "pydata_sphinx_theme"
html_title = "dispute-emulator"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_use_index = False
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_sidebars: dict[str, list[str]] = {"index": [], "tutorial": [], "reference/states": []}
html_theme_options = {
    "logo": {"text": "dispute-emulator"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": {"**": ["page-toc"], "reference/states": []},
    "show_toc_level": 2,
    "footer_start": [],
    "footer_end": [],
    "search_bar_text": "Search: CAN-3, escalate, freezegun …",
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
