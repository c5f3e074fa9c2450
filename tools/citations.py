#!/usr/bin/env python3
"""Finds what the files of the repository cite: sections of docs/protocol.md (`protocol 4.3`) among its headings, and files that
documents name (`src/ffi/file.rs`, `api/retry.rs`, `tests/c/operations_*.c`) in the tree."""

import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECTION = r"(?:[0-9]+|[A-Z])(?:\.[0-9]+)*"
CITATION = re.compile(
    rf"\bprotocol(?:\.md)?`?,? (?:sections? |appendix )?({SECTION}(?:(?:, | and | to |, and ){SECTION})*)(?![\w-])",
    re.IGNORECASE,
)

FILE = re.compile(r"`((?:[\w.-]+/)+[\w*<>-]+\.(?:rs|py|c|h|md|txt|sh|toml|yml|cs|json))`")


def headings(text):
    return set(re.findall(rf"^#+ (?:Appendix )?({SECTION})\b", text, re.MULTILINE))


def citations(text):
    """Each cited section; a citation may go on in the next line of a comment."""
    joined = re.sub(r"\n[ \t]*(?://[/!]?|\*|#)?[ \t]*", " ", text)
    for citation in CITATION.finditer(joined):
        yield from re.findall(SECTION, citation.group(1))


def missing_files(path, text):
    """The files that a document names and that are not there: from the root, from src/ or from the document's own directory."""
    for name in FILE.findall(text):
        pattern = re.sub(r"<\w+>", "*", name)
        if not any(glob.glob(os.path.join(ROOT, place, pattern)) for place in ("", "src", os.path.dirname(path))):
            yield name


def main():
    with open(os.path.join(ROOT, "docs/protocol.md"), encoding="utf-8") as file:
        known = headings(file.read())
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    count, faults = 0, []
    for path in sorted(filter(None, listed.split("\0"))):
        try:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                text = file.read()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        if path == "docs/protocol.md" or path.startswith("tests/vectors/"):
            continue
        if path.endswith(".md"):
            faults += [f"{path}: {name} is no file of the repository" for name in missing_files(path, text)]
        for section in citations(text):
            count += 1
            if section not in known:
                faults.append(f"{path}: protocol {section} is no section of docs/protocol.md")
    print("\n".join(faults), file=sys.stderr)
    if faults or not count:
        sys.exit(f"citations: {len(faults)} do not resolve, of {count} of the protocol and the files that documents name")


if __name__ == "__main__":
    main()
