"""The wheel: its name, its contents, and its use after installation."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes

from conftest import PACKAGE, PIP, ROOT, install, run


def of_cargo(name):
    return re.search(rf'^{name} = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]


def member(wheel, ending):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(ending)]
        return archive.read(name)


def test_the_tag_is_what_auditwheel_sees(wheel):
    shown = " ".join(run(sys.executable, "-m", "auditwheel", "show", wheel).split())
    platform = re.search(r'following platform tag: "(\w+)"', shown)[1]
    assert wheel.name == f"libsendsafely-{of_cargo('version')}-py3-none-{platform}.whl"
    assert message_from_bytes(member(wheel, ".dist-info/WHEEL")).get_all("Tag") == [f"py3-none-{platform}"]


def test_the_glibc_of_the_tag_has_all_that_the_library_asks_for(wheel, tmp_path):
    library = tmp_path / "library"
    library.write_bytes(member(wheel, "libsendsafely/libsendsafely.so"))
    wanted = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", run("objdump", "-T", library))}
    assert max(wanted)[:2] == tuple(map(int, re.search(r"manylinux_(\d+)_(\d+)_", wheel.name).groups()))
    needed = set(re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", library)))
    assert needed <= {"libc.so.6", "libgcc_s.so.1", "libm.so.6", "libdl.so.2", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
    assert ".symtab" not in run("objdump", "-h", library)


def test_metadata(wheel):
    metadata = message_from_bytes(member(wheel, ".dist-info/METADATA"))
    assert (metadata["Name"], metadata["Version"], metadata["Requires-Python"]) == ("libsendsafely", of_cargo("version"), ">=3.9")
    assert [needed for needed in metadata.get_all("Requires-Dist", []) if "extra ==" not in needed] == []
    assert metadata["License-Expression"] == of_cargo("license")
    assert of_cargo("repository") in metadata["Project-URL"]
    assert metadata.get_payload() == (PACKAGE / "README.md").read_text()


def test_content(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    packed = {name for name in names if name.startswith("libsendsafely/")}
    sources = {str(path.relative_to(PACKAGE / "src")) for path in (PACKAGE / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert packed == sources | {"libsendsafely/libsendsafely.so"} and "libsendsafely/py.typed" in packed
    for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
        assert member(wheel, f"licenses/{licence}") == (ROOT / licence).read_bytes()
    assert all(name.startswith(("libsendsafely/", f"libsendsafely-{of_cargo('version')}.dist-info/")) for name in names)


def test_it_says_which_packages_are_in_the_library(wheel):
    bom = json.loads(member(wheel, ".dist-info/sboms/libsendsafely.cdx.json"))
    [digest] = bom["metadata"]["component"]["hashes"]
    assert digest == {"alg": "SHA-256", "content": hashlib.sha256(member(wheel, "libsendsafely/libsendsafely.so")).hexdigest()}
    assert {"pgp", "rustls", "sendsafely-cfb"} <= {each["name"] for each in bom["components"]}


def test_the_program_is_installed(environment):
    program = environment.parent / "libsendsafely"
    assert run(program, "--version") == run(environment, "-m", "libsendsafely", "--version")
    assert of_cargo("version") in run(program, "--version")


def test_the_lines_of_the_readme(environment, emulator, tmp_path):
    [lines, *_] = re.findall(r"^```python\n(.*?)^```$", (PACKAGE / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    host = "https://acme.sendsafely.com"
    assert lines.count(host) == 1
    (tmp_path / "report.pdf").write_bytes(b"figures")
    credentials = f"api_key, api_secret = {emulator.ready['api_key']!r}, {emulator.ready['api_secret']!r}\n"
    before = emulator.admin("GET", "/packages")
    printed = run(environment, "-c", credentials + lines.replace(host, emulator.ready["url"]), cwd=tmp_path)
    link = printed.splitlines()[-1]
    [package_id] = (name for name in emulator.admin("GET", "/packages") if name not in before)
    package = emulator.admin("GET", f"/packages/{package_id}")
    assert link.startswith(emulator.ready["url"] + "/receive/?") and package["finalized"] and f"packageCode={package['code']}#keyCode=" in link
    assert [recipient["email"] for recipient in package["recipients"]] == ["somebody@example.com"]
    assert [(file["name"], file["size"]) for file in package["files"]] == [("report.pdf", 7)]


def test_the_package_of_the_vendor_can_be_there_too(wheel, tmp_path):
    python = install(tmp_path / "both", wheel)
    # The version that the interoperability suite uses.
    subprocess.run([*PIP, "--python", python, "install", "--requirement", ROOT / "tests/interop/requirements.txt"], check=True)
    run(python, "-W", "ignore", "-c", "from libsendsafely import Client; from sendsafely import SendSafely")
    assert "No broken requirements found" in run(python, "-m", "pip", "--disable-pip-version-check", "check")
