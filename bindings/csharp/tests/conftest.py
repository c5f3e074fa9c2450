"""The tests of LibSendSafely.Tests.exe as tests of pytest, once on each runtime, and what the tests of programs run with."""

import functools
import os
import subprocess

import pytest
from csharp_programs import PROGRAMS, RUNTIMES, TOOL, require
from csharp_programs import command as command_line
from local import EMULATOR, Emulator, write_random_file

TESTS = PROGRAMS / "LibSendSafely.Tests.exe"
SECONDS = 300  # Of all tests on one runtime: a hung program is ended from outside.


def pytest_collect_file(parent, file_path):
    if file_path.name == "LibSendSafely.Tests.csproj":
        return CSharpTests.from_parent(parent, path=file_path)
    return None


class CSharpTests(pytest.File):
    def collect(self):
        return [Runtime.from_parent(self, name=runtime) for runtime in RUNTIMES]


class Runtime(pytest.Collector):
    """One run of the program: it gets the names of the chosen tests, and prints the result of each in that order."""

    def collect(self):
        require(self.name)
        names = subprocess.run([TOOL, self.name, TESTS], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        return [CSharpTest.from_parent(self, name=name) for name in names]

    def setup(self):
        self.waiting = [item.name for item in self.session.items if item.parent is self]
        self.program = subprocess.Popen(["timeout", "--kill-after=5", str(SECONDS), TOOL, self.name, TESTS, *self.waiting],
                                        env=os.environ | {"SENDSAFELY_EMULATOR": EMULATOR}, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)

    def teardown(self):
        if self.waiting:  # pytest stops early
            self.program.terminate()
        output, _ = self.program.communicate()
        if not self.waiting and self.program.returncode not in (0, 1):
            pytest.fail(f"the program ended with status {self.program.returncode} on {self.name}\n{output}", pytrace=False)

    def result(self, name):
        """What the program printed on a test; whether that has passed."""
        self.waiting.remove(name)
        output = ""
        for line in self.program.stdout:
            if line.rstrip() in (f"{name}: ok", f"{name}: FAILED"):
                return output, line.rstrip().endswith("ok")
            output += line
        return output + "the program has ended", False


class CSharpTest(pytest.Item):
    def runtest(self):
        output, passed = self.parent.result(self.name)
        if not passed:
            pytest.fail(output, pytrace=False)

    def reportinfo(self):
        return self.path, None, f"{self.parent.name} {self.name}"


@pytest.fixture(params=RUNTIMES)
def runtime(request):
    require(request.param)
    return request.param


@pytest.fixture
def compiler():
    """The command line that compiles a program against the assembly."""
    require("mono")
    return [TOOL, "mcs", f"-r:{PROGRAMS}/LibSendSafely.dll"]


@pytest.fixture
def command(runtime):
    """The command line of a program of target/csharp."""
    return functools.partial(command_line, runtime)


@pytest.fixture
def server():
    with Emulator() as server:
        yield server


@pytest.fixture
def path(tmp_path):
    """The path of a name in a directory that has a file to send, report.bin, and an empty directory, in."""
    write_random_file(tmp_path / "report.bin", 3_000_000)
    (tmp_path / "in").mkdir()
    return lambda name: str(tmp_path / name)


@pytest.fixture
def run(command, server):
    """Runs a program with the credentials of the server."""
    return lambda program, *arguments, **environment: subprocess.run(
        command(program, *arguments), env=server.environment() | environment, capture_output=True, text=True, timeout=60, check=False)
