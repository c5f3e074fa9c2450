#!/usr/bin/env python3
"""Writes which packages are in the library, as CycloneDX 1.5: tools/sbom.py LIBRARY FILE

They are what Cargo links for this system with the features that it then has, without what only the build or the tests use. (Tools
that start from `cargo metadata` list more: it joins the features of all packages of the workspace.) The same sources and library
make the same file.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "sendsafely"


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def linked(tree):
    """The packages, (name, version), that `cargo tree --prefix depth` shows, each with those that it uses itself."""
    found, above = {}, []
    for depth, name, version in re.findall(r"^(\d+)(\S+) v(\S+)", tree, re.MULTILINE):
        package = name, version
        found.setdefault(package, set())
        del above[int(depth):]
        if above:
            found[above[-1]].add(package)
        above.append(package)
    return found


def reference(package):
    return "pkg:cargo/{}@{}".format(*package)


def component(described, checksum):
    """A package as CycloneDX describes it, from what `cargo metadata` and Cargo.lock have on it."""
    made = {"type": "library", "bom-ref": reference((described["name"], described["version"])), "name": described["name"], "version": described["version"]}
    if described["authors"]:
        made["author"] = ", ".join(described["authors"])
    if checksum:
        made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    # Old manifests have a slash for OR.
    made["licenses"] = [{"expression": re.sub(r" ?/ ?", " OR ", described["license"])}]
    made["purl"] = made["bom-ref"]
    if described["repository"]:
        made["externalReferences"] = [{"type": "vcs", "url": described["repository"]}]
    return made


def document():
    """What is in the library, whatever it was built for."""
    rustc = output("rustc", "-vV")
    host, release = (re.search(rf"^{field}: (\S+)", rustc, re.MULTILINE)[1] for field in ("host", "release"))
    packages = linked(output("cargo", "tree", "--locked", "--package", PACKAGE, "--target", host, "--edges", "normal,no-proc-macro", "--prefix", "depth"))
    metadata = json.loads(output("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host))["packages"]
    described = {(each["name"], each["version"]): each for each in metadata}
    locked = re.findall(r'^name = "(.+)"\nversion = "(.+)"\n(?:source = ".+"\nchecksum = "(.+)")?', (ROOT / "Cargo.lock").read_text(), re.MULTILINE)
    checksums = {(name, version): checksum for name, version, checksum in locked}
    components = {package: component(described[package], checksums[package]) for package in sorted(packages)}
    library = components.pop(next(iter(linked(output("cargo", "tree", "--locked", "--package", PACKAGE, "--depth", "0", "--prefix", "depth")))))
    # It has no checksum of its own, and comes with the compiler.
    std = {"type": "library", "bom-ref": f"pkg:generic/rust-std@{release}", "name": "rust-std", "version": release, "author": "The Rust Project",
           "licenses": [{"expression": "MIT OR Apache-2.0"}], "purl": f"pkg:generic/rust-std@{release}"}
    uses = {reference(package): sorted(map(reference, used)) for package, used in packages.items()}
    uses[library["bom-ref"]].append(std["bom-ref"])
    made = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH") or output("git", "log", "-1", "--format=%ct")), timezone.utc)
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"timestamp": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": library, "properties": [{"name": "target", "value": host}]},
        "components": [*components.values(), std],
        "dependencies": [{"ref": ref, "dependsOn": used} for ref, used in sorted(uses.items())] + [{"ref": std["bom-ref"], "dependsOn": []}],
    }


def main(library, file):
    bom = document()
    bom["metadata"]["component"]["hashes"] = [{"alg": "SHA-256", "content": hashlib.sha256(Path(library).read_bytes()).hexdigest()}]
    bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bom))}"
    Path(file).write_text(json.dumps(bom, indent=2) + "\n", encoding="utf-8")
    print(f"{file}: {len(bom['components'])} components")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
