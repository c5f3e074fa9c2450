"""The source distribution: with Rust, a wheel can be built from it."""

import os
import re
import subprocess
import tarfile

from conftest import PIP, ROOT, install, run

# The files that the build needs, and no others.
TOP = {"PKG-INFO", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "src", "core", ".gitignore"}
CORE = {"Cargo.toml", "Cargo.lock", "build.rs", "include", "src", "benches", "cfb", "emulator"}
# Optimization would take minutes and tests nothing.
CHEAP = {"LTO": "off", "OPT_LEVEL": "0", "CODEGEN_UNITS": "16", "STRIP": "symbols"}


def test_content(sdist):
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    assert all(member.isfile() for member in members)
    paths = [member.name.split("/")[1:] for member in members]
    assert {path[0] for path in paths} == TOP
    assert {path[1] for path in paths if path[0] == "core"} == CORE


def test_a_wheel_built_from_it_imports(sdist, tmp_path):
    settings = {f"CARGO_PROFILE_RELEASE_{name}": value for name, value in CHEAP.items()}
    settings["CARGO_TARGET_DIR"] = str(ROOT / "target/sdist")
    subprocess.run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir", tmp_path, sdist],
                   check=True, env={**os.environ, **settings})
    [wheel] = tmp_path.glob("*.whl")
    version = re.match(r"libsendsafely-(.+)\.tar\.gz", sdist.name)[1]
    assert re.fullmatch(rf"libsendsafely-{re.escape(version)}-py3-none-\w+\.whl", wheel.name)
    python = install(tmp_path / "environment", wheel)
    program = "from libsendsafely import _library; print(_library.lib.sendsafely_version_string().decode())"
    assert run(python, "-c", program).strip() == version
