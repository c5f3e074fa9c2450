#!/usr/bin/env python3
"""Finds for each function of include/sendsafely.h its file in src/ffi, by the rule that CONTRIBUTING.md states."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HANDLES = {"client", "package"}


def named(function, files):
    """The file of which the name speaks, None if there is none."""
    words = re.split(r"_(?:for|with|without)_", function.removeprefix("sendsafely_"))[0].split("_")
    runs = sorted(((start, end) for start in range(len(words)) for end in range(start + 1, len(words) + 1)), key=lambda run: (run[0] - run[1], run[0]))
    names = ["_".join(words[start:end]) for start, end in runs]
    found = [name if name in files else name.removesuffix("s") for name in names if {name, name.removesuffix("s")} & files]
    return next((file for file in found if file not in HANDLES), found[0] if found else None)


def expected(function, functions, where):
    """The files where a reader looks for a function; functions has the parameters, where the file of each."""
    file = named(function, set(where.values()))
    if re.search("_(free|init|next)$", function) and (file is None or file in HANDLES):
        thing = re.search(r"\w+(?= \*)", functions[function])[0]
        use = rf"\b{thing} \*" + ("(?!\\*)" if function.endswith("_init") else "\\*")
        return {where[other] for other, parameters in functions.items() if other != function and other in where and re.search(use, parameters)}
    return {file}


def faults(functions, where):
    for function in functions:
        files = expected(function, functions, where)
        if where.get(function) not in files:
            yield f"{function}: in {where.get(function)}.rs instead of {' or '.join(sorted(f'{file}.rs' for file in files)) or 'any file'}"


def main():
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "include/sendsafely.h").read_text(encoding="utf-8"), flags=re.DOTALL)
    header = header.replace("SENDSAFELY_NULLABLE ", "")
    functions = dict(re.findall(r"\b(sendsafely_\w+)\(([^()]*)\);", header))
    where = {name: path.stem for path in sorted((ROOT / "src/ffi").glob("*.rs"))
             for name in re.findall(r'extern "C" fn (\w+)', path.read_text(encoding="utf-8"))}
    found = list(faults(functions, where))
    print("\n".join(found))
    if found or not functions:
        sys.exit(f"ffi_files: {len(found)} of {len(functions)} functions are not where their names say")


if __name__ == "__main__":
    main()
