"""The C programs: how they are compiled, and run once each against an emulator that they share."""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from local import Emulator

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
# What Cargo makes, and the name by which the loader looks for it.
LIBRARY, NAME = {"darwin": ("libsendsafely.dylib", "libsendsafely.0.dylib"), "win32": ("sendsafely.dll", "sendsafely.dll")}.get(
    sys.platform, ("libsendsafely.so", "libsendsafely.so.0"))
ASAN = ["-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DTEST_HOOKS"]
TSAN = ["-O1", "-fno-omit-frame-pointer", "-fsanitize=thread", "-DTEST_HOOKS"]
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite,possible",
            "--show-leak-kinds=definite,possible", f"--suppressions={ROOT / 'share/valgrind/sendsafely.supp'}"]

# What a program did: exit status, output, and its tests with the emulator's records of their requests.
Run = namedtuple("Run", "status output tests")


def pytest_addoption(parser):
    parser.addoption("--build", choices=["release", "asan", "tsan", "valgrind", "coverage"], default="release", help="what the programs run with")


class Build:
    """The programs with one library, and how they are run."""

    sanitizers = frozenset()

    def __init__(self, name, directory, compiler, wrapper=(), environment=None):
        self.place, self.compiler, self.wrapper, self.environment = TARGET / "c" / name, compiler, wrapper, environment or {}
        self.place.mkdir(parents=True, exist_ok=True)
        self.library = self.place / NAME
        self.library.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # Windows, where the library is copied.
            self.library.symlink_to(directory / LIBRARY)
        if not self.library.exists():
            shutil.copyfile(directory / LIBRARY, self.library)

    def program(self, name):
        """The path of a program that was compiled strictly; a warning is an error."""
        path = self.place / (name + (".exe" if sys.platform == "win32" else ""))
        system = ["-lws2_32"] if sys.platform == "win32" else [f"-Wl,-rpath,{self.place}"]
        if name == "torture" and not self.sanitizers:  # AddressSanitizer finds leaks, too.
            system += ["-fsanitize=leak", "-DFINDS_LEAKS"]
        if name in ("canaries", "nonsense", "storm"):
            made = subprocess.run([sys.executable, ROOT / "tests/c/nonsense.py"], stdout=subprocess.PIPE, check=True).stdout
            (self.place / "nonsense_calls.h").write_bytes(made)
        subprocess.run([*self.compiler, "-std=c11", "-D_GNU_SOURCE", "-g", *STRICT, "-pthread", "-I", "include", "-I", "tests/c", "-I", self.place,
                        f"tests/c/{name}.c", "tests/c/support.c", "-o", path, self.library, *system], cwd=ROOT, check=True)
        assert not self.sanitizers or self.sanitizers <= calls(path)
        return path


def asan():
    """The programs and the library under AddressSanitizer and UndefinedBehaviorSanitizer."""
    # Sanitizers are an unstable option of rustc; RUSTC_BOOTSTRAP lets the stable one take it. An explicit --target keeps
    # them out of build scripts. The runtime is gcc's, which the programs bring.
    unstable = {"RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": "-Zsanitizer=address", "CARGO_PROFILE_RELEASE_LTO": "off"}
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--release", "--lib", "--features", "test-hooks",
                    "--target", triple(), "--target-dir", TARGET / "asan"], cwd=ROOT, env=os.environ | unstable, check=True)
    options = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
               "UBSAN_OPTIONS": "print_stacktrace=1"}
    build = Build("asan", TARGET / "asan" / triple() / "release", ["gcc", *ASAN], environment=options)
    build.sanitizers = {"__asan_report_load8", "__ubsan_handle_pointer_overflow_abort"}
    assert "__asan_report_load8" in calls(build.library)
    return build


def tsan():
    """The programs and the library, with Rust's standard library, under ThreadSanitizer."""
    def sources(toolchain):
        """Where a toolchain has the sources of its standard library, which has to be compiled anew."""
        found = subprocess.run(["rustc", *toolchain, "--print", "sysroot"], capture_output=True, text=True, check=False)
        return found.returncode == 0 and (Path(found.stdout.strip()) / "lib/rustlib/src/rust/library/Cargo.lock").exists()

    toolchain = next((toolchain for toolchain in ([], ["+nightly"]) if sources(toolchain)), None)
    if toolchain is None:
        pytest.exit("ThreadSanitizer needs the sources of Rust's standard library: rustup component add rust-src", returncode=1)
    unstable = {"RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": "-Zsanitizer=thread", "CARGO_PROFILE_RELEASE_LTO": "off"}
    subprocess.run(["cargo", *toolchain, "build", "--quiet", "--locked", "--release", "--lib", "--features", "test-hooks", "-Zbuild-std",
                    "--target", triple(), "--target-dir", TARGET / "tsan"], cwd=ROOT, env=os.environ | unstable, check=True)
    options = {"TSAN_OPTIONS": "halt_on_error=0:exitcode=66:second_deadlock_stack=1"}
    # This runtime expects the usual places of memory, so their order must not be random.
    build = Build("tsan", TARGET / "tsan" / triple() / "release", ["gcc", *TSAN], ["setarch", "-R"], options)
    build.sanitizers = {"__tsan_read8"}
    assert "__tsan_read8" in calls(build.library)
    return build


def triple():
    """The target that this machine compiles for."""
    return next(line.split()[1] for line in subprocess.check_output(["rustc", "-vV"], text=True).splitlines() if line.startswith("host: "))


def calls(path):
    """The symbols that a file calls in others."""
    return set(subprocess.check_output(["nm", "-D", "--undefined-only", path], text=True).split())


@pytest.fixture(scope="session")
def build(request):
    name = request.config.getoption("build")
    if name == "asan":
        return asan()
    if name == "tsan":
        return tsan()
    if name == "coverage":
        return Build(name, TARGET / "coverage", ["cc", "-O1", "-DTEST_HOOKS"])
    # Valgrind: no error, no leak, not even a possible one. It runs the threads of a program one at a time.
    return Build(name, TARGET / "release", ["gcc" if sys.platform == "win32" else "cc", "-O1"], VALGRIND if name == "valgrind" else ())


@pytest.fixture(scope="session")
def emulator():
    with Emulator("--api-key", "test-api-key", "--api-secret", "test-api-secret") as emulator:
        yield emulator


@pytest.fixture(scope="session")
def ran(build, emulator, tmp_path_factory):
    """Compiles and runs a program, once."""

    @functools.cache
    def run(name):
        program = build.program(name)
        scratch = tmp_path_factory.mktemp(name)
        environment = emulator.environment() | build.environment | {
            "EMULATOR_ADMIN_PORT": emulator.ready["admin_url"].rpartition(":")[2], "DROPZONE_ID": emulator.ready["dropzone_id"],
            "STORAGE_URL": emulator.ready["storage_url"], "TEST_DIRECTORY": str(scratch),
            "STORM_CORPUS": str(ROOT / "fuzz/corpus/calls")}
        done = subprocess.run([*build.wrapper, program], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=float(os.environ.get("PROGRAM_TIMEOUT", "120")), check=False)
        return Run(done.returncode, done.stdout, read(scratch / "requests.jsonl"))

    return run


def read(file):
    """The tests of a program of operations, by name: whether each passed, and the emulator's records of its requests."""
    found = {}
    for part in map(json.loads, file.read_text().splitlines() if file.exists() else ()):
        _, requests = found.get(part["test"], (False, []))
        found[part["test"]] = part["result"] == "passed", requests + part["requests"]
    return found
