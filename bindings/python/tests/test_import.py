"""The import of the package is cheap. `make bench` measures the time; these tests check what it depends on."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import libsendsafely
import pytest
from libsendsafely import _library

# Each of these is as slow as the whole package, or needed by few programs, so it is imported when it is first used.
LATER = {"argparse", "asyncio", "concurrent.futures", "dataclasses", "inspect", "json", "pathlib", "tempfile"}


def test_slow_modules_are_not_imported():
    # Without site, which can import other modules.
    program = f"import sys; sys.path[:0] = {sys.path!r}; import libsendsafely; print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-S", "-c", program], check=True, capture_output=True, text=True).stdout.split())
    assert "libsendsafely._library" in loaded
    assert not loaded & LATER
    assert not loaded & {f"libsendsafely.{name}" for name in ("aio", "cli", "compat", "records")}


def processor_seconds(program, environment):
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def test_importing_is_a_few_times_the_start_of_python(tmp_path):
    # Both use compiled modules, as an installed package does. A ratio, since a busy machine slows both down.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path)
    processor_seconds("import libsendsafely", environment)
    best = {"pass": 9.0, "import libsendsafely": 9.0}
    for _ in range(15):
        for program in best:
            best[program] = min(best[program], processor_seconds(program, environment))
    bare, ours = best.values()
    print(f"{(ours - bare) * 1000:.1f} ms over {bare * 1000:.1f} ms")
    assert ours <= 6 * bare


# --- From a zip archive --------------------------------------------------------------------------------------------

USE = """
import libsendsafely, libsendsafely.aio, libsendsafely.compat
assert ".zip" in libsendsafely.__file__
link = "https://acme.sendsafely.com/receive/?packageCode=" + "c" * 43 + "#keyCode=" + "k" * 43
print(libsendsafely.parse_link(link).package_code)
"""
NO_MEMORY_FILE = "import os; del os.memfd_create\n"
NO_DIRECTORY = "import tempfile; tempfile.tempdir = '/does/not/exist'\n"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    place, path = Path(libsendsafely.__file__).parent, tmp_path_factory.mktemp("zip") / "app.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in place.rglob("*.py"):
            archive.write(file, Path("libsendsafely") / file.relative_to(place))
        archive.write(_library.lib._name, "libsendsafely/libsendsafely.so")
    return path


def in_archive(archive, program, **variables):
    environment = {name: value for name, value in os.environ.items() if name not in ("LIBSENDSAFELY", "PYTHONPATH")}
    program = f"import sys; sys.path.insert(0, {str(archive)!r})\n{program}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={**environment, **variables})


@pytest.mark.parametrize("before", ["", NO_DIRECTORY, NO_MEMORY_FILE], ids=["anywhere", "memory", "directory"])
def test_it_can_be_imported_from_a_zip_archive(archive, tmp_path, before):
    done = in_archive(archive, before + USE, TMPDIR=str(tmp_path))
    assert done.stdout.strip() == "c" * 43, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_cannot_be_used_says_what_to_do(archive, tmp_path):
    done = in_archive(archive, NO_MEMORY_FILE + NO_DIRECTORY + USE)
    assert done.returncode == 1
    assert "ImportError: " in done.stderr and "unpack the archive" in done.stderr and "LIBSENDSAFELY" in done.stderr
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as empty:
        with zipfile.ZipFile(archive) as full:
            for name in full.namelist():
                if name.endswith(".py"):
                    empty.writestr(name, full.read(name))
    done = in_archive(tmp_path / "empty.zip", USE)
    assert done.stderr.splitlines()[-1].endswith(
        "libsendsafely.so is missing; install the wheel of this platform, or set LIBSENDSAFELY to the path of the library")
