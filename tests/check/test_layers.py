"""What tools/layers.py finds: each kind of import that points up or closes a circle, planted in a small crate or package."""

import layers
import pytest

ARCHITECTURE = "# Architecture\n\n```layers\ntop\nnouns/ client\nleft/ | right/\nleft/base error\n```\n"
CRATE = {
    "lib.rs": "mod error;\npub use error::Error;",
    "error.rs": "pub struct Error;",
    "client.rs": "use crate::error::Error;",
    "nouns/mod.rs": "mod one;\nmod two;\npub use one::One;\npub use two::*;",
    "nouns/one.rs": "use crate::client::Client;\npub struct One;",
    "nouns/two.rs": "pub fn second() {}",
    "left/mod.rs": "pub mod base;\npub mod other;",
    "left/base.rs": "pub struct Base;",
    "left/other.rs": "use super::base::Base;",
    "right/mod.rs": "use crate::{error::{self, Error as Failure}, left::base};\nfn f() { base::Base }",
    "top.rs": "use crate::nouns;\nfn f() { nouns::second() }",
}


def faults(tmp_path, **planted):
    """The faults of CRATE with these files in place of its own; `__` in a name is a slash."""
    (tmp_path / "ARCHITECTURE.md").write_text(ARCHITECTURE)
    for name, text in {**CRATE, **{name.replace("__", "/") + ".rs": text for name, text in planted.items()}}.items():
        file = tmp_path / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return list(layers.check(tmp_path, "core"))


def test_what_points_down_is_no_fault(tmp_path):
    assert faults(tmp_path) == []


@pytest.mark.parametrize("line", [
    "use crate::client::Client;", "use crate::{client::{Client, Other}};", "pub use super::client::*;", "fn f() { crate::client::new() }",
    "use crate::client;\nfn f() { client::new() }", "pub use super::client::Client;", "use crate as root;\nfn f() { root::client::new() }",
    "mod tests { use super::super::client::Client; }"])
def test_an_upward_import(tmp_path, line):
    found = faults(tmp_path, error=f"// use crate::top::Top;\n{line}\npub struct Error;")
    assert found[0].startswith("error.rs:") and "imports client.rs, which is higher" in found[0]
    # client.rs imports error.rs.
    assert found[1] == "a circle of 2 files: client.rs error.rs"


def test_what_a_comment_or_a_text_says_is_no_import(tmp_path):
    assert faults(tmp_path, error="/// See [`crate::client::Client`].\npub struct Error;\nconst A: &str = \"crate::client::x\";\nconst B: char = '\"';\n"
                                  "/* use crate::top::Top; */\nconst C: &str = r#\"use crate::top;\"#;") == []


@pytest.mark.parametrize("line", ["use crate::right::Right;", "pub use crate::right::*;", "use crate::right;\nfn f() { right::go() }"])
def test_a_neighbour_across_a_bar(tmp_path, line):
    assert "imports right/mod.rs, which is beside it" in faults(tmp_path, left__other=line)[0]


def test_the_longer_name_counts(tmp_path):
    assert "left/base.rs:1: imports left/other.rs, which is higher" in faults(tmp_path, left__base="use super::other::Other;")


@pytest.mark.parametrize("text", ["use crate::error::Error;", "pub struct More;", ""])
def test_a_file_without_a_layer(tmp_path, text):
    assert faults(tmp_path, more=text) == ["more.rs: stands in no layer"]


def test_a_layer_without_a_file(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ARCHITECTURE", ARCHITECTURE.replace("left/base error", "left/base error errors left/no"))
    assert faults(tmp_path) == ["errors: a layer that fits no file", "left/no: a layer that fits no file"]


@pytest.mark.parametrize("line", ["use crate::nouns::One;", "use super::One;", "use super::*;\nfn f() -> One {}", "fn f() -> super::One {}"])
def test_a_circle_behind_a_re_export(tmp_path, line):
    """one.rs is meant, although the path names mod.rs."""
    found = faults(tmp_path, nouns__two=f"{line}\npub fn second() {{}}", nouns__one="use super::second;\npub struct One;")
    assert found[0] == "a circle of 2 files: nouns/one.rs nouns/two.rs"


def test_a_re_export_counts_where_mod_rs_uses_the_name(tmp_path):
    text = "mod one;\nmod two;\npub use one::One;\npub use two::*;\npub struct Inner(One);"
    assert faults(tmp_path, nouns__mod=text) == []
    found = faults(tmp_path, nouns__mod=text, nouns__one="use super::Inner;\npub struct One;")
    assert found[0] == "a circle of 2 files: nouns/mod.rs nouns/one.rs"
    text = text.replace("Inner(One);", "Inner;\nfn f() { second() }")
    found = faults(tmp_path, nouns__mod=text, nouns__one="pub struct One;", nouns__two="use super::Inner;\npub fn second() {}")
    assert found[0] == "a circle of 2 files: nouns/mod.rs nouns/two.rs"


def package(tmp_path, **files):
    for name, text in files.items():
        file = tmp_path / "bindings/python/src/libsendsafely" / (name.replace("__init__", "@").replace("__", "/").replace("@", "__init__") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return list(layers.check(tmp_path, "python"))


def test_python(tmp_path):
    files = {"__init__": "from .one import One\nfrom .two import two", "one": "class One: pass", "two": "from . import One\nfrom libsendsafely.one import One"}
    assert package(tmp_path, **files) == []
    for line in ["from . import two", "from .two import two", "import libsendsafely.two", "def f():\n    from libsendsafely import two"]:
        assert package(tmp_path, **{**files, "one": line})[0] == "a circle of 2 files: one.py two.py"


def test_the_emulator_has_layers_of_its_own(tmp_path):
    sources = tmp_path / "emulator/src"
    (sources / "handler").mkdir(parents=True)
    (tmp_path / "emulator/README.md").write_text("```layers\nmain\nroutes\nhandler/\nstate\n```\n")
    (sources / "main.rs").write_text("mod handler;\nmod routes;\nmod state;\nuse crate::routes::ROUTES;")
    (sources / "routes.rs").write_text("use crate::handler::get;")
    (sources / "handler/mod.rs").write_text("use crate::state::State;\npub fn get() {}")
    (sources / "state.rs").write_text("pub struct State;")
    assert list(layers.check(tmp_path, "emulator")) == []
    (sources / "state.rs").write_text("use crate::routes::ROUTES;\npub struct State;")
    found = list(layers.check(tmp_path, "emulator"))
    assert found[0] == "state.rs:1: imports routes.rs, which is higher"
    assert found[1].startswith("a circle of 3 files")
