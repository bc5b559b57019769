"""The documentation site: `make docs` builds it without network, and it is read without one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "relabel-lab"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "mathml",
    "sources",
    "fields",
]
html_theme = "furo"
html_title = "relabel-lab"
html_math_renderer = "mathml"
highlight_language = "none"  # blocks without a language are shell commands
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
exclude_patterns = ["notebooks"]
myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3
napoleon_use_ivar = True
autodoc_member_order = "groupwise"
autodoc_typehints = "none"
# Links, pages and the table of contents are errors; the wording of docstrings is not judged here.
suppress_warnings = ["docutils", "autodoc", "ref.python", "ref.ref", "ref.term"]
