#!/usr/bin/env python3
"""Finds what the files of the repository cite: sections of docs/protocol.md (`protocol 4.3`; in src/api/endpoint a comment that
begins with 4.3) among its headings, and files that documents name (`src/ffi/file.rs`, `api/retry.rs`, `tests/c/operations_*.c`,
the picture of ARCHITECTURE.md) or link to in the tree, with the heading behind a #."""

import fnmatch
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
# How each function of src/api/endpoint names the section of its call.
ENDPOINT = re.compile(r"^\s*///? ([0-9]+(?:\.[0-9]+)+)", re.MULTILINE)

FILE = re.compile(r"`((?:[\w.-]+/)+[\w*<>-]+\.(?:rs|py|c|h|md|txt|sh|toml|yml|cs|json))`")
LINK = re.compile(r"\]\((?![a-z]+:)([^()\s#]*)(?:#([^()\s]+))?\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
PICTURED = re.compile(r"[\w*./-]+(?:/(?![\w*])|\.(?:rs|py|cs|h)\b)")


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


def anchors(text):
    """What a link may have behind its #, as GitHub makes it of headings."""
    titles = re.findall(r"^#+ (.*)", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def missing_targets(path, text):
    """The links of a document that lead nowhere."""
    for target, anchor in LINK.findall(CODE.sub("", text)):
        place = os.path.join(ROOT, os.path.dirname(path), target) if target else os.path.join(ROOT, path)
        if not os.path.exists(place):
            yield target
        elif anchor and place.endswith(".md"):
            with open(place, encoding="utf-8") as file:
                if anchor not in anchors(file.read()):
                    yield f"{target}#{anchor}"


def missing_in_picture(text, paths):
    """The files (proof.rs) and folders (openpgp/) that the first block of ARCHITECTURE.md names and no path has."""
    picture = re.search(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    if not picture:
        yield "the picture"
        return
    for name in PICTURED.findall(picture[1]):
        if not any(fnmatch.fnmatch("/" + path, f"*/{name}" + "*" * name.endswith("/")) for path in paths):
            yield name


def main():
    with open(os.path.join(ROOT, "docs/protocol.md"), encoding="utf-8") as file:
        known = headings(file.read())
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    paths = [path for path in sorted(filter(None, listed.split("\0"))) if os.path.exists(os.path.join(ROOT, path))]
    count, faults = 0, []
    for path in paths:
        try:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                text = file.read()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        if path == "docs/protocol.md" or path.startswith("tests/vectors/"):
            continue
        if path.endswith(".md"):
            faults += [f"{path}: {name} is no file of the repository" for name in missing_files(path, text)]
            faults += [f"{path}: the link to {target} leads nowhere" for target in missing_targets(path, text)]
        if path == "ARCHITECTURE.md":
            faults += [f"{path}: {name} of the picture is not there" for name in missing_in_picture(text, paths)]
        bare = ENDPOINT.findall(text) if path.startswith("src/api/endpoint/") else []
        for section in [*citations(text), *bare]:
            count += 1
            if section not in known:
                faults.append(f"{path}: protocol {section} is no section of docs/protocol.md")
    print("\n".join(faults), file=sys.stderr)
    if faults or not count:
        sys.exit(f"citations: {len(faults)} do not resolve, of {count} of the protocol and the files that documents name")


if __name__ == "__main__":
    main()
