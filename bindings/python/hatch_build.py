"""Adds the shared library to the wheel, and the Rust sources to the source distribution."""

import json
import os
import re
import subprocess
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
# The Rust sources are in core/ of a source distribution, and in the root of a checkout.
CORE = HERE / "core" if (HERE / "core").is_dir() else HERE.parents[1]
# Cargo needs every member of the workspace and every target in Cargo.toml.
SOURCES = ("Cargo.toml", "Cargo.lock", "build.rs", "include", "src", "benches/core.rs", "cfb", "emulator/Cargo.toml", "emulator/src")


def version():
    """The version of the library."""
    return re.search(r'^version = "(.+)"$', (CORE / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]


def library():
    """Returns the shared library: that of LIBSENDSAFELY, or one that Cargo builds."""
    if named := os.environ.get("LIBSENDSAFELY"):
        return Path(named)
    command = ["cargo", "rustc", "--release", "--locked", "--package", "sendsafely", "--lib", "--crate-type", "cdylib",
               "--message-format", "json-render-diagnostics"]
    try:
        messages = subprocess.run(command, cwd=CORE, check=True, stdout=subprocess.PIPE).stdout
    except FileNotFoundError:
        raise SystemExit("Rust is missing, which builds libsendsafely; install it from https://rustup.rs") from None
    artifacts = [message for message in map(json.loads, messages.splitlines()) if message["reason"] == "compiler-artifact"]
    [files] = [artifact["filenames"] for artifact in artifacts if artifact["target"]["name"] == "sendsafely"]
    [file] = [Path(file) for file in files if file.endswith((".so", ".dylib", ".dll"))]
    return file


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        included = build_data["force_include"]
        if self.target_name == "wheel":
            file = library()
            included[str(file)] = f"libsendsafely/{file.name}"
            if sbom := os.environ.get("LIBSENDSAFELY_SBOM"):
                build_data["sbom_files"].append(sbom)
            platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
            build_data.update(pure_python=False, tag=f"py3-none-{platform}")
        else:
            included.update({str(CORE / source): f"core/{source}" for source in SOURCES})
            for licence in HERE.glob("LICENSE-*"):  # In a checkout, a link to the file in the root.
                included[str(licence.resolve())] = included.pop(str(licence))
