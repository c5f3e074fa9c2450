#!/usr/bin/env python3
"""Finds each section of docs/protocol.md that a file of the repository cites (`protocol 4.3`) among its headings."""

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


def headings(text):
    return set(re.findall(rf"^#+ (?:Appendix )?({SECTION})\b", text, re.MULTILINE))


def citations(text):
    """Each cited section; a citation may go on in the next line of a comment."""
    joined = re.sub(r"\n[ \t]*(?://[/!]?|\*|#)?[ \t]*", " ", text)
    for citation in CITATION.finditer(joined):
        yield from re.findall(SECTION, citation.group(1))


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
        for section in citations(text):
            count += 1
            if section not in known:
                faults.append(f"{path}: protocol {section} is no section of docs/protocol.md")
    print("\n".join(faults), file=sys.stderr)
    if faults or not count:
        sys.exit(f"citations: {len(faults)} of {count} do not resolve")


main()
