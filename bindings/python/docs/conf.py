"""Sphinx settings: `make docs-python`."""

import os
import re
import sys
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PACKAGE / "src"), str(PACKAGE)]
os.environ.setdefault("LIBSENDSAFELY", str(PACKAGE.parents[1] / "target/release/libsendsafely.so"))

import hatch_build  # noqa: E402
import libsendsafely  # noqa: E402
import libsendsafely.aio  # noqa: E402
import libsendsafely.crypto  # noqa: E402
import libsendsafely.progress  # noqa: E402

project = "libsendsafely"
version = release = hatch_build.version()
copyright = "the authors of libsendsafely"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "alabaster"
html_theme_options = {"description": "SendSafely for Python", "page_width": "1100px", "sidebar_width": "200px"}
html_show_sphinx = False
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "inherited-members": "Exception,int,Generic", "exclude-members": "add_note, with_traceback, address"}
python_maximum_signature_line_length = 100
# Every name in a signature must be documented, except Python's own: linking to them would need the network.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"libsendsafely\.(compat\.)?_.*|Json|(datetime|os|typing|collections)\..*|enum\..*|IntEnum|Path|optional")]


def house_style(app, what, name, obj, options, lines):
    """Formats docstrings, which have parameters and fields as `name: text`, and code indented."""
    made = []
    for line in lines:
        line = line.replace("*", r"\*")
        line = re.sub(r"(?<!`)\bStatus\.([A-Z][A-Z0-9_]+)", r":py:attr:`Status.\1 <libsendsafely.Status.\1>`", line)
        line = re.sub(r"(?<!`)`([^`<>]+)`(?!`)", r"``\1``", line) if ":py:" not in line else line
        if re.match(r"[a-z_]+(, [a-z_]+)*: ", line) and what in ("class", "exception"):
            names, _, text = line.partition(": ")
            line = f"* ``{names}``: {text}"
            if made and made[-1] and not made[-1].startswith(("* ", "  ")):
                made.append("")
        elif line.startswith("    ") and made and not made[-1]:
            made += ["::", ""]
        made.append(line)
    lines[:] = made


def no_constructor(app, what, name, obj, options, signature, returned):
    """Hides the constructor of classes that programs do not construct."""
    given = ("Package", "Workspace", "Rows", "Readable", "Writable")
    if what == "exception" or (what == "class" and (is_dataclass(obj) or issubclass(obj, Enum) or name.endswith(given))):
        return "", None


def public_name(app, env, node, contnode):
    """Links a class by its public name; hints contain the name of the module that defines it."""
    name = node.get("reftarget", "").rpartition(".")[2]
    if name in libsendsafely.__all__ and node["reftarget"] != f"libsendsafely.{name}":
        return env.get_domain("py").resolve_xref(env, node["refdoc"], app.builder, "obj", f"libsendsafely.{name}", node, contnode)


def setup(app):
    app.connect("autodoc-process-docstring", house_style)
    app.connect("autodoc-process-signature", no_constructor)
    app.connect("missing-reference", public_name)
