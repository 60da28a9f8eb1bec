"""The site's settings: Sphinx with MyST-NB, from the notebooks as committed."""

import tomllib
from pathlib import Path

from myst_nb.core import render

HERE = Path(__file__).resolve().parent
with open(HERE / "pyproject.toml", "rb") as file:
    PROJECT = tomllib.load(file)["project"]
REPOSITORY = PROJECT["urls"]["Repository"]
OWNER, NAME = REPOSITORY.removeprefix("https://github.com/").split("/")

project = "Pre-trained word embeddings"
author = "the course's authors"
version = release = PROJECT["version"]
language = "en"

extensions = ["myst_nb", "sphinx_design"]
nb_execution_mode = "off"  # the committed outputs are tested; the site shows them
myst_enable_extensions = ["colon_fence", "attrs_inline"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]
exclude_patterns = ["docs/node_modules"]

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
templates_path = ["docs/_templates"]
html_sidebars = {"**": ["sidebar-collapse", "navigation"]}
html_css_files = ["site.css"]
html_extra_path = ["extra"]
html_show_sourcelink = False
html_context = {"github_user": OWNER, "github_repo": NAME, "github_version": "main", "doc_path": "",
                "repository": REPOSITORY, "default_mode": "auto"}
html_theme_options = {
    "use_edit_page_button": True,
    "github_url": REPOSITORY,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "article_footer_items": [],
    "navbar_center": [],  # the pages are at the side
    "footer_start": ["license"],
    "footer_end": [],
}


_render_image = render.NbElementRenderer.render_image


def render_image(self, data):
    """Render a picture with the alternative text that its output carries."""
    images = _render_image(self, data)
    alt = data.output_metadata.get(data.mime_type, {}).get("alt")
    for image in images if alt else []:
        image["alt"] = alt
    return images


render.NbElementRenderer.render_image = render_image
