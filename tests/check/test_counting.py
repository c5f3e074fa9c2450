"""How suites are counted: tools/suites.py and tools/cargo_test.py."""

import cargo_test
import pytest
import suites

CARGO = """
running 3 tests
test calls::one ... ok
test calls::two ... FAILED
test calls::slow ... ignored, takes an hour

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
        cargo_test.junit("some", output, status).write(tmp_path / "made.xml")
        return (tmp_path / "made.xml").read_text()

    passed, failed, lines = count(tmp_path, monkeypatch, document(CARGO, 101), 1)
    assert (passed, failed, lines[1].strip()) == (5, 1, "skipped: calls::slow (takes an hour)")
    # It did not compile.
    assert count(tmp_path, monkeypatch, document("", 101), 1)[:2] == (0, 1)
