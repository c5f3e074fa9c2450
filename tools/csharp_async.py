"""Makes bindings/csharp's Async.cs: a method that returns a Task for each one that can be cancelled; called by csharp_table.py.

The twin has the same parameters and documentation, and runs the method on a thread of its own. What the caller may change after
the call, options and sequences, is copied before the Task is returned.
"""

import os
import re

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bindings/csharp/src")
FILE = "Async.cs"

HEAD = """// Made from the synchronous methods by tools/csharp_async.py, not by hand.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace LibSendSafely
{"""

CLASS_OR_METHOD = re.compile(
    r"^ {4}public (?:\w+ )*class (?P<class>\w+)"
    r"|^ {8}public (?P<result>[\w<>\[\], ]+) (?P<method>\w+)\((?P<parameters>[^()]*CancellationToken[^()]*)\)", re.MULTILINE)


def methods():
    """The methods of each class: result, name and parameters."""
    found = {}
    for file in sorted(os.listdir(SOURCES)):
        if not file.endswith(".cs") or file == FILE:
            continue
        with open(os.path.join(SOURCES, file), encoding="utf-8") as source:
            text = source.read()
        owner = None
        for match in CLASS_OR_METHOD.finditer(text):
            if match["class"]:
                owner = match["class"]
            elif not match["method"].endswith("Async"):
                found.setdefault(owner, []).append((match["result"], match["method"], re.split(r",\s*", match["parameters"].strip())))
    return found


def copy(parameter):
    """The statement that copies an argument; None where it cannot change."""
    kind, name = parameter.split()[:2]
    if kind.endswith("Options"):
        return f"{name} = {name}?.Copy();"
    if kind.startswith("IEnumerable<"):
        return f"{name} = {name}?.ToArray();"
    return None


def is_resource(parameter):
    """Whether an argument is an object of the C library, which the call has to keep."""
    return parameter.split()[0] in ("Client", "Package", "Workspace")


def twin(result, name, parameters):
    task = "Task" if result == "void" else f"Task<{result}>"
    own = "".join(f"{parameter}, " for parameter in parameters[:-2]).rstrip()
    held = "".join(f", {parameter.split()[1]}" for parameter in filter(is_resource, parameters))
    call = f"Async(() => {name}({', '.join(parameter.split()[1] for parameter in parameters)}), cancellationToken{held});"
    copies = [statement for statement in map(copy, parameters) if statement]
    yield f'        /// <inheritdoc cref="{name}"/>'
    yield f"        public {task} {name}Async({own}"
    yield f"            {', '.join(parameters[-2:])})" + ("" if copies else " =>")
    if copies:
        yield "        {"
        yield from (f"            {statement}" for statement in copies)
        yield f"            return {call}"
        yield "        }"
    else:
        yield f"            {call}"


def asynchronous():
    """The lines of Async.cs."""
    lines = [HEAD]
    for owner, twins in sorted(methods().items()):
        lines += ["" if lines[-1] == "    }" else None, f"    partial class {owner}", "    {"]
        for one in twins:
            lines += ["" if lines[-1] != "    {" else None, *twin(*one)]
        lines.append("    }")
    return [line for line in lines if line is not None] + ["}"]
