"""tools/coverage.py counts the lines of the core, and nothing else."""

from pathlib import Path

import coverage
import pytest

TEXT = """\
fn used() {}

#[cfg(test)]
fn scratch() -> u8 {
    if true {
        1
    }
}

mod inner {
    #[cfg(test)]
    mod tests {
        fn f() {}
    }
    fn used() {}
}

#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
fn used() {}
"""


def test_lines_of_tests():
    assert coverage.spans(coverage.of_tests(TEXT)) == "3-8, 11-14, 18-21"
    assert coverage.of_tests("fn used() {}\n") == set()


def test_what_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage, "ROOT", tmp_path)
    (tmp_path / "src/crypto").mkdir(parents=True)
    (tmp_path / "src/crypto/key.rs").write_text(TEXT)
    record = "SF:{}\nDA:1,0\nDA:4,9\nDA:15,3\nend_of_record\n"
    of_tests = ["src/crypto/tests.rs", "src/crypto/tests/key.rs", "src/crypto/fuzz.rs", "src/fuzzing/mod.rs"]
    paths = ["src/crypto/key.rs", *of_tests, "tests/keys.rs", "/rustc/1/library/alloc/vec.rs"]
    assert coverage.counts("".join(record.format(tmp_path / path) for path in paths)) == {Path("src/crypto/key.rs"): {1: 0, 15: 3}}
    with pytest.raises(AssertionError, match="no file"):
        coverage.counts("SF:/elsewhere.rs\nDA:1,1\nend_of_record\n")


def lines(run, all_lines):
    return {number: int(number < run) for number in range(all_lines)}


@pytest.mark.parametrize(("crypto", "other", "reached"), [(95, 85, True), (94, 100, False), (100, 70, False)])
def test_goals(crypto, other, reached):
    rows, result = coverage.table({Path("src/crypto/key.rs"): lines(crypto, 100), Path("src/lib.rs"): lines(other, 100)})
    assert result == reached
    assert any("below" in row for row in rows) != reached
    assert [row.split()[0] for row in rows[1:]] == ["crypto", "src", "core"]
