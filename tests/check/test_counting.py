"""How suites are counted: tools/suites.py and tools/cargo_test.py."""

import time
import xml.etree.ElementTree as ET

import cargo_test
import pytest
import suites

CARGO = """
running 3 tests
test calls::one ... ok <1.500s>
test calls::two ... FAILED
test calls::slow ... ignored, takes an hour
test calls::last ... ok

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.00s
"""


def count(tmp_path, monkeypatch, document, status=0):
    """What a suite counts that leaves this JUnit document and ends with this status."""
    monkeypatch.chdir(tmp_path)
    make = tmp_path / "make"
    (tmp_path / "document.xml").write_text(document)
    make.write_text(f"#!/bin/sh\nmkdir -p target/junit/some\n[ ! -s document.xml ] || cp document.xml target/junit/some\nexit {status}\n")
    make.chmod(0o755)
    monkeypatch.setenv("MAKE", str(make))
    return suites.run("some")


def test_passed_failed_and_skipped(tmp_path, monkeypatch):
    document = ('<testsuites><testsuite tests="6" failures="1" errors="1" skipped="1"/>'
                '<testsuite tests="1" skipped="1"><testcase name="a"><skipped message="no b"/></testcase></testsuite></testsuites>')
    passed, failed, lines = count(tmp_path, monkeypatch, document, status=1)
    assert (passed, failed, lines[1].strip()) == (3, 2, "skipped: a (no b)")


@pytest.mark.parametrize(("document", "status"), [
    ("", 0), ('<testsuite tests="0"/>', 0), ('<testsuite tests="1" skipped="1"/>', 0), ('<testsuite tests="5"/>', 2), ("<testsuite", 0)])
def test_a_suite_that_counts_nothing_or_ends_badly_has_failed(tmp_path, monkeypatch, document, status):
    assert count(tmp_path, monkeypatch, document, status)[1] == 1


def test_a_count_of_the_last_run_is_forgotten(tmp_path, monkeypatch):
    count(tmp_path, monkeypatch, '<testsuite tests="5"/>')
    assert count(tmp_path, monkeypatch, "")[:2] == (0, 1)


def test_cargo(tmp_path, monkeypatch):
    def document(output, status):
        return ET.tostring(cargo_test.junit("some", output, status), encoding="unicode")

    passed, failed, lines = count(tmp_path, monkeypatch, document(CARGO, 101), 1)
    assert (passed, failed, lines[1].strip()) == (5, 1, "skipped: calls::slow (takes an hour)")
    assert suites.longest()[0].split() == ["some", "1.5", "s", "some", "calls::one"]
    # It did not compile.
    assert count(tmp_path, monkeypatch, document("", 101), 1)[:2] == (0, 1)


def test_a_program_that_hangs_or_dies(monkeypatch, tmp_path):
    monkeypatch.setattr(cargo_test, "PATIENCE", 0.5)

    def run(script):
        return cargo_test.run("some", ["sh", "-c", script], tmp_path)

    # A child that has the other end of the pipe ends with it.
    started = time.monotonic()
    hung = run("echo 'test result: ok. 1 passed; 0 failed; 0 ignored;'; sleep 60 & wait")
    assert (hung.get("tests"), hung.get("failures")) == ("2", "1")
    assert time.monotonic() - started < 30
    assert run("kill -9 $$").get("failures") == "1"
    # Lines that come are patience anew.
    assert run("for _ in 1 2 3; do sleep 0.3; echo; done").get("failures") == "0"


def test_suites_at_once_are_printed_one_after_another(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    make = tmp_path / "make"
    make.write_text("""#!/bin/sh
mkdir -p target/junit/$1
touch $1; while [ ! -e test-a ] || [ ! -e test-b ]; do sleep 0.01; done
for _ in 1 2 3; do echo "$1 here"; sleep 0.01; done
mkdir -p target/junit/${1#test-}
echo '<testsuite tests="1"/>' >target/junit/${1#test-}/made.xml
""")
    make.chmod(0o755)
    monkeypatch.setenv("MAKE", str(make))
    assert suites.main(["a", "b"]) == 0
    printed = capsys.readouterr().out
    assert all("\n".join([f"=== test-{name}"] + [f"test-{name} here"] * 3) in printed for name in "ab")
    assert "2 passed, 0 failed" in printed
