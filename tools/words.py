#!/usr/bin/env python3
"""Finds words that this repository does without, and lines of documents that are longer than 120 columns.

Text says what returns, fails with, reports or sends what; the words below hide that. They are found in any case, and as part of
a name: `is_told`, `IsTold`. Tables, code and what cannot be broken may be longer.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = "told|tells|answers"
FOUND = re.compile(rf"(?<![a-z])(?i:{WORDS})(?![a-z])|(?:(?<=[a-z])|(?<=[A-Z]))(?:{WORDS.title()})(?![a-z])")
COLUMNS = 120
# Bytes of other programs, and this list and its test.
LEFT_OUT = r"tests/vectors/|tools/words\.py|tests/check/test_words\.py"


def words(text):
    """The line and the word of each that is not to be used."""
    for match in FOUND.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[0]


def long_lines(text):
    """The line and the length of each that could have been broken."""
    in_code = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        can_break = " " in line[:COLUMNS].lstrip(" *+-") and not line.lstrip().startswith("|")
        if len(line) > COLUMNS and can_break and not in_code:
            yield number, len(line)


def faults(path, text):
    for line, word in words(text):
        yield f'{path}:{line}: "{word}": say what returns, reports or sends it'
    for _, word in words(path):
        yield f'{path}: "{word}" in its name'
    if path.endswith(".md"):
        for line, length in long_lines(text):
            yield f"{path}:{line}: {length} columns instead of {COLUMNS}"


def main():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    found, count = [], 0
    for path in filter(None, listed.stdout.split("\0")):
        if re.match(LEFT_OUT, path) or not (ROOT / path).is_file():
            continue
        try:
            found += faults(path, (ROOT / path).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        count += 1
    if not count:
        found.append(f"{ROOT}: no text found")
    print(*found, sep="\n", end="\n" * bool(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
