#!/usr/bin/env python3
"""Checks who imports whom: no import of a higher layer, no circle between files.

`tools/layers.py [core | emulator | python]...` checks these sources, without arguments all three.

The layers stand in ARCHITECTURE.md (those of the emulator in emulator/README.md), in the block that begins with ```layers,
highest first. A name is a file or a folder below `src`; of two that fit, the longer one counts. Files of one line may import
each other, but not across a `|`.

An import counts as one of the file that defines the name: a re-export (`pub use`) in a mod.rs is followed to its end, also
through `*`. The re-export of a module below is itself an import only if that mod.rs uses the name, too: neither does a mod.rs full
of re-exports look like a circle, nor does a circle hide behind one. A name that cannot be followed counts as the mod.rs's own.
Modules for tests (`#[cfg(test)]`) count like all others. A call of a method is not seen: nothing in a file names where it is
defined.
"""

import ast
import os
import re
import sys

SKIPPED = re.compile(r"""//[^\n]*|/\*.*?\*/|\bb?r(#*)".*?"\1|\bb?"(?:\\.|[^"\\])*"|"(?:\\.|[^"\\])*"|'(?:\\[^']+|[^'\\\n])'""", re.DOTALL)
TOKEN = re.compile(r"[A-Za-z_]\w*|::|\S")
ITEM = "fn|struct|enum|union|trait|type|const|static|macro_rules!"
DEFINITION = re.compile(rf"^(?:pub(?:\([^)]*\))? )?(?:const |unsafe |extern \S+ )*(?:{ITEM}) (?:mut )?(\w+)", re.MULTILINE)


class Module:
    """One Rust module: its file, what it defines, and its imports (name, path, line, whether it is a re-export)."""

    def __init__(self, path, file):
        self.path, self.file = path, file
        self.defined, self.imports, self.globs, self.paths, self.words = set(), [], [], [], set()


def use_tree(tokens, at, path):
    """The (path, name) of each leaf of one `use`, and where it ends."""
    leaves = []
    while True:
        token = tokens[at][0]
        if token == "{":
            at += 1
            while tokens[at][0] != "}":
                more, at = use_tree(tokens, at, path)
                leaves += more
                at += tokens[at][0] == ","
            return leaves, at + 1
        if token == "*":
            return [(path, "*")], at + 1
        if token not in ("::", "$"):
            path = path if token == "self" and path else (*path, token)
        at += 1
        if tokens[at][0] == "as":
            return [(path, tokens[at + 1][0])], at + 2
        if tokens[at][0] in (";", ",", "}"):
            return [(path, path[-1])], at


def read_rust(root):
    """Each module below root by its path, a tuple of names; inline modules too."""
    modules = {}
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            if name.endswith(".rs"):
                file = os.path.relpath(os.path.join(folder, name), root)
                parts = file[:-3].split(os.sep)
                path = tuple(parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts)
                modules[path] = read_module(os.path.join(root, file), Module(path, file), modules)
    return modules


def read_module(name, module, modules):
    with open(name, encoding="utf-8") as file:
        text = SKIPPED.sub(lambda found: '""' + "\n" * found.group().count("\n"), file.read())
    tokens, line, end = [], 1, 0
    for found in TOKEN.finditer(text):
        line, end = line + text.count("\n", end, found.start()), found.start()
        tokens.append((found.group(), line))
    at, depth, outer, whole = 0, 0, [], module
    while at < len(tokens):
        token, line = tokens[at]
        if token == "use" and tokens[at - 1][0] != "<":  # `impl Trait + use<'a>` is none
            is_public = at > 0 and tokens[at - 1][0] in ("pub", ")")
            leaves, at = use_tree(tokens, at + 1, ())
            for path, as_name in leaves:
                (module.globs if as_name == "*" else module.imports).append((as_name, path, line, is_public))
        elif token == "mod" and tokens[at + 2][0] == "{":
            outer.append((module, depth))
            module = modules.setdefault((*module.path, tokens[at + 1][0]), Module((*module.path, tokens[at + 1][0]), module.file))
            at, depth = at + 3, depth + 1
            continue
        elif re.match(r"\w", token) and tokens[at - 1][0] not in ("::", ".", "fn"):
            path = (token,)
            while at + 2 < len(tokens) and tokens[at + 1][0] == "::" and re.match(r"\w", tokens[at + 2][0]):
                path, at = (*path, tokens[at + 2][0]), at + 2
            if len(path) > 1:
                module.paths.append((path, line))
            module.words.add(path[0])
        depth += (token == "{") - (token == "}")
        if outer and depth == outer[-1][1]:
            module, _ = outer.pop()
        at += 1
    whole.defined.update(DEFINITION.findall(text))
    return whole


def resolve(modules, module, path, seen=frozenset()):
    """The module where the path ends, and whether the path names that module itself; None if it leads out of the crate."""
    if (module.path, path) in seen:
        return None
    seen = seen | {(module.path, path)}
    here, first = module, True
    for name in path:
        if name in ("crate", "self", "super") and (first or name == "super"):
            here = modules[()] if name == "crate" else here if name == "self" else modules[here.path[:-1]]
        elif (*here.path, name) in modules:
            here = modules[(*here.path, name)]
        else:
            ends = [resolve(modules, here, target, seen) for as_name, target, _, _ in here.imports if as_name == name]
            if not ends and name not in here.defined:
                globs = [resolve(modules, here, target, seen) for _, target, _, _ in here.globs]
                ends = [resolve(modules, end[0], (name,), seen) for end in globs if end]
            ends = [end for end in ends if end]
            if not ends:
                return None if first and name not in here.defined else (here, False)
            here, is_module = ends[0]
            if not is_module:
                return here, False
        first = False
    return here, True


def note(arrows, file, to, line):
    """Keeps the first line of an arrow."""
    arrows[file, to] = min(line, arrows.get((file, to), line))


def rust_arrows(root):
    """{(file, imported file): line}"""
    modules, arrows = read_rust(root), {}
    for module in modules.values():
        def arrow(path, line, names=None, module=module):
            """Notes what a path leads to; a re-export of a module below only if one of these names is used here."""
            end = resolve(modules, module, path)
            if end and end[0].file != module.file:
                is_below = end[0].path[:len(module.path)] == module.path
                if names is None or not is_below or module.words.intersection(names(end[0])):
                    note(arrows, module.file, end[0].file, line)

        for path, line in module.paths:
            if not leads_to_module(modules, module, path):
                arrow(path, line)
        for name, path, line, is_public in module.imports:
            if not leads_to_module(modules, module, path):
                arrow(path, line, (lambda _, name=name: [name]) if is_public else None)
        for _, path, line, is_public in module.globs:
            arrow(path, line, (lambda end: end.defined) if is_public else None)
            end = resolve(modules, module, path)
            for name, *_ in end[0].imports if end and not is_public else ():
                if name in module.words:
                    arrow((*path, name), line)
    return arrows


def leads_to_module(modules, module, path):
    end = resolve(modules, module, path)
    return end and end[1]


def python_arrows(root):
    """{(file, imported file): line}, imports inside of functions and for types alone included."""
    trees = {}
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(".py"):
                file = os.path.relpath(os.path.join(folder, name), root)
                parts = (os.path.basename(os.path.abspath(root)), *file[:-3].split(os.sep))
                with open(os.path.join(root, file), encoding="utf-8") as source:
                    trees[parts[:-1] if parts[-1] == "__init__" else parts] = file, ast.parse(source.read())

    def imports(module):
        """(module, name or None, name here, line) of each import."""
        file, tree = trees[module]
        package = module if file.endswith("__init__.py") else module[:-1]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((tuple(name.name.split(".")), None, name.asname, node.lineno) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = package[:len(package) - node.level + 1] if node.level else ()
                base = (*base, *node.module.split(".")) if node.module else base
                yield from ((base, name.name, name.asname or name.name, node.lineno) for name in node.names)

    def origin(module, name, seen=frozenset()):
        """The module that defines the name, through every re-export."""
        if name is None or module not in trees or (module, name) in seen:
            return module
        if (*module, name) in trees:
            return (*module, name)
        for other, inner, as_name, _ in imports(module):
            if as_name == name and inner and other in trees:
                return origin(other, inner, seen | {(module, name)})
        return module

    arrows = {}
    for module, (file, _) in trees.items():
        for other, name, _, line in imports(module):
            target = origin(other, name)
            if target in trees and target != module:
                note(arrows, file, trees[target][0], line)
    return arrows


def circles(arrows):
    """The sets of files that reach each other."""
    reach = {}
    for file in {file for arrow in arrows for file in arrow}:
        reach[file], wave = set(), {file}
        while wave:
            wave = {to for frm, to in arrows if frm in wave} - reach[file]
            reach[file] |= wave
    sets = {frozenset(other for other in reach[file] if file in reach[other]) for file in reach}
    return sorted(sorted(circle) for circle in sets if circle)


def read_layers(name):
    """{prefix: (height, column)} of the block in ARCHITECTURE.md."""
    with open(name, encoding="utf-8") as file:
        block = re.search(r"^```layers\n(.*?)^```", file.read(), re.DOTALL | re.MULTILINE)
    lines = block.group(1).splitlines() if block else sys.exit(f"{name} has no block ```layers")
    return {prefix.rstrip("/"): (-row, column) for row, line in enumerate(lines) for column, part in enumerate(line.split("|")) for prefix in part.split()}


def upward(files, arrows, layers):
    """What is wrong: a file without a layer, a layer without a file, an arrow that does not point down."""
    fitting = {file: [prefix for prefix in layers if (file[:-3] + "/").startswith(prefix + "/")] for file in files if file != "lib.rs"}
    names = {file: max(prefixes, key=len) for file, prefixes in fitting.items() if prefixes}
    yield from (f"{file}: stands in no layer" for file in sorted(fitting.keys() - names.keys()))
    yield from (f"{name}: a layer that fits no file" for name in sorted(layers.keys() - set(names.values())))
    for (file, to), line in sorted(arrows.items()):
        if file in names and to in names:
            (height, column), (other, beside) = layers[names[file]], layers[names[to]]
            if other > height or (other == height and beside != column):
                yield f"{file}:{line}: imports {to}, which is {'higher' if other > height else 'beside it'}"


def check(root, what):
    """Each fault, as a line."""
    folder = os.path.join(root, {"core": "src", "emulator": "emulator/src", "python": "bindings/python/src/libsendsafely"}[what])
    arrows = python_arrows(folder) if what == "python" else rust_arrows(folder)
    if document := {"core": "ARCHITECTURE.md", "emulator": "emulator/README.md"}.get(what):
        files = {module.file for module in read_rust(folder).values()}
        yield from upward(files, arrows, read_layers(os.path.join(root, document)))
    for circle in circles(arrows):
        yield f"a circle of {len(circle)} files: {' '.join(circle)}"
        for (file, to), line in sorted(arrows.items()):
            if file in circle and to in circle:
                yield f"    {file}:{line}: imports {to}"
    if not arrows:
        yield f"{folder}: no imports found"


def main(arguments):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    faults = [f"{what}: {fault}" for what in arguments or ("core", "emulator", "python") for fault in check(root, what)]
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(sys.argv[1:])
