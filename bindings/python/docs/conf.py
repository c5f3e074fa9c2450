"""Sphinx settings: `make docs-python`."""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PACKAGE / "src"), str(PACKAGE)]
os.environ.setdefault("LIBSENDSAFELY", str(PACKAGE.parents[1] / "target/release/libsendsafely.so"))

import hatch_build  # noqa: E402

project = "libsendsafely"
version = release = hatch_build.version()
copyright = "the authors of libsendsafely"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "alabaster"
html_theme_options = {"description": "SendSafely for Python", "page_width": "1000px"}
nitpicky = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": True, "inherited-members": "Exception,int,object"}
myst_enable_extensions = ["colon_fence"]
