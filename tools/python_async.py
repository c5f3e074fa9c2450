"""Makes bindings/python's aio.py, the asyncio front of client.py, package.py and workspace.py; called by python_table.py.

Each public method of theirs becomes one to be awaited, with the same parameters and docstring; what needs no network stays
as it is.
"""

import ast
import os

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bindings/python/src/libsendsafely")
LINE = 120
CLASSES = {"Client": "client.py", "Package": "package.py", "Workspace": "workspace.py"}
AT_ONCE = {"close", "sign"}  # No network; and so are lists, until one iterates.

HEAD = '''"""The same for asyncio: made from client.py, package.py and workspace.py by tools/python_async.py, not by hand.

    async with AsyncClient("https://acme.sendsafely.com", api_key, api_secret) as client, await client.create_package() as package:
        await package.add_recipient("somebody@example.com")
        await package.upload_file("report.pdf")
        print((await package.finalize()).link)

Each call runs on a thread of its own. Cancelling the task that awaits it stops the call, as a progress callback would, and the
await ends only after the call has ended; what it created on the service meanwhile, such as a package, stays there. `progress` runs
in the event loop, and may be a coroutine function; `log` runs on the call's thread, on which file objects are read and written too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ._tasks import AsyncHandle, AsyncRows, register
from .client import Client
from .enums import Existing, PackageList, PackageStatus
from .package import Package
from .workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .client import Group
    from .package import Buffer, InDirectory, Path, ProgressCallback, Readable, Report, Writable
    from .records import (
        {records},
    )
    from .workspace import ADirectory

__all__ = ["AsyncClient", "AsyncPackage", "AsyncRows", "AsyncWorkspace"]
'''


def wrapped(first, pieces, last, indent):
    """A call or signature in lines that are not too long."""
    one = f"{first}{', '.join(pieces)}{last}"
    if len(one) + indent <= LINE:
        return " " * indent + one
    lines, line = [], " " * (indent + 4)
    for piece in pieces:
        if len(line) + len(piece) + 2 > LINE and line.strip():
            lines.append(line.rstrip())
            line = " " * (indent + 4)
        line += piece + ", "
    lines.append(line.rstrip())
    return "\n".join([" " * indent + first, *lines, " " * indent + last])


def signature(arguments):
    """The parameters as text, and how they are handed on."""
    plain = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(plain) - len(arguments.defaults)) + arguments.defaults
    text, handed = [], []
    for argument, default in zip(plain, defaults):
        text.append(ast.unparse(argument) + (f" = {ast.unparse(default)}" if default else ""))
        handed.append(argument.arg)
    if arguments.kwonlyargs:
        text.append("*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        text.append(ast.unparse(argument) + (f" = {ast.unparse(default)}" if default else ""))
        handed.append(f"{argument.arg}={argument.arg}")
    if arguments.kwarg:
        text.append("**" + ast.unparse(arguments.kwarg))
        handed.append("**" + arguments.kwarg.arg)
    return text, handed[1:]


def asynchronous(annotation):
    text = ast.unparse(annotation)
    for name in CLASSES:
        text = f"Async{name}" if text == name else text
    return text.replace("Rows[", "AsyncRows[")


def docstring(function):
    return ['        """' + ast.get_docstring(function, clean=False) + '"""']


def method(function, decorators, name):
    text, handed = signature(function.args)
    text = [piece.replace("'", '"').replace("target: Package", "target: AsyncPackage") for piece in text]
    result = asynchronous(function.returns)
    inner = f"self._sync.{function.name}"
    if "property" in decorators:
        return ["    @property", f"    def {function.name}(self) -> {result}:", *docstring(function), f"        return {inner}"]
    if "classmethod" in decorators:
        return ["    @classmethod", wrapped(f"def {function.name}(", text, f") -> Async{name}:", 4), *docstring(function),
                "        client = cls.__new__(cls)", wrapped("client._begin(", [f"Client.{function.name}", *handed], ")", 8), "        return client"]
    if function.name == "__init__":
        return [wrapped("def __init__(", text, ") -> None:", 4), wrapped("self._begin(", ["Client", *handed], ")", 8)]
    if function.name in AT_ONCE or result.startswith("AsyncRows"):
        back = f"{inner}({', '.join(handed)})"
        body = [f"        {back}"] if result == "None" else [
            wrapped("return self._wrap(" + inner + "(", handed, "))", 8) if result.startswith("AsyncRows") else f"        return {back}"]
        return [wrapped(f"def {function.name}(", text, f") -> {result}:", 4), *docstring(function), *body]
    word = "" if result == "None" else "return "
    return [wrapped(f"async def {function.name}(", text, f") -> {result}:", 4), *docstring(function),
            wrapped(f"{word}await self._run(", [inner, *handed], ")", 8)]


def aio():
    """The text of aio.py."""
    sources = {}
    for name, file in CLASSES.items():
        with open(os.path.join(SOURCES, file), encoding="utf-8") as source:
            tree = ast.parse(source.read())
        sources[name] = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    with open(os.path.join(SOURCES, "records.py"), encoding="utf-8") as source:
        records = [node.name for node in ast.parse(source.read()).body if isinstance(node, ast.ClassDef)]
    body = []
    for name, node in sources.items():
        base = {"Client": "AsyncHandle[Client]", "Package": "AsyncHandle[Package]", "Workspace": "AsyncPackage"}[name]
        body += ["", "", f"class Async{name}({base}):", docstring(node)[0][4:].replace("on the thread that made it", "in the event loop")
                 .replace("on the thread that made the call", "in the event loop")]
        if name == "Workspace":
            body += ["", "    _sync: Workspace  # pyright: ignore[reportIncompatibleVariableOverride]  # Set once."]
        for function in node.body:
            if isinstance(function, ast.FunctionDef) and (function.name == "__init__" or not function.name.startswith("_")):
                decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
                body += ["", *method(function, decorators, name)]
        body += ["", f"    async def __aenter__(self) -> Async{name}:", "        return self"]
    body += ["", "", "register(AsyncClient, AsyncPackage, AsyncWorkspace)"]
    text = "\n".join(body)
    used = sorted((record for record in records if f"{record}" in text), key=str.lower)
    return HEAD.replace("{records}", ",\n        ".join(used)) + text
