"""The C# programs in target/csharp: they are compiled when their sources change, and run on mono and CoreCLR 8."""

import fcntl
import functools
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "tools/csharp"
PROGRAMS = ROOT / "target/csharp"
RUNTIMES = ("mono", "dotnet")


@functools.cache
def missing(tool):
    """Why a tool is not installed; empty if it is."""
    has = subprocess.run([TOOL, "has", tool], capture_output=True, text=True, check=False)
    return has.stderr.strip() or "it cannot be installed" if has.returncode else ""


@functools.cache
def build():
    """Compiles the assembly and the programs, once for the suites that run at once; whether that went well."""
    sources = [ROOT / "Cargo.toml", ROOT / "bindings/csharp/build.sh"]
    sources += [file for place in ("bindings/csharp", "examples/csharp") for file in (ROOT / place).rglob("*.cs")]
    stamp = PROGRAMS / "compiled"
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    with (PROGRAMS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and max(file.stat().st_mtime for file in sources) < stamp.stat().st_mtime:
            return True
        stamp.unlink(missing_ok=True)
        compiled = subprocess.run([ROOT / "bindings/csharp/build.sh"], check=False).returncode == 0
        if compiled:
            stamp.touch()
    return compiled


def require(runtime):
    """Skips what cannot run on this machine, or fails where the environment variable CI is set; compiles the rest."""
    reason = missing("mono") or missing(runtime)  # The compiler comes with mono.
    if reason and os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(f"the C# wrapper on {runtime}: {reason}")
    if not build():
        pytest.fail("bindings/csharp does not compile", pytrace=False)


def command(runtime, program, *arguments):
    """The command line of a program."""
    return [TOOL, runtime, PROGRAMS / f"{program}.exe", *arguments]
