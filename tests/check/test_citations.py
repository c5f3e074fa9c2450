"""tools/citations.py finds sections and files that are not there."""

import subprocess

import citations
import pytest


def test_sections():
    assert citations.headings("# Title\n## 4.3 Parts\n# Appendix A\n") == {"4.3", "A"}
    assert list(citations.citations("// see protocol 4.3 and\n// 5.1, or docs/protocol.md, appendix A")) == ["4.3", "5.1", "A"]


def test_files():
    text = "`src/ffi/file.rs`, `ffi/file.rs`, `tests/c/operations_*.c`, `src/ffi/<noun>.rs`; `src/no.rs`, `tests/c/nothing_*.c`, `ffi/`"
    assert list(citations.missing_files("docs/some.md", text)) == ["src/no.rs", "tests/c/nothing_*.c"]
    assert list(citations.missing_files("emulator/README.md", "`src/routes.rs`, `src/no.rs`")) == ["src/no.rs"]


def test_links(tmp_path, monkeypatch):
    monkeypatch.setattr(citations, "ROOT", str(tmp_path))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/other.md").write_text("# To add: a `call`\n```\n# no heading\n```\n")
    text = "# Here\n[a](other.md) [b](other.md#to-add-a-call) [c](#here) [d](https://no.example/x.md) `[e](no.md)`\n```\n[f](no.md)\n```\n"
    assert not list(citations.missing_targets("docs/some.md", (tmp_path / "docs/some.md").write_text(text) and text))
    text = "[a](no.md) [b](other.md#no) [c](#no-heading) [d](../docs) [e](other.md#no-heading)"
    (tmp_path / "docs/some.md").write_text(text)
    assert list(citations.missing_targets("docs/some.md", text)) == ["no.md", "other.md#no", "#no-heading", "other.md#no-heading"]


def test_the_picture():
    text = "`x/`\n```\nsrc/package/   proof.rs, no.rs; openpgp/ (parts) · lib/\nsrc/*.rs  src/*.py and/or 4.3\n```\n```layers\nother/\n```\n"
    paths = ["src/package/proof.rs", "src/crypto/openpgp/mod.rs", "src/lib.rs"]
    assert list(citations.missing_in_picture(text, paths)) == ["no.rs", "lib/", "src/*.py"]
    assert list(citations.missing_in_picture("no block", paths)) == ["the picture"]


@pytest.mark.parametrize(("path", "comment", "fault"), [
    ("src/api/endpoint/file.rs", "/// 4.3", None), ("src/api/endpoint/file.rs", "    // 4.3: the same", None),
    ("src/api/endpoint/file.rs", "/// 4.4", "4.4"), ("src/api/endpoint/file.rs", "    // 4.3.1: the same", "4.3.1"),
    ("src/api/other.rs", "/// 4.4", None), ("src/api/other.rs", "/// protocol 4.4", "4.4")])
def test_a_planted_number(tmp_path, monkeypatch, capsys, path, comment, fault):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name, text in {"docs/protocol.md": "## 4.3 Parts\n", "src/lib.rs": "// protocol 4.3\n", path: f"{comment}\nfn f() {{}}\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(citations, "ROOT", str(tmp_path))
    if fault:
        with pytest.raises(SystemExit):
            citations.main()
        assert capsys.readouterr().err == f"{path}: protocol {fault} is no section of docs/protocol.md\n"
    else:
        citations.main()
