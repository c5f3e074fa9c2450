"""tools/sbom.py lists what is in the library, and nothing else."""

import json

import pytest
import sbom

TREE = """\
0sendsafely v0.1.0 (/somewhere)
1pgp v0.21.0
2aes v0.8.4
3cipher v0.4.4
2sha1 v0.10.7
1sha1 v0.10.7 (*)
"""


def test_a_tree():
    aes, cipher, pgp, sha1 = ("aes", "0.8.4"), ("cipher", "0.4.4"), ("pgp", "0.21.0"), ("sha1", "0.10.7")
    assert sbom.linked(TREE) == {("sendsafely", "0.1.0"): {pgp, sha1}, pgp: {aes, sha1}, aes: {cipher}, cipher: set(), sha1: set()}


@pytest.mark.parametrize(("written", "expression"), [("MIT/Apache-2.0", "MIT OR Apache-2.0"), ("MIT / ISC", "MIT OR ISC"), ("MIT OR Zlib", "MIT OR Zlib")])
def test_a_license(written, expression):
    made = sbom.component({"name": "one", "version": "1.2.3", "authors": [], "repository": None, "license": written}, "")
    assert made == {"type": "library", "bom-ref": "pkg:cargo/one@1.2.3", "name": "one", "version": "1.2.3", "licenses": [{"expression": expression}],
                    "purl": "pkg:cargo/one@1.2.3"}


def test_the_library(tmp_path):
    library, files = tmp_path / "library", [tmp_path / "one.json", tmp_path / "two.json"]
    library.write_bytes(b"library")
    for file in files:
        sbom.main(library, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    bom = json.loads(files[0].read_text())
    names = {component["name"] for component in bom["components"]}
    assert names >= {"pgp", "ring", "rustls", "sendsafely-cfb", "rust-std"}
    # Of the emulator, of the tests, of builds; a macro that runs in the compiler; the library itself.
    assert not names & {"tokio", "cbindgen", "proptest", "cc", "syn", "thiserror-impl", "sendsafely"}
    references = [component["bom-ref"] for component in bom["components"]] + [bom["metadata"]["component"]["bom-ref"]]
    assert sorted(references) == sorted(dependency["ref"] for dependency in bom["dependencies"])
    assert {used for dependency in bom["dependencies"] for used in dependency["dependsOn"]} == set(references) - {"pkg:cargo/sendsafely@0.1.0"}
    assert [component["name"] for component in bom["components"] if "hashes" not in component] == ["sendsafely-cfb", "rust-std"]
    assert "file:" not in files[0].read_text()
