#!/usr/bin/env python3
"""Looks into NuGet packages: `tools/python tools/csharp_package.py FILE.nupkg...` prints what is missing or misplaced."""

import os
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What the programs of users, of each kind, look for.
FILES = {f"lib/{framework}/LibSendSafely.{kind}" for framework in ("netstandard2.0", "net8.0") for kind in ("dll", "xml")}
FILES |= {f"{folder}/net461/LibSendSafely.targets" for folder in ("build", "buildTransitive")}
FILES |= {"LibSendSafely.nuspec", "README.md", "LICENSE-MIT", "LICENSE-APACHE"}
LIBRARY = re.compile(r"runtimes/(linux-(musl-)?(x64|arm64)/native/libsendsafely\.so|osx-(x64|arm64)/native/libsendsafely\.dylib"
                     r"|win-(x64|arm64)/native/sendsafely\.dll)")
# The format's own parts.
FORMAT = re.compile(r"_rels/|package/|\[Content_Types\]\.xml$|\.signature\.p7s$")


def of_cargo(name):
    with open(os.path.join(ROOT, "Cargo.toml"), encoding="utf-8") as file:
        return re.search(rf'^{name} = "(.+)"', file.read(), re.MULTILINE)[1]


def metadata_faults(nuspec):
    """What is wrong with what the gallery shows."""
    metadata = {element.tag.rpartition("}")[2]: element for element in ET.fromstring(nuspec).iter()}
    wanted = {"id": "LibSendSafely", "version": of_cargo("version"), "license": of_cargo("license"), "projectUrl": of_cargo("repository"),
              "readme": "README.md", "authors": None, "description": None, "copyright": None, "releaseNotes": None, "tags": None}
    for name, value in wanted.items():
        found = (metadata[name].text or "").strip() if name in metadata else ""
        if found != value if value else not found:
            yield f"{name} is {found!r}" + (f", not {value!r}" if value else "")
    repository = metadata["repository"].get("url") if "repository" in metadata else None
    if repository != of_cargo("repository"):
        yield f"the URL of the repository is {repository!r}"


def relative_links(markdown):
    """The targets of links that lead nowhere outside of the repository."""
    return [target for target in re.findall(r"\]\(([^)\s]+)", markdown) if not re.match(r"https?://|mailto:|#", target)]


def faults(path):
    """What is wrong with a package, as a list of sentences."""
    with zipfile.ZipFile(path) as package:
        names = {name for name in package.namelist() if not FORMAT.match(name)}
        libraries = {name for name in names if LIBRARY.fullmatch(name)}
        found = [f"{name} is missing" for name in sorted(FILES - names)]
        found += [f"{name} is not expected there" for name in sorted(names - FILES - libraries)]
        if not libraries:
            found.append("there is no C library at runtimes/RID/native")
        if "LibSendSafely.nuspec" in names:
            found += metadata_faults(package.read("LibSendSafely.nuspec"))
        if "README.md" in names:
            found += [f"README.md has a relative link, {link}" for link in relative_links(package.read("README.md").decode())]
    return found


def main(*paths):
    if not paths:
        sys.exit("usage: csharp_package.py FILE.nupkg...")
    found = [f"{path}: {fault}" for path in paths for fault in faults(path)]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
