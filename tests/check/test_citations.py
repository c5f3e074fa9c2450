"""tools/citations.py finds sections and files that are not there."""

import citations


def test_sections():
    assert citations.headings("# Title\n## 4.3 Parts\n# Appendix A\n") == {"4.3", "A"}
    assert list(citations.citations("// see protocol 4.3 and\n// 5.1, or docs/protocol.md, appendix A")) == ["4.3", "5.1", "A"]


def test_files():
    text = "`src/ffi/file.rs`, `ffi/file.rs`, `tests/c/operations_*.c`, `src/ffi/<noun>.rs`; `src/no.rs`, `tests/c/nothing_*.c`, `ffi/`"
    assert list(citations.missing_files("docs/some.md", text)) == ["src/no.rs", "tests/c/nothing_*.c"]
    assert list(citations.missing_files("emulator/README.md", "`src/routes.rs`, `src/no.rs`")) == ["src/no.rs"]
